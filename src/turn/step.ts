/** One step: what is computed, or the model alone; then the parts that it falls into. */
import type { Step, Verdict } from "../types.ts";
import type { JudgeOptions } from "../verify/judge.ts";
import { chatStep } from "./chat.ts";
import { computedStep } from "./computed.ts";
import type { Work } from "./context.ts";
import { directStep } from "./direct.ts";
import { escalate } from "./escalate.ts";
import type { StepEnd } from "./judge.ts";
import { inParts } from "./parts.ts";
import { plainStep } from "./plain.ts";

export interface StepAim {
  goal: JudgeOptions["goal"];
  /** The verdict on the steps before it; null: there is none. */
  before: Verdict | null;
}

/** The model on a step of any size, by the rungs that it can be asked on. */
async function attempt(step: Step, work: Work): Promise<StepEnd> {
  const direct = await directStep(step, work);
  if (direct !== null) return direct;
  const { rung } = work.parts.model.ladder;
  const end = rung === "plain" ? null : await chatStep({ step, rung }, work);
  return end ?? plainStep(step, work);
}

/**
 * A step, and where it is not done the parts it falls into. Where the steps before it are proof, and the model finds nothing left
 * to do, an earlier step has done the work of this one.
 */
export async function runStep(step: Step, { goal, before }: StepAim, work: Work): Promise<StepEnd> {
  work.verifier.want(goal);
  if (step.call !== undefined) return computedStep(step, step.call, work);
  work.finished = false;
  const end = await attempt(step, work);
  if (end.kind === "stopped" || (end.kind === "done" && work.verifier.suffices(end.verdict))) return end;
  if (end.kind === "failed" && work.finished && end.last === null && before?.status === "verified") {
    work.parts.emit({ type: "notice", level: "info", text: `Nothing was left to do for: ${step.intent}` });
    return { kind: "done", verdict: before };
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
