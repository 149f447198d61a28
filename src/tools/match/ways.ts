/**
 * The ways to find one reading of a pair in a file and to say what comes there: as text anywhere in a line, line by line at each
 * level, part by part between lines left out. Each gives all of its places.
 */
import { elidedAt } from "./elide.ts";
import { placedLines } from "./indent.ts";
import {
  type FileLines,
  indentOf,
  isBlank,
  LAYOUT,
  type Level,
  type Lines,
  LOOKS,
  placesAt,
  plainSigns,
} from "./lines.ts";
import type { Reading } from "./readings.ts";

/** Offsets of a region of the file and the text to put there. */
export interface Place {
  start: number;
  end: number;
  text: string;
}

/** A pair of one reading with what the search for it shares. */
export interface Search {
  file: FileLines;
  reading: Reading;
  old: Lines;
  fresh: Lines;
  whole: boolean;
  prose: boolean;
  all: boolean;
}

/** Where one place is wanted, so many are as ambiguous as more. */
const MOST_PLACES = 1000;

/** Places of a text inside another, overlapping ones too. */
function substrings(text: string, old: string, { all }: Search): number[] {
  const found: number[] = [];
  for (let at = text.indexOf(old); at >= 0; at = text.indexOf(old, at + (all ? old.length : 1))) {
    found.push(at);
    if (!all && found.length === MOST_PLACES) break;
  }
  return found;
}

/**
 * The new text of an exact match: as it was written. Only where one line was copied without its indentation, and the lines
 * that come behind it stand too far out for the file, they are moved in with it.
 */
function verbatim({ file, reading }: Search, start: number): Place {
  const { old, new: fresh } = reading;
  const end = start + old.length;
  const lineStart = file.startOf(file.lineAt(start));
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
  if (!search.whole) return substrings(file.text, reading.old, search).map((at) => verbatim(search, at));
  const [old, fresh] = [search.old.lines.join("\n"), search.fresh.lines.join("\n")];
  const bare = { ...search, reading: { ...reading, old, new: fresh } };
  return substrings(file.text, old, search).map((at) => verbatim(bare, at));
}

/** Text that looks the same, anywhere in a line: typographic signs as ASCII, one for one. */
function lookPlaces(search: Search): Place[] {
  const { file, reading, old } = search;
  const wanted = search.whole ? old.lines.join("\n") : reading.old;
  const fresh = search.whole ? search.fresh.lines.join("\n") : reading.new;
  if (reading.whole) return [];
  return substrings(plainSigns(file.text), plainSigns(wanted), search).map((start) => ({
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

export type Way = (search: Search) => Place[] | null;

const byLine = (levels: Level[]): Way[] => levels.map((level) => (search) => linePlaces(search, level));
const byPart = (levels: Level[]): Way[] => levels.map((level) => (search) => elidedPlaces(search, level));

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

/** The ways from strict to loose: text as it is first, or whole lines first where the pair is made of lines. */
export const waysFor = ({ whole }: Search): Way[] => [...(whole ? LINE_WAYS : WAYS), ...PART_WAYS];
