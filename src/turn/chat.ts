/**
 * One step with a chat model: call by call in one conversation, each edit judged at once. A first failure goes back to the
 * model; where that fails too, further samples of the same call are judged and the first that is proven is taken.
 */
import type { Failure } from "../model/errors.ts";
import type { ChatRung } from "../model/head.ts";
import { type Again, type CallResult, getCall } from "../tools/call.ts";
import type { Candidate, Origin, Step, ToolResult, Verdict } from "../types.ts";
import { candidatesLeft } from "./allowance.ts";
import { compactIfFull, repair } from "./compact.ts";
import { stoppedEnd, type Work } from "./context.ts";
import { endOfFailure } from "./failures.ts";
import { fall } from "./fall.ts";
import { reportText, verdictText } from "./feedback.ts";
import { judgeCandidate, runTool, type StepEnd, takeBack, tellTried } from "./judge.ts";
import { keyOf, mostSame, treeOf } from "./progress.ts";
import { Sampling, temperatureAt } from "./sampling.ts";
import { type Called, complain, ended, offer, openTalk, say, stands, type Talk } from "./talk.ts";

const MOST_CALLS = 8;
/** Replies in a row that could not be read, and whose connection broke. */
const MOST_MALFORMED = 3;
const MOST_CUT = 3;
/** Failed candidates of one step before sampling: the first, and the one after feedback. */
const BEFORE_SAMPLING = 2;
/** Samples of one call in all, and of one request. */
const MOST_SAMPLES = 8;
const AT_ONCE = 4;

/** null: the model is no longer asked on a rung of chat. */
export async function chatStep(on: { step: Step; rung: ChatRung }, work: Work): Promise<StepEnd | null> {
  const talk = await openTalk(on, work);
  while (talk.calls < MOST_CALLS && candidatesLeft(work) > 0) {
    const stopped = stoppedEnd(work.parts, work.meter);
    if (stopped !== null) return { kind: "stopped", end: stopped };
    talk.calls += 1;
    const end = await oneCall(talk);
    if (end !== null || work.parts.model.ladder.rung === "plain") return end;
  }
  return ended(
    talk,
    `The step was not done after ${talk.calls} calls; give a smaller task, or try a larger model.`,
  );
}

async function oneCall(talk: Talk): Promise<StepEnd | null> {
  const { work } = talk;
  const outgrown = await compactIfFull(talk);
  if (outgrown !== null) return outgrown;
  const result = await getCall(talk.rung, {
    ask: work.meter.chat,
    messages: talk.messages,
    targets: talk.targets,
    checks: work.checks,
    reply: work.shares.reply,
    thinks: ["optional", "always"].includes(work.parts.model.profile.thinking ?? "never"),
  });
  if (result.kind === "failed") return repair(talk, result.reply);
  if (result.kind === "unfit") return onUnfit(talk, result.failure);
  if (result.kind === "malformed" && talk.rung === "native" && work.parts.model.profile.tools === false)
    return onUnfit(talk, TOOLS_DROPPED);
  if (result.kind === "cut") return onCut(talk, result.reason);
  if (result.kind === "malformed") return onMalformed(talk, result.reason);
  talk.malformed = 0;
  talk.cut = 0;
  const origin: Origin = talk.failed === 0 ? "model" : "feedback";
  const answer = await runTool(result.call, origin, work);
  if (answer.kind === "candidate") return onCandidate(talk, answer.candidate, result);
  return onAnswer(talk, answer, result);
}

const AGAIN =
  "That is the same call with the same answer as before: go on with a change, or with another call.";

/** The conversation goes on with this answer, unless the step turns in a circle. */
function tell(talk: Talk, called: Called, text: string): StepEnd | null {
  const times = talk.progress.called(called.call, text);
  if (times >= mostSame(called.call))
    return ended(
      talk,
      "The model repeats the same call with the same result; name the file or function in the task, or try a larger model.",
    );
  return say(talk, called, times === 1 ? text : `${text}\n${AGAIN}`);
}

const TOOLS_DROPPED: Failure = {
  ok: false,
  kind: "refused",
  reason:
    "The server does not pass tools on to this model; leave out --rung, or load a model whose template has tools.",
};

/** The rung is not to be had here, whatever the model writes. */
function onUnfit(talk: Talk, failure: Failure): Promise<StepEnd | null> {
  return fall(talk, failure.reason, { kind: "stopped", end: endOfFailure(failure) });
}

/** The server's trouble, not the model's: the same request again. */
function onCut(talk: Talk, reason: string): StepEnd | null {
  const { parts, meter } = talk.work;
  const stopped = stoppedEnd(parts, meter);
  if (stopped !== null) return { kind: "stopped", end: stopped };
  talk.cut += 1;
  if (talk.cut >= MOST_CUT) return { kind: "stopped", end: { outcome: "no_model", message: reason } };
  parts.emit({ type: "notice", level: "warning", text: reason });
  return null;
}

/** The complaint is asked with the same conversation again; the reply itself leaves no trace in it. */
async function onMalformed(talk: Talk, reason: string): Promise<StepEnd | null> {
  const { parts, meter } = talk.work;
  const stopped = stoppedEnd(parts, meter);
  if (stopped !== null) return { kind: "stopped", end: stopped };
  talk.malformed += 1;
  parts.emit({ type: "notice", level: "info", text: `A reply could not be used: ${reason}` });
  if (talk.malformed < MOST_MALFORMED) {
    complain(talk, reason);
    return null;
  }
  const why = `The model's replies could not be used ${MOST_MALFORMED} times in a row; the last time: ${reason}`;
  return fall(talk, why, ended(talk, `${why} Try a larger model, or a smaller task.`));
}

