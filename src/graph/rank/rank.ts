/**
 * Which symbols a task is about. Every file is judged by its path, the likeliest are scanned as text, and only the
 * best of those are parsed; each point a symbol gets has a name, so that an order can be explained.
 */
import type { CodeSymbol } from "../../types.ts";
import type { Workspace } from "../../workspace/workspace.ts";
import { isTestPath } from "../index/classify.ts";
import { languageOf } from "../syntax/languages.ts";
import { parse } from "../syntax/parse.ts";
import { partsOf, type Words, wordsOf } from "./words.ts";

export interface RankQuery {
  /** The task, or words of it. */
  words: string[];
  /** Paths that the task names; a file name or the end of a path is enough. */
  paths: string[];
  /** Where errors were raised, innermost first. */
  frames: { path: string; line: number }[];
}

export interface Ranked {
  symbol: CodeSymbol;
  score: number;
  /** Each reason with its points: `name +40`. */
  why: string[];
}

type Points = [reason: string, points: number][];

const MOST_SCANNED = 400;
const MOST_PARSED = 30;
/** So many files are parsed however little speaks for them; more only if they come near the best. */
const LEAST_PARSED = 12;
const NEAR = 0.15;
const MOST_SYMBOLS = 200;
const SCANNED_AT_ONCE = 16;

const sum = (points: Points): number => points.reduce((total, [, value]) => total + value, 0);

const matches = (path: string, named: string): boolean =>
  path === named.replace(/^\.\//, "") || path.endsWith(`/${named}`) || named.endsWith(`/${path}`);

function pathPoints(path: string, query: RankQuery, words: Words): Points {
  const points: Points = [];
  if (query.paths.some((named) => matches(path, named))) points.push(["named path", 100]);
  const frame = query.frames.findIndex((f) => matches(path, f.path));
  if (frame >= 0) points.push(["in a trace", Math.max(40, 80 - frame * 10)]);
  const parts = new Set(partsOf(path));
  const shared = [...words.parts].filter((word) => parts.has(word)).length;
  if (shared) points.push(["words in the path", 8 * shared]);
  const stem = (path.split("/").at(-1) ?? path).replace(/\.\w+$/, "").toLowerCase();
  if (words.whole.has(stem)) points.push(["file name", 25]);
  if (points.length === 0 || !points.some(([reason]) => reason === "named path")) {
    if (isTestPath(path)) points.push(["a test", -15]);
  }
  return points;
}

/** How often files hold a word decides what it is worth: one that is everywhere says nothing. */
function textPoints(texts: Map<string, string>, words: Words): Map<string, number> {
  const points = new Map<string, number>();
  const lower = [...texts].map(([path, text]): [string, string] => [path, text.toLowerCase()]);
  for (const word of new Set([...words.whole, ...words.parts])) {
    const holding = lower.filter(([, text]) => text.includes(word));
    const worth = Math.log((1 + lower.length) / (1 + holding.length)) * (words.whole.has(word) ? 6 : 3);
    for (const [path] of holding) points.set(path, (points.get(path) ?? 0) + worth);
  }
  return points;
}

function symbolPoints(symbol: CodeSymbol, query: RankQuery, words: Words): Points {
  const points: Points = [];
  const name = symbol.name.toLowerCase();
  const last = name.slice(name.lastIndexOf(".") + 1);
  if (words.whole.has(name) || words.whole.has(last)) points.push(["name", words.whole.has(name) ? 45 : 40]);
  else if (words.common.has(last)) points.push(["name, a common word", 15]);
  const parts = new Set(partsOf(symbol.name));
  const shared = [...words.parts].filter((word) => parts.has(word)).length;
  if (shared) points.push(["words in the name", Math.round((20 * shared) / parts.size) + 2 * shared]);
  const head = new Set(partsOf(symbol.signature));
  const inHead = [...words.parts].filter((word) => head.has(word) && !parts.has(word)).length;
  if (inHead) points.push(["words in the head", Math.min(6, 2 * inHead)]);
  const frame = query.frames.findIndex(
    ({ path, line }) => matches(symbol.path, path) && symbol.lines.start <= line && line <= symbol.lines.end,
  );
  if (frame >= 0) {
    const size = symbol.lines.end - symbol.lines.start;
    points.push(["holds a line of a trace", Math.max(20, 60 - frame * 10) - Math.min(10, size / 50)]);
  }
  if (symbol.kind === "variable") points.push(["a variable", -4]);
  return points;
}

async function scan(workspace: Pick<Workspace, "read">, paths: string[]): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for (let at = 0; at < paths.length; at += SCANNED_AT_ONCE) {
    const some = paths.slice(at, at + SCANNED_AT_ONCE);
    const read = await Promise.all(some.map((path) => workspace.read(path)));
    for (const [index, result] of read.entries()) {
      const path = some[index];
      if (path !== undefined && result.ok) texts.set(path, result.file.text);
    }
  }
  return texts;
}

const byPath = (a: { path: string }, b: { path: string }): number =>
  a.path < b.path ? -1 : a.path > b.path ? 1 : 0;

/** As `rank`, with scores and reasons. */
export async function rankExplained(
  query: RankQuery,
  workspace: Pick<Workspace, "read">,
  files: string[],
): Promise<Ranked[]> {
  const words = wordsOf(query.words);
  const known = files
    .filter((path) => languageOf(path) !== null)
    .map((path) => ({ path, points: pathPoints(path, query, words) }))
    .sort((a, b) => sum(b.points) - sum(a.points) || byPath(a, b))
    .slice(0, MOST_SCANNED);
  const texts = await scan(
    workspace,
    known.map(({ path }) => path),
  );
  const inText = textPoints(texts, words);
  const best = known
    .filter(({ path }) => texts.has(path))
    .map(({ path, points }) => ({ path, points, score: sum(points) + (inText.get(path) ?? 0) }))
    .sort((a, b) => b.score - a.score || byPath(a, b))
    .filter(({ score }, index, all) => index < LEAST_PARSED || score > NEAR * (all[0]?.score ?? 0))
    .slice(0, MOST_PARSED);
  const ranked: Ranked[] = [];
  for (const { path, points, score } of best) {
    const parsed = await parse(path, texts.get(path) ?? "");
    const fileWhy = points.map(([reason, value]) => `${reason} ${signed(value)}`);
    for (const symbol of parsed?.symbols ?? []) {
      const own = symbolPoints(symbol, query, words);
      const why = [...own.map(([reason, value]) => `${reason} ${signed(value)}`), ...fileWhy];
      ranked.push({ symbol, score: sum(own) + score * 0.5, why });
    }
  }
  return ranked
    .sort(
      (a, b) =>
        b.score - a.score || byPath(a.symbol, b.symbol) || a.symbol.lines.start - b.symbol.lines.start,
    )
    .slice(0, MOST_SYMBOLS);
}

const signed = (value: number): string => `${value < 0 ? "" : "+"}${Math.round(value)}`;

/**
 * The symbols that a task is most likely about, best first, at most 200, in an order that depends on nothing but the
 * arguments and the files' texts. Files that cannot be read or parsed are passed over.
 */
export async function rank(
  query: RankQuery,
  workspace: Pick<Workspace, "read">,
  files: string[],
): Promise<CodeSymbol[]> {
  return (await rankExplained(query, workspace, files)).map(({ symbol }) => symbol);
}
