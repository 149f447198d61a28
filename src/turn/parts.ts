/**
 * A step that was not done, in parts: each with a conversation and tests of its own, all from one allowance. What a part has proven
 * stays while the others are tried; at the end the whole must be what the task wants, else all of it is taken back.
 */
import { SPLIT_TOKENS, splitFrom, splitRequest } from "../decompose/asked.ts";
import { decompose } from "../decompose/split.ts";
import type { CheckReport, Diagnostic, Step, Target, Verdict } from "../types.ts";
import type { JudgeOptions } from "../verify/judge.ts";
import { candidatesLeft, granted } from "./allowance.ts";
import { stoppedEnd, type Work } from "./context.ts";
import type { StepEnd } from "./judge.ts";

/** What stands, and the step as it ended alone. */
export interface Undone {
  step: Step;
  end: Exclude<StepEnd, { kind: "stopped" }>;
  /** What the whole step is judged by. */
  goal: JudgeOptions["goal"];
}

type Attempt = (step: Step) => Promise<StepEnd>;

const whyOf = (end: Undone["end"]): string => (end.kind === "failed" ? end.reason : end.verdict.reason);
const lastOf = (end: Undone["end"]): Verdict | null => (end.kind === "failed" ? end.last : end.verdict);

/** The end of the whole where its parts have done it, or the turn's; null: they have not, and nothing of them is left. */
export async function inParts(undone: Undone, attempt: Attempt, work: Work): Promise<StepEnd | null> {
  const { step, end, goal } = undone;
  const outer = work.allowance;
  const mark = await markOf(work);
  work.allowance = outer ?? granted(work);
  const queue = await smaller(step, end, step.targets.slice(0, 1), work);
  const asked = queue.length === 0;
  if (asked) queue.push(...(await askForParts(step, whyOf(end), work)));
  const whole = await each(undone, { queue, asked, outer }, attempt, work);
  if (whole?.kind === "stopped") return whole;
  work.allowance = outer;
  work.verifier.want(goal);
  return whole ?? backTo(mark, work);
}

/** `asked`: the model named them, so that all are needed; `outer`: the allowance that they are themselves a part of. */
interface Queue {
  queue: Step[];
  asked: boolean;
  outer: Work["allowance"];
}

/** One part after the other until the whole is done; null where they come to their end without that. */
async function each(undone: Undone, on: Queue, attempt: Attempt, work: Work): Promise<StepEnd | null> {
  const { queue, asked, outer } = on;
  for (let part = queue.shift(); part !== undefined; part = queue.shift()) {
    if (isGreen(part, work)) continue;
    if (candidatesLeft(work) === 0) return null;
    const between = asked && queue.length > 0;
    work.verifier.want(part.tests ?? (between ? "unharmed" : undone.goal));
    const inner = await attempt(part);
    if (inner.kind === "stopped") return inner;
    const done = inner.kind === "done" && (part.tests === undefined || isGreen(part, work));
    if (!done && !asked) queue.push(...(await smaller(part, inner, [], work)));
    if (!done || between) continue;
    if (part.tests !== undefined) work.allowance = outer ?? granted(work);
    const whole = await wholeOf(undone, { part, verdict: inner.verdict }, work);
    if (whole !== null) return whole;
  }
  return null;
}

/** What is computed to be smaller than a step that ended so; it is told as an event. */
async function smaller(step: Step, end: Undone["end"], tried: Target[], work: Work): Promise<Step[]> {
  const { graph, signal } = work.parts;
  const before = redIn(work.verifier.baseline);
  const red = before.length > 0 ? before : redIn(lastOf(end)?.reports ?? []);
  const split = { step, red, why: firstLine(whyOf(end)), tried, judges: work.judges };
  return told(await graph.ask((now) => decompose(now, split), { signal }), whyOf(end), work);
}

function told(steps: Step[], why: string, { parts }: Work): Step[] {
  if (steps.length > 0) parts.emit({ type: "decompose", steps, why });
  // The event keeps its own list.
  return [...steps];
}

const firstLine = (text: string): string => text.split("\n", 1)[0] ?? "";

const redIn = (reports: CheckReport[]): Diagnostic[] =>
  reports.flatMap(({ diagnostics }) => diagnostics).filter(({ severity }) => severity === "error");

