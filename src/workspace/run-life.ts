/**
 * One start of a command in one confinement, and its whole life: until it ends by itself, breaks a limit, runs out of time or is
 * cancelled. No process of it is left afterwards.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { statfsSync } from "node:fs";
import { totalmem } from "node:os";
import { join } from "node:path";
import { type Confinement, quote } from "./confine.ts";
import type { Places } from "./confine-mounts.ts";
import { Tree } from "./confine-tree.ts";
import type { Limits, RunEnd, RunOptions } from "./run.ts";
import { Capture } from "./run-capture.ts";

const MB = 1024 * 1024;
const POLL_MS = 100;
/** How long processes that were warned of a time-out get to print where they stand. */
const LAST_WORDS_MS = 400;

const defaultLimits = (): Limits => ({
  memory: Math.min(4096 * MB, totalmem() * 0.6),
  processes: 256,
  output: 32 * MB,
  disk: 2048 * MB,
  fileSize: 1024 * MB,
});

export interface Job {
  options: RunOptions;
  places: Places;
  folder: string;
}

/** Said, with code 127, by a start whose command does not exist. */
export const NOT_FOUND = "smallcode: command not found";
/** What runs inside the confinement just before the command: the folder, limits of its own, where to write, and the sign that all is set. */
function prologue(
  places: Places,
  job: { cwd: string; temporary: string; fileSize: number; ready: string },
): string {
  const cache = (name: string) => quote(join(places.cache, name));
  const home = `\${XDG_CACHE_HOME:-$HOME/.cache}`;
  const unless = (folder: string, assignment: string) => `[ -w "${folder}" ] || export ${assignment}`;
  return [
    "exec 2>&1",
    `cd ${quote(job.cwd)} || exit 125`,
    `export TMPDIR=${quote(job.temporary)} TMP=${quote(job.temporary)} TEMP=${quote(job.temporary)}`,
    `export CHECK_CACHE=${quote(places.cache)}`,
    unless(`\${GOCACHE:-${home}}`, `GOCACHE=${cache("go-build")}`),
    unless(home, `XDG_CACHE_HOME=${cache("xdg")}`),
    unless("$HOME/.npm", `npm_config_cache=${cache("npm")}`),
    `[ -d "$HOME/.m2" ] || export MAVEN_OPTS="$MAVEN_OPTS -Dmaven.repo.local="${cache("m2")}`,
    "ulimit -c 0",
    `ulimit -f ${Math.ceil(job.fileSize / 512)}`,
    `printf '%s\\n' ${quote(job.ready)}`,
    `command -v "$1" >/dev/null || { echo '${NOT_FOUND}'; exit 127; }`,
    `exec "$@"`,
  ].join("\n");
}

/** One start of the command in one confinement, and its whole life. `ready`: the command itself was reached. */
export async function start(
  command: string[],
  way: Confinement,
  { options, places }: Job,
): Promise<{ end: RunEnd; output: string; ready: boolean }> {
  if (options.signal?.aborted) return { end: { kind: "cancelled" }, output: "", ready: false };
  const limits = { ...defaultLimits(), ...options.limits };
  const id = randomBytes(12).toString("hex");
  const script = prologue(places, {
    cwd: options.cwd,
    temporary: way.temporary,
    fileSize: limits.fileSize,
    ready: id,
  });
  const capture = new Capture(id, options.outputFile, limits.output);
  const [file = "/bin/sh", ...args] = way.wrap(script, command);
  const child = spawn(file, args, {
    cwd: "/",
    env: { ...options.env, CHECK_RUN: id },
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const end = await live(child, capture, {
    tree: new Tree(child.pid ?? -1, `CHECK_RUN=${id}`),
    limits,
    options,
    watched: [places.root, places.temporary],
  });
  return { end, output: capture.close(), ready: capture.ready };
}

interface Life {
  tree: Tree;
  limits: Limits;
  options: RunOptions;
  /** Folders whose free space is watched. */
  watched: string[];
}

/** Waits for the end of the command or makes one, and leaves no process behind. */
async function live(child: ChildProcess, capture: Capture, life: Life): Promise<RunEnd> {
  const { tree, options } = life;
  const over = Promise.withResolvers<RunEnd>();
  child.once("error", (error) => over.resolve({ kind: "unavailable", reason: error.message }));
  child.once("exit", (code, name) => over.resolve(endOf(code, name)));
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const late = () => over.resolve({ kind: "timeout" });
  const silence = setTimeout(late, options.silenceMs ?? options.timeoutMs);
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (bytes: Buffer) => {
      silence.refresh();
      const what = capture.add(bytes);
      if (what !== null) over.resolve({ kind: "limit", what });
    });
  const cancel = () => over.resolve({ kind: "cancelled" });
  options.signal?.addEventListener("abort", cancel, { once: true });
  const clock = setTimeout(late, options.timeoutMs);
  const watch = setInterval(watcher(life, over.resolve), POLL_MS);
  const end = await over.promise;
  clearTimeout(clock);
  clearTimeout(silence);
  clearInterval(watch);
  options.signal?.removeEventListener("abort", cancel);
  if (end.kind === "timeout") {
    tree.warn();
    await Promise.race([closed, Bun.sleep(LAST_WORDS_MS)]);
  }
  if (child.pid !== undefined) await tree.end();
  await Promise.race([closed, Bun.sleep(1000)]);
  child.stdout?.destroy();
  child.stderr?.destroy();
  return end;
}

/** Looks at the run from outside: what it weighs and what it took of the disk. */
function watcher({ tree, limits, watched }: Life, over: (end: RunEnd) => void): () => void {
  const before = watched.map(freeBytes);
  return () => {
    const weight = tree.weigh();
    if (weight.memory > limits.memory) over({ kind: "limit", what: "memory" });
    else if (weight.processes > limits.processes) over({ kind: "limit", what: "processes" });
    else if (watched.some((path, i) => (before[i] ?? 0) - freeBytes(path) > limits.disk))
      over({ kind: "limit", what: "disk" });
  };
}

function freeBytes(path: string): number {
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize;
}

const SIGNALS: Record<number, string> = {
  1: "SIGHUP",
  2: "SIGINT",
  3: "SIGQUIT",
  4: "SIGILL",
  6: "SIGABRT",
  8: "SIGFPE",
  9: "SIGKILL",
  11: "SIGSEGV",
  13: "SIGPIPE",
  14: "SIGALRM",
  15: "SIGTERM",
};

/** A shell reports a child's death by a signal as 128 + its number; both are said the same way. */
function endOf(code: number | null, name: NodeJS.Signals | null): RunEnd {
  const signal = name ?? SIGNALS[(code ?? 0) - 128];
  if (signal === "SIGXFSZ" || code === 128 + 25) return { kind: "limit", what: "file size" };
  return signal === undefined ? { kind: "exited", code: code ?? -1 } : { kind: "signal", name: signal };
}
