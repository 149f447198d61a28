/** The shortest chain from one symbol or file to another over calls, uses, bases and imports. */
import type { CodeGraph } from "../graph.ts";
import type { Answer, Hop } from "./answers.ts";
import { type Node, nodeKey, placeOf, type Step, walk } from "./reach.ts";
import { fileOf, looksLikePath, symbolsOf } from "./subject.ts";

export interface Chain {
  /** Whether one leads to the other. */
  found: boolean;
  /** From the first to the last; none where one is in the other. */
  hops: Hop[];
  /** How it was looked for, where that is not as expected. */
  note: string | null;
}

/** The nodes that a symbol or a file is: of a file its top and all definitions, of a type its members too. */
export function nodesOf(graph: CodeGraph, text: string): Answer<{ nodes: Node[] }> {
  const { index } = graph;
  if (looksLikePath(index, text)) {
    const meant = fileOf(graph, text);
    if (!meant.ok) return meant;
    const { file } = meant;
    const inside = [...index.definitionsIn(file).keys()].map((definition) => ({ file, definition }));
    return { ok: true, nodes: [{ file, definition: -1 }, ...inside] };
  }
  const meant = symbolsOf(graph, text);
  if (!meant.ok) return meant;
  const nodes = new Map<string, Node>();
  for (const site of meant.sites) {
    nodes.set(nodeKey(site), site);
    const definitions = index.definitionsIn(site.file);
    for (const [definition, { parent }] of definitions.entries()) {
      const inside = { file: site.file, definition };
      if (nodes.has(nodeKey({ file: site.file, definition: parent }))) nodes.set(nodeKey(inside), inside);
    }
  }
  return { ok: true, nodes: [...nodes.values()] };
}

function hopsOf(graph: CodeGraph, last: Step): Hop[] {
  const hops: Hop[] = [];
  for (let step: Step | null = last; step?.to; step = step.to) {
    const [from, to] = [placeOf(graph, step.node), placeOf(graph, step.to.node)];
    const { why, certainty } = step;
    hops.push({ path: why === "has" ? to.path : from.path, line: step.line, from, to, why, certainty });
  }
  return hops;
}

/** Sure uses are tried first; names that are merely the same only where nothing else leads there. */
export async function path(graph: CodeGraph, from: string, to: string): Promise<Answer<Chain>> {
  const [a, b] = [nodesOf(graph, from), nodesOf(graph, to)];
  if (!a.ok) return a;
  if (!b.ok) return b;
  const wanted = new Set(a.nodes.map(nodeKey));
  if (b.nodes.some((node) => wanted.has(nodeKey(node))))
    return { ok: true, found: true, hops: [], note: `${from} and ${to} are in each other.` };
  for (const doubtful of [false, true]) {
    const until = (step: Step): boolean => wanted.has(nodeKey(step.node));
    const { steps, cut } = walk(graph, b.nodes, { doubtful, upwards: true, until });
    const last = steps.at(-1);
    if (last !== undefined && until(last))
      return {
        ok: true,
        found: true,
        hops: hopsOf(graph, last),
        note: doubtful ? "Some of it rests on equal names alone." : null,
      };
    if (cut && doubtful)
      return { ok: true, found: false, hops: [], note: "The search was given up after 2,000 definitions." };
  }
  return { ok: true, found: false, hops: [], note: null };
}
