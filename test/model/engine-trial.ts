/** What the tests of the embedded engine need: weights (SMALLCODE_TEST_GGUF) and an installed engine. */
import { readdirSync, readFileSync } from "node:fs";
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

/** A file of /proc; "" where the process has gone meanwhile. */
function proc(pid: number | string, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch {
    return "";
  }
}

/** State and parent, the fields behind the name. A process that has ended and only waits for its parent to look is "Z". */
const stat = (pid: number): string[] => proc(pid, "stat").split(") ").at(-1)?.split(" ") ?? [];
export const runs = (pid: number): boolean => !["", "Z", undefined].includes(stat(pid)[0]);
/** From the sources, or as the binary lays it down. */
const isEngine = (pid: number): boolean =>
  /engine\/program\/main\.ts|\/engine-\w+\.js/.test(proc(pid, "cmdline"));

/** The engines that a process has started and that run. */
export const enginesOf = (parent: number): number[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => stat(pid)[1] === String(parent) && runs(pid) && isEngine(pid));
