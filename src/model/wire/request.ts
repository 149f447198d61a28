/**
 * One request and its reply, whatever the API. Limits are on silence and size, never on total time; a request that is
 * cancelled, or whose reply has ended early, closes its stream, so that the server stops.
 */
import type { Tokens } from "../../types.ts";
import type { Sent } from "../cuts.ts";
import { cancelled, EndpointError, fromThrown, malformed, silent } from "../errors.ts";
import { estimateTokens } from "../estimate.ts";
import type { Reply, Said } from "../model.ts";
import { countTokens } from "../tokenizer.ts";
import { answeredNothing, cutSilently } from "../window-errors.ts";
import type { Wire } from "./bytes.ts";
import type { Context, Exchange, Request } from "./context.ts";
import { textOf, toolFields } from "./messages.ts";
import { pause } from "./pause.ts";
import { RepliesReader, type ReplyReader } from "./reply.ts";
import { thinkingSwitch } from "./thinking-switch.ts";

const RETRIES = 2;
const PAUSES_MS = [250, 1000];
const LONGEST_WAIT_MS = 10_000;

/** Calls `expired` once nothing has happened for so long; `rest` stops the clock until something happens again. */
function watchSilence(ms: number, expired: () => void): { alive: () => void; rest: () => void } {
  let timer = setTimeout(expired, ms);
  return {
    alive: () => {
      clearTimeout(timer);
      timer = setTimeout(expired, ms);
    },
    rest: () => clearTimeout(timer),
  };
}

function readerFor({ place }: Context, { kind, generation, think }: Request): RepliesReader {
  const options = {
    place,
    thoughts: kind === "chat",
    thinkTokens: kind === "chat" && think ? (generation.thinkTokens ?? null) : null,
    json: generation.schema !== undefined,
    onText: generation.onText,
    onThinking: generation.onThinking,
    until: generation.until,
    onEvent: generation.onEvent,
    onRead: generation.onRead,
  };
  return new RepliesReader(options, generation.n ?? 1);
}

/** One request, one reply. Throws EndpointError; what it throws before the first byte may be worth a retry. */
async function attempt(context: Context, request: Request): Promise<RepliesReader> {
  const { place, silenceMs } = context;
  const { signal } = request.generation;
  const controller = new AbortController();
  let over: EndpointError | null = null;
  const stop = (error: EndpointError): void => {
    over ??= error;
    context.departure.left();
    controller.abort();
  };
  const onCancel = (): void => stop(cancelled(place));
  const silence = watchSilence(silenceMs, () => stop(silent(place, silenceMs)));
  signal?.addEventListener("abort", onCancel, { once: true });
  if (signal?.aborted) onCancel();
  const wire: Wire = { bytes: 0, done: false, torn: false };
  const reader = readerFor(context, request);
  try {
    const exchange: Exchange = { wire, signal: controller.signal, alive: silence.alive };
    for await (const { event, raw } of context.speak(context, request, exchange)) {
      if (reader.push(event, raw)) {
        context.departure.left();
        break;
      }
      if (reader.shown === undefined) continue;
      // Who shows it may take his time; meanwhile nothing is read, and the silence is ours.
      silence.rest();
      await reader.shown;
      silence.alive();
    }
  } catch (thrown) {
    if (over === null || !(thrown instanceof EndpointError)) throw thrown;
  } finally {
    silence.rest();
    signal?.removeEventListener("abort", onCancel);
    controller.abort();
  }
  if (over !== null) throw over;
  if (reader.events > 0) reader.end(wire.done);
  else if (wire.bytes > 0) throw malformed(place, "sent a reply without any event in it");
  else throw fromThrown(place, null);
  return reader;
}

/** With its retries: only for what failed before anything came, and may pass. */
async function tried(context: Context, request: Request): Promise<RepliesReader> {
  for (let n = 0; ; n += 1) {
    try {
      return await attempt(context, request);
    } catch (thrown) {
      if (!(thrown instanceof EndpointError)) throw thrown;
      const wait = thrown.waitMs ?? PAUSES_MS[n] ?? 0;
      if (!thrown.retry || n === RETRIES || wait > LONGEST_WAIT_MS) throw thrown;
      if (!(await pause(wait, request.generation.signal))) throw cancelled(context.place);
    }
  }
}

/** One request and its reply; every failure of the server is a value. */
export async function ask(context: Context, request: Request): Promise<Reply> {
  const start = performance.now();
  const notices: string[] = [];
  try {
    const busy = await context.departure.settled(request.generation.signal);
    if (busy !== null) notices.push(busy);
    let reader = await tried(context, request);
    let spent = 0;
    const again =
      request.think && reader.replies[0]?.cause === "thought" && thinkingSwitch(context.profile) !== null;
    if (again) {
      spent = generatedBy(reader);
      notices.push(
        `The model thought for more than ${request.generation.thinkTokens} tokens and was asked again not to think.`,
      );
      await context.departure.settled(request.generation.signal);
      reader = await tried(context, { ...request, think: false });
    }
    return await replyOf(context, request, { reader, spent, notices, ms: performance.now() - start });
  } catch (thrown) {
    if (!(thrown instanceof EndpointError)) throw thrown;
    if (thrown.refusesTools) context.profile.tools = false;
    return thrown.failure;
  }
}

