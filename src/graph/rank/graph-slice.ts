/**
 * The right lines of a project for a task, in a budget of tokens: the definition that it is about in full, then what belongs to
 * it as signatures under the heads of their classes. Rank decides what is shown, path and position decide where, so that a small
 * change of scores moves nothing else. Every line knows its symbol and why it is there.
 */
import { estimateTokens } from "../../model/estimate.ts";
import type { Target } from "../../types.ts";
import type { CodeGraph } from "../graph.ts";
import { qualifiedName, type Site, signatureAt } from "../index/code-index.ts";
import { type RankQuery, type Ranked, rank } from "./rank.ts";

export interface GraphSliceQuery extends RankQuery {
  /** By the estimate; the text never has more. */
  tokens: number;
  /** What is shown in full where it takes at most three quarters of the room; none: the best, in at most a third of it. */
  target?: Target | null;
}

export interface SliceLine {
  path: string;
  /** Qualified in its file; null on the line that names the file. */
  symbol: string | null;
  why: string[];
}

export interface GraphSlice {
  text: string;
  /** One for each line of the text. */
  lines: SliceLine[];
  /** What it was chosen from, best first. */
  ranked: Ranked[];
}

export const BODY = { given: 0.75, best: 0.3 };
const LONGEST_ROW = 160;

/** What is shown of one definition. */
interface Shown {
  site: Site;
  path: string;
  symbol: string;
  rows: string[];
  why: string[];
  cost: number;
}

/** What was chosen so far, by file and position. */
class Chosen {
  private readonly shown = new Map<string, Shown>();
  private readonly paths = new Set<string>();
  left: number;

  constructor(most: number) {
    this.left = most;
  }

  has = ({ file, definition }: Site): boolean => this.shown.has(`${file} ${definition}`);

  /** Takes all of them if they fit. */
  take(some: Shown[]): boolean {
    const fresh = some.filter(({ site }) => !this.has(site));
    const titles = new Set(fresh.map(({ path }) => path).filter((path) => !this.paths.has(path)));
    let cost = fresh.reduce((sum, one) => sum + one.cost, 0);
    for (const path of titles) cost += tokensOf(`${path}:`);
    if (cost > this.left) return false;
    this.left -= cost;
    for (const one of fresh) this.shown.set(`${one.site.file} ${one.site.definition}`, one);
    for (const path of titles) this.paths.add(path);
    return true;
  }

  render(): Pick<GraphSlice, "text" | "lines"> {
    const all = [...this.shown.values()].sort(
      (a, b) => a.site.file - b.site.file || a.site.definition - b.site.definition,
    );
    const rows: string[] = [];
    const lines: SliceLine[] = [];
    let last = "";
    for (const { path, symbol, rows: own, why } of all) {
      if (path !== last) {
        rows.push(`${path}:`);
        lines.push({ path, symbol: null, why: [] });
        last = path;
      }
      rows.push(...own);
      lines.push(...own.map(() => ({ path, symbol, why })));
    }
    return { text: rows.join("\n"), lines };
  }
}

/** Of a row with its line end; the estimate of a whole text is at most the sum of its rows'. */
const tokensOf = (row: string): number => estimateTokens(`${row}\n`);

/** Shows definitions of one project; the texts of their files are read once. */
class Shower {
  private readonly texts = new Map<string, string | null>();

  constructor(private readonly graph: CodeGraph) {}

  async textOf(path: string): Promise<string | null> {
    if (!this.texts.has(path)) this.texts.set(path, await this.graph.text(path));
    return this.texts.get(path) ?? null;
  }

  /** A definition as one row, behind the heads of what encloses it. */
  async signatures({ file, definition }: Site, why: string[]): Promise<Shown[]> {
    const list = this.graph.index.definitionsIn(file);
    const record = list[definition];
    const path = this.graph.index.files[file]?.path ?? "";
    const text = await this.textOf(path);
    if (record === undefined || text === null) return [];
    const outer = record.parent < 0 ? [] : await this.signatures({ file, definition: record.parent }, []);
    const symbol = qualifiedName(list, definition);
    for (const one of outer) if (one.why.length === 0) one.why = [`holds ${symbol}`];
    const indent = "  ".repeat(outer.length);
    const row = `${indent}${undecorated(signatureAt(text, record)).slice(0, LONGEST_ROW)}`;
    return [...outer, { site: { file, definition }, path, symbol, rows: [row], why, cost: tokensOf(row) }];
  }

  /** A definition in full, behind the heads of what encloses it. */
  async whole(site: Site, why: string[]): Promise<Shown[]> {
    const shown = await this.signatures(site, why);
    const last = shown.at(-1);
    const record = this.graph.index.definitionsIn(site.file)[site.definition];
    const text = last === undefined ? null : await this.textOf(last.path);
    if (last === undefined || record === undefined || text === null) return [];
    const rows = text.split("\n").slice(record.start - 1, record.end);
    const cost = rows.reduce((sum, row) => sum + tokensOf(row), 0);
    return [...shown.slice(0, -1), { ...last, rows, cost }];
  }
}

/** A signature without the decorators that take arguments, which can be longer than it. */
const undecorated = (signature: string): string =>
  signature.replace(/(?:^|(?<= ))@[\w.]+\((?:[^()]|\([^()]*\))*\) /g, "");

/** The target as its site; null where the project has no such definition. */
function siteOf({ path, symbol }: Target, { index }: CodeGraph): Site | null {
  const file = index.fileAt(path);
  if (file === null || symbol === undefined) return null;
  const list = index.definitionsIn(file);
  const definition = list.findIndex((_, position) => qualifiedName(list, position) === symbol);
  return definition < 0 ? null : { file, definition };
}

/** The slice of a task. `text` is empty where nothing is known of it. */
export async function graphSlice(query: GraphSliceQuery, graph: CodeGraph): Promise<GraphSlice> {
  const ranked = await rank(query, graph);
  const chosen = new Chosen(query.tokens);
  const shower = new Shower(graph);
  const given = query.target ? siteOf(query.target, graph) : null;
  const first = given ?? ranked[0]?.site ?? null;
  if (first !== null) {
    const why = given === null ? (ranked[0]?.why ?? []) : ["the target"];
    const whole = await shower.whole(first, why);
    const most = query.tokens * (given === null ? BODY.best : BODY.given);
    if (whole.reduce((sum, { cost }) => sum + cost, 0) > most || !chosen.take(whole))
      chosen.take(await shower.signatures(first, why));
  }
  for (const { site, why } of ranked) {
    if (chosen.left <= 0) break;
    if (!chosen.has(site)) chosen.take(await shower.signatures(site, why));
  }
  return { ...chosen.render(), ranked };
}
