/**
 * Which symbols a task is about: what its words and places speak of themselves (`seeds.ts`), then what belongs to that by calls,
 * inheritance, imports and tests (`network.ts`, `pagerank.ts`). Each point has a reason, so that an order can be explained.
 */
import type { CodeSymbol } from "../../types.ts";
import type { CodeGraph } from "../graph.ts";
import { qualifiedName, type Site, signatureAt } from "../index/code-index.ts";
import type { DefinitionRecord } from "../index/record.ts";
import { type Layout, layoutOf } from "./layout.ts";
import { type Network, networkAround, RELATIONS } from "./network.ts";
import { pagerank } from "./pagerank.ts";
import type { RankQuery } from "./places.ts";
import { seedsOf } from "./seeds.ts";
import { WEIGHTS } from "./weights.ts";

export type { RankQuery } from "./places.ts";

export interface Ranked {
  symbol: CodeSymbol;
  /** What encloses it, outermost first. */
  outer: CodeSymbol[];
  site: Site;
  score: number;
  /** Each reason with its points: `name in the task +40`; the last one tells how the graph leads there. */
  why: () => string[];
}

const MOST_SYMBOLS = 120;
const LONGEST_CHAIN = 4;
/** So many of the likeliest definitions bring in all who use them. */
const MOST_CENTRAL = 100;

const signed = (value: number): string => `${value < 0 ? "" : "+"}${value.toFixed(1)}`;

/** A walk over the network around what a query means. */
interface Walk {
  graph: CodeGraph;
  layout: Layout;
  network: Network;
  /** By node of the network: how often it is met, and what it is worth as a seed. */
  met: Float64Array;
  seeds: Float64Array;
}

/** The way along which most of the walk comes to a node, from it back to a seed: `called by a, which is part of b`. */
function chainOf(start: number, { graph, layout, network, met, seeds }: Walk): string | null {
  const parts: string[] = [];
  const seen = new Set([start]);
  for (let node = start; parts.length < LONGEST_CHAIN; ) {
    let best = -1;
    let most = 0;
    for (let at = network.starts[node] ?? 0; at < (network.starts[node + 1] ?? 0); at += 1) {
      const from = network.from[at] as number;
      const value = (met[from] as number) * (network.share[at] as number);
      if (value > most && !seen.has(from)) [best, most] = [at, value];
    }
    if (best < 0) break;
    node = network.from[best] as number;
    seen.add(node);
    const relation = RELATIONS[network.relation[best] as number] ?? "used by";
    const verb = parts.length > 0 && / (by|of)$/.test(relation) ? "is " : "";
    parts.push(`${verb}${relation} ${nameOf(network.nodes[node] as number, graph, layout)}`);
    if ((seeds[node] as number) > 0) break;
  }
  return parts.length === 0 ? null : parts.join(", which ");
}

function nameOf(node: number, { index }: CodeGraph, layout: Layout): string {
  const { file, definition } = layout.siteOf(node);
  return definition < 0
    ? (index.files[file]?.path ?? "")
    : qualifiedName(index.definitionsIn(file), definition);
}

/** The best seeds among definitions, best first. */
function bestOf(weight: Float64Array, definitions: number): number[] {
  const nodes: number[] = [];
  for (let node = 0; node < definitions; node += 1) if ((weight[node] as number) > 0) nodes.push(node);
  return nodes.sort((a, b) => (weight[b] as number) - (weight[a] as number) || a - b);
}

/**
 * The symbols that a task is most likely about, best first, at most 120, in an order that depends on nothing but the
 * arguments and the files' texts. Files that cannot be read are passed over.
 */
export async function rank(query: RankQuery, graph: CodeGraph): Promise<Ranked[]> {
  const { index } = graph;
  const layout = layoutOf(index);
  const { weight, why: reasons, texts: read } = await seedsOf(query, graph, layout);
  const likely = bestOf(weight, layout.definitions);
  const most = weight[likely[0] ?? 0] ?? 0;
  if (most === 0) return [];
  const network = networkAround({ texts: read, nodes: likely.slice(0, MOST_CENTRAL) }, graph, layout);
  const seeds = Float64Array.from(network.nodes, (node) => ((weight[node] as number) / most) ** 2);
  const met = pagerank(network, seeds);
  const walk: Walk = { graph, layout, network, met, seeds };
  let highest = 0;
  for (const [at, node] of network.nodes.entries())
    if (node < layout.definitions) highest = Math.max(highest, met[at] as number);
  const numbers = new Map(network.nodes.map((node, at) => [node, at]));
  const walked = (node: number): number => {
    const at = numbers.get(node);
    return at === undefined || highest === 0 ? 0 : (WEIGHTS.walk * most * (met[at] as number)) / highest;
  };
  const scores = weight.slice(0, layout.definitions);
  for (const node of network.nodes)
    if (node < layout.definitions) scores[node] = (scores[node] as number) + walked(node);
  const why = (node: number): string[] => {
    const own = reasons(node).map(([reason, value]) => `${reason} ${signed(value)}`);
    const at = numbers.get(node);
    const chain = at === undefined ? null : chainOf(at, walk);
    return chain === null ? own : [...own, `${chain} ${signed(walked(node))}`];
  };
  const texts = new Map<string, string | null>();
  const ranked: Ranked[] = [];
  for (const node of bestOf(scores, layout.definitions)) {
    if (ranked.length >= MOST_SYMBOLS) break;
    const site = layout.siteOf(node);
    const path = index.files[site.file]?.path;
    if (path === undefined || query.without?.(path) === true) continue;
    if (!texts.has(path)) texts.set(path, await graph.text(path));
    const text = texts.get(path) ?? null;
    const outer =
      text === null ? [] : symbolsAround(index.definitionsIn(site.file), site.definition, { path, text });
    const symbol = outer.pop();
    if (symbol !== undefined)
      ranked.push({ symbol, outer, site, score: scores[node] as number, why: () => why(node) });
  }
  return ranked;
}

/** A definition as a symbol of its file, behind those that enclose it. */
function symbolsAround(
  definitions: readonly DefinitionRecord[],
  position: number,
  { path, text }: { path: string; text: string },
): CodeSymbol[] {
  const one = definitions[position];
  if (one === undefined) return [];
  const { kind, start, end, parent } = one;
  const name = qualifiedName(definitions, position);
  const symbol = { name, kind, path, lines: { start, end }, signature: signatureAt(text, one) };
  return [...symbolsAround(definitions, parent, { path, text }), symbol];
}
