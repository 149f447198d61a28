/** What a turn cost and what did it, in one line for a person. */
import type { Account, Origin } from "../types.ts";

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(ms < 9950 ? 1 : 0)} s`;
export const count = (n: number): string => n.toLocaleString("en-US");

/** What did it, as the account names it. */
export const SOLVERS: Record<Origin, string> = {
  graph: "the code graph",
  model: "the model alone",
  feedback: "feedback",
  sampling: "sampling",
  decomposition: "decomposition",
  escalation: "a stronger model",
};

/** What the turn cost: who did it, time, requests, tokens (new / cached / generated), how much stayed local. */
export function accountLine({
  by,
  requests,
  candidates,
  resets,
  tokens,
  ms,
  local,
  escalated,
}: Account): string {
  const cost = escalated?.cost ?? 0;
  const parts = [
    by === null ? null : `by ${SOLVERS[by]}`,
    seconds(ms),
    `${requests} ${requests === 1 ? "request" : "requests"}`,
    candidates > 1 ? `${candidates} candidates` : null,
    resets > 0 ? `${resets} ${resets === 1 ? "new start" : "new starts"} of the conversation` : null,
    `tokens ${count(tokens.prompt - tokens.cached)} new, ${count(tokens.cached)} cached, ${count(tokens.generated)} generated`,
    escalated === undefined
      ? null
      : `${escalated.requests} ${escalated.requests === 1 ? "request" : "requests"} to a stronger model`,
    `${Math.floor(local * 100)}% local`,
    cost > 0 ? `${cost.toFixed(4)} spent` : null,
  ];
  return parts.filter((part) => part !== null).join(", ");
}
