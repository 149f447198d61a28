/** Answers of the code graph as lines for a person: `path:line` first, in columns, nothing of it able to act on a terminal. */
import pc from "picocolors";
import { oneLine } from "../sanitize.ts";

/** Wider places and cells push their own line to the right instead of all lines; on a terminal, these parts of it. */
const WIDEST_PLACE = 72;
const WIDEST_CELL = 40;
const PLACE_SHARE = 0.4;
const CELL_SHARE = 0.25;
const GAP = "  ";
/** What is shown of a line where no terminal says how wide it is. */
const LINE = 240;

export interface Row {
  /** Null: nowhere in the project. */
  at: { path: string; line: number } | null;
  /** Columns; all but the last are aligned. */
  cells: string[];
  /** How deep the first cell stands. */
  depth?: number;
  /** In a dim colour behind it. */
  tag?: string;
  /** A dim line below. */
  under?: string;
}

/** A line of code as it stands, its indentation kept; `why` in a dim colour behind it. */
export interface Code {
  code: string;
  why: string;
}

/** A heading, a row, or code. */
export type Line = string | Row | Code;

const isRow = (line: Line): line is Row => typeof line !== "string" && !("code" in line);

export interface ScreenOptions {
  color: boolean;
  /** Of the terminal; null where there is none: lines are hardly cut. */
  columns: number | null;
}

/** Behind a long path so little is left that a second line of the terminal is taken, so that the name is whole. */
const LEAST_ROOM = 30;

const placeOf = ({ at }: Row): string => (at === null ? "-" : `${oneLine(at.path, 400)}:${at.line}`);

function cellsOf({ cells, depth = 0 }: Row): string[] {
  return cells.map((cell, at) => `${at === 0 ? GAP.repeat(depth) : ""}${oneLine(cell, LINE)}`);
}

/** The width of each column but the last. */
function widthsOf(rows: Row[], widest: number): number[] {
  const widths: number[] = [];
  for (const row of rows)
    for (const [at, cell] of cellsOf(row).slice(0, -1).entries())
      widths[at] = Math.max(widths[at] ?? 0, cell.length > widest ? 0 : cell.length);
  return widths;
}

/** The lines as text with a line end each; "" for none. */
export function screenOf(lines: Line[], { color, columns }: ScreenOptions): string {
  const c = pc.createColors(color);
  const rows = lines.filter(isRow);
  const places = rows.map((row) => placeOf(row).length);
  const widest = (most: number, share: number): number =>
    columns === null ? most : Math.min(most, Math.floor(columns * share));
  const place = Math.max(0, ...places.filter((width) => width <= widest(WIDEST_PLACE, PLACE_SHARE)));
  const widths = widthsOf(rows, widest(WIDEST_CELL, CELL_SHARE));
  const shown = lines.flatMap((line): string[] => {
    if (typeof line === "string") return [c.bold(oneLine(line, LINE))];
    if (!isRow(line)) {
      const indent = /^ */.exec(line.code)?.[0] ?? "";
      const why = line.why === "" ? "" : `${GAP}← ${oneLine(line.why, LINE)}`;
      return [`${indent}${oneLine(line.code.trimStart(), LINE)}${c.dim(why)}`];
    }
    const at = placeOf(line);
    const cells = cellsOf(line);
    const padded = cells.map((cell, n) => (n === cells.length - 1 ? cell : cell.padEnd(widths[n] ?? 0)));
    const tag = line.tag ? `${GAP}(${oneLine(line.tag, 80)})` : "";
    const width = columns ?? LINE + WIDEST_PLACE;
    const left = width - Math.max(place, at.length) - GAP.length - tag.length;
    const room = left < LEAST_ROOM ? Math.max(LEAST_ROOM, left + width) : left;
    const text = oneLineKeeping(padded.join(GAP), room);
    const head = `${c.cyan(at)}${" ".repeat(Math.max(0, place - at.length))}${GAP}${text}${c.dim(tag)}`;
    if (!line.under) return [head.trimEnd()];
    const under = oneLineKeeping(oneLine(line.under, LINE), Math.max(20, (columns ?? LINE) - 4));
    return [head.trimEnd(), `    ${c.dim(under)}`];
  });
  return shown.map((line) => `${line}\n`).join("");
}

/** Cut to a length; the spaces between columns stay. */
const oneLineKeeping = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most - 1).toWellFormed()}…`;
