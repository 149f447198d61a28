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
 * something, the longest first.
 */
export function stretchesOf(parsed: Parsed, suspect: number[]): LineRange[] {
  const lines = parsed.text.split("\n");
  const held = new Set<number>();
  for (const { symbol } of parsed.definitions)
    if (symbol.kind === "function" || symbol.kind === "method")
      for (let line = symbol.lines.start; line <= symbol.lines.end; line += 1) held.add(line);
  const isFree = (line: number): boolean =>
    line >= 1 && line <= lines.length && !held.has(line) && !IMPORT.test(lines[line - 1] ?? "");
  const does = ({ start, end }: LineRange): number =>
    lines.slice(start - 1, end).filter((line) => !NOTHING.test(line)).length;
  const found: LineRange[] = [];
  const around = (line: number, most: number): LineRange => {
    let [start, end] = [line, line];
    while (isFree(start - 1) && line - start < most) start -= 1;
    while (isFree(end + 1) && end - line < most) end += 1;
    return shortened(lines, { start, end }, line);
  };
  if (suspect.length > 0) {
    for (const line of suspect)
      if (isFree(line) && !found.some(({ start, end }) => start <= line && line <= end))
        found.push(around(line, AROUND));
    return found;
  }
  for (let line = 1; line <= lines.length; line += 1) {
    if (!isFree(line) || lines[line - 1]?.trim() === "") continue;
    const stretch = around(line, lines.length);
    if (does(stretch) >= LEAST) found.push(stretch);
    line = stretch.end;
  }
  return found.sort((a, b) => does(b) - does(a));
}

/** From both sides towards `line`, down to what may be read at once, without blank lines at its ends. */
function shortened(lines: string[], { start, end }: LineRange, line: number): LineRange {
  const size = (): number => lines.slice(start - 1, end).join("\n").length;
  let [from, to] = [start, end];
  while (size() > MOST_CHARS && from < to) {
    if (to - line >= line - from) to -= 1;
    else from += 1;
    [start, end] = [from, to];
  }
  const isBlank = (at: number): boolean => (lines[at - 1] ?? "").trim() === "";
  while (start < line && isBlank(start)) start += 1;
  while (end > line && isBlank(end)) end -= 1;
  return { start, end };
}
