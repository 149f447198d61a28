/**
 * A step whose place is known, in one request: the model is shown the code that matters and what fails, and its reply is the code.
 * What verifies ends the step. A first failure goes back to the model; then further samples of the same request are judged; then
 * less is asked for at a time.
 */
import { callIn, textOf } from "../tools/call.ts";
import { leavesAll } from "../tools/write_code.ts";
import type { Candidate, Origin, Step, ToolCall, Verdict } from "../types.ts";
import { stoppedEnd, type Work } from "./context.ts";
import { narrower } from "./direct-grain.ts";
import { placeOf } from "./direct-place.ts";
import {
  AROUND_CODE,
  attemptsText,
  complain,
  type DirectTalk,
  ended,
  makeRoom,
  openDirect,
  repair,
  say,
  stands,
} from "./direct-talk.ts";
import { instructionFor, regionOf, reportText, verdictText } from "./feedback.ts";
import { judgeCandidate, runTool, type StepEnd, takeBack, tellTried } from "./judge.ts";
import { keyOf } from "./progress.ts";
import { Sampling, temperatureAt } from "./sampling.ts";

const MOST_REPLIES = 8;
/** Replies in a row that gave nothing. */
const MOST_UNUSABLE = 2;
const MOST_CUT = 3;
/** Failed candidates before anything but feedback: the first, and the one after it. */
const BEFORE_SAMPLING = 2;
/** Failed candidates where there are no samples. */
const MOST_FAILED = 3;
/** Samples of one request in all, and of one reading of it. */
const MOST_SAMPLES = 8;
const AT_ONCE = 4;

/** How one reply ends the step; "calls": the model is to be asked call by call; null: it goes on. */
type Ended = StepEnd | "calls" | null;

/**
 * null: the step is none for this form, or nothing usable came of it, and it is to be done call by call. `mayStay`: it may need no
 * change, since those before it have made theirs; replies without one then say so.
 */
export async function directStep(step: Step, work: Work, mayStay = false): Promise<StepEnd | null> {
  if (!work.parts.settings.mechanisms.direct || work.parts.model.ladder.rung === "plain") return null;
  const place = placeOf(step, work);
  if (place === null) return null;
  const talk = await openDirect({ step, place }, work);
  // Nothing of it fits: then the model has to look for itself.
  if (talk.shows.shown.length === 0 && place.fresh.length === 0) return null;
  while (talk.replies < MOST_REPLIES) {
    const stopped = stoppedEnd(work.parts, work.meter);
    if (stopped !== null) return { kind: "stopped", end: stopped };
    const end = await oneReply(talk);
    if (end === "calls" && mayStay && leavesAll(talk.complaint)) {
      work.finished = true;
      return ended(talk, talk.complaint);
    }
    if (end === "calls") return talk.standing === null ? null : ended(talk, "");
    if (end !== null) return end;
  }
  return ended(
    talk,
    `The step was not done after ${MOST_REPLIES} replies; give a smaller task, or try a larger model.`,
  );
}

async function oneReply(talk: DirectTalk): Promise<Ended> {
  const { work } = talk;
  const outgrown = await makeRoom(talk);
  if (outgrown !== null) return outgrown;
  const reply = await work.meter.chat("code", talk.messages, generation(talk, 0.2));
  const stopped = stoppedEnd(work.parts, work.meter);
  if (stopped !== null && !reply.ok) return { kind: "stopped", end: stopped };
  const read = textOf(reply);
  if (read.ok) {
    talk.replies += 1;
    talk.cut = 0;
    return take(talk, read.text);
  }
  const { end } = read;
  switch (end.kind) {
    case "failed":
      return repair(talk, end.reply);
    case "cut":
      return onCut(talk, end.reason);
    case "malformed":
      talk.replies += 1;
      return onUnusable(talk, end.reason);
    // The server refuses the conversation itself: the rungs know how to fall.
    default:
      return "calls";
  }
}

