/** One try of one task: a folder of its own, the program's one-shot command in it, every event with its time, and what came of it. */
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Account, TurnEvent } from "../../src/types.ts";
import { type Difference, differences, readTree } from "../repair/tree.ts";
import { JudgeFolder, passes } from "../tasks/judge.ts";
import { type Files, lay, type Task } from "../tasks/task.ts";
import { environment, furnish } from "../tasks/toolchain.ts";
import { type Entry, poolOf, type Stage, type Stamped } from "./pool.ts";

/** Above the command's own limit by this much: what still runs then has broken it. */
const GRACE_MS = 60_000;

export interface Setting {
  binary: string;
  cache: string;
  /** `--endpoint`, `--model` and the like, as given. */
  flags: string[];
  /** Added to the environment. */
  env: Record<string, string>;
  /** The command's own limit on time. */
  limitMs: number;
  /** Where events, stderr and, while it runs, the folder of a try are. */
  place: string;
  keep: boolean;
}

export interface Row {
  id: string;
  set: string;
  language: string;
  /** Exit 0, and the tests that judge pass. */
  solved: boolean;
  /** Exit 0, and the tests that the agent had do not pass. */
  falseDone: boolean;
  /** Exit 0 and the tests that the agent had pass, but not those that judge. */
  overfit: boolean;
  damage: string[];
  /** null: it had to be killed. */
  exit: number | null;
  seconds: number;
  account: Account | null;
  model: string | null;
  /** Of the candidate that was accepted; null where none was. */
  stage: Stage | null;
  pool: Entry[];
  message: string;
}

/** The name of a task's files. */
export const nameOf = (id: string): string => id.replaceAll("/", "__");

function userFolders(place: string): Record<string, string> {
  const data = process.env.XDG_DATA_HOME ?? join(homedir(), ".local", "share");
  const engine = join(data, "smallcode", "engine");
  if (existsSync(engine)) {
    mkdirSync(join(place, "DATA", "smallcode"), { recursive: true });
    symlinkSync(engine, join(place, "DATA", "smallcode", "engine"));
  }
  return Object.fromEntries(
    ["CONFIG", "STATE", "DATA"].map((name) => [`XDG_${name}_HOME`, join(place, name)]),
  );
}

/** Makes the folder a repository with one commit. */
function commitAll(cwd: string, env: Record<string, string>): void {
  const who = ["-c", "user.name=bench", "-c", "user.email=bench@localhost"];
  for (const args of [
    ["init", "-q"],
    ["add", "-A"],
    [...who, "commit", "-q", "-m", "start"],
  ]) {
    const { exitCode, stderr } = Bun.spawnSync(["git", ...args], { cwd, env });
    if (exitCode !== 0) throw new Error(`git ${args.join(" ")} failed: ${stderr.toString()}`);
  }
}

/** Lines of a stream with the ms since `started` at which each was whole. Those that are no event are left out. */
async function stamped(stream: ReadableStream<Uint8Array>, started: number): Promise<Stamped[]> {
  const found: Stamped[] = [];
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of stream) {
    rest += decoder.decode(bytes, { stream: true });
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    const at = Math.round(performance.now() - started);
    for (const line of lines)
      if (line.startsWith("{")) found.push({ at, event: JSON.parse(line) as TurnEvent });
  }
  return found;
}

