/**
 * What the user types, as whole messages. On a terminal: readline's editing and history, pastes as one message, keys pressed
 * during a turn kept for the next prompt. On a dumb one: plain lines, no escape codes.
 */
import { createInterface, type Interface } from "node:readline";
import { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { sanitize } from "../sanitize.ts";
import { PASTE_OFF, PASTE_ON, PasteReader } from "./paste.ts";

/** `data`: what was pasted beside the typed words; null where nothing was, or nothing else. */
export type Line =
  | { kind: "line"; text: string; data: string | null }
  /** Ctrl-C; `empty`: nothing had been typed. */
  | { kind: "interrupt"; empty: boolean }
  /** Ctrl-D, or the terminal is gone. */
  | { kind: "end" };

export interface Keys {
  line(prompt: string): Promise<Line>;
  /** What Ctrl-C does while no line is read. */
  onInterrupt: () => void;
  /** A signal in place of the key. */
  interrupt(): void;
  /** The line that is being read ends, and every later one. */
  end(): void;
  /** Leaves the terminal to `work`. */
  lend<T>(work: () => Promise<T>): Promise<T>;
  close(): void;
}

export interface KeysOptions {
  input: NodeJS.ReadStream;
  output: NodeJS.WriteStream;
  /** Earlier lines, newest first; shared with whoever adds to them. */
  history: string[];
  complete: (line: string) => Promise<[string[], string]>;
}

/** Longer than a terminal takes between two characters of one mark, too short to be felt. */
const MARK_MS = 50;
/** Longest paste that is shown as it is. */
const MOST_INLINE = 200;

type Completed = (error: null, found: [string[], string]) => void;

export class EditedKeys implements Keys {
  onInterrupt: () => void = () => undefined;
  private readonly options: KeysOptions;
  private readonly source = new Readable({ read: () => undefined });
  private readonly decoder = new StringDecoder("utf8");
  private readonly pastes = new PasteReader();
  private readonly pasted = new Map<string, string>();
  private reading: { editor: Interface; done: (line: Line) => void } | null = null;
  /** Typed while no line was being read. */
  private ahead = "";
  private completing = false;
  private ended = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: KeysOptions) {
    this.options = options;
    options.input.on("end", this.end);
    this.take();
  }

  line(prompt: string): Promise<Line> {
    if (this.ended) return Promise.resolve({ kind: "end" });
    const { output, history } = this.options;
    const { promise, resolve } = Promise.withResolvers<Line>();
    const editor: Interface = createInterface({
      input: this.source,
      output,
      terminal: true,
      history: [...history],
      historySize: history.length + 1,
      prompt,
      completer: (text: string, answer: Completed) => this.complete(editor, text, answer),
    });
    const done = (line: Line): void => {
      if (this.reading?.editor !== editor) return;
      this.reading = null;
      editor.close();
      if (line.kind !== "line") output.write("\n");
      resolve(line);
    };
    editor.on("line", (text) => done({ kind: "line", ...this.whole(text) }));
    editor.on("SIGINT", () => done({ kind: "interrupt", empty: editor.line === "" }));
    editor.on("SIGTSTP", () => this.suspend());
    editor.on("close", () => done({ kind: "end" }));
    this.reading = { editor, done };
    editor.prompt();
    this.feed();
    return promise;
  }

  /** Keys that follow a Tab wait for what it gives. */
  private async complete(editor: Interface, text: string, answer: Completed): Promise<void> {
    this.completing = true;
    const found = await this.options.complete(text);
    this.completing = false;
    if (this.reading?.editor !== editor) return;
    answer(null, found);
    this.feed();
  }

  interrupt(): void {
    if (this.reading === null) this.onInterrupt();
    else this.reading.done({ kind: "interrupt", empty: this.reading.editor.line === "" });
  }

  end = (): void => {
    this.ended = true;
    this.reading?.done({ kind: "end" });
  };

  async lend<T>(work: () => Promise<T>): Promise<T> {
    this.release();
    try {
      return await work();
    } finally {
      this.take();
    }
  }

  close(): void {
    this.release();
    this.options.input.off("end", this.end);
  }

  private take(): void {
    const { input, output } = this.options;
    this.setRaw(true);
    input.on("data", this.onData);
    input.resume();
    output.write(PASTE_ON);
  }

  private release(): void {
    const { input, output } = this.options;
    clearTimeout(this.timer);
    output.write(PASTE_OFF);
    input.off("data", this.onData);
    input.pause();
    this.setRaw(false);
  }

  private setRaw(raw: boolean): void {
    try {
      this.options.input.setRawMode(raw);
    } catch (error) {
      if (!String(error).includes("setRawMode failed")) throw error;
      // The terminal is gone: it has no mode any more, and nothing more will be typed.
      this.end();
    }
  }

  private onData = (bytes: Buffer): void => {
    clearTimeout(this.timer);
    this.accept(this.pastes.push(this.decoder.write(bytes)));
    if (this.pastes.waiting) this.timer = setTimeout(() => this.accept(this.pastes.flush()), MARK_MS);
  };

  private accept(pieces: ReturnType<PasteReader["push"]>): void {
    for (const { kind, text } of pieces) this.ahead += kind === "keys" ? text : this.shown(text);
    this.feed();
  }

  /** How a paste stands in the line: as it is where it is short and on one line, else as a label that is replaced in the end. */
  private shown(paste: string): string {
    const text = sanitize(paste).replace(/\n+$/, "");
    if (!/[\n\t]/.test(text) && text.length <= MOST_INLINE) return text;
    const lines = text.split("\n").length;
    const label = `[paste ${this.pasted.size + 1}: ${lines} ${lines === 1 ? "line" : "lines"}]`;
    this.pasted.set(label, text);
    return label;
  }

  /** The message of a line: pastes beside typed words are its data, pastes alone are the message. */
  private whole(line: string): { text: string; data: string | null } {
    const here = [...this.pasted].filter(([label]) => line.includes(label));
    if (here.length === 0) return { text: line.trim(), data: null };
    const text = here.map(([, paste]) => paste).join("\n\n");
    const typed = here.reduce((rest, [label]) => rest.replaceAll(label, ""), line).trim();
    return typed === "" ? { text, data: null } : { text: line.trim(), data: text };
  }

  /** Gives the editor what was typed, up to each key after which it may not take more; without an editor only Ctrl-C and Ctrl-Z count. */
  private feed(): void {
    while (this.ahead !== "" && this.reading !== null && !this.completing) {
      const end = this.ahead.search(/[\t\r\n\x03\x04]/);
      const keys = end < 0 ? this.ahead : this.ahead.slice(0, end + 1);
      this.ahead = this.ahead.slice(keys.length);
      this.source.emit("data", Buffer.from(keys));
    }
    if (this.reading !== null) return;
    if (this.ahead.includes("\x1a")) {
      this.ahead = this.ahead.replaceAll("\x1a", "");
      this.suspend();
    }
    const stops = this.ahead.split("\x03").length - 1;
    if (stops > 0) this.ahead = "";
    for (let n = 0; n < stops; n += 1) this.onInterrupt();
  }

  private suspend(): void {
    this.release();
    process.kill(process.pid, "SIGTSTP");
    // The process stands still here until it is continued; where nobody could continue it, it is not stopped at all.
    setTimeout(() => {
      this.take();
      this.reading?.editor.prompt(true);
    }, MARK_MS);
  }
}

