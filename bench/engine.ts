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
import { startEngine } from "../src/model/engine/start.ts";
import { editHead } from "../src/model/head.ts";
import type { Model } from "../src/model/model.ts";
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
const HEAD = editHead("schema", []).content.repeat(2);

interface Trial {
  file: string;
  /** Of the engine. */
  folder: string;
  /** Of the heads on disk. */
  heads: string;
}

/** Gives a started engine and its model to `work`. */
async function using<T>({ file, folder, heads }: Trial, work: (model: Model) => Promise<T>): Promise<T> {
  const env = childEnvironment(host.env);
  const signal = new AbortController().signal;
  const kept = { folder: heads, texts: [HEAD] };
  const started = await startEngine({ file, folder, window: null, env, heads: kept, signal });
  if (!started.ok) throw new Error(started.reason);
  const { endpoint, key, end } = started.engine;
  try {
    const found = await connect({ endpoint, key, model: null, rung: null, window: null, silenceMs: 600_000 });
    if (!found.ok) throw new Error(found.reason);
    return await work(found.model);
  } finally {
    end();
  }
}

async function ask(model: Model, text: string, maxTokens: number, n = 1) {
  const reply = await model.complete(text, { maxTokens, n, temperature: n === 1 ? 0 : 1, seed: 1 });
  if (!reply.ok) throw new Error(reply.reason);
  return reply;
}

/** Milliseconds for each token of `n` replies to a prompt that has been read. */
async function perToken(model: Model, n: number): Promise<number> {
  const short = await ask(model, HEAD + TASK, 1, n);
  const long = await ask(model, HEAD + TASK, 33, n);
  return (long.ms - short.ms) / Math.max(1, long.tokens.generated - short.tokens.generated);
}

async function once(file: string, folder: string): Promise<Run> {
  const trial = { file, folder, heads: mkdtempSync(join(tmpdir(), "heads-")) };
  const begun = performance.now();
  try {
    const run = await using(trial, async (model) => {
      const load = performance.now() - begun;
      const first = await ask(model, HEAD + OTHER_TASK, 1);
      const second = await ask(model, HEAD + TASK, 1);
      const [one, four] = [await perToken(model, 1), await perToken(model, 4)];
      const { prompt: tokens } = first.tokens;
      return { load, head: first.ms, again: second.ms, perToken: one, perTokenOf4: four, tokens };
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
