/** From the settings to a model: the endpoint's, or that of a .gguf file in the embedded engine. */
import { basename, join, resolve } from "node:path";
import { type Host, type Settings, userCachePath, userDataPath } from "../config.ts";
import { connect } from "../model/client.ts";
import { ENGINE_VERSION, type RunningEngine, type Started, startEngine } from "../model/engine/start.ts";
import type { Model } from "../model/model.ts";
import { promptHeads } from "../turn/heads.ts";
import { childEnvironment } from "../workspace/run-environment.ts";

/** `engine` is the one that was started for the model; null where a server answers. */
type Reached =
  | { ok: true; model: Model; notices: string[]; engine: RunningEngine | null }
  | Extract<Awaited<ReturnType<typeof connect>>, { ok: false }>;

interface Place {
  host: Host;
  cwd: string;
  signal: AbortSignal;
}

/** An engine on its way, for the model file of this name. */
export interface Starting {
  name: string;
  started: Promise<Started>;
}

/** The engine's folder; null where there is no home. */
export function engineFolder(host: Host): string | null {
  const data = userDataPath(host);
  return data === null ? null : join(data, "engine", ENGINE_VERSION);
}

/** Where profiles of models are kept; null where there is no home. */
export function profileFolder(host: Host): string | null {
  const cache = userCachePath(host);
  return cache === null ? null : join(cache, "profiles");
}

/** Starts the engine where the model is a file and no endpoint is set, and returns at once; null where it is not wanted. */
export function beginEngine({ connection }: Settings, { host, cwd, signal }: Place): Starting | null {
  const { endpoint, model, window } = connection;
  if (endpoint !== null || model === null || !/\.gguf$/i.test(model)) return null;
  const file = resolve(cwd, model);
  const folder = engineFolder(host);
  if (folder === null) {
    const reason = `The engine that loads ${model} has no place because there is no home folder: set XDG_DATA_HOME.`;
    const failed: Started = { ok: false, kind: "unreachable", reason };
    return { name: basename(file), started: Promise.resolve(failed) };
  }
  const cache = userCachePath(host);
  const heads = { folder: cache === null ? null : join(cache, "heads"), texts: promptHeads() };
  const env = childEnvironment(host.env);
  return { name: basename(file), started: startEngine({ file, folder, window, env, heads, signal }) };
}

/** Finds the model; `tell` is told what takes a while. The engine may have been begun before. `stays`: see `ConnectOptions`. */
export async function reach(
  settings: Settings,
  options: Place & { tell: (text: string) => void; stays?: boolean; engine?: Starting | null },
): Promise<Reached> {
  const { tell, signal, stays = false, engine: begun = beginEngine(settings, options) } = options;
  const { connection } = settings;
  const { silenceMs } = settings.limits;
  if (begun === null) {
    const profiles = profileFolder(options.host);
    const found = await connect({ ...connection, profiles, silenceMs, stays, signal });
    return found.ok ? { ...found, engine: null } : found;
  }
  tell(`Loading ${begun.name}...`);
  const started = await begun.started;
  if (!started.ok) return started;
  const { engine } = started;
  const { endpoint, key } = engine;
  // Another port each time, and all it has to tell it tells at once.
  const served = { ...connection, endpoint, key, model: null, profiles: null };
  const found = await connect({ ...served, silenceMs, signal });
  // Its notices are about servers and how they are started.
  if (found.ok) return { ...found, notices: [], engine };
  engine.end();
  return found;
}
