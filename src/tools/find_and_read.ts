/** One answer to "where is it and what does it say": the best symbols in full, the next ones as heads, matching lines. */
import { z } from "zod";
import { fold } from "../graph/fold.ts";
import { parse } from "../graph/parse.ts";
import { rankExplained } from "../graph/rank.ts";
import { cutLines } from "../model/budget.ts";
import type { CodeSymbol, Target } from "../types.ts";
import { defineTool, refusal, type ToolContext } from "./tool.ts";

const NAME = "find_and_read";
const MOST_HEADS = 12;
const MOST_LINES = 12;
const MOST_SEARCHED = 2000;
const MOST_NAMED = 3;
/** Characters of the line that says how much of a text is missing. */
const MORE = 40;

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
    const files = await context.workspace.list();
    const words = query.split(/[^\w./-]+/).filter((word) => word !== "");
    const named = files.filter((path) => words.some((word) => path === word || path.endsWith(`/${word}`)));
    const ranked = await rankExplained({ words, paths: named, frames: [] }, context.workspace, files);
    const symbols = ranked.filter(({ score }) => score > 0).map(({ symbol }) => symbol);
    const parts = [
      ...(await readNamed(named, context)),
      ...(await readBest(symbols, named, context)),
      ...heads(symbols),
    ];
    const lines = await matchingLines(query, files, context);
    if (lines.length > 0) parts.push(`Lines with "${query}":\n${lines.join("\n")}`);
    if (parts.length === 0)
      return refusal(NAME, `Nothing here matches "${query}"; try one word of a name, or a path.`);
    const shown = symbols.slice(0, MOST_HEADS).map(({ path, name }): Target => ({ path, symbol: name }));
    const targets = [...named.slice(0, MOST_NAMED).map((path): Target => ({ path })), ...shown];
    return { kind: "text", tool: NAME, text: parts.join("\n\n"), targets };
  },
});

const fenced = (title: string, text: string): string => `${title}\n\`\`\`\n${text.trimEnd()}\n\`\`\``;

/** Named files, whole where there is room, else folded at syntax nodes; text without a grammar is cut between lines. */
async function readNamed(named: string[], { workspace, room }: ToolContext): Promise<string[]> {
  const parts: string[] = [];
  let left = room;
  for (const path of named.slice(0, MOST_NAMED)) {
    const read = await workspace.read(path);
    if (!read.ok) {
      parts.push(read.reason);
      continue;
    }
    const { text } = read.file;
    const within = Math.max(MORE, left - fenced(path, "").length);
    const fits = text.length <= within;
    const parsed = fits ? null : await parse(path, text);
    const part = parsed === null ? cutLines(text, fits ? within : within - MORE) : fold(parsed, [], within);
    const shown = fenced(path, part);
    if (shown.length > left) continue;
    parts.push(shown);
    left -= shown.length;
  }
  return parts;
}

/** The best symbol in full, where its file was not shown already and it fits. */
async function readBest(
  symbols: CodeSymbol[],
  named: string[],
  { workspace, room }: ToolContext,
): Promise<string[]> {
  const best = symbols.find(({ path }) => !named.includes(path));
  if (best === undefined || named.length > 0) return [];
  const read = await workspace.read(best.path);
  if (!read.ok) return [];
  const text = read.file.text
    .split("\n")
    .slice(best.lines.start - 1, best.lines.end)
    .join("\n");
  if (text.length > room) return [];
  return [fenced(`${best.path}:${best.lines.start} ${best.name}`, text)];
}

function heads(symbols: CodeSymbol[]): string[] {
  if (symbols.length === 0) return [];
  const rows = symbols
    .slice(0, MOST_HEADS)
    .map(({ path, lines, signature }) => `${path}:${lines.start} ${signature.split("\n")[0]}`);
  return [`Definitions:\n${rows.join("\n")}`];
}

async function matchingLines(query: string, files: string[], { workspace }: ToolContext): Promise<string[]> {
  const found: string[] = [];
  const wanted = query.toLowerCase();
  for (const path of files.slice(0, MOST_SEARCHED)) {
    if (found.length >= MOST_LINES) break;
    const read = await workspace.read(path);
    if (!read.ok || !read.file.text.toLowerCase().includes(wanted)) continue;
    const lines = read.file.text.split("\n").entries();
    for (const [index, line] of lines) {
      if (found.length >= MOST_LINES) break;
      if (line.toLowerCase().includes(wanted))
        found.push(`${path}:${index + 1}: ${line.trim().slice(0, 160)}`);
    }
  }
  return found;
}
