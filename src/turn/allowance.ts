/**
 * What the parts of a step may cost together: one record on `Work`, which every one of them spends from, whatever its depth. It is
 * granted anew where a part has turned its tests green, so that only what leads nowhere is cut.
 */
import type { Work } from "./context.ts";

export interface Allowance {
  /** Counts of the turn at which it is used up, and the time on `performance.now()`. */
  requests: number;
  candidates: number;
  until: number;
}

/** As much as one step may cost: its calls with their samples, once. Time: `--check-time`, as for the samples of a step. */
const REQUESTS = 32;
const CANDIDATES = 16;

type Spending = Pick<Work, "meter" | "candidates" | "parts">;

export function granted({ meter, candidates, parts }: Spending): Allowance {
  return {
    requests: meter.requests + REQUESTS,
    candidates: candidates + CANDIDATES,
    until: performance.now() + parts.settings.limits.checkTimeMs,
  };
}

/** So often in a row a model may give what has failed before, over all forms in which it is asked: then it has nothing else to say. */
const MOST_REPEATS = 8;

/** Candidates that may still be judged; 0: the allowance is used up, or the model only repeats itself. */
export function candidatesLeft({ allowance, meter, candidates }: Work): number {
  if (meter.tries.repeats >= MOST_REPEATS) return 0;
  if (allowance === null) return Number.POSITIVE_INFINITY;
  const over = meter.requests >= allowance.requests || performance.now() >= allowance.until;
  return over ? 0 : Math.max(0, allowance.candidates - candidates);
}
