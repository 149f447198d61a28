/**
 * `bun bench/engine.ts FILE.gguf [RUNS]`: what the embedded engine costs a one-shot: the start of its process with the model
 * loaded (`load`), the first reading of a prompt's head (`head`) against a later one that finds it read (`again`) and one of
 * another engine that finds it on disk (`kept`), and a token of one reply (`perToken`) against one of four candidates at once
 * (`perTokenOf4`). Needs an installed engine. The last line on stdout is one JSON object: medians, times in milliseconds.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { engineFolder } from "../src/cli/reach.ts";
import { environment } from "../src/config.ts";
import { connect } from "../src/model/client.ts";
import { type RunningEngine, startEngine } from "../src/model/engine/start.ts";
import type { Model } from "../src/model/model.ts";
import { editHead } from "../src/model/schema.ts";
import { childEnvironment } from "../src/workspace/run-environment.ts";

interface Run {
  load: number;
  head: number;
  again: number;
  kept: number;
  perToken: number;
  perTokenOf4: number;
  tokens: number;
}

const host = environment();
const TASK = "\n\nFix the bug in the function below.\n\ndef add(a, b):\n    return a - b\n";

const OTHER_TASK = "\n\nWhich function here adds two numbers?\n";
const HEAD = editHead([]).content.repeat(2);

interface Trial {
  file: string;
  /** Of the engine. */
  folder: string;
  /** Of the heads on disk. */
  heads: string;
}

/** Gives a started engine and its model to `work`. */
async function using<T>(
  { file, folder, heads }: Trial,
  work: (model: Model, engine: RunningEngine) => Promise<T>,
): Promise<T> {
  const env = childEnvironment(host.env);
  const signal = new AbortController().signal;
  const kept = { folder: heads, texts: [HEAD] };
  const started = await startEngine({ file, folder, window: null, env, heads: kept, signal });
  if (!started.ok) throw new Error(started.reason);
  const { endpoint, key, end } = started.engine;
  try {
    const found = await connect({ endpoint, key, model: null, rung: null, window: null, silenceMs: 600_000 });
    if (!found.ok) throw new Error(found.reason);
    return await work(found.model, started.engine);
  } finally {
    end();
  }
}

async function ask(model: Model, text: string, maxTokens: number) {
  const reply = await model.complete(text, { maxTokens, temperature: 0 });
  if (!reply.ok) throw new Error(reply.reason);
  return reply;
}

/** Milliseconds per token of four candidates, the prompt of which has been read. */
async function fourAtOnce({ endpoint, key }: RunningEngine): Promise<number> {
  const body = { prompt: HEAD + TASK, temperature: 1, seed: 1, n: 4 };
  const timed = async (max_tokens: number): Promise<{ ms: number; generated: number }> => {
    const begun = performance.now();
    const response = await fetch(`${endpoint}/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify({ ...body, max_tokens }),
    });
    const counted = /"completion_tokens":(\d+)/.exec(await response.text());
    return { ms: performance.now() - begun, generated: Number(counted?.[1]) };
  };
  const short = await timed(1);
  const long = await timed(33);
  return (long.ms - short.ms) / Math.max(1, long.generated - short.generated);
}

async function once(file: string, folder: string): Promise<Run> {
  const trial = { file, folder, heads: mkdtempSync(join(tmpdir(), "heads-")) };
  const begun = performance.now();
  try {
    const run = await using(trial, async (model, engine) => {
      const load = performance.now() - begun;
      const first = await ask(model, HEAD + OTHER_TASK, 1);
      const second = await ask(model, HEAD + TASK, 1);
      const third = await ask(model, HEAD + TASK, 33);
      const perToken = (third.ms - second.ms) / Math.max(1, third.tokens.generated - 1);
      const perTokenOf4 = await fourAtOnce(engine);
      return { load, head: first.ms, again: second.ms, perToken, perTokenOf4, tokens: first.tokens.prompt };
    });
    const { ms: kept } = await using(trial, (model) => ask(model, HEAD + TASK, 1));
    return { ...run, kept };
  } finally {
    rmSync(trial.heads, { recursive: true });
  }
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round((sorted[sorted.length >> 1] ?? 0) * 10) / 10;
}

const [file, runs = "5"] = process.argv.slice(2);
const folder = engineFolder(host);
if (file === undefined || folder === null) {
  process.stderr.write("bun bench/engine.ts FILE.gguf [RUNS]\n");
  process.exit(2);
}
const all: Run[] = [];
for (let run = 0; run < Number(runs); run += 1) all.push(await once(resolve(file), folder));
const of = (name: keyof Run): number => median(all.map((run) => run[name]));
const names = ["load", "head", "again", "kept", "perToken", "perTokenOf4", "tokens"] as const;
console.log(
  JSON.stringify({ runs: all.length, ...Object.fromEntries(names.map((name) => [name, of(name)])) }),
);
