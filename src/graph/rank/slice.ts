/**
 * The part of the code that a task is about, within a budget: the target's file whole, else folded around it, else whole nodes
 * around the lines that matter; then the next definitions as heads. All sizes are tokens by the estimate.
 */
import { estimateTokens } from "../../model/estimate.ts";
import type { CodeSymbol, Target } from "../../types.ts";
import type { Workspace } from "../../workspace/workspace.ts";
import { type Parsed, parse } from "../syntax/parse.ts";
import { fold } from "../text/fold.ts";
import { view } from "../text/view.ts";

const MOST_HEADS = 24;
const OTHERS = "Other definitions:";

export interface SliceOptions {
  target: Target | null;
  /** Best first. */
  symbols: CodeSymbol[];
  /** Lines of the target's file that matter, the most important first; may be none. */
  lines: number[];
  /** Of all, and of it for the heads of other definitions. */
  most: number;
  heads: number;
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

/** A parsed file's text in at most so many tokens, whole syntax nodes only; null where none of it fits. */
export function codeText(parsed: Parsed, { symbol, lines, order }: Focus, most: number): string | null {
  const holds = (one: CodeSymbol, line: number): boolean => one.lines.start <= line && line <= one.lines.end;
  const innermost = lines.flatMap((line) => parsed.symbols.findLast((one) => holds(one, line)) ?? []);
  const keep = (symbol === null ? innermost : [symbol]).map(({ name }) => name);
  const folded = fold(parsed, { keep, most, order });
  if (folded !== null && folded.trim() !== "") return folded;
  const inside = symbol === null ? lines : lines.filter((line) => holds(symbol, line));
  return view(parsed, inside.length > 0 ? inside : [symbol?.lines.start ?? 1], most);
}

async function mainText(
  options: SliceOptions,
  target: Target,
  workspace: Pick<Workspace, "read">,
): Promise<string> {
  const { symbols, lines } = options;
  const most = options.most - options.heads;
  const { path } = target;
  const read = await workspace.read(path);
  if (!read.ok) return "";
  const { text } = read.file;
  const parsed = await parse(path, text);
  const room = most - estimateTokens(fenced(path, parsed?.language ?? "", ""));
  const order = symbols.filter((one) => one.path === path).map(({ name }) => name);
  const symbol = parsed?.symbols.find(({ name }) => name === target.symbol) ?? null;
  const shown =
    parsed === null ? (fits(text, room) ? text : null) : codeText(parsed, { symbol, lines, order }, room);
  if (shown !== null) return fenced(path, parsed?.language ?? "", shown);
  const what = symbol === null ? "" : ` ${symbol.signature}`;
  const note = `${path}${what}: ${text.split("\n").length} lines, too long to show.`;
  return fits(note, most) ? note : "";
}

/** The heads of definitions that are shown nowhere else. */
function headsOf(symbols: CodeSymbol[], skip: string | null, most: number): string {
  const rows: string[] = [];
  let left = most - estimateTokens(`${OTHERS}\n`);
  for (const symbol of symbols.filter(({ path }) => path !== skip).slice(0, MOST_HEADS)) {
    const row = `${symbol.path}:${symbol.lines.start} ${symbol.signature.split("\n")[0] ?? ""}`;
    left -= estimateTokens(`${row}\n`);
    if (left < 0) break;
    rows.push(row);
  }
  return rows.length === 0 ? "" : `${OTHERS}\n${rows.join("\n")}`;
}

/** In at most `most` tokens; "" where nothing fits. The order of the parts depends on nothing but the arguments. */
export async function slice(options: SliceOptions, workspace: Pick<Workspace, "read">): Promise<string> {
  const { target, symbols, most, heads } = options;
  const main = target === null ? "" : await mainText(options, target, workspace);
  const left = most - (main === "" ? 0 : estimateTokens(`${main}\n\n`));
  const others = headsOf(symbols, main === "" ? null : (target?.path ?? null), Math.min(left, heads));
  return [main, others].filter((text) => text !== "").join("\n\n");
}