function generation({ work }: DirectTalk, temperature: number) {
  const thinks = ["optional", "always"].includes(work.parts.model.profile.thinking ?? "never");
  const { reply } = work.shares;
  return {
    maxTokens: reply + AROUND_CODE,
    temperature,
    ...(thinks ? { thinkTokens: Math.floor(reply / 2) } : {}),
  };
}

/** The server's trouble, not the model's: the same request again. */
function onCut(talk: DirectTalk, reason: string): StepEnd | null {
  talk.cut += 1;
  if (talk.cut >= MOST_CUT) return { kind: "stopped", end: { outcome: "no_model", message: reason } };
  talk.work.parts.emit({ type: "notice", level: "warning", text: reason });
  return null;
}

/** The reply leaves no trace; what was wrong with it is said once. */
async function onUnusable(talk: DirectTalk, reason: string): Promise<Ended> {
  talk.unusable += 1;
  talk.complaint = reason;
  talk.work.parts.emit({ type: "notice", level: "info", text: `A reply could not be used: ${reason}` });
  if (talk.unusable >= MOST_UNUSABLE) return talk.attempts.length > 0 ? finer(talk) : "calls";
  complain(talk, reason);
  return null;
}

const codeOf = ({ files }: DirectTalk, text: string): ToolCall => ({
  tool: "write_code",
  args: { text, files },
});

/** What a reply comes to: its code, else the call that it makes. */
async function take(talk: DirectTalk, text: string): Promise<Ended> {
  // What a verdict has been told of is no first try, even where the one before it stands.
  const origin: Origin = talk.last === null ? "model" : "feedback";
  const written = await runTool(codeOf(talk, text), origin, talk.work);
  if (written.kind === "candidate") return onCandidate(talk, { ...written.candidate, grain: "files" }, text);
  const call = callIn(text);
  if (call !== null) return takeCall(talk, call, { origin, text });
  return onUnusable(talk, written.kind === "refusal" ? written.reason : "There was no code.");
}

/** A model that calls all the same gets its answer. */
async function takeCall(
  talk: DirectTalk,
  call: ToolCall,
  { origin, text }: { origin: Origin; text: string },
): Promise<Ended> {
  const answer = await runTool(call, origin, talk.work);
  switch (answer.kind) {
    case "candidate":
      return onCandidate(talk, { ...answer.candidate, grain: "files" }, text);
    case "refusal":
      return onUnusable(talk, answer.reason);
    case "text":
      say(talk, text, `${answer.text}\n\nNow send the code.`);
      return null;
    case "check": {
      const ran = await talk.work.verifier.runOne(answer.check);
      if (ran === null) return onUnusable(talk, `There is no check ${answer.check}.`);
      if (!ran.ok) return { kind: "stopped", end: { outcome: "failed", message: ran.reason } };
      say(talk, text, `${reportText(ran.report)}\n\nNow send the code.`);
      return null;
    }
    case "finish":
      return talk.standing === null
        ? onUnusable(talk, "Nothing has been changed yet; send the code that does the task.")
        : { kind: "done", verdict: talk.standing };
  }
}

/** Judges a change, unless it has failed on this tree before. */
async function onCandidate(talk: DirectTalk, candidate: Candidate, text: string): Promise<Ended> {
  const { work, tried, attempts } = talk;
  const key = keyOf(candidate);
  const before = tried.get(key);
  if (before !== undefined) {
    tellTried(work);
    const nth = attempts.findIndex((one) => keyOf(one.candidate) === key) + 1;
    const which = nth > 0 ? `the same code as in attempt ${nth}` : "code that was tried before";
    return onFailed(talk, { candidate, verdict: before }, { text, again: `That is ${which}, which failed.` });
  }
  const judged = await judgeCandidate(candidate, work);
  if (judged.kind === "stopped") return judged;
  const { verdict } = judged;
  talk.last = verdict;
  if (verdict.status !== "failed") return onStanding(talk, verdict, { candidate, text });
  tried.set(key, verdict);
  const stuck = await takeBack(work);
  if (stuck !== null) return { kind: "stopped", end: stuck };
  return onFailed(talk, { candidate, verdict }, { text, again: null });
}

