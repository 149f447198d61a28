/**
 * Checks for TypeScript and JavaScript: the linters that a package configures, its own `tsc`, and its tests as its package.json
 * defines them. The runners that are known are asked for a report, and are no pass without it; any other script judges by its
 * exit code.
 */
import { quote } from "../workspace/run.ts";
import type { Check, DetectOptions, Place } from "./checks.ts";
import { readCommand } from "./command.ts";
import { denoChecks } from "./deno.ts";
import {
  hasFile,
  inPackage,
  isInstalled,
  isMissing,
  notInstalled,
  type Package,
  readPackage,
} from "./javascript-package.ts";
import { RUNNERS, type Runner } from "./javascript-runners.ts";
import { biomeCheck, eslintCheck, LITTER, typeCheck } from "./javascript-tools.ts";
import { innerPath, shownWith } from "./narrow.ts";
import { testReport, withoutReport } from "./outcomes.ts";
import { idIn, packagesNear, shownIn } from "./packages.ts";
import { report, stopped } from "./report.ts";

const TEST_FILE =
  /(^|\/)(test\/.*|test|test-[^/]*|[^/]*[._-]test)\.[cm]?[jt]s$|\.(test|spec)\.[cm]?[jt]sx?$|(^|\/)__tests__\/.*\.[cm]?[jt]sx?$/;
