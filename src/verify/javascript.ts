/**
 * Checks for TypeScript and JavaScript: the project's own `tsc`, and its tests as its package.json defines them. node --test, bun
 * test, jest and vitest are asked for a report as well, and are no pass without it; any other script judges by its exit code.
 */

import { join } from "node:path";
import { below, outward } from "../graph/link/paths.ts";
import { quote, shellCommand } from "../workspace/run.ts";
import type { Check, DetectOptions, Place } from "./checks.ts";
import { readCommand } from "./command.ts";
import { RUNNERS, type Runner } from "./javascript-runners.ts";
import { innerPath, shownWith } from "./narrow.ts";
import { testReport, withoutReport } from "./outcomes.ts";
import { idIn, packagesNear, shownIn } from "./packages.ts";
import { report, stopped } from "./report.ts";

const LITTER = ["*.tsbuildinfo", "coverage", ".nyc_output", "junit.xml"];
const TEST_FILE = /(^|\/)(test\/.*|test|test-[^/]*|[^/]*[._-]test)\.[cm]?[jt]s$|\.(test|spec)\.[cm]?[jt]sx?$/;
/** How jest, vitest and bun say that there is nothing to run. */
const NONE_FOUND = /^(No tests found|No test files found|error: 0 test files matching|Ran 0 tests)/im;
/** What `npm init` writes where there are no tests. */
const NO_TESTS = /no test specified/;
/** What is left of a script without its runner: options alone, and what makes vitest end. */
const PLAIN_SCRIPT = /^\s*(run\s*)?(--?[\w-]+(=[^\s'"`$&|;<>]+)?\s*)*$/;

interface Package {
  place: Place;
  folder: string;
  files: string[];
  scripts: Record<string, string>;
  /** The text of its package.json. */
  manifest: string;
}

/** The type check and the tests of the package that the task is about. */
export async function javascriptChecks(place: Place, options: DetectOptions): Promise<Check[]> {
  const { files, near = [] } = options;
  const readAll = new Map<string, Package>();
  const judges = async (folder: string): Promise<boolean> => {
    const one = await readPackage(place, folder, files);
    readAll.set(folder, one);
    return (await typeCheck(one)) !== null || (await testCheck(one)) !== null;
  };
  const folders = await packagesNear({ files, near, manifest: /^package\.json$/, judges });
  const checks = folders.map(async (folder) => {
    const one = readAll.get(folder) ?? (await readPackage(place, folder, files));
    return [await typeCheck(one), await testCheck(one)].filter((check) => check !== null);
  });
  return (await Promise.all(checks)).flat();
}

async function readPackage(place: Place, folder: string, files: string[]): Promise<Package> {
  const read = await place.read(below(folder, "package.json"));
  const manifest = read.ok ? read.file.text : "";
  const inside = folder === "" ? files : files.filter((path) => path.startsWith(`${folder}/`));
  return { place, folder, files: inside, manifest, scripts: scriptsOf(manifest) };
}

function scriptsOf(text: string): Record<string, string> {
  try {
    const scripts: unknown = JSON.parse(text)?.scripts;
    const entries = Object.entries(typeof scripts === "object" && scripts !== null ? scripts : {});
    return Object.fromEntries(
      entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"),
    );
  } catch {
    return {};
  }
}

/** A program of the project: in the nearest `node_modules/.bin`. */
async function ownProgram({ place, folder }: Package, name: string): Promise<string | null> {
  for (const around of outward(folder)) {
    const path = below(around, `node_modules/.bin/${name}`);
    if (await place.exists(path)) return join(place.root, path);
  }
  return null;
}

async function typeCheck(one: Package): Promise<Check | null> {
  const { place, folder } = one;
  const config = below(folder, "tsconfig.json");
  if (!one.files.includes(config)) return null;
  const own = await ownProgram(one, "tsc");
  if (own === null && !/"typescript"\s*:/.test(one.manifest)) return null;
  const read = await place.read(config);
  // A configuration that only refers to others checks nothing by itself.
  const refers =
    read.ok && /"references"\s*:/.test(read.file.text) && /"files"\s*:\s*\[\s*\]/.test(read.file.text);
  const where = { root: place.root, cwd: join(place.root, folder) };
  const id = idIn("tsc", folder);
  const program = own ?? join(where.cwd, "node_modules/.bin/tsc");
  const args = [...(refers ? ["-b"] : []), "--noEmit", "--pretty", "false"];
  return {
    id,
    command: [program, ...args],
    shown: shownIn(`node_modules/.bin/tsc ${refers ? "-b " : ""}--noEmit`, "-p", folder),
    cwd: where.cwd,
    kind: "command",
    litter: LITTER,
    parse: (run) => readCommand(id, run, where),
  };
}

interface Plan {
  /** For the shell. */
  line: string;
  shown: string;
  /** With which it takes another folder. */
  option: string;
  runner: Runner | null;
  /** The line with arguments that name files of tests; null where it names some already. */
  held(files: string): string | null;
}

async function testCheck(one: Package): Promise<Check | null> {
  const plan = await planOf(one);
  if (plan === null) return null;
  const { place, folder } = one;
  const where = { root: place.root, cwd: join(place.root, folder) };
  const id = idIn(plan.runner?.id ?? "npm test", folder);
  const { runner } = plan;
  const base = { id, cwd: where.cwd, shown: shownIn(plan.shown, plan.option, folder), litter: LITTER };
  const bins = outward(folder).map((around) => join(place.root, below(around, "node_modules/.bin")));
  const command = (line: string): string[] => shellCommand(`PATH="${bins.join(":")}:$PATH"; ${line}`);
  if (runner === null)
    return {
      ...base,
      command: command(plan.line),
      kind: "command",
      parse: (run) => readCommand(id, run, where),
    };
  return {
    ...base,
    command: command(plan.line),
    kind: "test",
    artifacts: [runner.report],
    parse: (run) => {
      const early = stopped(id, run);
      if (early !== null) return early;
      const text = run.artifacts[runner.report];
      const outcomes = text === undefined ? null : runner.read(text, where);
      if ((outcomes ?? []).length === 0 && NONE_FOUND.test(run.output))
        return report(id, run, { status: "no_tests", summary: `${runner.id} found no test.` });
      if (outcomes === null) return withoutReport(id, run, { tool: runner.id, where });
      return testReport(id, run, { tool: runner.id, outcomes, where });
    },
    narrow(paths) {
      const inside = paths.map((path) => innerPath(path, folder)).filter((path) => path !== null);
      const tests = inside.filter((path) => TEST_FILE.test(path));
      const line = tests.length === 0 ? null : plan.held(runner.files(tests.map(quote)));
      return line === null ? null : { command: command(line), shown: shownWith(base.shown, tests) };
    },
  };
}

/** The project's own test script, else what its dependencies and files give away. */
async function planOf(one: Package): Promise<Plan | null> {
  const script = one.scripts.test;
  const usesBun = one.files.some((path) =>
    /^(bun\.lockb?|bunfig\.toml)$/.test(path.slice(one.folder.length).replace(/^\//, "")),
  );
  if (script !== undefined && !NO_TESTS.test(script)) return scripted(script, usesBun ? "bun run" : "npm");
  if (!one.files.some((path) => TEST_FILE.test(path))) return null;
  for (const runner of RUNNERS) {
    if (runner.program === null || (await ownProgram(one, runner.program)) === null) continue;
    return direct(runner);
  }
  const runner = RUNNERS.find(({ id }) => id === (usesBun ? "bun test" : "node --test"));
  return runner === undefined ? null : direct(runner);
}

function direct(runner: Runner): Plan {
  const line = runner.wrap(runner.command, "append");
  const held = (files: string): string => `${line} ${files}`;
  return { line, shown: runner.command, option: "--root", runner, held };
}

/** A report can be asked for where the runner is what the script ends with, or takes its options from the environment. */
function scripted(script: string, start: string): Plan {
  const last = script.split(/&&|\|\||[;|\n]/).at(-1) ?? script;
  const runner =
    RUNNERS.find(({ pattern, environment }) => pattern.test(environment ? script : last)) ?? null;
  const quiet = start === "npm" ? "npm --silent" : "bun run --silent";
  const shown = `${start} test`;
  const option = start === "npm" ? "--prefix" : "--cwd";
  if (runner === null) return { line: `${quiet} test`, shown, option, runner: null, held: () => null };
  const line = runner.wrap(`${quiet} test`, start === "npm" ? "separate" : "append");
  // Files behind others that the script itself names would be run beside them.
  const plain = PLAIN_SCRIPT.test(script.replace(runner.pattern, " "));
  const separate = start === "npm" && runner.environment ? " --" : "";
  const held = (files: string): string | null => (plain ? `${line}${separate} ${files}` : null);
  return { line, shown, option, runner, held };
}
