/**
 * What a written pair may mean once what clings to it is taken off: the fence around it, line numbers copied with the lines,
 * HTML escapes, one level of backslashes. The pair as it was written comes first, and each further reading is tried only
 * where the ones before it are nowhere in the file.
 */
import type { Edit } from "../../model/blocks.ts";
import { isBlank } from "./lines.ts";

/** One reading of a pair. */
export interface Reading {
  old: string;
  new: string;
  /** Why the new text cannot be read so, though the old text can; null where it can. */
  doubt: string | null;
  /** Only whole lines may match: what was taken off stood before lines. */
  whole: boolean;
  /** The line numbers that were taken off, one for each line of `old`; null where none were. */
  numbers: { first: number; sure: boolean } | null;
}

type Clean = (reading: Reading) => Reading | null;

const FENCE_OPEN = /^[ \t]*(`{3,}|~{3,})[^`\n]*$/;

/** The text inside a fence that goes around all of it; null where none does. */
export function unfenced(text: string): string | null {
  const lines = text.split("\n");
  const from = lines.findIndex((line) => !isBlank(line));
  const to = lines.findLastIndex((line) => !isBlank(line));
  const mark = FENCE_OPEN.exec(lines[from] ?? "")?.[1];
  if (mark === undefined || to <= from || (lines[to] ?? "").trim() !== mark) return null;
  const inside = lines.slice(from + 1, to);
  // A fence of the same kind inside belongs to another block.
  if (inside.some((line) => line.trim().startsWith(mark))) return null;
  return inside.join("\n") + (text.endsWith("\n") ? "\n" : "");
}

/** Whether only one end of a text has a fence: it is torn. */
export function tornFence(text: string): boolean {
  const lines = text.split("\n").filter((line) => !isBlank(line));
  const marks = lines.filter((line) => /^(`{3,}|~{3,})/.test(line)).length;
  const outer = [lines[0], lines.at(-1)].some((line) => /^(`{3,}|~{3,})[\w+-]*\s*$/.test(line ?? ""));
  return outer && marks % 2 === 1;
}

const withoutFence: Clean = (reading) => {
  const old = unfenced(reading.old);
  return old === null ? null : { ...reading, old, new: unfenced(reading.new) ?? reading.new };
};

/** `12 | code`, `12: code`, `12→code`, `12⇥code`. A bar or an arrow is a sure sign; a colon or a tab may be the file's own. */
const NUMBERED = /^[ \t]*(\d{1,7})(?:( ?[|│] ?|\t?→ ?)|(: ?|\t))/;
const BARE = /^[ \t]*(\d{1,7}) ?[|│:→]?[ \t]*$/;

interface Numbered {
  first: number;
  sure: boolean;
  rest: string[];
}

/** The lines without their numbers. Each line has one, counting up by one; null where that is not so. */
function numberedLines(lines: string[]): Numbered | null {
  const heads = lines.map((line) => NUMBERED.exec(line) ?? BARE.exec(line));
  const solid = heads.flatMap((head, index) => (head === null ? [] : [{ head, index }]));
  if (solid.length === 0 || lines.some((line, index) => heads[index] === null && !isBlank(line))) return null;
  const first = Number(solid[0]?.head[1]) - (solid[0]?.index ?? 0);
  if (solid.some(({ head, index }) => Number(head[1]) !== first + index)) return null;
  return {
    first,
    sure: solid.some(({ head }) => head[2] !== undefined),
    rest: behindHeads(lines, heads),
  };
}

/** What stands behind the numbers. A sign has one blank behind it or none; where some lines lack it, it is the others' code. */
function behindHeads(lines: string[], heads: (RegExpExecArray | null)[]): string[] {
  const rest = lines.map((line, index) => line.slice(heads[index]?.[0].length ?? 0));
  const tight = rest.some((line, index) => line !== "" && /[|│:→]$/.test(heads[index]?.[0] ?? ""));
  return tight
    ? rest.map((line, index) => (/[|│:→] $/.test(heads[index]?.[0] ?? "") ? ` ${line}` : line))
    : rest;
}