async function onAnswer(
  talk: Talk,
  answer: Exclude<ToolResult, { kind: "candidate" }>,
  called: Called,
): Promise<StepEnd | null> {
  const { work } = talk;
  switch (answer.kind) {
    case "text":
      offer(talk, answer.targets);
      return tell(talk, called, answer.text);
    case "refusal":
      return tell(talk, called, `Not done: ${answer.reason}`);
    case "check": {
      const ran = await work.verifier.runOne(answer.check);
      if (ran === null) return tell(talk, called, `There is no check ${answer.check}.`);
      if (!ran.ok) return { kind: "stopped", end: { outcome: "failed", message: ran.reason } };
      return tell(talk, called, reportText(ran.report));
    }
    case "finish":
      if (talk.standing !== null) {
        stands(talk, called);
        return { kind: "done", verdict: talk.standing };
      }
      return tell(talk, called, `${notDone(talk.last)} Make the change with a tool.`);
  }
}

const notDone = (last: Verdict | null): string =>
  last === null
    ? "Nothing has been changed yet, so the task is not done."
    : `The task is not done: ${last.reason}`;

/** Judges a change, unless it has failed on this tree before. */
async function onCandidate(talk: Talk, candidate: Candidate, called: Called): Promise<StepEnd | null> {
  const { work, tried } = talk;
  const key = keyOf(candidate);
  let verdict = tried.get(key);
  if (verdict === undefined) {
    const judged = await judgeCandidate(candidate, work);
    if (judged.kind === "stopped") return judged;
    verdict = judged.verdict;
    talk.last = verdict;
    if (verdict.status !== "failed") return onStanding(talk, verdict, { candidate, called });
    tried.set(key, verdict);
    const stuck = await takeBack(work);
    if (stuck !== null) return { kind: "stopped", end: stuck };
  } else tellTried(work);
  talk.failed += 1;
  if (talk.failed >= BEFORE_SAMPLING && called.again !== null) {
    const sampled = await sample(talk, called.again);
    return sampled === null ? ended(talk, `No candidate was proven: ${verdict.reason}`) : sampled.end;
  }
  return say(
    talk,
    called,
    `The change was taken back, because the checks failed:\n${verdictText(verdict)}\nCorrect it.`,
    "failed",
  );
}

/** The candidate is at least no harm: it stays. Proof of what was red ends the step; otherwise the model says when it is done. */
async function onStanding(
  talk: Talk,
  verdict: Verdict,
  { candidate, called }: { candidate: Candidate; called: Called },
): Promise<StepEnd | null> {
  const { verifier } = talk.work;
  const wasRed = verifier.baseline.some(({ status }) => status !== "passed");
  talk.standing = verifier.suffices(verdict) ? verdict : talk.standing;
  talk.work.by = candidate.origin;
  stands(talk, called);
  verifier.accept(verdict);
  talk.tried.clear();
  if (talk.progress.changed(await treeOf(talk.work)))
    return ended(
      talk,
      "The model turns in a circle: its changes lead back and forth between the same states. Split the task, or try a larger model.",
    );
  const made = candidate.changes.filter(({ base, text }) => base === null && text !== null);
  offer(
    talk,
    made.map(({ path }) => ({ path })),
  );
  if (verdict.status === "verified" && wasRed) return { kind: "done", verdict };
  if (!verifier.suffices(verdict))
    return say(talk, called, `That helped, and it stays: ${verdictText(verdict)}\nGo on.`, "stands");
  return say(
    talk,
    called,
    `Done: ${candidate.summary}. ${verdict.reason} If something of the task is left, make the next change; otherwise choose finish.`,
    "stands",
  );
}

/**
 * Further samples of one call, hotter each time: several from one reading where the server can. What helped most without being
 * proven stays, and the conversation goes on from it; null where nothing did. `end` is as of `oneCall`.
 */
async function sample(talk: Talk, again: Again): Promise<{ end: StepEnd | null } | null> {
  const { work, tried } = talk;
  const sampling = new Sampling(work, { most: MOST_SAMPLES, tried });
  const drawn: CallResult[] = [];
  for (let done = 0; sampling.room > 0; ) {
    const n = Math.min(work.parts.model.fan, AT_ONCE, sampling.room);
    const results = await again({
      n,
      maxTokens: work.shares.reply,
      temperature: temperatureAt(done),
      seed: done + 1,
    });
    for (const result of results) {
      drawn.push(result);
      if (result.kind === "failed") return { end: await repair(talk, result.reply) };
      if (result.kind === "unfit") return { end: await onUnfit(talk, result.failure) };
      const end = await sampling.judge(result.kind === "call" ? result.call : null);
      if (end?.kind === "done" && result.kind === "call") stands(talk, result);
      if (end !== null) return { end };
    }
    done += n;
  }
  talk.last = sampling.last ?? talk.last;
  const kept = await sampling.keepBest();
  if (kept === null || kept.kind === "stopped") return kept && { end: kept };
  const own = drawn[kept.sample];
  if (own?.kind !== "call") throw new Error("What was kept came from a call.");
  return { end: await onStanding(talk, kept.verdict, { candidate: kept.candidate, called: own }) };
}
