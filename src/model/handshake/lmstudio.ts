/** LM Studio: its own list (`/api/v0/models`) tells which models are loaded, how large their windows are, and whether they know tools. */
import { type Ask, positive, type Reader, record, rows, text, UNTOLD, words } from "./facts.ts";

export function lmStudioReader(ask: Ask): Reader {
  const all = async (): Promise<Record<string, unknown>[]> => rows(record(await ask("/api/v0/models")).data);
  return {
    version: async () => null,
    loaded: async () =>
      (await all()).filter(({ state }) => state === "loaded").map(({ id }) => text(id) ?? ""),
    facts: async (model) => {
      const entry = (await all()).find(({ id }) => id === model.id);
      const loaded = positive(entry?.loaded_context_length);
      return {
        ...UNTOLD,
        window: loaded,
        loaded,
        most: positive(entry?.max_context_length),
        usage: true,
        schema: true,
        tools: words(entry?.capabilities)?.includes("tool_use") ?? null,
        completion: true,
      };
    },
    tried: async () => ({}),
  };
}
