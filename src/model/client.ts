/** The client of an OpenAI-compatible endpoint: finds the server and the model, and gives the model to talk to. */
import type { Rung } from "../types.ts";
import { Calibration } from "./calibration.ts";
import { PromptWatch } from "./cuts.ts";
import { findGiven, findLocal, USUAL_PORTS } from "./discover.ts";
import { EndpointError, type Failure, type Place } from "./errors.ts";
import { handshake } from "./handshake.ts";
import { Ladder } from "./ladder.ts";
import type { Model } from "./model.ts";
import { read } from "./reading.ts";
import { countTokens } from "./tokenizer.ts";
import type { Context } from "./wire/context.ts";
import { Departure } from "./wire/departure.ts";
import { ollamaEvents } from "./wire/ollama.ts";
import { openaiSpeech } from "./wire/openai.ts";
import { ask } from "./wire/request.ts";

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
  /** Whether the session goes on after its first task: then a server that unloads models is asked to keep this one. */
  stays?: boolean;
  signal?: AbortSignal;
  /** Ports to look on in place of the usual ones. */
  ports?: number[];
}

const SEARCH_CANCELLED: Failure = {
  ok: false,
  kind: "cancelled",
  reason: "The search for a model was cancelled.",
};

function modelOf(context: Context): Model {
  const { profile, place, calibration } = context;
  return {
    endpoint: place.endpoint,
    name: profile.model,
    ladder: new Ladder(profile),
    window: profile.window,
    fan: profile.fan,
    profile,
    calibration,
    chat(messages, generation) {
      const bound = generation.schema !== undefined && profile.thinking === "optional";
      const think = generation.thinkTokens !== 0 && !bound;
      return ask(context, { kind: "chat", messages, generation, think });
    },
    complete(prompt, generation) {
      return ask(context, { kind: "complete", prompt, generation, think: true });
    },
    count(text, signal) {
      return profile.tokenizer ? countTokens(place, text, signal) : Promise.resolve(null);
    },
    read:
      profile.server === "llama.cpp"
        ? (prompt, text, generation) => read(context, { prompt, text, generation })
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
    const calibration = new Calibration();
    const context: Context = {
      place,
      profile,
      silenceMs,
      stays: options.stays ?? false,
      speak: profile.server === "ollama" ? ollamaEvents : openaiSpeech(sdk),
      calibration,
      watch: new PromptWatch(calibration, profile.window),
      departure: new Departure(place, profile.server === "llama.cpp"),
    };
    return { ok: true, model: modelOf(context), notices };
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
