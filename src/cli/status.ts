/**
 * One line at the bottom of a terminal that tells what is being waited for: the reading of a prompt, a reply, a check. It is
 * gone before anything else is written, and never stands in a pipe.
 */
import { estimateTokens } from "../model/estimate.ts";
import type { Generation, Model } from "../model/model.ts";
import type { TurnEvent } from "../types.ts";
import type { Sink } from "./render.ts";
import { oneLine } from "./sanitize.ts";

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

export class Status {
  private readonly options: StatusOptions;
  private what: string | null = null;
  private since = 0;
  private written = 0;
  /** How much of a prompt is read, where the server tells. */
  private read: string | null = null;
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
    if (event.type === "request") this.begin(`reading ${count(event.tokens)} tokens`);
    else if (event.type === "check_start") this.begin(`running ${oneLine(event.command, 60)}`);
    else if (event.type === "response" || event.type === "check_end" || event.type === "end") this.hide();
  }

  /** The model, its tokens counted on the line as they come. */
  counting(model: Model): Model {
    const tick = <G extends Pick<Generation, "onEvent" | "onRead">>(generation: G): G => ({
      ...generation,
      onEvent: (event: unknown) => {
        this.written += 1;
        generation.onEvent?.(event);
      },
      onRead: (done: number, all: number) => {
        this.read = `reading ${count(done)} of ${count(all)} tokens`;
        generation.onRead?.(done, all);
      },
    });
    const { read } = model;
    return {
      ...model,
      chat: (messages, generation) => model.chat(messages, tick(generation)),
      complete: (prompt, generation) => model.complete(prompt, tick(generation)),
      read:
        read === null
          ? null
          : (prompt, text, generation) => {
              // Its event comes with its end.
              this.begin(`reading ${count(estimateTokens(prompt + text))} tokens`);
              return read(prompt, text, tick(generation));
            },
    };
  }

  /** Nothing is being waited for any more. */
  hide(): void {
    this.what = null;
    clearInterval(this.timer);
    this.clear();
  }

  private begin(what: string): void {
    this.hide();
    this.what = what;
    this.since = performance.now();
    this.written = 0;
    this.read = null;
    this.timer = setInterval(() => this.draw(), TICK_MS);
    this.timer.unref();
  }

  private draw(): void {
    const ms = performance.now() - this.since;
    if (this.what === null || ms < QUICK_MS || !this.lineStart) return;
    const doing = this.written > 0 ? `writing, ${count(this.written)} tokens` : (this.read ?? this.what);
    const line = `${doing}, ${Math.floor(ms / 1000)} s`.slice(0, Math.max(10, this.options.columns() - 1));
    this.options.out.write(`${CLEAR}${this.options.paint(line)}`);
    this.drawn = true;
  }

  private clear(): void {
    if (!this.drawn) return;
    this.drawn = false;
    this.options.out.write(CLEAR);
  }
}
