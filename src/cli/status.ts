/**
 * One line at the bottom of a terminal that tells what is being waited for: the reading of a prompt, a reply, a check. It is
 * gone before anything else is written, and never stands in a pipe.
 */
import { estimateTokens } from "../model/estimate.ts";
import type { Generation, Model } from "../model/model.ts";
import type { TurnEvent } from "../types.ts";
import { Prefill } from "./prefill.ts";
import type { Sink } from "./render.ts";
import { oneLine } from "./sanitize.ts";
import { Thoughts } from "./thinking.ts";

export interface StatusOptions {
  /** The terminal. */
  out: Sink;
  columns: () => number;
  paint: (text: string) => string;
}

const TICK_MS = 250;
/** What takes less than this is not worth a line. */
const QUICK_MS = 500;
const CLEAR = "\r\x1b[2K";

const count = (n: number): string => n.toLocaleString("en-US");
const whole = (ms: number): string => `${Math.floor(ms / 1000)} s`;

export class Status {
  private readonly options: StatusOptions;
  /** The command that is waited for; null: the model. */
  private command: string | null = null;
  private waiting = false;
  private turn = false;
  /** Whether what is waited for is the code graph. */
  private indexing = false;
  private since = 0;
  private written = 0;
  private readonly prefill = new Prefill();
  private readonly thoughts = new Thoughts();
  private drawn = false;
  private lineStart = true;
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(options: StatusOptions) {
    this.options = options;
  }

  /** A sink on the same terminal: the line makes way for what is written. */
  over(sink: Sink): Sink {
    return {
      write: (text) => {
        if (text === "") return;
        this.clear();
        sink.write(text);
        this.lineStart = text.endsWith("\n");
      },
    };
  }

  listen(event: TurnEvent): void {
    this.thoughts.hear(event, performance.now());
    if (event.type === "start" || event.type === "end") this.turn = event.type === "start";
    if (event.type === "request") this.read(event.tokens);
    else if (event.type === "check_start") this.begin(`running ${oneLine(event.command, 60)}`);
    else if (event.type === "escalation") this.begin(`asking ${oneLine(event.model, 60)}`);
    else if (event.type === "response") this.prefill.counted(event.tokens);
    if (event.type === "response" || event.type === "check_end" || event.type === "end") this.hide();
  }

  /** How far the code graph is, in a few words; null: it is there. Shown where a turn has nothing else to wait for. */
  index(text: string | null): void {
    if (text === null && this.indexing) this.hide();
    if (text === null || !this.turn || (this.waiting && !this.indexing)) return;
    if (!this.indexing) this.begin(text);
    this.indexing = true;
    this.command = text;
  }

  /** The model, its tokens counted on the line as they come. */
  counting(model: Model): Model {
    const tick = <G extends Pick<Generation, "onEvent" | "onRead">>(prompt: string, generation: G): G => {
      this.prefill.holds(prompt);
      return {
        ...generation,
        onEvent: (event: unknown) => {
          this.prefill.answered(performance.now());
          this.written += 1;
          generation.onEvent?.(event);
        },
        onRead: (done: number, all: number) => {
          this.prefill.tell(done, all, performance.now());
          generation.onRead?.(done, all);
        },
      };
    };
    const { read } = model;
    return {
      ...model,
      chat: (messages, generation) =>
        model.chat(messages, tick(messages.map(({ content }) => content).join("\n"), generation)),
      complete: (prompt, generation) => model.complete(prompt, tick(prompt, generation)),
      read:
        read === null
          ? null
          : (prompt, text, generation) => {
              // Its event comes with its end.
              this.read(estimateTokens(prompt + text));
              return read(prompt, text, tick(prompt + text, generation));
            },
    };
  }

  /** Nothing is being waited for any more. */
  hide(): void {
    this.waiting = false;
    this.indexing = false;
    clearInterval(this.timer);
    this.clear();
  }

  /** The model is given a prompt of so many tokens. */
  private read(tokens: number): void {
    this.begin(null);
    this.prefill.begin(tokens, this.since);
  }

  private begin(command: string | null): void {
    this.hide();
    this.waiting = true;
    this.command = command;
    this.since = performance.now();
    this.written = 0;
    this.timer = setInterval(() => this.draw(), TICK_MS);
    this.timer.unref();
  }

  private draw(): void {
    const now = performance.now();
    if (!this.waiting || now - this.since < QUICK_MS || !this.lineStart) return;
    const line = this.line(now).slice(0, Math.max(10, this.options.columns() - 1));
    this.options.out.write(`${CLEAR}${this.options.paint(line)}`);
    this.drawn = true;
  }

  private line(now: number): string {
    const thought = this.thoughts.current(now);
    if (thought !== null) return `thinking… ${count(thought.tokens)} tokens, ${whole(thought.ms)}`;
    const passed = whole(now - this.since);
    if (this.command !== null) return `${this.command}, ${passed}`;
    return this.written > 0 ? `writing, ${count(this.written)} tokens, ${passed}` : this.prefill.line(now);
  }

  private clear(): void {
    if (!this.drawn) return;
    this.drawn = false;
    this.options.out.write(CLEAR);
  }
}
