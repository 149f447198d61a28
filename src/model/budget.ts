/** How a context window is shared out. All sizes in tokens; characters are counted at the densest that code usually is. */
import { estimateTokens } from "./estimate.ts";
import type { ChatMessage } from "./model.ts";

/** Where a server does not tell its window, this one is assumed: what the usual servers load by default or more. */
const ASSUMED_WINDOW = 8192;
/** Below this a task cannot be shown with its code. */
export const LEAST_WINDOW = 2048;
const CHARS_PER_TOKEN = 3;
/** The template's own tokens for each message. */
const PER_MESSAGE = 6;

export interface Shares {
  window: number;
  /** The longest reply that code may need. */
  reply: number;
  /** Code shown in the first request. */
  code: number;
  /** Data that came on stdin. */
  data: number;
  /** One answer of a tool, one report of a check. */
  answer: number;
}

/** The shares of a window: a quarter is for the reply; less window means less code, never cut code. */
export function sharesOf(window: number | null): Shares {
  const size = Math.max(LEAST_WINDOW, window ?? ASSUMED_WINDOW);
  const reply = Math.min(2048, Math.floor(size / 4));
  return {
    window: size,
    reply,
    code: Math.min(6000, Math.floor(size * 0.3)),
    data: Math.min(8000, Math.floor(size * 0.25)),
    answer: Math.min(1500, Math.floor(size * 0.12)),
  };
}

export const charsIn = (tokens: number): number => tokens * CHARS_PER_TOKEN;

export function tokensOf(messages: ChatMessage[]): number {
  return messages.reduce((sum, { content }) => sum + estimateTokens(content) + PER_MESSAGE, 0);
}

/** Text that fits into so many characters, cut between lines, with a last line that says how much is missing. */
export function cutLines(text: string, chars: number): string {
  if (text.length <= chars) return text;
  const end = text.lastIndexOf("\n", chars);
  const kept = end <= 0 ? "" : text.slice(0, end);
  return `${kept}\n… (${text.slice(kept.length).trim().split("\n").length} more lines left out)`;
}
