/** Where a task applies, computed: the files and symbols it names, the lines that failed, then what ranks best. */

import { type RankQuery, rank } from "../graph/rank/rank.ts";
import { parse } from "../graph/syntax/parse.ts";
import type { CheckReport, CodeSymbol, Target } from "../types.ts";
import type { Workspace } from "../workspace/workspace.ts";

/** What is known of a task before the first request. */
export interface Scene {
  task: string;
  /** Files that the last turn was about: likely meant again, where the task names none. */
  recent: string[];
  workspace: Pick<Workspace, "read">;
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
async function importedWords(scene: Scene, named: string[]): Promise<string[]> {
  const judging = named.filter(scene.frozen);
  const read = await Promise.all(judging.map((path) => scene.workspace.read(path)));
  const parsed = await Promise.all(read.map((one) => (one.ok ? parse(one.file.path, one.file.text) : null)));
  return parsed.flatMap((one) => one?.importStatements.join(" ").match(/\w{3,}/g) ?? []);
}

export interface Ranking {
  /** Best first; of judging files only those that the task opens. */
  symbols: CodeSymbol[];
  /** Files that the task names. */
  named: string[];
}

const stemOf = (path: string): string => (path.split("/").at(-1) ?? path).replace(/\.\w+$/, "");

/** Ranks the symbols of the project for the task. */
export async function rankTargets(scene: Scene): Promise<Ranking> {
  const named = namedPaths(scene.task, scene.files);
  const query: RankQuery = {
    words: [
      ...(await importedWords(scene, named)),
      ...scene.task.split(/[^\w.]+/).filter((word) => word.length > 1),
      ...testWords(scene.baseline),
      // A word of its own each: enough to decide between equals, too little to hide what the task speaks of.
      ...(named.length === 0 ? scene.recent.map(stemOf) : []),
    ],
    paths: named,
    frames: failingPlaces(scene),
  };
  const wanted = (path: string): boolean => !scene.frozen(path);
  const symbols = await rank(query, scene.workspace, scene.files.filter(wanted));
  return { symbols, named: named.filter(wanted) };
}

/** Callable symbols come first as targets: a class is reached through its methods. */
export function targetsOf({ symbols, named }: Ranking, most: number): Target[] {
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
