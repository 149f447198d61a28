/** The server's own tokenizer: llama.cpp and vLLM count a text where they are asked, at `/tokenize` beside `/v1`. */
import { z } from "zod";
import { EndpointError, type Place } from "./errors.ts";
import { getJson } from "./transport.ts";

const Tokenized = z.object({ tokens: z.array(z.int()) });
const TOKENIZE_MS = 10_000;

/** The tokens of a text as it is, without those that open a prompt; null where the server does not tell. */
export async function tokenize(place: Place, text: string, signal?: AbortSignal): Promise<number[] | null> {
  const url = `${place.endpoint.replace(/\/v1$/, "")}/tokenize`;
  // llama.cpp reads `content`, vLLM `prompt` and `model`.
  const post = {
    model: place.model,
    content: text,
    prompt: text,
    add_special: false,
    add_special_tokens: false,
  };
  try {
    const answer = await getJson(url, { place, ms: TOKENIZE_MS, signal, post });
    return Tokenized.safeParse(answer).data?.tokens ?? null;
  } catch (thrown) {
    if (thrown instanceof EndpointError) return null;
    throw thrown;
  }
}

/** How many tokens the server makes of a text; null where it does not tell. */
export async function countTokens(place: Place, text: string, signal?: AbortSignal): Promise<number | null> {
  return (await tokenize(place, text, signal))?.length ?? null;
}
