/**
 * Finds the endpoint and the model: the address that was given, else the first local server on a usual port that
 * lists a model. Nothing is guessed in silence: where there was a choice to make, a notice says so.
 */
import { EndpointError, missingModel, type Place } from "./errors.ts";
import { type ModelEntry, modelsOf, type ServerKind, serverKind } from "./servers.ts";
import { getJson } from "./transport.ts";

/** Where Ollama, LM Studio, llama.cpp (older, newer) and vLLM listen when nobody tells them otherwise; first wins. */
export const USUAL_PORTS = [11434, 1234, 8080, 9931, 8000];

/** A closed port refuses at once; what takes longer on loopback is no model server at rest. */
const PROBE_MS = 300;
/** A given address may be far away or just waking up. */
const LIST_MS = 5000;

export interface Found {
  endpoint: string;
  server: ServerKind;
  models: ModelEntry[];
}

/** The base URL of an API: the address itself, with `/v1` where it names a host alone. */
function baseUrl(address: string): string {
  const url = new URL(address);
  return url.pathname === "/" ? `${url.origin}/v1` : address.replace(/\/+$/, "");
}

/** Asks a server for its models; throws EndpointError. A server that has no such list but is there has none. */
async function list(
  endpoint: string,
  options: { key: string | null; ms: number; signal?: AbortSignal | undefined },
): Promise<Found> {
  const place: Place = { endpoint, model: null, models: [], key: options.key };
  const payload = await getJson(`${endpoint}/models`, { place, ms: options.ms, signal: options.signal });
  return { endpoint, server: serverKind(endpoint, payload), models: modelsOf(payload) };
}

/** The server at a given http(s) address. */
export async function findGiven(
  address: string,
  options: { key: string | null; signal?: AbortSignal | undefined },
): Promise<Found> {
  const endpoint = baseUrl(address);
  try {
    return await list(endpoint, { ...options, ms: LIST_MS });
  } catch (thrown) {
    // An API without a list of models is still an API, as long as the model was named.
    if (
      thrown instanceof EndpointError &&
      thrown.kind === "protocol" &&
      /\((404|405)\)/.test(thrown.message)
    ) {
      return { endpoint, server: "unknown", models: [] };
    }
    throw thrown;
  }
}

/** Asks each of these ports at once. No key is ever sent there. */
function askPorts(ports: number[], signal: AbortSignal | undefined): Promise<Found | EndpointError>[] {
  return ports.map((port) =>
    list(`http://127.0.0.1:${port}/v1`, { key: null, ms: PROBE_MS, signal }).catch((thrown: unknown) => {
      if (thrown instanceof EndpointError) return thrown;
      throw thrown;
    }),
  );
}

/** Every server on the usual ports that lists models, even where it has none, in the order of the ports. */
export async function findAll(ports: number[], signal?: AbortSignal): Promise<Found[]> {
  const answers = await Promise.all(askPorts(ports, signal));
  return answers.filter((answer): answer is Found => !(answer instanceof EndpointError));
}

/** The first of the usual ports with a server that lists a model. */
export async function findLocal(ports: number[], signal?: AbortSignal): Promise<Found> {
  const rest = new AbortController();
  const both = signal === undefined ? rest.signal : AbortSignal.any([rest.signal, signal]);
  const probes = askPorts(ports, both);
  try {
    for (const probe of probes) {
      const found = await probe;
      if (!(found instanceof EndpointError) && found.models.length > 0) return found;
    }
  } finally {
    rest.abort();
    await Promise.all(probes);
  }
  throw new EndpointError(
    "unreachable",
    [
      `No model server with a model answers on the usual ports of this machine (${ports.join(", ")}). Start one:`,
      "  ollama serve                                (then: ollama pull MODEL)",
      "  llama-server -m FILE.gguf --port 8080",
      "  lms server start                            (LM Studio: Developer, Start server)",
      "or name one with --endpoint URL.",
    ].join("\n"),
  );
}

const bare = (id: string): string =>
  id
    .replace(/^.*[/\\]/, "")
    .replace(/\.gguf$/i, "")
    .toLowerCase();

/**
 * The entry that a name means: the same id, or an alias, or the same file name, or the one entry whose name goes on
 * from it (`gemma-3-270m` for `/models/gemma-3-270m-Q4_K_M.gguf`, `qwen3` for `qwen3:latest`).
 */
function matching(models: ModelEntry[], wanted: string): ModelEntry | null {
  const exact = models.find(({ id, aliases }) => id === wanted || aliases.includes(wanted));
  if (exact !== undefined) return exact;
  const name = bare(wanted);
  const same = models.filter(({ id }) => bare(id) === name || bare(id) === `${name}:latest`);
  const longer = models.filter(
    ({ id }) => bare(id).startsWith(name) && /^[-_.:@]/.test(bare(id).slice(name.length)),
  );
  return same[0] ?? (longer.length === 1 ? (longer[0] ?? null) : null);
}

const NOT_FOR_TEXT = /embed|rerank|(?:^|[/:-])(?:bge|gte|e5|minilm|nomic|whisper|tts|clip)\b/i;

/**
 * The model to use. A wanted one must be there (servers that take any name would answer with another model's words).
 * Without a wish: the first that is loaded, else the first; a notice says so where there were others.
 */
export function chooseModel(
  found: Found,
  wish: { wanted: string | null; loaded: string[] },
): { model: ModelEntry; notice: string | null } {
  const { endpoint, models } = found;
  const { wanted, loaded } = wish;
  const place: Place = { endpoint, model: wanted, models: models.map(({ id }) => id), key: null };
  if (wanted !== null) {
    // A server that lists nothing cannot be asked; it will say so itself if the name is wrong.
    const model = models.length === 0 ? { id: wanted, aliases: [], window: null } : matching(models, wanted);
    if (model === null) throw missingModel(place);
    return { model, notice: null };
  }
  const fit = models.filter(({ id }) => !NOT_FOR_TEXT.test(id));
  const running = fit.filter(({ id }) => loaded.includes(id));
  const model = running[0] ?? fit[0];
  if (model === undefined) {
    throw new EndpointError(
      "model",
      `${endpoint} lists no model that writes text: load one there, or name it with --model NAME.`,
    );
  }
  const others = fit.length - 1;
  const why = running.length > 0 ? "which is loaded" : "the first it lists";
  return {
    model,
    notice:
      others === 0
        ? null
        : `${endpoint} has ${fit.length} models; using "${model.id}", ${why} (choose with --model NAME).`,
  };
}
