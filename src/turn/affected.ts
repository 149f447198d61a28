/** The test files that a change is likely to break, for the verifier: those that are red now, then what the graph says. */
import { affectedTests, holdsTests } from "../graph/affected.ts";
import { changedNames } from "../graph/changed.ts";
import type { Grapher } from "../graph/graph.ts";
import type { FindAffected } from "../verify/affected.ts";

/** Where the graph is not to be had since the turn was stopped, there are none. */
export function affectedBy(grapher: Pick<Grapher, "current">, signal: AbortSignal): FindAffected {
  return async (changes, red) => {
    const graph = await grapher.current({ signal }).catch((reason: unknown) => {
      if (signal.aborted) return null;
      throw reason;
    });
    if (graph === null) return { paths: [], of: 0 };
    const changed = changes.map(async ({ path, before, after }) => ({
      path,
      names: await changedNames(path, before, after),
    }));
    const { tests } = affectedTests(graph, await Promise.all(changed));
    const { index } = graph;
    const isTest = (path: string): boolean => {
      const file = index.fileAt(path);
      return file !== null && holdsTests(graph, file);
    };
    return {
      paths: [...new Set([...red.filter(isTest), ...tests.map(({ path }) => path)])],
      of: index.files.filter((_, file) => holdsTests(graph, file)).length,
    };
  };
}
