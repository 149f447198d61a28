/** Exit codes: one table, complete by its type. */
import type { Outcome } from "../types.ts";

const CODES: Record<Outcome, number> = {
  verified: 0,
  answered: 0,
  failed: 1,
  usage: 2,
  unverified: 3,
  denied: 4,
  no_model: 5,
  limit: 6,
  interrupted: 130,
};

export const INTERRUPTED = CODES.interrupted;

/** The exit code of an outcome. `waived`: the user gave up proof (`--no-check`), so an unverified end is a good one. */
export function exitCode(outcome: Outcome, options: { waived: boolean }): number {
  return outcome === "unverified" && options.waived ? 0 : CODES[outcome];
}
