/**
 * Reports of this session that still hold: the tree, the command and its environment are the same. What a check sees besides (the
 * network, the time, installed packages) may have changed, so that only what is dear is remembered, for a while, and nothing that
 * the machine, not the code, may have been the reason for.
 */
import { createHash } from "node:crypto";
import type { CheckReport } from "../types.ts";
import type { Check } from "./checks.ts";

/** A check that is quicker is run again. */
const LEAST_MS = 1000;
const MOST_AGE_MS = 15 * 60_000;
const MOST = 64;

export class KnownReports {
  private readonly known = new Map<string, { report: CheckReport; at: number }>();
  private readonly now: () => number;

  /** `now` gives milliseconds. */
  constructor(now: () => number = () => performance.now()) {
    this.now = now;
  }

  /** The report of a check on the tree with this fingerprint, with this environment. */
  find(tree: string | null, check: Check, env: Record<string, string>): CheckReport | null {
    const found = tree === null ? undefined : this.known.get(keyOf(tree, check, env));
    return found !== undefined && this.now() - found.at < MOST_AGE_MS ? found.report : null;
  }

  /** Remembers reports on the tree with this fingerprint. */
  keep(
    tree: string | null,
    reports: { check: Check; report: CheckReport }[],
    env: Record<string, string>,
  ): void {
    if (tree === null) return;
    for (const { check, report } of reports) {
      const lasting = ["passed", "failed", "timeout"].includes(report.status) && report.ms >= LEAST_MS;
      if (lasting) this.known.set(keyOf(tree, check, env), { report, at: this.now() });
    }
    for (const [oldest] of this.known) if (this.known.size > MOST) this.known.delete(oldest);
  }
}

function keyOf(tree: string, check: Check, env: Record<string, string>): string {
  const all = { ...env, ...check.env };
  const parts = [tree, check.id, check.cwd, check.command, Object.entries(all).sort()];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}
