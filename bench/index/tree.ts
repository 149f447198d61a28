/** The processes of a command while it runs: what they weigh together, and how long the command took. */
import { readdirSync, readFileSync } from "node:fs";

/** How often the tree is weighed. */
const PAUSE_MS = 20;

export interface Ran {
  exit: number | null;
  stdout: string;
  seconds: number;
  /** The most that all processes of the tree held at one time, in bytes: shared memory counted once where the system tells it. */
  peak: number;
}

const textOf = (path: string): string => {
  try {
    return readFileSync(path, "latin1");
  } catch (error) {
    // Gone between two looks, or not ours to read.
    if (error instanceof Error && "code" in error) return "";
    throw error;
  }
};

function treeOf(pid: number): number[] {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    textOf(`/proc/${pid}/task/${task}/children`).split(" ").filter(Boolean).map(Number),
  );
  return [pid, ...children.flatMap((child) => (textOf(`/proc/${child}/stat`) === "" ? [] : treeOf(child)))];
}

/** Its share of memory that it has together with others, else all that it holds. */
function weightOf(pid: number): number {
  const rollup = /^Pss:\s+(\d+) kB/m.exec(textOf(`/proc/${pid}/smaps_rollup`))?.[1];
  const pages = textOf(`/proc/${pid}/statm`).split(" ")[1];
  return rollup === undefined ? Number(pages ?? 0) * 4096 : Number(rollup) * 1024;
}

function weigh(pid: number): number {
  try {
    return treeOf(pid).reduce((sum, one) => sum + weightOf(one), 0);
  } catch (error) {
    if (error instanceof Error && "code" in error) return 0;
    throw error;
  }
}

/** Runs a command to its end; `weighed: false` leaves it alone, for what is measured in milliseconds. `interruptMs`: SIGINT comes then. */
export async function run(
  command: string[],
  options: { cwd: string; weighed?: boolean; interruptMs?: number },
): Promise<Ran> {
  const started = performance.now();
  const env = { PATH: process.env.PATH ?? "", HOME: "/nonexistent" };
  const child = Bun.spawn(command, {
    cwd: options.cwd,
    env,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "ignore",
  });
  let peak = 0;
  const timer = setInterval(() => {
    if (options.weighed) peak = Math.max(peak, weigh(child.pid));
  }, PAUSE_MS);
  const { interruptMs } = options;
  if (interruptMs !== undefined) setTimeout(() => child.kill("SIGINT"), interruptMs);
  const stdout = await new Response(child.stdout).text();
  const exit = await child.exited;
  clearInterval(timer);
  return { exit, stdout, seconds: (performance.now() - started) / 1000, peak };
}
