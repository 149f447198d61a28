/** A step that failed -> smaller steps. Computed: the places of the failures and the step's own symbols, one each. */
import type { Diagnostic, Step, Target, Verdict } from "../types.ts";

/** A failed step becomes at most this many. */
const MOST_PARTS = 3;
/** A part is not split again. */
const MOST_DEPTH = 1;

const depthOf = (step: Step): number => step.id.split(".").length - 1;

/** The step's symbols in the order of the failures that still point into their files, the rest behind. */
function bySuspicion(targets: Target[], failures: Diagnostic[]): Target[] {
  const rank = (target: Target): number => {
    const at = failures.findIndex(({ path }) => path === target.path);
    return at < 0 ? failures.length : at;
  };
  return targets
    .map((target, index) => ({ target, index }))
    .sort((a, b) => rank(a.target) - rank(b.target) || a.index - b.index)
    .map(({ target }) => target);
}

/**
 * Steps over one symbol each, without those already tried. Empty where there is nothing smaller: the step is given up.
 * `tried` are the symbols the failed step has worked on.
 */
export function decompose(step: Step, last: Verdict | null, tried: Target[]): Step[] {
  if (depthOf(step) >= MOST_DEPTH) return [];
  const isTried = (target: Target): boolean =>
    tried.some(({ path, symbol }) => path === target.path && symbol === target.symbol);
  const left = step.targets.filter((target) => target.symbol !== undefined && !isTried(target));
  const failures = last?.reports.flatMap(({ diagnostics }) => diagnostics) ?? [];
  return bySuspicion(left, failures)
    .slice(0, MOST_PARTS)
    .map((target, index) => ({ ...step, id: `${step.id}.${index + 1}`, targets: [target] }));
}
