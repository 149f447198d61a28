/**
 * Judges candidates on the tree itself: syntax in memory first, then the change is written, the checks run, what they left
 * is taken away, and the reports are compared with those of the start. The change stays until `takeBack`.
 */
import type { Candidate, CheckReport, Failed, Result, Verdict } from "../types.ts";
import type { Transaction, Workspace } from "../workspace/workspace.ts";
import { NarrowFirst, type Standing } from "./affected.ts";
import type { Check } from "./checks.ts";
import { Flaky, gains } from "./flaky.ts";
import { type JudgeOptions, judge } from "./judge.ts";
import type { ChangedText, FindAffected } from "./narrow.ts";
import { renamedIds, renamer } from "./renamed.ts";
import { SYNTAX } from "./report.ts";
import { Runs, type RunsParts, type When } from "./runs.ts";
import { Scope } from "./scope.ts";
import { checkSyntax } from "./syntax.ts";

export interface VerifierParts extends RunsParts {
  workspace: Pick<Workspace, "read" | "root">;
  transaction: Transaction;
  checks: Check[];
  /** Left out: the whole checks alone are run. */
  affected?: FindAffected;
  /** Files that the task names. */
  named?: string[];
  /** It asks for whatever tests fail, wherever they are. */
  asksForAll?: boolean;
}

/** What stands for a whole check that does not end in time may say nothing for so long. */
const SCOPE_SILENCE_MS = 60_000;

const isText = <T extends { text: string | null }>(one: T): one is T & { text: string } => one.text !== null;

const DEFERRED = "It parses; the checks judge it with what belongs to it.";

export class Verifier {
  private readonly parts: VerifierParts;
  private readonly runs: Runs;
  private readonly flaky: Flaky;
  private readonly narrow: NarrowFirst;
  private readonly scope: Scope;
  /** As the turn found them, and as its last accepted change left them. */
  private standing: Standing = { first: [], before: [], goal: "green" };
  /** As the turn found them, chance included. */
  private found: CheckReport[] = [];
  /** The same as the candidate on disk would have it: under the names that it gives to tests. */
  private next: Standing = this.standing;
  /** What earlier steps of the turn have changed, as it stands on disk. */
  private readonly accepted = new Set<string>();
  /** What the candidate on disk writes. */
  private applied: string[] = [];
  private deferred = false;

  constructor(parts: VerifierParts) {
    this.parts = parts;
    this.runs = new Runs(parts, () => [...this.accepted, ...this.applied]);
    const run = async (check: Check, when: When, was: CheckReport | undefined) => {
      const ran = await this.runs.run(check, when, this.runs.patience(check, was));
      return ran.ok ? { ok: true as const, report: this.flaky.without(ran.report) } : ran;
    };
    this.flaky = new Flaky({ ...parts, run });
    this.narrow = new NarrowFirst({
      find: parts.affected,
      run,
      settle: (check, now, was) => this.settle(check, { now, was }, []),
    });
    this.scope = new Scope({
      ...parts,
      find: parts.affected,
      named: parts.named ?? [],
      asksForAll: parts.asksForAll ?? false,
      textsOf: async (paths) =>
        (await this.textsOf(paths)).map(({ path, text }) => ({ path, before: text, after: null })),
      run: (check) =>
        this.runs.run(check, "baseline", { timeoutMs: parts.checkTimeMs, silenceMs: SCOPE_SILENCE_MS }),
    });
  }

  get litter(): string[] {
    return this.parts.checks.flatMap(({ litter }) => litter);
  }

  get baseline(): CheckReport[] {
    return this.standing.before;
  }

  /** What the task wants of the checks; see `judge`. */
  want(goal: JudgeOptions["goal"]): void {
    this.standing = { ...this.standing, goal };
  }

  /** While true, a candidate has to parse and is not judged otherwise: it is one of several that only hold together. */
  defer(yes: boolean): void {
    this.deferred = yes;
  }

  /** Whether a step may end with this: proof, nothing to prove it with, or help where only harm was to be avoided. */
  suffices({ status }: Verdict): boolean {
    const { goal } = this.standing;
    return status === "verified" || status === "unverified" || (status === "improved" && goal === "unharmed");
  }

