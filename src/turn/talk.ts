/** The conversation of one step with a chat model: what is said in it, what it may choose from, and what stands. */
import { charsIn, cutLines, tokensOf } from "../model/budget.ts";
import { estimateTokens } from "../model/estimate.ts";
import type { ChatMessage } from "../model/model.ts";
import { editHead } from "../model/schema.ts";
import type { CallResult } from "../tools/call.ts";
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
  head: ChatMessage;
  /** Tokens that the first message may have, and that message in at most so many, from the code as it stands. */
  most: number;
  openingIn: (most: number) => Promise<string>;
  messages: ChatMessage[];
  /** What can be chosen, what was found last first. */
  targets: Target[];
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

export async function openTalk(step: Step, symbols: CodeSymbol[], work: Work): Promise<Talk> {
  const head = editHead(TOOLS);
  const { window, reply } = work.shares;
  const openingIn = (most: number): Promise<string> => openingOf(step, symbols, work, most);
  const most = window - reply - CALL_TOKENS - tokensOf([head]);
  return {
    work,
    head,
    most,
    openingIn,
    messages: [head, { role: "user", content: await openingIn(most) }],
    targets: step.targets,
    malformed: 0,
    cut: 0,
    failed: 0,
    resets: 0,
    standing: null,
    last: null,
    seen: new Map(),
    tried: new Map(),
  };
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
  const opening = await talk.openingIn(talk.most - estimateTokens(note));
  talk.messages = [talk.head, { role: "user", content: note === "" ? opening : `${opening}\n\n${note}` }];
  return null;
}

export type Called = Extract<CallResult, { kind: "call" }>;

/** The conversation goes on from a call with what came of it. */
export function say(talk: Talk, called: Called, content: string): null {
  const { answer } = talk.work.shares;
  talk.messages = [...called.said, { role: "user", content: cutLines(content, charsIn(answer)) }];
  return null;
}

/** These targets come first in the next choice. */
export function offer(talk: Talk, found: Target[]): void {
  const isFound = ({ path, symbol }: Target): boolean =>
    found.some((one) => one.path === path && one.symbol === symbol);
  talk.targets = [...found, ...talk.targets.filter((one) => !isFound(one))];
}
