/** Where a task applies, computed: the files and symbols it names, the lines that failed, then what ranks best. */

import type { CodeGraph } from "../graph/graph.ts";
import { type Ranked, type RankQuery, rank } from "../graph/rank/rank.ts";
import type { CheckReport, Target } from "../types.ts";

/** What is known of a task before the first request. */
export interface Scene {
  task: string;
  /** Files that the last turn was about: likely meant again, where the task names none. */
  recent: string[];
  graph: CodeGraph;
  /** All of the project's files. */
  files: string[];
  /** The checks as they were before the turn. */
  baseline: CheckReport[];
  /** Files that must not be changed: never a target. */
  frozen: (path: string) => boolean;
}

/** What can stand in a path, and what makes such a run of characters one: a folder, or an ending. */
const RUN = /[\w./\\-]+/g;
const PATH_LIKE = /\w\.\w{1,8}\b|\w[/\\]\w/;
const LONGEST_PATH = 400;

/** The project's files that the task names: by path, or by the end of one, which may stand for up to three. */
export function namedPaths(task: string, files: string[]): string[] {
  const named = [...task.matchAll(RUN)]
    .filter(([text]) => text.length <= LONGEST_PATH && PATH_LIKE.test(text))
    .map(([text]) =>
      text
        .replaceAll("\\", "/")
        .replace(/^\.\//, "")
        .replace(/[./]+$/, ""),
    );
  const found = named.flatMap((name) => {
    const exact = files.filter((path) => path === name);
    return exact.length > 0 ? exact : files.filter((path) => path.endsWith(`/${name}`)).slice(0, 3);
  });
  return [...new Set(found)];
}

/** Where checks failed outside the judging files, in order of report. */
export function failingPlaces(scene: Pick<Scene, "baseline" | "frozen">): { path: string; line: number }[] {
  return scene.baseline
    .flatMap(({ diagnostics }) => diagnostics)
    .flatMap(({ path, line }) =>
      path === undefined || scene.frozen(path) ? [] : [{ path, line: line ?? 1 }],
    );
}

/**
 * The names that failing tests carry, as words to look for: `lib/tests/test_wrap.py::test_long` says "wrap" and "long". The
 * folders say nothing: all tests of a package lie in them.
 */
function testWords(baseline: CheckReport[]): string[] {
  const tests = baseline.flatMap(({ diagnostics }) =>
    diagnostics.flatMap(({ test }) => (test === undefined ? [] : [test])),
  );
  return tests.slice(0, 5).flatMap((test) =>
    test
      .replace(/^(?:[^/:]+\/)+/, "")
      .split(/[^A-Za-z0-9]+|_/)
      .filter((word) => word.length > 2 && !/^tests?$|^py$/i.test(word)),
  );
}

/** What a judging file that the task names takes from elsewhere: the code that it judges. */
function importedWords({ graph, frozen }: Scene, named: string[]): string[] {
  const { index } = graph;
  const judging = named.filter(frozen).flatMap((path) => index.fileAt(path) ?? []);
  const imports = judging.flatMap((file) => index.importsIn(file));
  return imports.flatMap(({ module, names }) => [module, ...names].join(" ").match(/\w{3,}/g) ?? []);
}

/** The files of failing tests, and those that the task names. */
const judgingFiles = ({ baseline, frozen }: Scene, named: string[]): string[] => [
  ...named.filter(frozen),
  ...baseline
    .flatMap(({ diagnostics }) => diagnostics)
    .flatMap(({ test }) => (test === undefined ? [] : [test.replace(/::.*$/s, "")])),
];

export interface Ranking {
  /** Best first; of judging files only those that the task opens. */
  ranked: Ranked[];
  /** Files that the task names. */
  named: string[];
}

/** What is asked of the graph for a task. */
function queryOf(scene: Scene, named: string[]): RankQuery {
  return {
    words: [scene.task, ...importedWords(scene, named), ...testWords(scene.baseline)],
    paths: named,
    frames: failingPlaces(scene),
    tests: [...new Set(judgingFiles(scene, named))],
    recent: named.length === 0 ? scene.recent : [],
    without: scene.frozen,
  };
}

/** Ranks the symbols of the project for the task; `about` is what it is known to be about. */
export async function rankTargets(scene: Scene, about?: Target): Promise<Ranking> {
  const named = namedPaths(scene.task, scene.files);
  const query = queryOf(scene, named);
  const ranked = await rank(about === undefined ? query : { ...query, about }, scene.graph);
  return { ranked, named: named.filter((path) => !scene.frozen(path)) };
}

/** Callable symbols come first as targets: a class is reached through its methods. */
export function targetsOf({ ranked, named }: Ranking, most: number): Target[] {
  const symbols = ranked.map(({ symbol }) => symbol);
  const wanted = named.length > 0 ? symbols.filter(({ path }) => named.includes(path)) : symbols;
  const ordered = [...wanted, ...symbols.filter((symbol) => !wanted.includes(symbol))];
  const targets: Target[] = ordered
    .filter(({ kind }) => kind !== "variable")
    .map(({ path, name }) => ({ path, symbol: name }));
  const files = named
    .filter((path) => !targets.some((target) => target.path === path))
    .map((path) => ({ path }));
  return [...files, ...targets].slice(0, most);
}