function generatedBy(reader: RepliesReader): number {
  const estimated = reader.replies.reduce(
    (sum, { text, thinking, calls }) =>
      sum +
      [thinking, text, ...calls.map((call) => call.arguments)].reduce((n, t) => n + estimateTokens(t), 0),
    0,
  );
  return reader.tokens?.generated ?? estimated;
}

interface Ended {
  reader: RepliesReader;
  /** Tokens generated before, in vain. */
  spent: number;
  notices: string[];
  ms: number;
}

async function replyOf(
  context: Context,
  request: Request,
  { reader, spent, notices, ms }: Ended,
): Promise<Reply> {
  const [first, ...others] = reader.replies.map((one) => saidBy(context, one));
  if (first === undefined) throw new Error("A reader has at least one reply.");
  const sent = sentBy(request);
  const told = reader.tokens;
  const called = first.calls.length > 0;
  const isEmpty = first.text + first.thinking === "" && !called && first.finish === "stop";
  if (isEmpty)
    refuseEmpty(context, request, Math.max(told?.prompt ?? 0, context.calibration.estimate(sent.prompt)));
  if (told !== null) notices.push(...(await judge(context, request, { sent, told, called })));
  const tokens: Tokens = {
    prompt: told?.prompt ?? context.calibration.estimate(sent.prompt),
    cached: told?.cached ?? 0,
    generated: generatedBy(reader) + spent,
  };
  return {
    ok: true,
    ...first,
    tokens,
    ms,
    ...(others.length === 0 ? {} : { others }),
    ...(notices.length === 0 ? {} : { notices }),
  };
}

function sentBy(request: Request): Sent {
  if (request.kind === "complete") return { prompt: request.prompt, tools: "", kept: request.prompt };
  const { messages, generation } = request;
  const { tools = [] } = generation;
  return {
    prompt: textOf(messages),
    tools: tools.length === 0 ? "" : JSON.stringify(toolFields(tools)),
    kept: textOf([...messages.slice(0, 1), ...messages.slice(1).slice(-1)]),
  };
}

/** Throws where an empty reply is the server's way to say that so many tokens are more than its window. */
function refuseEmpty({ place, profile }: Context, { generation }: Request, all: number): void {
  const { window, server } = profile;
  if (window !== null && all > window)
    throw answeredNothing(place, server, { window, all, reply: generation.maxTokens });
}

/** Holds the server's count of the prompt against ours; throws EndpointError where it has cut the prompt. */
async function judge(
  { place, profile, watch }: Context,
  { generation, extra }: Request,
  { sent, told, called }: { sent: Sent; told: Tokens; called: boolean },
): Promise<string[]> {
  const all = watch.cut(sent, told.prompt);
  if (all !== null) {
    throw cutSilently(place, profile.server, { read: told.prompt, all, reply: generation.maxTokens });
  }
  if (called) watch.toolsArrive = true;
  const exact = (): Promise<number | null> => countTokens(place, sent.prompt, generation.signal);
  const count = watch.doubtsTools(sent) && profile.tokenizer ? await exact() : null;
  const dropped = watch.toolsDropped(sent, told.prompt, count);
  // A text that is read along may be counted as part of the prompt.
  const bound = generation.schema !== undefined || extra !== undefined;
  if (!dropped) watch.learn(sent, told.prompt, bound);
  if (!dropped || profile.tools === false) return [];
  profile.tools = false;
  return [
    `${place.endpoint} does not pass tools on to "${profile.model}": it read ${told.prompt} tokens, no more than the messages alone are.`,
  ];
}

function saidBy({ place: { endpoint } }: Context, one: ReplyReader): Said {
  const { text, thinking, calls, cause } = one;
  const finish = one.finish ?? "cut";
  const said = { text, thinking, calls, finish };
  if (cause === "repetition")
    return { ...said, reason: `The model at ${endpoint} repeated itself without end and was stopped.` };
  if (cause === "padding")
    return {
      ...said,
      reason: `The model at ${endpoint} filled its reply up with white space or digits and was stopped.`,
    };
  if (cause === "thought")
    return { ...said, reason: `The model at ${endpoint} thought for longer than it may and was stopped.` };
  if (finish === "cut")
    return {
      ...said,
      reason: `The reply of ${endpoint} broke off before it was complete; its own log may say why.`,
    };
  return said;
}
