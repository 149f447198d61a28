/**
 * A folder whose code graph a test is after: the real binary asked about it, what it answered, how long that took and how much
 * memory. The answer of a whole graph is the data of its page, in which every definition and every relation stands.
 */
import { expect, onTestFinished } from "bun:test";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { binary } from "./project.ts";

/** Nothing may take longer, on a busy machine. */
const MOST_MS = 120_000;

export interface Asked {
  /** null where it had to be killed. */
  exit: number | null;
  stdout: string;
  stderr: string;
  ms: number;
  /** The most memory that the process and its workers had at once, in MB; looked at every 50 ms. */
  mb: number;
}

/**
 * A temporary folder outside any repository, gone after the test: whatever its size, its depth and the permissions in it, and
 * without the test waiting for that.
 */
export function folder(): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "smallcode-graphed-")));
  onTestFinished(() =>
    Bun.spawn(["sh", "-c", 'chmod -R u+rwX "$1" 2>/dev/null; rm -rf "$1"', "sh", root]).unref(),
  );
  return root;
}

export function fill(root: string, files: Record<string, string | Uint8Array>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
}

export interface AskOptions {
  /** Put before the binary: `sh -c 'ulimit ...'`. */
  through?: string[];
  env?: Record<string, string>;
}

/** Starts the binary in a folder. */
export async function start(root: string, args: string[], { through = [], env = {} }: AskOptions = {}) {
  return Bun.spawn([...through, await binary(), ...args], {
    cwd: root,
    env: { PATH: process.env.PATH ?? "", HOME: "/nonexistent", ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
}

/** Memory of a process and of those that it has started, in MB; 0 where it has ended. */
function memoryOf(pid: number): number {
  const children = fileOf(pid, `task/${pid}/children`)
    .split(" ")
    .filter((one) => one !== "");
  const own = Number(fileOf(pid, "status").match(/^VmRSS:\s*(\d+)/m)?.[1] ?? 0) / 1024;
  return children.reduce((sum, child) => sum + memoryOf(Number(child)), own);
}

/** Runs the binary in a folder to its end. */
export async function ask(root: string, args: string[], options: AskOptions = {}): Promise<Asked> {
  const began = performance.now();
  const child = await start(root, args, options);
  let mb = 0;
  const look = setInterval(() => {
    mb = Math.max(mb, memoryOf(child.pid));
  }, 50);
  const killer = setTimeout(() => child.kill("SIGKILL"), MOST_MS);
  const [stdout, stderr] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  await child.exited;
  clearTimeout(killer);
  clearInterval(look);
  return { exit: child.exitCode, stdout, stderr, ms: performance.now() - began, mb };
}

/** Expects that it ended well and without a crash, and gives what it said on stderr, line by line, without its progress. */
export function wellEnded({ exit, stderr }: Asked, code = 0): string[] {
  expect(stderr).not.toMatch(/this is a bug|^\s+at .+:\d+:\d+|panic|Segmentation/m);
  expect({ exit, stderr }).toMatchObject({ exit: code });
  return stderr.split(/[\r\n]+/).filter((line) => line.startsWith("smallcode: "));
}

/** Everything that the graph of a folder holds, and what was said about it. */
export async function wholeGraph(
  root: string,
  options: AskOptions = {},
): Promise<{ facts: string; said: string[] }> {
  const asked = await ask(root, ["graph", "--html", "-"], options);
  const said = wellEnded(asked);
  const facts = asked.stdout.match(/id="facts">(.*?)<\/script>/s)?.[1];
  if (facts === undefined) throw new Error(`There is no page: ${asked.stdout.slice(0, 300)}`);
  return { facts: facts.replace(/^\{"title":"[^"]*",/, "{"), said };
}

/** The answer of a graph that was made of the same files from nothing. */
export async function cleanGraph(root: string): Promise<string> {
  const copy = folder();
  const ran = Bun.spawnSync(["cp", "-a", `${root}/.`, copy]);
  if (!ran.success) throw new Error(ran.stderr.toString());
  rmSync(join(copy, ".smallcode"), { recursive: true, force: true });
  return (await wholeGraph(copy)).facts;
}

/** The files of the stored graph. */
export const storedIn = (root: string): string[] => readdirSync(join(root, ".smallcode", "graph")).sort();

export const storedText = (root: string, name: string): string =>
  readFileSync(join(root, ".smallcode", "graph", name), "utf8");

/** Processes that were started from the binary and still run, without those that a test holds. */
export function leftRunning(path: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => fileOf(pid, "cmdline").startsWith(`${path}\0`));
}

/** A file that the system keeps of a process. */
function fileOf(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch {
    // It has ended.
    return "";
  }
}

/** Whether permissions bind this process: they do not bind root. */
export const PERMISSIONS_BIND = process.getuid?.() !== 0;
