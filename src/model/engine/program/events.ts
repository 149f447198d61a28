/** A reply as it goes out: server-sent events in the shape of either API, each with the counts so far. */
import type { Counts, ReadToken } from "./generate.ts";

export interface Events {
  /** So many tokens of the prompt are read, of so many. */
  read(done: number, all: number): void;
  text(index: number, text: string, counts: Counts): void;
  scored(token: ReadToken, counts: Counts): void;
  finish(index: number, reason: string, counts: Counts): void;
  usage(counts: Counts): void;
  error(message: string): void;
}

/** Writes what happens as server-sent events. Reading a prompt shows as progress, so that the wait is not silent. */
export function eventsOf(model: string, kind: "text" | "chat", out: (text: string) => void): Events {
  const object = kind === "chat" ? "chat.completion.chunk" : "text_completion";
  const event = (fields: object): void => out(`data: ${JSON.stringify({ object, model, ...fields })}\n\n`);
  const timings = ({ prompt, cached, generated }: Counts): object => ({
    timings: { prompt_n: prompt - cached, cache_n: cached, predicted_n: generated },
  });
  const piece = (text: string): object => (kind === "chat" ? { delta: { content: text } } : { text });
  return {
    read: (processed, total) => event({ choices: [], prompt_progress: { processed, total } }),
    text: (index, text, counts) =>
      event({ choices: [{ index, ...piece(text), finish_reason: null }], ...timings(counts) }),
    scored({ text, logprob, alternatives }, counts) {
      const top_logprobs = alternatives.map((one) => ({ token: one.text, logprob: one.logprob }));
      const logprobs = { content: [{ token: text, logprob, top_logprobs }] };
      event({ choices: [{ index: 0, ...piece(text), logprobs, finish_reason: null }], ...timings(counts) });
    },
    finish: (index, finish_reason, counts) =>
      event({ choices: [{ index, ...piece(""), finish_reason }], ...timings(counts) }),
    usage({ prompt, cached, generated }) {
      const usage = {
        prompt_tokens: prompt,
        completion_tokens: generated,
        total_tokens: prompt + generated,
        prompt_tokens_details: { cached_tokens: cached },
      };
      event({ choices: [], usage });
      out("data: [DONE]\n\n");
    },
    error: (message) => event({ error: { code: 500, message } }),
  };
}
