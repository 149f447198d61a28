/**
 * A step that everything local has failed goes to a stronger model, where the user has configured one: that sub-task alone, shown
 * before it is sent, without secrets, within the caps. What comes back is a candidate like every other. Whatever goes wrong
 * is a sentence, and the turn goes on to its end as it would have without it.
 */
import type { StrongerModel } from "../config.ts";
import { HEAD, retry } from "../decompose/escalate.ts";
import type { Redactor } from "../decompose/redact.ts";
import type { ChatMessage, Reply } from "../model/model.ts";
import { type Letter, write } from "../model/stronger.ts";
import type { Candidate, Step, Verdict } from "../types.ts";
import { stoppedEnd, type Work } from "./context.ts";
import { verdictText } from "./feedback.ts";
import { judgeCandidate, runTool, type StepEnd, takeBack } from "./judge.ts";
import { costOf } from "./spent.ts";
import { type SubTask, subTaskOf } from "./subtask.ts";

/** Requests to one model: the first, and one after feedback. */
const ROUNDS = 2;

/** Tokens that may be generated must be worth a request. */
const LEAST_REPLY = 64;

type Failed = Extract<StepEnd, { kind: "failed" }>;

/** `next`: the next model of the ladder may be asked. `over`: none is. `done` and `stopped` as of a step. */
type Answered = { kind: "next" } | { kind: "over" } | Exclude<StepEnd, Failed>;

/** One model of the ladder at work on one sub-task. */
interface Talk {
  to: StrongerModel;
  task: SubTask;
  work: Work;
  messages: ChatMessage[];
  /** Models of the ladder behind this one. */
  behind: number;
}

const named = ({ model, endpoint }: StrongerModel): string => `"${model}" at ${endpoint}`;
const amount = (cost: number): string => cost.toFixed(4);

/** Asks the ladder's models in turn; gives `end` back where none of them did it. Nothing is sent unless the settings name a ladder and a mode. */
export async function escalate(step: Step, end: Failed, work: Work): Promise<StepEnd> {
  const { settings, stronger } = work.parts;
  const { mode, ladder } = settings.escalation;
  if (mode === "off" || ladder.length === 0 || stronger === undefined) return end;
  for (const [index, to] of ladder.entries()) {
    // Anew each time: what the one before it tried is told, its words are not.
    const task = await subTaskOf(step, work, stronger);
    const messages: ChatMessage[] = [
      { role: "system", content: HEAD },
      { role: "user", content: task.text },
    ];
    const answered = await askModel({ to, task, work, messages, behind: ladder.length - 1 - index });
    if (answered.kind === "over") break;
    if (answered.kind !== "next") return answered;
  }
  return end;
}

function tell({ parts }: Work, text: string): { kind: "next" } {
  parts.emit({ type: "notice", level: "info", text });
  return { kind: "next" };
}

async function askModel(talk: Talk): Promise<Answered> {
  const { to, work } = talk;
  if (to.keyFrom !== null && to.key === null)
    return tell(work, `${named(to)} is not asked: ${to.keyFrom}, which holds its key, is not set.`);
  for (let round = 1; round <= ROUNDS; round += 1) {
    const stopped = stoppedEnd(work.parts, work.meter);
    if (stopped !== null) return { kind: "stopped", end: stopped };
    if (round > 1 && callsLeft(work) <= talk.behind) return { kind: "next" };
    const why = await oneRound(talk);
    if (typeof why !== "string") return why;
    talk.messages.push({ role: "user", content: retry(talk.task.hide(why)) });
  }
  return { kind: "next" };
}

const callsLeft = ({ meter, parts }: Work): number =>
  parts.settings.escalation.maxCalls - (meter.escalated?.requests ?? 0);

/** One request and its reply; a text tells the model why that was nothing. */
async function oneRound(talk: Talk): Promise<Answered | string> {
  const { to, task, work } = talk;
  const { parts, meter } = work;
  const letter = write({ ...to, maxTokens: Math.min(to.maxTokens, meter.left) }, talk.messages);
  const capped = overCap(letter, work);
  if (capped !== null) return capped;
  const refused = await consented(letter, task.redactor, work);
  if (refused !== null) return refused;
  const { silenceMs } = parts.settings.limits;
  const reply = await meter.escalate(letter, { silenceMs, redacted: task.redactor.countIn(letter.body) });
  const stopped = stoppedEnd(parts, meter);
  if (stopped !== null) return { kind: "stopped", end: stopped };
  const unusable = whyUnusable(reply, letter.to);
  if (unusable !== null || !reply.ok) return tell(work, unusable ?? "");
  talk.messages.push({ role: "assistant", content: reply.text });
  return judged(reply.text, talk);
}

