/**
 * A file too long to show, as whole syntax nodes around the lines that matter. It begins with everything left out; then the
 * nodes nearest to those lines are opened as long as there is room: in full, or else as a frame whose inner statements are
 * opened in turn. What stays closed is one comment line that says how much it is. A view that would not parse is none.
 */
import type { Node } from "web-tree-sitter";
import type { Grammar } from "../../../grammars/manifest.ts";
import { estimateTokens } from "../../model/estimate.ts";
import { type Loaded, loadedLanguage, withTree } from "../syntax/languages.ts";
import { type Parsed, parseAgain } from "../syntax/parse.ts";
import { type Edit, splice } from "./splice.ts";

/** A node that stands on lines of its own, and those inside it. Offsets are of whole lines, the last line's end included. */
interface Unit {
  start: number;
  end: number;
  /** 0-based, both included. */
  rows: { from: number; to: number };
  /** A statement is left out by another statement where the language needs one in its place. */
  statement: boolean;
  children: Unit[];
}

/** Deeper nesting is left closed. */
const DEEPEST = 150;
/** What a comment line costs at most. */
const NOTE = 18;
/** Their text may not be touched, or they make no sense alone. */
const OPAQUE = /string|heredoc|comment|raw_text|regex|fenced_code|pipe_table|block_scalar/;
const BOUND = /_clause$/;
const BLOCK = /^(?:block|module)$/;

/** The comment line for so many lines left out. */
export function leftOut(grammar: Grammar, { indent, count }: { indent: string; count: string }): string {
  const [open, close] = grammar.comment;
  return `${indent}${open} … ${count} left out${close === "" ? "" : ` ${close}`}\n`;
}

/** The whole lines of a node, with a separator or a comment behind it; null where it shares them with something else. */
function linesOf(text: string, node: Node, mark: string): { start: number; end: number } | null {
  const start = text.lastIndexOf("\n", node.startIndex - 1) + 1;
  if (text.slice(start, node.startIndex).trim() !== "") return null;
  // Some nodes end with their line, some before it.
  if (text[node.endIndex - 1] === "\n") return { start, end: node.endIndex };
  const newline = text.indexOf("\n", node.endIndex);
  const end = newline < 0 ? text.length : newline + 1;
  const behind = text
    .slice(node.endIndex, end)
    .trim()
    .replace(/^[,;]\s*/, "");
  return behind === "" || behind.startsWith(mark) ? { start, end } : null;
}

function unitsIn(node: Node, around: { text: string; mark: string; outer: Unit }, depth: number): Unit[] {
  const { text, mark, outer } = around;
  const units: Unit[] = [];
  if (depth > DEEPEST || OPAQUE.test(node.type)) return units;
  for (const child of node.namedChildren) {
    const whole = BOUND.test(child.type) ? null : linesOf(text, child, mark);
    const same = whole !== null && whole.start === outer.start && whole.end === outer.end;
    const overlaps = whole !== null && whole.start < (units.at(-1)?.end ?? outer.start);
    const inner = child.startPosition.row < child.endPosition.row;
    if (whole === null || same || overlaps) {
      if (inner) units.push(...unitsIn(child, around, depth + 1));
      continue;
    }
    const rows = { from: child.startPosition.row, to: child.endPosition.row };
    const unit: Unit = {
      ...whole,
      rows,
      statement: BLOCK.test(node.type) || BLOCK.test(child.type),
      children: [],
    };
    if (inner) unit.children = unitsIn(child, { text, mark, outer: unit }, depth + 1);
    units.push(unit);
  }
  return units;
}

const distance = ({ rows }: Unit, at: number[]): number =>
  Math.min(...at.map((row) => (row < rows.from ? rows.from - row : Math.max(0, row - rows.to))));

/** Runs of neighbours with nothing but blanks between them. */
function runsOf(text: string, units: Unit[]): Unit[][] {
  const runs: Unit[][] = [];
  for (const unit of units) {
    const last = runs.at(-1);
    const end = last?.at(-1)?.end;
    if (last !== undefined && end !== undefined && text.slice(end, unit.start).trim() === "") last.push(unit);
    else runs.push([unit]);
  }
  return runs;
}

