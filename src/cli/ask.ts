/** Asking the user on the terminal. A question without a terminal is a "no". */
import { createInterface } from "node:readline";
import { oneLine } from "./sanitize.ts";

export interface Terminal {
  input: NodeJS.ReadStream;
  /** Where questions go: stderr, since stdout carries the answer. */
  output: NodeJS.WriteStream;
  /** The terminal takes no escape codes: the question is a plain line, and so is the answer. */
  dumb?: boolean;
  /** Reads such a line where somebody else reads `input`; null at its end. */
  readLine?: (prompt: string) => Promise<string | null>;
}

/** `always`: yes, and do not ask again. `show`: the same question again, once what it is about was shown. */
export type Answer = "yes" | "always" | "no" | "show" | "interrupted";

export interface Question {
  /** May hold text from the project; it is shown on one line and cannot act on the terminal. */
  text: string;
  /** What `always` would mean; without it, it is not offered. */
  remember?: string;
  /** What can be shown before an answer; without it, that is not offered. */
  show?: string;
}

/** Characters of a question: what it costs to say yes must not be cut off. */
const LONGEST = 500;

/** The user's answer; "no" at once where either end is not a terminal. */
export async function ask(question: Question, terminal: Terminal, signal?: AbortSignal): Promise<Answer> {
  if (!terminal.input.isTTY || !terminal.output.isTTY) return "no";
  if (terminal.dumb) return askPlainly(question, terminal, signal);
  const options: { value: Answer; label: string }[] = [
    { value: "no", label: "no" },
    { value: "yes", label: "yes, this once" },
  ];
  if (question.remember !== undefined) options.push({ value: "always", label: question.remember });
  if (question.show !== undefined) options.push({ value: "show", label: question.show });
  return (await choose({ message: question.text, options }, terminal, signal)) ?? "interrupted";
}

export interface Choice<T extends string> {
  message: string;
  options: { value: T; label: string }[];
  initialValue?: T;
}

/** One of the options, chosen with the arrows; null where it was left or `signal` ended it. */
export async function choose<T extends string>(
  { message, options, ...more }: Choice<T>,
  { input, output }: Pick<Terminal, "input" | "output">,
  signal?: AbortSignal,
): Promise<T | null> {
  const { isCancel, select } = await import("@clack/prompts");
  // The prompt would obey its signal after its end, too, and take the terminal's mode away from whoever has it then.
  const ours = new AbortController();
  const gone = Promise.withResolvers<null>();
  const stop = (): void => {
    ours.abort();
    gone.resolve(null);
  };
  signal?.addEventListener("abort", stop, { once: true });
  // A terminal that is closed answers nothing more, and the prompt does not notice.
  for (const event of ["end", "close", "error"]) input.once(event, stop);
  if (signal?.aborted) stop();
  const shown = options.map(({ value, label }) => ({ value: value as string, label: oneLine(label) }));
  const selected = select({
    message: oneLine(message, LONGEST),
    options: shown,
    ...more,
    input,
    output,
    signal: ours.signal,
  });
  const chosen = await Promise.race([selected, gone.promise]);
  signal?.removeEventListener("abort", stop);
  for (const event of ["end", "close", "error"]) input.off(event, stop);
  return chosen === null || isCancel(chosen)
    ? null
    : (options.find(({ value }) => value === chosen)?.value ?? null);
}

async function askPlainly(question: Question, terminal: Terminal, signal?: AbortSignal): Promise<Answer> {
  const always = question.remember === undefined ? "" : `, a (${oneLine(question.remember)})`;
  const show = question.show === undefined ? "" : `, s (${oneLine(question.show)})`;
  const read = terminal.readLine ?? ((prompt: string) => readLine(prompt, terminal, signal));
  const line = await read(`${oneLine(question.text, LONGEST)} n (no), y (yes, this once)${always}${show}: `);
  if (line === null || signal?.aborted) return "interrupted";
  const word = line.trim().toLowerCase();
  if (/^a(lways)?$/.test(word) && always !== "") return "always";
  if (/^s(how)?$/.test(word) && show !== "") return "show";
  return /^y(es)?$/.test(word) ? "yes" : "no";
}

function readLine(prompt: string, { input, output }: Terminal, signal?: AbortSignal): Promise<string | null> {
  const { promise, resolve } = Promise.withResolvers<string | null>();
  const lines = createInterface({ input, terminal: false });
  const stop = (): void => lines.close();
  lines.on("close", () => resolve(null));
  lines.on("line", (line) => {
    resolve(line);
    lines.close();
  });
  signal?.addEventListener("abort", stop, { once: true });
  output.write(prompt);
  return promise.finally(() => signal?.removeEventListener("abort", stop));
}
