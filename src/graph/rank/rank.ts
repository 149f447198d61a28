/**
 * Which symbols a task is about: what its words and places speak of themselves (`seeds.ts`), then what belongs to that by calls,
 * inheritance, imports and tests (`network.ts`, `pagerank.ts`). Each point has a reason, so that an order can be explained.
 */
import type { CodeSymbol } from "../../types.ts";
import type { CodeGraph } from "../graph.ts";
import { qualifiedName, type Site, signatureAt } from "../index/code-index.ts";
import { type Network, networkIn, RELATIONS } from "./network.ts";
import { pagerank } from "./pagerank.ts";
import { type Points, type RankQuery, seedsOf } from "./seeds.ts";
import { WEIGHTS } from "./weights.ts";

export type { RankQuery } from "./seeds.ts";

export interface Ranked {
  symbol: CodeSymbol;
  /** What encloses it, outermost first. */
  outer: CodeSymbol[];
  site: Site;
  score: number;
  /** Each reason with its points: `name in the task +40`; the last ones tell how the graph leads there. */
  why: string[];
}

const MOST_SYMBOLS = 200;
const LONGEST_CHAIN = 4;

const signed = (value: number): string => `${value < 0 ? "" : "+"}${value.toFixed(1)}`;

/** The way along which most of the walk comes to a node, from it back to a seed: `called by a, which is part of b`. */
function chainOf(
  start: number,
  {
    graph,
    network,
    walk,
    seed,
  }: { graph: CodeGraph; network: Network; walk: Float64Array; seed: Float64Array },
): string | null {
  const parts: string[] = [];
  const seen = new Set([start]);
  for (let node = start; parts.length < LONGEST_CHAIN; ) {
    let best = -1;
    let most = 0;
    for (let at = network.starts[node] ?? 0; at < (network.starts[node + 1] ?? 0); at += 1) {
      const from = network.from[at] as number;
      const value = (walk[from] as number) * (network.share[at] as number);
      if (value > most && !seen.has(from)) [best, most] = [at, value];
    }
    if (best < 0) break;
    node = network.from[best] as number;
    seen.add(node);
    const relation = RELATIONS[network.relation[best] as number] ?? "used by";
    const verb = parts.length > 0 && / (by|of)$/.test(relation) ? "is " : "";
    parts.push(`${verb}${relation} ${nameOf(node, graph, network)}`);
    if ((seed[node] ?? 0) > 0) break;
  }
  return parts.length === 0 ? null : parts.join(", which ");
}

function nameOf(node: number, { index }: CodeGraph, network: Network): string {
  const { file, definition } = network.siteOf(node);
  return definition < 0
    ? (index.files[file]?.path ?? "")
    : qualifiedName(index.definitionsIn(file), definition);
}

/**
 * The symbols that a task is most likely about, best first, at most 200, in an order that depends on nothing but the
 * arguments and the files' texts. Files that cannot be read are passed over.
 */
export async function rank(query: RankQuery, graph: CodeGraph): Promise<Ranked[]> {
  const { index } = graph;
  const network = networkIn(graph);
  const seeds = await seedsOf(query, graph, network);
  const most = seeds.weight.reduce((a, b) => Math.max(a, b), 0);
  if (most === 0) return [];
  const start = seeds.weight.map((weight) => (weight / most) ** 2);
  const walk = pagerank(network, start);
  let highest = 0;
  for (let node = 0; node < network.definitions; node += 1) highest = Math.max(highest, walk[node] as number);
  const scores = new Float64Array(network.definitions);
  const nodes: number[] = [];
  for (let node = 0; node < network.definitions; node += 1) {
    const own = (seeds.weight[node] as number) / most;
    scores[node] = own + (WEIGHTS.walk * (walk[node] as number)) / highest;
    if ((scores[node] as number) > 0) nodes.push(node);
  }
  nodes.sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b);
  const ranked: Ranked[] = [];
  const texts = new Map<string, string | null>();
  for (const node of nodes) {
    if (ranked.length >= MOST_SYMBOLS) break;
    const site = network.siteOf(node);
    const file = index.files[site.file];
    const definitions = index.definitionsIn(site.file);
    if (file === undefined || query.without?.(file.path) === true) continue;
    if (!texts.has(file.path)) texts.set(file.path, await graph.text(file.path));
    const text = texts.get(file.path) ?? null;
    if (text === null) continue;
    const symbolAt = (position: number): CodeSymbol[] => {
      const one = definitions[position];
      if (one === undefined) return [];
      const { kind, start, end } = one;
      const name = qualifiedName(definitions, position);
      const symbol = {
        name,
        kind,
        path: file.path,
        lines: { start, end },
        signature: signatureAt(text, one),
      };
      return [...symbolAt(one.parent), symbol];
    };
    const outer = symbolAt(site.definition);
    const symbol = outer.pop();
    if (symbol === undefined) continue;
    const points: Points = seeds.why(node);
    const why = points.map(([reason, value]) => `${reason} ${signed(value)}`);
    const chain = chainOf(node, { graph, network, walk, seed: seeds.weight });
    if (chain !== null)
      why.push(`${chain} ${signed((WEIGHTS.walk * most * (walk[node] as number)) / highest)}`);
    ranked.push({ symbol, outer, site, score: (scores[node] as number) * most, why });
  }
  return ranked;
}
