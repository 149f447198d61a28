/** "Add a parameter to f", "change the signature of f": the definition first, then each file with calls of it. */
import type { CodeGraph } from "../graph/graph.ts";
import { definitionAtLine, qualifiedName } from "../graph/index/code-index.ts";
import { symbolsOf } from "../graph/query/subject.ts";
import { usesOfSites } from "../graph/query/uses.ts";
import type { Step, Target } from "../types.ts";
import type { Scene } from "./targets.ts";

const NAME = /["'`]?([\p{L}_$][\p{L}\p{N}_$]*(?:(?:\.|::|#)[\p{L}_$][\p{L}\p{N}_$]*)*)(?:\(\))?["'`]?/u
  .source;
const SIGNATURE = [
  `\\b(?:add|append|introduce|give|remove|drop|delete|insert)\\b[^.]*?\\b(?:parameter|argument|param|arg|keyword|flag|option)s?\\b[^.]*?\\b(?:to|from|of)\\s+(?:the\\s+)?(?:function\\s+|method\\s+)?${NAME}`,
  `\\b(?:change|update|extend|alter|modify)\\s+the\\s+(?:signature|parameters|arguments)\\s+of\\s+(?:the\\s+)?(?:function\\s+|method\\s+)?${NAME}`,
  `\\bmake\\s+${NAME}\\s+(?:take|accept|require)\\b`,
].map((pattern) => new RegExp(pattern, "iu"));

/** Call sites that a step names, and files that get a step of their own; the calls of all others are one step. */
const MOST_NAMED = 12;
const MOST_FILES = 6;

interface Calls {
  path: string;
  lines: number[];
  targets: Target[];
}

/**
 * Null where the task is no such change, or no call stands in a file other than the definition's: then it is one step. The calls
 * of tests are left to those who may change them. All but the last step have no check: the definition alone breaks its callers.
 */
export function signatureSteps(scene: Scene, check: string | null): Step[] | null {
  const { task, graph, frozen } = scene;
  for (const pattern of SIGNATURE) {
    const name = pattern.exec(task)?.[1];
    const found = name === undefined ? null : symbolsOf(graph, name);
    if (found === null || !found.ok || found.note !== null) continue;
    const [site] = found.sites;
    const definition = site === undefined ? undefined : graph.index.definitionsIn(site.file)[site.definition];
    if (site === undefined || definition === undefined || !/function|method/.test(definition.kind)) continue;
    const path = graph.index.files[site.file]?.path ?? "";
    const symbol = qualifiedName(graph.index.definitionsIn(site.file), site.definition);
    const calls = callsOf(graph, found.name, found.sites).filter(
      (one) => one.path !== path && !frozen(one.path),
    );
    return calls.length === 0 ? null : stepsOf({ task, check }, { path, symbol }, calls);
  }
  return null;
}

/** By file, in the order of paths. */
function callsOf(graph: CodeGraph, name: string, sites: Parameters<typeof usesOfSites>[2]): Calls[] {
  const byPath = new Map<string, Calls>();
  const { index } = graph;
  for (const { file, line, role, certainty } of usesOfSites(graph, name, sites)) {
    if (role !== "call" || certainty === "same name") continue;
    const path = index.files[file]?.path ?? "";
    const row = byPath.get(path) ?? { path, lines: [], targets: [] };
    byPath.set(path, row);
    row.lines.push(line);
    const definitions = index.definitionsIn(file);
    const within = definitionAtLine(definitions, line);
    const symbol = within < 0 ? undefined : qualifiedName(definitions, within);
    if (!row.targets.some((one) => one.symbol === symbol))
      row.targets.push(symbol === undefined ? { path } : { path, symbol });
  }
  return [...byPath.values()];
}

function stepsOf(
  { task, check }: { task: string; check: string | null },
  target: Required<Target>,
  calls: Calls[],
): Step[] {
  const own = calls.slice(0, MOST_FILES);
  const rest = calls.slice(MOST_FILES);
  const groups = [...own.map((one) => [one]), ...(rest.length > 0 ? [rest] : [])];
  const steps = groups.map((group, index): Step => {
    const places = group.flatMap(({ path, lines }) => lines.map((line) => `${path}:${line}`));
    const named = places.slice(0, MOST_NAMED).join(", ");
    const more = places.length > MOST_NAMED ? ` and ${places.length - MOST_NAMED} more` : "";
    return {
      id: String(index + 2),
      intent: `${task}\n${target.symbol} in ${target.path} has been changed so already. Only this part now: its calls at ${named}${more}.`,
      targets: group.flatMap(({ targets }) => targets),
      check: index === groups.length - 1 ? check : null,
    };
  });
  const first: Step = {
    id: "1",
    intent: `${task}\nOnly this part now: ${target.symbol} itself, in ${target.path}. Its callers come next.`,
    targets: [target],
    check: null,
  };
  return [first, ...steps];
}
