/**
 * The tasks of a folder of QuixBugs' layout, and the folder that one of them is tried in. Such a folder is made from an
 * allow-list: the program, its tests, the modules that these import, their data. The reference solutions are in none of
 * the places it looks in, so they cannot come along.
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const PROGRAMS = "python_programs";
const TESTS = "python_testcases";
/** Where a module of the project may live. */
const MODULES = [PROGRAMS, TESTS];

/** Paths are relative to the folder, with "/". `files` is all that a try may see, program and tests among it, in order. */
export interface Task {
  name: string;
  program: string;
  tests: string;
  files: string[];
}

/** The tasks of `folder` by name: each program that has a test file. Throws where the folder cannot be read. */
export function findTasks(folder: string): Task[] {
  return readdirSync(join(folder, TESTS))
    .flatMap((file) => /^test_(\w+)\.py$/.exec(file)?.[1] ?? [])
    .filter((name) => existsSync(join(folder, PROGRAMS, `${name}.py`)))
    .sort()
    .map((name) => taskOf(folder, name));
}

function taskOf(folder: string, name: string): Task {
  const program = `${PROGRAMS}/${name}.py`;
  const tests = `${TESTS}/test_${name}.py`;
  const always = [
    "conftest.py",
    ...MODULES.flatMap((place) => [`${place}/conftest.py`, `${place}/__init__.py`]),
  ];
  const files = new Set<string>();
  const waiting = [program, tests, ...always];
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
    if (files.has(path) || !existsSync(join(folder, path))) continue;
    files.add(path);
    waiting.push(...importedFiles(readFileSync(join(folder, path), "utf8")));
  }
  const data = `json_testcases/${name}.json`;
  if (existsSync(join(folder, data))) files.add(data);
  return { name, program, tests, files: [...files].sort() };
}

/** Where the modules that this Python text imports would be, if they were the project's. */
function importedFiles(text: string): string[] {
  const lines = text.matchAll(
    /^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import[ \t]+([^#\n]+)|import[ \t]+([^#\n]+))/gm,
  );
  return [...lines].flatMap(([, from, names = "", modules = ""]) => {
    if (from === undefined) return listed(modules).flatMap(filesOfModule);
    const inside = MODULES.includes(from) || /^\.+$/.test(from);
    return inside ? listed(names).flatMap((name) => filesOfModule(`.${name}`)) : filesOfModule(from);
  });
}

/** `a, b as c` and `(a, b)` name a and b. */
function listed(names: string): string[] {
  return names.split(",").flatMap((part) => /[\w.]+/.exec(part)?.[0] ?? []);
}

function filesOfModule(module: string): string[] {
  const parts = module.split(".").filter((part) => part !== "");
  const [first = "", second] = parts;
  if (parts.length === 2 && second !== undefined && MODULES.includes(first)) return [`${first}/${second}.py`];
  return parts.length === 1 ? MODULES.map((place) => `${place}/${first}.py`) : [];
}

/** Makes `into`, which must not be there, with the files of the task and nothing else. */
export function layTask(folder: string, task: Task, into: string): void {
  mkdirSync(into);
  for (const file of task.files) {
    mkdirSync(join(into, dirname(file)), { recursive: true });
    copyFileSync(join(folder, file), join(into, file));
  }
}
