/**
 * How lines are compared, from strict to loose. Each level forgives what the levels before it forgive and one thing more;
 * what carries meaning (the inside of string literals, words, digits) is never forgiven. All of it is linear in the file.
 */

/** A text as lines. `ended`: the last line has its line end. `""` has no line at all. */
export interface Lines {
  lines: string[];
  ended: boolean;
}

export function linesOf(text: string): Lines {
  if (text === "") return { lines: [], ended: true };
  const lines = text.split("\n");
  const ended = lines.at(-1) === "";
  return { lines: ended ? lines.slice(0, -1) : lines, ended };
}

export const isBlank = (line: string): boolean => line.trim() === "";
export const indentOf = (line: string): string => /^[ \t]*/.exec(line)?.[0] ?? "";
export const trimEnd = (line: string): string => line.replace(/[ \t\r\f\v]+$/, "");

const PLAIN: Record<string, string> = {};
for (const [plain, fancy] of [
  ["'", "‘’‚‛′ʼ＇"],
  ['"', "“”„‟″«»＂"],
  ["-", "‐‑‒–—―−－"],
  [" ", "\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u202F\u205F\u3000"],
] as const)
  for (const char of fancy) PLAIN[char] = plain;

const FANCY = new RegExp(`[${Object.keys(PLAIN).join("")}]`, "g");
/** Characters of no width. */
const UNSEEN = /[\u00AD\u200B-\u200D\u2060\uFEFF]/g;
/** ！ to ～: the ASCII signs in double width. */
const WIDE = /[\uFF01-\uFF5E]/g;

/** Typographic quotes, dashes and spaces as their ASCII signs, one for one: offsets stay. */
export const plainSigns = (text: string): string =>
  text
    .replace(FANCY, (char) => PLAIN[char] ?? char)
    .replace(WIDE, (char) => String.fromCharCode(char.charCodeAt(0) - 0xfee0));

/** A line without what no keyboard writes and without the blanks around it. */
export const plainLine = (line: string): string =>
  plainSigns(line.normalize("NFC")).replace(UNSEEN, "").replaceAll("…", "...").trim();

const WITHOUT_STRINGS = /"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'?|`(?:\\.|[^`\\])*`?|[^"'`]+/g;
const CJK = "\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}\\p{sc=Hangul}";
const BESIDE_CJK = new RegExp(`(?<=[${CJK}])\\s+(?=[\\w(])|(?<=[\\w)/#.:;*])\\s+(?=[${CJK}])`, "gu");

