/** Moves a piece of code to another indentation, from spaces to tabs or back where the file differs. */

const leading = (line: string): string => /^[ \t]*/.exec(line)?.[0] ?? "";
const isBlank = (line: string): boolean => line.trim() === "";

/** One level of indentation as the text uses it: a tab, or the smallest step of spaces; null where nothing is indented. */
export function unitOf(lines: string[]): string | null {
  const indents = lines.filter((line) => !isBlank(line)).map(leading);
  const tabs = indents.filter((indent) => indent.startsWith("\t")).length;
  const spaces = indents.filter((indent) => indent.startsWith(" ")).length;
  if (tabs === 0 && spaces === 0) return null;
  if (tabs >= spaces) return "\t";
  const widths = [...new Set(indents.map((indent) => indent.length))].sort((a, b) => a - b);
  const steps = widths.slice(1).map((width, index) => width - (widths[index] ?? 0));
  return " ".repeat(Math.min(8, ...steps.filter((step) => step > 1), widths.at(-1) ?? 4) || 4);
}

/** Whole levels in the other unit; what is left over (alignment) stays as spaces. */
function converted(indent: string, from: string, to: string): string {
  const levels =
    from === "\t" ? (/^\t*/.exec(indent)?.[0].length ?? 0) : Math.floor(indent.length / from.length);
  return to.repeat(levels) + indent.slice(from === "\t" ? levels : levels * from.length);
}

export interface Move {
  /** Where the first line is to stand. */
  place: string;
  /** One level in the file the code goes to; null keeps the code's. */
  unit: string | null;
  /** Indexes of lines that begin inside a string: their blanks are text. */
  frozen: Set<number>;
  /** Only the first line lacks its indentation, as when a prompt ended with it. */
  firstLineOnly: boolean;
}

/** The lines as one text, the first at `place` and the others as far from it as they were. */
export function moveTo(lines: string[], { place, unit, frozen, firstLineOnly }: Move): string {
  const first = lines[0] ?? "";
  if (firstLineOnly) return [place + first.trimStart(), ...lines.slice(1)].join("\n");
  const base = leading(first);
  const free = lines.filter((_, index) => !frozen.has(index));
  const from = unitOf(free.map((line) => (line.startsWith(base) ? line.slice(base.length) : line)));
  const differs = from !== null && unit !== null && (from === "\t") !== (unit === "\t");
  const moved = lines.map((line, index) => {
    if (frozen.has(index)) return line;
    if (isBlank(line)) return "";
    const indent = leading(line);
    const rest = indent.startsWith(base) ? indent.slice(base.length) : "";
    return place + (differs ? converted(rest, from, unit) : rest) + line.slice(indent.length);
  });
  return moved.join("\n");
}

/** Whether only the code's first line lacks its indentation: it stands at the margin, the last line (where indentation closes, every other one) already as deep as `place` asks. */
export function lacksFirstIndent(lines: string[], place: string, closing: "indent" | "token"): boolean {
  const first = lines[0] ?? "";
  const others = lines.slice(1).filter((line) => !isBlank(line));
  if (place === "" || leading(first) !== "" || others.length === 0) return false;
  if (closing === "token") return leading(others.at(-1) ?? "") === place;
  const inside = others.filter((line) => !/^\s*[)\]}]/.test(line)).map(leading);
  const decorated = first.startsWith("@");
  return inside.every((indent) => indent.startsWith(place) && (decorated || indent.length > place.length));
}
