/** The client of an OpenAI-compatible endpoint: finds the server and the model, and gives the model to talk to. */
import type { Rung } from "../types.ts";
import { findGiven, findLocal, USUAL_PORTS } from "./discover.ts";
import { EndpointError, type Failure, type Place } from "./errors.ts";
import { handshake } from "./handshake.ts";
import type { Generation, Model } from "./model.ts";
import type { Profile } from "./profile.ts";
import { read } from "./reading.ts";
import { ask, type Context } from "./request.ts";

export interface ConnectOptions {
  /** An http(s) URL; null: look on the usual ports of this machine. */
  endpoint: string | null;
  /** Sent to that endpoint alone, never to one that was found by looking. */
  key: string | null;
  model: string | null;
  rung: Rung | null;
  window: number | null;
  /** The folder where profiles of models are kept; null or absent: none is. */
  profiles?: string | null;
  silenceMs: number;
  signal?: AbortSignal;
  /** Ports to look on in place of the usual ones. */
  ports?: number[];
}

const SEARCH_CANCELLED: Failure = {
  ok: false,
  kind: "cancelled",
  reason: "The search for a model was cancelled.",
};

/** The fields both APIs share. */
function fieldsOf(context: Context, g: Generation): Record<string, unknown> {
  return {
    model: context.place.model,
    max_tokens: g.maxTokens,
    temperature: g.temperature,
    ...(g.n === undefined || g.n === 1 ? {} : { n: g.n }),
    ...(g.seed === undefined ? {} : { seed: g.seed }),
    ...(g.stop === undefined || g.stop.length === 0 ? {} : { stop: g.stop }),
    stream: true,
    stream_options: { include_usage: true },
    // Counts in every event, so that those of a reply that we end are known, too; and how far the prompt is read.
    ...(context.server === "llama.cpp" ? { timings_per_token: true, return_progress: true } : {}),
  };
}

function modelOf(context: Context, profile: Profile): Model {
  const [rung] = profile.rungs;
  if (rung === undefined) throw new Error("A profile has at least one rung.");
  return {
    endpoint: context.place.endpoint,
    name: profile.model,
    rung,
    window: profile.window,
    fan: profile.fan,
    profile,
    chat(messages, { schema, ...generation }) {
      const json_schema = { name: "reply", strict: true, schema };
      const format = schema === undefined ? {} : { response_format: { type: "json_schema", json_schema } };
      const prompt = messages.map(({ content }) => content).join("\n");
      const body = { ...fieldsOf(context, generation), messages, ...format };
      return ask(context, {
        path: "/chat/completions",
        body,
        prompt,
        schema: schema !== undefined,
        generation,
      });
    },
    complete(prompt, generation) {
      const body = { ...fieldsOf(context, generation), prompt };
      return ask(context, { path: "/completions", body, prompt, schema: false, generation });
    },
    read:
      context.server === "llama.cpp"
        ? (prompt, text, generation) =>
            read(context, { prompt, text, generation, fields: fieldsOf(context, generation) })
        : null,
  };
}

/**
 * Finds the endpoint and the model and learns how to ask it. `notices` tell of choices made on the user's behalf.
 * Failures: `unreachable` (nothing there; the sentence says how to start something), `auth`, `model`, `protocol`, ...
 */
export async function connect(
  options: ConnectOptions,
): Promise<{ ok: true; model: Model; notices: string[] } | Failure> {
  const { key, silenceMs, signal } = options;
  // Loading takes as long as a server takes to answer: both at once.
  const sdk = import("openai");
  try {
    const found = await locate(options);
    const sentKey = options.endpoint === null ? null : key;
    const { rung, window, profiles = null, model: wanted } = options;
    const { profile, notices } = await handshake(found, {
      key: sentKey,
      wanted,
      rung,
      window,
      profiles,
      signal,
    });
    if (signal?.aborted) return SEARCH_CANCELLED;
    const models = found.models.map(({ id }) => id);
    const place: Place = { endpoint: found.endpoint, model: profile.model, models, key: sentKey };
    const context: Context = { place, server: found.server, silenceMs, sdk };
    return { ok: true, model: modelOf(context, profile), notices };
  } catch (thrown) {
    if (!(thrown instanceof EndpointError)) throw thrown;
    return signal?.aborted ? SEARCH_CANCELLED : thrown.failure;
  }
}

/** The names of the models that the endpoint lists, and its address. */
export async function listModels(
  options: Pick<ConnectOptions, "endpoint" | "key" | "signal" | "ports">,
): Promise<{ ok: true; endpoint: string; models: string[] } | Failure> {
  try {
    const { endpoint, models } = await locate(options);
    return { ok: true, endpoint, models: models.map(({ id }) => id) };
  } catch (thrown) {
    if (thrown instanceof EndpointError) return thrown.failure;
    throw thrown;
  }
}

function locate(
  options: Pick<ConnectOptions, "endpoint" | "key" | "signal" | "ports">,
): ReturnType<typeof findLocal> {
  if (options.endpoint === null) return findLocal(options.ports ?? USUAL_PORTS, options.signal);
  return findGiven(options.endpoint, { key: options.key, signal: options.signal });
}