/** Tries the task and judges what it left. */
export async function tryTask(setting: Setting, task: Task): Promise<Row> {
  const root = join(setting.place, "work", nameOf(task.id));
  rmSync(root, { recursive: true, force: true });
  const cwd = join(root, task.folder);
  lay(task.files, cwd);
  furnish(task.language, cwd, setting.cache);
  const env = { ...environment(setting.cache), ...userFolders(join(root, "user")), ...setting.env };
  commitAll(cwd, env);
  const before = readTree(cwd);
  const started = performance.now();
  const check = task.check === null ? [] : ["--check", task.check];
  const child = Bun.spawn({
    cmd: [setting.binary, task.sentence, "--yes", "--json", "--cwd", cwd, ...check, ...setting.flags],
    cwd: root,
    env,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    timeout: setting.limitMs + GRACE_MS,
    killSignal: "SIGKILL",
  });
  const [events, stderr] = await Promise.all([stamped(child.stdout, started), child.stderr.text()]);
  await child.exited;
  const exit = child.signalCode === null ? child.exitCode : null;
  const seconds = (performance.now() - started) / 1000;
  const record = join(setting.place, "events");
  mkdirSync(record, { recursive: true });
  writeFileSync(
    join(record, `${nameOf(task.id)}.jsonl`),
    events.map((one) => `${JSON.stringify(one)}\n`).join(""),
  );
  writeFileSync(join(record, `${nameOf(task.id)}.stderr.txt`), stderr);
  const changed = differences(before, readTree(cwd));
  const graded = await grade(
    { task, exit, changed, cwd, events: events.map(({ event }) => event) },
    setting.cache,
  );
  const row = await rowOf(task, events, { exit, seconds, ...graded });
  if (row.message === "") row.message = stderr.trim().split("\n").at(-1) ?? "";
  if (!setting.keep) rmSync(root, { recursive: true, force: true });
  return row;
}

interface Left {
  task: Task;
  exit: number | null;
  changed: Difference[];
  /** The folder as the try left it. */
  cwd: string;
  events: TurnEvent[];
}

type Grade = Pick<Row, "solved" | "falseDone" | "overfit" | "damage">;

/**
 * Every task has tests, so only an end that they prove may leave anything behind, and then nothing but the solution: its own
 * files, and new ones that the turn's diff names.
 */
export async function grade({ task, exit, changed, cwd, events }: Left, cache: string): Promise<Grade> {
  const done = exit === 0;
  const shown = events.flatMap((event) => (event.type === "diff" ? event.files : []));
  const allowed = ({ path, how }: Difference): boolean =>
    done && (how === "changed" ? task.solution.includes(path) : how === "created" && isNew(path, shown));
  const damage = changed.filter((one) => !allowed(one)).map(({ path, how }) => `${path} ${how}`);
  if (!done) return { solved: false, falseDone: false, overfit: false, damage };
  const files: Files = {};
  for (const { path, how } of changed)
    if (how === "created" ? shown.includes(path) : how === "changed" && task.solution.includes(path))
      files[path] = readFileSync(join(cwd, path), "utf8");
  const judged = async (which: "visible" | "judge"): Promise<boolean> => {
    const folder = new JudgeFolder(task, cache, which);
    try {
      return passes(await folder.judge(files), task.tests[which]);
    } finally {
      folder.close();
    }
  };
  const solved = await judged("judge");
  const visible = solved || (task.hidden !== null && (await judged("visible")));
  return { solved, falseDone: !visible, overfit: visible && !solved, damage };
}

/** A file that the diff names, or a folder on the way to one. */
const isNew = (path: string, shown: string[]): boolean =>
  shown.some((one) => one === path || one.startsWith(`${path}/`));

async function rowOf(
  task: Task,
  events: Stamped[],
  graded: Grade & { exit: number | null; seconds: number },
): Promise<Row> {
  const all = events.map(({ event }) => event);
  const end = all.find((event) => event.type === "end");
  const model = all.find((event) => event.type === "model");
  const pool = await poolOf(events, task.files);
  return {
    id: task.id,
    set: task.set,
    language: task.language,
    ...graded,
    account: end?.account ?? null,
    model: model === undefined ? null : `${model.model} (${model.rung})`,
    stage: acceptedIn(pool, graded.exit),
    pool,
    message: end?.message ?? "",
  };
}

const acceptedIn = (pool: Entry[], exit: number | null): Stage | null =>
  exit === 0 ? (pool.at(-1)?.stage ?? null) : null;

/** The row with its pool read once more from the recorded events: the curve is of the rule for stages as it is now. */
export async function restaged(row: Row, task: Task, place: string): Promise<Row> {
  const record = join(place, "events", `${nameOf(row.id)}.jsonl`);
  if (!existsSync(record)) return row;
  const lines = readFileSync(record, "utf8").split("\n");
  const events = lines.flatMap((line) => (line === "" ? [] : [JSON.parse(line) as Stamped]));
  const pool = await poolOf(events, task.files);
  return { ...row, pool, stage: acceptedIn(pool, row.exit) };
}