/** Whether none of the part's tests is red on the tree as it stands; false where it has none of its own. */
export function isGreen({ tests }: Step, { verifier }: Pick<Work, "verifier">): boolean {
  if (tests === undefined) return false;
  const red = redIn(verifier.baseline).flatMap(({ test }) => test ?? []);
  return !tests.some((id) => red.some((test) => test === id || test.startsWith(`${id}::`)));
}

/** The step's end where with this part the whole is done: judged by all checks where the part was judged by its own tests. */
async function wholeOf(
  { step, goal }: Undone,
  { part, verdict }: { part: Step; verdict: Verdict },
  work: Work,
): Promise<StepEnd | null> {
  const { verifier } = work;
  verifier.want(goal);
  const done = (proof: Verdict): StepEnd => {
    work.by = "decomposition";
    return { kind: "done", verdict: proof };
  };
  if (part.tests === undefined) return verifier.suffices(verdict) ? done(verdict) : null;
  const left = step.tests === undefined ? redIn(verifier.baseline).length > 0 : !isGreen(step, work);
  if (left && !Array.isArray(goal)) return null;
  const judged = await judgeWhole(goal, work);
  return judged.kind === "done" && judged.verdict.status === "verified"
    ? done(judged.verdict)
    : judged.kind === "stopped"
      ? judged
      : null;
}

/** The tree as it stands, judged by all checks for this goal. */
export async function judgeWhole(
  goal: JudgeOptions["goal"],
  work: Work,
): Promise<Extract<StepEnd, { kind: "done" | "stopped" }>> {
  const { verifier } = work;
  verifier.want(goal);
  const judged = await verifier.verify({ changes: [], origin: "decomposition", summary: "all parts" });
  if (!judged.ok) return { kind: "stopped", end: { outcome: "failed", message: judged.reason } };
  const stopped = stoppedEnd(work.parts, work.meter);
  return stopped === null ? { kind: "done", verdict: judged.verdict } : { kind: "stopped", end: stopped };
}

/** A task of fewer words about one place has no parts. */
const LEAST_WORDS = 30;

const mayHaveParts = ({ id, intent, targets }: Step): boolean =>
  !id.includes(".") && (targets.length > 1 || intent.split(/\s+/).length >= LEAST_WORDS);

/** The model's own parts, where it can be asked for them; none otherwise. */
async function askForParts(step: Step, why: string, work: Work): Promise<Step[]> {
  const { rung } = work.parts.model.ladder;
  if (rung === "plain" || !mayHaveParts(step)) return [];
  const near = [...new Set([...step.targets.map(({ path }) => path), ...work.files])];
  const { messages, schema, files } = splitRequest(
    step,
    why,
    near.filter((path) => work.forbids(path) === null),
  );
  work.meter.reset(`Step ${step.id} is to be split.`);
  const bound = rung === "schema" ? { schema } : {};
  const reply = await work.meter.chat("split", messages, {
    maxTokens: SPLIT_TOKENS,
    temperature: 0.2,
    ...bound,
  });
  const read = reply.ok && reply.finish === "stop" ? splitFrom(reply.text, step, files) : [];
  return told(read, why, work);
}

/** The files that the turn has changed, as they stand, and what the checks said of them. */
interface Mark {
  texts: ReadonlyMap<string, string | null>;
  reports: CheckReport[];
}

async function markOf({ transaction, verifier }: Work): Promise<Mark> {
  const changes = await transaction.changes();
  return { texts: new Map(changes.map(({ path, after }) => [path, after])), reports: verifier.baseline };
}

/** Everything as it stood at the mark; an end of the turn where that cannot be. */
async function backTo({ texts, reports }: Mark, work: Work): Promise<StepEnd | null> {
  const changed = await work.transaction.changes();
  const rows = changed.map(({ path, before, after }) => ({
    path,
    now: after,
    old: texts.has(path) ? (texts.get(path) ?? null) : before,
  }));
  const other = rows.filter(({ now, old }) => now !== old);
  if (other.length === 0) return null;
  const changes = await Promise.all(
    other.map(async ({ path, old }) => {
      const read = await work.parts.workspace.read(path);
      return { path, text: old, base: read.ok ? read.file.hash : null };
    }),
  );
  const applied = await work.transaction.apply(changes);
  if (!applied.ok) return { kind: "stopped", end: { outcome: "failed", message: applied.reason } };
  work.verifier.accept({
    status: "unverified",
    reports,
    fresh: [],
    score: 0,
    reason: "As before its parts.",
  });
  return null;
}
