/**
 * Puts a reply together from its events: tells thought from text, and says when it is over: at the server's word, where
 * the caller's node or JSON value closes, or when it turns in circles.
 */
import type { Tokens } from "../types.ts";
import { fromPayload, malformed, type Place } from "./errors.ts";
import { type LoopDetector, loopDetector } from "./loop-detector.ts";
import type { Finish } from "./model.ts";
import { readEvent, type StreamEvent } from "./stream.ts";

const TEXT_LIMIT = 2 * 1024 * 1024;
const OPEN = "<think>";
const CLOSE = "</think>";

interface Split {
  text: string;
  thinking: string;
}

/** Splits `<think>...</think>` off the start of a text that comes in pieces. What may still be part of a mark is held. */
class ThoughtSplitter {
  private state: "start" | "inside" | "after" | "text" = "start";
  private held = "";

  /** `final`: no more will come, so nothing is held back. */
  push(delta: string, final: boolean): Split {
    this.held += delta;
    if (this.state === "start") this.open(final);
    const thinking = this.state === "inside" ? this.inside(final) : "";
    if (this.state === "after") {
      this.held = this.held.trimStart();
      if (this.held !== "") this.state = "text";
    }
    if (this.state !== "text") return { text: "", thinking };
    const text = this.held;
    this.held = "";
    return { text, thinking };
  }

  private open(final: boolean): void {
    const start = this.held.trimStart();
    if (!final && OPEN.startsWith(start)) return;
    this.state = start.startsWith(OPEN) ? "inside" : "text";
    if (this.state === "inside") this.held = start.slice(OPEN.length);
  }

  private inside(final: boolean): string {
    const end = this.held.indexOf(CLOSE);
    const open = final ? this.held.length : Math.max(0, this.held.length - CLOSE.length);
    const thinking = this.held.slice(0, end >= 0 ? end : open);
    this.held = this.held.slice(end >= 0 ? end + CLOSE.length : open);
    if (end >= 0) this.state = "after";
    return thinking;
  }
}

/** Follows a growing text to where its first JSON object or array closes. */
class JsonCloser {
  private at = 0;
  private depth = 0;
  private inString = false;
  private closed: number | null = null;

  /** The offset just past the value, or null while it is open. */
  end(text: string): number | null {
    for (; this.closed === null && this.at < text.length; this.at += 1) this.step(text[this.at]);
    return this.closed;
  }

  private step(c: string | undefined): void {
    if (this.inString) {
      // The character after a backslash means nothing here.
      if (c === "\\") this.at += 1;
      else if (c === '"') this.inString = false;
      return;
    }
    if (c === '"') this.inString = true;
    else if (c === "{" || c === "[") this.depth += 1;
    else if (c === "}" || c === "]") {
      this.depth -= 1;
      if (this.depth <= 0) this.closed = this.at + 1;
    }
  }
}

export interface ReaderOptions {
  place: Place;
  /** Whether a leading `<think>` block is thought (chat), or text like any other (completion). */
  thoughts: boolean;
  /** Whether the text is one JSON value. */
  json: boolean;
  onText?: ((delta: string) => void) | undefined;
  until?: ((text: string, final: boolean) => number | null) | undefined;
  onEvent?: ((event: unknown) => void) | undefined;
  onRead?: ((done: number, all: number) => void) | undefined;
}

/** Takes the events of a stream in order: those of one reply, or of `n` to the same prompt, which may interleave. */
export class RepliesReader {
  events = 0;
  private readonly readers: ReplyReader[];
  private ended = false;
  /** Counts of the whole stream, where the server gives no counts of each reply. */
  private usage: Tokens | null = null;

  constructor(
    private readonly options: ReaderOptions,
    n: number,
  ) {
    // Only the first one is shown while it comes.
    const quiet = { ...options, onText: undefined };
    this.readers = Array.from({ length: n }, (_, i) => new ReplyReader(i === 0 ? options : quiet));
  }

  /** True once nothing more is wanted of the stream. Throws EndpointError for an event that tells of a failure. */
  push(raw: unknown): boolean {
    const event = readEvent(raw);
    if (event.error !== null) throw fromPayload(this.options.place, event.error);
    this.events += 1;
    if (event.read !== null) {
      this.options.onRead?.(event.read.done, event.read.all);
      return false;
    }
    this.options.onEvent?.(raw);
    // What comes unasked for is not read.
    const reader = this.readers[event.index ?? 0];
    if (event.index === null) this.usage = event.tokens ?? this.usage;
    if (event.index !== null || this.readers.length === 1) this.ended = reader?.push(event) || this.ended;
    return this.ended && this.readers.every(({ finish }) => finish !== null);
  }

  /** The stream has ended; `done`: with the server's word that it was complete. */
  end(done: boolean): void {
    for (const reader of this.readers) if (reader.heard) reader.end(done);
  }

  /** The replies that the server made: it may have made fewer than were asked for. */
  get replies(): ReplyReader[] {
    return this.readers.filter(({ heard }, i) => i === 0 || heard);
  }

  /** Of all replies together, the prompt counted once; null where the server does not count. */
  get tokens(): Tokens | null {
    const counted = this.replies.flatMap(({ tokens }) => tokens ?? []);
    const [first] = counted;
    if (first === undefined || this.readers.length === 1) return first ?? this.usage;
    return { ...first, generated: counted.reduce((sum, { generated }) => sum + generated, 0) };
  }
}

/** Takes the events of one reply in order. */
class ReplyReader {
  text = "";
  thinking = "";
  tokens: Tokens | null = null;
  /** Null until the reply is over. */
  finish: Finish | null = null;
  /** Whether any event was this reply's. */
  heard = false;
  private readonly splitter = new ThoughtSplitter();
  private readonly closer = new JsonCloser();
  private readonly loops: [LoopDetector, LoopDetector] = [loopDetector(), loopDetector()];

  constructor(private readonly options: ReaderOptions) {}

  /** True once the reply has ended before the server said so. */
  push({ text, thinking, finish, tokens }: StreamEvent): boolean {
    this.heard = true;
    this.tokens = tokens ?? this.tokens;
    this.think(thinking);
    if (this.finish === null) this.say(text, false);
    if (this.finish === null && finish !== null) this.settle(finish);
    return this.finish === "loop" || this.finish === "node" || this.padded(text);
  }

  end(done: boolean): void {
    if (this.finish === null) this.settle(done ? "stop" : "cut");
  }

  /** A server that goes on after the JSON value has closed sends nothing but padding. */
  private padded(delta: string): boolean {
    const closed = this.options.json ? this.closer.end(this.text) : null;
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
      ? this.splitter.push(delta, final)
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
