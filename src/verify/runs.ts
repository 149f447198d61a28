/**
 * Runs of checks on the tree as it stands: how long each may take, what it may not touch, and the tree put back behind it. What
 * somebody else does to the tree meanwhile stays; where it concerns what the turn has written, the turn cannot go on.
 */
import { join } from "node:path";
import type { CheckReport, Result } from "../types.ts";
import type { RunResult } from "../workspace/run.ts";
import type { Transaction } from "../workspace/workspace.ts";
import { type Check, runCheck } from "./checks.ts";
import type { KnownReports } from "./known.ts";

export type When = "baseline" | "candidate";

export interface RunsParts {
  workspace: { root: string };
  transaction: Transaction;
  env: Record<string, string>;
  /** For one run of one check. */
  checkTimeMs: number;
  /** For the whole turn; without a limit where it is left out. */
  maxTimeMs?: number;
  /** Where the whole output of a run is kept. */
  outputFile: (check: string) => string;
  signal: AbortSignal;
  onStart: (check: Check, when: When) => void;
  onEnd: (report: CheckReport, when: When) => void;
  onNotice: (text: string) => void;
  /** Reports that earlier turns of the session have left. */
  known?: KnownReports;
}

/** How long one run of a check may take, and how long it may say nothing. */
export interface Patience {
  timeoutMs: number;
  silenceMs?: number;
}

/** What a check may take with a candidate, at the least; each candidate that hangs halves it. */
const LEAST_CANDIDATE_MS = 6000;
/** The same for a check that builds: at the start little was to be built. */
const LEAST_BUILD_MS = 60_000;
/** Where it ended before anything was tested, its whole time is not known at all. */
const UNTESTED_BUILD_MS = 180_000;
/** But not below this, nor below what the check took before. */
const LEAST_AFTER_HANGS_MS = 2000;
/** Of the time of the turn, for the tree as it is found: what takes longer could not be judged again. */
const BASELINE = 1 / 3;

const named = (paths: string[]): string =>
  `${paths.slice(0, 3).join(", ")}${paths.length > 3 ? ` and ${paths.length - 3} more` : ""}`;

/** Why a turn ends that has met somebody else's hand on its own files. */
export const disturbed = (paths: string[], when: string): string =>
  `${named(paths)} was changed by somebody else ${when}: that stays, and what this turn wrote is kept in .smallcode/undo.`;

const UNCONFINED =
  "Checks run without walls here, with limits alone: no namespaces are permitted. On Linux, bubblewrap or unshare gives them.";

export class Runs {
  private readonly parts: RunsParts;
  /** What the turn has written, as it stands on disk. */
  private readonly ours: () => string[];
  private toldUnconfined = false;
  /** Candidates with which a check hung. */
  private hangs = 0;

  constructor(parts: RunsParts, ours: () => string[]) {
    this.parts = parts;
    this.ours = ours;
  }

  /**
   * For a run beside one that is known. Where that one hung, nothing tells how long it takes: then only its silence does.
   */
  patience({ builds = false }: Check, was: CheckReport | undefined): Patience {
    const { checkTimeMs } = this.parts;
    if (was === undefined) return { timeoutMs: checkTimeMs };
    const untested = was.status === "error" || (was.status === "failed" && was.passed === null);
    const least = !builds ? LEAST_CANDIDATE_MS : untested ? UNTESTED_BUILD_MS : LEAST_BUILD_MS;
    const hung = was.status === "timeout" || was.status === "limit";
    const usual = hung ? 0 : was.ms * 5;
    const ms = Math.max(Math.max(least, usual) / 2 ** this.hangs, usual, LEAST_AFTER_HANGS_MS);
    const timeoutMs = hung ? checkTimeMs : Math.min(checkTimeMs, ms);
    return hung ? { timeoutMs, silenceMs: ms } : { timeoutMs };
  }

  /** A check's report on the tree as the turn finds it: one of this session, where nothing has changed since. */
  async baseline(check: Check): Promise<Result<{ report: CheckReport }>> {
    const { known, transaction, env, checkTimeMs, maxTimeMs = Infinity, signal } = this.parts;
    const tree = transaction.fingerprint();
    const still = known?.find(tree, check, env) ?? null;
    if (still !== null) {
      this.parts.onEnd(still, "baseline");
      return { ok: true, report: still };
    }
    const ran = await this.run(check, "baseline", { timeoutMs: Math.min(checkTimeMs, maxTimeMs * BASELINE) });
    if (ran.ok && !signal.aborted) known?.keep(tree, [{ check, report: ran.report }], env);
    return ran;
  }

  /** Runs a check and puts back what it did to files. A failure is not the check's: files are the user's now, or are lost. */
  async run(check: Check, when: When, patience: Patience): Promise<Result<{ report: CheckReport }>> {
    const { transaction, workspace, env, signal, outputFile } = this.parts;
    this.parts.onStart(check, when);
    const { root } = workspace;
    const ours = this.ours();
    let confined = false;
    const onRun = ({ confinement }: RunResult): void => {
      confined = confinement !== "none";
      if (!confined && !this.toldUnconfined) this.parts.onNotice(UNCONFINED);
      this.toldUnconfined ||= !confined;
    };
    const sealed = ours.map((path) => join(root, path));
    const options = { root, ...patience, env, signal, outputFile: outputFile(check.id), sealed, onRun };
    const report = await transaction.watch(
      (layer) => runCheck(check, { ...options, layer }),
      () => (confined ? ours : []),
    );
    const stopped = report.status === "timeout" || report.status === "limit" || signal.aborted;
    const { repaired, left, theirs, failed } = await transaction.clean(check.litter, stopped);
    if (failed !== null) return { ok: false, reason: failed };
    const clashes = left.filter((path) => ours.includes(path));
    if (clashes.length > 0) return { ok: false, reason: disturbed(clashes, `while ${check.id} ran`) };
    if (theirs.length > 0)
      this.parts.onNotice(`${named(theirs)} was changed by somebody else during the turn; that stays.`);
    if (repaired.length > 0)
      this.parts.onNotice(
        `While ${check.id} ran, ${named(repaired)} changed and was put back; what stood there is kept in .smallcode/undo.`,
      );
    if (when === "candidate" && report.status === "timeout") this.hangs += 1;
    this.parts.onEnd(report, when);
    return { ok: true, report };
  }
}
