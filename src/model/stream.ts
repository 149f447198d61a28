/**
 * From the bytes of a streamed reply to what each of its events says. `guardBytes` stands between the socket and the
 * parser of events and bounds what a broken server can do; `readEvent` reads one parsed event of either API tolerantly.
 */
import type { Tokens } from "../types.ts";
import { type EndpointError, malformed, type Place } from "./errors.ts";

const EVENT_LIMIT = 1024 * 1024;
const NEWLINE = 10;
const RETURN = 13;

/** What is known about the bytes of one reply. `done`: the server's own last word has come (`data: [DONE]`). */
export interface Wire {
  bytes: number;
  done: boolean;
  /** The connection has ended in the middle of a line. */
  torn: boolean;
}

/** Follows how long the current event is; an event ends with an empty line. */
function eventMeter(): (chunk: Uint8Array) => number {
  let length = 0;
  let lineEmpty = true;
  return (chunk) => {
    let from = 0;
    let longest = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      const empty = end === from || (end === from + 1 && chunk[from] === RETURN);
      length += end - from;
      longest = Math.max(longest, length);
      if (lineEmpty && empty) length = 0;
      lineEmpty = true;
      from = end + 1;
    }
    if (from < chunk.length) lineEmpty = false;
    length += chunk.length - from;
    return Math.max(longest, length);
  };
}

/**
 * The same bytes, watched: an event over 1 MB or bytes that are not UTF-8 end them with an EndpointError; a connection
 * that breaks ends them quietly, since what came before it is still of use. `alive` is called for every chunk.
 */
export function guardBytes(
  body: ReadableStream<Uint8Array>,
  options: { place: Place; wire: Wire; alive: () => void },
): ReadableStream<Uint8Array> {
  const { place, wire, alive } = options;
  const reader = body.getReader();
  const measure = eventMeter();
  const utf8 = new TextDecoder("utf-8", { fatal: true });
  let tail = "\n";
  const check = (chunk: Uint8Array): EndpointError | null => {
    if (measure(chunk) > EVENT_LIMIT) return malformed(place, "sent more than 1 MB in one line");
    try {
      const text = tail + utf8.decode(chunk, { stream: true });
      // Inside an event a line end is escaped, so that this cannot be part of a reply's text.
      wire.done ||= /\ndata: ?\[DONE\]/.test(text);
      tail = text.slice(-16);
      return null;
    } catch (error) {
      if (error instanceof TypeError) return malformed(place, "sent bytes that are not text (UTF-8)");
      throw error;
    }
  };
  const next = async (): Promise<Uint8Array | null> => {
    try {
      return (await reader.read()).value ?? null;
    } catch (error) {
      // Reset, closed too early, or aborted by us: in each case there will be no more bytes.
      if (error instanceof Error) return null;
      throw error;
    }
  };
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    const chunk = await next();
    alive();
    if (chunk === null) {
      wire.torn = !tail.endsWith("\n");
      controller.close();
      return;
    }
    wire.bytes += chunk.length;
    const error = check(chunk);
    if (error === null) controller.enqueue(chunk);
    else {
      controller.error(error);
      await reader.cancel();
    }
  };
  return new ReadableStream<Uint8Array>(
    { pull, cancel: (reason) => reader.cancel(reason) },
    // Nothing is read ahead of the one who asks.
    { highWaterMark: 0 },
  );
}

/** What one event says. `tokens`: null where it does not count. `error`: the whole event, where it tells of a failure. */
export interface StreamEvent {
  /** Which of several replies it belongs to; null where it belongs to none (the counts at the end). */
  index: number | null;
  text: string;
  thinking: string;
  finish: string | null;
  tokens: Tokens | null;
  /** How far the prompt is read, in tokens. */
  read: { done: number; all: number } | null;
  error: unknown;
}

const record = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
const string = (value: unknown): string => (typeof value === "string" ? value : "");
const count = (value: unknown): number => (typeof value === "number" && value > 0 ? Math.round(value) : 0);

/** Counts as the server gave them: in `usage`, or in llama.cpp's `timings` of each event; null where there are none. */
function tokensOf(event: Record<string, unknown>): Tokens | null {
  const usage = record(event.usage);
  if (count(usage.prompt_tokens) > 0) {
    return {
      prompt: count(usage.prompt_tokens),
      cached: count(record(usage.prompt_tokens_details).cached_tokens),
      generated: count(usage.completion_tokens),
    };
  }
  const timings = record(event.timings);
  if (count(timings.prompt_n) === 0) return null;
  const cached = count(timings.cache_n);
  return { prompt: count(timings.prompt_n) + cached, cached, generated: count(timings.predicted_n) };
}

/** Reads the first choice of a chunk; what is missing (as in the last chunk, which has usage alone) is empty or null. */
export function readEvent(event: unknown): StreamEvent {
  const fields = record(event);
  const choice: unknown = Array.isArray(fields.choices) ? fields.choices[0] : undefined;
  const { delta, text, finish_reason, index } = record(choice);
  const { processed, total } = record(fields.prompt_progress);
  const { content, reasoning_content, reasoning } = record(delta);
  return {
    index: choice === undefined ? null : count(index),
    text: string(text) + string(content),
    thinking: string(reasoning_content) || string(reasoning),
    finish: typeof finish_reason === "string" ? finish_reason : null,
    tokens: tokensOf(fields),
    read: count(total) > 0 ? { done: count(processed), all: count(total) } : null,
    error: fields.error === undefined || fields.error === null ? null : fields,
  };
}
