/**
 * Finds the place that an edit means and what to put there. The readings of a pair (`match/readings.ts`) are tried from the
 * one as written to the most cleaned one, and each by the ways to compare (`match/lines.ts`) from strict to loose. The first
 * that is anywhere in the file decides: one place is taken, several are refused. Nothing is guessed by likeness: what is
 * nowhere is refused with the nearest lines and what differs in them.
 */
import type { Edit } from "../model/blocks.ts";
import { FileLines, isBlank, linesOf } from "./match/lines.ts";
import { changedSince, nearest } from "./match/nearest.ts";
import { readingsOf, tornFence, unfenced } from "./match/readings.ts";
import { type Place, type Search, waysFor } from "./match/ways.ts";
import { omissionIn, whyNot } from "./omission.ts";

export type RefusalKind =
  | "ambiguous"
  | "not-found"
  | "stale"
  | "no-change"
  | "empty old text"
  | "omission placeholder"
  | "fence"
  | "unclear escapes";

export interface MatchOptions {
  /** The file's path: in Markdown fences are content, in prose typographic quotes. */
  path?: string;
  /** Every place, not only one. */
  all?: boolean;
  /** Texts that the file had earlier in the conversation, newest last. */
  earlier?: string[];
}

export type Matched = { ok: true; places: Place[] } | { ok: false; kind: RefusalKind; reason: string };
export type Applied = { ok: true; text: string } | { ok: false; kind: RefusalKind; reason: string };

const refuse = (kind: RefusalKind, reason: string): { ok: false; kind: RefusalKind; reason: string } => ({
  ok: false,
  kind,
  reason,
});

/** Where a fence is markup of the file itself. */
const isMarkdown = (path = ""): boolean => /\.(md|mdx|markdown|qmd|rmd)$/i.test(path);
const isProse = (path = ""): boolean => /\.(md|mdx|markdown|qmd|rmd|rst|adoc|txt|tex)$/i.test(path);

const lineOf = (file: FileLines, { start }: Place): number => file.lineAt(start) + 1;

/** Line numbers that may be the file's own text count only where they are right. */
const numbersFit = ({ file, reading: { numbers } }: Search, place: Place): boolean =>
  numbers === null || numbers.sure || lineOf(file, place) === numbers.first;

/** Places that do not overlap, the first ones first. */
function apart(places: Place[]): Place[] {
  let end = -1;
  return places.filter((place) => {
    if (place.start < end) return false;
    end = place.end;
    return true;
  });
}

const several = (lines: number[]): string =>
  `The text stands at lines ${[...new Set(lines)].slice(0, 5).join(", ")}${lines.length > 5 ? " and more" : ""}; add the lines before or after it until it is unique.`;

function decide(search: Search, places: Place[], edit: Edit, all: boolean): Matched {
  const { file } = search;
  if (search.reading.doubt !== null) return refuse("unclear escapes", search.reading.doubt);
  if (all) return { ok: true, places: apart(places) };
  const lines = places.length > 1 ? places.map((place) => lineOf(file, place)) : [];
  const hinted = places.filter((_, index) => lines[index] === edit.at);
  const [place] = places.length > 1 ? hinted : places;
  if (place === undefined || hinted.length > 1) return refuse("ambiguous", several(lines));
  return { ok: true, places: [place] };
}

/** The first reading and way that find anything decide. */
function locate(file: FileLines, edit: Edit, { path, all = false }: MatchOptions): Matched | null {
  for (const reading of readingsOf(edit)) {
    const search: Search = {
      file,
      reading,
      old: linesOf(reading.old),
      fresh: linesOf(reading.new),
      whole: edit.lines === true,
      prose: isProse(path),
      all,
    };
    for (const way of waysFor(search)) {
      const places = way(search)?.filter((place) => numbersFit(search, place));
      if (places === undefined)
        return refuse("ambiguous", "The lines left out can be several places; send them, too.");
      if (places.length > 0) return decide(search, places, edit, all);
    }
  }
  return null;
}

/** Without what a model puts around code, and with plain line ends. */
function tidied(edit: Edit, path: string | undefined): Edit {
  const old = edit.old.replaceAll("\r\n", "\n");
  const fresh = edit.new.replaceAll("\r\n", "\n");
  const bare = isMarkdown(path) || unfenced(old) !== null ? null : unfenced(fresh);
  return { ...edit, old, new: bare ?? fresh };
}

/** What the new text brings in that must not be written; null where it is all code. */
function spoiled(file: FileLines, places: Place[], path: string | undefined): Matched | null {
  const omitted = omissionIn([...new Set(places.map(({ text }) => text))].join("\n"), file.text);
  if (omitted !== null) return refuse("omission placeholder", whyNot(omitted));
  const torn = ({ start, end, text }: Place): boolean =>
    tornFence(text) && !tornFence(file.text.slice(start, end));
  if (!isMarkdown(path) && places.some(torn))
    return refuse("fence", "The new text has half of a fence (```); send the lines without it.");
  return null;
}

/** Where `edit.old` stands in `text` ("\n" line ends), and what comes there: one place, or all with `all`, in file order. */
export function findEdit(text: string, edit: Edit, options: MatchOptions = {}): Matched {
  const wanted = tidied(edit, options.path);
  const file = new FileLines(text);
  if (isBlank(wanted.old)) {
    if (isBlank(text) && !isBlank(wanted.new))
      return { ok: true, places: [{ start: 0, end: text.length, text: wanted.new }] };
    return refuse("empty old text", "The SEARCH part is empty; copy there the lines to be replaced.");
  }
  const found = locate(file, wanted, options);
  if (found === null) {
    const stale = changedSince(file, options.earlier ?? [], (before) => {
      const there = locate(before, wanted, options);
      return there?.ok ? there.places : [];
    });
    return stale === null ? refuse("not-found", nearest(file, wanted)) : refuse("stale", stale);
  }
  if (!found.ok) return found;
  if (found.places.every(({ start, end, text: put }) => text.slice(start, end) === put))
    return refuse("no-change", "SEARCH and REPLACE are the same; the file already has that text.");
  return spoiled(file, found.places, options.path) ?? found;
}

/** The text with its places replaced; everything outside them stays. */
export function replaced(text: string, places: Place[]): string {
  let at = 0;
  const parts: string[] = [];
  for (const place of places) {
    parts.push(text.slice(at, place.start), place.text);
    at = place.end;
  }
  return parts.join("") + text.slice(at);
}

/** All edits one after the other, each on the text that the one before it left; or none, with the reason of the first that fails. */
export function applyEdits(text: string, edits: Edit[], options: MatchOptions = {}): Applied {
  let now = text;
  for (const [index, edit] of edits.entries()) {
    const found = findEdit(now, edit, options);
    if (!found.ok)
      return edits.length === 1
        ? found
        : { ...found, reason: `Change ${index + 1} of ${edits.length}, and so none: ${found.reason}` };
    now = replaced(now, found.places);
  }
  return now === text
    ? refuse("no-change", "SEARCH and REPLACE are the same; the file already has that text.")
    : { ok: true, text: now };
}