/** How jest, vitest and bun say that there is nothing to run. */
const NONE_FOUND = /^(No tests found|No test files found|error: 0 test files matching|Ran 0 tests)/im;
/** What `npm init` writes where there are no tests. */
const NO_TESTS = /no test specified/;
/** What is left of a script without its runner: options alone, and what makes vitest end. */
const PLAIN_SCRIPT = /^\s*(run\s*)?(--?[\w-]+(=[^\s'"`$&|;<>]+)?\s*)*$/;
/** More ids than this are not put into one expression: their files are run whole. */
const MOST_NAMES = 200;

/** Linters, type check and tests of the package that the task is about, those of all packages in this order. */
export async function javascriptChecks(place: Place, options: DetectOptions): Promise<Check[]> {
  const { files, near = [] } = options;
  const known = new Map<string, Check[][]>();
  const checksOf = async (folder: string): Promise<Check[][]> => {
    const stages = known.get(folder) ?? (await stagesOf(await readPackage(place, folder, files)));
    known.set(folder, stages);
    return stages;
  };
  const judges = async (folder: string): Promise<boolean> => (await checksOf(folder)).flat().length > 0;
  const folders = await packagesNear({ files, near, manifest: /^(package\.json|deno\.jsonc?)$/, judges });
  const found = await Promise.all(folders.map(checksOf));
  return [0, 1, 2].flatMap((stage) => found.flatMap((stages) => stages[stage] ?? []));
}

/** Cheap before dear: linters, type checks, tests. */
async function stagesOf(one: Package): Promise<Check[][]> {
  const deno = await denoChecks(one);
  if (deno !== null) return deno;
  const checks = [
    [await biomeCheck(one), await eslintCheck(one)],
    [await typeCheck(one)],
    [await testCheck(one)],
  ];
  return checks.map((stage) => stage.filter((check) => check !== null));
}

interface Plan {
  /** For the shell. */
  line: string;
  shown: string;
  /** With which it takes another folder. */
  option: string;
  runner: Runner | null;
  /** The line held to files of tests, and to some of the tests in them; null where its script names files already. */
  held(files: string, names: string): string | null;
}

async function testCheck(one: Package): Promise<Check | null> {
  const plan = await planOf(one);
  if (plan === null) return null;
  const { folder, where } = one;
  const { runner } = plan;
  const id = idIn(runner?.id ?? "npm test", folder);
  const shown = shownIn(plan.shown, plan.option, folder);
  const base = { id, cwd: where.cwd, shown, litter: LITTER, command: inPackage(one, plan.line) };
  if (runner === null) return { ...base, kind: "command", parse: (run) => readCommand(id, run, where) };
  const isTest = (path: string): boolean => TEST_FILE.test(path);
  return {
    ...base,
    kind: "test",
    artifacts: [runner.report],
    parse: (run) => {
      const early = stopped(id, run);
      if (early !== null) return early;
      if (runner.program !== null && isMissing(run, runner.program))
        return report(id, run, { status: "unavailable", summary: notInstalled(runner.program, folder) });
      const text = run.artifacts[runner.report];
      const outcomes = text === undefined ? null : runner.read(text, where, run.output);
      if ((outcomes ?? []).length === 0 && NONE_FOUND.test(run.output))
        return report(id, run, { status: "no_tests", summary: `${runner.id} found no test.` });
      if (outcomes === null) return withoutReport(id, run, { tool: runner.id, where });
      return testReport(id, run, { tool: runner.id, outcomes, where });
    },
    narrow(paths) {
      const inside = paths.map((path) => innerPath(path, folder)).filter((path) => path !== null);
      const tests = inside.filter(isTest);
      const line = tests.length === 0 ? null : plan.held(runner.files(tests.map(quote)), "");
      return line === null ? null : { command: inPackage(one, line), shown: shownWith(shown, tests) };
    },
    narrowTests(ids) {
      const tests = ids.flatMap((test) => {
        const [file = "", ...titles] = test.split("::");
        const path = innerPath(file, folder);
        return path === null || !one.files.includes(file) ? [] : [{ path, titles }];
      });
      if (tests.length === 0) return null;
      const files = [...new Set(tests.map(({ path }) => path))];
      const whole = tests.length > MOST_NAMES || tests.some(({ titles }) => titles.length === 0);
      const names = whole ? "" : runner.names(tests.map(({ titles }) => titles));
      const line = plan.held(runner.files(files.map(quote)), names);
      return line === null ? null : { command: inPackage(one, line), shown: shownWith(shown, files) };
    },
  };
}

/** The project's own test script, else what its dependencies and files give away. */
async function planOf(one: Package): Promise<Plan | null> {
  const script = one.scripts.test;
  const usesBun = hasFile(one, /^(bun\.lockb?|bunfig\.toml)$/);
  if (script !== undefined && !NO_TESTS.test(script))
    return scripted(one, script, usesBun ? "bun run" : "npm");
  if (!one.files.some((path) => TEST_FILE.test(path))) return null;
  for (const runner of RUNNERS) if (await isAskedFor(one, runner)) return direct(runner);
  const runner = RUNNERS.find(({ id }) => id === (usesBun ? "bun test" : "node --test"));
  return runner === undefined ? null : direct(runner);
}

/** By a dependency or a configuration; what is merely there counts, too, where no package around asks for another one. */
async function isAskedFor(one: Package, { program, configuration }: Runner): Promise<boolean> {
  if (program === null) return false;
  if (one.dependencies.has(program) || (configuration !== null && hasFile(one, configuration))) return true;
  const others = RUNNERS.some((runner) => runner.program !== null && one.dependencies.has(runner.program));
  return !others && (await isInstalled(one, program));
}

function direct(runner: Runner): Plan {
  const line = runner.wrap(runner.command, "append");
  const held = (files: string, names: string): string =>
    runner.environment
      ? runner.wrap(`${runner.command} ${names} ${files}`, "append")
      : `${line} ${files} ${names}`;
  return { line, shown: runner.command, option: "--root", runner, held };
}

/** A report can be asked for where the runner is what the script ends with, or takes its options from the environment. */
function scripted({ scripts }: Package, script: string, start: string): Plan {
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
  const alone = scripts.pretest === undefined && scripts.posttest === undefined;
  const separate = start === "npm" && runner.environment ? " --" : "";
  const held = (files: string, names: string): string | null => {
    if (!plain) return runner.environment || names === "" ? null : `${line} ${names}`;
    // node takes options only before the first file, so its script is run as it stands there.
    if (runner.environment && names !== "")
      return alone ? runner.wrap(`${script.trim()} ${names} ${files}`, "append") : null;
    return `${line}${separate} ${files} ${names}`.trimEnd();
  };
  return { line, shown, option, runner, held };
}
