/**
 * What has to be known of a model before the first request: the window it is loaded with and the rung to ask it on.
 * At most two quick requests; one that fails or is not answered leaves its fact unknown and stops nothing.
 */
import type { Rung } from "../types.ts";
import { chooseModel, type Found } from "./discover.ts";
import { EndpointError, type Place } from "./errors.ts";
import { type Profile, UNKNOWN_PROFILE } from "./profile.ts";
import { isFallbackTemplate, kindByName } from "./servers.ts";
import { getJson, isLoopback } from "./transport.ts";

const ASK_MS = 1000;
/** What Ollama loads a model with on most machines when nobody asked for more. */
const OLLAMA_WINDOW = 4096;

/** What one server told. `template`: null where nothing is known of it, "" where the model has none. */
interface Facts {
  window: number | null;
  template: string | null;
  /** The token that ends a reply, as text. */
  eos: string | null;
  fan: number;
}

export interface Handshake {
  profile: Profile;
  notices: string[];
}

export interface HandshakeOptions {
  key: string | null;
  wanted: string | null;
  rung: Rung | null;
  window: number | null;
  signal?: AbortSignal | undefined;
}

const record = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
const rows = (value: unknown): Record<string, unknown>[] => (Array.isArray(value) ? value.map(record) : []);
const positive = (value: unknown): number | null => (typeof value === "number" && value > 0 ? value : null);
const text = (value: unknown): string | null => (typeof value === "string" ? value : null);

const UNKNOWN: Facts = { window: null, template: null, eos: null, fan: 1 };
/** vLLM takes as many as one likes; more than this at once are seldom of use. */
const VLLM_FAN = 8;

/** Asks one of the server's own paths (beside `/v1`); null where it does not answer with JSON in time. */
type Ask = (path: string, post?: object) => Promise<unknown>;

function asking(found: Found, options: HandshakeOptions): Ask {
  const root = found.endpoint.replace(/\/v1$/, "");
  const place: Place = { endpoint: found.endpoint, model: null, models: [], key: options.key };
  return async (path, post) => {
    try {
      const request = { place, ms: ASK_MS, signal: options.signal };
      return await getJson(`${root}${path}`, post === undefined ? request : { ...request, post });
    } catch (thrown) {
      if (thrown instanceof EndpointError) return null;
      throw thrown;
    }
  };
}

/**
 * llama.cpp: the window of one slot; the training size in `/v1/models` is another thing. It makes as many replies from one
 * reading as it has slots (`n_cmpl`; an older one makes one, whatever is asked).
 */
async function llamaFacts(ask: Ask): Promise<Facts> {
  const props = record(await ask("/props"));
  return {
    window: positive(record(props.default_generation_settings).n_ctx),
    template: text(props.chat_template),
    eos: text(props.eos_token),
    fan: positive(props.total_slots) ?? 1,
  };
}

interface Known {
  choice: ReturnType<typeof chooseModel>;
  facts: Facts;
}

async function ollama(found: Found, ask: Ask, wanted: string | null): Promise<Known> {
  const running = ask("/api/ps").then((ps) => rows(record(ps).models));
  // Only an open choice has to wait for what is loaded.
  const settled = wanted !== null || found.models.length === 1;
  const loaded = settled ? [] : (await running).map(({ name }) => text(name) ?? "");
  const choice = chooseModel(found, { wanted, loaded });
  const { id } = choice.model;
  const [answer, all] = await Promise.all([ask("/api/show", { model: id }), running]);
  const show = record(answer);
  const asked = /^\s*num_ctx\s+(\d+)/m.exec(text(show.parameters) ?? "")?.[1];
  const now = all.find(({ name, model }) => name === id || model === id);
  const window = positive(now?.context_length) ?? (asked === undefined ? OLLAMA_WINDOW : Number(asked));
  const template = text(show.template);
  // A model with a renderer of its own has this template, too, and chats.
  const passesThrough = template !== null && /^\s*\{\{-?\s*\.Prompt\s*-?\}\}\s*$/.test(template);
  const rendered = /^RENDERER\s/m.test(text(show.modelfile) ?? "");
  return { choice, facts: { ...UNKNOWN, window, template: passesThrough && !rendered ? "" : template } };
}

async function lmStudio(found: Found, ask: Ask, wanted: string | null): Promise<Known> {
  const known = rows(record(await ask("/api/v0/models")).data);
  const loaded = known.filter(({ state }) => state === "loaded").map(({ id }) => text(id) ?? "");
  const choice = chooseModel(found, { wanted, loaded });
  const entry = known.find(({ id }) => id === choice.model.id);
  return { choice, facts: { ...UNKNOWN, window: positive(entry?.loaded_context_length) } };
}

function rungOf(facts: Facts, name: string): Rung {
  const byName = kindByName(name);
  if (facts.template === "" || byName === "base") return "plain";
  if (facts.template === null || !isFallbackTemplate(facts.template)) return "schema";
  return byName === "chat" || facts.eos === "<|im_end|>" ? "schema" : "plain";
}

async function learn(found: Found, ask: Ask, wanted: string | null): Promise<Known> {
  if (found.server === "ollama") return ollama(found, ask, wanted);
  if (found.server === "lmstudio") return lmStudio(found, ask, wanted);
  const choice = chooseModel(found, { wanted, loaded: [] });
  const local = isLoopback(new URL(found.endpoint).hostname);
  const like = found.server === "llama.cpp" || (found.server === "unknown" && local);
  if (like) return { choice, facts: await llamaFacts(ask) };
  return { choice, facts: { ...UNKNOWN, fan: found.server === "vllm" ? VLLM_FAN : 1 } };
}

/** Chooses the model and learns what it needs; an explicit rung or window wins. Throws EndpointError where the model is missing. */
export async function handshake(found: Found, options: HandshakeOptions): Promise<Handshake> {
  const { choice, facts } = await learn(found, asking(found, options), options.wanted);
  const rung = options.rung ?? rungOf(facts, choice.model.id);
  return {
    profile: {
      ...UNKNOWN_PROFILE,
      server: found.server,
      model: choice.model.id,
      window: options.window ?? facts.window ?? choice.model.window,
      fan: facts.fan,
      template: facts.template,
      rungs: [rung],
    },
    notices: choice.notice === null ? [] : [choice.notice],
  };
}
