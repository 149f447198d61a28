/** What getting a call comes to on every rung, and the first thing that is asked of each reply: whether it may be read at all. */
import type { Failure } from "../../model/errors.ts";
import type { ChatMessage, ChatOptions, Generation, Reply } from "../../model/model.ts";
import type { Target, ToolCall } from "../../types.ts";

/** Sends a conversation; the caller counts, reports and limits. */
export type Ask = (purpose: string, messages: ChatMessage[], g: Generation & ChatOptions) => Promise<Reply>;

export interface CallOptions {
  ask: Ask;
  messages: ChatMessage[];
  targets: Target[];
  checks: string[];
  /** Tokens of the longest code. */
  reply: number;
  /** Whether the model may think before it answers, as the server tells thought from text. */
  thinks: boolean;
}

/** Tokens of the longest thought of a model that thinks: what the longest code leaves of a reply in any case. */
export const thoughtIn = ({ reply }: Pick<CallOptions, "reply">): number => Math.floor(reply / 2);

/** Asks for the same call again: one result for each reply that `g` asks for (a server may make fewer). */
export type Again = (g: Generation) => Promise<[CallResult, ...CallResult[]]>;

export type CallResult =
  | {
      kind: "call";
      call: ToolCall;
      /** The conversation as it goes on: it ends with the call, in the form that the rung asks for. */
      said: ChatMessage[];
      /** The name of the call that the next message answers as a tool; null: it is the user's. */
      answers: string | null;
      /** What the model is told beside the result; "" where there is nothing. */
      note: string;
      /** null where the call has no code. */
      again: Again | null;
    }
  /** The model's own mistake, as the next instruction. */
  | { kind: "malformed"; reason: string }
  /** The connection broke: the same request may be sent again. */
  | { kind: "cut"; reason: string }
  /** The server refuses what this rung asks, or keeps it from the model. */
  | { kind: "unfit"; failure: Failure }
  /** No reply that could be read: the reason is for the user. */
  | { kind: "failed"; reply: Failure };

/** The text of a reply, or what a reply that cannot be used makes of the call. */
export function textOf(reply: Reply): { ok: true; text: string } | { ok: false; end: CallResult } {
  if (!reply.ok) return { ok: false, end: refusedOf(reply) };
  const malformed = (reason: string) => ({ ok: false as const, end: { kind: "malformed" as const, reason } });
  switch (reply.finish) {
    case "cut":
      return { ok: false, end: { kind: "cut", reason: reply.reason ?? "The reply broke off." } };
    case "length":
      return malformed(
        "Your reply was cut off because it was too long; be shorter, and send only what was asked for.",
      );
    case "loop":
      return malformed("Your reply repeated itself; send only what was asked for, once.");
    case "stop":
    case "node":
      return { ok: true, text: reply.text };
  }
}

const refusedOf = (failure: Failure): CallResult =>
  failure.kind === "refused" ? { kind: "unfit", failure } : { kind: "failed", reply: failure };

/** One result for each of the replies to a request. */
export function each(reply: Reply, one: (reply: Reply) => CallResult): [CallResult, ...CallResult[]] {
  if (!reply.ok) return [one(reply)];
  const { tokens, ms, others = [] } = reply;
  return [one(reply), ...others.map((said) => one({ ok: true, tokens, ms, ...said }))];
}
