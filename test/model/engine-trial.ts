/** What the tests of the embedded engine need: weights (SMALLCODE_TEST_GGUF) and an installed engine. */
import { engineFolder } from "../../src/cli/reach.ts";
import { environment } from "../../src/config.ts";
import { connect } from "../../src/model/client.ts";
import { isInstalled, type RunningEngine, startEngine } from "../../src/model/engine/start.ts";
import type { Model } from "../../src/model/model.ts";

export const FILE = process.env.SMALLCODE_TEST_GGUF ?? "";
export const FOLDER = engineFolder(environment()) ?? "";
export const ready = FILE !== "" && (await isInstalled(FOLDER));
export const LONG = 60_000;
export const env = { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "" };
export const never = new AbortController().signal;

type Options = Partial<Parameters<typeof startEngine>[0]>;

/** An engine with the weights and a window of 2,048 tokens. */
export async function started(options: Options = {}): Promise<RunningEngine> {
  const all = { file: FILE, folder: FOLDER, window: 2048, env, signal: never, ...options };
  const engine = await startEngine(all);
  if (!engine.ok) throw new Error(engine.reason);
  return engine.engine;
}

export async function connected({ endpoint, key }: RunningEngine): Promise<Model> {
  const found = await connect({ endpoint, key, model: null, rung: null, window: null, silenceMs: LONG });
  if (!found.ok) throw new Error(found.reason);
  return found.model;
}

export interface Answered {
  /** By index. */
  texts: string[];
  finishes: string[];
  /** The index of each piece of text, in the order of their coming. */
  order: number[];
  usage: Record<string, number> & { prompt_tokens_details: { cached_tokens: number } };
}

export function post(
  { endpoint, key }: RunningEngine,
  path: string,
  body: object,
  signal = never,
): Promise<Response> {
  return fetch(`${endpoint}${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify(body),
    signal,
  });
}

/** What a request for completions brings, whole. */
export async function answered(engine: RunningEngine, body: object): Promise<Answered> {
  const response = await post(engine, "/completions", body);
  const events = (await response.text())
    .split("\n")
    .filter((line) => line.startsWith("data: {"))
    .map((line) => JSON.parse(line.slice(6)));
  const texts: string[] = [];
  const finishes: string[] = [];
  const order: number[] = [];
  for (const { index, text, finish_reason } of events.flatMap(({ choices }) => choices)) {
    texts[index] = `${texts[index] ?? ""}${text}`;
    if (finish_reason === null) order.push(index);
    else finishes[index] = finish_reason;
  }
  return { texts, finishes, order, usage: events.at(-1).usage };
}
