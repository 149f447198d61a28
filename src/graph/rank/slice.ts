/**
 * The right lines of a project for a task, within a budget: the target's file whole, else folded around it, else whole nodes
 * around the lines that matter; then the next definitions as signatures. Every line knows why it is there. All sizes are tokens
 * by the estimate.
 */
import { estimateTokens } from "../../model/estimate.ts";
import type { CodeSymbol, Target } from "../../types.ts";
import type { CodeGraph } from "../graph.ts";
import { lastPart } from "../index/code-index.ts";
import { type Parsed, parse } from "../syntax/parse.ts";
import { fold } from "../text/fold.ts";
import { view } from "../text/view.ts";
import { type Ranked, type RankQuery, rank } from "./rank.ts";
import { Rows, type SliceLine, signatureRows, wholeRows } from "./signatures.ts";

export type { SliceLine } from "./signatures.ts";

const OTHERS = "Other definitions:";
/** Of the room: for what belongs to a given target, and for the body of the likeliest definition where none is given. */
const NEIGHBOURS = 0.25;
const BODY = 0.3;
const ROUNDS = 2;
/** Definitions of one name that are shown before all others have had their turn. */
const MOST_NAMESAKES = 3;

/** Where the texts of files come from. */
export type Texts = Pick<CodeGraph, "text">;

export interface SliceOptions {
  target: Target | null;
  /** Best first. */
  ranked: Ranked[];
  /** Lines of the target's file that matter, the most important first; may be none. */
  lines: number[];
  /** Of all, and of it for the signatures of other definitions. */
  most: number;
  heads: number;
  /** Signatures get what the target leaves, too. */
  fill?: boolean;
}

export interface Slice {
  text: string;
  /** One for each line of the text. */
  lines: SliceLine[];
}

/** A file's text, or part of it, as a prompt shows it. */
export const fenced = (title: string, language: string, text: string): string =>
  `${title}\n\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;

/** Whether a text has at most so many tokens, without reading one that is far too long. */
const fits = (text: string, most: number): boolean =>
  text.length <= most * 40 && estimateTokens(text) <= most;

/** What `codeText` is given of a file that it shows. */
export interface Focus {
  /** What is shown whole if anything is; none: the whole file. */
  symbol: CodeSymbol | null;
  lines: number[];
  /** The names of the file's other symbols, the most relevant first. */
  order: string[];
}

/** All lines of a symbol; none: the first of the file. */
const linesOf = (symbol: CodeSymbol | null): number[] =>
  symbol === null
    ? [1]
    : Array.from({ length: symbol.lines.end - symbol.lines.start + 1 }, (_, at) => symbol.lines.start + at);

/** A parsed file's text in at most so many tokens, whole syntax nodes only; null where none of it fits. */
export function codeText(parsed: Parsed, { symbol, lines, order }: Focus, most: number): string | null {
  const holds = (one: CodeSymbol, line: number): boolean => one.lines.start <= line && line <= one.lines.end;
  const innermost = lines.flatMap((line) => parsed.symbols.findLast((one) => holds(one, line)) ?? []);
  const keep = (symbol === null ? innermost : [symbol]).map(({ name }) => name);
  const folded = fold(parsed, { keep, most, order });
  if (folded !== null && folded.trim() !== "") return folded;
  const inside = symbol === null ? lines : lines.filter((line) => holds(symbol, line));
  return view(parsed, inside.length > 0 ? inside : linesOf(symbol), most);
}

async function mainText(options: SliceOptions, target: Target, code: Texts): Promise<string> {
  const { ranked, lines } = options;
  const most = options.most - options.heads;
  const { path } = target;
  const text = await code.text(path);
  if (text === null) return "";
  const parsed = await parse(path, text);
  const room = most - estimateTokens(fenced(path, parsed?.language ?? "", ""));
  const order = ranked.flatMap(({ symbol }) => (symbol.path === path ? [symbol.name] : []));
  const symbol = parsed?.symbols.find(({ name }) => name === target.symbol) ?? null;
  const shown =
    parsed === null ? (fits(text, room) ? text : null) : codeText(parsed, { symbol, lines, order }, room);
  if (shown !== null) return fenced(path, parsed?.language ?? "", shown);
  const what = symbol === null ? "" : ` ${symbol.signature}`;
  const note = `${path}${what}: ${text.split("\n").length} lines, too long to show.`;
  return fits(note, most) ? note : "";
}

/** As many of the best definitions as fit into the rows, as signatures. */
function fill(rows: Rows, ranked: Ranked[]): Slice {
  for (let round = 0; round < ROUNDS && !rows.full; round += 1) {
    const namesakes = new Map<string, number>();
    for (const one of ranked) {
      if (rows.full) break;
      const name = lastPart(one.symbol.name);
      const count = (namesakes.get(name) ?? 0) + 1;
      namesakes.set(name, count);
      if (round === 0 && count > MOST_NAMESAKES) continue;
      if (!rows.has(one.symbol)) rows.take(signatureRows(one));
    }
    rows.reckon();
  }
  return rows.render();
}

/** In at most `most` tokens; no line where nothing fits. The order of the parts depends on nothing but the arguments. */
export async function slice(options: SliceOptions, code: Texts): Promise<Slice> {
  const { target, ranked, most, heads } = options;
  const main = target === null ? "" : await mainText(options, target, code);
  const left = most - (main === "" ? 0 : estimateTokens(`${main}\n\n`));
  const room = (options.fill ? left : Math.min(left, heads)) - estimateTokens(`${OTHERS}\n`);
  const skip = main === "" ? null : (target?.path ?? null);
  const wanted = ranked.filter(({ symbol }) => symbol.path !== skip);
  const rest = fill(new Rows(room), wanted);
  const path = target?.path ?? "";
  const known: SliceLine = { path, symbol: target?.symbol ?? null, why: ["the target and its file"] };
  const between: SliceLine = { path: "", symbol: null, why: [] };
  const parts: Slice[] = [];
  if (main !== "") parts.push({ text: main, lines: main.split("\n").map(() => known) });
  if (rest.text !== "") parts.push({ text: `${OTHERS}\n${rest.text}`, lines: [between, ...rest.lines] });
  return {
    text: parts.map(({ text }) => text).join("\n\n"),
    lines: parts.flatMap(({ lines }, index) => (index === 0 ? lines : [between, ...lines])),
  };
}

export interface SliceQuery extends RankQuery {
  /** The text never has more. */
  tokens: number;
}

/**
 * The slice of a task: what it is about (`about`) in full or folded, and what belongs to that; where nothing is given, the
 * likeliest definition in full if that takes no more than a third of the room, and the next ones as signatures. Empty where the
 * query says nothing about this project.
 */
export async function graphSlice(query: SliceQuery, graph: CodeGraph): Promise<Slice> {
  const ranked = await rank(query, graph);
  const { about: target, tokens: most } = query;
  if (target === undefined) {
    const rows = new Rows(most);
    const [best] = ranked;
    const text = best === undefined ? null : await graph.text(best.symbol.path);
    if (best !== undefined && text !== null) rows.take(wholeRows(best, text), most * BODY);
    return fill(rows, ranked);
  }
  return slice({ target, ranked, lines: [], most, heads: Math.floor(most * NEIGHBOURS), fill: true }, graph);
}
