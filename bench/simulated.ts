/**
 * `bun bench/simulated.ts MODE DATA --out DIR [--languages NAME,...] [--only TEXT,...] [--limit N] [--shard I/N] [--seed N] [--as
 * llama.cpp|ollama] [--cache DIR] [--table]`: the compiled binary with a SIMULATED model of 4B parameters over all polyglot
 * exercises. MODE: right, third, parts or conditional. Tables on stderr, one JSON object on stdout. Exit 0: the gates of
 * the mode hold; 1: they do not, or a language is missing here; 2: usage.
 */
import { existsSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { currentBinary } from "./binary.ts";
import { gatesOf, report } from "./resolve/curve.ts";
import { limitFlags, MOST_S } from "./resolve/limits.ts";
import { appendRow, rowLine, rowsIn, type Shard } from "./resolve/rows.ts";
import { MODES, type Mode } from "./simulated/model.ts";
import { type SimulatedRow, simulate } from "./simulated/run.ts";
import { Stop, stopped } from "./stop.ts";
import { chooseTasks } from "./tasks/all.ts";
import { LANGUAGES, type Language, type Task } from "./tasks/task.ts";
import { defaultCache, missing, warmUp } from "./tasks/toolchain.ts";

const FLAGS = {
  out: { type: "string" },
  languages: { type: "string", default: LANGUAGES.join(",") },
  only: { type: "string" },
  limit: { type: "string", default: "1000" },
  shard: { type: "string", default: "1/1" },
  seed: { type: "string", default: "1" },
  as: { type: "string", default: "llama.cpp" },
  cache: { type: "string" },
  table: { type: "boolean", default: false },
} as const;
const USAGE = "bun bench/simulated.ts right|third|parts|conditional DATA --out DIR ...";

const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

function optionsOf(args: string[]) {
  try {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: FLAGS });
    const [word, data, ...more] = positionals;
    const mode = MODES.find((one) => one === word);
    const languages = LANGUAGES.filter((one) => values.languages.split(",").includes(one));
    const [, index, of] = /^([1-9]\d*)\/([1-9]\d*)$/.exec(values.shard) ?? [];
    const as = (["llama.cpp", "ollama"] as const).find((one) => one === values.as);
    if (mode === undefined || data === undefined || more.length > 0 || values.out === undefined)
      throw new Stop(USAGE, 2);
    if (languages.length !== values.languages.split(",").length || as === undefined || of === undefined)
      throw new Stop(`--languages takes ${LANGUAGES.join(", ")}; --as llama.cpp or ollama; --shard I/N.`, 2);
    const shard: Shard = { index: Number(index), of: Number(of) };
    return { ...values, mode, data: resolve(data), out: resolve(values.out), languages, as, shard };
  } catch (error) {
    if (error instanceof TypeError) throw new Stop(`${error.message}\n${USAGE}`, 2);
    throw error;
  }
}
type Options = ReturnType<typeof optionsOf>;

async function tasksOf(
  { data, only, limit, shard }: Options,
  cache: string,
  languages: Language[],
): Promise<Task[]> {
  const counts = { quixbugs: 0, mutants: 0, humaneval: 0, polyglot: Infinity };
  const { tasks, failed } = await chooseTasks({ data, cache, languages, counts, say });
  if (failed.length > 0) throw new Stop(`The reference does not pass here: ${failed.join(", ")}.`, 1);
  const words = only?.split(",") ?? [""];
  return tasks
    .filter(({ id }) => words.some((word) => id.includes(word)))
    .slice(0, Number(limit))
    .filter((_, at) => at % shard.of === shard.index - 1);
}

async function run(options: Options, languages: Language[]): Promise<void> {
  const { out, mode, seed, as, shard } = options;
  const cache = resolve(options.cache ?? defaultCache());
  warmUp(cache, languages);
  const tasks = await tasksOf(options, cache, languages);
  mkdirSync(out, { recursive: true });
  const binary = existsSync(join(out, "smallcode")) ? join(out, "smallcode") : currentBinary(out);
  const done = new Set(rowsIn(out).map(({ id }) => id));
  const flags = limitFlags(binary, say);
  const setting = { binary, cache, flags, env: {}, limitMs: MOST_S * 1000, place: out, keep: false };
  for (const task of tasks.filter(({ id }) => !done.has(id))) {
    const row = await simulate(setting, task, { mode, seed, as });
    appendRow(out, shard, row);
    say(`${rowLine(row)}${row.breaches.map((one) => `  BREACH: ${one}`).join("")}`);
  }
}

/** In which all exercises have to be resolved. */
const WHOLE: readonly Mode[] = ["right", "third", "parts"];

async function bench(options: Options): Promise<void> {
  const { mode, out } = options;
  const languages = options.languages.filter((language) => missing(language).length === 0);
  const skipped = options.languages.filter((language) => !languages.includes(language));
  for (const one of skipped)
    say(`${one} is SKIPPED, which is no pass: ${missing(one).join(", ")} is not here.`);
  if (!options.table) await run(options, languages);
  const rows = rowsIn<SimulatedRow>(out);
  say(`\nA SIMULATION of a 4B chat model (${mode}); no figure of a real one.\n\n${report(rows)}`);
  const breaches = rows.filter((row) => row.breaches.length > 0);
  for (const row of breaches) say(`BREACH in ${row.id}: ${row.breaches.join("; ")}`);
  const gates = gatesOf(rows);
  console.log(JSON.stringify({ simulated: true, mode, ...gates, breaches: breaches.length, skipped }));
  const whole = !WHOLE.includes(mode) || gates.solved === gates.tasks;
  const held = whole && gates.false_done + gates.damaged + breaches.length + skipped.length === 0;
  if (!held) process.exitCode = 1;
}

try {
  await bench(optionsOf(process.argv.slice(2)));
} catch (error) {
  stopped(error);
}
