/** Asking the user on the terminal. A question without a terminal is a "no". */
import { oneLine } from "./sanitize.ts";

export interface Terminal {
  input: NodeJS.ReadStream;
  /** Where questions go: stderr, since stdout carries the answer. */
  output: NodeJS.WriteStream;
}

/** `always`: yes, and do not ask again. */
export type Answer = "yes" | "always" | "no" | "interrupted";

export interface Question {
  /** May hold text from the project; it is shown on one line and cannot act on the terminal. */
  text: string;
  /** What `always` would mean; without it, it is not offered. */
  remember?: string;
}

/** The user's answer; "no" at once where either end is not a terminal. */
export async function ask(question: Question, terminal: Terminal, signal?: AbortSignal): Promise<Answer> {
  if (!terminal.input.isTTY || !terminal.output.isTTY) return "no";
  const { isCancel, select } = await import("@clack/prompts");
  const always =
    question.remember === undefined ? [] : [{ value: "always", label: oneLine(question.remember) }];
  const answer = await select({
    message: oneLine(question.text),
    options: [{ value: "no", label: "no" }, { value: "yes", label: "yes, this once" }, ...always],
    input: terminal.input,
    output: terminal.output,
    ...(signal === undefined ? {} : { signal }),
  });
  return isCancel(answer) ? "interrupted" : (answer as Answer);
}
