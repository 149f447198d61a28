/**
 * One request and its reply, streamed over the `openai` package and our own fetch. Limits are on silence and size, never
 * on total time; a request that is cancelled, or whose reply has ended early, closes its stream, so that the server stops.
 */
import type { Tokens } from "../types.ts";
import {
  cancelled,
  EndpointError,
  fromPayload,
  fromThrown,
  htmlInstead,
  malformed,
  type Place,
  silent,
} from "./errors.ts";
import { estimateTokens } from "./estimate.ts";
import type { Generation, Reply, Said } from "./model.ts";
import { RepliesReader } from "./reply.ts";
import type { ServerKind } from "./servers.ts";
import { guardBytes, type Wire } from "./stream.ts";
import { boundedText, failureOf, isHtml, jsonOrText, send } from "./transport.ts";

const RETRIES = 2;
const PAUSES_MS = [250, 1000];
const LONGEST_WAIT_MS = 10_000;
/** The package counts total time, which has no limit here; this is the longest timer there is. */
const NO_LIMIT_MS = 2 ** 31 - 1;

/** A model at its endpoint, and how it is spoken to. */
export interface Context {
  place: Place;
  server: ServerKind;
  silenceMs: number;
  sdk: Promise<typeof import("openai")>;
  /** When a reply was last left before its end, by `performance.now()`. */
  leftAt?: number;
}

/**
 * A server with several slots sees only by its next token that a reply was left. A request that comes before that is given
 * another slot, which has read nothing of its prompt.
 */
const LEAVING_MS = 100;

export interface Request {
  path: "/chat/completions" | "/completions";
  body: Record<string, unknown>;
  /** Everything the model reads, for the estimate where the server does not count. */
  prompt: string;
  schema: boolean;
  generation: Generation;
}

/** Aborts once nothing has happened for so long. */
function watchSilence(ms: number, expired: () => void): { alive: () => void; end: () => void } {
  let timer = setTimeout(expired, ms);
  return {
    alive: () => {
      clearTimeout(timer);
      timer = setTimeout(expired, ms);
    },
    end: () => clearTimeout(timer),
  };
}

/** The fetch that the package is given: ours, with each reply that is no stream of events turned into a failure. */
function streamingFetch(place: Place, wire: Wire, alive: () => void) {
  return async (url: string | URL | globalThis.Request, init?: RequestInit): Promise<Response> => {
    const response = await send(String(url), {
      method: "POST",
      body: String(init?.body),
      key: place.key,
      accept: "text/event-stream",
      signal: init?.signal ?? new AbortController().signal,
    });
    alive();
    if (!response.ok) throw await failureOf(place, response);
    if (response.body === null) throw malformed(place, "sent an empty reply");
    const type = response.headers.get("content-type") ?? "";
    if (/json|html/i.test(type)) {
      const text = await boundedText(response);
      if (isHtml(response, text)) throw htmlInstead(place);
      const body = jsonOrText(text);
      if (typeof body === "object" && body !== null && "error" in body) throw fromPayload(place, body);
      throw malformed(place, "answered without streaming");
    }
    return new Response(guardBytes(response.body, { place, wire, alive }), { headers: response.headers });
  };
}

/** One request, one reply. Throws EndpointError; what it throws before the first byte may be worth a retry. */
async function attempt(context: Context, request: Request): Promise<RepliesReader> {
  const { place, silenceMs } = context;
  const { generation } = request;
  const controller = new AbortController();
  let over: EndpointError | null = null;
  const stop = (error: EndpointError): void => {
    over ??= error;
    controller.abort();
  };
  const onCancel = (): void => stop(cancelled(place));
  const silence = watchSilence(silenceMs, () => stop(silent(place, silenceMs)));
  generation.signal?.addEventListener("abort", onCancel, { once: true });
  if (generation.signal?.aborted) onCancel();
  const wire: Wire = { bytes: 0, done: false, torn: false };
  const options = {
    place,
    thoughts: request.path === "/chat/completions",
    json: request.schema,
    onText: generation.onText,
    until: generation.until,
    onEvent: generation.onEvent,
    onRead: generation.onRead,
  };
  const reader = new RepliesReader(options, generation.n ?? 1);
  try {
    const { OpenAI } = await context.sdk;
    const client = new OpenAI({
      baseURL: place.endpoint,
      apiKey: place.key ?? "none",
      adminAPIKey: null,
      organization: null,
      project: null,
      webhookSecret: null,
      maxRetries: 0,
      timeout: NO_LIMIT_MS,
      logLevel: "off",
      fetch: streamingFetch(place, wire, silence.alive),
    });
    const stream = await client.post<AsyncIterable<unknown>>(request.path, {
      body: request.body,
      stream: true,
      signal: controller.signal,
    });
    for await (const event of stream) {
      if (!reader.push(event)) continue;
      context.leftAt = performance.now();
      break;
    }
  } catch (thrown) {
    const failure = understood(thrown, { place, wire, sdk: await context.sdk });
    if (over === null && failure !== null) throw failure;
  } finally {
    silence.end();
    generation.signal?.removeEventListener("abort", onCancel);
    controller.abort();
  }
  if (over !== null) throw over;
  if (reader.events > 0) reader.end(wire.done);
  else if (wire.bytes > 0) throw malformed(place, "sent a reply without any event in it");
  else throw fromThrown(place, null);
  return reader;
}

