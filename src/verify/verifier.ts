/**
 * Judges candidates on the tree itself: syntax in memory first, then the change is written, the checks run, what they left
 * is taken away, and the reports are compared with those of the start. The change stays until `takeBack`.
 */
import { join } from "node:path";
import { parse } from "../graph/syntax/parse.ts";
import type { Candidate, Change, CheckReport, Failed, Result, Verdict } from "../types.ts";
import type { RunResult } from "../workspace/run.ts";
import type { Transaction, Workspace } from "../workspace/workspace.ts";
import { AffectedFirst, type FindAffected } from "./affected.ts";
import { type Check, runCheck } from "./checks.ts";
import { type JudgeOptions, judge } from "./judge.ts";
import { SYNTAX } from "./report.ts";
import { checkSyntax } from "./syntax.ts";

export interface VerifierParts {
  workspace: Pick<Workspace, "read" | "root">;
  transaction: Transaction;
  checks: Check[];
  env: Record<string, string>;
  /** For one run of one check. */
  checkTimeMs: number;
  /** Where the whole output of a run is kept. */
  outputFile: (check: string) => string;
  signal: AbortSignal;
  onStart: (check: Check, when: "baseline" | "candidate") => void;
  onEnd: (report: CheckReport, when: "baseline" | "candidate") => void;
  onNotice: (text: string) => void;
  /** Left out: the whole checks alone are run. */
  affected?: FindAffected;
}

/** What a check may take with a candidate, at the least; each candidate that hangs halves it. */
const LEAST_CANDIDATE_MS = 6000;
/** The same for a check that builds: at the start little was to be built. */
const LEAST_BUILD_MS = 60_000;
/** But not below this, nor below what the check took before. */
const LEAST_AFTER_HANGS_MS = 2000;

/** How long one run of a check may take, and how long it may say nothing. */
interface Patience {
  timeoutMs: number;
  silenceMs?: number;
}

const named = (paths: string[]): string =>
  `${paths.slice(0, 3).join(", ")}${paths.length > 3 ? ` and ${paths.length - 3} more` : ""}`;

const UNCONFINED =
  "Checks run without walls here, with limits alone: no namespaces are permitted. On Linux, bubblewrap or unshare gives them.";

export class Verifier {
  private readonly parts: VerifierParts;
  /** As the turn found them, and as its last accepted change left them. */
  private first: CheckReport[] = [];
  private before: CheckReport[] = [];
  private goal: JudgeOptions["goal"] = "green";
  /** What earlier steps of the turn have changed, as it stands on disk. */
  private readonly accepted = new Set<string>();
  /** Candidates with which a check hung. */
  private toldUnconfined = false;
  private hangs = 0;
  private readonly affected: AffectedFirst;
  /** The files of the candidate on disk, as they were before it. */
  private applied: { path: string; text: string | null }[] = [];

  constructor(parts: VerifierParts) {
    this.parts = parts;
    this.affected = new AffectedFirst({
      checks: parts.checks,
      find: parts.affected,
      run: (check, when, was) => this.runWatched(check, when, this.timeFor(check, was)),
    });
  }

  get litter(): string[] {
    return this.parts.checks.flatMap(({ litter }) => litter);
  }

  get baseline(): CheckReport[] {
    return this.before;
  }

  /** What the task wants of the checks; see `judge`. */
  want(goal: JudgeOptions["goal"]): void {
    this.goal = goal;
  }

  /** Whether a step may end with this: proof, nothing to prove it with, or help where only harm was to be avoided. */
  suffices({ status }: Verdict): boolean {
    return (
      status === "verified" || status === "unverified" || (status === "improved" && this.goal === "unharmed")
    );
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
    const ran = await this.runAll("baseline");
    if (!ran.ok) return ran;
    this.first = ran.reports;
    this.before = ran.reports;
    return ran;
  }

  /** Runs one check on the tree as it stands; null where there is none of that id. */
  async runOne(id: string): Promise<Result<{ report: CheckReport }> | null> {
    const check = this.parts.checks.find((one) => one.id === id);
    return check === undefined ? null : this.runWatched(check, "candidate", this.timeFor(check));
  }

  /** Writes the candidate and judges it. A failure is not the candidate's: the user changed a file, the disk is full. */
  async verify(candidate: Candidate): Promise<Result<{ verdict: Verdict }>> {
    const files = candidate.changes.flatMap(({ path, text }) => (text === null ? [] : [{ path, text }]));
    const [was, syntax] = [await this.syntaxBefore(files), await checkSyntax(files)];
    const early = judge([was], [syntax], { goal: this.goal });
    if (early.status === "failed") return { ok: true, verdict: early };
    const before = await this.textsOf(candidate.changes);
    const prepared = await this.affected.prepare(
      candidate.changes.map(({ path, text }, at) => ({
        path,
        before: before[at]?.text ?? null,
        after: text,
      })),
      this.before,
    );
    if (!prepared.ok) return prepared;
    const written = await this.parts.transaction.apply(candidate.changes);
    if (!written.ok) return written;
    this.applied = before;
    const ran = await this.runAll("candidate");
    if (!ran.ok) return ran;
    if (ran.refuted !== null)
      return { ok: true, verdict: { ...ran.refuted, reports: [...ran.reports, ...ran.refuted.reports] } };
    const known = syntax.status === "unavailable" ? [] : [syntax];
    return {
      ok: true,
      verdict: judge([...this.before, was], [...ran.reports, ...known], {
        goal: this.goal,
        start: this.first,
      }),
    };
  }