/** What speaks against a reply before anybody reads its code; null: nothing. A reply that was cut off is never run. */
function whyUnusable(reply: Reply, to: StrongerModel): string | null {
  if (!reply.ok) return reply.reason;
  if (reply.finish === "length")
    return `The reply of ${named(to)} was cut off after ${to.maxTokens} tokens and is not used; raise "maxTokens" of that model in "escalation".`;
  if (reply.finish !== "stop") return reply.reason ?? `The reply of ${named(to)} broke off and is not used.`;
  return reply.text.trim() === "" ? `${named(to)} answered nothing.` : null;
}

/** Whether the letter would go over a cap of the turn: then the next model may still be within it. */
function overCap({ to, promptTokens }: Letter, work: Work): Answered | null {
  const { maxCalls, maxTokens, maxCost } = work.parts.settings.escalation;
  const { escalated } = work.meter;
  const { requests = 0, tokens = null, cost = 0 } = escalated ?? {};
  if (requests >= maxCalls) {
    tell(work, `No stronger model is asked any more: "escalation.maxCalls" is ${maxCalls} for one task.`);
    return { kind: "over" };
  }
  if (to.maxTokens < LEAST_REPLY) return { kind: "over" };
  const spent = (tokens?.prompt ?? 0) + (tokens?.generated ?? 0);
  const next = promptTokens + to.maxTokens;
  if (maxTokens !== null && spent + next > maxTokens)
    return tell(
      work,
      `${named(to)} is not asked: up to ${next} more tokens would go over "escalation.maxTokens" (${maxTokens}; ${spent} are spent).`,
    );
  const dear = costOf(to, { prompt: promptTokens, cached: 0, generated: to.maxTokens });
  if (maxCost !== null && dear !== null && (cost ?? 0) + dear > maxCost)
    return tell(
      work,
      `${named(to)} is not asked: up to ${amount(dear)} more would go over "escalation.maxCost" (${maxCost}; ${amount(cost ?? 0)} is spent).`,
    );
  return null;
}

/** Asks the user where the mode says so; null: it may be sent. */
async function consented(letter: Letter, redactor: Redactor, work: Work): Promise<Answered | null> {
  const { settings, stronger } = work.parts;
  if (settings.escalation.mode === "always") return null;
  const { to, body, promptTokens } = letter;
  const replyTokens = to.maxTokens;
  const cost =
    to.price === null ? null : costOf(to, { prompt: promptTokens, cached: 0, generated: replyTokens });
  const { endpoint, model } = to;
  const offer = { endpoint, model, body, promptTokens, replyTokens, cost, redacted: redactor.countIn(body) };
  const answer = (await stronger?.consent(offer)) ?? "nobody";
  if (answer === "yes") return null;
  const stopped = stoppedEnd(work.parts, work.meter);
  if (stopped !== null) return { kind: "stopped", end: stopped };
  tell(
    work,
    answer === "no"
      ? `Nothing was sent to ${named(to)}.`
      : `Nothing was sent to ${named(to)}: nobody can be asked here, and without being asked only --escalation=always sends.`,
  );
  return { kind: "over" };
}

/** Makes a candidate of the reply and has it judged as every other; a text tells the model what was wrong with it. */
async function judged(said: string, { task, work }: Talk): Promise<Answered | string> {
  const { text, unknown } = task.redactor.restore(said);
  if (unknown.length > 0)
    return `${unknown.join(", ")} stands for nothing; keep only marks that you were shown.`;
  const result = await runTool({ tool: "write_code", args: { text, files: task.files } }, "escalation", work);
  if (result.kind === "refusal") return result.reason;
  if (result.kind !== "candidate") return "The answer holds no code.";
  const strayed = await strayedIn(result.candidate, task.redactor, work);
  if (strayed.length > 0)
    return `${strayed.join(", ")} may stand only in the file where it stood; leave it out elsewhere.`;
  const judgement = await judgeCandidate(result.candidate, work);
  if (judgement.kind === "stopped") return judgement;
  const { verdict } = judgement;
  if (holds(verdict, work)) {
    work.by = "escalation";
    work.verifier.accept(verdict);
    return { kind: "done", verdict };
  }
  const stuck = await takeBack(work);
  return stuck === null ? verdictText(verdict) : { kind: "stopped", end: stuck };
}

/** Where checks can fail, what left them as they were shows nothing. */
const holds = (verdict: Verdict, { verifier, checks }: Work): boolean =>
  verifier.suffices(verdict) && (verdict.status !== "unverified" || checks.length === 0);

async function strayedIn({ changes }: Candidate, redactor: Redactor, { parts }: Work): Promise<string[]> {
  const found = await Promise.all(
    changes.map(async ({ path, text }) => {
      const read = await parts.workspace.read(path);
      return text === null ? [] : redactor.strayed(read.ok ? read.file.text : "", text);
    }),
  );
  return [...new Set(found.flat())];
}
