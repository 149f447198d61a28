/** The conversation of a step whose code is written at once: what was said, what was tried, what stands. */
import { PER_MESSAGE, sharesFor, tokensOf } from "../model/budget.ts";
import type { Failure } from "../model/errors.ts";
import { estimateTokens } from "../model/estimate.ts";
import { DIRECT_HEAD } from "../model/head.ts";
import type { ChatMessage } from "../model/model.ts";
import { rankTargets } from "../plan/targets.ts";
import type { Candidate, Step, Verdict } from "../types.ts";
import { sceneOf, stoppedEnd, type Work } from "./context.ts";
import { directOpening, type Shows } from "./direct-opening.ts";
import { type DirectPlace, madeFirst } from "./direct-place.ts";
import { endOfFailure } from "./failures.ts";
import { briefOf } from "./feedback.ts";
import type { StepEnd } from "./judge.ts";
import { aboveOf, NOTHING_ABOVE } from "./trunk.ts";
import { shrinkWindow } from "./window.ts";

/** Tokens of a reply beside the code: sentences, paths, fences. */
export const AROUND_CODE = 200;
/** Of one step. */
const MOST_RESETS = 4;
/** What a conversation that begins anew takes of what can be sent. */
const TARGET = 0.6;

/** A candidate that failed. */
export interface Attempt {
  candidate: Candidate;
  verdict: Verdict;
}

export interface DirectTalk {
  work: Work;
  step: Step;
  /** The files that a reply may be about, likeliest first. */
  files: string[];
  shows: Shows;
  messages: ChatMessage[];
  opening: string;
  attempts: Attempt[];
  /** What was judged on the tree as it stands, by its key: the verdict and which attempt it was. */
  tried: Map<string, Verdict>;
  replies: number;
  unusable: number;
  /** Why the last reply could not be used; "": it could. */
  complaint: string;
  cut: number;
  resets: number;
  repaired: boolean;
  standing: Verdict | null;
  last: Verdict | null;
}

/** The first conversation of a turn goes on from the earlier tasks, another one begins at the head and says so. */
export async function openDirect(
  { step, place }: { step: Step; place: DirectPlace },
  work: Work,
): Promise<DirectTalk> {
  const first = work.meter.requests === 0;
  if (!first) work.meter.reset(`A conversation of its own for step ${step.id}.`);
  const { ranked } = await work.parts.graph.ask(
    (graph) =>
      rankTargets(
        sceneOf(work, step.intent, graph),
        step.targets.find(({ path }) => path === place.files[0]) ?? step.targets[0],
      ),
    { signal: work.parts.signal },
  );
  const above = first ? aboveOf(work.request, work.parts, work.meter, "direct") : NOTHING_ABOVE;
  const talk: DirectTalk = {
    work,
    step,
    // Code without a path belongs into the file that the step is to make.
    files: [...new Set([...madeFirst(step, work.files), ...place.files, ...place.fresh])],
    shows: { step, files: place.files, fresh: place.fresh, ranked, above, shown: [] },
    messages: [],
    opening: "",
    attempts: [],
    tried: new Map(),
    replies: 0,
    unusable: 0,
    complaint: "",
    cut: 0,
    resets: 0,
    repaired: false,
    standing: null,
    last: null,
  };
  talk.opening = await directOpening(talk.shows, work, room(talk));
  talk.messages = [DIRECT_HEAD, ...above.messages, { role: "user", content: talk.opening }];
  return talk;
}

const FIXED = tokensOf([DIRECT_HEAD]) + PER_MESSAGE;

/** Tokens that the opening may have. */
function room({ work: { shares }, shows }: DirectTalk): number {
  return Math.min(shares.opening, shares.prompt - AROUND_CODE - tokensOf(shows.above.messages)) - FIXED;
}

/** The step ends here: with what stands, or as a failure. */
export const ended = ({ standing, last }: DirectTalk, reason: string): StepEnd =>
  standing === null ? { kind: "failed", last, reason } : { kind: "done", verdict: standing };

/** The reply stays, and this is said to it. */
export function say(talk: DirectTalk, reply: string, content: string): void {
  talk.messages = [...talk.messages, { role: "assistant", content: reply.trim() }, { role: "user", content }];
  talk.repaired = false;
  talk.unusable = 0;
}

/** What a reply came to stands: where the turn does, too, the next one goes on from here. */
export function stands({ work, messages }: DirectTalk, reply: string): void {
  work.said = {
    form: "direct",
    messages: [...messages.slice(1), { role: "assistant", content: reply.trim() }],
  };
}

const withoutNote = (content: string): string => content.replace(/\n\nNote: [^\n]*$/, "");

/** What was wrong with a reply that leaves no trace stands at the end of the last message. */
export function complain(talk: DirectTalk, reason: string): void {
  const last = talk.messages.at(-1);
  if (last === undefined) throw new Error("A conversation has an opening.");
  const content = `${withoutNote(last.content)}\n\nNote: ${reason.replace(/\s*\n\s*/g, " ")}`;
  talk.messages = [...talk.messages.slice(0, -1), { ...last, content }];
}

/** One line on each attempt. */
export const attemptsText = (attempts: Attempt[]): string =>
  attempts
    .map(({ candidate, verdict }, at) => `${at + 1}. ${candidate.summary}: ${briefOf(verdict)}`)
    .join("\n");

/** The conversation anew: the code as it now is, what was tried in a line each, and the last thing that was said. */
async function rebuild(talk: DirectTalk, why: string): Promise<StepEnd | null> {
  talk.resets += 1;
  if (talk.resets > MOST_RESETS)
    return ended(talk, "The conversation outgrew the model's window again and again; give a smaller task.");
  talk.work.meter.reset(why);
  const { work, messages, attempts } = talk;
  const said = messages.length > 2 + talk.shows.above.messages.length ? (messages.at(-1)?.content ?? "") : "";
  talk.shows.above = NOTHING_ABOVE;
  const tried = attempts.length === 0 ? "" : `\n\nTried so far:\n${attemptsText(attempts)}`;
  const behind = said === "" ? tried : `${tried}\n\n${withoutNote(said)}`;
  const most = Math.min(room(talk), Math.floor(work.shares.prompt * TARGET) - FIXED) - estimateTokens(behind);
  talk.opening = await directOpening(talk.shows, work, most);
  talk.messages = [DIRECT_HEAD, { role: "user", content: `${talk.opening}${behind}` }];
  return null;
}

/** Begins anew where one more reply would not fit. */
export async function makeRoom(talk: DirectTalk): Promise<StepEnd | null> {
  const { shares, meter } = talk.work;
  if (talk.messages.length <= 2) return null;
  const limit = shares.window - shares.reply - AROUND_CODE;
  if ((await meter.size(talk.messages, limit)) <= limit) return null;
  return rebuild(talk, "Compaction: the conversation fills the model's window.");
}

/** After a request that the server refused: once more with less, where it was too long. */
export async function repair(talk: DirectTalk, failure: Failure): Promise<StepEnd | null> {
  const { work } = talk;
  const stopped = stoppedEnd(work.parts, work.meter);
  if (stopped !== null) return { kind: "stopped", end: stopped };
  if (failure.kind !== "overflow" || talk.repaired) return { kind: "stopped", end: endOfFailure(failure) };
  talk.repaired = true;
  const end = shrinkWindow(failure, work.meter.sent, work.parts);
  if (end !== null) return { kind: "stopped", end };
  work.shares = sharesFor(work.parts.model);
  return rebuild(talk, "Compaction: the server refused the request as too long.");
}
