/**
 * `bun bench/engine.ts FILE.gguf [RUNS]`: what the embedded engine costs a one-shot: the start of its process with the model
 * loaded, and the first reading of a prompt's head against a later one that finds it read. Needs an installed engine. The
 * last line on stdout is one JSON object: medians, times in milliseconds.
 */
import { resolve } from "node:path";
import { engineFolder } from "../src/cli/reach.ts";
import { environment } from "../src/config.ts";
import { connect } from "../src/model/client.ts";
import { startEngine } from "../src/model/engine/start.ts";
import { editHead } from "../src/model/schema.ts";
import { childEnvironment } from "../src/workspace/run-environment.ts";

interface Run {
  load: number;
  head: number;
  again: number;
  perToken: number;
  tokens: number;
}

const host = environment();
const TASK = "\n\nFix the bug in the function below.\n\ndef add(a, b):\n    return a - b\n";

async function once(file: string, folder: string): Promise<Run> {
  const env = childEnvironment(host.env);
  const signal = new AbortController().signal;
  const begun = performance.now();
  const started = await startEngine({ file, folder, window: null, env, signal });
  if (!started.ok) throw new Error(started.reason);
  const { endpoint, key, end } = started.engine;
  const load = performance.now() - begun;
  try {
    const found = await connect({ endpoint, key, model: null, rung: null, window: null, silenceMs: 600_000 });
    if (!found.ok) throw new Error(found.reason);
    const head = editHead([]).content.repeat(2);
    const ask = async (text: string, maxTokens: number) => {
      const reply = await found.model.complete(text, { maxTokens, temperature: 0 });
      if (!reply.ok) throw new Error(reply.reason);
      return reply;
    };
    const first = await ask(head, 1);
    const second = await ask(head + TASK, 1);
    const third = await ask(head + TASK, 33);
    const perToken = (third.ms - second.ms) / Math.max(1, third.tokens.generated - 1);
    return { load, head: first.ms, again: second.ms, perToken, tokens: first.tokens.prompt };
  } finally {
    end();
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
const names = ["load", "head", "again", "perToken", "tokens"] as const;
console.log(
  JSON.stringify({ runs: all.length, ...Object.fromEntries(names.map((name) => [name, of(name)])) }),
);
