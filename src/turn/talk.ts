/** The conversation of one step with a chat model: what is said in it, what it may choose from, and what stands. */
import { charsIn, cutLines, tokensOf } from "../model/budget.ts";
import { estimateTokens } from "../model/estimate.ts";
import { type ChatRung, editHead, menuOf } from "../model/head.ts";
import type { ChatMessage } from "../model/model.ts";
import { type CallResult, TOOL_SPECS } from "../tools/call.ts";
import { TOOLS } from "../tools/index.ts";
import type { CodeSymbol, Step, Target, Verdict } from "../types.ts";
import type { Work } from "./context.ts";
import type { StepEnd } from "./judge.ts";
import { openingOf } from "./opening.ts";

const MOST_RESETS = 2;
/** What a call adds to the conversation before its code: requests, thought and choice. */
export const CALL_TOKENS = 450;

/** The state of a step's conversation. */
export interface Talk {
  work: Work;
  step: Step;
  rung: ChatRung;
  head: ChatMessage;
  /** Tokens that the first message may have, and that message in at most so many, from the code as it stands. */
  most: number;
  openingIn: (most: number) => Promise<string>;
  messages: ChatMessage[];
  /** What can be chosen, what was found last first. */
  targets: Target[];
  /** Calls on this rung. */
  calls: number;
  malformed: number;
  cut: number;
  failed: number;
  resets: number;
  /** Something of this step is accepted and on disk. */
  standing: Verdict | null;
  last: Verdict | null;
  /** How often a call had the same answer on the tree as it stands. */
  seen: Map<string, number>;
  /** Changes that were judged on the tree as it stands, and failed. */
  tried: Map<string, Verdict>;
}

/** Opens the conversation of a step on this rung; one that is not the first of its turn says so. */
export async function openTalk(
  { step, rung }: { step: Step; rung: ChatRung },
  symbols: CodeSymbol[],
  work: Work,
): Promise<Talk> {
  if (work.meter.requests > 0)
    work.parts.emit({ type: "context_reset", why: `A conversation of its own for step ${step.id}.` });
  const talk: Talk = {
    work,
    step,
    ...begunOn(rung, work),
    openingIn: (most) => openingOf(step, symbols, work, most),
    messages: [],
    targets: step.targets,
    calls: 0,
    malformed: 0,
    cut: 0,
    failed: 0,
    resets: 0,
    standing: null,
    last: null,
    seen: new Map(),
    tried: new Map(),
  };
  await begin(talk, "");
  return talk;
}

/** The rung's head, and what it leaves for the first message. */
export function begunOn(rung: ChatRung, { shares }: Work): Pick<Talk, "rung" | "head" | "most"> {
  const head = editHead(rung, TOOLS);
  const tools = rung === "native" ? estimateTokens(JSON.stringify(TOOL_SPECS)) : 0;
  return { rung, head, most: shares.window - shares.reply - CALL_TOKENS - tokensOf([head]) - tools };
}

/** The conversation from its head and opening, with one note. */
export async function begin(talk: Talk, note: string): Promise<void> {
  const menu = talk.rung === "schema" ? "" : menuOf(talk.targets, talk.work.checks);
  const opening = await talk.openingIn(talk.most - estimateTokens(menu + note));
  const content = [opening, menu, note].filter((part) => part !== "").join("\n\n");
  talk.messages = [talk.head, { role: "user", content }];
}

/** The step ends here: with what stands, or as a failure. */
export function ended(talk: Talk, reason: string): StepEnd {
  return talk.standing === null
    ? { kind: "failed", last: talk.last, reason }
    : { kind: "done", verdict: talk.standing };
}

/** A new conversation from the opening and one note. */
export async function reset(talk: Talk, why: string, note: string): Promise<StepEnd | null> {
  talk.resets += 1;
  if (talk.resets > MOST_RESETS)
    return ended(talk, "The conversation outgrew the model's window again and again; give a smaller task.");
  talk.work.parts.emit({ type: "context_reset", why });
  await begin(talk, note);
  return null;
}

export type Called = Extract<CallResult, { kind: "call" }>;

/** The conversation goes on from a call with what came of it. */
export function say(talk: Talk, called: Called, content: string): null {
  const { said, answers, note } = called;
  const cut = cutLines(content, charsIn(talk.work.shares.answer));
  const told = note === "" ? cut : `${cut}\n${note}`;
  const next: ChatMessage =
    answers === null ? { role: "user", content: told } : { role: "tool", content: told, answers };
  talk.messages = [...said, next];
  return null;
}

/** The complaint stands at the end of the last message until a reply can be used; it takes the place of the one before. */
export function complain(talk: Talk, reason: string): void {
  const last = talk.messages.at(-1);
  if (last === undefined) throw new Error("A conversation has an opening.");
  const content = `${withoutNote(last.content)}\n\nNote: ${reason.replace(/\s*\n\s*/g, " ")}`;
  talk.messages = [...talk.messages.slice(0, -1), { ...last, content }];
}

export const withoutNote = (content: string): string => content.replace(/\n\nNote: [^\n]*$/, "");

/** These targets come first in the next choice. */
export function offer(talk: Talk, found: Target[]): void {
  const isFound = ({ path, symbol }: Target): boolean =>
    found.some((one) => one.path === path && one.symbol === symbol);
  talk.targets = [...found, ...talk.targets.filter((one) => !isFound(one))];
}
