/**
 * What a change may break: of a definition everything that uses it, directly or through others; of a file the files that import
 * it, and so on; and the tests among it.
 */
import type { CodeGraph } from "../graph.ts";
import { type FileId, lastPart } from "../index/code-index.ts";
import type { Answer, Broken, Rows } from "./answers.ts";
import { nodesOf } from "./chain.ts";
import { orderOf } from "./order.ts";
import { nodeKey, placeOf, type Step, walk } from "./reach.ts";
import { fileOf, looksLikePath } from "./subject.ts";
import { usesOfSites } from "./uses.ts";

export interface Impact extends Rows<Broken> {
  /** Test files, nearest first, all of them: of a definition those that reach it, else those of its file. */
  tests: string[];
  /** The walk was ended: there is more than is counted. */
  cut: boolean;
}

/** Languages whose files use the rest of their package without an import. */
const PACKAGED = new Set(["go", "java", "kotlin", "scala", "csharp", "swift"]);

/** An import says little where the file has a use; it counts where nothing else does, as in a file that passes names on. */
function telling(steps: Step[]): Step[] {
  const used = new Set(steps.filter(({ why }) => why !== "imports").map(({ node }) => node.file));
  return steps.filter(({ why, node }) => why !== "imports" || !used.has(node.file));
}

/** Files of the same package that use a definition of a file, with the line of the first use. */
function packageUsers(graph: CodeGraph, file: FileId): { file: FileId; line: number }[] {
  const { index } = graph;
  if (!PACKAGED.has(index.files[file]?.language ?? "")) return [];
  const found = new Map<FileId, number>();
  for (const [definition, { name }] of index.definitionsIn(file).entries())
    for (const use of usesOfSites(graph, lastPart(name), [{ file, definition }])) {
      if (use.certainty !== "same package" || use.file === file) continue;
      found.set(use.file, Math.min(use.line, found.get(use.file) ?? Infinity));
    }
  return [...found].map(([user, line]) => ({ file: user, line }));
}

/** What imports a file, file by file. */
function filesReached(graph: CodeGraph, start: FileId): Step[] {
  const { links } = graph;
  const top = (file: FileId): Step["node"] => ({ file, definition: -1 });
  const seen = new Set([start]);
  const steps: Step[] = [
    { node: top(start), line: 1, why: "imports", certainty: null, to: null, distance: 0 },
  ];
  for (let at = 0; at < steps.length; at += 1) {
    const to = steps[at];
    if (to === undefined) break;
    const { file } = to.node;
    const add = (user: FileId, line: number, why: Step["why"]): void => {
      if (seen.has(user)) return;
      seen.add(user);
      steps.push({ node: top(user), line, why, certainty: null, to, distance: to.distance + 1 });
    };
    for (const user of links.importersOf(file)) {
      const line = links.importsOf(user).find(({ files }) => files.includes(file))?.line ?? 1;
      add(user, line, "imports");
    }
    for (const user of packageUsers(graph, file)) add(user.file, user.line, "uses");
  }
  return steps.slice(1);
}

interface Reached {
  steps: Step[];
  /** The files that are asked about. */
  files: FileId[];
  /** By a path, not by a name. */
  byFile: boolean;
  cut: boolean;
}

function reached(graph: CodeGraph, text: string): Answer<Reached> {
  if (looksLikePath(graph.index, text)) {
    const meant = fileOf(graph, text);
    if (!meant.ok) return meant;
    return {
      ok: true,
      steps: filesReached(graph, meant.file),
      files: [meant.file],
      byFile: true,
      cut: false,
    };
  }
  const meant = nodesOf(graph, text);
  if (!meant.ok) return meant;
  const own = new Set(meant.nodes.map(nodeKey));
  const { steps, cut } = walk(graph, meant.nodes, { doubtful: false, upwards: false });
  const others = telling(steps).filter(({ node }) => !own.has(nodeKey(node)));
  return { ok: true, steps: others, files: meant.nodes.map(({ file }) => file), byFile: false, cut };
}

/** Rows by distance, code first; the walk over definitions ends after 2,000 of them. */
export async function impact(graph: CodeGraph, text: string, max: number): Promise<Answer<Impact>> {
  const meant = reached(graph, text);
  if (!meant.ok) return meant;
  const { index, links } = graph;
  const { steps, files, byFile, cut } = meant;
  steps.sort(
    (a, b) =>
      a.distance - b.distance ||
      orderOf(index, a.node.file) - orderOf(index, b.node.file) ||
      a.node.file - b.node.file ||
      a.line - b.line,
  );
  const isTest = (file: FileId): boolean => index.files[file]?.kind === "test";
  const rows = steps.slice(0, max).map(({ node, line, why, certainty, distance, to }): Broken => {
    const what = to && placeOf(graph, to.node);
    const { path, name } = placeOf(graph, node);
    const test = isTest(node.file);
    return { path, line, name, distance, why, what: what?.name ?? what?.path ?? "", certainty, test };
  });
  const inTests = steps.map(({ node }) => node.file).filter(isTest);
  const about = [...new Set(files)].flatMap((file) => [...links.testsOf(file)]);
  const testing = byFile ? [...about, ...inTests] : inTests.length > 0 ? inTests : about;
  const tests = [...new Set(testing)].flatMap((file) => index.files[file]?.path ?? []);
  return { ok: true, rows, more: steps.length - rows.length, note: null, tests, cut };
}
