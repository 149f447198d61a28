/** vLLM: the window is in its list of models. Its template, and whether it was started with a parser for tools, it does not tell. */
import { type Ask, type Reader, record, text, UNTOLD } from "./facts.ts";

/** It takes as many replies to one prompt as one likes; more than this at once are seldom of use. */
const FAN = 8;

export function vllmReader(ask: Ask): Reader {
  return {
    version: async () => text(record(await ask("/version")).version),
    loaded: async () => null,
    facts: async ({ window }) => ({
      ...UNTOLD,
      window,
      loaded: window,
      fan: FAN,
      usage: true,
      tokenizer: true,
      schema: true,
      completion: true,
    }),
    tried: async () => ({}),
  };
}
