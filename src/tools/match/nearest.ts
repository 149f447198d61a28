/**
 * What a refusal shows: the lines of the file that are most like those that were looked for, what differs in them, and
 * whether the file has changed since the model saw it. Short, because it is read by a small model.
 */
import { diffArrays } from "diff";
import type { Edit } from "../../model/blocks.ts";
import { FileLines, isBlank, linesOf } from "./lines.ts";
import { readingsOf } from "./readings.ts";

const MOST_SHOWN = 8;
const MOST_DIFFERENCES = 3;
const MOST_CHARS = 100;
/** Lines of the wanted text that are looked at; a region is known by fewer. */
const MOST_WANTED = 60;
/** Beyond so many changed lines a region is not followed. */
const MOST_EDITS = 1000;

const wordsOf = (line: string): string[] => line.match(/[\p{L}\p{N}_]+/gu) ?? [];
const cut = (line: string): string => (line.length > MOST_CHARS ? `${line.slice(0, MOST_CHARS)}…` : line);
const shown = (line: string): string => `\`${cut(line.trim())}\``;

/** Lines [from, to) of a file with their numbers, 1-based. */
function numbered({ lines }: FileLines, from: number, to: number): string {
  const end = Math.min(to, from + MOST_SHOWN, lines.length);
  const rows = lines.slice(from, end).map((line, index) => `${from + index + 1}| ${cut(line)}`);
  return rows.join("\n");
}

/** The wanted lines without what clings to them: fences and line numbers. */
function plainlyWanted(edit: Edit): string[] {
  const readings = readingsOf(edit).filter(({ old }) => !isBlank(old));
  const clean = readings.findLast(({ numbers }) => numbers !== null) ?? readings[0];
  const { lines } = linesOf((clean?.old ?? edit.old).trim());
  return lines.slice(0, MOST_WANTED);
}

/** The window of the file that shares most with the wanted lines, rare words counting more; null where it shares nothing. */
function windowOf(file: FileLines, wanted: string[]): { from: number; to: number } | null {
  const words = new Set(wanted.flatMap(wordsOf));
  const whole = new Set(wanted.map((line) => line.trim()).filter((line) => wordsOf(line).length > 0));
  const counts = new Map<string, number>();
  const shared = file.lines.map((line) => {
    const own = [...new Set(wordsOf(line))].filter((word) => words.has(word));
    for (const word of own) counts.set(word, (counts.get(word) ?? 0) + 1);
    return own;
  });
  const scores = shared.map((own, index) => {
    const rare = own.reduce((sum, word) => sum + 1 / (counts.get(word) ?? 1), 0);
    return whole.has(file.lines[index]?.trim() ?? "") ? rare + 1 : rare;
  });
  const size = Math.min(wanted.length, file.lines.length);
  let sum = scores.slice(0, size).reduce((a, b) => a + b, 0);
  let best = { at: 0, sum };
  for (let at = 1; at + size <= scores.length; at += 1) {
    sum += (scores[at + size - 1] ?? 0) - (scores[at - 1] ?? 0);
    if (sum > best.sum + 1e-9) best = { at, sum };
  }
  if (best.sum <= 1e-9) return null;
  // Lines that were left out make the region longer than what was written.
  let [from, to] = [best.at, best.at + size];
  const isWanted = (line: number): boolean => whole.has(file.lines[line]?.trim() ?? "");
  while (to - from < 2 * size && isWanted(to)) to += 1;
  while (to - from < 2 * size && isWanted(from - 1)) from -= 1;
  return { from, to };
}

/** Line by line what the file has and what was written, the first few. */
function differences(
  file: FileLines,
  wanted: string[],
  { from, to }: { from: number; to: number },
): string[] {
  const own = file.lines.slice(from, to);
  const parts = diffArrays(
    own.map((line) => line.trim()),
    wanted.map((line) => line.trim()),
  );
  const said: string[] = [];
  let at = from + 1;
  let gone: string[] = [];
  const flush = (): void => {
    for (const [k, line] of gone.entries())
      if (line !== "")
        said.push(`line ${at - gone.length + k}: the file has ${shown(line)}, which you left out`);
    gone = [];
  };
  for (const { value, added, removed } of parts) {
    if (removed) {
      gone = value;
      at += value.length;
    } else if (added) {
      const line = at - gone.length;
      for (const [k, wrote] of value.entries()) {
        const has = gone[k];
        if (has !== undefined)
          said.push(`line ${line + k}: the file has ${shown(has)}, you wrote ${shown(wrote)}`);
        else if (wrote !== "")
          said.push(`you wrote ${shown(wrote)} after line ${at - 1}, the file has no such line there`);
      }
      gone = gone.slice(value.length);
      flush();
    } else {
      flush();
      at += value.length;
    }
  }
  // What follows the last written line is only the rest of the region.
  return said;
}

/** Why the wanted text was not found. */
export function nearest(file: FileLines, edit: Edit): string {
  const wanted = plainlyWanted(edit);
  const there = edit.new.trim() === "" ? -1 : file.text.indexOf(edit.new.trim());
  if (there >= 0 && edit.new.trim().length > 3) {
    const line = file.text.slice(0, there).split("\n").length;
    return `No such text in the file, but the new text is there already, at line ${line}; if that is what you want, go on.`;
  }
  const window = windowOf(file, wanted);
  if (window === null)
    return "No such text in the file, and nothing like it; look at the file with find_and_read, then copy the lines from there.";
  const said = differences(file, wanted, window);
  const more = said.length > MOST_DIFFERENCES ? `; and ${said.length - MOST_DIFFERENCES} more` : "";
  const what = said.length === 0 ? "" : `\nDifferent: ${said.slice(0, MOST_DIFFERENCES).join("; ")}${more}.`;
  return `No such text in the file. The nearest lines are:\n${numbered(file, window.from, window.to)}${what}\nCopy the lines to be replaced exactly, without the numbers.`;
}

/** Lines [from, to) of `before` as they are in `now`: what became of them, by a line diff. */
function sameRegion(before: FileLines, now: FileLines, [from, to]: [number, number]): [number, number] {
  const parts = diffArrays(before.lines, now.lines, { maxEditLength: MOST_EDITS });
  if (parts === undefined) return [from, to];
  let [was, is] = [0, 0];
  let first: number | null = null;
  let last = 0;
  for (const { added, removed, count } of parts) {
    const inside = added ? was >= from && was <= to : was < to && was + count > from;
    if (inside) {
      const same = !added && !removed;
      first ??= same ? is + Math.max(0, from - was) : is;
      last = added ? is + count : same ? is + Math.min(count, to - was) : is;
    }
    if (!added) was += count;
    if (!removed) is += count;
  }
  return [first ?? from, Math.max(last, (first ?? from) + 1)];
}

/**
 * Where the wanted text stood in a text that the file had before: that it has changed since, and the lines as they are now.
 * Null where it stood in none.
 */
export function changedSince(
  now: FileLines,
  earlier: string[],
  find: (before: FileLines) => { start: number; end: number }[],
): string | null {
  for (const text of [...earlier].reverse()) {
    if (text === now.text) continue;
    const before = new FileLines(text);
    const [place] = find(before);
    if (place === undefined) continue;
    const lineAt = (offset: number): number => text.slice(0, offset).split("\n").length - 1;
    const [from, to] = sameRegion(before, now, [lineAt(place.start), lineAt(place.end) + 1]);
    return `The file no longer has that text: it has changed since you saw it, or your change was taken back. These lines stand there now:\n${numbered(now, from, to)}\nMake the change from these lines, without the numbers.`;
  }
  return null;
}