  /** Copies the tree and runs the checks on it as it is. A failure: nothing may run here, since nothing could be brought back. */
  async start(): Promise<Result<{ reports: CheckReport[] }>> {
    if (this.parts.checks.length === 0) return { ok: true, reports: [] };
    const { unprotected, failed } = await this.parts.transaction.protect();
    if (failed !== null) return { ok: false, reason: failed };
    if (unprotected.length > 0)
      this.parts.onNotice(
        `Not protected from what checks do (too large): ${unprotected.slice(0, 5).join(", ")}.`,
      );
    const reports: CheckReport[] = [];
    for (const check of this.parts.checks) {
      const ran = await this.runs.baseline(check);
      if (!ran.ok) return ran;
      reports.push(ran.report);
      if (this.parts.signal.aborted) break;
    }
    const begun = this.parts.signal.aborted
      ? { ok: true as const, reports }
      : await this.scope.begin(reports);
    if (begun.ok) this.found = begun.reports;
    if (begun.ok) this.standing = { ...this.standing, first: begun.reports, before: begun.reports };
    return begun;
  }

  /** Runs one check on the tree as it stands; null where there is none of that id. */
  async runOne(id: string): Promise<Result<{ report: CheckReport }> | null> {
    const check = this.scope.checks.find((one) => one.id === id);
    if (check === undefined) return null;
    return this.runs.run(check, "candidate", this.runs.patience(check, this.reportOf(id)));
  }

  /** The check of this id; null where there is none. */
  checkOf(id: string): Check | null {
    return this.parts.checks.find((one) => one.id === id) ?? null;
  }

  /** Runs a variant of a check on the tree as it stands, for what it tells beside a verdict. */
  async observe(check: Check, timeoutMs: number): Promise<Result<{ report: CheckReport }>> {
    return this.runs.run(check, "baseline", { timeoutMs });
  }

  /** Writes the candidate and judges it. A failure is not the candidate's: the user changed a file, the disk is full. */
  async verify(candidate: Candidate): Promise<Result<{ verdict: Verdict }>> {
    const before = await this.textsOf(candidate.changes.map(({ path }) => path));
    const builds = this.parts.checks.some((check) => check.builds === true);
    const [was, syntax] = [
      await checkSyntax(before.filter(isText), { builds }),
      await checkSyntax(candidate.changes.filter(isText), { builds }),
    ];
    const early = judge([was], [syntax], { goal: this.standing.goal, unrun: this.parts.checks.length });
    if (early.status === "failed") return { ok: true, verdict: early };
    const changes = candidate.changes.map(
      ({ path, text }, at): ChangedText => ({ path, before: before[at]?.text ?? null, after: text }),
    );
    const prepared = this.deferred ? { ok: true as const } : await this.prepare(changes);
    if (!prepared.ok) return prepared;
    const written = await this.parts.transaction.apply(candidate.changes);
    if (!written.ok) return written;
    this.applied = candidate.changes.map(({ path }) => path);
    if (this.deferred) return { ok: true, verdict: { ...early, status: "unverified", reason: DEFERRED } };
    const ran = await this.runAll();
    if (!ran.ok) return ran;
    if (ran.refuted !== null) return { ok: true, verdict: ran.refuted };
    const known = syntax.status === "unavailable" ? [] : [syntax];
    const judged = this.judged(changes, { was, reports: [...ran.reports, ...known] });
    const doubted = await this.credit(candidate, judged);
    if (!doubted.ok) return doubted;
    return {
      ok: true,
      verdict: doubted.again ? this.judged(changes, { was, reports: judged.reports }) : judged,
    };
  }

  /** Keeps the candidate that is on disk: later steps start from it. */
  accept(verdict: Verdict): void {
    for (const path of this.applied) this.accepted.add(path);
    this.applied = [];
    const reports = verdict.reports.filter(({ check }) => check !== SYNTAX);
    const { goal } = this.standing;
    this.standing = { ...this.next, goal, ...(reports.length > 0 ? { before: reports } : {}) };
    this.narrow.forget();
    const { known, transaction, env } = this.parts;
    if (this.flaky.found.length === 0)
      known?.keep(transaction.fingerprint(), this.scope.known(this.standing.before), env);
  }

  /** Takes the last candidate back, and what its checks did. */
  async takeBack(): Promise<Failed | null> {
    if (this.applied.length === 0) return null;
    this.applied = [];
    // New files of its last check are the work of its code.
    const cleaned = await this.parts.transaction.clean(this.litter, true);
    if (cleaned.failed !== null) return { ok: false, reason: cleaned.failed };
    const undone = await this.parts.transaction.unapply();
    return undone.ok ? null : undone;
  }

  private async textsOf(paths: string[]): Promise<{ path: string; text: string | null }[]> {
    const read = await Promise.all(paths.map((path) => this.parts.workspace.read(path)));
    return paths.map((path, index) => {
      const one = read[index];
      return { path, text: one?.ok ? one.file.text : null };
    });
  }

  private reportOf(id: string): CheckReport | undefined {
    return this.standing.before.find(({ check }) => check === id);
  }

