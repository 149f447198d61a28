/** What one event of a streamed reply says, read tolerantly: of the OpenAI-compatible APIs, and of Ollama's own. */
import type { Tokens } from "../../types.ts";
import { type CallDelta, callDeltas } from "./calls.ts";

/** `tokens`: null where it does not count. `error`: the whole event, where it tells of a failure. */
export interface StreamEvent {
  /** Which of several replies it belongs to; null where it belongs to none (the counts at the end). */
  index: number | null;
  text: string;
  thinking: string;
  calls: CallDelta[];
  finish: string | null;
  tokens: Tokens | null;
  /** How far the prompt is read, in tokens. */
  read: { done: number; all: number } | null;
  error: unknown;
}

const record = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
const string = (value: unknown): string => (typeof value === "string" ? value : "");
const count = (value: unknown): number => (typeof value === "number" && value > 0 ? Math.round(value) : 0);
const errorIn = (fields: Record<string, unknown>): unknown =>
  fields.error === undefined || fields.error === null ? null : fields;

/** Counts as the server gave them: in `usage`, or in llama.cpp's `timings` of each event; null where there are none. */
function tokensOf(event: Record<string, unknown>): Tokens | null {
  const usage = record(event.usage);
  if (count(usage.prompt_tokens) > 0) {
    return {
      prompt: count(usage.prompt_tokens),
      cached: count(record(usage.prompt_tokens_details).cached_tokens),
      generated: count(usage.completion_tokens),
    };
  }
  const timings = record(event.timings);
  if (count(timings.prompt_n) === 0) return null;
  const cached = count(timings.cache_n);
  return { prompt: count(timings.prompt_n) + cached, cached, generated: count(timings.predicted_n) };
}

/** Reads the first choice of a chunk; what is missing (as in the last chunk, which has usage alone) is empty or null. */
export function readEvent(event: unknown): StreamEvent {
  const fields = record(event);
  const choice: unknown = Array.isArray(fields.choices) ? fields.choices[0] : undefined;
  const { delta, text, finish_reason, index } = record(choice);
  const { processed, total } = record(fields.prompt_progress);
  const message = record(delta);
  const { content, reasoning_content, reasoning } = message;
  return {
    index: choice === undefined ? null : count(index),
    text: string(text) + string(content),
    thinking: string(reasoning_content) || string(reasoning),
    calls: callDeltas(message),
    finish: typeof finish_reason === "string" ? finish_reason : null,
    tokens: tokensOf(fields),
    read: count(total) > 0 ? { done: count(processed), all: count(total) } : null,
    error: errorIn(fields),
  };
}

/**
 * Reads one line of Ollama's `/api/chat` or `/api/generate`. Its last one has the counts; that of the prompt covers cached
 * tokens, too, which are not told apart.
 */
export function readOllama(event: unknown): StreamEvent {
  const fields = record(event);
  const { message, response, thinking, done, done_reason, prompt_eval_count, eval_count } = fields;
  const said = record(message);
  const prompt = count(prompt_eval_count);
  return {
    index: 0,
    text: string(said.content) + string(response),
    thinking: string(said.thinking) + string(thinking),
    calls: callDeltas(said),
    finish: done === true ? string(done_reason) || "stop" : null,
    tokens: prompt === 0 ? null : { prompt, cached: 0, generated: count(eval_count) },
    read: null,
    error: errorIn(fields),
  };
}
