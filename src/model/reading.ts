/**
 * Has a model read a given text and tells what it made of each token: how likely it was, and what the model would rather
 * have written. llama-server does this as a generation whose grammar allows that text alone.
 */
import { z } from "zod";
import type { Generation, Reply } from "./model.ts";
import { ask, type Context } from "./request.ts";

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

/** A GBNF rule for exactly this text. */
function literalGrammar(text: string): string {
  return `root ::= ${JSON.stringify(text)}`;
}

/** Reads `text` behind `prompt`. */
export async function read(
  context: Context,
  request: { prompt: string; text: string; generation: Generation; fields: Record<string, unknown> },
): Promise<Reading> {
  const { prompt, text, generation, fields } = request;
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
  const body = { ...fields, prompt, grammar: literalGrammar(text), logprobs: ALTERNATIVES };
  const reply = await ask(context, {
    path: "/completions",
    body,
    prompt,
    schema: false,
    generation: { ...generation, onEvent },
  });
  const joined = tokens.map((token) => token.text).join("");
  // The last token may be the end of the text, which is no text.
  const whole = joined === text && reply.ok && reply.text === text;
  return { reply, tokens: whole ? tokens : null };
}
