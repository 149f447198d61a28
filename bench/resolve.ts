/**
 * `bun bench/resolve.ts DATA --out DIR [--endpoint URL] [--model NAME|FILE.gguf] [--set NAME,...] [--languages NAME,...]
 * [--mutants N] [--only TEXT,...] [--limit N] [--shard I/N] [--without MECHANISM,...] [--cache DIR] [--keep] [--make | --table]`: one
 * resumable run of the compiled binary over sampled tasks, N mutants (6 where it is not said) of each language among them. A row a task in DIR, the tables as Markdown on stderr, one JSON object on stdout.
 * Exit 0: all were tried, and the gates hold; 1: a gate is broken, or a language is missing here; 2: usage; 5: no model.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { MECHANISMS, Mechanisms } from "../src/config/mechanisms.ts";
import { currentBinary } from "./binary.ts";
import { gatesOf, report } from "./resolve/curve.ts";
import { limitFlags, MOST_S } from "./resolve/limits.ts";
import { appendRow, rowLine, rowsIn, type Shard } from "./resolve/rows.ts";
import { restaged, type Setting, tryTask } from "./resolve/try.ts";
import { Stop, stopped } from "./stop.ts";
import { COUNTS, chooseTasks, MAKER } from "./tasks/all.ts";
import { LANGUAGES, type Language, SETS, type SetName, sha, type Task } from "./tasks/task.ts";
import { defaultCache, missing, warmUp } from "./tasks/toolchain.ts";

const FLAGS = {
  out: { type: "string" },
  endpoint: { type: "string" },
  model: { type: "string" },
  set: { type: "string", default: "quixbugs,mutants,humaneval" },
  languages: { type: "string", default: LANGUAGES.join(",") },
  mutants: { type: "string", default: String(COUNTS.mutants) },
  only: { type: "string" },
  limit: { type: "string" },
  shard: { type: "string", default: "1/1" },
  without: { type: "string" },
  cache: { type: "string" },
  keep: { type: "boolean", default: false },
  table: { type: "boolean", default: false },
  make: { type: "boolean", default: false },
} as const;

const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

/** The words of a list, each one of those that there are. */
function listed<T extends string>(text: string, known: readonly T[], flag: string): T[] {
  return text.split(",").map((word) => {
    const found = known.find((one) => one === word.trim());
    if (found === undefined)
      throw new Stop(`--${flag} takes ${known.join(", ")}; not ${JSON.stringify(word)}.`, 2);
    return found;
  });
}

interface Options {
  data: string;
  out: string;
  cache: string;
  sets: SetName[];
  languages: Language[];
  /** So many of each language. */
  mutants: number;
  only: string[] | null;
  limit: number;
  shard: Shard;
  /** Mechanisms that are switched off. */
  without: string[];
  flags: string[];
  keep: boolean;
  table: boolean;
  make: boolean;
}

function optionsOf(args: string[]): Options {
  const { values, positionals } = (() => {
    try {
      return parseArgs({ args, allowPositionals: true, options: FLAGS });
    } catch (error) {
      if (error instanceof TypeError) throw new Stop(error.message, 2);
      throw error;
    }
  })();
  const [data] = positionals;
  if (data === undefined || positionals.length > 1 || values.out === undefined)
    throw new Stop("bun bench/resolve.ts DATA --out DIR ...: one folder of data, and one for the rows.", 2);
  const [, index, of] = /^(\d+)\/(\d+)$/.exec(values.shard) ?? [];
  if (Number(index ?? 0) < 1 || Number(index) > Number(of))
    throw new Stop("--shard takes I/N, with I from 1 to N.", 2);
  for (const [flag, value] of Object.entries({ limit: values.limit ?? "1", mutants: values.mutants }))
    if (!/^[1-9]\d*$/.test(value)) throw new Stop(`--${flag} must be a whole number above 0.`, 2);
  const { endpoint, model } = values;
  const named = model?.endsWith(".gguf") && endpoint === undefined ? resolve(model) : model;
  return {
    data: resolve(data),
    out: resolve(values.out),
    cache: resolve(values.cache ?? defaultCache()),
    sets: listed(values.set, SETS, "set"),
    languages: listed(values.languages, LANGUAGES, "languages"),
    mutants: Number(values.mutants),
    only: values.only?.split(",").map((word) => word.trim()) ?? null,
    limit: Number(values.limit ?? Infinity),
    shard: { index: Number(index), of: Number(of) },
    without:
      values.without === undefined ? [] : listed(values.without, Object.keys(Mechanisms.shape), "without"),
    flags: Object.entries({ endpoint, model: named }).flatMap(([name, value]) =>
      value === undefined ? [] : [`--${name}`, value],
    ),
    keep: values.keep,
    table: values.table,
    make: values.make,
  };
}

