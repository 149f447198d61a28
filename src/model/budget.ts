/**
 * How a context window is shared out, and how text is made to fit its share. Parts of prompts are measured by the upper
 * estimate (`estimate.ts`), their shares corrected by what the server has counted: what fits by it fits the server's count, too.
 * Code is not cut here but at its syntax nodes (`graph/text/fold.ts`, `graph/text/view.ts`).
 */
import { estimateTokens } from "./estimate.ts";
import type { ChatMessage, Model } from "./model.ts";

/** Where a server does not tell its window, this one is assumed: what the usual servers load by default or more. */
const ASSUMED_WINDOW = 8192;
/** Below this a task cannot be shown with its code. */
export const LEAST_WINDOW = 2048;
/** Below this so much is left out of prompts that the user is told. */
export const SMALL_WINDOW = 4096;
/** Below this the failing test is not shown, and few of the other definitions. */
const ROOMY_WINDOW = 6144;
/** The template's own tokens for each message. */
export const PER_MESSAGE = 6;

/** `window` and `reply` in tokens as the server counts, the others by the estimate. */
export interface Shares {
  window: number;
  /** The longest reply that code may need. */
  reply: number;
  /** Everything that is sent. */
  prompt: number;
  /** The head and the first message together. */
  opening: number;
  /** Code shown in the first request. */
  code: number;
  /** Of it, the list of other definitions. */
  heads: number;
  /** Data that came on stdin. */
  data: number;
  /** The text of the failing test; 0: it is not shown. */
  test: number;
  /** One answer of a tool, one report of a check, what went before in the conversation. */
  answer: number;
}

/**
 * The shares of a window: a quarter is for the reply, 45 % for the head and the first message; the rest is for what is said
 * after it. Less window means less code, never cut code. `factor` makes the server's tokens of estimated ones
 * (`Calibration.factor`).
 */
export function sharesOf(window: number | null, factor = 1): Shares {
  const size = Math.max(LEAST_WINDOW, window ?? ASSUMED_WINDOW);
  const roomy = size >= ROOMY_WINDOW;
  const reply = Math.min(2048, Math.floor(size / 4));
  const estimated = (tokens: number): number => Math.floor(tokens / factor);
  const code = estimated(Math.min(6000, size * 0.3));
  const answer = estimated(Math.min(1500, size * 0.12));
  return {
    window: size,
    reply,
    prompt: estimated(size - reply),
    opening: estimated(size * 0.45),
    code,
    heads: Math.floor(code * (roomy ? 0.25 : 0.1)),
    data: estimated(Math.min(8000, size * 0.25)),
    test: roomy ? answer : 0,
    answer,
  };
}

/** The window as far as is known: what the server told, or has shown since; null where it does neither. */
export const windowOf = ({ window, calibration }: Pick<Model, "window" | "calibration">): number | null =>
  calibration.window ?? window;

/** The shares of the model's window, by what its server has counted so far. */
export const sharesFor = (model: Pick<Model, "window" | "calibration">): Shares =>
  sharesOf(windowOf(model), model.calibration.factor);

export function tokensOf(messages: ChatMessage[]): number {
  return messages.reduce((sum, { content }) => sum + estimateTokens(content) + PER_MESSAGE, 0);
}

/** A part of a prompt: the tokens that it could use, and those that are its own before any other part gets more. */
export interface Part {
  want: number;
  share: number;
}

/** What each part gets of `most`: what it wants within its share; what then is left goes to the first parts that want more. */
export function allot(most: number, parts: Part[]): number[] {
  let left = Math.max(0, most);
  const got = parts.map(({ want, share }) => {
    const first = Math.floor(Math.max(0, Math.min(want, share, left)));
    left -= first;
    return first;
  });
  return got.map((first, index) => {
    const more = Math.min(left, Math.max(0, (parts[index]?.want ?? 0) - first));
    left -= more;
    return first + more;
  });
}

const lines = (n: number): string => `${n} ${n === 1 ? "line" : "lines"} left out`;

/** Lines that tell of a failure, in the words of compilers, test runners and stack traces. */
const TROUBLE =
  /\b(?:error|errors|fail(?:ed|ure|ures|s)?|fatal|panic(?:ked)?|exception|traceback|assert\w*|expected|undefined|cannot|unable|denied|segfault|abort(?:ed)?)\b|Error\b|Exception\b|FAILED|^E {2,}|✗|✕|✖|not ok\b/i;