/** Runs of blanks outside string literals as one, and none beside brackets, commas, semicolons and CJK. */
const spacedLine = (line: string): string =>
  (plainLine(line).match(WITHOUT_STRINGS) ?? [])
    .map((part) =>
      /^["'`]/.test(part)
        ? part
        : part
            .replace(/\s+/g, " ")
            .replace(/ ?([()[\]{},;]) ?/g, "$1")
            .replace(BESIDE_CJK, ""),
    )
    .join("");

/** One way to compare. */
export interface Level {
  normal: (line: string) => string;
  /** Blank lines around what was written are no part of it. */
  edges: boolean;
  /** Only places where every line is as far in from the first as it was written. */
  shape: boolean;
  /** Blank lines inside count neither in what was written nor in the file. */
  skipsBlank: boolean;
}

const level = (normal: Level["normal"], rest: Partial<Level> = {}): Level => ({
  normal,
  edges: true,
  shape: false,
  skipsBlank: false,
  ...rest,
});

const same = (line: string): string => line;
const trimmed = (line: string): string => line.trim();

/** White space that no reader sees or that says only where a block stands. */
export const LAYOUT: Level[] = [
  level(same, { edges: false }),
  level(trimEnd, { edges: false }),
  level(trimEnd),
  level(trimmed, { shape: true }),
  level(trimmed),
];

/** Signs that look alike, blanks between words, blank lines. */
export const LOOKS: Level[] = [level(plainLine), level(spacedLine), level(spacedLine, { skipsBlank: true })];

/** The file's lines, normalised once for each way to compare and kept. */
export class FileLines {
  readonly lines: string[];
  /** The last line has its line end. */
  readonly ended: boolean;
  private readonly cache = new Map<Level["normal"], string[]>();

  constructor(readonly text: string) {
    const { lines, ended } = linesOf(text);
    this.lines = lines;
    this.ended = ended && text !== "";
  }

  by(normal: Level["normal"]): string[] {
    const known = this.cache.get(normal);
    if (known !== undefined) return known;
    const made = this.lines.map(normal);
    this.cache.set(normal, made);
    return made;
  }

  /** The offset where a line begins; behind the last one, the end of the text. */
  startOf(line: number): number {
    return this.allStarts()[line] ?? this.text.length;
  }

  /** The index of the line that an offset is in. */
  lineAt(offset: number): number {
    const starts = this.allStarts();
    let [low, high] = [0, starts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }

  private starts: number[] | null = null;
  private allStarts(): number[] {
    if (this.starts !== null) return this.starts;
    let at = 0;
    this.starts = this.lines.map(({ length }) => {
      const start = at;
      at += length + 1;
      return start;
    });
    return this.starts;
  }
}

/** Where `wanted` stands in `lines`, overlapping places too (Knuth, Morris, Pratt: linear whatever repeats). */
function occurrences(lines: string[], wanted: string[]): number[] {
  if (wanted.length === 0) return [];
  const back = [0];
  for (let at = 1, k = 0; at < wanted.length; at += 1) {
    while (k > 0 && wanted[at] !== wanted[k]) k = back[k - 1] ?? 0;
    if (wanted[at] === wanted[k]) k += 1;
    back.push(k);
  }
  const found: number[] = [];
  for (let at = 0, k = 0; at < lines.length; at += 1) {
    while (k > 0 && lines[at] !== wanted[k]) k = back[k - 1] ?? 0;
    if (lines[at] === wanted[k]) k += 1;
    if (k < wanted.length) continue;
    found.push(at - k + 1);
    k = back[k - 1] ?? 0;
  }
  return found;
}

/**
 * A place that is alike. `spans[i]` is where the i-th written line stands in the file, as line indexes [from, to): one line,
 * or for a blank line the whole blank run, or nothing. `skipped`: blank lines that were dropped before and behind.
 */
export interface Found {
  from: number;
  to: number;
  spans: [number, number][];
  skipped: [number, number];
}

/** The indentation of each line behind what all of them share; blank lines have none. */
function shapeOf(lines: string[]): string[] {
  const indents = lines.map((line) => (isBlank(line) ? null : indentOf(line)));
  const known = indents.filter((indent) => indent !== null);
  const base = known.reduce((a, b) => (b.length < a.length ? b : a), known[0] ?? "");
  return indents.map((indent) =>
    indent === null ? "" : indent.startsWith(base) ? indent.slice(base.length) : `?${indent}`,
  );
}

const sameList = (a: string[], b: string[]): boolean => a.every((one, index) => one === b[index]);

/** The places of `wanted` at one level, in file order. */
export function placesAt(file: FileLines, wanted: string[], level: Level): Found[] {
  const first = level.edges ? wanted.findIndex((line) => !isBlank(line)) : 0;
  const behind = level.edges ? wanted.findLastIndex((line) => !isBlank(line)) + 1 : wanted.length;
  if (first < 0 || behind === 0) return [];
  const inner = wanted.slice(first, behind);
  const skipped: [number, number] = [first, wanted.length - behind];
  if (level.skipsBlank) return placesWithoutBlanks(file, inner, { level, skipped });
  const places = occurrences(file.by(level.normal), inner.map(level.normal)).filter(
    (at) => !level.shape || sameList(shapeOf(inner), shapeOf(file.lines.slice(at, at + inner.length))),
  );
  return places.map((at) => ({
    from: at,
    to: at + inner.length,
    spans: inner.map((_, index): [number, number] => [at + index, at + index + 1]),
    skipped,
  }));
}

function placesWithoutBlanks(
  file: FileLines,
  inner: string[],
  { level, skipped }: { level: Level; skipped: [number, number] },
): Found[] {
  const all = file.by(level.normal);
  const solid = all.flatMap((line, index) => (line === "" ? [] : [index]));
  const wanted = inner.filter((line) => !isBlank(line));
  const places = occurrences(
    solid.map((index) => all[index] ?? ""),
    wanted.map(level.normal),
  );
  return places.map((at) => {
    const own = solid.slice(at, at + wanted.length);
    const from = own[0] ?? 0;
    return { from, to: (own.at(-1) ?? from) + 1, spans: spansOf(inner, own), skipped };
  });
}

/** The first of some blank lines stands for the file's whole blank run there; where none was written the run goes with the line before. */
function spansOf(inner: string[], own: number[]): [number, number][] {
  let line = own[0] ?? 0;
  let k = 0;
  return inner.map((text, index): [number, number] => {
    const from = line;
    if (isBlank(text)) line = own[k] ?? line;
    else {
      k += 1;
      line = from + 1;
      if (!isBlank(inner[index + 1] ?? "")) line = own[k] ?? line;
    }
    return [from, line];
  });
}
