/** What a task wants of the checks, and which of the files that judge it opens. Decided once, from its words and the baseline. */
import { isTestPath } from "../graph/update/classify.ts";
import { namedPaths } from "../plan/targets.ts";
import type { Target } from "../types.ts";
import { isFrozen } from "../verify/frozen.ts";
import type { JudgeOptions } from "../verify/judge.ts";
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

/**
 * What the task wants of red checks: the failing tests that belong to its target, all of them, or only that nothing gets worse.
 * `computed`: no model writes anything, as in a rename, which leaves everything as it is.
 */
export function goalOf(
  task: string,
  verifier: Pick<Verifier, "baseline">,
  about: { targets: Target[]; named: string[]; computed?: boolean },
): JudgeOptions["goal"] {
  if (about.computed) return "unharmed";
  const errors = verifier.baseline
    .flatMap(({ diagnostics }) => diagnostics)
    .filter(({ severity }) => severity === "error");
  const red = errors.flatMap(({ test }) => test ?? []);
  const [target] = about.targets;
  const stem = target?.path
    .split("/")
    .at(-1)
    ?.replace(/\.\w+$/, "");
  const words = [stem, target?.symbol?.split(".").at(-1), ...about.named];
  const wanted = words.filter((word) => word !== undefined && word.length > 2);
  const related =
    about.named.length === 0 ? [] : red.filter((id) => wanted.some((word) => id.includes(word ?? "")));
  if (related.length > 0 && related.length < errors.length) return related;
  return WANTS_GREEN.test(task) ? "green" : "unharmed";
}
