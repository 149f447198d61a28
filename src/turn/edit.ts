/** A change: baseline -> plan -> steps, each decomposed where it fails -> the diff, kept or taken back. */
import { decompose } from "../decompose/split.ts";
import { isTestPath } from "../graph/update/classify.ts";
import { sharesFor } from "../model/budget.ts";
import { makePlan } from "../plan/plan.ts";
import { namedPaths } from "../plan/targets.ts";
import type { Step, Target, Verdict } from "../types.ts";
import { type Check, detectChecks } from "../verify/checks.ts";
import { isFrozen, judgedBy } from "../verify/frozen.ts";
import type { JudgeOptions } from "../verify/judge.ts";
import { Verifier } from "../verify/verifier.ts";
import { unifiedDiff } from "../workspace/diff.ts";
import { affectedBy } from "./affected.ts";
import { chatStep } from "./chat.ts";
import {
  endOfInterrupt,
  sceneOf,
  stoppedEnd,
  type TurnEnd,
  type TurnParts,
  type TurnRequest,
  type Work,
} from "./context.ts";
import type { StepEnd } from "./judge.ts";
import type { Meter } from "./meter.ts";
import { plainStep } from "./plain.ts";

/** What the turn changed of judging files, and how it ended. */
export interface EditEnd {
  end: TurnEnd;
  work: Work | null;
}

/** The checks that may be run here. Where running is not permitted there are none, and the user is told. */
async function permittedChecks(parts: TurnParts, files: string[], near: string[]): Promise<Check[]> {
  const { checks: wanted } = parts.settings;
  if (wanted.waived) return [];
  const { workspace, env, signal } = parts;
  const found = await detectChecks(workspace, {
    check: wanted.command,
    project: wanted.project,
    files,
    near,
    env,
    signal,
  });
  if (found.length === 0) {
    parts.emit({
      type: "notice",
      level: "warning",
      text: "No check is known here, so nothing can be proven; give one with --check CMD.",
    });
    return [];
  }
  const permitted: Check[] = [];
  for (const check of found) if (await parts.permit("run", check.shown)) permitted.push(check);
  if (permitted.length < found.length && !signal.aborted)
    parts.emit({
      type: "notice",
      level: "warning",
      text: "The checks may not be run, so only syntax is checked; allow them with --yes, --allow-run or --check.",
    });
  return permitted;
}

const ASKS_FOR_TESTS = /\b(add|write|create|update|extend|change|generate)\b[^.]{0,40}\btests?\b/i;
const CHANGES_NAMED = /\b(change|edit|update|modify|rewrite|delete|rename|add)\b/i;
/** Who speaks of failing tests wants the code repaired, whatever else the sentence holds. */
const SPEAKS_OF_FAILURE = /\b(pass\w*|fail\w*|satisf\w*|red|broken|green)\b/i;

/** Judging files are frozen, but for those that the task names to be changed, or the tests where it asks for tests and names none. */
export function forbidder(
  task: string,
  files: string[],
  judges: Work["judges"] = isFrozen,
): (path: string) => string | null {
  const named = new Set(namedPaths(task, files));
  const opens = !SPEAKS_OF_FAILURE.test(task);
  const tests = opens && ASKS_FOR_TESTS.test(task) && ![...named].some(judges);
  const changesNamed = opens && CHANGES_NAMED.test(task);
  return (path) =>
    !judges(path) || (tests && isTestPath(path)) || (changesNamed && named.has(path))
      ? null
      : `${path} judges the change and must stay as it is; change the code that it tests.`;
}

const WANTS_GREEN =
  /\b(fix|repair|bug|debug|fail\w*|pass\w*|tests?|solve|correct|broken|error|implement|complete)\b/i;

/** What the task wants of red checks: the failing tests that belong to its target, all of them, or only that nothing gets worse. */
export function goalOf(
  task: string,
  verifier: Pick<Verifier, "baseline">,
  about: { targets: Target[]; named: string[] },
): JudgeOptions["goal"] {
  const errors = verifier.baseline
    .flatMap(({ diagnostics }) => diagnostics)
    .filter(({ severity }) => severity === "error");
  const red = errors.flatMap(({ test }) => test ?? []);
  const [target] = about.targets;
  const stem = target?.path
    .split("/")
    .at(-1)
    ?.replace(/\.\w+$/, "");
  const words = [stem, target?.symbol?.split(".").at(-1), ...about.named];
  const wanted = words.filter((word) => word !== undefined && word.length > 2);
  const related =
    about.named.length === 0 ? [] : red.filter((id) => wanted.some((word) => id.includes(word ?? "")));
  if (related.length > 0 && related.length < errors.length) return related;
  return WANTS_GREEN.test(task) ? "green" : "unharmed";
}

