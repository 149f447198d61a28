/**
 * Some tests of a slow check before the whole of it: those that are to turn green where they are known and the check can be held
 * to them, else those that the candidate affects. What they refute is refused without the whole; on what they do not refute
 * they say nothing. Each set of them is run once on the tree without the candidate: a test that needs others to have run before
 * it must not be held against the candidate.
 */
import type { CheckReport, Result, Verdict } from "../types.ts";
import type { Check } from "./checks.ts";
import type { JudgeOptions } from "./judge.ts";
import {
  type AffectedFiles,
  type ChangedText,
  type FindAffected,
  heldToOwn,
  isSlow,
  isTelling,
  redPaths,
  refutation,
  worthNarrowing,
} from "./narrow.ts";

export interface NarrowParts {
  find: FindAffected | undefined;
  /** Runs a check on the tree as it stands; `was` is a report that says how long it usually takes. */
  run: (
    check: Check,
    when: "baseline" | "candidate",
    was: CheckReport,
  ) => Promise<Result<{ report: CheckReport }>>;
  /** Gives the report of a candidate's run without what is known to be chance; `was` is the same without the candidate. */
  settle: (check: Check, now: CheckReport, was: CheckReport) => Promise<Result<{ report: CheckReport }>>;
}

/** The reports of the whole checks without the candidate, and as the turn found them; what the task wants of them. */
export interface Standing {
  before: CheckReport[];
  first: CheckReport[];
  goal: JudgeOptions["goal"];
}

export class NarrowFirst {
  private readonly parts: NarrowParts;
  /** On the tree without a candidate, by check and command; null where it tells nothing. */
  private readonly known = new Map<string, CheckReport | null>();
  private ready = new Map<string, { check: Check; was: CheckReport }>();

  constructor(parts: NarrowParts) {
    this.parts = parts;
  }

  /** The tree without a candidate is another one now. */
  forget(): void {
    this.known.clear();
  }

  /** Before the candidate is on disk: which tests come first, and how they go without it. */
  async prepare(
    checks: Check[],
    changes: ChangedText[],
    { before, goal }: Standing,
  ): Promise<Result<object>> {
    this.ready = new Map();
    let files: AffectedFiles | null = null;
    for (const check of checks) {
      const whole = before.find((one) => one.check === check.id);
      if (whole === undefined || !isSlow(whole)) continue;
      const own = heldToOwn(check, whole, goal);
      if (own === null && check.narrow !== undefined && this.parts.find !== undefined)
        files ??= await this.parts.find(changes, redPaths(before));
      const held = own ?? (files === null ? null : worthNarrowing(check, files));
      if (held === null) continue;
      const ran = await this.without(held, whole);
      if (!ran.ok) return ran;
      if (ran.was !== null) this.ready.set(check.id, { check: held, was: ran.was });
    }
    return { ok: true };
  }

  /** With the candidate on disk, before the whole of this check: the verdict where its first tests refute it. */
  async refute(id: string, standing: Standing): Promise<Result<{ verdict: Verdict | null }>> {
    const one = this.ready.get(id);
    const whole = standing.before.find(({ check }) => check === id);
    if (one === undefined || whole === undefined) return { ok: true, verdict: null };
    const ran = await this.parts.run(one.check, "candidate", one.was);
    if (!ran.ok) return ran;
    const settled = await this.parts.settle(one.check, ran.report, one.was);
    if (!settled.ok) return settled;
    const first = standing.first.find(({ check }) => check === id) ?? whole;
    const verdict = refutation(settled.report, { narrow: one.was, whole, first }, standing.goal);
    return { ok: true, verdict };
  }

  private async without(held: Check, whole: CheckReport): Promise<Result<{ was: CheckReport | null }>> {
    const key = JSON.stringify([held.id, held.command]);
    const known = this.known.get(key);
    if (known !== undefined) return { ok: true, was: known };
    const ran = await this.parts.run(held, "baseline", whole);
    if (!ran.ok) return ran;
    const was = isTelling(ran.report, whole) ? ran.report : null;
    this.known.set(key, was);
    return { ok: true, was };
  }
}
