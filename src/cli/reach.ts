/** From the settings to a model: the endpoint's, or that of a .gguf file in the embedded engine. */
import { basename, join, resolve } from "node:path";
import { type Host, type Settings, userCachePath, userDataPath } from "../config.ts";
import { connect } from "../model/client.ts";
import { ENGINE_VERSION, startEngine } from "../model/engine/start.ts";
import { promptHeads } from "../turn/heads.ts";
import { childEnvironment } from "../workspace/run-environment.ts";

type Connected = Awaited<ReturnType<typeof connect>>;

/** The engine's folder; null where there is no home. */
export function engineFolder(host: Host): string | null {
  const data = userDataPath(host);
  return data === null ? null : join(data, "engine", ENGINE_VERSION);
}

/** Finds the model (`tell` is told what takes a while), starting the engine where the model is a file and no endpoint is set. */
export async function reach(
  { connection, limits }: Settings,
  { host, cwd, signal, tell }: { host: Host; cwd: string; signal: AbortSignal; tell: (text: string) => void },
): Promise<Connected> {
  const { silenceMs } = limits;
  const { endpoint, model } = connection;
  if (endpoint !== null || model === null || !/\.gguf$/i.test(model))
    return connect({ ...connection, silenceMs, signal });
  const folder = engineFolder(host);
  if (folder === null) {
    const reason = `The engine that loads ${model} has no place because there is no home folder: set XDG_DATA_HOME.`;
    return { ok: false, kind: "unreachable", reason };
  }
  const env = childEnvironment(host.env);
  const file = resolve(cwd, model);
  tell(`Loading ${basename(file)}...`);
  const cache = userCachePath(host);
  const heads = { folder: cache === null ? null : join(cache, "heads"), texts: promptHeads() };
  const started = await startEngine({ file, folder, window: connection.window, env, heads, signal });
  if (!started.ok) return started;
  const { engine } = started;
  const found = await connect({
    ...connection,
    endpoint: engine.endpoint,
    key: engine.key,
    model: null,
    silenceMs,
    signal,
  });
  if (!found.ok) engine.end();
  return found;
}
