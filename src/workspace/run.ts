/**
 * Runs one command of a check: its own session and process group, stdin closed, stdout and stderr as one stream, an
 * environment without secrets, confined to the workspace where the machine permits it (`confine.ts`), with limits on time,
 * memory, processes, output, disk and file size. Whatever happens, no process of the run outlives it.
 */
import { lstatSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Confinement, confinements, isRefused, refuse } from "./confine.ts";
import { overlayFolders, type Places, prepareDevices } from "./confine-mounts.ts";
import type { Layer } from "./layer.ts";
import { type Job, NOT_FOUND, start } from "./run-life.ts";

export { quote } from "./confine.ts";
export { childEnvironment } from "./run-environment.ts";

export interface RunOptions {
  cwd: string;
  /** The workspace: the only part of the disk that the command may write to, besides `writable`. */
  root: string;
  timeoutMs: number;
  /** As long without any output is a time-out, too. */
  silenceMs?: number;
  /** The whole environment but for what the run adds (TMPDIR, CHECK_CACHE for what is kept from run to run, folders for caches). See `childEnvironment`. */
  env: Record<string, string>;
  signal?: AbortSignal;
  writable?: string[];
  /** Files inside the root, absolute, that the command cannot change where it is confined. */
  sealed?: string[];
  /** Where the command writes instead of into the root, where that is permitted here. It enters it before it starts. */
  layer?: Layer | null;
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

/** An artifact larger than this is left out. */
const ARTIFACT_LIMIT = 32 * 1024 * 1024;

/** A line for the shell, as a person would type it. */
export function shellCommand(line: string): string[] {
  return ["sh", "-c", line];
}

/** Runs the command to its end, whichever that is; a disk that does not let it start is such an end too. */
export async function run(command: string[], options: RunOptions): Promise<RunResult> {
  const started = performance.now();
  let folder: string | null = null;
  try {
    folder = realpathSync(mkdtempSync(join(tmpdir(), "smallcode-run-")));
    const places = lay(folder, options);
    const attempt = await firstThatStarts(command, { options, places, folder });
    return {
      end: attempt.end,
      output: attempt.output,
      ms: performance.now() - started,
      confinement: attempt.kind,
      artifacts: readArtifacts(places.temporary, options.artifacts ?? []),
    };
  } catch (error) {
    if (!(error instanceof Error && "syscall" in error)) throw error;
    const reason = `${command[0]} could not be started: ${error.message}`;
    const ms = performance.now() - started;
    return { end: { kind: "unavailable", reason }, output: "", ms, confinement: "none", artifacts: {} };
  } finally {
    if (folder !== null) {
      release(options.root, folder);
      rmSync(folder, { recursive: true, force: true });
    }
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
    sealed: options.sealed ?? [],
    temporary: join(folder, "tmp"),
    coverTmp:
      !used.some((path) => path?.startsWith("/tmp/") || path === "/tmp") && folder.startsWith("/tmp/"),
    cache: shared ? join(root, ".smallcode", "cache") : join(folder, "cache"),
    devices: join(folder, "dev"),
    layer: options.layer
      ? { ...options.layer, stage: join(folder, "stage"), cover: join(folder, "cover") }
      : null,
    home,
    writable: (options.writable ?? []).map((path) => realpathSync(path)),
  };
  const exists = (path: string) => lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  const { layer } = places;
  const made = [places.temporary, places.cache, ...overlayFolders(places, exists)];
  for (const path of [...made, ...(layer ? [layer.stage, layer.cover] : [])])
    mkdirSync(path, { recursive: true });
  prepareDevices(places.devices);
  return places;
}

interface Attempt {
  end: RunEnd;
  output: string;
  kind: Confinement["kind"];
}
/**
 * What a command says that meets the one thing an overlay cannot do, to move a folder of the tree: it runs again without. On the
 * layer it has changed nothing.
 */
const CANNOT_MOVE = /cross-device link|\bEXDEV\b/i;
const isStuck = (end: RunEnd, output: string): boolean =>
  end.kind === "exited" && end.code !== 0 && CANNOT_MOVE.test(output);

/** The strongest confinement that works here. One that fails has failed before the command began, or has left no trace. */
async function firstThatStarts(command: string[], job: Job): Promise<Attempt> {
  const ways = confinements({
    places: job.places,
    network: job.options.network ?? false,
    folder: job.folder,
  });
  let reason = "no shell was found";
  for (const way of ways) {
    if (isRefused(way)) continue;
    if (way.layered) job.options.layer?.enter();
    else job.options.layer?.leave();
    const { end, output, ready } = await start(command, way, job);
    if (ready && way.layered && isStuck(end, output)) {
      for (const other of ways) if (other.layered) refuse(other);
      continue;
    }
    if (ready || end.kind === "cancelled")
      return { end: ready ? afterStart(end, output, command) : end, output, kind: way.kind };
    reason = output.trim().split("\n")[0] || `it ended at once (${describe(end)})`;
    if (way.kind === "namespaces") refuse(way);
  }
  const end: RunEnd = { kind: "unavailable", reason: `${command[0]} could not be started: ${reason}` };
  return { end, output: "", kind: "none" };
}

const describe = (end: RunEnd): string => (end.kind === "exited" ? `code ${end.code}` : end.kind);

function afterStart(end: RunEnd, output: string, command: string[]): RunEnd {
  if (end.kind !== "exited" || end.code !== 127 || output !== `${NOT_FOUND}\n`) return end;
  return { kind: "unavailable", reason: `${command[0]} is not installed or not in PATH.` };
}

/** Plain files only, so that a link left by the check leads nowhere. */
function readArtifacts(folder: string, names: string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const path = join(folder, name);
      const stat = lstatSync(path, { throwIfNoEntry: false });
      return stat?.isFile() && stat.size <= ARTIFACT_LIMIT ? [[name, readFileSync(path, "utf8")]] : [];
    }),
  );
}
