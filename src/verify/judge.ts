/**
 * The judgement of a turn, from the reports of its checks before it and of the same checks after its last edit. Only what the turn
 * did counts: what was red before is held against it only where the task asked to turn it green. Pure.
 */
import type { CheckReport, CheckStatus, Diagnostic, Verdict } from "../types.ts";
import { COMPILES, isFinder, SYNTAX } from "./report.ts";

export interface JudgeOptions {
  /**
   * What the task asked for: `green` (a check that was red has to pass), the ids of tests or checks that have to pass, or
   * `unharmed` (red stays red, nothing may get worse).
   */
  goal: "green" | "unharmed" | string[];
  /** The reports in which the ids of `goal` were red; `before` where left out. */
  start?: CheckReport[];
  /** Paths that the judged change writes. */
  changed?: string[];
  /** Checks that were not run, since those before them refute the change already. */
  unrun?: number;
}

/** Ends that say nothing about the code. */
const SILENT = new Set<CheckStatus>(["unavailable", "no_tests"]);
/** Checks whose pass says only that the code could be read. */
const PROVE_NOTHING = new Set([SYNTAX, COMPILES]);
/** From the worst. A time-out is the lowest: it cost the most and says the least. */
const STATUS_SCORE: Record<CheckStatus, number> = {
  timeout: -4000,
  limit: -4000,
  error: -2000,
  unavailable: -1000,
  no_tests: -1000,
  failed: 0,
  passed: 0,
};
/** A change that a compiler or linter refutes has shown no test: it stands below every one that came to run them. */
const UNRUN_SCORE = -2000;
const POINTS_PER_TEST = 1000;
const MAX_FRESH = 999;

/** The verdict on the tree as the `after` reports found it. `before` may lack checks: then everything they say is new. */
export function judge(before: CheckReport[], after: CheckReport[], options: JudgeOptions): Verdict {
  const pairs = after.map(
    (now): Pair => ({ now, was: before.find(({ check }) => check === now.check) ?? null }),
  );
  const fresh = pairs.flatMap(({ now, was }) => freshDiagnostics(now, was));
  const base = { reports: after, fresh, score: score(after, fresh) + UNRUN_SCORE * (options.unrun ?? 0) };
  const changed = options.changed ?? [];
  const hidden = (now: CheckReport, was: CheckReport | null): boolean =>
    options.goal !== "unharmed" && was !== null && showsMore(now, was, { fresh, changed });
  const worse = pairs
    .map(({ now, was }) => whatIsWorse(now, was, { fresh, hidden: hidden(now, was) }))
    .find((reason) => reason !== null);
  if (worse !== undefined) return { ...base, status: "failed", reason: worse };

  const proofs = pairs.filter(({ now }) => !PROVE_NOTHING.has(now.check) && !SILENT.has(now.status));
  if (proofs.length === 0) return { ...base, status: "unverified", reason: whyNoProof(after) };
  const red = proofs.filter(({ now }) => now.status !== "passed");
  if (red.length === 0) return { ...base, status: "verified", reason: greenReason(proofs.map((p) => p.now)) };

  const first = red[0]?.now;
  const still = `${first?.check ?? "A check"} is not green: ${first?.summary ?? ""}`;
  const asked = Array.isArray(options.goal) ? options.goal : null;
  if (asked !== null && asked.length > 0 && asked.every((id) => isGreen(id, after, options.start ?? before)))
    return {
      ...base,
      status: "verified",
      reason: "What was asked for passes, and nothing that passed before fails.",
    };
  const green = proofs.filter(({ now }) => !isFinder(now.check) && now.status === "passed");
  if (options.goal === "green" && green.length > 0 && red.every(isAsRed))
    return {
      ...base,
      status: "verified",
      reason: `${greenReason(green.map((p) => p.now)).slice(0, -1)}; ${red.map(({ now }) => now.check).join(", ")} is as red as it was.`,
    };
  const better = (now: CheckReport, was: CheckReport): boolean =>
    isBetter(now, was) && !breaksItself(now, was, { fresh, changed });
  if (proofs.some(({ now, was }) => was !== null && (better(now, was) || hidden(now, was))))
    return { ...base, status: "improved", reason: `Better than before, but ${still}` };
  if (options.goal === "unharmed")
    return { ...base, status: "unverified", reason: `Nothing is worse than before, but ${still}` };
  return { ...base, status: "failed", reason: still };
}

