/**
 * A request to a stronger model, made in two steps: its body, whose very bytes a person can read first, and the sending of them.
 * What goes with them is the key, in a header, and nothing else.
 */
import type { StrongerModel } from "../config.ts";
import type { Tokens } from "../types.ts";
import { Calibration } from "./calibration.ts";
import { PromptWatch } from "./cuts.ts";
import { EndpointError, type Failure, fromPayload, malformed, type Place } from "./errors.ts";
import { estimateTokens } from "./estimate.ts";
import type { ChatMessage, Generation, Reply } from "./model.ts";
import { UNKNOWN_PROFILE } from "./profile.ts";
import { jsonOrText } from "./transport.ts";
import { ANTHROPIC_VERSION, AnthropicReader } from "./wire/anthropic.ts";
import { guardBytes } from "./wire/bytes.ts";
import { type Context, type Exchange, openStream, type Speak } from "./wire/context.ts";
import { Departure } from "./wire/departure.ts";
import { readEvent, type StreamEvent } from "./wire/events.ts";
import { textOf } from "./wire/messages.ts";
import { ollamaReply } from "./wire/ollama.ts";
import { ask } from "./wire/request.ts";
import { dataOf } from "./wire/sse.ts";

/** A request that can be sent as it is. */
export interface Letter {
  to: StrongerModel;
  url: string;
  /** The bytes of the body. It is JSON in which nothing can act on a terminal, so that it is shown as it is sent. */
  body: string;
  messages: ChatMessage[];
  /** By the estimate. */
  promptTokens: number;
}

/** Ollama loads a window in steps of this many tokens, so that a slightly longer prompt does not load the model anew. */
const WINDOW_STEP = 4096;

