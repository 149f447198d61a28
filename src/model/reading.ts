/**
 * Has a model read a given text and tells what it made of each token: how likely it was, and what the model would rather
 * have written. llama-server does this as a generation whose grammar allows the tokens of that text alone.
 */
import { z } from "zod";
import type { Generation, Reply } from "./model.ts";
import { tokenize } from "./tokenizer.ts";
import type { Context } from "./wire/context.ts";
import { ask } from "./wire/request.ts";

/** One token of a text as the model read it. `alternatives` are its likeliest tokens there, in any order; logarithms are natural. */
export interface ReadToken {
  text: string;
  logprob: number;
  alternatives: { text: string; logprob: number }[];
}

/** `tokens` join to the text; null where the server gave something else. */
export interface Reading {
  reply: Reply;
  tokens: ReadToken[] | null;
}

const ALTERNATIVES = 8;

const Scored = z.object({ token: z.string(), logprob: z.number() });
const Scores = z.object({
  choices: z.array(
    z.object({
      logprobs: z.object({ content: z.array(Scored.extend({ top_logprobs: z.array(Scored) })) }).nullish(),
    }),
  ),
});

/** A GBNF rule for exactly these tokens: a rule for the text would let the model spell it in small pieces. */
function tokenGrammar(ids: number[]): string {
  return `root ::= ${ids.map((id) => `<[${id}]>`).join(" ")}`;
}

/** Reads `text` behind `prompt`; null where the server cannot be asked for it. */
export async function read(
  context: Context,
  request: { prompt: string; text: string; generation: Generation },
): Promise<Reading | null> {
  const { prompt, text, generation } = request;
  const ids = await tokenize(context.place, text, generation.signal);
  if (ids === null || ids.length === 0) return null;
  const tokens: ReadToken[] = [];
  const onEvent = (event: unknown): void => {
    const scores = Scores.safeParse(event);
    for (const { token, logprob, top_logprobs } of scores.data?.choices[0]?.logprobs?.content ?? [])
      tokens.push({
        text: token,
        logprob,
        alternatives: top_logprobs.map((one) => ({ text: one.token, logprob: one.logprob })),
      });
  };
  const reply = await ask(context, {
    kind: "complete",
    prompt,
    think: true,
    generation: { ...generation, maxTokens: ids.length + 1, onEvent },
    extra: { grammar: tokenGrammar(ids), logprobs: ALTERNATIVES },
  });
  const joined = tokens.map((token) => token.text).join("");
  // The last token may be the end of the text, which is no text.
  const whole = joined === text && reply.ok && reply.text === text;
  return { reply, tokens: whole ? tokens : null };
}