interface Pair {
  now: CheckReport;
  was: CheckReport | null;
}

/** A linter or type checker that was red and, since it is no worse, is red for the same reasons. Who asks for green means tests; who means a linter names it. */
const isAsRed = ({ now, was }: Pair): boolean =>
  isFinder(now.check) && now.status === "failed" && was?.status === "failed";

/** A diagnostic is known by what it says, not by its line: an edit above moves it. A failing test is known by its id. */
const keyOf = (one: Diagnostic): string =>
  one.test !== undefined ? `test ${one.test}` : [one.path, one.code, withoutLines(one.message)].join("|");

/** Messages name other lines, too: `'x' was defined at line 12`, `a.h:3:5`. */
const withoutLines = (message: string): string =>
  message.replace(/\b(lines?|columns?|col) \d+/gi, "$1").replace(/:\d+(:\d+)?\b/g, "");

/** What counts no tests, or came to none. */
const countsNone = ({ failed, status }: CheckReport): boolean => failed === null || status === "error";

/**
 * Whether a check shows what an error that is gone has kept hidden: compilers stop at the first file, or the first phase, that is
 * wrong. The new errors are then in files that had none and that the change does not write.
 */
function showsMore(
  now: CheckReport,
  was: CheckReport,
  { fresh, changed }: { fresh: Diagnostic[]; changed: string[] },
): boolean {
  if (now.status !== was.status || !countsNone(now) || !countsNone(was)) return false;
  const wrong = new Set(changed);
  for (const { path } of was.diagnostics) if (path !== undefined) wrong.add(path);
  const added = now.diagnostics.filter((one) => fresh.includes(one));
  const gone = freshDiagnostics(was, now).length > 0;
  return gone && added.length > 0 && added.every(({ path }) => path !== undefined && !wrong.has(path));
}

/** As many of each kind as there are more than before. */
function freshDiagnostics(now: CheckReport, was: CheckReport | null): Diagnostic[] {
  const known = new Map<string, number>();
  for (const one of was?.diagnostics ?? []) known.set(keyOf(one), (known.get(keyOf(one)) ?? 0) + 1);
  return now.diagnostics.filter((one) => {
    if (one.severity === "warning") return false;
    const left = known.get(keyOf(one)) ?? 0;
    known.set(keyOf(one), left - 1);
    return left <= 0;
  });
}

const collected = (report: CheckReport): number | null =>
  report.passed === null || report.failed === null ? null : report.passed + report.failed;

/** One sentence on what the turn spoiled in this check; null where nothing. */
function whatIsWorse(
  now: CheckReport,
  was: CheckReport | null,
  { fresh, hidden }: { fresh: Diagnostic[]; hidden: boolean },
): string | null {
  const says = `${now.check}: ${now.summary}`;
  if (now.check === SYNTAX)
    return now.diagnostics.some((one) => fresh.includes(one))
      ? `A changed file does not parse: ${now.summary}`
      : null;
  if (was === null || SILENT.has(was.status))
    return now.status === "passed" || SILENT.has(now.status) ? null : says;
  const [had, has] = [collected(was), collected(now)];
  if (had !== null && had > 0 && (now.status === "no_tests" || (has !== null && has < had)))
    return `${now.check}: fewer tests ran than before (${has ?? 0} of ${had}), so it proves nothing.`;
  if (rank(now.status) < rank(was.status)) return says;
  return now.status === "failed" && was.status === "failed" && !hidden ? whatFailsNow(now, was, fresh) : null;
}

/** The same for a check that was red and is red. */
function whatFailsNow(now: CheckReport, was: CheckReport, fresh: Diagnostic[]): string | null {
  const broken = now.diagnostics.find((one) => fresh.includes(one) && isNewlyBroken(one, was));
  if (broken !== undefined) return `${now.check}: ${broken.test} fails now: ${broken.message}`;
  const added = fresh.find((one) => now.diagnostics.includes(one));
  if (now.failed === null && added !== undefined && now.diagnostics.length > was.diagnostics.length)
    return `${now.check}: more is wrong than before: ${added.message}`;
  if ((now.passed ?? 0) < (was.passed ?? 0))
    return `${now.check}: fewer tests pass than before (${now.passed} of ${was.passed}).`;
  return null;
}

