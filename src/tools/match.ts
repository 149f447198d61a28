/**
 * Finds the place that an edit means and what to put there. The readings of a pair (`match/readings.ts`) are tried from the
 * one as written to the most cleaned one, and each by the ways to compare (`match/lines.ts`) from strict to loose. The first
 * that is anywhere in the file decides: one place is taken, several are refused. Nothing is guessed by likeness: what is
 * nowhere is refused with the nearest lines and what differs in them.
 */
import type { Edit } from "../model/blocks.ts";
import { elidedAt } from "./match/elide.ts";
import { placedLines } from "./match/indent.ts";
import {
  FileLines,
  indentOf,
  isBlank,
  LAYOUT,
  type Level,
  type Lines,
  LOOKS,
  linesOf,
  placesAt,
  plainSigns,
} from "./match/lines.ts";
import { changedSince, nearest } from "./match/nearest.ts";
import { type Reading, readingsOf, tornFence, unfenced } from "./match/readings.ts";
import { omissionIn, whyNot } from "./omission.ts";

/** Offsets of a region of the file and the text to put there. */
export interface Place {
  start: number;
  end: number;
  text: string;
}

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
  /** The file's path: in prose, fences and typographic quotes are content. */
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

const isProse = (path = ""): boolean => /\.(md|mdx|markdown|qmd|rmd|rst|adoc|txt|tex)$/i.test(path);

/** A pair of one reading with what the search for it shares. */
interface Search {
  file: FileLines;
  reading: Reading;
  old: Lines;
  fresh: Lines;
  whole: boolean;
  prose: boolean;
}

/** Places of a text inside the file, overlapping ones too, at most `most`. */
function substrings(text: string, old: string, most: number): number[] {
  const found: number[] = [];
  for (let at = text.indexOf(old); at >= 0 && found.length < most; at = text.indexOf(old, at + 1))
    found.push(at);
  return found;
}

const MOST_PLACES = 10_000;

/**
 * The new text of an exact match: as it was written. Only where one line was copied without its indentation, and the lines
 * that come behind it stand too far out for the file, they are moved in with it.
 */
function verbatim({ file, reading }: Search, start: number): Place {
  const { old, new: fresh } = reading;
  const end = start + old.length;
  const lineStart = file.text.lastIndexOf("\n", start - 1) + 1;
  const place = file.text.slice(lineStart, start);
  const [first = "", ...others] = fresh.split("\n");
  const rest = others.filter((line) => !isBlank(line));
  const alone = !old.includes("\n") && (end === file.text.length || file.text[end] === "\n");
  const copied = place !== "" && isBlank(place) && !isBlank(old[0] ?? "") && alone;
  if (!copied || rest.length === 0 || rest.every((line) => indentOf(line).startsWith(place)))
    return { start, end, text: fresh };
  const moved = others.map((line) => (isBlank(line) ? line : place + line));
  return { start, end, text: [first, ...moved].join("\n") };
}

/** Exact text, anywhere in a line. */
function textPlaces(search: Search): Place[] {
  const { file, reading } = search;
  if (reading.whole) return [];
  if (!search.whole) return substrings(file.text, reading.old, MOST_PLACES).map((at) => verbatim(search, at));
  const [old, fresh] = [search.old.lines.join("\n"), search.fresh.lines.join("\n")];
  const bare = { ...search, reading: { ...reading, old, new: fresh } };
  return substrings(file.text, old, MOST_PLACES).map((at) => verbatim(bare, at));
}

/** Text that looks the same, anywhere in a line: typographic signs as ASCII, one for one. */
function lookPlaces(search: Search): Place[] {
  const { file, reading, old } = search;
  const wanted = search.whole ? old.lines.join("\n") : reading.old;
  const fresh = search.whole ? search.fresh.lines.join("\n") : reading.new;
  if (reading.whole) return [];
  return substrings(plainSigns(file.text), plainSigns(wanted), MOST_PLACES).map((start) => ({
    start,
    end: start + wanted.length,
    text: fresh,
  }));
}

/** A region of whole lines as offsets. The last line keeps its end; where no line is left, the end goes, too. */
function region(file: FileLines, from: number, to: number, lines: string[]): Place {
  const start = file.startOf(from);
  const behind = file.startOf(to);
  if (lines.length === 0) return { start, end: behind, text: "" };
  const end = to < file.lines.length || file.ended ? behind - 1 : behind;
  return { start, end, text: lines.join("\n") };
}

/** In prose a changed line keeps the typographic quotes of the line in whose place it stands, where both have as many. */
function quotedAs(line: string, model: string): string {
  let text = line;
  for (const [plain, fancy] of [
    ['"', /[“”„«»]/g],
    ["'", /[‘’‚]/g],
  ] as const) {
    const own = [...model.matchAll(fancy)].map(([sign]) => sign);
    if (own.length > 0 && !model.includes(plain) && text.split(plain).length - 1 === own.length)
      text = text.replaceAll(plain, () => own.shift() ?? plain);
  }
  return text;
}

function linePlaces(search: Search, level: Level): Place[] {
  const { file, old, fresh, prose } = search;
  return placesAt(file, old.lines, level).map((found) => {
    const placed = placedLines(file, found, old, fresh);
    const own = file.lines.slice(found.from, found.to);
    const quoted = prose && placed.length === own.length;
    const lines = quoted ? placed.map((line, index) => quotedAs(line, own[index] ?? "")) : placed;
    return region(file, found.from, found.to, lines);
  });
}

function elidedPlaces(search: Search, level: Level): Place[] | null {
  const { file, old, fresh } = search;
  return (
    elidedAt(file, old, fresh, level)?.map(({ from, to, lines }) => region(file, from, to, lines)) ?? null
  );
}

type Way = (search: Search) => Place[] | null;

const byLine = (levels: Level[]): Way[] => levels.map((level) => (search) => linePlaces(search, level));
const byPart = (levels: Level[]): Way[] => levels.map((level) => (search) => elidedPlaces(search, level));

/** Text as it is first; whole lines first where the pair is made of lines. */
const WAYS: Way[] = [
  textPlaces,
  ...byLine(LAYOUT),
  ...byLine(LOOKS.slice(0, 1)),
  lookPlaces,
  ...byLine(LOOKS.slice(1)),
];
const LINE_WAYS: Way[] = [
  ...byLine(LAYOUT),
  textPlaces,
  ...byLine(LOOKS.slice(0, 1)),
  lookPlaces,
  ...byLine(LOOKS.slice(1)),
];
const PART_WAYS: Way[] = byPart([...LAYOUT, ...LOOKS]);

const lineOf = (file: FileLines, { start }: Place): number => file.text.slice(0, start).split("\n").length;

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
    };
    for (const way of [...(search.whole ? LINE_WAYS : WAYS), ...PART_WAYS]) {
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
  const bare = isProse(path) || unfenced(old) !== null ? null : unfenced(fresh);
  return { ...edit, old, new: bare ?? fresh };
}

/** What the new text brings in that must not be written; null where it is all code. */
function spoiled(file: FileLines, places: Place[], path: string | undefined): Matched | null {
  for (const { start, end, text } of places) {
    const omitted = omissionIn(text, file.text);
    if (omitted !== null) return refuse("omission placeholder", whyNot(omitted));
    if (!isProse(path) && tornFence(text) && !tornFence(file.text.slice(start, end)))
      return refuse("fence", "The new text has half of a fence (```); send the lines without it.");
  }
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
