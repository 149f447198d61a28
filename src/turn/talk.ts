/** The conversation of one step with a chat model: what is said in it, what it may choose from, and what stands. */
import { cutLines, PER_MESSAGE, tokensOf } from "../model/budget.ts";
import { estimateTokens } from "../model/estimate.ts";
import { type ChatRung, editHead, menuOf } from "../model/head.ts";
import type { ChatMessage } from "../model/model.ts";
import { rankTargets } from "../plan/targets.ts";
import { type CallResult, TOOL_SPECS } from "../tools/call.ts";
import { TOOLS } from "../tools/index.ts";
import type { Step, Target, ToolCall, Verdict } from "../types.ts";
import { sceneOf, type Work } from "./context.ts";
import type { StepEnd } from "./judge.ts";
import { openingOf } from "./opening.ts";
import { Progress, treeOf } from "./progress.ts";
import { type Above, aboveOf, NOTHING_ABOVE } from "./trunk.ts";

/** What a call adds to the conversation before its code: requests, thought and choice. */
export const CALL_TOKENS = 450;

/** A call that was made, and what the model was told of it. */
export interface Past {
  call: ToolCall;
  /** The change stands, or was taken back, or there was none. */
  came: "stands" | "failed" | "told";
  answer: string;
  /** Files whose code the answer shows. */
  shows: string[];
  /** The messages from the call to the answer, and what the message before them had at its end to ask for it; null: of another rung. */
  exchange: ChatMessage[] | null;
  request: string;
}