/** The first and the last of each run of closed neighbours. */
function runsBetween(text: string, units: Unit[], isOpen: (unit: Unit) => boolean): [Unit, Unit][] {
  const closed: Unit[][] = [[]];
  for (const unit of units) {
    if (isOpen(unit)) closed.push([]);
    else closed.at(-1)?.push(unit);
  }
  return closed
    .flatMap((some) => runsOf(text, some))
    .flatMap((run): [Unit, Unit][] => {
      const [first, last] = [run[0], run.at(-1)];
      return first === undefined || last === undefined ? [] : [[first, last]];
    });
}

/** What a frame costs: what lies around its children, and a note for each run of them. */
function ownCost(text: string, { start, end, children }: Unit): number {
  const runs = runsOf(text, children);
  const edits = runs.map((run): Edit => {
    const [from = 0, to = 0] = [run[0]?.start, run.at(-1)?.end];
    return { start: from - start, end: to - start, text: "" };
  });
  return estimateTokens(splice(text.slice(start, end), edits)) + NOTE * runs.length;
}

interface Opened {
  whole: Set<Unit>;
  frames: Set<Unit>;
}

/** Opens nodes, nearest first, as long as there is room. */
function open(text: string, root: Unit, { at, most }: { at: number[]; most: number }): Opened | null {
  const opened: Opened = { whole: new Set(), frames: new Set([root]) };
  let left = most - ownCost(text, root);
  if (left < 0) return null;
  const queue = [...root.children];
  const nearer = (a: Unit, b: Unit): number => distance(a, at) - distance(b, at) || a.start - b.start;
  queue.sort(nearer);
  for (let unit = queue.shift(); unit !== undefined; unit = queue.shift()) {
    if (left <= NOTE) break;
    // A token is hardly ever longer than this: what is far too long needs no estimate.
    const size = unit.end - unit.start;
    const whole = size > left * 40 ? left + 1 : estimateTokens(text.slice(unit.start, unit.end)) + NOTE;
    if (whole <= left) {
      opened.whole.add(unit);
      left -= whole;
      continue;
    }
    const own = unit.children.length === 0 ? left + 1 : ownCost(text, unit);
    if (own > left) continue;
    opened.frames.add(unit);
    left -= own;
    queue.push(...unit.children);
    queue.sort(nearer);
  }
  return opened.whole.size + opened.frames.size === 1 ? null : opened;
}

/** What stands for each run of closed nodes in what is open. */
function closings({ grammar }: Loaded, text: string, { frames, whole }: Opened): Edit[] {
  const isOpen = (unit: Unit): boolean => whole.has(unit) || frames.has(unit);
  return [...frames].flatMap(({ children }) =>
    runsBetween(text, children, isOpen).map(([first, last]): Edit => {
      const indent = /^[ \t]*/.exec(text.slice(first.start, first.end))?.[0] ?? "";
      const note = leftOut(grammar, { indent, count: linesFrom(first.rows.from, last.rows.to) });
      const stands = grammar.closing === "indent" && first.statement;
      const shown = stands ? `${indent}...  ${note.trimStart()}` : note;
      // JSON has no comma behind the last of a list.
      const before = text.slice(0, first.start).trimEnd();
      const comma = grammar.id === "json" && last === children.at(-1) && before.endsWith(",");
      return comma
        ? { start: before.length - 1, end: last.end, text: `\n${shown}` }
        : { start: first.start, end: last.end, text: shown };
    }),
  );
}

const linesFrom = (from: number, to: number): string => (to === from ? "1 line" : `${to - from + 1} lines`);

/**
 * The file with whole nodes only, those around `lines` (1-based, at least one) first, in at most `most` tokens; null where not
 * even one fits, or the language has no comments to say what is left out.
 */
export function view(parsed: Parsed, lines: number[], most: number): string | null {
  const loaded = loadedLanguage(parsed.language);
  const { text } = parsed;
  const [mark] = loaded.grammar.comment;
  const at = lines.map((line) => line - 1);
  const shown = withTree(loaded, text, (node) => {
    const rows = { from: 0, to: node.endPosition.row };
    const root: Unit = { start: 0, end: text.length, rows, statement: false, children: [] };
    root.children = unitsIn(node, { text, mark, outer: { ...root, end: -1 } }, 0);
    const opened = open(text, root, { at, most });
    return opened && splice(text, closings(loaded, text, opened));
  });
  if (shown === null || estimateTokens(shown) > most) return null;
  const again = parseAgain(parsed, shown);
  return again !== null && again.errors.length <= parsed.errors.length ? shown : null;
}
