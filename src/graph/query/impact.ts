/** What a change may break: everything that uses a definition or a file, directly or through others, and the tests among it. */
import type { CodeGraph } from "../graph.ts";
import type { FileId } from "../index/code-index.ts";
import type { Answer, Broken, Rows } from "./answers.ts";
import { nodesOf } from "./chain.ts";
import { orderOf } from "./order.ts";
import { nodeKey, placeOf, type Step, walk } from "./reach.ts";

export interface Impact extends Rows<Broken> {
  /** Test files that reach it or are about its file, nearest first; all of them. */
  tests: string[];
  /** The walk was ended: there is more than is counted. */
  cut: boolean;
}

/** Imports alone say little where the file has a use; they count where nothing else does, as in a file that passes names on. */
function telling(steps: Step[], file: boolean): Step[] {
  if (file) return steps;
  const used = new Set(steps.filter(({ why }) => why !== "imports").map(({ node }) => node.file));
  return steps.filter(({ why, node }) => why !== "imports" || !used.has(node.file));
}

export async function impact(graph: CodeGraph, text: string, max: number): Promise<Answer<Impact>> {
  const meant = nodesOf(graph, text);
  if (!meant.ok) return meant;
  const { index, links } = graph;
  const { steps, cut } = walk(graph, meant.nodes, { doubtful: false, upwards: false });
  const own = new Set(meant.nodes.map(nodeKey));
  const all = telling(steps, meant.file)
    .filter(({ node }) => !own.has(nodeKey(node)))
    .sort(
      (a, b) =>
        a.distance - b.distance ||
        orderOf(index, a.node.file) - orderOf(index, b.node.file) ||
        a.node.file - b.node.file ||
        a.line - b.line,
    );
  const isTest = (file: FileId): boolean => index.files[file]?.kind === "test";
  const files = new Set(meant.nodes.map(({ file }) => file));
  const reached = all.map(({ node }) => node.file).filter(isTest);
  const about = [...files].flatMap((file) => [...links.testsOf(file)]);
  const rows = all.slice(0, max).map(({ node, line, why, certainty, distance, to }): Broken => {
    const what = to && placeOf(graph, to.node);
    const { path, name } = placeOf(graph, node);
    return {
      path,
      line,
      name,
      distance,
      why,
      what: what?.name ?? what?.path ?? "",
      certainty,
      test: isTest(node.file),
    };
  });
  const tests = [...new Set([...reached, ...about])].flatMap((file) => index.files[file]?.path ?? []);
  return { ok: true, rows, more: all.length - rows.length, note: null, tests, cut };
}
