/**
 * Tests that fail and pass on the same tree. A test that newly fails with a candidate that would hold otherwise, and the one test
 * that a candidate has turned green, are looked at twice: alone first, where the check can be held to it, then in a whole run,
 * since only the same run on the same tree with another end shows chance (alone, a test may pass for want of those before
 * it). What is flaky counts neither for nor against any candidate of the turn. A suite that shows no chance when it is asked is
 * not asked again.
 */
import type { CheckReport, Result, Verdict } from "../types.ts";
import type { Check } from "./checks.ts";
import { isNamed, type JudgeOptions } from "./judge.ts";
import { heldTo } from "./narrow.ts";
import { firstOf } from "./report.ts";
import type { When } from "./runs.ts";

/** Of a candidate that breaks more tests than this, nobody thinks that it was by chance. */
const MOST_BROKEN = 3;
/** A check that takes no longer is run again as a whole where it cannot be held to tests. */
const QUICK_MS = 2000;
/** A whole run to prove chance takes no more than this part of what a check may take. */
const MOST_PART = 0.25;

export interface FlakyParts {
  run: (check: Check, when: When, was: CheckReport) => Promise<Result<{ report: CheckReport }>>;
  /** What one run of a check may take. */
  checkTimeMs: number;
  onNotice: (text: string) => void;
}

export class Flaky {
  private readonly parts: FlakyParts;
  private readonly tests = new Set<string>();
  /** A test was run again, and did again what it had done. */
  private calm = false;

  constructor(parts: FlakyParts) {
    this.parts = parts;
  }

  get found(): string[] {
    return [...this.tests].sort();
  }

  /** A report as if what is flaky had passed, in every report of the turn. */
  without(report: CheckReport): CheckReport {
    return passing(report, this.tests);
  }

  /**
   * The report of a candidate's run without what fails by chance. `holds` says whether a report would let the candidate stand:
   * where it would not anyway, nothing is run again.
   */
  async settle(
    check: Check,
    { now, was }: { now: CheckReport; was: CheckReport | undefined },
    holds: (report: CheckReport) => boolean,
  ): Promise<Result<{ report: CheckReport }>> {
    const report = this.without(now);
    const broken = was === undefined ? [] : newlyFailing(report, this.without(was));
    const worth =
      broken.length > 0 && broken.length <= MOST_BROKEN && holds(passing(report, new Set(broken)));
    if (this.calm || !worth) return { ok: true, report };
    const again = await this.repeat(check, broken, { report, when: "candidate" });
    return again.ok ? { ok: true, report: this.without(report) } : again;
  }

  /**
   * The verdict with what was not counted. Where all that was asked for is flaky, a pass of it proves nothing. `found`: the reports
   * as the turn found them, chance included.
   */
  tell(verdict: Verdict, { goal, found }: { goal: JudgeOptions["goal"]; found: CheckReport[] }): Verdict {
    if (this.tests.size === 0) return verdict;
    const red = found.flatMap(({ diagnostics }) => diagnostics.flatMap(({ test }) => test ?? []));
    const asked = goal === "unharmed" ? [] : goal === "green" ? red : red.filter((id) => isNamed(id, goal));
    const left = asked.filter((id) => !this.tests.has(id));
    const told = {
      ...verdict,
      reason: `${verdict.reason} Not counted, since flaky: ${this.found.join(", ")}.`,
    };
    return verdict.status === "verified" && asked.length > 0 && left.length === 0
      ? {
          ...told,
          status: "unverified",
          reason: `Nothing proves it: ${asked.join(", ")} passes without it, too.`,
        }
      : told;
  }

  /** Whether it is worth the time to see if this one test, red in `was`, is red again on the same tree. */
  doubts({ now, was }: { now: CheckReport; was: CheckReport }): boolean {
    return !this.calm && Math.max(now.ms, was.ms) <= QUICK_MS;
  }

  /** Runs tests that failed in `report` again on the same tree; those that pass there, too, are flaky from now on. */
  async repeat(
    check: Check,
    failing: string[],
    { report, when }: { report: CheckReport; when: When },
  ): Promise<Result<object>> {
    const alone = check.narrowTests?.(failing) ?? null;
    if (alone === null && report.ms > QUICK_MS) return { ok: true };
    const { command, shown, env = {} } = check;
    const whole = { command, shown, env };
    let suspects = failing;
    if (alone !== null) {
      const ran = await this.parts.run(heldTo(check, alone, "again"), when, report);
      if (!ran.ok) return ran;
      suspects = notFailing(failing, ran.report);
    }
    if (suspects.length > 0) {
      if (report.ms > this.parts.checkTimeMs * MOST_PART) return { ok: true };
      const ran = await this.parts.run(heldTo(check, whole, "again"), when, report);
      if (!ran.ok) return ran;
      suspects = notFailing(suspects, ran.report);
    }
    if (suspects.length === 0) this.calm = true;
    for (const test of suspects) {
      this.tests.add(test);
      this.parts.onNotice(
        `${test} is flaky: it fails and passes on the same tree, so it counts neither for nor against a change in this turn.`,
      );
    }
    return { ok: true };
  }
}

/** A test that was red and is green: its check, and that check's reports before and now. */
export interface Gain {
  check: Check;
  test: string;
  was: CheckReport;
  now: CheckReport;
}

export function gains(checks: Check[], before: CheckReport[], after: CheckReport[]): Gain[] {
  return checks.flatMap((check) => {
    const of = (reports: CheckReport[]) => reports.find((one) => one.check === check.id);
    const [was, now] = [of(before), of(after)];
    if (was === undefined || now === undefined) return [];
    const red = new Set(was.diagnostics.flatMap(({ test }) => test ?? []));
    for (const { test } of now.diagnostics) if (test !== undefined) red.delete(test);
    return [...red].map((test) => ({ check, test, was, now }));
  });
}

/** Tests that fail now and did not before. */
function newlyFailing(now: CheckReport, was: CheckReport): string[] {
  if (now.status !== "failed" || (was.status !== "passed" && was.status !== "failed")) return [];
  const red = new Set(was.diagnostics.map(({ test }) => test));
  return [
    ...new Set(now.diagnostics.flatMap(({ test }) => (test === undefined || red.has(test) ? [] : [test]))),
  ];
}

/** Those that a run which came to its end does not name as failing. */
function notFailing(tests: string[], { status, diagnostics }: CheckReport): string[] {
  if (status !== "passed" && status !== "failed") return [];
  return tests.filter((id) => !diagnostics.some(({ test }) => test === id));
}

/** A report as if these tests had passed. */
function passing(report: CheckReport, tests: ReadonlySet<string>): CheckReport {
  const left = report.diagnostics.filter(({ test }) => test === undefined || !tests.has(test));
  const dropped = report.diagnostics.length - left.length;
  if (dropped === 0) return report;
  const passed = report.passed === null ? null : report.passed + dropped;
  const failed = report.failed === null ? null : report.failed - dropped;
  const green = report.status === "failed" && left.every(({ severity }) => severity === "warning");
  const summary = green ? `${passed ?? "All"} passed.` : firstOf(left, failed ?? left.length);
  return { ...report, passed, failed, diagnostics: left, summary, status: green ? "passed" : report.status };
}
