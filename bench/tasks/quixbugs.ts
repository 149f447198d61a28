/** Tasks of a folder of QuixBugs' layout: one bug in one function, its own tests as check and as judge. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { findTasks } from "../repair/task.ts";
import type { Draft } from "./task.ts";

/** All programs of the folder that have tests and a reference. */
export function quixbugs(folder: string): Draft[] {
  const text = (path: string): string => readFileSync(join(folder, path), "utf8");
  return findTasks(folder).map(({ name, program, files }) => ({
    id: `quixbugs/${name}`,
    set: "quixbugs",
    language: "python",
    folder: name,
    sentence: `Fix the bug in ${program} so that its tests pass`,
    files: Object.fromEntries(files.map((path) => [path, text(path)])),
    solution: [program],
    reference: { [program]: text(`correct_python_programs/${name}.py`) },
    check: null,
    hidden: null,
  }));
}
