/** One step: the model alone, then the smaller steps that it falls into. */
import { decompose } from "../decompose/split.ts";
import type { Step, Verdict } from "../types.ts";
import { chatStep } from "./chat.ts";
import type { Work } from "./context.ts";
import { directStep } from "./direct.ts";
import { escalate } from "./escalate.ts";
import type { StepEnd } from "./judge.ts";
import { plainStep } from "./plain.ts";

/**
 * A step, and where it fails the smaller steps it falls into. `before` is the verdict on the steps before it: where that is
 * proof, and the model finds nothing left to do, an earlier step has done the work of this one.
 */
export async function runStep(step: Step, work: Work, before: Verdict | null): Promise<StepEnd> {
  const attempt = async (one: Step): Promise<StepEnd> => {
    const { rung } = work.parts.model.ladder;
    const direct = await directStep(one, work);
    const end = direct ?? (rung === "plain" ? null : await chatStep({ step: one, rung }, work));
    return end ?? plainStep(one, work);
  };
  work.finished = false;
  const end = await attempt(step);
  if (end.kind !== "failed") return end;
  if (work.finished && end.last === null && before?.status === "verified") {
    work.parts.emit({ type: "notice", level: "info", text: `Nothing was left to do for: ${step.intent}` });
    return { kind: "done", verdict: before };
  }
  const parts = decompose(step, end.last, step.targets.slice(0, 1));
  if (parts.length === 0) return escalate(step, end, work);
  work.parts.emit({ type: "decompose", steps: parts, why: end.reason });
  for (const part of parts) {
    const inner = await attempt(part);
    if (inner.kind === "done") work.by = "decomposition";
    if (inner.kind !== "failed") return inner;
  }
  return escalate(step, end, work);
}