/** JSON that a terminal can show: what acts on one, or turns the reading direction, is escaped. */
function shownAsSent(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** OpenAI's own servers take another name for the longest reply than all that are compatible with them. */
const OPENAI_OWN = /^https:\/\/([^/]+\.)?openai\.(com|azure\.com)(\/|$)/;

/** `messages`: one of the system, then user and assistant in turn. No temperature is sent: several of these models take none. */
function bodyOf(to: StrongerModel, messages: ChatMessage[], promptTokens: number): object {
  const { model, maxTokens, api, endpoint } = to;
  const plain = messages.map(({ role, content }) => ({ role, content }));
  if (api === "anthropic") {
    const system = plain.filter(({ role }) => role === "system").map(({ content }) => content);
    const rest = plain.filter(({ role }) => role !== "system");
    return { model, max_tokens: maxTokens, stream: true, system: system.join("\n\n"), messages: rest };
  }
  if (api === "ollama") {
    const num_ctx = Math.ceil((promptTokens + maxTokens) / WINDOW_STEP) * WINDOW_STEP;
    const options = { num_ctx, num_predict: maxTokens };
    return { model, stream: true, truncate: false, shift: false, options, messages: plain };
  }
  const longest = OPENAI_OWN.test(endpoint) ? "max_completion_tokens" : "max_tokens";
  return {
    model,
    [longest]: maxTokens,
    stream: true,
    stream_options: { include_usage: true },
    messages: plain,
  };
}

const PATHS: Record<StrongerModel["api"], (endpoint: string) => string> = {
  openai: (endpoint) => `${endpoint}/chat/completions`,
  anthropic: (endpoint) => `${endpoint.replace(/\/v1$/, "")}/v1/messages`,
  ollama: (endpoint) => `${endpoint.replace(/\/(v1|api)$/, "")}/api/chat`,
};

/** The request with these messages; nothing is sent. */
export function write(to: StrongerModel, messages: ChatMessage[]): Letter {
  const promptTokens = estimateTokens(textOf(messages));
  const body = shownAsSent(bodyOf(to, messages, promptTokens));
  return { to, url: PATHS[to.api](to.endpoint), body, messages, promptTokens };
}

/** The events of a reply that streams as server-sent events. */
async function* eventsOf(
  letter: Letter,
  context: Context,
  exchange: Exchange,
): AsyncGenerator<{ event: StreamEvent; raw: unknown }> {
  const { to, url, body } = letter;
  const { place } = context;
  const { wire, alive } = exchange;
  const anthropic = to.api === "anthropic";
  const own: Record<string, string> = anthropic
    ? { "anthropic-version": ANTHROPIC_VERSION, ...(to.key === null ? {} : { "x-api-key": to.key }) }
    : {};
  const opened = await openStream(
    anthropic ? { ...context, place: { ...place, key: null } } : context,
    exchange,
    { url, body, accept: "text/event-stream", headers: own },
  );
  const reader = new AnthropicReader();
  const guarded = guardBytes(opened.body, { place, wire, framing: "events", alive });
  for await (const data of dataOf(guarded)) {
    if (data === "[DONE]") return;
    const raw = jsonOrText(data);
    if (typeof raw !== "object" || raw === null) throw malformed(place, "sent an event that is not JSON");
    const event = anthropic ? reader.read(raw) : readEvent(raw);
    if (event.error !== null) throw fromPayload(place, event.error);
    if (event.finish === "content_filter" || refuses(raw)) throw refused(place);
    yield { event, raw: anthropic ? usageOf(event.tokens) : raw };
  }
}

/** Counts in the form in which OpenAI tells them, which is what listeners of raw events read. */
const usageOf = (tokens: Tokens | null): object =>
  tokens === null
    ? {}
    : {
        usage: {
          prompt_tokens: tokens.prompt,
          completion_tokens: tokens.generated,
          prompt_tokens_details: { cached_tokens: tokens.cached },
        },
      };

/** OpenAI's models say no in a field of its own. */
function refuses(raw: object): boolean {
  const [choice] = "choices" in raw && Array.isArray(raw.choices) ? raw.choices : [];
  return typeof choice?.delta?.refusal === "string" && choice.delta.refusal !== "";
}

const refused = ({ endpoint, model }: Place): EndpointError =>
  new EndpointError("refused", `"${model}" at ${endpoint} refuses to answer this.`);

const speechOf = (letter: Letter): Speak =>
  letter.to.api === "ollama"
    ? (context, _, exchange) => ollamaReply(context, exchange, letter)
    : (context, _, exchange) => eventsOf(letter, context, exchange);

const WHERE = '"escalation" of your settings';

/** What to do about a failure, where the settings of the ladder are meant and not the flags of the local model. */
function advised(failure: Failure, { endpoint, model, api, key, keyFrom }: StrongerModel): Failure {
  const from = keyFrom === null ? '"key" or "keyFrom"' : `the variable ${keyFrom}`;
  const named = { openai: "an OpenAI-compatible", anthropic: "the Anthropic", ollama: "Ollama's" }[api];
  const sentences: Partial<Record<Failure["kind"], string>> = {
    auth: `${endpoint} ${key === null ? "asks for a key" : "refused the key"} for "${model}": correct ${from} in ${WHERE}.`,
    model: `${endpoint} does not have "${model}": correct "model" in ${WHERE}.`,
    protocol: `${endpoint} does not answer as ${named} API does, or has no "${model}": correct "endpoint", "api" or "model" in ${WHERE}.`,
    unreachable: `No server answers at ${endpoint}: start it, or correct "endpoint" in ${WHERE}.`,
  };
  return { ...failure, reason: sentences[failure.kind] ?? failure.reason };
}

/**
 * Sends the letter; every failure is a value, in one sentence that names no key. What failed before anything came, and may pass, is
 * tried twice more; where the server asks to wait longer than 10 s it is not.
 */
export async function send(
  { to, ...letter }: Letter,
  options: { silenceMs: number } & Pick<Generation, "signal" | "onEvent">,
): Promise<Reply> {
  const { silenceMs, ...generation } = options;
  const { endpoint, model, key, maxTokens } = to;
  const place: Place = { endpoint, model, models: [], key };
  const calibration = new Calibration();
  const profile = { ...UNKNOWN_PROFILE, model };
  const context: Context = {
    place,
    profile,
    silenceMs,
    stays: false,
    speak: speechOf({ to, ...letter }),
    calibration,
    watch: new PromptWatch(calibration, null),
    departure: new Departure(place, false),
  };
  const reply = await ask(context, {
    kind: "chat",
    messages: letter.messages,
    generation: { maxTokens, temperature: 0, ...generation },
    think: true,
  });
  return reply.ok ? reply : advised(reply, to);
}
