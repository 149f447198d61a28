/** Line ends and the byte order mark: plain ones in memory, a file's own given back line by line. */
import { diffArrays } from "diff";

export const BOM = "\uFEFF";

/** A line diff of a file with mixed ends is given up beyond so many changed lines. */
const MOST_EDITS = 2000;

export function dominantEol(raw: string): "\n" | "\r\n" {
  const all = raw.split("\n").length - 1;
  const windows = raw.split("\r\n").length - 1;
  return windows * 2 > all ? "\r\n" : "\n";
}

export const unixed = (text: string): string => text.replaceAll("\r\n", "\n");

/** The lines of a raw text with their ends. */
const splitLines = (raw: string): string[] => raw.match(/[^\n]*\n|[^\n]+$/g) ?? [];

/**
 * New text (with "\n" ends) for a file that held `before`: its BOM and line ends are given back. A line that stays keeps its
 * own end, and one that is new takes the end of the line in whose place it stands, else the usual one of the file. `before:
 * null` is a new file.
 */
export function withEndsOf(text: string, before: string | null): string {
  const plain = text.startsWith(BOM) ? text.slice(1) : text;
  if (before === null) return unixed(plain);
  const bom = before.startsWith(BOM) ? BOM : "";
  const old = splitLines(before.slice(bom.length));
  const fresh = splitLines(plain);
  const usual = dominantEol(before);
  let top = 0;
  while (top < fresh.length && top < old.length && unixed(old[top] ?? "") === fresh[top]) top += 1;
  let bottom = 0;
  const room = Math.min(old.length, fresh.length) - top;
  while (bottom < room && unixed(old.at(-1 - bottom) ?? "") === fresh.at(-1 - bottom)) bottom += 1;
  const middle = mixedEnds(
    old.slice(top, old.length - bottom),
    fresh.slice(top, fresh.length - bottom),
    usual,
  );
  const tail = bottom === 0 ? [] : old.slice(-bottom);
  return bom + [...old.slice(0, top), ...middle, ...tail].join("");
}

const endOf = (line: string | undefined): "\n" | "\r\n" | null =>
  line === undefined || !line.endsWith("\n") ? null : line.endsWith("\r\n") ? "\r\n" : "\n";

/** The changed region: kept lines as they were; new ones with the end of the line they replace, or of the one before. */
function mixedEnds(old: string[], fresh: string[], usual: "\n" | "\r\n"): string[] {
  const parts = diffArrays(old.map(unixed), fresh, { maxEditLength: MOST_EDITS }) ?? [
    { value: old, added: false, removed: true, count: old.length },
    { value: fresh, added: true, removed: false, count: fresh.length },
  ];
  const made: string[] = [];
  let at = 0;
  let gone: string[] = [];
  for (const { value, added, removed, count } of parts) {
    if (added) {
      const ends = gone.map(endOf).filter((end) => end !== null);
      for (const [k, line] of value.entries())
        made.push(unixed(line).replace(/\n$/, ends[k] ?? ends.at(-1) ?? usual));
      gone = [];
    } else {
      const own = old.slice(at, at + count);
      gone = removed ? own : [];
      if (!removed) made.push(...own);
      at += count;
    }
  }
  return made;
}