/** New lines: each that has a number like the old ones loses it; a colon or a tab only where every line has it. */
function withoutNumbers(text: string, sure: boolean): { text: string } | { doubt: string } {
  const lines = text.split("\n");
  const pattern = sure ? /^[ \t]*\d{1,7}(?: ?[|│] ?|\t?→ ?)/ : /^[ \t]*\d{1,7}(?:: ?|\t)/;
  const heads = lines.map((line) => pattern.exec(line));
  const solid = lines.flatMap((line, index) => (isBlank(line) ? [] : [heads[index]]));
  const some = solid.filter((head) => head !== null).length;
  if (!sure && some > 0 && some < solid.length)
    return { doubt: "Only some of the new lines have line numbers; send them without any." };
  return { text: behindHeads(lines, heads).join("\n") };
}

const withoutLineNumbers: Clean = (reading) => {
  const body = reading.old.replace(/\n+$/, "");
  const found = numberedLines(body.split("\n"));
  if (found === null) return null;
  const fresh = withoutNumbers(reading.new, found.sure);
  return {
    ...reading,
    old: found.rest.join("\n") + reading.old.slice(body.length),
    new: "text" in fresh ? fresh.text : reading.new,
    doubt: reading.doubt ?? ("doubt" in fresh ? fresh.doubt : null),
    whole: true,
    numbers: { first: found.first, sure: found.sure || body.includes("\n") },
  };
};

const ENTITY = /&(?:(lt)|(gt)|(amp)|(quot|#34|#x22)|(apos|#39|#x27));/gi;
const unentity = (text: string): string =>
  text.replace(ENTITY, (_, lt, gt, amp, quot) => (lt ? "<" : gt ? ">" : amp ? "&" : quot ? '"' : "'"));

const withoutEntities: Clean = (reading) => {
  const old = unentity(reading.old);
  return old === reading.old ? null : { ...reading, old, new: unentity(reading.new) };
};

const ESCAPE = /\\(["'`\\$nrt])/g;
const PLAIN: Record<string, string> = { n: "\n", r: "", t: "\t" };
const unescaped = (text: string): string => text.replace(ESCAPE, (_, char) => PLAIN[char] ?? char);
const kindsOf = (text: string): Set<string> =>
  new Set([...text.matchAll(ESCAPE)].map(([, char = ""]) => (/["'`]/.test(char) ? '"' : char)));

/** Whether a `\n` stands behind an odd number of quotes of its line: inside a literal, where it may be meant as it is. */
const breaksLiteral = (text: string): boolean =>
  text.split("\n").some((line) =>
    line
      .split(/(?<!\\)\\n/)
      .slice(0, -1)
      .some((part) => (part.match(/"/g)?.length ?? 0) % 2 === 1 || (part.match(/'/g)?.length ?? 0) % 2 === 1),
  );

/** One level of backslashes off both sides; in the new text only such as the old text shows to be too many. */
const withoutEscapes: Clean = (reading) => {
  const kinds = kindsOf(reading.old);
  if (kinds.size === 0) return null;
  const others = [...kindsOf(reading.new)].filter((kind) => !kinds.has(kind));
  const unclear = others.length > 0 || (breaksLiteral(reading.new) && !breaksLiteral(reading.old));
  return {
    ...reading,
    old: unescaped(reading.old),
    new: unescaped(reading.new),
    doubt:
      reading.doubt ??
      (unclear ? "It is unclear which backslashes are meant; send both parts without extra ones." : null),
  };
};

const CLEANERS: Clean[] = [withoutFence, withoutLineNumbers, withoutEntities, withoutEscapes];

/** The readings of a pair, as it was written first. */
export function readingsOf(edit: Edit): Reading[] {
  const readings: Reading[] = [{ old: edit.old, new: edit.new, doubt: null, whole: false, numbers: null }];
  for (const clean of CLEANERS)
    for (const reading of [...readings]) {
      const made = clean(reading);
      if (made !== null && !isBlank(made.old)) readings.push(made);
    }
  return readings;
}
