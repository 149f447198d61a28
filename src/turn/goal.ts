/** What a task wants of the checks, and which of the files that judge it opens. Decided once, from its words and the baseline. */
import { isTestPath } from "../graph/update/classify.ts";
import { namedPaths } from "../plan/targets.ts";
import type { Target } from "../types.ts";
import { isFrozen } from "../verify/frozen.ts";
import type { JudgeOptions } from "../verify/judge.ts";
import { isFinder } from "../verify/report.ts";
import type { Verifier } from "../verify/verifier.ts";
import type { Work } from "./context.ts";

const ASKS_FOR_TESTS = /\b(add|write|create|update|extend|change|generate)\b[^.]{0,40}\btests?\b/i;
const CHANGES_NAMED = /\b(change|edit|update|modify|rewrite|delete|rename|add)\b/i;
/** Who speaks of failing tests wants the code repaired, whatever else the sentence holds. */
const SPEAKS_OF_FAILURE = /\b(pass\w*|fail\w*|satisf\w*|red|broken|green)\b/i;

/** Judging files are frozen, but for those that the task names to be changed, or the tests where it asks for tests and names none. */
export function forbidder(
  task: string,
  files: string[],
  judges: Work["judges"] = isFrozen,
): (path: string) => string | null {
  const named = new Set(namedPaths(task, files));
  const opens = !SPEAKS_OF_FAILURE.test(task);
  const tests = opens && ASKS_FOR_TESTS.test(task) && ![...named].some(judges);
  const changesNamed = opens && CHANGES_NAMED.test(task);
  return (path) =>
    !judges(path) || (tests && isTestPath(path)) || (changesNamed && named.has(path))
      ? null
      : `${path} judges the change and must stay as it is; change the code that it tests.`;
}

const WANTS_GREEN =
  /\b(fix|repair|bug|debug|fail\w*|pass\w*|tests?|solve|correct|broken|error|implement|complete)\b/i;
/** Whoever speaks of tests that are to pass means more of them than those of one symbol. */
const MEANS_TESTS = /\btests?\b[^.]*\bpass|\bpass\w*\b[^.]*\btests?\b|\ball\b/i;
/** Means the failing tests of the whole project. */
const ASKS_FOR_ALL =
  /\b(all|every|failing|red|broken)\s+(\w+\s+){0,2}tests?\b|\bthe tests\b|\btest ?suite\b/i;
/** A linter or type checker is meant where it is named, or by such words. */
const MEANS_FINDINGS = /\b(lint\w*|typ(e|ing)[- ]?(check|error)\w*|findings?|warnings?)\b/i;

/** Says something about code without asking it to work otherwise. */
const LEAVES_AS_IT_IS =
  /\b(doc(s|strings?|ument\w*)?|comments?|annotat\w*|type hints?|format\w*|refactor\w*|renam\w*|tidy|clean ?up|simplif\w*)\b/i;

/** The words of an id: `tests/test_a.py::TestStack::test_pushAll[1]` has `stack`, `push`, `all`. */
const wordsOf = (text: string): Set<string> =>
  new Set(
    text
      .replace(/([a-z0-9])(?=[A-Z])/g, "$1_")
      .toLowerCase()
      .split(/[^a-z0-9]+/),
  );

/** Whether all words of a name stand among those of the id. */
function isIn(name: string, id: string): boolean {
  const words = wordsOf(id);
  return [...wordsOf(name)].every((word) => words.has(word));
}

/** The symbol's own name where the task says it. */
function saidIn(task: string, symbol: string | undefined): string[] {
  const name = symbol?.split(".").at(-1) ?? "";
  return name.length > 2 && new RegExp(`\\b${RegExp.escape(name)}\\b`).test(task) ? [name] : [];
}

/**
 * Of the red tests those that belong to what the task names: a test file, a symbol, or a source file that is to be put right. Empty
 * where it names nothing so exact. Where it names a file, only the symbols of that file count.
 */
function related(
  task: string,
  red: string[],
  { targets, named }: { targets: Target[]; named: string[] },
): string[] {
  const ofFiles = red.filter((id) => named.some((path) => id === path || id.startsWith(`${path}::`)));
  if (ofFiles.length > 0) return ofFiles;
  if (LEAVES_AS_IT_IS.test(task) && !WANTS_GREEN.test(task)) return [];
  const near = named.length === 0 ? targets : targets.filter(({ path }) => named.includes(path));
  const said = near.flatMap(({ symbol }) => saidIn(task, symbol));
  const ofSymbol = MEANS_TESTS.test(task) ? [] : red.filter((id) => said.some((symbol) => isIn(symbol, id)));
  if (ofSymbol.length > 0 || !WANTS_GREEN.test(task)) return ofSymbol;
  const stems = named.map((path) => (path.split("/").at(-1) ?? path).replace(/\.\w+$/, ""));
  return red.filter((id) => stems.some((stem) => stem.length > 2 && isIn(stem, id)));
}

/** Whether the task asks for whatever tests fail, wherever they are. */
export const asksForAll = (task: string, named: string[]): boolean =>
  named.length === 0 && WANTS_GREEN.test(task) && ASKS_FOR_ALL.test(task);

/**
 * What the task wants of red checks: the failing tests that belong to what it names, a linter that it speaks of, all of them, or only
 * that nothing gets worse. `computed`: no model writes anything, as in a rename, which leaves everything as it is.
 */
export function goalOf(
  task: string,
  verifier: Pick<Verifier, "baseline">,
  about: { targets: Target[]; named: string[]; computed?: boolean },
): JudgeOptions["goal"] {
  if (about.computed) return "unharmed";
  const reports = verifier.baseline;
  const finders = reports.filter(({ check, status }) => isFinder(check) && status === "failed");
  const meant = finders.filter(({ check }) => MEANS_FINDINGS.test(task) || isIn(check, task));
  if (meant.length > 0 && !MEANS_TESTS.test(task)) return meant.map(({ check }) => check);
  const errors = reports
    .filter(({ check }) => !isFinder(check))
    .flatMap(({ diagnostics }) => diagnostics)
    .filter(({ severity }) => severity === "error");
  const red = errors.flatMap(({ test }) => test ?? []);
  const own = related(task, red, about);
  if (own.length > 0) return own.length < errors.length ? own : "green";
  return WANTS_GREEN.test(task) ? "green" : "unharmed";
}