const BEFORE = 1;
const BEHIND = 2;

/** The lines in the order in which they are worth their room: those about trouble with what is around them, the head, the tail. */
function byWorth(all: string[]): number[] {
  const order = new Set<number>();
  for (const [at, line] of all.entries())
    if (TROUBLE.test(line))
      for (let n = Math.max(0, at - BEFORE); n <= Math.min(all.length - 1, at + BEHIND); n += 1) order.add(n);
  for (let head = 0, tail = all.length - 1; head <= tail; head += 1, tail -= 1) order.add(head).add(tail);
  return [...order];
}

/** A line in at most so many tokens, its end marked where it is longer. */
function clip(line: string, most: number): string {
  // A token is hardly ever longer than this, so that the estimate has little to read.
  let end = Math.min(line.length, most * 8);
  if (end === line.length && estimateTokens(line) <= most) return line;
  while (end > 0 && estimateTokens(line.slice(0, end)) > most - 2) end = Math.floor(end * 0.8);
  return end === 0 ? "" : `${line.slice(0, end).toWellFormed().trimEnd()} …`;
}

/** What the note on what is missing costs. */
const NOTE = 14;

/**
 * Text in at most `most` tokens, cut at lines: those that tell of an error with what is around them come first, then the head
 * and the tail, in the order of the text; the last line says how much is left out. One line of more than half the room is clipped.
 * "" where there is no room for anything.
 */
export function cutLines(text: string, most: number): string {
  // Every two characters less than a token: no estimate needed to know that it is too long.
  if (text.length <= most * 40 && estimateTokens(text) <= most) return text;
  const all = text.replace(/\n+$/, "").split("\n");
  const longest = Math.floor(most / 2);
  const kept = new Map<number, string>();
  let left = most - NOTE;
  for (const at of byWorth(all)) {
    const line = clip(all[at] ?? "", longest);
    const cost = estimateTokens(`${line}\n`);
    if (cost > left || (line === "" && all[at] !== "")) break;
    kept.set(at, line);
    left -= cost;
  }
  if (kept.size === 0) return most < NOTE ? "" : `… (${lines(all.length)})`;
  const shown = [...kept.entries()].sort(([a], [b]) => a - b).map(([, line]) => line);
  const missing = all.length - kept.size;
  return missing === 0 ? shown.join("\n") : `${shown.join("\n")}\n… (${lines(missing)})`;
}

/** A part of a prompt. */
export interface Section {
  /** Tokens that it could use. */
  want: number;
  /** The part of the whole that is its own before any other section gets more; then those of the lowest `rank` come first. */
  share: number;
  rank: number;
  /** In at most so many tokens; "" leaves it out. */
  text: (most: number) => string | Promise<string>;
}

/** What two sections have between them. */
const BETWEEN = 3;

/** The sections in their order, in at most `most` tokens. */
export async function compose(most: number, sections: Section[]): Promise<string> {
  const ranked = [...sections].sort((a, b) => a.rank - b.rank);
  const parts = ranked.map(({ want, share }) => ({ want: want + BETWEEN, share: most * share }));
  const rooms = new Map(allot(most, parts).map((tokens, index) => [ranked[index], tokens - BETWEEN]));
  const texts: string[] = [];
  for (const section of sections) texts.push(await section.text(rooms.get(section) ?? 0));
  return texts.filter((text) => text !== "").join("\n\n");
}

/** A section of text that is cut at lines, at most `cap` tokens; `frame` puts its title around it. */
export function lined(
  text: string,
  options: { share: number; rank: number; cap?: number; frame: (text: string) => string },
): Section {
  const { share, rank, cap = Infinity, frame } = options;
  const around = estimateTokens(frame(""));
  const want = text === "" ? 0 : Math.min(cap, around + estimateTokens(text) + 1);
  return {
    want,
    share,
    rank,
    text(most) {
      const cut = text === "" ? "" : cutLines(text, Math.min(most, cap) - around - 1);
      return cut === "" ? "" : frame(cut);
    },
  };
}

/** A section that is there whole or not at all. */
export function whole(text: string, { share, rank }: { share: number; rank: number }): Section {
  const want = estimateTokens(text);
  return { want, share, rank, text: (most) => (most >= want ? text : "") };
}
