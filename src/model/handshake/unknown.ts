/** A server of unknown make that speaks the OpenAI API: what can be read is read as from llama.cpp, the rest is tried. */
import type { Place } from "../errors.ts";
import { tryServer } from "../probes.ts";
import { type Ask, type Reader, UNTOLD } from "./facts.ts";
import { llamaReader } from "./llama.ts";

/** `local`: only a server on this machine is asked for paths beside `/v1`. */
export function unknownReader(
  ask: Ask,
  of: { local: boolean; place: Place; signal: AbortSignal | undefined },
): Reader {
  const llama = llamaReader(ask, false);
  return {
    version: async () => (of.local ? llama.version() : null),
    loaded: async () => null,
    facts: async (model) => {
      const told = of.local ? await llama.facts(model) : UNTOLD;
      const { usage, tokenizer, schema, completion, tools } = UNTOLD;
      // That it has such a path as `/props` is no promise of anything else.
      return { ...told, window: told.window ?? model.window, usage, tokenizer, schema, completion, tools };
    },
    tried: ({ id }) => tryServer({ ...of.place, model: id }, of.signal),
  };
}
