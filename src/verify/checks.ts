/** The checks of a workspace: what can be run to judge it, in the order in which it is worth running. */

import type { CheckReport } from "../types.ts";
import { type RunOptions, type RunResult, run } from "../workspace/run.ts";
import { cChecks } from "./c.ts";
import { commandCheck } from "./command.ts";
import { goChecks } from "./go.ts";
import { javaChecks } from "./java.ts";
import { javascriptChecks } from "./javascript.ts";
import { pythonChecks } from "./python.ts";
import { rustChecks } from "./rust.ts";

export interface Check {
  id: string;
  command: string[];
  /** The command as a person would type it. */
  shown: string;
  /** Absolute. */
  cwd: string;
  kind: "test" | "syntax" | "command";
  /** It builds, so what it takes depends on what was built before. */
  builds?: boolean;
  /** Names of what it leaves behind that is nobody's work. */
  litter: string[];
  /** Added to the environment of the run. */
  env?: Record<string, string>;
  /** Files below TMPDIR that `parse` reads. */
  artifacts?: string[];
  parse(result: RunResult): CheckReport;
  /**
   * What runs the tests of these files alone (relative to the workspace); null where the runner cannot be held to them. What
   * it does not know as tests it leaves out. Its result is read as that of the whole check.
   */
  narrow?(paths: string[]): NarrowRun | null;
  /**
   * What runs these tests alone. The ids are as the check's own reports give them (`Diagnostic.test`), and the result is read
   * by `parse`, which gives the same ids. Null where the runner cannot be held to tests, or knows none of these; a run may
   * hold a few more than were asked for (a whole case, all its parameters), never fewer of those it knows.
   */
  narrowTests?(ids: string[]): NarrowRun | null;
}

/** See `Check`; `env` takes the place of the check's own. */
export type NarrowRun = Pick<Check, "command" | "shown" | "env">;

/** What detection needs to see of a workspace; paths are relative to `root`. */
export interface Place {
  root: string;
  exists(path: string): Promise<boolean>;
  read(path: string): Promise<{ ok: true; file: { text: string } } | { ok: false; reason: string }>;
}

export interface DetectOptions {
  /** The command of `--check`: it alone is what judges. */
  check: string | null;
  /** The project's named commands: they take the place of what would be found. */
  project: { id: string; command: string }[];
  /** The workspace's files. */
  files: string[];
  /** Those of them that the task is about: of a workspace with several packages, theirs are judged. */
  near?: string[];
  /** The environment of a child, see `childEnvironment`. */
  env: Record<string, string>;
  signal?: AbortSignal;
}

interface Detector {
  /** The paths of its language. */
  files: RegExp;
  /** Cheap checks first. */
  detect(place: Place, options: DetectOptions): Promise<Check[]>;
}

/** One row for each family of languages. */
const DETECTORS: Detector[] = [
  { files: /\.pyi?$/, detect: pythonChecks },
  { files: /\.([cm]?[jt]sx?|vue|svelte)$/, detect: javascriptChecks },
  { files: /\.go$/, detect: goChecks },
  { files: /\.rs$/, detect: rustChecks },
  { files: /\.(java|kt|kts|scala|groovy)$/, detect: javaChecks },
  { files: /\.(c|h|cc|cpp|cxx|c\+\+|hh|hpp|hxx)$/i, detect: cChecks },
];

/**
 * What can judge this workspace; empty where nothing is known. Where the task is about files of some languages, their checks
 * alone, if there are any. Runs at most one small probe (is pytest there?).
 */
export async function detectChecks(place: Place, options: DetectOptions): Promise<Check[]> {
  if (options.check !== null) return [commandCheck("check", options.check, place.root)];
  if (options.project.length > 0)
    return options.project.map(({ id, command }) => commandCheck(id, command, place.root));
  const { near = [] } = options;
  const meant = DETECTORS.filter((row) => near.some((path) => row.files.test(path)));
  const found = await detectAll(meant, place, options);
  return found.length > 0 ? found : detectAll(DETECTORS, place, options);
}

async function detectAll(rows: Detector[], place: Place, options: DetectOptions): Promise<Check[]> {
  const found: Check[] = [];
  for (const row of rows) found.push(...(await row.detect(place, options)));
  return found;
}

export interface RunCheckOptions {
  root: string;
  timeoutMs: number;
  silenceMs?: number;
  env: Record<string, string>;
  outputFile: string;
  signal?: AbortSignal;
  /** See `RunOptions`. */
  sealed?: string[];
  /** See `RunOptions`. */
  layer?: RunOptions["layer"];
  /** Gets the run before it is read. */
  onRun?: (result: RunResult) => void;
}

/** Runs a check to its end and reads the result. Every outcome is a report; a cancelled run is one with status `error`. */
export async function runCheck(check: Check, options: RunCheckOptions): Promise<CheckReport> {
  const result = await run(check.command, {
    ...options,
    cwd: check.cwd,
    env: { ...options.env, ...check.env },
    artifacts: check.artifacts ?? [],
  });
  options.onRun?.(result);
  return check.parse(result);
}
