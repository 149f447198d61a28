/** Code outside of functions that does something: a script's own lines, an initializer, a table of closures. */
import type { Parsed } from "../graph/syntax/parse.ts";
import type { LineRange } from "../types.ts";

/** Of one stretch: around a suspect line so many on each side, and of any so many characters. */
const AROUND = 20;
const MOST_CHARS = 3000;
/** Lines that do something, of a stretch that nothing points at. */
const LEAST = 4;

const NOTHING = /^\s*($|\/\/|#|\/?\*|[{}()[\];,]+\s*$)/;
const IMPORT = /^\s*(import\b|from\s+\S+\s+import\b|use\s|package\b|#\s*include|const\s.*=\s*require\()/;

/**
 * The lines of a file, from 1, that no function holds: the one around each suspect line, or where there is none of those, all that do
 * something, the longest first. None of them overlap.
 */
export function stretchesOf(parsed: Parsed, suspect: number[]): LineRange[] {
  const lines = parsed.text.split("\n");
  const textOf = (line: number): string => lines[line - 1] ?? "";
  const held = new Set<number>();
  for (const { symbol } of parsed.definitions)
    if (symbol.kind === "function" || symbol.kind === "method")
      for (let line = symbol.lines.start; line <= symbol.lines.end; line += 1) held.add(line);
  const isFree = (line: number): boolean =>
    line >= 1 && line <= lines.length && !held.has(line) && !IMPORT.test(textOf(line));
  const does = ({ start, end }: LineRange): number =>
    lines.slice(start - 1, end).filter((line) => !NOTHING.test(line)).length;
  const found: LineRange[] = [];
  if (suspect.length > 0) {
    const isTaken = (line: number): boolean => found.some(({ start, end }) => start <= line && line <= end);
    for (const line of suspect)
      if (isFree(line) && !isTaken(line))
        found.push(grown(line, { textOf, takes: (next) => isFree(next) && !isTaken(next), reach: AROUND }));
    return found;
  }
  for (let line = 1; line <= lines.length; line += 1) {
    if (!isFree(line) || textOf(line).trim() === "") continue;
    const first = line;
    const stretch = grown(line, { textOf, takes: (next) => next > first && isFree(next), reach: Infinity });
    if (does(stretch) >= LEAST) found.push(stretch);
    line = stretch.end;
  }
  return found.sort((a, b) => does(b) - does(a));
}

/** From one line on to both sides in turn, as far as it takes lines and what may be read at once; without blank lines at its ends. */
function grown(
  line: number,
  of: { textOf: (line: number) => string; takes: (line: number) => boolean; reach: number },
): LineRange {
  const { textOf, takes, reach } = of;
  let [start, end, size] = [line, line, textOf(line).length];
  const fits = (next: number): boolean =>
    Math.abs(next - line) <= reach && size + textOf(next).length < MOST_CHARS && takes(next);
  for (let grew = true; grew; ) {
    grew = false;
    for (const next of [end + 1, start - 1]) {
      if (!fits(next)) continue;
      [start, end] = [Math.min(start, next), Math.max(end, next)];
      size += textOf(next).length + 1;
      grew = true;
    }
  }
  const isBlank = (at: number): boolean => textOf(at).trim() === "";
  while (start < line && isBlank(start)) start += 1;
  while (end > line && isBlank(end)) end -= 1;
  return { start, end };
}
