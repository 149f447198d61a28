/** What a turn is given, what it carries between its stages, and how it can end. */
import type { Settings } from "../config.ts";
import type { CodeGraph, Grapher } from "../graph/graph.ts";
import type { Section, Shares } from "../model/budget.ts";
import { estimateTokens } from "../model/estimate.ts";
import type { ChatMessage, Model } from "../model/model.ts";
import type { Scene } from "../plan/targets.ts";
import type { Origin, Outcome, TurnEvent } from "../types.ts";
import type { Verifier } from "../verify/verifier.ts";
import type { Transaction, Workspace } from "../workspace/workspace.ts";
import type { Allowance } from "./allowance.ts";
import type { Meter } from "./meter.ts";
import type { Above, Form, Trunk } from "./trunk.ts";

export interface TurnRequest {
  task: string;
  /** What came on stdin. */
  data: string | null;
  /** What went before in the conversation; null at its start. */
  earlier: Earlier | null;
  /** What the tasks of a conversation go on from; null where there is only this one. */
  trunk: Trunk | null;
  session: string;
  /** The program's version. */
  version: string;
}

/** `turns` tells the earlier ones, newest first; `files` are those that the last of them was about. */
export interface Earlier {
  turns: EarlierTurn[];
  files: string[];
}

/** One earlier turn, in a line or two, and with what it answered or changed. */
export interface EarlierTurn {
  brief: string;
  full: string;
}

export interface TurnParts {
  settings: Settings;
  workspace: Workspace;
  graph: Grapher;
  model: Model;
  /** The environment of checks. */
  env: Record<string, string>;
  emit: (event: TurnEvent) => void;
  /** Aborted by the user or by `--max-time`; `reason` tells which. */
  signal: AbortSignal;
  /** Asks for what is not allowed by default; says no where nobody can answer. */
  permit: (kind: "run" | "write", what: string) => Promise<boolean>;
  /** What asking a stronger model takes; left out: none is asked, whatever the settings say. */
  stronger?: {
    /** Asks whether this may be sent; "nobody": there is nobody to answer. */
    consent: (offer: Offer) => Promise<"yes" | "no" | "nobody">;
    /** Values that are never sent: of the process's environment. */
    secrets: string[];
    home: string | null;
  };
}

/** What is asked of the user before it is sent. */
export interface Offer {
  endpoint: string;
  model: string;
  /** The body, byte for byte. */
  body: string;
  promptTokens: number;
  replyTokens: number;
  /** At most; null where there is no price. */
  cost: number | null;
  redacted: number;
}

export interface TurnEnd {
  outcome: Outcome;
  /** One sentence for the user. */
  message: string;
}

const EARLIER = "Earlier in this conversation, newest first:";

/**
 * The section of a prompt on what went before: whole turns, each in full where there is room, else in brief. Of turns that stand
 * above it tells only how they ended.
 */
export function earlierSection(
  { earlier }: TurnRequest,
  { share, rank, cap, above }: { share: number; rank: number; cap: number; above: Above },
): Section {
  const all = earlier?.turns ?? [];
  const turns =
    above.messages.length === 0
      ? all
      : all.slice(0, above.turns).map(({ brief }) => ({ brief, full: brief }));
  const inAtMost = (most: number): string => {
    let text = EARLIER;
    for (const { brief, full } of turns) {
      const next = [full, brief].find((one) => estimateTokens(`${text}\n${one}`) <= most);
      if (next === undefined) break;
      text += `\n${next}`;
    }
    return text === EARLIER ? "" : text;
  };
  return { want: estimateTokens(inAtMost(cap)), share, rank, text: inAtMost };
}

/** The stages of an edit share this. */
export interface Work {
  request: TurnRequest;
  parts: TurnParts;
  meter: Meter;
  shares: Shares;
  transaction: Transaction;
  verifier: Verifier;
  files: string[];
  checks: string[];
  /** Texts that files had when a candidate changed them, and those that it gave them; newest last. */
  earlier: Map<string, string[]>;
  /** The messages behind the head that led to what was accepted last. */
  said: { form: Form; messages: ChatMessage[] } | null;
  /** Counts candidates that were judged. */
  readonly candidates: number;
  by: Origin | null;
  /** What the parts of the step may still cost together; null where it is not in parts. */
  allowance: Allowance | null;
  /** The last call of the step said that nothing is left to do. */
  finished: boolean;
  /** Whether a file is part of what judges the change. */
  judges: (path: string) => boolean;
  /** Why a file must not be changed in this turn; null where it may be. */
  forbids: (path: string) => string | null;
}

/** What a plan, or the code around a step's target, is made from. */
export function sceneOf(work: Work, task: string, graph: CodeGraph): Scene {
  const { request, files, verifier } = work;
  return {
    task,
    recent: request.earlier?.files ?? [],
    graph,
    files,
    baseline: verifier.baseline,
    frozen: (path) => work.forbids(path) !== null,
  };
}

/** The reason of `signal` when the time was up. */
export const TIME_IS_UP = "time";

/** How a turn ends that was stopped from outside; null where it was not. */
export function stoppedEnd(parts: TurnParts, meter: Meter): TurnEnd | null {
  if (parts.signal.aborted) {
    if (parts.signal.reason === TIME_IS_UP)
      return {
        outcome: "limit",
        message: "The time of --max-time is used up; give more, or a smaller task.",
      };
    return { outcome: "interrupted", message: "Interrupted." };
  }
  if (meter.spent)
    return {
      outcome: "limit",
      message: "The tokens of --max-tokens are used up; give more, or a smaller task.",
    };
  // What stands needs no further attempt.
  return meter.tries.failing ? endOfAttempts(parts, meter) : null;
}

/** The end of a turn whose candidates are used up; null where another one may be judged. */
export function endOfAttempts({ settings }: TurnParts, { tries }: Meter): TurnEnd | null {
  const { maxAttempts } = settings.limits;
  if (maxAttempts === null || tries.count < maxAttempts) return null;
  const all = maxAttempts === 1 ? "The one attempt" : `All ${maxAttempts} attempts`;
  return {
    outcome: "limit",
    message: `${all} of --max-attempts failed; give more, or a smaller task, or a larger model.`,
  };
}

/** The end of a turn that was stopped while it waited for its graph, which then throws the signal's reason; what else is thrown goes on. */
export function endOfInterrupt(error: unknown, parts: TurnParts, meter: Meter): TurnEnd {
  const end = parts.signal.aborted && error === parts.signal.reason ? stoppedEnd(parts, meter) : null;
  if (end === null) throw error;
  return end;
}
