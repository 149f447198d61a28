/**
 * The affected tests of a candidate, run before the whole of a slow check. What they refute is refused without it; on what they
 * do not refute they say nothing. Each set of them is run once on the tree without the candidate: a test that needs others to
 * have run before it must not be held against the candidate.
 */
import type { CheckReport, Result, Verdict } from "../types.ts";
import type { Check } from "./checks.ts";
import type { JudgeOptions } from "./judge.ts";
import { type AffectedFiles, isSlow, isTelling, redPaths, refutation, worthNarrowing } from "./narrow.ts";

export interface ChangedText {
  path: string;
  before: string | null;
  after: string | null;
}

/** The test files that a change is likely to break; `red` are paths that failing tests name: those that are tests come first. */
export type FindAffected = (changes: ChangedText[], red: string[]) => Promise<AffectedFiles>;

export interface AffectedParts {
  checks: Check[];
  find: FindAffected | undefined;
  /** Runs a check on the tree as it stands; `was` is the report that says how long it usually takes. */
  run: (
    check: Check,
    when: "baseline" | "candidate",
    was: CheckReport,
  ) => Promise<Result<{ report: CheckReport }>>;
}

/** The reports of the whole checks without the candidate, and as the turn found them; what the task wants of them. */
export interface Standing {
  before: CheckReport[];
  first: CheckReport[];
  goal: JudgeOptions["goal"];
}

export class AffectedFirst {
  private readonly parts: AffectedParts;
  /** On the tree without a candidate, by check and command; null where it tells nothing. */
  private readonly known = new Map<string, CheckReport | null>();
  private ready = new Map<string, { check: Check; was: CheckReport }>();

  constructor(parts: AffectedParts) {
    this.parts = parts;
  }

  /** The tree without a candidate is another one now. */
  forget(): void {
    this.known.clear();
  }

  /** Before the candidate is on disk: which tests it affects, and how they go without it. */
  async prepare(changes: ChangedText[], before: CheckReport[]): Promise<Result<object>> {
    this.ready = new Map();
    const { checks, find } = this.parts;
    const slow = checks.flatMap((check) => {
      const whole = before.find((one) => one.check === check.id);
      return check.narrow !== undefined && whole !== undefined && isSlow(whole) ? [{ check, whole }] : [];
    });
    if (find === undefined || slow.length === 0) return { ok: true };
    const files = await find(changes, redPaths(before));
    for (const { check, whole } of slow) {
      const held = worthNarrowing(check, files);
      if (held === null) continue;
      const ran = await this.without(held, whole);
      if (!ran.ok) return ran;
      if (ran.was !== null) this.ready.set(check.id, { check: held, was: ran.was });
    }
    return { ok: true };
  }

  /** With the candidate on disk, before the whole of this check: the verdict where the affected tests refute it. */
  async refute(id: string, standing: Standing): Promise<Result<{ verdict: Verdict | null }>> {
    const one = this.ready.get(id);
    const whole = standing.before.find(({ check }) => check === id);
    if (one === undefined || whole === undefined) return { ok: true, verdict: null };
    const ran = await this.parts.run(one.check, "candidate", one.was);
    if (!ran.ok) return ran;
    const first = standing.first.find(({ check }) => check === id) ?? whole;
    const verdict = refutation(ran.report, { narrow: one.was, whole, first }, standing.goal);
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
