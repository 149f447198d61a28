/**
 * A check held to some of its tests: those that are asked for, or those that a change affects. It refuses a bad candidate before
 * the whole check has run and proves nothing: a candidate that it does not refuse is judged by the whole check.
 */

import type { CheckReport, Verdict } from "../types.ts";
import { quote } from "../workspace/run.ts";
import type { Check, NarrowRun } from "./checks.ts";
import { isNamed, type JudgeOptions, judge } from "./judge.ts";

export interface ChangedText {
  path: string;
  before: string | null;
  after: string | null;
}

/**
 * Test files that a change is likely to break, nearest first, and how many the workspace has. `tests`: how many tests each file of
 * the workspace holds, 0 where nobody can tell without running it.
 */
export interface AffectedFiles {
  paths: string[];
  of: number;
  tests?: Map<string, number>;
}

/** The test files that a change is likely to break; `red` are paths that failing tests name: those that are tests come first. */
export type FindAffected = (changes: ChangedText[], red: string[]) => Promise<AffectedFiles>;

/** A check that is quicker than this is run as a whole. */
const LEAST_WHOLE_MS = 2000;
/** Of all test files, and at most so many: the nearest refute most, and a good candidate pays for them beside the whole. */
const MOST_SHARE = 0.1;
export const MOST_FILES = 20;
/** Of fewer test files none is left out. */
const LEAST_FILES = 4;
/** What the affected tests take at most, as a part of the whole check. */
const MOST_TIME = 0.5;

/** Tests that are asked for are run before the whole where there are at most so many. */
const MOST_OWN = 20;

/** A check as another command runs it. Its reports bear a name of their own. */
export function heldTo(check: Check, run: NarrowRun, name: string): Check {
  const { narrow: _, narrowTests: __, ...base } = check;
  const id = `${check.id} (${name})`;
  return { ...base, ...run, id, parse: (result) => ({ ...check.parse(result), check: id }) };
}

/** Tests that this check has found red and that are to turn green: those of the goal, or all of them. */
function ownTests(whole: CheckReport, goal: JudgeOptions["goal"]): string[] {
  if (goal === "unharmed" || whole.status !== "failed") return [];
  const red = [...new Set(whole.diagnostics.flatMap(({ test }) => test ?? []))];
  return goal === "green" ? red : red.filter((id) => isNamed(id, goal));
}

/** A check held to the tests that are asked for; null where there are none, or too many, or it cannot be held to them. */
export function heldToOwn(check: Check, whole: CheckReport, goal: JudgeOptions["goal"]): Check | null {
  const ids = ownTests(whole, goal);
  const run = ids.length === 0 || ids.length > MOST_OWN ? null : check.narrowTests?.(ids);
  return run == null ? null : heldTo(check, run, "own");
}

/** A command line with the first of these arguments, and how many more there are. */
export const shownWith = (line: string, words: string[]): string =>
  [
    line,
    ...words.slice(0, 4).map(plainly),
    ...(words.length > 4 ? [`(and ${words.length - 4} more)`] : []),
  ].join(" ");

const plainly = (word: string): string => (/^[\w./@+:= -]+$/.test(word) ? word : quote(word));

/** The path as seen from a folder around it; null where it is elsewhere. */
export function innerPath(path: string, folder: string): string | null {
  if (folder === "") return path;
  return path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : null;
}

/** Whether a check came to its end, and took so long that affected tests are run before it. */
export const isSlow = ({ status, ms }: CheckReport): boolean =>
  (status === "passed" || status === "failed") && ms >= LEAST_WHOLE_MS;

/** Files that failing tests name: where their ids begin with one, or where they failed. */
export function redPaths(reports: CheckReport[]): string[] {
  const paths = reports.flatMap(({ diagnostics }) =>
    diagnostics.flatMap(({ test, path }) =>
      test === undefined ? [] : [test.split("::")[0] ?? "", path ?? ""],
    ),
  );
  return [...new Set(paths)].filter((path) => path !== "");
}

/** A check held to the nearest of the affected tests; null where that cannot be, or they are too many of all. */
export function worthNarrowing(check: Check, affected: AffectedFiles): Check | null {
  const most = affected.of < LEAST_FILES ? 0 : Math.max(1, Math.floor(affected.of * MOST_SHARE));
  const paths = affected.paths.slice(0, Math.min(MOST_FILES, most));
  const narrow = paths.length === 0 ? undefined : check.narrow?.(paths);
  return narrow == null ? null : heldTo(check, narrow, "affected");
}

/** Whether a narrow run tells anything, and soon enough; `whole` is the report of the whole check on the same tree. */
export const isTelling = (narrow: CheckReport, whole: CheckReport): boolean =>
  (narrow.status === "passed" || narrow.status === "failed") && narrow.ms <= whole.ms * MOST_TIME;

/** Reports of a check on the tree without the candidate. */
export interface Before {
  narrow: CheckReport;
  whole: CheckReport;
  /** The whole, as the turn found it. */
  first: CheckReport;
}

/**
 * The verdict on a candidate that these tests refute: one of them is worse than it was, or all that was red, or all that was
 * asked for by name, is among them and nothing of it is better. Null where that is not said; the whole check judges then.
 */
export function refutation(
  now: CheckReport,
  { narrow, whole, first }: Before,
  goal: JudgeOptions["goal"],
): Verdict | null {
  const harm = judge([narrow], [now], { goal: "unharmed" });
  if (harm.status === "failed") return harm;
  if (goal === "unharmed" || whole.status !== "failed") return null;
  const known = new Set(narrow.diagnostics.map(({ test }) => test));
  const wanted = goal === "green" ? whole.diagnostics.map(({ test }) => test) : ownTests(whole, goal);
  if (wanted.length === 0 || !wanted.every((test) => test !== undefined && known.has(test))) return null;
  const verdict = judge([narrow], [now], { goal, start: [{ ...first, check: now.check }] });
  return verdict.status === "failed" ? verdict : null;
}
