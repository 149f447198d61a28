/**
 * Puts a reply together from its events: tells thought from text, and says when it is over: at the server's word, where
 * the caller's node or JSON value closes, or when it turns in circles.
 */
import type { Tokens } from "../../types.ts";
import { fromPayload, malformed, type Place } from "../errors.ts";
import { estimateTokens } from "../estimate.ts";
import type { Finish, Shown, WrittenCall } from "../model.ts";
import { CallAssembler } from "./calls.ts";
import type { StreamEvent } from "./events.ts";
import { JsonCloser } from "./json-closer.ts";
import { loopDetector } from "./loop-detector.ts";
import { mayCloseThought, splitLateThought, ThoughtSplitter } from "./thought.ts";

const TEXT_LIMIT = 2 * 1024 * 1024;
/** More than this that is neither thought nor text (space between them) is padding. */
const HELD_LIMIT = 1000;
/** Characters of a thought between two looks at its length. */
const THOUGHT_STEP = 200;

export interface ReaderOptions {
  place: Place;
  /** Whether a leading thought is told from the text by its marks (chat), or is text like any other (completion). */
  thoughts: boolean;
  /** A thought longer than so many tokens, by the estimate, ends the reply; null: it may be any length. */
  thinkTokens: number | null;
  /** Whether the text is one JSON value. */
  json: boolean;
  onText?: Shown | undefined;
  onThinking?: Shown | undefined;
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
    const quiet = { ...options, onText: undefined, onThinking: undefined };
    this.readers = Array.from({ length: n }, (_, i) => new ReplyReader(i === 0 ? options : quiet));
  }

  /** True once nothing more is wanted of the stream. Throws EndpointError for an event that tells of a failure. */
  push(event: StreamEvent, raw: unknown): boolean {
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

  /** Resolves once what has come has been shown. */
  get shown(): Promise<unknown> | undefined {
    return this.readers[0]?.shown;
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

/** What ended a reply before the server did, other than the caller's node. */
export type Cause = "repetition" | "padding" | "thought";

/** Takes the events of one reply in order. */
export class ReplyReader {
  text = "";
  thinking = "";
  tokens: Tokens | null = null;
  /** Null until the reply is over. */
  finish: Finish | null = null;
  cause: Cause | null = null;
  /** Whether any event was this reply's. */
  heard = false;
  /** Of the last piece that somebody takes his time to show. */
  shown: Promise<unknown> | undefined;
  private readonly splitter = new ThoughtSplitter();
  private readonly assembler = new CallAssembler();
  private closer = new JsonCloser();
  /** Whether the text turned out to have begun inside a thought. */
  private late = false;
  private readonly loops = { thinking: loopDetector(), text: loopDetector(), calls: loopDetector() };
  private held = 0;
  private argumentLength = 0;
  private thoughtMeasured = 0;

  constructor(private readonly options: ReaderOptions) {}

  get calls(): WrittenCall[] {
    return this.assembler.calls;
  }

  /** True once the reply has ended before the server said so. */
  push({ text, thinking, calls, finish, tokens }: StreamEvent): boolean {
    this.heard = true;
    this.tokens = tokens ?? this.tokens;
    if (this.finish === null) this.think(thinking);
    if (this.finish === null) this.say(text, false);
    if (this.finish === null) for (const call of calls) this.repeats("calls", this.assembler.push(call));
    if (this.finish === null && finish !== null) this.settle(finish);
    return this.cause !== null || this.finish === "node" || this.padded(text);
  }

  end(done: boolean): void {
    if (this.finish === null) this.settle(done ? "stop" : "cut");
  }

  /** A server that goes on after the JSON value has closed sends nothing but padding; some pad it while it is open. */
  private padded(delta: string): boolean {
    if (!this.options.json) return false;
    const closed = this.closer.end(this.text);
    if (closed === null) {
      if (this.finish === null && this.closer.padded) this.stop("padding", "loop");
      return this.cause !== null;
    }
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

  private stop(cause: Cause, finish: Finish): void {
    this.cause = cause;
    this.finish = finish;
  }

  private repeats(what: keyof typeof this.loops, delta: string): void {
    if (what === "calls") this.argumentLength += delta.length;
    this.measure();
    if (this.loops[what].push(delta)) this.stop("repetition", "loop");
  }

  private think(delta: string): void {
    if (delta === "") return;
    this.thinking += delta;
    this.show(this.options.onThinking, delta);
    this.repeats("thinking", delta);
    const { thinkTokens } = this.options;
    if (thinkTokens === null || this.thinking.length < this.thoughtMeasured + THOUGHT_STEP) return;
    this.thoughtMeasured = this.thinking.length;
    if (this.finish === null && estimateTokens(this.thinking) > thinkTokens) this.stop("thought", "length");
  }

  private say(delta: string, final: boolean): void {
    const split = this.options.thoughts ? this.splitter.push(delta, final) : { text: delta, thinking: "" };
    this.think(split.thinking);
    this.held = split.text + split.thinking === "" ? this.held + delta.length : 0;
    if (this.held > HELD_LIMIT) this.stop("padding", "loop");
    const text = this.late && this.text === "" ? split.text.trimStart() : split.text;
    if (text === "" && !final) return;
    const before = this.text.length;
    this.text += text;
    if (this.options.thoughts && this.startedInside(before, final)) return;
    const end = final ? null : (this.options.until?.(this.text, false) ?? null);
    if (end !== null) {
      this.text = this.text.slice(0, end);
      this.finish = "node";
      this.measure();
    } else this.repeats("text", text);
    const news = this.text.slice(before);
    if (news !== "") this.show(this.options.onText, news);
  }

  /** Whether all text so far turns out to end with a thought that the prompt had begun; then it is told apart. */
  private startedInside(before: number, final: boolean): boolean {
    if (this.splitter.found || this.late || !mayCloseThought(this.text, before)) return false;
    const split = splitLateThought(this.text, final);
    if (split === null) return false;
    this.late = true;
    this.thinking += split.thinking;
    this.text = split.text;
    this.closer = new JsonCloser();
    if (split.text !== "") this.show(this.options.onText, split.text);
    return true;
  }

  private show(to: Shown | undefined, delta: string): void {
    const shown = to?.(delta);
    if (shown instanceof Promise) this.shown = shown;
  }

  private measure(): void {
    if (this.text.length + this.thinking.length + this.argumentLength > TEXT_LIMIT) {
      throw malformed(this.options.place, "sent a reply of more than 2 MB of text");
    }
  }
}
