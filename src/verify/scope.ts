/**
 * A suite that takes longer than a check may: the tests that the task names and those that its changes affect stand for it in
 * this turn, with a baseline of their own, and every verdict says what was not run. The task is proven by them only where its own
 * tests are among them.
 */
import type { CheckReport, Result, Verdict } from "../types.ts";
import type { Check } from "./checks.ts";
import type { JudgeOptions } from "./judge.ts";
import { type ChangedText, type FindAffected, MOST_FILES } from "./narrow.ts";

export interface ScopeParts {
  checks: Check[];
  find: FindAffected | undefined;
  /** Files that the task names. */
  named: string[];
  /** It asks for whatever tests fail. */
  asksForAll: boolean;
  /** Texts of files as they stand. */
  textsOf: (paths: string[]) => Promise<ChangedText[]>;
  /** Runs what stands for a whole check, on the tree without a candidate. */
  run: (check: Check) => Promise<Result<{ report: CheckReport }>>;
  onNotice: (text: string) => void;
}

interface Held {
  check: Check;
  paths: string[];
  /** As the turn found these tests. */
  first: CheckReport;
}

/** Where so many files take too long as well, the nearest of them are tried, once. */
const FEWER = 5;

export class Scope {
  private readonly parts: ScopeParts;
  private readonly held = new Map<string, Held>();
  /** Checks that did not end in time as a whole. */
  private readonly endless = new Map<string, CheckReport>();
  /** Sets of files that did not end in time either, or told nothing. */
  private readonly useless = new Set<string>();
  private tests: Map<string, number> | undefined;

  constructor(parts: ScopeParts) {
    this.parts = parts;
  }

  /** The checks as they are run in this turn. */
  get checks(): Check[] {
    return this.parts.checks.map((check) => this.held.get(check.id)?.check ?? check);
  }

  /** From the whole checks' baseline to that of what stands for them. */
  async begin(reports: CheckReport[]): Promise<Result<{ reports: CheckReport[] }>> {
    for (const one of reports) if (one.status === "timeout") this.endless.set(one.check, one);
    if (this.endless.size === 0) return { ok: true, reports };
    const widened = await this.widen(await this.parts.textsOf(this.parts.named));
    if (!widened.ok) return widened;
    for (const check of this.endless.keys())
      if (this.held.has(check))
        this.parts.onNotice(
          `${check} does not end in the time that it may take, so only the tests that this task names or affects are run.`,
        );
    return { ok: true, reports: this.inPlaceOf(reports, widened.reports) };
  }

  /** Takes the tests in that these changes affect; gives the reports of what was run for it, without the candidate. */
  async widen(changes: ChangedText[]): Promise<Result<{ reports: CheckReport[] }>> {
    const reports: CheckReport[] = [];
    if (this.endless.size === 0) return { ok: true, reports };
    const found = await this.parts.find?.(changes, this.parts.named);
    this.tests = found?.tests ?? this.tests;
    for (const check of this.parts.checks) {
      const known = this.held.get(check.id)?.paths ?? [];
      const paths = [...new Set([...known, ...(found?.paths ?? [])])].slice(0, MOST_FILES);
      if (!this.endless.has(check.id) || paths.length === known.length) continue;
      const ran = await this.hold(check, paths, known);
      if (!ran.ok) return ran;
      if (ran.report !== null) reports.push(ran.report);
    }
    return { ok: true, reports };
  }

  /** As the turn found what stands for the whole checks. */
  firsts(first: CheckReport[]): CheckReport[] {
    return this.inPlaceOf(
      first,
      [...this.held.values()].map((one) => one.first),
    );
  }

  inPlaceOf(reports: CheckReport[], others: CheckReport[]): CheckReport[] {
    return reports.map((one) => others.find(({ check }) => check === one.check) ?? one);
  }

  /** What is known of the tree that these reports are about. What did not end in time before would not now. */
  known(reports: CheckReport[]): { check: Check; report: CheckReport }[] {
    const run = this.checks.map((check) => ({
      check,
      report: reports.find((one) => one.check === check.id),
    }));
    const whole = this.parts.checks.map((check) => ({
      check,
      report: this.held.has(check.id) ? this.endless.get(check.id) : undefined,
    }));
    return [...run, ...whole].flatMap(({ check, report }) =>
      report === undefined ? [] : [{ check, report }],
    );
  }

  /** The verdict with what was not run; proof only where the task's own tests were. */
  tell(verdict: Verdict, goal: JudgeOptions["goal"]): Verdict {
    const ran = verdict.reports.filter(({ check }) => this.held.has(check));
    if (ran.length === 0) return verdict;
    const count = ran.reduce((sum, { passed, failed }) => sum + (passed ?? 0) + (failed ?? 0), 0);
    const scope = { ran: count, left: this.left() };
    const told = { ...verdict, scope };
    if (verdict.status !== "verified") return told;
    const green = ran.every(({ status }) => status === "passed");
    const says = green
      ? `${counted(count, "affected test passes", "affected tests pass")}; ${unrun(scope.left)}`
      : `${verdict.reason.replace(/\.$/, "")} among ${counted(count, "affected test", "affected tests")}; ${unrun(scope.left)}`;
    return this.holdsOwn(goal)
      ? { ...told, reason: `${says}.` }
      : { ...told, status: "unverified", reason: `${says}, and what the task asks for may be among them.` };
  }

  private holdsOwn(goal: JudgeOptions["goal"]): boolean {
    if (this.parts.asksForAll) return this.left() === 0;
    if (Array.isArray(goal)) return true;
    return [...this.held.values()].some(
      ({ first, paths }) =>
        (goal === "green" && first.status !== "passed") ||
        paths.some((path) => this.parts.named.includes(path)),
    );
  }

  /** Tests of files that nothing was run of; null where they cannot be counted. */
  private left(): number | null {
    const paths = new Set([...this.held.values()].flatMap((one) => one.paths));
    const others = [...(this.tests ?? [])].filter(([path]) => !paths.has(path)).map(([, tests]) => tests);
    return this.tests === undefined || others.includes(0) ? null : others.reduce((sum, one) => sum + one, 0);
  }

  private async hold(
    check: Check,
    paths: string[],
    known: string[],
  ): Promise<Result<{ report: CheckReport | null }>> {
    for (const some of [paths, paths.slice(0, FEWER)]) {
      const key = JSON.stringify([check.id, some]);
      const run = this.useless.has(key) ? null : check.narrow?.(some);
      if (run == null || some.length <= known.length) continue;
      const { narrow: _, ...whole } = check;
      const held = { ...whole, ...run };
      const ran = await this.parts.run(held);
      if (!ran.ok) return ran;
      const { report } = ran;
      if (report.status === "passed" || report.status === "failed" || report.status === "error") {
        this.held.set(check.id, {
          check: held,
          paths: some,
          first: joined(this.held.get(check.id)?.first, report),
        });
        return { ok: true, report };
      }
      this.useless.add(key);
    }
    return { ok: true, report: null };
  }
}

/** What was red at first stays so, though an accepted change has turned it green since. */
function joined(first: CheckReport | undefined, now: CheckReport): CheckReport {
  const more =
    first?.diagnostics.filter(({ test }) => !now.diagnostics.some((one) => one.test === test)) ?? [];
  if (more.length === 0) return now;
  return { ...now, status: "failed", diagnostics: [...now.diagnostics, ...more] };
}

const counted = (n: number, one: string, many: string): string =>
  `${n.toLocaleString("en-US")} ${n === 1 ? one : many}`;

const unrun = (left: number | null): string =>
  left === null ? "the rest were not run" : counted(left, "was not run", "were not run");