/** Everything an edit needs, with the baseline run. */
async function prepare(
  request: TurnRequest,
  parts: TurnParts,
  meter: Meter,
): Promise<{ work: Work } | { end: TurnEnd }> {
  const begun = await parts.workspace.begin(request.session);
  if (!begun.ok) return { end: { outcome: "failed", message: begun.reason } };
  for (const text of begun.notices) parts.emit({ type: "notice", level: "warning", text });
  const { transaction } = begun;
  const files = await parts.workspace.list();
  const checks = await permittedChecks(parts, files, namedPaths(request.task, files));
  const verifier = new Verifier({
    workspace: parts.workspace,
    transaction,
    checks,
    env: parts.env,
    checkTimeMs: parts.settings.limits.checkTimeMs,
    outputFile: (check) =>
      `${parts.workspace.root}/.smallcode/sessions/${request.session}.${check.replace(/\W+/g, "-")}.log`,
    signal: parts.signal,
    onStart: ({ id, shown }, when) => parts.emit({ type: "check_start", check: id, command: shown, when }),
    onEnd: (report, when) => parts.emit({ type: "check_end", report, when }),
    onNotice: (text) => parts.emit({ type: "notice", level: "warning", text }),
    affected: affectedBy(parts.graph, parts.signal),
  });
  const judges = judgedBy(
    checks.map(({ shown }) => shown),
    files,
  );
  const forbids = forbidder(request.task, files, judges);
  const shares = sharesFor(parts.model);
  const work: Work = {
    request,
    parts,
    meter,
    shares,
    transaction,
    verifier,
    files,
    checks: checks.map(({ id }) => id),
    earlier: new Map(),
    said: null,
    candidates: 0,
    by: null,
    finished: false,
    judges,
    forbids,
  };
  return { work };
}

/**
 * A step, and where it fails the smaller steps it falls into. `before` is the verdict on the steps before it: where that is
 * proof, and the model finds nothing left to do, an earlier step has done the work of this one.
 */
async function runStep(step: Step, work: Work, before: Verdict | null): Promise<StepEnd> {
  const attempt = async (one: Step): Promise<StepEnd> => {
    const { rung } = work.parts.model.ladder;
    const end = rung === "plain" ? null : await chatStep({ step: one, rung }, work);
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
  if (parts.length === 0) return end;
  work.parts.emit({ type: "decompose", steps: parts, why: end.reason });
  for (const part of parts) {
    const inner = await attempt(part);
    if (inner.kind === "done") work.by = "decomposition";
    if (inner.kind !== "failed") return inner;
  }
  return end;
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
  });
  let last: StepEnd = { kind: "failed", last: null, reason: "The plan has no step." };
  for (const [index, step] of steps.entries()) {
    verifier.want(index === steps.length - 1 ? goal : "unharmed");
    last = await runStep(step, work, last.kind === "done" ? last.verdict : null);
    if (last.kind !== "done") return last;
  }
  return last;
}

/** The end of an edit whose steps are done: the diff is shown, and kept unless this was a rehearsal. */
async function keep(verdict: Verdict, work: Work): Promise<TurnEnd> {
  const { parts, transaction, judges } = work;
  const changes = (await transaction.changes()).filter(({ before, after }) => before !== after);
  if (changes.length === 0) return restore({ outcome: "failed", message: "Nothing was changed." }, work);
  const files = changes.map(({ path }) => path);
  const frozen = files.filter(judges);
  parts.emit({ type: "diff", patch: unifiedDiff(changes, judges), files, frozen });
  const verified = verdict.status === "verified" && frozen.length === 0 && work.checks.length > 0;
  const message =
    frozen.length > 0
      ? `Done, but unverified: ${frozen.join(", ")} judges and was changed.`
      : verified
        ? `Verified: ${verdict.reason}`
        : `Done, but unverified: ${verdict.reason}`;
  const end: TurnEnd = { outcome: verified ? "verified" : "unverified", message };
  if (parts.settings.mode.dryRun)
    return restore({ ...end, message: `${message} Nothing was kept (--dry-run).` }, work);
  const kept = await transaction.commit();
  if (!kept.ok) return { outcome: "failed", message: kept.reason };
  if (work.said !== null) work.request.trunk?.keep(work.said.rung, work.said.messages);
  return end;
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
    const end: TurnEnd = last.kind === "stopped" ? last.end : { outcome: "failed", message: last.reason };
    return { end: await restore(end, work), work };
  } finally {
    await work.transaction.close();
  }
}
