/** One step: what is computed, or the model alone; then the parts that it falls into. */
import type { Step, Verdict } from "../types.ts";
import type { JudgeOptions } from "../verify/judge.ts";
import { chatStep } from "./chat.ts";
import { computedStep } from "./computed.ts";
import type { Work } from "./context.ts";
import { directStep } from "./direct.ts";
import { escalate } from "./escalate.ts";
import type { StepEnd } from "./judge.ts";
import { inParts, judgeWhole } from "./parts.ts";
import { plainStep } from "./plain.ts";

export interface StepAim {
  goal: JudgeOptions["goal"];
  /** The verdict on the steps before it; null: there is none. */
  before: Verdict | null;
  /** It is judged with those before it, and may need no change of its own. */
  mayStay: boolean;
}

/** The model on a step of any size, by the rungs that it can be asked on. */
async function attempt(step: Step, work: Work, mayStay = false): Promise<StepEnd> {
  const direct = await directStep(step, work, mayStay);
  if (direct !== null) return direct;
  const { rung } = work.parts.model.ladder;
  const end = rung === "plain" ? null : await chatStep({ step, rung }, work);
  return end ?? plainStep(step, work);
}

/** The end of a step that the model finds done already, where that holds: by the proof of those before it, else judged with them. */
async function nothingLeft(
  { goal, before }: { goal: StepAim["goal"]; before: Verdict },
  work: Work,
): Promise<StepEnd | null> {
  if (before.status === "verified") return { kind: "done", verdict: before };
  if (work.checks.length === 0) return null;
  const whole = await judgeWhole(goal, work);
  return whole.kind === "stopped" || work.verifier.suffices(whole.verdict) ? whole : null;
}

/**
 * A step, and where it is not done the parts it falls into. Where the steps before it are proof, and the model finds nothing left
 * to do, an earlier step has done the work of this one.
 */
export async function runStep(step: Step, { goal, before, mayStay }: StepAim, work: Work): Promise<StepEnd> {
  work.verifier.want(goal);
  if (step.call !== undefined) return computedStep(step, step.call, work);
  work.finished = false;
  work.meter.tries.afresh();
  const end = await attempt(step, work, mayStay);
  if (end.kind === "stopped" || (end.kind === "done" && work.verifier.suffices(end.verdict))) return end;
  if (end.kind === "failed" && work.finished && end.last === null && before !== null) {
    const known = await nothingLeft({ goal, before }, work);
    if (known?.kind === "done")
      work.parts.emit({ type: "notice", level: "info", text: `Nothing was left to do for: ${step.intent}` });
    if (known !== null) return known;
  }
  const { decomposition } = work.parts.settings.mechanisms;
  const whole = decomposition
    ? await inParts({ step, end, goal }, (part) => attempt(part, work), work)
    : null;
  const rest = whole ?? end;
  if (rest.kind !== "failed") return rest;
  work.verifier.want(goal);
  return escalate(step, rest, work);
}
