/** One try of one task: a folder of its own, the program's one-shot command in it, and what came of it. */
import { existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { Account, TurnEvent } from "../../src/types.ts";
import { type Proof, prove } from "./proof.ts";
import { layTask, type Task } from "./task.ts";
import { type Difference, differences, readTree } from "./tree.ts";

/** Longer than the command's own limit: what still runs then has broken it. */
const KILL_MS = 11 * 60_000;

export interface Setting {
  /** The folder of the tasks. */
  folder: string;
  /** The program under test. */
  binary: string;
  /** `--endpoint` and `--model`, as given. */
  flags: string[];
  seed: number;
}

export interface Grade {
  solved: boolean;
  falseDone: boolean;
  /** What differs and should not. */
  damage: Difference[];
}

export interface Attempt extends Grade {
  /** null: it had to be killed. */
  exit: number | null;
  seconds: number;
  /** null: it ended without an account. */
  account: Account | null;
  /** Prompt tokens of all requests but the first: sent, and read anew by the server. */
  later: { sent: number; read: number };
  /** Model, endpoint and rung; null where no model was found. */
  model: string | null;
  reason: string;
}

/**
 * Every task has tests, so only an end that they prove may leave anything behind, and then nothing but the program. A killed
 * command (`exit` null) has failed.
 */
export function grade(task: Task, exit: number | null, changed: Difference[], proof: Proof): Grade {
  const done = exit === 0;
  const allowed = ({ path, how }: Difference): boolean => done && path === task.program && how === "changed";
  return {
    solved: done && proof.passed,
    falseDone: done && !proof.passed,
    damage: changed.filter((difference) => !allowed(difference)),
  };
}

/** The environment without the user's files (but for an installed engine) and without what would redirect git or Python. */
function environment(home: string): Record<string, string> {
  const data = process.env.XDG_DATA_HOME ?? join(process.env.HOME ?? "", ".local", "share");
  const engine = join(data, "smallcode", "engine");
  if (existsSync(engine)) {
    mkdirSync(join(home, "DATA", "smallcode"), { recursive: true });
    symlinkSync(engine, join(home, "DATA", "smallcode", "engine"));
  }
  const kept = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined || /^(GIT_|PYTEST_|PYTHONPATH$)/.test(name) ? [] : [[name, value] as const],
  );
  const xdg = ["CONFIG", "STATE", "DATA", "CACHE"].map(
    (name) => [`XDG_${name}_HOME`, join(home, name)] as const,
  );
  return { ...Object.fromEntries([...kept, ...xdg]), HOME: home };
}

/** Makes the folder a repository with one commit; where there is no git it stays a plain folder. */
function commitAll(cwd: string, env: Record<string, string>): void {
  if (Bun.which("git") === null) return;
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

const taskText = (task: Task): string => `Fix the bug in ${task.program} so that its tests pass`;

/**
 * Tries the task once below `place`, which must not be there: `task/` is the folder it worked in, `events.jsonl` and
 * `stderr.txt` what it said. `tests` is how many tests a pass needs.
 */
export async function attempt(setting: Setting, task: Task, place: string, tests: number): Promise<Attempt> {
  const [cwd, home] = [join(place, "task"), join(place, "home")];
  mkdirSync(home, { recursive: true });
  layTask(setting.folder, task, cwd);
  const env = environment(home);
  commitAll(cwd, env);
  const before = readTree(cwd);
  const limits = ["--check-time", "40s", "--max-time", "10m", "--seed", String(setting.seed)];
  const started = performance.now();
  const child = Bun.spawn({
    cmd: [setting.binary, taskText(task), "--yes", ...limits, "--json", "--cwd", cwd, ...setting.flags],
    cwd: place,
    env,
    stdin: "ignore",
    stdout: Bun.file(join(place, "events.jsonl")),
    stderr: Bun.file(join(place, "stderr.txt")),
    timeout: KILL_MS,
    killSignal: "SIGKILL",
  });
  await child.exited;
  const exit = child.signalCode === null ? child.exitCode : null;
  const seconds = (performance.now() - started) / 1000;
  const changed = differences(before, readTree(cwd));
  const proof = exit === 0 ? await prove(setting.folder, task, join(cwd, task.program), tests) : NO_PROOF;
  const graded = grade(task, exit, changed, proof);
  return { ...graded, exit, seconds, ...said(place), reason: reasonOf(place, graded, proof) };
}

const NO_PROOF: Proof = { passed: false, reason: "" };

/** What was said on stdout, one event a line. Lines that are none are no event. */
function events(place: string): TurnEvent[] {
  return readFileSync(join(place, "events.jsonl"), "utf8")
    .split("\n")
    .filter((line) => line.startsWith("{") && line.endsWith("}"))
    .map((line) => JSON.parse(line) as TurnEvent);
}

function said(place: string): Pick<Attempt, "account" | "model" | "later"> {
  const all = events(place);
  const later = { sent: 0, read: 0 };
  for (const event of all)
    if (event.type === "response" && event.n > 1) {
      later.sent += event.tokens.prompt;
      later.read += event.tokens.prompt - event.tokens.cached;
    }
  const end = all.find((event) => event.type === "end");
  const model = all.find((event) => event.type === "model");
  return {
    account: end?.account ?? null,
    later,
    model: model === undefined ? null : `${model.model} at ${model.endpoint} (${model.rung})`,
  };
}

/** One line: what is wrong with the end, then its own words. */
function reasonOf(place: string, { falseDone, damage }: Grade, proof: Proof): string {
  const end = events(place).find((event) => event.type === "end");
  const words =
    end?.message ?? readFileSync(join(place, "stderr.txt"), "utf8").trim().split("\n").at(-1) ?? "";
  const parts = [
    ...(falseDone ? [`FALSE DONE (${proof.reason})`] : []),
    ...(damage.length > 0 ? [`DAMAGED (${damage.map(({ path, how }) => `${path} ${how}`).join(", ")})`] : []),
    words,
  ];
  return parts.join(" ").replace(/[\x00-\x1f\x7f-\x9f]+/g, " ");
}
