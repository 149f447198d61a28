/** Where a process's turns are shown: its two streams, the listener on them, the line of progress, and questions. */
import pc from "picocolors";
import type { Settings } from "../config.ts";
import type { Model } from "../model/model.ts";
import { type Answer, ask, type Question, type Terminal } from "./ask.ts";
import { complain, SENTENCE } from "./complain.ts";
import { jsonRenderer, type Listener, plainRenderer, quietSink, type Sink } from "./render.ts";
import { oneLine } from "./sanitize.ts";
import { Status } from "./status.ts";

export interface Screen {
  stdout: Sink;
  stderr: Sink;
  color: { stdout: boolean; stderr: boolean };
  listener: Listener;
  /** One sentence about what is wrong, on stderr. */
  complain(reason: string): void;
  /** How far the code graph is, in a few words; null: it is there. */
  indexing(text: string | null): void;
  /** The model, its tokens shown while they come. */
  counting(model: Model): Model;
  /** Asks on the terminal; "no" where there is none. */
  ask(question: Question, signal: AbortSignal, readLine?: Terminal["readLine"]): Promise<Answer>;
}

/** `onGone`: whoever reads stdout or stderr is gone, or they cannot be written. */
export function openScreen({ mode, terminal }: Settings, onGone: () => void): Screen {
  const bare = {
    stderr: quietSink(process.stderr, () => undefined),
    stdout: quietSink(process.stdout, (problem) => {
      if (problem !== null) complain(problem, 1);
      onGone();
    }),
  };
  const isTerminal = { stdout: process.stdout.isTTY === true, stderr: process.stderr.isTTY === true };
  const color = {
    stdout: terminal.color && isTerminal.stdout,
    stderr: terminal.color && isTerminal.stderr,
  };
  const status =
    isTerminal.stderr && !terminal.dumb && !mode.json
      ? new Status({
          out: bare.stderr,
          columns: () => process.stderr.columns ?? 80,
          paint: pc.createColors(color.stderr).dim,
        })
      : null;
  const stderr = status?.over(bare.stderr) ?? bare.stderr;
  const stdout = isTerminal.stdout ? (status?.over(bare.stdout) ?? bare.stdout) : bare.stdout;
  const render = mode.json
    ? jsonRenderer({ stdout })
    : plainRenderer({ stdout, stderr, color, verbose: mode.verbose });
  return {
    stdout,
    stderr,
    color,
    listener: (event) => {
      render(event);
      status?.listen(event);
    },
    complain: (reason) => stderr.write(`smallcode: ${oneLine(reason, SENTENCE)}\n`),
    indexing: (text) => status?.index(text),
    counting: (model) => status?.counting(model) ?? model,
    ask: (question, signal, readLine) => {
      status?.hide();
      const ends = { input: process.stdin, output: process.stderr };
      return ask(question, { ...ends, dumb: terminal.dumb, ...(readLine && { readLine }) }, signal);
    },
  };
}
