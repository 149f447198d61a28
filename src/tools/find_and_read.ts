/** One answer to "where is it and what does it say": the best symbol in full, who calls it, the next ones as heads, matching lines. */
import { z } from "zod";
import type { CodeGraph } from "../graph/graph.ts";
import { lastPart } from "../graph/index/code-index.ts";
import { callers } from "../graph/query/uses.ts";
import { rank } from "../graph/rank/rank.ts";
import { codeText, fenced } from "../graph/rank/slice.ts";
import { searchText } from "../graph/search/search.ts";
import { parse } from "../graph/syntax/parse.ts";
import { cutLines } from "../model/budget.ts";
import { estimateTokens } from "../model/estimate.ts";
import type { CodeSymbol, Target } from "../types.ts";
import { defineTool, refusal, type ToolContext } from "./tool.ts";

const NAME = "find_and_read";
const MOST_HEADS = 12;
const MOST_LINES = 12;
const MOST_NAMED = 3;
const MOST_CALLERS = 12;
/** Of the room, the part that definitions and matching lines get each; the code has the rest. */
const LIST_SHARE = 0.2;

export const findAndRead = defineTool({
  name: NAME,
  what: "find and read other code",
  choose: "give search words, a name or a path as text",
  fields: { query: "search words, a name or a path" },
  args: z.object({ query: z.string().trim().min(1) }),
  body: "none",
  fromChoice: ({ text, target }) => {
    const query = text.trim() || (target === null ? "" : `${target.path} ${target.symbol ?? ""}`.trim());
    return query === ""
      ? { ok: false, reason: "find_and_read needs search words, a name or a path as text." }
      : { ok: true, args: { query } };
  },
  async run({ query }, context) {
    const { workspace, room } = context;
    const files = await workspace.list();
    const words = query.split(/[^\w./-]+/).filter((word) => word !== "");
    const named = files.filter((path) => words.some((word) => path === word || path.endsWith(`/${word}`)));
    const { symbols, calledBy } = await context.ask(async (graph) => {
      const ranked = await rank({ words: [query], paths: named, frames: [] }, graph);
      const found = ranked.map(({ symbol }) => symbol);
      return { symbols: found, calledBy: await callersOf(words, found[0] ?? null, graph) };
    });
    const lists = [
      listed("Called by:", calledBy, room * LIST_SHARE),
      listed("Definitions:", headsOf(symbols), room * LIST_SHARE),
      listed(`Lines with "${query}":`, await matchingLines(query, workspace), room * LIST_SHARE),
    ].filter((text) => text !== "");
    const left = room - lists.reduce((sum, text) => sum + estimateTokens(`\n\n${text}`), 0);
    const code = named.length > 0 ? await readNamed(named, symbols, { workspace, room: left }) : [];
    if (named.length === 0 && symbols[0] !== undefined)
      code.push(...(await readBest(symbols[0], { workspace, room: left })));
    const parts = [...code, ...lists];
    if (parts.length === 0)
      return refusal(NAME, `Nothing here matches "${query}"; try one word of a name, or a path.`);
    const shown = symbols.slice(0, MOST_HEADS).map(({ path, name }): Target => ({ path, symbol: name }));
    const targets = [...named.slice(0, MOST_NAMED).map((path): Target => ({ path })), ...shown];
    return { kind: "text", tool: NAME, text: parts.join("\n\n"), targets };
  },
});

/** Who calls a symbol, where the query is its name. */
async function callersOf(words: string[], best: CodeSymbol | null, graph: CodeGraph): Promise<string[]> {
  const last = best === null ? null : lastPart(best.name);
  if (best === null || !words.some((word) => word === best.name || lastPart(word) === last)) return [];
  const found = await callers(graph, `${best.path}:${best.name}`, MOST_CALLERS);
  return found.ok
    ? found.rows.map(({ path, line, name }) => `${path}:${line}${name === null ? "" : ` ${name}`}`)
    : [];
}

type Room = Pick<ToolContext, "workspace" | "room">;

/** As many rows as fit under a title; "" where none does. */
function listed(title: string, rows: string[], most: number): string {
  let text = title;
  for (const row of rows) {
    if (estimateTokens(`${text}\n${row}`) > most) break;
    text += `\n${row}`;
  }
  return text === title ? "" : text;
}

/** Named files, whole where there is room, else folded at syntax nodes; text without a grammar is cut between lines. */
async function readNamed(
  named: string[],
  symbols: CodeSymbol[],
  { workspace, room }: Room,
): Promise<string[]> {
  const parts: string[] = [];
  let left = room;
  for (const path of named.slice(0, MOST_NAMED)) {
    const read = await workspace.read(path);
    const within = left - estimateTokens(`\n\n${fenced(path, "", "")}`);
    const shown = read.ok ? await shownOf(path, read.file.text, { symbols, within }) : read.reason;
    const cost = shown === null ? 0 : estimateTokens(`\n\n${shown}`);
    if (shown === null || cost > left) continue;
    parts.push(shown);
    left -= cost;
  }
  return parts;
}

/** A named file in at most so many tokens within its fence; null where nothing of it fits. */
async function shownOf(
  path: string,
  text: string,
  { symbols, within }: { symbols: CodeSymbol[]; within: number },
): Promise<string | null> {
  const parsed = await parse(path, text);
  const order = symbols.filter((one) => one.path === path).map(({ name }) => name);
  const code = parsed === null ? null : codeText(parsed, { symbol: null, lines: [], order }, within);
  const shown = parsed === null ? cutLines(text, within) : code;
  return shown === null ? `${path}: too long to show; name one of its definitions.` : fenced(path, "", shown);
}

/** The best symbol, whole where it fits, else the nodes at its start. */
async function readBest(best: CodeSymbol, { workspace, room }: Room): Promise<string[]> {
  const read = await workspace.read(best.path);
  if (!read.ok) return [];
  const title = `${best.path}:${best.lines.start} ${best.name}`;
  const within = room - estimateTokens(`\n\n${fenced(title, "", "")}`);
  const text = read.file.text
    .split("\n")
    .slice(best.lines.start - 1, best.lines.end)
    .join("\n");
  if (estimateTokens(text) <= within) return [fenced(title, "", text)];
  const parsed = await parse(best.path, read.file.text);
  const symbol = parsed?.symbols.find(({ name }) => name === best.name) ?? null;
  const shown = parsed === null ? null : codeText(parsed, { symbol, lines: [], order: [] }, within);
  return shown === null ? [] : [fenced(best.path, "", shown)];
}

const headsOf = (symbols: CodeSymbol[]): string[] =>
  symbols
    .slice(0, MOST_HEADS)
    .map(({ path, lines, signature }) => `${path}:${lines.start} ${signature.split("\n")[0]}`);

/** Lines that hold the query in any case. */
async function matchingLines(query: string, workspace: ToolContext["workspace"]): Promise<string[]> {
  const found = await searchText(workspace, { pattern: query.toLowerCase(), regex: false, max: MOST_LINES });
  return found.ok ? found.rows.map(({ path, line, text }) => `${path}:${line}: ${text}`) : [];
}
