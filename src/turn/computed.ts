/** A step that a tool does by what the code graph knows: no model is asked, the checks judge as always. */
import type { Step, ToolCall } from "../types.ts";
import type { Work } from "./context.ts";
import { judgeCandidate, runTool, type StepEnd, takeBack } from "./judge.ts";
import { keyOf } from "./progress.ts";

/** A refusal ends the step with its reason. Where the checks refuse what is sure, what is unsure is tried with it. */
export async function computedStep({ intent }: Step, call: ToolCall, work: Work): Promise<StepEnd> {
  const tried = new Set<string>();
  let last: Extract<StepEnd, { kind: "failed" }> = { kind: "failed", last: null, reason: intent };
  for (const args of [call.args, { ...call.args, unsure: true }]) {
    const result = await runTool({ ...call, args }, "graph", work);
    if (result.kind !== "candidate")
      return { kind: "failed", last: null, reason: result.kind === "refusal" ? result.reason : intent };
    const { candidate } = result;
    if (tried.has(keyOf(candidate))) break;
    tried.add(keyOf(candidate));
    const judged = await judgeCandidate(candidate, work);
    if (judged.kind === "stopped") return judged;
    const { verdict } = judged;
    if (verdict.status !== "failed") {
      work.verifier.accept(verdict);
      work.by = "graph";
      work.parts.emit({ type: "notice", level: "info", text: `Computed: ${candidate.summary}.` });
      return { kind: "done", verdict };
    }
    const stuck = await takeBack(work);
    if (stuck !== null) return { kind: "stopped", end: stuck };
    last = { kind: "failed", last: verdict, reason: `${candidate.summary}, but ${verdict.reason}` };
  }
  return last;
}
