/** What a failed request means for the turn. */
import type { FailureKind } from "../model/errors.ts";
import type { Reply } from "../model/model.ts";
import type { Outcome } from "../types.ts";
import type { TurnEnd } from "./context.ts";

const OUTCOMES: Record<FailureKind, Outcome> = {
  unreachable: "no_model",
  model: "no_model",
  rate: "no_model",
  server: "no_model",
  refused: "no_model",
  protocol: "no_model",
  silence: "no_model",
  auth: "usage",
  overflow: "failed",
  cancelled: "interrupted",
};

export function endOfFailure(reply: Extract<Reply, { ok: false }>): TurnEnd {
  return { outcome: OUTCOMES[reply.kind], message: reply.reason };
}