/** A test that ran before, or is new. Not one of a file that could not even be loaded before: it says more now, not less. */
function isNewlyBroken(one: Diagnostic, was: CheckReport): boolean {
  const test = one.test;
  if (test === undefined) return false;
  return !was.diagnostics.some((old) =>
    [`${old.test}::`, `${old.test}.`].some((start) => test.startsWith(start)),
  );
}

/** How far a check came. */
function rank(status: CheckStatus): number {
  return { timeout: 0, limit: 0, unavailable: 1, error: 1, no_tests: 1, failed: 2, passed: 3 }[status];
}

function isBetter(now: CheckReport, was: CheckReport): boolean {
  if (rank(now.status) !== rank(was.status)) return rank(now.status) > rank(was.status);
  if ((now.passed ?? 0) !== (was.passed ?? 0)) return (now.passed ?? 0) > (was.passed ?? 0);
  const ended = now.status === "failed" || now.status === "error";
  return ended && countsNone(now) && now.diagnostics.length < was.diagnostics.length;
}

/**
 * Whether a check that counts no tests finds an error in a file that the change writes and that had none: fewer errors are then no
 * progress, as where a build breaks before the tests that failed.
 */
function breaksItself(
  now: CheckReport,
  was: CheckReport,
  { fresh, changed }: { fresh: Diagnostic[]; changed: string[] },
): boolean {
  const had = new Set(was.diagnostics.map(({ path }) => path));
  const isOwn = ({ path }: Diagnostic): boolean =>
    path !== undefined && changed.includes(path) && !had.has(path);
  return countsNone(now) && now.diagnostics.some((one) => fresh.includes(one) && isOwn(one));
}

/** Whether a test is one of these, by its own id or its file's. */
export const isNamed = (test: string, ids: string[]): boolean =>
  ids.some((id) => test === id || test.startsWith(`${id}::`));

/** Whether the test or check of this id passes: a test does when its check ran to its end and does not name it as failing. A test id also stands for its file. */
function isGreen(id: string, after: CheckReport[], start: CheckReport[]): boolean {
  const whole = after.find(({ check }) => check === id);
  if (whole !== undefined) return whole.status === "passed";
  const names = ({ test }: Diagnostic) => test !== undefined && isNamed(test, [id]);
  return after.some(
    (now) =>
      (now.status === "failed" || now.status === "passed") &&
      start.some(({ check, diagnostics }) => check === now.check && diagnostics.some(names)) &&
      !now.diagnostics.some(names),
  );
}

/** Passing tests first (a green check without counts is worth one), was fewer fresh diagnostics, was how far it came. */
function score(after: CheckReport[], fresh: Diagnostic[]): number {
  const stopped = after.some(({ status }) => status === "timeout" || status === "limit");
  const points = after.map((report) => {
    if (report.check === SYNTAX) return 0;
    const tests = report.passed ?? (report.status === "passed" ? 1 : 0);
    return (stopped ? 0 : tests) * POINTS_PER_TEST + STATUS_SCORE[report.status];
  });
  return points.reduce((sum, one) => sum + one, 0) - Math.min(MAX_FRESH, fresh.length);
}

function greenReason(reports: CheckReport[]): string {
  const counts = reports.flatMap(({ passed }) => (passed === null ? [] : [passed]));
  if (counts.length === 0) return `${reports.map(({ check }) => check).join(", ")} passed.`;
  const tests = counts.reduce((sum, one) => sum + one, 0);
  return tests === 1 ? "1 test passes." : `All ${tests} tests pass.`;
}

function whyNoProof(after: CheckReport[]): string {
  const silent = after.find(({ check, status }) => check !== SYNTAX && SILENT.has(status));
  if (silent !== undefined) return `Nothing proves it: ${silent.check}: ${silent.summary}`;
  return "Nothing could prove it: no test or check is known here, or none may run.";
}
