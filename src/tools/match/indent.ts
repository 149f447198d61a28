/**
 * The new text of a place, in the file's manner: a line that the model left as it was keeps the file's bytes, and every
 * other one stands as far in as the lines around it do in the file, in the file's tabs or spaces.
 */
import { diffArrays } from "diff";
import { type FileLines, type Found, indentOf, isBlank, type Lines, plainLine } from "./lines.ts";

/** Beyond this many differing lines a line diff is not worth its time; then all lines count as changed. */
const MOST_DIFFERENT = 2000;

/** A new line and what it comes from: the written line that it repeats, or those that it stands in place of. */
interface Origin {
  line: string;
  kept: number | null;
  /** Index of the written line that stands nearest, see `nearestTo`. */
  beside: number;
}

/** Each new line with the old line that it keeps, or the one beside it. */
function originsOf(old: string[], fresh: string[]): Origin[] {
  const parts = diffArrays(old, fresh, { maxEditLength: MOST_DIFFERENT }) ?? [
    { value: old, added: false, removed: true, count: old.length },
    { value: fresh, added: true, removed: false, count: fresh.length },
  ];
  const origins: Origin[] = [];
  let at = 0;
  let hunk = 0;
  for (const { value, added, removed } of parts) {
    if (added) for (const [k, line] of value.entries()) origins.push({ line, kept: null, beside: hunk + k });
    else {
      hunk = at;
      if (!removed) for (const line of value) origins.push({ line, kept: at++, beside: at });
      else at += value.length;
      if (!removed) hunk = at;
    }
  }
  return origins;
}

/** Indentation as written, and as it is in the file. */
type Pair = [string, string];

/** The written line with this indentation that is nearest to a position; null where none has it. */
function nearestTo(at: number, indent: string, pairs: (Pair | null)[]): string | null {
  for (let far = 0; far < pairs.length; far += 1)
    for (const index of [at - far, at + far]) {
      const pair = pairs[index];
      if (pair && pair[0] === indent) return pair[1];
    }
  return null;
}

/** The most frequent step inwards from one line to the next; null where no line is further in than the one before. */
function stepOf(lines: string[]): string | null {
  const counts = new Map<string, number>();
  let before: string | null = null;
  for (const line of lines) {
    if (isBlank(line)) continue;
    const indent = indentOf(line);
    const step = before !== null && indent.startsWith(before) ? indent.slice(before.length) : "";
    if (step !== "" && step !== " ") counts.set(step, (counts.get(step) ?? 0) + 1);
    before = indent;
  }
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? null;
}

interface Steps {
  written: string | null;
  file: string | null;
}

const repeats = (text: string, step: string): number | null => {
  const times = text.length / step.length;
  return Number.isInteger(times) && text === step.repeat(times) ? times : null;
};

/** Whether the pairs show that a level has another width here: two of them by their distance, one by its depth. */
function isScaled(known: Pair[], { written, file }: { written: string; file: string }): boolean {
  if (written === file || known.some(([, its]) => its !== "" && its[0] !== file[0])) return false;
  if ((written === "\t") !== (file === "\t")) return true;
  const [first, second] = known;
  const depth = ([mine, its]: Pair): boolean => {
    const levels = repeats(mine, written);
    return levels !== null && levels > 0 && levels === repeats(its, file);
  };
  if (first === undefined) return false;
  if (second === undefined) return depth(first);
  const [mine, its] = [second[0].length - first[0].length, second[1].length - first[1].length];
  return mine / written.length === its / file.length;
}

/** An indentation that only the new lines have, from the nearest known one. */
function derived(indent: string, known: Pair[], steps: Steps): string {
  const from = known.findLast(([mine]) => indent.startsWith(mine)) ?? known[0] ?? ["", ""];
  const { written, file } = steps;
  const scaled = written !== null && file !== null && isScaled(known, { written, file });
  const extra = indent.startsWith(from[0]) ? indent.slice(from[0].length) : null;
  if (extra !== null) {
    const levels = scaled ? repeats(extra, written) : null;
    return from[1] + (levels === null ? extra : (file ?? "").repeat(levels));
  }
  const out = Math.max(0, from[0].length - indent.length);
  const levels = scaled ? repeats(" ".repeat(out), " ".repeat(written.length)) : null;
  const less = levels === null ? out : levels * (file ?? "").length;
  return from[1].slice(0, Math.max(0, from[1].length - less));
}

/** Blank lines that clung to the old text are taken off the new one, too. */
function withoutEdges(lines: string[], [before, behind]: [number, number]): string[] {
  let from = 0;
  let to = lines.length;
  while (from < Math.min(before, to) && isBlank(lines[from] ?? "")) from += 1;
  while (lines.length - to < behind && to > from && isBlank(lines[to - 1] ?? "")) to -= 1;
  return lines.slice(from, to);
}

/** The lines to put at a place that was found line by line. `old` and `fresh` as they were written. */
export function placedLines(file: FileLines, found: Found, old: Lines, fresh: Lines): string[] {
  const wanted = old.lines.slice(found.skipped[0], old.lines.length - found.skipped[1]);
  const lines = withoutEdges(fresh.lines, found.skipped);
  const pairs = wanted.map((line, index): Pair | null => {
    const at = found.spans[index]?.[0] ?? 0;
    return isBlank(line) ? null : [indentOf(line), indentOf(file.lines[at] ?? "")];
  });
  const known = [...new Map(pairs.filter((pair) => pair !== null).map((pair) => [pair[0], pair])).values()];
  known.sort(([a], [b]) => a.length - b.length);
  let steps: Steps | null = null;
  return originsOf(wanted, lines).flatMap(({ line, kept, beside }) => {
    const own = kept === null ? null : file.lines.slice(...(found.spans[kept] ?? [0, 0]));
    // Blanks between words are the model's to set; the rest of a line that it left as it was is the file's.
    if (own !== null && (isBlank(line) || plainLine(own[0] ?? "") === plainLine(line))) return own;
    if (isBlank(line)) return [line];
    const indent = indentOf(line);
    const near = nearestTo(beside, indent, pairs);
    if (near !== null) return [near + line.slice(indent.length)];
    steps ??= { written: stepOf([...wanted, ...lines]), file: stepOf(file.lines) };
    return [derived(indent, known, steps) + line.slice(indent.length)];
  });
}