/** The files whose code stands in a text, by the line over each fence. */
export function shownIn(text: string): string[] {
  return [...text.matchAll(/^(\S+?)(?::\d+ \S+)?\n```/gm)].flatMap(([, path]) => path ?? []);
}

/** The state of a step's conversation. */
export interface Talk {
  work: Work;
  step: Step;
  rung: ChatRung;
  head: ChatMessage;
  /** Tokens of every request that are not in the messages behind the head. */
  fixed: number;
  /** The first message in at most so many tokens, from the code as it stands. */
  openingIn: (most: number) => Promise<string>;
  /** As it was made last, and how many calls had been made by then. */
  opening: string;
  openedAt: number;
  messages: ChatMessage[];
  /** What stands between the head and the opening; nothing once the conversation was compacted. */
  above: Above;
  /** What can be chosen, what was found last first. */
  targets: Target[];
  /** Calls on this rung. */
  calls: number;
  malformed: number;
  cut: number;
  failed: number;
  resets: number;
  /** A request was refused as too long, and nothing has succeeded since. */
  repaired: boolean;
  past: Past[];
  /** Something of this step is accepted and on disk. */
  standing: Verdict | null;
  last: Verdict | null;
  progress: Progress;
  /** Changes that were judged on the tree as it stands, and failed. */
  tried: Map<string, Verdict>;
}

/**
 * Opens the conversation of a step on this rung: the first one of a turn goes on from the earlier tasks, another one begins at
 * the head and says so.
 */
export async function openTalk({ step, rung }: { step: Step; rung: ChatRung }, work: Work): Promise<Talk> {
  const first = work.meter.requests === 0;
  if (!first) work.meter.reset(`A conversation of its own for step ${step.id}.`);
  // What belongs to the target; it stays for the step, so that a new opening differs only where the code does.
  const { ranked } = await work.parts.graph.ask(
    (graph) => rankTargets(sceneOf(work, step.intent, graph), step.targets[0]),
    { signal: work.parts.signal },
  );
  const talk: Talk = {
    work,
    step,
    ...begunOn(rung),
    openingIn: (most) =>
      withMenu(talk, most, (left) => openingOf({ step, ranked, above: talk.above }, work, left)),
    opening: "",
    openedAt: 0,
    messages: [],
    above: first ? aboveOf(work.request, work.parts, work.meter) : NOTHING_ABOVE,
    targets: step.targets,
    calls: 0,
    malformed: 0,
    cut: 0,
    failed: 0,
    resets: 0,
    repaired: false,
    past: [],
    standing: null,
    last: null,
    progress: new Progress(await treeOf(work)),
    tried: new Map(),
  };
  talk.opening = await talk.openingIn(room(talk));
  talk.messages = [talk.head, ...talk.above.messages, { role: "user", content: talk.opening }];
  return talk;
}

/** What every request of the rung begins with. */
export function begunOn(rung: ChatRung): Pick<Talk, "rung" | "head" | "fixed"> {
  const head = editHead(rung, TOOLS);
  const tools = rung === "native" ? estimateTokens(JSON.stringify(TOOL_SPECS)) : 0;
  return { rung, head, fixed: tokensOf([head]) + tools + PER_MESSAGE };
}

/** The opening with what can be named in a call behind it, where nothing lists that. */
async function withMenu(
  { rung, targets, work }: Talk,
  most: number,
  opening: (most: number) => Promise<string>,
): Promise<string> {
  const menu = rung === "schema" ? "" : menuOf(targets, work.checks);
  if (menu === "") return opening(most);
  const text = await opening(most - estimateTokens(`\n\n${menu}`));
  return text === "" ? menu : `${text}\n\n${menu}`;
}

/** Tokens that the opening may have: with the head its share, and a call has to fit behind it. */
export function room({ work: { shares }, fixed, above }: Pick<Talk, "work" | "fixed" | "above">): number {
  return Math.min(shares.opening, shares.prompt - CALL_TOKENS - tokensOf(above.messages)) - fixed;
}

/** The step ends here: with what stands, or as a failure. */
export function ended(talk: Talk, reason: string): StepEnd {
  return talk.standing === null
    ? { kind: "failed", last: talk.last, reason }
    : { kind: "done", verdict: talk.standing };
}

export type Called = Extract<CallResult, { kind: "call" }>;

/** The conversation goes on from a call with what came of it. */
export function say(talk: Talk, called: Called, content: string, came: Past["came"] = "told"): null {
  const { said, answers, note, call } = called;
  const cut = cutLines(content, talk.work.shares.answer);
  const answer = note === "" ? cut : `${cut}\n${note}`;
  const next: ChatMessage =
    answers === null ? { role: "user", content: answer } : { role: "tool", content: answer, answers };
  const { length } = talk.messages;
  const before = withoutNote(talk.messages.at(-1)?.content ?? "");
  const asked = said[length - 1]?.content ?? "";
  const request = asked.startsWith(before) ? asked.slice(before.length) : "";
  talk.messages = [...said, next];
  talk.repaired = false;
  const exchange = talk.messages.slice(length);
  talk.past.push({ call, came, answer, shows: shownIn(answer), exchange, request });
  return null;
}

/** What this call came to stands: where the turn does, too, the next one goes on from here. */
export function stands({ work, rung }: Talk, { said }: Called): void {
  work.said = { form: rung, messages: said.slice(1) };
}

/** The complaint stands at the end of the last message until a reply can be used; it takes the place of the one before. */
export function complain(talk: Talk, reason: string): void {
  const last = talk.messages.at(-1);
  if (last === undefined) throw new Error("A conversation has an opening.");
  const content = `${withoutNote(last.content)}\n\nNote: ${reason.replace(/\s*\n\s*/g, " ")}`;
  talk.messages = [...talk.messages.slice(0, -1), { ...last, content }];
}

const withoutNote = (content: string): string => content.replace(/\n\nNote: [^\n]*$/, "");

/** These targets come first in the next choice. */
export function offer(talk: Talk, found: Target[]): void {
  const isFound = ({ path, symbol }: Target): boolean =>
    found.some((one) => one.path === path && one.symbol === symbol);
  talk.targets = [...found, ...talk.targets.filter((one) => !isFound(one))];
}
