/** A request as the OpenAI-compatible APIs take it, sent by the `openai` package over our own fetch. */
import { EndpointError, fromPayload, fromThrown, malformed, type Place } from "../errors.ts";
import { guardBytes, type Wire } from "./bytes.ts";
import { type Context, type Exchange, openStream, type Request, type Speak } from "./context.ts";
import { readEvent } from "./events.ts";
import { openaiMessages, shapeMessages, toolFields } from "./messages.ts";
import { thinkingSwitch, withWord } from "./thinking-switch.ts";

/** The package counts total time, which has no limit here; this is the longest timer there is. */
const NO_LIMIT_MS = 2 ** 31 - 1;

function bodyOf(context: Context, request: Request): Record<string, unknown> {
  const { generation: g, extra } = request;
  const common = {
    model: context.place.model,
    max_tokens: g.maxTokens,
    temperature: g.temperature,
    ...(g.n === undefined || g.n === 1 ? {} : { n: g.n }),
    ...(g.seed === undefined ? {} : { seed: g.seed }),
    ...(g.stop === undefined || g.stop.length === 0 ? {} : { stop: g.stop }),
    stream: true,
    stream_options: { include_usage: true },
    // Counts in every event, so that those of a reply that we end are known, too; and how far the prompt is read.
    ...(context.profile.server === "llama.cpp" ? { timings_per_token: true, return_progress: true } : {}),
  };
  if (request.kind === "complete") return { ...common, prompt: request.prompt, ...extra };
  const { schema, tools = [] } = g;
  const json_schema = { name: "reply", strict: true, schema };
  const stop = request.think ? null : thinkingSwitch(context.profile);
  const messages = stop === "word" ? withWord(request.messages) : request.messages;
  return {
    ...common,
    messages: openaiMessages(shapeMessages(messages, context.profile.roles)),
    ...(schema === undefined ? {} : { response_format: { type: "json_schema", json_schema } }),
    ...(tools.length === 0 ? {} : { tools: toolFields(tools) }),
    ...(stop === "template" ? { chat_template_kwargs: { enable_thinking: false } } : {}),
    ...extra,
  };
}

/** The fetch that the package is given: ours, with each reply that is no stream of events turned into a failure. */
function streamingFetch(context: Context, exchange: Exchange) {
  return async (url: string | URL | globalThis.Request, init?: RequestInit): Promise<Response> => {
    const { body, headers } = await openStream(context, exchange, {
      url: String(url),
      body: String(init?.body),
      accept: "text/event-stream",
    });
    const { place } = context;
    const { wire, alive } = exchange;
    return new Response(guardBytes(body, { place, wire, framing: "events", alive }), { headers });
  };
}

/** Speaks that API with the package, which may still be loading. */
export const openaiSpeech = (loading: Promise<typeof import("openai")>): Speak =>
  async function* (context, request, exchange) {
    const { place } = context;
    const sdk = await loading;
    try {
      const client = new sdk.OpenAI({
        baseURL: place.endpoint,
        apiKey: place.key ?? "none",
        adminAPIKey: null,
        organization: null,
        project: null,
        webhookSecret: null,
        maxRetries: 0,
        timeout: NO_LIMIT_MS,
        logLevel: "off",
        fetch: streamingFetch(context, exchange),
      });
      const path = request.kind === "chat" ? "/chat/completions" : "/completions";
      const stream = await client.post<AsyncIterable<unknown>>(path, {
        body: bodyOf(context, request),
        stream: true,
        signal: exchange.signal,
      });
      for await (const raw of stream) yield { event: readEvent(raw), raw };
    } catch (thrown) {
      const failure = understood(thrown, { place, wire: exchange.wire, sdk });
      if (failure !== null) throw failure;
    }
  };

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
