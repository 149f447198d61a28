/**
 * Runs one command of a check: its own session and process group, stdin closed, stdout and stderr as one stream, an
 * environment without secrets, confined to the workspace where the machine permits it (`confine.ts`), with limits on time,
 * memory, processes, output, disk and file size. Whatever happens, no process of the run outlives it.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { lstatSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, statfsSync } from "node:fs";
import { tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { type Confinement, confinements, quote, refuse } from "./confine.ts";
import { overlayFolders, type Places, prepareDevices } from "./confine-mounts.ts";
import { Tree } from "./confine-tree.ts";

export { childEnvironment } from "./run-environment.ts";

import { Capture } from "./run-capture.ts";

export interface RunOptions {
  cwd: string;
  /** The workspace: the only part of the disk that the command may write to, besides `writable`. */
  root: string;
  timeoutMs: number;
  /** The whole environment but for what the run adds (TMPDIR, folders for caches). See `childEnvironment`. */
  env: Record<string, string>;
  signal?: AbortSignal;
  writable?: string[];
  network?: boolean;
  /** Gets the output as it comes; folders are made. */
  outputFile: string;
  /** Names of files below TMPDIR whose text the result gives back. */
  artifacts?: string[];
  limits?: Partial<Limits>;
}

/** Bytes, but for `processes`. `disk` is by how much free space may fall, `fileSize` the size of one file. */
export interface Limits {
  memory: number;
  processes: number;
  output: number;
  disk: number;
  fileSize: number;
}

export type LimitName = "memory" | "processes" | "output" | "disk" | "file size";

export type RunEnd =
  | { kind: "exited"; code: number }
  | { kind: "signal"; name: string }
  | { kind: "timeout" }
  | { kind: "limit"; what: LimitName }
  /** It did not start; the reason is one sentence. */
  | { kind: "unavailable"; reason: string }
  | { kind: "cancelled" };

export interface RunResult {
  end: RunEnd;
  /** Whole, up to the limit on output; stdout and stderr as they came. */
  output: string;
  ms: number;
  confinement: "namespaces" | "none";
  /** The text of those `artifacts` that were there as plain files, by name. */
  artifacts: Record<string, string>;
}

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

/** A line for the shell, as a person would type it. */
export function shellCommand(line: string): string[] {
  return ["sh", "-c", line];
}

/** Runs the command to its end, whichever that is. Throws only if the temporary folder or the output file cannot be made. */
export async function run(command: string[], options: RunOptions): Promise<RunResult> {
  const started = performance.now();
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "smallcode-run-")));
  try {
    const places = lay(folder, options);
    const attempt = await firstThatStarts(command, { options, places, folder });
    return {
      end: attempt.end,
      output: attempt.output,
      ms: performance.now() - started,
      confinement: attempt.kind,
      artifacts: readArtifacts(places.temporary, options.artifacts ?? []),
    };
  } finally {
    release(options.root, folder);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Caches in use by a run of this process; two overlays must not share one upper folder. */
const busyCaches = new Map<string, string>();

function release(root: string, folder: string): void {
  if (busyCaches.get(root) === folder) busyCaches.delete(root);
}

/** Makes the folders of a run and says where they are. */
function lay(folder: string, options: RunOptions): Places {
  const root = realpathSync(options.root);
  const home = options.env.HOME ?? null;
  const shared = !busyCaches.has(options.root);
  if (shared) busyCaches.set(options.root, folder);
  const used = [
    root,
    home,
    ...(options.env.PATH ?? "").split(":"),
    options.env.VIRTUAL_ENV,
    ...(options.writable ?? []),
  ];
  const places: Places = {
    root,
    temporary: join(folder, "tmp"),
    coverTmp:
      !used.some((path) => path?.startsWith("/tmp/") || path === "/tmp") && folder.startsWith("/tmp/"),
    cache: shared ? join(root, ".smallcode", "cache") : join(folder, "cache"),
    devices: join(folder, "dev"),
    home,
    writable: (options.writable ?? []).map((path) => realpathSync(path)),
  };
  const exists = (path: string) => lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  for (const path of [places.temporary, places.cache, ...overlayFolders(places, exists)])
    mkdirSync(path, { recursive: true });
  prepareDevices(places.devices);
  return places;
}

interface Attempt {
  end: RunEnd;
  output: string;
  kind: Confinement["kind"];
}
interface Job {
  options: RunOptions;
  places: Places;
  folder: string;
}

/** The strongest confinement that works here. One that fails has failed before the command began. */
async function firstThatStarts(command: string[], job: Job): Promise<Attempt> {
  const ways = confinements({
    places: job.places,
    network: job.options.network ?? false,
    folder: job.folder,
  });
  let reason = "no shell was found";
  for (const way of ways) {
    const { end, output, ready } = await start(command, way, job);
    if (ready || end.kind === "cancelled")
      return { end: ready ? afterStart(end, output, command) : end, output, kind: way.kind };
    reason = output.trim().split("\n")[0] || `it ended at once (${describe(end)})`;
    if (way.kind === "namespaces") refuse(way);
  }
  const end: RunEnd = { kind: "unavailable", reason: `${command[0]} could not be started: ${reason}` };
  return { end, output: "", kind: "none" };
}

const describe = (end: RunEnd): string => (end.kind === "exited" ? `code ${end.code}` : end.kind);

const NOT_FOUND = "smallcode: command not found";
function afterStart(end: RunEnd, output: string, command: string[]): RunEnd {
  if (end.kind !== "exited" || end.code !== 127 || output !== `${NOT_FOUND}\n`) return end;
  return { kind: "unavailable", reason: `${command[0]} is not installed or not in PATH.` };
}

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
    unless(`\${GOCACHE:-${home}}`, `GOCACHE=${cache("go-build")}`),
    unless(home, `XDG_CACHE_HOME=${cache("xdg")}`),
    unless("$HOME/.npm", `npm_config_cache=${cache("npm")}`),
    "ulimit -c 0",
    `ulimit -f ${Math.ceil(job.fileSize / 512)}`,
    `printf '%s\\n' ${quote(job.ready)}`,
    `command -v "$1" >/dev/null || { echo '${NOT_FOUND}'; exit 127; }`,
    `exec "$@"`,
  ].join("\n");
}

/** One start of the command in one confinement, and its whole life. `ready`: the command itself was reached. */
async function start(
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
  const [file = "/bin/sh", ...args] = way.wrap(script, command);
  const child = spawn(file, args, {
    cwd: "/",
    env: { ...options.env, CHECK_RUN: id },
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const capture = new Capture(id, options.outputFile, limits.output);
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
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (bytes: Buffer) => {
      const what = capture.add(bytes);
      if (what !== null) over.resolve({ kind: "limit", what });
    });
  const cancel = () => over.resolve({ kind: "cancelled" });
  options.signal?.addEventListener("abort", cancel, { once: true });
  const clock = setTimeout(() => over.resolve({ kind: "timeout" }), options.timeoutMs);
  const watch = setInterval(watcher(life, over.resolve), POLL_MS);
  const end = await over.promise;
  clearTimeout(clock);
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

/** Plain files only, so that a link left by the check leads nowhere. */
function readArtifacts(folder: string, names: string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const path = join(folder, name);
      const stat = lstatSync(path, { throwIfNoEntry: false });
      return stat?.isFile() && stat.size <= 32 * MB ? [[name, readFileSync(path, "utf8")]] : [];
    }),
  );
}
