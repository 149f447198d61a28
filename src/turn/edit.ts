/** A change: baseline -> plan -> steps, each decomposed where it fails -> the diff, kept or taken back. */
import { makePlan } from "../plan/plan.ts";
import { namedPaths } from "../plan/targets.ts";
import type { Step, Verdict } from "../types.ts";
import type { JudgeOptions } from "../verify/judge.ts";
import { unifiedDiff } from "../workspace/diff.ts";
import {
  endOfInterrupt,
  sceneOf,
  stoppedEnd,
  type TurnEnd,
  type TurnParts,
  type TurnRequest,
  type Work,
} from "./context.ts";
import { goalOf } from "./goal.ts";
import type { StepEnd } from "./judge.ts";
import type { Meter } from "./meter.ts";
import { isGreen, judgeWhole } from "./parts.ts";
import { prepare } from "./prepare.ts";
import { runStep } from "./step.ts";

/** What the turn changed of judging files, and how it ended. */
export interface EditEnd {
  end: TurnEnd;
  work: Work | null;
}

async function runSteps(work: Work): Promise<StepEnd> {
  const { request, parts, verifier, files, checks } = work;
  const started = await verifier.start();
  if (!started.ok) return { kind: "stopped", end: { outcome: "failed", message: started.reason } };
  const stopped = stoppedEnd(parts, work.meter);
  if (stopped !== null) return { kind: "stopped", end: stopped };
  const steps = await parts.graph.ask(
    (graph) => makePlan(sceneOf(work, request.task, graph), checks[0] ?? null),
    { signal: parts.signal },
  );
  parts.emit({ type: "plan", steps });
  const goal = goalOf(request.task, verifier, {
    targets: steps[0]?.targets ?? [],
    named: namedPaths(request.task, files),
    computed: steps.every(({ call }) => call !== undefined),
  });
  return inOrder(steps, goal, work);
}

/** Whether the checks judge a step only together with this one before it. */
const isJudgedWith = (before: Step | undefined, { checks }: Work): boolean =>
  before !== undefined && before.check === null && checks.length > 0;

/** Whether a step is about files alone that were changed before their turn, by a step that is not judged without them. */
async function isDoneEarly(step: Step, before: Step | undefined, work: Work): Promise<boolean> {
  if (!isJudgedWith(before, work)) return false;
  const changed = (await work.transaction.changes()).map(({ path }) => path);
  return step.targets.length > 0 && step.targets.every(({ path }) => changed.includes(path));
}

/**
 * One step after the other. A step whose tests an earlier one has turned green is left out, and one whose files it has changed
 * with its own where both are judged together. One that could not turn its own green does not end the turn: the whole is tried
 * once more behind the others.
 */
async function inOrder(steps: Step[], goal: JudgeOptions["goal"], work: Work): Promise<StepEnd> {
  const { verifier, request } = work;
  let last: StepEnd = { kind: "failed", last: null, reason: "The plan has no step." };
  let before: Verdict | null = null;
  let undone: Step | null = null;
  for (const [index, step] of steps.entries()) {
    const isLast = index === steps.length - 1;
    const done = isGreen(step, work) || (await isDoneEarly(step, steps[index - 1], work));
    if (done && !isLast) continue;
    // What no check proves by itself is judged with the steps behind it.
    verifier.defer(step.check === null && work.checks.length > 0 && !isLast);
    const whole = done && undone === null ? await judgeWhole(goal, work) : null;
    if (whole?.kind === "stopped" || (whole !== null && verifier.suffices(whole.verdict))) return whole;
    const own = isLast && undone === null ? goal : (step.tests ?? "unharmed");
    const mayStay = isJudgedWith(steps[index - 1], work);
    const end = await runStep(step, { goal: own, before, mayStay }, work);
    if (end.kind === "stopped" || (end.kind === "failed" && step.tests === undefined)) return end;
    if (end.kind === "failed") undone = step;
    else {
      last = end;
      before = end.verdict;
    }
  }
  if (undone === null) return last;
  const again = { ...undone, id: String(steps.length + 1), intent: request.task, tests: undefined };
  return runStep(again, { goal, before: null, mayStay: false }, work);
}

/** The end of an edit whose steps are done: the diff is shown, and kept unless this was a rehearsal. */
async function keep(verdict: Verdict, work: Work): Promise<TurnEnd> {
  const { parts, transaction, judges } = work;
  const changes = (await transaction.changes()).filter(({ before, after }) => before !== after);
  if (changes.length === 0) return restore({ outcome: "failed", message: NOTHING }, work);
  const files = changes.map(({ path }) => path);
  const frozen = files.filter(judges);
  parts.emit({ type: "diff", patch: unifiedDiff(changes, judges), files, frozen });
  const disturbed = transaction.disturbed();
  const judged = verdict.status === "verified" && work.checks.length > 0;
  const verified = judged && frozen.length === 0 && disturbed.length === 0;
  const why =
    frozen.length > 0
      ? `${frozen.join(", ")} judges and was changed.`
      : disturbed.length > 0
        ? `${disturbed.join(", ")} was changed by somebody else after it was judged; that stays.`
        : verdict.reason;
  const message = verified ? `Verified: ${verdict.reason}` : `Done, but unverified: ${why}`;
  const end: TurnEnd = { outcome: verified ? "verified" : "unverified", message };
  if (parts.settings.mode.dryRun)
    return restore({ ...end, message: `${message} Nothing was kept (--dry-run).` }, work);
  const kept = await transaction.commit();
  if (!kept.ok) return { outcome: "failed", message: kept.reason };
  if (work.said !== null) work.request.trunk?.keep(work.said.form, work.said.messages);
  return end;
}

const NOTHING = "Nothing was changed; say more exactly what is to be different.";
const NEXT = "Try a larger model, a smaller task, or name the function that is wrong.";

/** Why the turn failed, and what to try next where the reason does not say it: only what a model did wrong another one may do right. */
function withNext({ reason, last }: Extract<StepEnd, { kind: "failed" }>, { requests }: Meter): string {
  if (last === null || requests === 0 || /\blarger model\b/.test(reason)) return reason;
  return `${reason.replace(/[^.!?]$/, "$&.")} ${NEXT}`;
}

/** Everything back as it was. */
async function restore(end: TurnEnd, work: Work): Promise<TurnEnd> {
  const { files, left, failed } = await work.transaction.revert(work.verifier.litter);
  if (files.length > 0 || left.length > 0) work.parts.emit({ type: "restored", files, left });
  return failed === null
    ? end
    : { outcome: "failed", message: `${end.message} Not everything could be restored: ${failed}` };
}

export async function edit(request: TurnRequest, parts: TurnParts, meter: Meter): Promise<EditEnd> {
  const prepared = await prepare(request, parts, meter);
  if ("end" in prepared) return { end: prepared.end, work: null };
  const { work } = prepared;
  try {
    const last = await runSteps(work).catch(
      (error: unknown): StepEnd => ({ kind: "stopped", end: endOfInterrupt(error, parts, meter) }),
    );
    if (last.kind === "done") return { end: await keep(last.verdict, work), work };
    work.by = null;
    const end: TurnEnd =
      last.kind === "stopped" ? last.end : { outcome: "failed", message: withNext(last, meter) };
    return { end: await restore(end, work), work };
  } finally {
    await work.transaction.close();
  }
}