/** Rows of one folder belong to one setting and one binary. */
function settle({ out, without, flags }: Options): string {
  mkdirSync(out, { recursive: true });
  const model = flags[flags.indexOf("--model") + 1];
  const setting = JSON.stringify({ maker: MAKER, without, model: flags.includes("--model") ? model : null });
  const file = join(out, "setting.json");
  if (existsSync(file) && readFileSync(file, "utf8") !== setting)
    throw new Stop(
      `${out} has rows of another setting: ${readFileSync(file, "utf8")}. Take another --out.`,
      2,
    );
  writeFileSync(file, setting);
  const kept = join(out, "smallcode");
  return existsSync(kept) ? kept : currentBinary(out);
}

async function tasksOf(options: Options, languages: Language[]): Promise<Task[]> {
  const { data, cache, sets, only, mutants } = options;
  const wanted = { ...COUNTS, mutants, ...(only === null ? {} : { polyglot: Infinity }) };
  const counts = { quixbugs: 0, mutants: 0, humaneval: 0, polyglot: 0 };
  for (const set of sets) counts[set] = wanted[set] || Infinity;
  const { tasks, failed, without } = await chooseTasks({ data, cache, languages, counts, say });
  if (without > 0)
    say(`HumanEval: ${without} problems have no examples in the interpreter's form and are left out.`);
  if (failed.length > 0)
    say(`Left out, since the tests do not tell the reference from the start here: ${failed.join(", ")}.`);
  const chosen = only === null ? tasks : tasks.filter(({ id }) => only.some((word) => id.includes(word)));
  if (chosen.length === 0) throw new Stop("No task is left to try.", 2);
  return chosen.slice(0, options.limit);
}

/** The order of the hash spreads sets and languages over the shards, and over what a run that is ended early has done. */
function shardOf(tasks: Task[], { index, of }: Shard): Task[] {
  const ordered = [...tasks].sort((a, b) => (sha(a.id) < sha(b.id) ? -1 : 1));
  return ordered.filter((_, at) => at % of === index - 1);
}

/** Those of the languages whose toolchain is here; of the others it is said. */
function present(languages: Language[]): Language[] {
  return languages.filter((language) => {
    const lacking = missing(language);
    if (lacking.length > 0)
      say(`${language} is SKIPPED, which is no pass: ${lacking.join(", ")} is not here.`);
    return lacking.length === 0;
  });
}

/** Tries what this shard has not tried yet, a row each. */
async function run(options: Options, all: Task[]): Promise<void> {
  const { out, cache, shard, without, flags, keep } = options;
  const tasks = shardOf(all, shard);
  if (options.make) return say(`${tasks.length} tasks are made.`);
  const binary = settle(options);
  const done = new Set(rowsIn(out).map(({ id }) => id));
  const off = Object.fromEntries(without.map((name) => [name, false]));
  const setting: Setting = {
    binary,
    cache,
    flags: [...flags, ...limitFlags(binary, say)],
    env: without.length === 0 ? {} : { [MECHANISMS]: JSON.stringify(off) },
    limitMs: MOST_S * 1000,
    place: out,
    keep,
  };
  say(`${tasks.length} tasks, ${tasks.filter(({ id }) => done.has(id)).length} of them tried before.`);
  for (const task of tasks.filter(({ id }) => !done.has(id))) {
    const row = await tryTask(setting, task);
    if (row.model === null && (row.exit === 5 || row.exit === 2)) throw new Stop(row.message, row.exit);
    appendRow(out, shard, row);
    say(rowLine(row));
  }
}

async function bench(options: Options): Promise<void> {
  const languages = present(options.languages);
  const skipped = options.languages.filter((language) => !languages.includes(language));
  const nothing = options.table && rowsIn(options.out).length === 0;
  if (!nothing) warmUp(options.cache, languages);
  const tasks = nothing ? [] : await tasksOf(options, languages);
  if (!options.table) await run(options, tasks);
  if (options.make) return;
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const rows = await Promise.all(
    rowsIn(options.out).map((row) => {
      const task = byId.get(row.id);
      return task === undefined ? row : restaged(row, task, options.out);
    }),
  );
  say(`\n${report(rows)}`);
  const gates = gatesOf(rows);
  console.log(JSON.stringify({ ...gates, skipped }));
  if (gates.false_done > 0 || gates.damaged > 0 || skipped.length > 0) process.exitCode = 1;
}

try {
  await bench(optionsOf(process.argv.slice(2)));
} catch (error) {
  stopped(error);
}
