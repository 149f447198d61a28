/**
 * Ollama by its own API: `/api/show` tells of a model, `/api/ps` of those in memory. Its `/v1` knows nothing of windows; requests
 * by the native API say which they want (`num_ctx`), and another one than before makes it load the model again.
 */
import { GOOD_WINDOW } from "../problems.ts";
import type { Traits } from "../profile.ts";
import { readTemplate } from "../template.ts";
import { type Ask, type Facts, positive, type Reader, record, rows, text, UNTOLD, words } from "./facts.ts";

/** The window to ask for all session long: the loaded one where it will do, so that nothing is loaded again. */
function windowFor(of: { loaded: number | null; set: number | null; most: number | null }): number {
  if (of.loaded !== null && of.loaded >= GOOD_WINDOW) return of.loaded;
  return Math.min(Math.max(of.set ?? 0, GOOD_WINDOW), of.most ?? Number.POSITIVE_INFINITY);
}

function thinkingOf(show: Record<string, unknown>, capabilities: string[]): Traits["thinking"] {
  if (!capabilities.includes("thinking")) return "never";
  const { values } = record(show.thinking);
  const always = Array.isArray(values) ? !values.includes(false) : isHarmony(show);
  return always ? "always" : "optional";
}

const isHarmony = (show: Record<string, unknown>): boolean => text(record(show.details).family) === "gptoss";

/** The template; "" for that of a base model, which is the prompt alone, unless a renderer does the work. */
function templateOf(show: Record<string, unknown>): string | null {
  const template = text(show.template);
  const rendered = /^RENDERER\s/m.test(text(show.modelfile) ?? "") || text(show.renderer) !== null;
  const bare = template !== null && /^\s*\{\{-?\s*\.Prompt\s*-?\}\}\s*$/.test(template);
  return bare && !rendered ? "" : template;
}

function factsOf(shown: unknown, running: Record<string, unknown> | undefined): Facts {
  const show = record(shown);
  const capabilities = words(show.capabilities);
  const info = Object.entries(record(show.model_info));
  const most = positive(info.find(([name]) => name.endsWith(".context_length"))?.[1]);
  const set = /^\s*num_ctx\s+(\d+)/m.exec(text(show.parameters) ?? "")?.[1];
  const loaded = positive(running?.context_length);
  const template = templateOf(show);
  const read = template === null || template === "" ? UNTOLD : readTemplate(template);
  return {
    ...UNTOLD,
    window: windowFor({ loaded, set: set === undefined ? null : Number(set), most }),
    loaded,
    most,
    template,
    roles: read.roles,
    thinking: capabilities === null ? read.thinking : thinkingOf(show, capabilities),
    usage: true,
    schema: true,
    tools: capabilities?.includes("tools") ?? read.tools,
    completion: true,
  };
}

export function ollamaReader(ask: Ask): Reader {
  const running = async (): Promise<Record<string, unknown>[]> => rows(record(await ask("/api/ps")).models);
  return {
    version: async () => text(record(await ask("/api/version")).version),
    loaded: async () => (await running()).map(({ name }) => text(name) ?? ""),
    facts: async ({ id }) => {
      const [show, all] = await Promise.all([ask("/api/show", { model: id }), running()]);
      return factsOf(
        show,
        all.find(({ name, model }) => name === id || model === id),
      );
    },
    tried: async () => ({}),
  };
}