/**
 * What an exception of the package stands for; null where only the connection broke in the middle of an event. What the
 * caller's own functions throw is passed on.
 */
function understood(
  thrown: unknown,
  { place, wire, sdk }: { place: Place; wire: Wire; sdk: typeof import("openai") },
): EndpointError | null {
  if (thrown instanceof EndpointError) return thrown;
  if (thrown instanceof SyntaxError && thrown.message.includes("server-sent event")) {
    return wire.torn ? null : malformed(place, "sent an event that is not JSON");
  }
  // An error event inside the stream.
  if (thrown instanceof sdk.APIError && thrown.error !== undefined) {
    return fromPayload(place, { error: thrown.error });
  }
  if (thrown instanceof sdk.OpenAIError) return fromThrown(place, thrown.cause ?? thrown);
  throw thrown;
}

/** Waits; false where the caller has given up meanwhile. */
function pause(ms: number, signal: AbortSignal | undefined): Promise<boolean> {
  if (signal?.aborted) return Promise.resolve(false);
  return new Promise((done) => {
    const onAbort = (): void => {
      clearTimeout(timer);
      done(false);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      done(true);
    }, ms);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

/** One request with its retries: only for what failed before anything came, and may pass. */
export async function ask(context: Context, request: Request): Promise<Reply> {
  const start = performance.now();
  const { signal } = request.generation;
  const leaving = (context.leftAt ?? -LEAVING_MS) + LEAVING_MS - start;
  if (leaving > 0) await pause(leaving, signal);
  for (let n = 0; ; n += 1) {
    try {
      const reader = await attempt(context, request);
      return replyOf(context, request, { reader, ms: performance.now() - start });
    } catch (thrown) {
      if (!(thrown instanceof EndpointError)) throw thrown;
      const wait = thrown.waitMs ?? PAUSES_MS[n] ?? 0;
      if (!thrown.retry || n === RETRIES || wait > LONGEST_WAIT_MS) return thrown.failure;
      if (!(await pause(wait, signal))) return cancelled(context.place).failure;
    }
  }
}

function replyOf(context: Context, request: Request, ended: { reader: RepliesReader; ms: number }): Reply {
  const { reader, ms } = ended;
  const [first, ...others] = reader.replies.map((one) => saidBy(context, one));
  if (first === undefined) throw new Error("A reader has at least one reply.");
  const written = [first, ...others].map(
    ({ text, thinking }) => estimateTokens(thinking) + estimateTokens(text),
  );
  const tokens: Tokens = reader.tokens ?? {
    prompt: estimateTokens(request.prompt),
    cached: 0,
    generated: written.reduce((sum, one) => sum + one, 0),
  };
  return { ok: true, ...first, tokens, ms, ...(others.length === 0 ? {} : { others }) };
}

function saidBy({ place: { endpoint } }: Context, one: RepliesReader["replies"][number]): Said {
  const { text, thinking } = one;
  const finish = one.finish ?? "cut";
  const said = { text, thinking, calls: [], finish };
  if (finish === "cut")
    return { ...said, reason: `The reply of ${endpoint} broke off before it was complete.` };
  if (finish === "loop")
    return { ...said, reason: `The model at ${endpoint} repeated itself without end and was stopped.` };
  return said;
}