  /** Keeps the candidate that is on disk: later steps start from it. */
  accept(verdict: Verdict): void {
    for (const { path } of this.applied) this.accepted.add(path);
    this.applied = [];
    const reports = verdict.reports.filter(({ check }) => check !== SYNTAX);
    if (reports.length > 0) this.before = reports;
    this.affected.forget();
  }

  /** Takes the last candidate back, and what its checks did. */
  async takeBack(): Promise<Failed | null> {
    const before = this.applied;
    if (before.length === 0) return null;
    this.applied = [];
    // New files of its last check are the work of its code.
    const cleaned = await this.parts.transaction.clean(this.litter, true);
    if (cleaned.failed !== null) return { ok: false, reason: cleaned.failed };
    if (this.accepted.size > 0) {
      const now = await Promise.all(before.map(({ path }) => this.parts.workspace.read(path)));
      const inverse: Change[] = before.map(({ path, text }, index) => {
        const read = now[index];
        return { path, text, base: read?.ok ? read.file.hash : null };
      });
      const undone = await this.parts.transaction.apply(inverse);
      return undone.ok ? null : undone;
    }
    const { failed } = await this.parts.transaction.revert(this.litter);
    return failed === null ? null : { ok: false, reason: failed };
  }

  private async textsOf(changes: Change[]): Promise<{ path: string; text: string | null }[]> {
    const read = await Promise.all(changes.map(({ path }) => this.parts.workspace.read(path)));
    return changes.map(({ path }, index) => {
      const one = read[index];
      return { path, text: one?.ok ? one.file.text : null };
    });
  }

  private reportOf(id: string): CheckReport | undefined {
    return this.before.find(({ check }) => check === id);
  }

  /** Where the check hung at the start, nothing tells how long it takes: then only its silence does. */
  private timeFor({ id, builds = false }: Check, was = this.reportOf(id)): Patience {
    const { checkTimeMs } = this.parts;
    if (was === undefined) return { timeoutMs: checkTimeMs };
    const least = builds ? LEAST_BUILD_MS : LEAST_CANDIDATE_MS;
    const hung = was.status === "timeout" || was.status === "limit";
    const usual = hung ? 0 : was.ms * 5;
    const ms = Math.max(Math.max(least, usual) / 2 ** this.hangs, usual, LEAST_AFTER_HANGS_MS);
    const timeoutMs = hung ? checkTimeMs : Math.min(checkTimeMs, ms);
    return hung ? { timeoutMs, silenceMs: ms } : { timeoutMs };
  }

  private async syntaxBefore(files: { path: string }[]): Promise<CheckReport> {
    const read = await Promise.all(files.map(({ path }) => this.parts.workspace.read(path)));
    const parsed = await Promise.all(
      read.map((one) => (one.ok ? parse(one.file.path, one.file.text) : null)),
    );
    const diagnostics = parsed.flatMap((one) => one?.errors ?? []);
    const status = diagnostics.length > 0 ? "failed" : "passed";
    return { check: SYNTAX, status, passed: null, failed: null, diagnostics, summary: "", ms: 0 };
  }

  /**
   * All of the checks, cheap before dear as the list has them; those behind a cancelled one are left out, and those behind
   * affected tests that refute the candidate.
   */
  private async runAll(
    when: "baseline" | "candidate",
  ): Promise<Result<{ reports: CheckReport[]; refuted: Verdict | null }>> {
    const reports: CheckReport[] = [];
    for (const check of this.parts.checks) {
      if (when === "candidate") {
        const early = await this.affected.refute(check.id, {
          before: this.before,
          first: this.first,
          goal: this.goal,
        });
        if (!early.ok) return early;
        if (early.verdict !== null && !this.parts.signal.aborted)
          return { ok: true, reports, refuted: early.verdict };
      }
      const patience = when === "baseline" ? { timeoutMs: this.parts.checkTimeMs } : this.timeFor(check);
      const ran = await this.runWatched(check, when, patience);
      if (!ran.ok) return ran;
      reports.push(ran.report);
      if (this.parts.signal.aborted) break;
    }
    return { ok: true, reports, refuted: null };
  }

  private async runWatched(
    check: Check,
    when: "baseline" | "candidate",
    patience: Patience,
  ): Promise<Result<{ report: CheckReport }>> {
    const { transaction, workspace, env, signal, outputFile } = this.parts;
    this.parts.onStart(check, when);
    const { root } = workspace;
    const ours = [...this.accepted, ...this.applied.map(({ path }) => path)];
    let confined = false;
    const onRun = ({ confinement }: RunResult): void => {
      confined = confinement !== "none";
      if (!confined && !this.toldUnconfined) this.parts.onNotice(UNCONFINED);
      this.toldUnconfined ||= !confined;
    };
    const sealed = ours.map((path) => join(root, path));
    const options = { root, ...patience, env, signal, outputFile: outputFile(check.id), sealed, onRun };
    const report = await transaction.watch(
      () => runCheck(check, options),
      () => (confined ? ours : []),
    );
    const stopped = report.status === "timeout" || report.status === "limit" || signal.aborted;
    const { repaired, left, failed } = await transaction.clean(check.litter, stopped);
    if (failed !== null) return { ok: false, reason: failed };
    const theirs = left.filter((path) => ours.includes(path));
    if (theirs.length > 0)
      return {
        ok: false,
        reason: `${named(theirs)} was changed by somebody else while ${check.id} ran: that stays, and what this turn wrote is kept in .smallcode/undo.`,
      };
    if (repaired.length > 0)
      this.parts.onNotice(
        `While ${check.id} ran, ${named(repaired)} changed and was put back; what stood there is kept in .smallcode/undo.`,
      );
    if (when === "candidate" && report.status === "timeout") this.hangs += 1;
    this.parts.onEnd(report, when);
    return { ok: true, report };
  }
}
