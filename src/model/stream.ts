/**
 * From the bytes of a streamed reply to its text. `guardBytes` stands between the socket and the parser of events and
 * bounds what a broken server can do; `ReplyReader` takes the parsed events, tells thought from text, and says when the
 * reply is over: at the server's word, where the caller's node or JSON value closes, or when it turns in circles.
 */
import type { Tokens } from "../types.ts";
import { type EndpointError, fromPayload, malformed, type Place } from "./errors.ts";
import { type LoopDetector, loopDetector } from "./loop-detector.ts";

export type Finish = "stop" | "length" | "cut" | "loop" | "node";

const EVENT_LIMIT = 1024 * 1024;
const TEXT_LIMIT = 2 * 1024 * 1024;
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

interface Piece {
  text: string;
  thinking: string;
  finish: string | null;
}

const record = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
const string = (value: unknown): string => (typeof value === "string" ? value : "");
const count = (value: unknown): number => (typeof value === "number" && value > 0 ? Math.round(value) : 0);

/** The first choice of an event of either API, read tolerantly; null where there is none (usage, pings). */
function pieceOf(event: Record<string, unknown>): Piece | null {
  const choice = Array.isArray(event.choices) ? event.choices[0] : undefined;
  if (choice === undefined) return null;
  const { delta, text, finish_reason } = record(choice);
  const { content, reasoning_content, reasoning } = record(delta);
  return {
    text: string(text) + string(content),
    thinking: string(reasoning_content) || string(reasoning),
    finish: typeof finish_reason === "string" ? finish_reason : null,
  };
}

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

/** Splits `<think>...</think>` off the start of a text that comes in pieces. */
function thoughtSplitter(): (delta: string, final: boolean) => { text: string; thinking: string } {
  const [open, close] = ["<think>", "</think>"];
  let state: "start" | "inside" | "after" | "text" = "start";
  let held = "";
  const feed = (delta: string, final: boolean): { text: string; thinking: string } => {
    held += delta;
    if (state === "start") {
      const start = held.trimStart();
      if (!final && open.startsWith(start)) return { text: "", thinking: "" };
      state = start.startsWith(open) ? "inside" : "text";
      if (state === "inside") held = start.slice(open.length);
    }
    if (state === "inside") {
      const end = held.indexOf(close);
      const sure = end >= 0 ? end : final ? held.length : Math.max(0, held.length - close.length);
      const thinking = held.slice(0, sure);
      held = held.slice(end >= 0 ? end + close.length : sure);
      if (end < 0) return { text: "", thinking };
      state = "after";
      return { text: feed("", final).text, thinking };
    }
    if (state === "after") {
      held = held.trimStart();
      if (held !== "") state = "text";
    }
    const text = held;
    held = "";
    return { text, thinking: "" };
  };
  return feed;
}

/** Where the first JSON object or array of a growing text has closed: the offset just past it, else null. */
function jsonCloser(): (text: string) => number | null {
  let at = 0;
  let depth = 0;
  let inString = false;
  let closed: number | null = null;
  return (text) => {
    for (; closed === null && at < text.length; at += 1) {
      const c = text[at];
      if (inString) {
        if (c === "\\") at += 1;
        else if (c === '"') inString = false;
      } else if (c === '"') inString = true;
      else if (c === "{" || c === "[") depth += 1;
      else if (c === "}" || c === "]") {
        depth -= 1;
        if (depth <= 0) closed = at + 1;
      }
    }
    return closed;
  };
}

export interface ReaderOptions {
  place: Place;
  /** Whether a leading `<think>` block is thought (chat), or text like any other (completion). */
  thoughts: boolean;
  /** Whether the text is one JSON value. */
  json: boolean;
  onText?: ((delta: string) => void) | undefined;
  until?: ((text: string, final: boolean) => number | null) | undefined;
}

/** Takes the events of one reply in order. */
export class ReplyReader {
  text = "";
  thinking = "";
  tokens: Tokens | null = null;
  /** Null until the reply is over. */
  finish: Finish | null = null;
  events = 0;
  private readonly split = thoughtSplitter();
  private readonly closer = jsonCloser();
  private readonly loops: [LoopDetector, LoopDetector] = [loopDetector(), loopDetector()];

  constructor(private readonly options: ReaderOptions) {}

  /** True once nothing more is wanted of the stream. Throws EndpointError for an event that tells of a failure. */
  push(event: unknown): boolean {
    const fields = record(event);
    if (fields.error !== undefined && fields.error !== null) throw fromPayload(this.options.place, fields);
    this.events += 1;
    this.tokens = tokensOf(fields) ?? this.tokens;
    const piece = pieceOf(fields);
    if (piece === null) return false;
    this.think(piece.thinking);
    if (this.finish === null) this.say(piece.text, false);
    if (this.finish === null && piece.finish !== null) this.settle(piece.finish);
    return this.finish === "loop" || this.finish === "node" || this.padded(piece.text);
  }

  /** The stream has ended; `done`: with the server's word that it was complete. */
  end(done: boolean): void {
    if (this.finish === null) this.settle(done ? "stop" : "cut");
  }

  /** A server that goes on after the JSON value has closed sends nothing but padding. */
  private padded(delta: string): boolean {
    const closed = this.options.json ? this.closer(this.text) : null;
    if (closed === null) return false;
    const before = this.text.length - delta.length;
    this.text = this.text.slice(0, closed);
    if (delta === "" || closed > before) return false;
    this.finish = "stop";
    return true;
  }

  private settle(reason: string): void {
    if (this.options.thoughts) this.say("", true);
    if (this.finish !== null) return;
    this.finish = reason === "length" || reason === "max_tokens" ? "length" : "stop";
    if (reason === "cut" || reason === "content_filter") this.finish = "cut";
    const end = this.finish === "stop" ? (this.options.until?.(this.text, true) ?? null) : null;
    if (end === null) return;
    this.text = this.text.slice(0, end);
    this.finish = "node";
  }

  private think(delta: string): void {
    if (delta === "") return;
    this.thinking += delta;
    if (this.loops[0].push(delta)) this.finish = "loop";
    this.measure();
  }

  private say(delta: string, final: boolean): void {
    const { text, thinking } = this.options.thoughts
      ? this.split(delta, final)
      : { text: delta, thinking: "" };
    this.think(thinking);
    if (text === "") return;
    const before = this.text.length;
    this.text += text;
    this.measure();
    const end = this.options.until?.(this.text, false) ?? null;
    if (end !== null) {
      this.text = this.text.slice(0, end);
      this.finish = "node";
    } else if (this.loops[1].push(text)) this.finish = "loop";
    const news = this.text.slice(before);
    if (news !== "") this.options.onText?.(news);
  }

  private measure(): void {
    if (this.text.length + this.thinking.length > TEXT_LIMIT) {
      throw malformed(this.options.place, "sent a reply of more than 2 MB of text");
    }
  }
}