  /** Before the candidate is on disk: the tests that stand for what takes too long, and those that come first. */
  private async prepare(changes: ChangedText[]): Promise<Result<object>> {
    const widened = await this.scope.widen(changes);
    if (!widened.ok) return widened;
    const { before, first, goal } = this.standing;
    this.standing = {
      goal,
      before: this.scope.inPlaceOf(before, widened.reports),
      first: this.scope.firsts(first),
    };
    this.found = this.scope.firsts(this.found);
    this.leaveOutFlaky();
    this.next = this.standing;
    return this.narrow.prepare(this.scope.checks, changes, this.standing);
  }

  /**
   * All of the checks, cheap before dear as the list has them; those behind a cancelled one are left out, and those behind
   * one that refutes the candidate: a check that is worse than before, or the first tests of one.
   */
  private async runAll(): Promise<Result<{ reports: CheckReport[]; refuted: Verdict | null }>> {
    const reports: CheckReport[] = [];
    const { checks } = this.scope;
    for (const check of checks) {
      const early = await this.narrow.refute(check.id, this.standing);
      if (!early.ok) return early;
      if (early.verdict !== null && !this.parts.signal.aborted)
        return {
          ok: true,
          reports,
          refuted: { ...early.verdict, reports: [...reports, ...early.verdict.reports] },
        };
      const was = this.reportOf(check.id);
      const ran = await this.runs.run(check, "candidate", this.runs.patience(check, was));
      if (!ran.ok) return ran;
      if (this.parts.signal.aborted) return { ok: true, reports: [...reports, ran.report], refuted: null };
      const settled = await this.settle(check, { now: ran.report, was }, reports);
      if (!settled.ok) return settled;
      reports.push(settled.report);
      const unrun = checks.length - reports.length;
      const so = unrun === 0 ? null : judge(this.standing.before, reports, { goal: "unharmed", unrun });
      if (so?.status === "failed") return { ok: true, reports, refuted: so };
    }
    return { ok: true, reports, refuted: null };
  }

  /** Takes chance out of the report of a candidate's run; `beside` are the reports of the checks before it. */
  private async settle(
    check: Check,
    { now, was }: { now: CheckReport; was: CheckReport | undefined },
    beside: CheckReport[],
  ): Promise<Result<{ report: CheckReport }>> {
    const { before, first, goal } = this.standing;
    const known = was === undefined ? before : [...before, was];
    const start = was === undefined ? first : [...first, { ...was, check: was.check }];
    const settled = await this.flaky.settle(
      check,
      { now, was },
      (report) => judge(known, [...beside, report], { goal, start }).status !== "failed",
    );
    this.leaveOutFlaky();
    return settled;
  }

  private leaveOutFlaky(): void {
    if (this.flaky.found.length === 0) return;
    const without = (reports: CheckReport[]) => reports.map((one) => this.flaky.without(one));
    const { before, first, goal } = this.standing;
    this.standing = { goal, before: without(before), first: without(first) };
  }

  /** The verdict on the candidate on disk from the whole checks' reports. */
  private judged(
    changes: ChangedText[],
    { was, reports }: { was: CheckReport; reports: CheckReport[] },
  ): Verdict {
    const rename = renamer(changes);
    const { before, first, goal } = this.standing;
    const after = reports.map((one) => this.flaky.without(one));
    const start = rename(first, after);
    const asked = Array.isArray(goal) ? goal.filter((id) => !this.flaky.found.includes(id)) : [];
    const ids = asked.length > 0 ? renamedIds(asked, first, start) : goal === "unharmed" ? goal : "green";
    this.next = { before: rename(before, after), first: start, goal: ids };
    const changed = changes.map(({ path }) => path);
    const verdict = judge([...this.next.before, was], after, { goal: ids, start, changed });
    return this.scope.tell(this.flaky.tell(verdict, { goal, found: this.found }), ids);
  }

  /**
   * Whether proof that rests on one test is this candidate's doing: the test is run once more without the candidate, where that
   * is quick. `again`: it passes there, too, so the verdict has to be found anew.
   */
  private async credit(candidate: Candidate, verdict: Verdict): Promise<Result<{ again: boolean }>> {
    if (verdict.status !== "verified") return { ok: true, again: false };
    const gained = gains(this.scope.checks, this.standing.before, verdict.reports);
    const [one] = gained;
    if (one === undefined || gained.length > 1 || !this.flaky.doubts(one)) return { ok: true, again: false };
    const { transaction } = this.parts;
    const off = await transaction.unapply();
    if (!off.ok) return off;
    const repeated = await this.flaky.repeat(one.check, [one.test], { report: one.was, when: "baseline" });
    if (!repeated.ok) return repeated;
    const on = await transaction.apply(candidate.changes);
    if (!on.ok) return on;
    this.leaveOutFlaky();
    return { ok: true, again: this.flaky.found.includes(one.test) };
  }
}
