/**
 * One line at the bottom of a terminal that tells what is being waited for: the reading of a prompt, a reply, a check. It is
 * gone before anything else is written, and never stands in a pipe.
 */
import { estimateTokens } from "../model/estimate.ts";
import type { Model } from "../model/model.ts";
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
  /** A reply may be waited for while a check runs; then the check is shown. */
  private readonly waits = new Map<"check" | "reply", { what: string; since: number }>();
  private written = 0;
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
    if (event.type === "request") {
      this.written = 0;
      this.begin("reply", `reading ${count(event.tokens)} tokens`);
    } else if (event.type === "check_start") this.begin("check", `running ${oneLine(event.command, 60)}`);
    else if (event.type === "response") this.end("reply");
    else if (event.type === "check_end") this.end("check");
    else if (event.type === "end") this.hide();
  }

  /** The model, its tokens counted on the line as they come. */
  counting(model: Model): Model {
    const tick = <G extends { onEvent?: (event: unknown) => void }>(generation: G): G => ({
      ...generation,
      onEvent: (event: unknown) => {
        this.written += 1;
        generation.onEvent?.(event);
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
              this.written = 0;
              this.begin("reply", `reading ${count(estimateTokens(prompt + text))} tokens`);
              return read(prompt, text, tick(generation));
            },
    };
  }

  /** Nothing is being waited for any more. */
  hide(): void {
    this.waits.clear();
    clearInterval(this.timer);
    this.clear();
  }

  private begin(kind: "check" | "reply", what: string): void {
    this.clear();
    clearInterval(this.timer);
    this.waits.set(kind, { what, since: performance.now() });
    this.timer = setInterval(() => this.draw(), TICK_MS);
    this.timer.unref();
  }

  private end(kind: "check" | "reply"): void {
    this.waits.delete(kind);
    if (this.waits.size === 0) this.hide();
  }

  private draw(): void {
    const check = this.waits.get("check");
    const shown = check ?? this.waits.get("reply");
    const ms = performance.now() - (shown?.since ?? 0);
    if (shown === undefined || ms < QUICK_MS || !this.lineStart) return;
    const writing = check === undefined && this.written > 0;
    const doing = writing ? `writing, ${count(this.written)} tokens` : shown.what;
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