async function onFailed(
  talk: DirectTalk,
  attempt: { candidate: Candidate; verdict: Verdict },
  { text, again }: { text: string; again: string | null },
): Promise<Ended> {
  const { mechanisms } = talk.work.parts.settings;
  talk.attempts.push(attempt);
  const failed = talk.attempts.length;
  const fed = mechanisms.feedback ? BEFORE_SAMPLING : 1;
  if (failed >= fed && mechanisms.sampling) return (await sample(talk))?.end ?? finer(talk);
  if (failed >= (mechanisms.feedback ? MOST_FAILED : 1)) return finer(talk);
  say(talk, text, feedbackOn(talk, attempt, again));
  return null;
}

/** What failed, the code around it, what was tried before, and what to do. */
function feedbackOn(
  { attempts }: DirectTalk,
  { candidate, verdict }: { candidate: Candidate; verdict: Verdict },
  again: string | null,
): string {
  return [
    again ?? "The change was taken back, because the checks failed:",
    again === null ? verdictText(verdict) : "",
    again === null ? regionOf(candidate, verdict) : "",
    attempts.length > 1 ? `Failed so far:\n${attemptsText(attempts)}` : "",
    again === null ? instructionFor(verdict) : "Send other code.",
  ]
    .filter((part) => part !== "")
    .join("\n");
}

/** The candidate is at least no harm: it stays. Where nothing could prove more, that is the end. */
function onStanding(
  talk: DirectTalk,
  verdict: Verdict,
  { candidate, text }: { candidate: Candidate; text: string },
): StepEnd | null {
  const { work } = talk;
  const { verifier } = work;
  work.by = candidate.origin;
  stands(talk, text);
  verifier.accept(verdict);
  if (verdict.status === "verified" || verifier.suffices(verdict)) return { kind: "done", verdict };
  talk.tried.clear();
  talk.attempts = [];
  say(talk, text, `That helped, and it stays: ${verdictText(verdict)}\n${instructionFor(verdict)}`);
  return null;
}

/**
 * Further samples of the last request, hotter each time: several from one reading where the server can. What helped most without
 * being proven stays, and the conversation goes on from it; null where nothing did.
 */
async function sample(talk: DirectTalk): Promise<{ end: Ended } | null> {
  const { work, tried } = talk;
  const sampling = new Sampling(work, { most: MOST_SAMPLES, tried, grain: "files" });
  const texts: string[] = [];
  for (let done = 0; sampling.room > 0; ) {
    const n = Math.min(work.parts.model.fan, AT_ONCE, sampling.room);
    const g = { ...generation(talk, temperatureAt(done)), n, seed: done + 1 };
    const reply = await work.meter.chat("code", talk.messages, g);
    if (!reply.ok) return { end: await repair(talk, reply) };
    for (const one of [reply, ...(reply.others ?? [])]) {
      texts.push(one.text);
      const usable = one.finish === "stop" || one.finish === "node";
      const end = await sampling.judge(usable ? codeOf(talk, one.text) : null);
      if (end?.kind === "done") stands(talk, one.text);
      if (end !== null) return { end };
    }
    done += n;
  }
  talk.last = sampling.last ?? talk.last;
  const kept = await sampling.keepBest();
  if (kept === null) return null;
  if (kept.kind === "stopped") return { end: kept };
  return {
    end: onStanding(talk, kept.verdict, { candidate: kept.candidate, text: texts[kept.sample] ?? "" }),
  };
}

/** Less at a time: one definition, then some of its lines. */
async function finer(talk: DirectTalk): Promise<StepEnd> {
  const { work } = talk;
  const end = work.parts.settings.mechanisms.granularity ? await narrower(talk) : null;
  return (
    end ??
    ended(
      talk,
      `No candidate was proven: ${talk.last?.reason ?? "no reply could be used; try a larger model, or a smaller task."}`,
    )
  );
}