/** Lines that come closer together than this were pasted; a hand is slower. */
const PASTE_MS = 25;

export class PlainKeys implements Keys {
  onInterrupt: () => void = () => undefined;
  private readonly output: NodeJS.WriteStream;
  private readonly lines: Interface;
  private readonly messages: string[] = [];
  private group: string[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private waiting: ((line: Line) => void) | null = null;
  private ended = false;

  constructor({ input, output }: Pick<KeysOptions, "input" | "output">) {
    this.output = output;
    this.lines = createInterface({ input, terminal: false });
    this.lines.on("line", (line) => {
      clearTimeout(this.timer);
      this.group.push(line);
      this.timer = setTimeout(this.deliver, PASTE_MS);
    });
    this.lines.on("close", this.end);
  }

  line(prompt: string): Promise<Line> {
    this.output.write(prompt);
    const { promise, resolve } = Promise.withResolvers<Line>();
    this.waiting = resolve;
    this.answer();
    return promise;
  }

  interrupt(): void {
    if (this.waiting === null) this.onInterrupt();
    else {
      this.output.write("\n");
      this.settle({ kind: "interrupt", empty: true });
    }
  }

  end = (): void => {
    if (this.group.length > 0) this.deliver();
    this.ended = true;
    this.answer();
  };

  lend<T>(work: () => Promise<T>): Promise<T> {
    return work();
  }

  close(): void {
    clearTimeout(this.timer);
    this.lines.close();
  }

  private deliver = (): void => {
    clearTimeout(this.timer);
    this.messages.push(sanitize(this.group.join("\n")).trim());
    this.group = [];
    this.answer();
  };

  private answer(): void {
    if (this.waiting === null) return;
    const text = this.messages.shift();
    if (text !== undefined) this.settle({ kind: "line", text, data: null });
    else if (this.ended) {
      this.output.write("\n");
      this.settle({ kind: "end" });
    }
  }

  private settle(line: Line): void {
    const { waiting } = this;
    this.waiting = null;
    waiting?.(line);
  }
}
