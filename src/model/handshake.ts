/**
 * What has to be known of a model before the first request: the window it is loaded with, how messages may look, and the rungs
 * to ask it on. A few quick questions, and for a profile that is not known yet what has to be tried. One that fails or is not
 * answered leaves its fact unknown and stops nothing.
 */
import { isLoopback } from "../config/hosts.ts";
import type { Rung } from "../types.ts";
import { chooseModel, type Found } from "./discover.ts";
import { EndpointError, type Place } from "./errors.ts";
import type { Ask, Facts, Reader } from "./handshake/facts.ts";
import { llamaReader } from "./handshake/llama.ts";
import { lmStudioReader } from "./handshake/lmstudio.ts";
import { ollamaReader } from "./handshake/ollama.ts";
import { unknownReader } from "./handshake/unknown.ts";
import { vllmReader } from "./handshake/vllm.ts";
import { windowNotice } from "./problems.ts";
import { type Profile, rungsOf, Traits } from "./profile.ts";
import { keepTraits, keptTraits, type Shelf, shelfOf } from "./profiles.ts";
import { isFallbackTemplate, kindByName } from "./servers.ts";
import { getJson } from "./transport.ts";

const ASK_MS = 1000;

export interface Handshake {
  profile: Profile;
  /** Choices made on the user's behalf, and a window that is too small. */
  notices: string[];
}

export interface HandshakeOptions {
  key: string | null;
  wanted: string | null;
  rung: Rung | null;
  window: number | null;
  /** The folder where profiles are kept; null: none is, and nothing is tried that would be tried again each time. */
  profiles: string | null;
  signal?: AbortSignal | undefined;
}

type Asking = Pick<HandshakeOptions, "key" | "signal">;

const placeOf = (found: Found, key: string | null): Place => ({
  endpoint: found.endpoint,
  model: null,
  models: [],
  key,
});

function asking(found: Found, options: Asking): Ask {
  const root = found.endpoint.replace(/\/v1$/, "");
  const place = placeOf(found, options.key);
  const asked = new Map<string, Promise<unknown>>();
  const once = async (path: string, post?: object): Promise<unknown> => {
    try {
      const request = { place, ms: ASK_MS, signal: options.signal };
      return await getJson(`${root}${path}`, post === undefined ? request : { ...request, post });
    } catch (thrown) {
      if (thrown instanceof EndpointError) return null;
      throw thrown;
    }
  };
  return (path, post) => {
    if (post !== undefined) return once(path, post);
    const answer = asked.get(path) ?? once(path);
    asked.set(path, answer);
    return answer;
  };
}

function readerOf(found: Found, options: Asking): Reader {
  const ask = asking(found, options);
  switch (found.server) {
    case "llama.cpp":
      return llamaReader(ask, found.models.length > 1);
    case "ollama":
      return ollamaReader(ask);
    case "lmstudio":
      return lmStudioReader(ask);
    case "vllm":
      return vllmReader(ask);
    case "unknown": {
      const local = isLoopback(new URL(found.endpoint).hostname);
      return unknownReader(ask, { local, place: placeOf(found, options.key), signal: options.signal });
    }
  }
}

/** Whether the model only continues text: by its template where that is its own, else by its name. */
function isBase(facts: Facts, name: string): boolean {
  const byName = kindByName(name);
  if (facts.template === "" || byName === "base") return true;
  if (facts.template === null || !isFallbackTemplate(facts.template)) return false;
  return byName !== "chat" && facts.eos !== "<|im_end|>";
}

/** What the server tells, and over that what is kept of the profile, or else what trying it shows, which is kept from then on. */
async function traitsOf(
  shelf: Shelf,
  facts: Facts,
  tried: () => ReturnType<Reader["tried"]>,
): Promise<Traits> {
  const kept = await keptTraits(shelf);
  const learnt = kept ?? (await tried());
  if (kept === null && learnt !== null) keepTraits(shelf, learnt);
  return Traits.parse({ ...facts, ...learnt });
}

/** Chooses the model and learns what it needs; an explicit rung or window wins. Throws EndpointError where the model is missing. */
export async function handshake(found: Found, options: HandshakeOptions): Promise<Handshake> {
  const { wanted, profiles } = options;
  const reader = readerOf(found, options);
  const asked = reader.version();
  // Only an open choice has to wait for what is loaded.
  const settled = wanted !== null || found.models.length <= 1;
  const choice = chooseModel(found, { wanted, loaded: settled ? [] : ((await reader.loaded()) ?? []) });
  const { model } = choice;
  const [version, facts] = await Promise.all([asked, reader.facts(model)]);
  const { eos: _, ...told } = facts;
  const known = { server: found.server, version, model: model.id };
  const shelf = shelfOf(profiles, { ...known, template: facts.template, endpoint: found.endpoint });
  const base = isBase(facts, model.id);
  // Requests for the model itself are worth it only where they decide something, and only once.
  const free = found.server !== "unknown";
  const tryable = !base && (free || (profiles !== null && options.rung === null));
  const traits = await traitsOf(shelf, facts, async () => (tryable ? reader.tried(model, facts) : null));
  const profile: Profile = {
    ...told,
    ...traits,
    ...known,
    window: options.window ?? facts.window,
    rungs: options.rung === null ? rungsOf(traits, base) : [options.rung],
  };
  const where = { endpoint: found.endpoint, engine: false };
  const small = options.window === null ? windowNotice(profile, where) : null;
  return { profile, notices: [choice.notice, small].filter((notice) => notice !== null) };
}

/** What a server says of itself: its version, and which of its models it holds in memory; null where it does not tell. */
export async function overview(
  found: Found,
  options: Asking,
): Promise<{ version: string | null; loaded: string[] | null }> {
  const reader = readerOf(found, options);
  const [version, some] = await Promise.all([reader.version(), reader.loaded()]);
  const all = found.server === "unknown" ? null : found.models.map(({ id }) => id);
  return { version, loaded: some ?? all };
}
