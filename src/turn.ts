/**
 * One turn: plan -> compound tool -> verify -> decompose. A question is answered from the code that matters; a change is made
 * by `turn/edit.ts`, whose stages hand each other plain values. Everything that happens leaves as a TurnEvent.
 */
import { windowOf } from "./model/budget.ts";
import type { Model } from "./model/model.ts";
import { decideIntent, type Intent } from "./plan/intent.ts";
import { answer } from "./turn/answer.ts";
import { endOfInterrupt, type TurnEnd, type TurnParts, type TurnRequest, type Work } from "./turn/context.ts";
import { type EditEnd, edit } from "./turn/edit.ts";
import { Meter } from "./turn/meter.ts";
import { endOfUnreadable } from "./turn/named.ts";
import { endOfTooSmall, noticeOfSmall } from "./turn/window.ts";
import type { Account, TurnEvent } from "./types.ts";

export {
  type Earlier,
  type Offer,
  TIME_IS_UP,
  type TurnEnd,
  type TurnParts,
  type TurnRequest,
} from "./turn/context.ts";
export { Trunk } from "./turn/trunk.ts";

/** Runs a turn to its end; `exit` is what the process will end with. Throws only on a bug. */
export async function runTurn(
  request: TurnRequest,
  given: TurnParts,
  exit: (end: TurnEnd) => number,
): Promise<TurnEnd> {
  const started = performance.now();
  const { settings, model, emit, signal } = given;
  const { seed } = settings.mode;
  const meter = new Meter(model, { maxTokens: settings.limits.maxTokens, seed, signal }, emit);
  const parts: TurnParts = {
    ...given,
    emit: (event) => {
      meter.tries.hear(event);
      emit(event);
    },
  };
  emit(modelEvent(model));
  const intent = decideIntent(request.task, settings.mode.intent);
  emit({ type: "intent", ...intent });
  const small = request.earlier === null ? noticeOfSmall(model) : null;
  if (small !== null) emit({ type: "notice", level: "warning", text: small });
  const tooSmall = endOfTooSmall(model);
  const { end, work } =
    tooSmall === null
      ? await stages(request, parts, { intent: intent.intent, meter })
      : { end: tooSmall, work: null };
  request.trunk?.ended();
  emit({
    type: "end",
    ...end,
    exit: exit(end),
    account: accountOf(meter, work, performance.now() - started),
  });
  return end;
}

async function stages(
  request: TurnRequest,
  parts: TurnParts,
  { intent, meter }: { intent: Intent["intent"]; meter: Meter },
): Promise<EditEnd> {
  const unreadable = await endOfUnreadable(request.task, parts);
  if (unreadable !== null) return { end: unreadable, work: null };
  return intent === "ask"
    ? { end: await answered(request, parts, meter), work: null }
    : edit(request, parts, meter);
}

const answered = (request: TurnRequest, parts: TurnParts, meter: Meter): Promise<TurnEnd> =>
  answer(request, parts, meter).catch((error: unknown) => endOfInterrupt(error, parts, meter));

/** Which model answers, as an event. */
export function modelEvent(model: Model): TurnEvent {
  const { endpoint, name, ladder } = model;
  return { type: "model", endpoint, model: shownName(name), rung: ladder.rung, window: windowOf(model) };
}

/** llama-server names a model by its file: the folder is nobody's business. */
const shownName = (name: string): string =>
  name.endsWith(".gguf") ? (name.split(/[\\/]/).at(-1) ?? name) : name;

function accountOf(meter: Meter, work: Work | null, ms: number): Account {
  return {
    by: work?.by ?? null,
    requests: meter.requests,
    candidates: meter.tries.count,
    resets: meter.resets,
    tokens: meter.tokens,
    ms,
    local: meter.local,
    ...(meter.escalated && { escalated: meter.escalated }),
  };
}
