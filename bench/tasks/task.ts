/**
 * A task as every set of them gives it: a folder made of the files that a user would have, a sentence that asks for the work,
 * what the agent may run, and what judges afterwards. The reference is part of the task and never of its folder.
 */
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

export const LANGUAGES = ["python", "javascript", "go", "rust", "java", "cpp"] as const;
export type Language = (typeof LANGUAGES)[number];
export const SETS = ["quixbugs", "mutants", "humaneval", "polyglot"] as const;
export type SetName = (typeof SETS)[number];

/** Relative path ("/" between parts) to the file's text. */
export type Files = Record<string, string>;

export interface Task {
  /** `SET/NAME`, `SET/LANGUAGE/NAME`. */
  id: string;
  set: SetName;
  language: Language;
  /** The name of the folder: some build files take their project's name from it. */
  folder: string;
  sentence: string;
  files: Files;
  /** The files that the work is to be done in. */
  solution: string[];
  /** What they are in the end; other files of the reference may be new. */
  reference: Files;
  /** The command for `--check`; null where the tests are found without being told. */
  check: string | null;
  /** Added to a pristine copy of the folder before it judges: tests that the agent never sees. Null: the folder's own tests judge. */
  hidden: Files | null;
  /** How many tests the reference passes: the visible ones, and those that judge. */
  tests: { visible: number; judge: number };
  /** What was changed in the reference, where the task is made that way. */
  note?: string;
}

/** A task before its tests were counted. */
export type Draft = Omit<Task, "tests">;

/** Writes files into a folder, which is made. */
export function lay(files: Files, into: string): void {
  mkdirSync(into, { recursive: true });
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(into, dirname(path)), { recursive: true });
    writeFileSync(join(into, path), text);
  }
}

export const sha = (text: string): string => createHash("sha256").update(text).digest("hex");

/** In an order that looks random and is the same each time: by the hash of seed and name. */
export function byHash<T>(items: readonly T[], name: (item: T) => string, seed = "1"): T[] {
  const keyed = items.map((item) => [sha(`${seed}:${name(item)}`), item] as const);
  return keyed.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, item]) => item);
}
