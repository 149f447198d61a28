/** For the tests of calls: a model that gives its replies in turn, and what it was asked. */
import type { ChatMessage, ChatOptions, Generation, Reply } from "../../src/model/model.ts";
import type { Ask, CallOptions } from "../../src/tools/call.ts";

export type Said = string | Partial<Extract<Reply, { ok: true }>> | Extract<Reply, { ok: false }>;

export interface Sent {
  purpose: string;
  messages: ChatMessage[];
  g: Generation & ChatOptions;
}

/** Answers in turn, and the conversations as they were sent. */
export function answering(...replies: Said[]): { ask: Ask; sent: Sent[] } {
  const sent: Sent[] = [];
  const ask: Ask = async (purpose, messages, g) => {
    sent.push({ purpose, messages, g });
    const next = replies.shift();
    if (next === undefined) throw new Error("nothing left to say");
    if (typeof next !== "string" && next.ok === false) return next;
    const more = typeof next === "string" ? { text: next } : next;
    const tokens = { prompt: 1, cached: 0, generated: 1 };
    return { ok: true, text: "", thinking: "", calls: [], finish: "stop", tokens, ms: 1, ...more };
  };
  return { ask, sent };
}

export const optionsFor = (ask: Ask): CallOptions => ({
  ask,
  messages: [
    { role: "system", content: "head" },
    { role: "user", content: "opening" },
  ],
  targets: [{ path: "calc.py", symbol: "add" }],
  checks: ["pytest"],
  reply: 500,
  thinks: false,
});
