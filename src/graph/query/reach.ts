/**
 * Walks against the direction of use: from something to what uses it, to what uses that, and so on. The uses of a name lie
 * together in the index, so a step reads only what it needs; walking forward would have to read every body anew.
 */
import type { CodeGraph } from "../graph.ts";
import { type FileId, lastPart } from "../index/code-index.ts";
import type { Role } from "../index/record.ts";
import type { Certainty } from "../link/links.ts";
import type { Hop, Place } from "./answers.ts";
import { nameAt, usesOfSites } from "./uses.ts";

/** A definition, or the top of a file (-1). */
export interface Node {
  file: FileId;
  definition: number;
}

export interface Step {
  node: Node;
  /** Where the use of `to` stands in the file of `node`. */
  line: number;
  why: Hop["why"];
  certainty: Certainty | null;
  /** What is used; null: a start. */
  to: Step | null;
  distance: number;
}

export interface Walk {
  /** Whether uses that only share the name count. */
  doubtful: boolean;
  /** Whether a member leads to its type, a definition to its file, and a file to those that import it. */
  upwards: boolean;
  /** Ends the walk at the first step for which it is true. */
  until?: (step: Step) => boolean;
}

/** After so many nodes a walk ends: what lies further is of no use to a reader. */
const MOST_NODES = 2000;

const WHY: Record<Role, Hop["why"]> = { use: "uses", call: "calls", inherit: "inherits", import: "imports" };
/** Of several uses at the same place the one that says most. */
const TELLING: Hop["why"][] = ["inherits", "calls", "uses", "imports", "has"];

export const nodeKey = ({ file, definition }: Node): string => `${file} ${definition}`;

/** Where a node stands: the line of its definition, or the first of its file. */
export function placeOf(graph: CodeGraph, { file, definition }: Node): Place {
  const { index } = graph;
  return {
    path: index.files[file]?.path ?? "",
    line: index.definitionsIn(file)[definition]?.start ?? 1,
    name: nameAt(graph, file, definition),
  };
}

function usersOf(graph: CodeGraph, to: Step, { doubtful, upwards }: Walk): Step[] {
  const { index, links } = graph;
  const { file, definition } = to.node;
  const distance = to.distance + 1;
  const steps: Step[] = [];
  const one = index.definitionsIn(file)[definition];
  if (one === undefined) {
    if (!upwards) return [];
    for (const importer of links.importersOf(file)) {
      const line = links.importsOf(importer).find(({ files }) => files.includes(file))?.line ?? 1;
      steps.push({
        node: { file: importer, definition: -1 },
        line,
        why: "imports",
        certainty: null,
        to,
        distance,
      });
    }
    return steps;
  }
  for (const use of usesOfSites(graph, lastPart(one.name), [{ file, definition }])) {
    if (use.certainty === "same name" && !doubtful) continue;
    const node = { file: use.file, definition: use.within };
    steps.push({ node, line: use.line, why: WHY[use.role], certainty: use.certainty, to, distance });
  }
  steps.sort((a, b) => TELLING.indexOf(a.why) - TELLING.indexOf(b.why));
  if (upwards)
    steps.push({
      node: { file, definition: one.parent },
      line: one.start,
      why: "has",
      certainty: null,
      to,
      distance,
    });
  return steps;
}

/** Everything that is reached, in order of distance; `cut`: the walk ended before everything was. */
export function walk(graph: CodeGraph, starts: Node[], how: Walk): { steps: Step[]; cut: boolean } {
  const seen = new Set(starts.map(nodeKey));
  const queue: Step[] = starts.map((node) => ({
    node,
    line: placeOf(graph, node).line,
    why: "has",
    certainty: null,
    to: null,
    distance: 0,
  }));
  const steps: Step[] = [];
  for (let at = 0; at < queue.length; at += 1) {
    const to = queue[at];
    if (to === undefined) break;
    if (at >= MOST_NODES) return { steps, cut: true };
    for (const step of usersOf(graph, to, how)) {
      if (seen.has(nodeKey(step.node))) continue;
      seen.add(nodeKey(step.node));
      steps.push(step);
      if (how.until?.(step)) return { steps, cut: false };
      queue.push(step);
    }
  }
  return { steps, cut: false };
}
