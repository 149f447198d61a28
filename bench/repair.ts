/**
 * `bun bench/repair.ts FOLDER [--only NAME,...] [--endpoint URL] [--model NAME] [--seeds N] [--keep DIR]`: lets the compiled
 * binary repair each program of a folder of QuixBugs' layout. One row a try on stderr; the last line on stdout is one JSON
 * object: how many tries, how many solved, how many that left damage, how many that said done and were not. Exit 0: all
 * were tried; 2: usage, or the tests do not run here; 5: no model.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { currentBinary } from "./binary.ts";
import { type Attempt, attempt } from "./repair/attempt.ts";
import { countTests } from "./repair/proof.ts";
import { findTasks, type Task } from "./repair/task.ts";
import { Stop, stopped } from "./stop.ts";

const USAGE =
  "bun bench/repair.ts FOLDER [--only NAME,...] [--endpoint URL] [--model NAME|FILE.gguf] [--seeds N] [--keep DIR]";

interface Options {
  folder: string;
  tasks: Task[];
  flags: string[];
  seeds: number;
  keep: string | null;
}

function parsed(args: string[]) {
  const text = { type: "string" } as const;
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: { only: text, endpoint: text, model: text, seeds: { ...text, default: "1" }, keep: text },
    });
  } catch (error) {
    if (error instanceof TypeError) throw new Stop(`${error.message}\n${USAGE}`, 2);
    throw error;
  }
}

function optionsOf(args: string[]): Options {
  const { values, positionals } = parsed(args);
  const [folder, ...more] = positionals;
  if (folder === undefined || more.length > 0) throw new Stop(`One folder of tasks is needed: ${USAGE}`, 2);
  if (!/^[1-9]\d{0,3}$/.test(values.seeds)) throw new Stop("--seeds must be a whole number above 0.", 2);
  const { endpoint, model } = values;
  // Without an endpoint a file goes to the embedded engine, whatever folder it is asked from.
  const named = model?.endsWith(".gguf") && endpoint === undefined ? resolve(model) : model;
  const keep = values.keep === undefined ? null : resolve(values.keep);
  if (keep !== null && existsSync(keep) && readdirSync(keep).length > 0)
    throw new Stop(`${keep} is not empty: --keep needs a folder that is, or a new one.`, 2);
  return {
    folder: resolve(folder),
    tasks: chosen(resolve(folder), values.only),
    flags: Object.entries({ endpoint, model: named }).flatMap(([name, value]) =>
      value === undefined ? [] : [`--${name}`, value],
    ),
    seeds: Number(values.seeds),
    keep,
  };
}

function chosen(folder: string, only: string | undefined): Task[] {
  if (!existsSync(join(folder, "python_testcases")))
    throw new Stop(`${folder} has no python_testcases: it must be laid out as QuixBugs is.`, 2);
  const tasks = findTasks(folder);
  const names = only?.split(",").map((name) => name.trim()) ?? tasks.map(({ name }) => name);
  const unknown = names.filter((name) => !tasks.some((task) => task.name === name));
  if (unknown.length > 0 || names.length === 0)
    throw new Stop(
      `No task ${unknown.join(", ")}; there are: ${tasks.map(({ name }) => name).join(", ")}.`,
      2,
    );
  return tasks.filter(({ name }) => names.includes(name));
}

const HEADER = [
  "task",
  "seed",
  "solved",
  "exit",
  "attempts",
  "requests",
  "seconds",
  "new",
  "cached",
  "generated",
  "by",
];

function print(name: string, cells: unknown[], reason: string): void {
  const columns = cells.map((cell, index) => String(cell ?? "-").padStart(HEADER[index + 1]?.length ?? 0));
  process.stderr.write(`${[name.padEnd(28), ...columns].join("  ")}  ${reason}\n`);
}

function printRow(task: Task, seed: number, { account, ...tried }: Attempt): void {
  const { prompt, cached, generated } = account?.tokens ?? {};
  const fresh = prompt === undefined || cached === undefined ? null : prompt - cached;
  const solved = tried.solved ? "yes" : "no";
  const spent = [account?.candidates, account?.requests, tried.seconds.toFixed(1), fresh, cached, generated];
  print(task.name, [seed, solved, tried.exit, ...spent, account?.by], tried.reason);
}

const sum = (tries: Attempt[], what: keyof Attempt["later"]): number =>
  tries.reduce((all, { later }) => all + later[what], 0);

/** Tries every task `seeds` times; a first try without a usable model or setting ends it all. */
async function bench({ folder, tasks, flags, seeds, keep }: Options, scratch: string): Promise<void> {
  const setting = { folder, flags, binary: currentBinary(scratch) };
  const place = keep ?? join(scratch, "tries");
  mkdirSync(place, { recursive: true });
  const counts = new Map<string, number>();
  for (const task of tasks) {
    const counted = await countTests(folder, task);
    if (!counted.ok) throw new Stop(counted.reason, 2);
    counts.set(task.name, counted.tests);
  }
  const tries: Attempt[] = [];
  for (let seed = 1; seed <= seeds; seed++)
    for (const task of tasks) {
      const own = join(place, `${task.name}-${seed}`);
      const tried = await attempt({ ...setting, seed }, task, own, counts.get(task.name) ?? 0);
      if (keep === null) rmSync(own, { recursive: true });
      if (tries.length === 0) {
        if (tried.model === null && tried.exit !== null && tried.exit > 0)
          throw new Stop(tried.reason, tried.exit);
        process.stderr.write(`${tried.model ?? "no model"}\n`);
        print("task", HEADER.slice(1), "reason");
      }
      printRow(task, seed, tried);
      tries.push(tried);
    }
  const [sent, read] = [sum(tries, "sent"), sum(tries, "read")];
  const share = sent === 0 ? 0 : (100 * read) / sent;
  process.stderr.write(
    `read again after the first requests: ${read} of ${sent} tokens (${share.toFixed(1)} %)\n`,
  );
  const count = (holds: (tried: Attempt) => boolean): number => tries.filter(holds).length;
  const solved = count((tried) => tried.solved);
  const damaged = count(({ damage }) => damage.length > 0);
  console.log(
    JSON.stringify({ tasks: tries.length, solved, damaged, false_done: count((t) => t.falseDone) }),
  );
}

const scratch = mkdtempSync(join(tmpdir(), "repair-"));
try {
  await bench(optionsOf(process.argv.slice(2)), scratch);
} catch (error) {
  stopped(error);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
