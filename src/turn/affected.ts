/** The test files that a change is likely to break, for the verifier: those that are red now, then what the graph says. */
import { affectedTests, type Changed, holdsTests } from "../graph/affected.ts";
import { changedNames } from "../graph/changed.ts";
import type { CodeGraph, Grapher } from "../graph/graph.ts";
import type { AffectedFiles, FindAffected } from "../verify/narrow.ts";

/** Rejects with the signal's reason where the turn is stopped meanwhile. */
export function affectedBy(grapher: Pick<Grapher, "ask">, signal: AbortSignal): FindAffected {
  return async (changes, red) => {
    const changed = await Promise.all(
      changes.map(async ({ path, before, after }) => ({
        path,
        names: await changedNames(path, before, after),
      })),
    );
    return grapher.ask((graph) => affectedIn(graph, changed, red), { signal });
  };
}

function affectedIn(graph: CodeGraph, changed: Changed[], red: string[]): AffectedFiles {
  const { tests } = affectedTests(graph, changed);
  const { index } = graph;
  const isTest = (path: string): boolean => {
    const file = index.fileAt(path);
    return file !== null && holdsTests(graph, file);
  };
  const files = index.files.flatMap(({ path }, file) => (holdsTests(graph, file) ? [{ path, file }] : []));
  return {
    paths: [...new Set([...red.filter(isTest), ...tests.map(({ path }) => path)])],
    of: files.length,
    tests: new Map(files.map(({ path, file }) => [path, countTests(graph, file)])),
  };
}

/** Tests that are definitions of their own, as their names tell; 0 where a language writes them otherwise. */
function countTests({ index }: CodeGraph, file: number): number {
  const names = index.definitionsIn(file).filter(({ kind }) => kind === "function" || kind === "method");
  return names.filter(({ name }) => /^test/i.test(name)).length;
}
