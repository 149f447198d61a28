/** Checks for Deno: its linter, its type checker and its tests, where the package has a deno.json. Nothing is fetched or asked. */
import { z } from "zod";
import { below } from "../graph/link/paths.ts";
import { quote } from "../workspace/run.ts";
import type { Check } from "./checks.ts";
import { type Finding, findingsReport } from "./findings.ts";
import { hasFile, inPackage, isMissing, type Package } from "./javascript-package.ts";
import { readDeno } from "./javascript-reports.ts";
import { innerPath, shownWith } from "./narrow.ts";
import { testReport } from "./outcomes.ts";
import { idIn } from "./packages.ts";
import { parseJson, plain, report, stopped } from "./report.ts";

const REPORT = "smallcode-deno.xml";
const ENVIRONMENT = { DENO_NO_UPDATE_CHECK: "1", DENO_NO_PROMPT: "1" };
const LITTER = ["deno.lock"];
/** Deno's own rule for what holds tests. */
const TEST_FILE = /(^|\/)([^/]*[._])?test\.[cm]?[jt]sx?$|(^|\/)__tests__\/.*\.[cm]?[jt]sx?$/;
const ABSENT = "This project has a deno.json, but Deno is not installed.";
/** A task that does nothing but run the tests, with its permissions. */
const TASK = /^deno test((?:\s+-[\w-]+(?:=[\w./,*@:-]+)?)*)$/;

/** Linters, type checks, tests, as stages; null for a package without a deno.json, or with scripts of npm for its tests. */
export async function denoChecks(one: Package): Promise<Check[][] | null> {
  if (!hasFile(one, /^deno\.jsonc?$/) || one.scripts.test !== undefined) return null;
  const tests = one.files.some((path) => TEST_FILE.test(path));
  return [
    [finder(one, "lint", "deno lint --json", readLint)],
    [finder(one, "check", "deno check .", readCheck)],
    tests ? [testCheck(one, await permissions(one))] : [],
  ];
}

function finder(one: Package, name: string, line: string, read: (output: string) => Finding[] | null): Check {
  const { folder, where } = one;
  const id = idIn(`deno ${name}`, folder);
  return {
    id,
    command: inPackage(one, line),
    shown: folder === "" ? `deno ${name}` : `deno ${name} ${folder}`,
    cwd: where.cwd,
    kind: "command",
    litter: LITTER,
    env: ENVIRONMENT,
    parse: (run) =>
      findingsReport(id, run, { tool: `deno ${name}`, found: read(run.output), absent: ABSENT, where }),
  };
}

const Lint = z.object({
  diagnostics: z.array(
    z.object({
      filename: z.string(),
      range: z.object({ start: z.object({ line: z.int(), col: z.int() }) }),
      message: z.string(),
      code: z.string(),
      hint: z.string().nullish(),
    }),
  ),
  errors: z.array(z.object({ file_path: z.string(), message: z.string() })),
});

/** Columns are counted from 0 there, lines from 1. */
function readLint(output: string): Finding[] | null {
  const text = plain(output);
  const found = Lint.safeParse(parseJson(text.slice(text.indexOf("{"), text.lastIndexOf("}") + 1))).data;
  if (found === undefined) return null;
  return [
    ...found.errors.map(({ file_path, message }): Finding => {
      const [said = "", ...more] = message.split("\n");
      const line = Number(/:(\d+):\d+/.exec(message)?.[1] ?? 1);
      return {
        path: file_path,
        line,
        severity: "error",
        code: "parse",
        message: said,
        more: more.join("\n"),
      };
    }),
    ...found.diagnostics.map(({ filename, range, message, code, hint }): Finding => {
      const { line, col } = range.start;
      return { path: filename, line, column: col + 1, severity: "error", code, message, more: hint ?? "" };
    }),
  ];
}

const TYPE_ERROR =
  /^(?<code>TS\d+) \[ERROR\]: (?<message>[\s\S]*?)\n\s+at (?<path>file:\/\/[^\n]+?):(?<line>\d+):(?<column>\d+)$/gm;
/** A module that is not there, or a text that does not parse. */
const BROKEN =
  /^error: (?<message>[^\n]*(?:\n(?! +at )[^\n]+)*)\n\s+at (?<path>file:\/\/[^\n]+?):(?<line>\d+):(?<column>\d+)$/gm;

function readCheck(output: string): Finding[] {
  const text = plain(output);
  return [...text.matchAll(TYPE_ERROR), ...text.matchAll(BROKEN)].map(({ groups }): Finding => {
    const [message = "", ...more] = (groups?.message ?? "").split("\n");
    return {
      path: groups?.path ?? "",
      line: Number(groups?.line),
      column: Number(groups?.column),
      severity: "error",
      code: groups?.code,
      message,
      more: more.join("\n"),
    };
  });
}

/** The options of the project's own task for tests; without one, those of `deno test` alone: no permissions. */
async function permissions({ place, folder }: Package): Promise<string> {
  for (const name of ["deno.json", "deno.jsonc"]) {
    if (!(await place.exists(below(folder, name)))) continue;
    const read = await place.read(below(folder, name));
    const task = read.ok
      ? /"test"\s*:\s*(?:\{[^}]*"command"\s*:\s*)?"([^"]*)"/.exec(read.file.text)?.[1]
      : "";
    const options = TASK.exec((task ?? "").trim())?.[1] ?? "";
    return options.replace(/ --(junit-path|reporter|watch\S*|filter|coverage)(=\S+)?/g, "");
  }
  return "";
}

/** Types are checked by a check of their own: a test runs also where another file has a wrong type. */
function testCheck(one: Package, options: string): Check {
  const { folder, where } = one;
  const id = idIn("deno test", folder);
  const line = `deno test --no-prompt --no-check${options} --junit-path="$TMPDIR/${REPORT}"`;
  const shown = folder === "" ? `deno test${options}` : `deno test${options} ${folder}`;
  return {
    id,
    command: inPackage(one, line),
    shown,
    cwd: where.cwd,
    kind: "test",
    litter: LITTER,
    env: ENVIRONMENT,
    artifacts: [REPORT],
    parse: (run) => {
      const early = stopped(id, run);
      if (early !== null) return early;
      if (isMissing(run, "deno")) return report(id, run, { status: "unavailable", summary: ABSENT });
      const outcomes = readDeno(run.artifacts[REPORT] ?? "", where, run.output);
      if ((outcomes ?? []).length === 0 && /No test modules found/.test(run.output))
        return report(id, run, { status: "no_tests", summary: "deno test found no test." });
      return testReport(id, run, { tool: "deno test", outcomes, where });
    },
    narrow: (paths) => {
      const tests = paths.flatMap((path) => (TEST_FILE.test(path) ? (innerPath(path, folder) ?? []) : []));
      if (tests.length === 0) return null;
      return {
        command: inPackage(one, `${line} ${tests.map(quote).join(" ")}`),
        shown: shownWith(shown, tests),
      };
    },
    narrowTests: (ids) => {
      const tests = ids.flatMap((test) => {
        const [file = "", name] = test.split("::");
        const path = innerPath(file, folder);
        return path === null || !one.files.includes(file) ? [] : [{ path, name }];
      });
      if (tests.length === 0) return null;
      const files = [...new Set(tests.map(({ path }) => path))];
      // Only a whole test can be named, not a step of it.
      const names = tests.flatMap(({ name }) => (name === undefined ? [] : [escaped(name)]));
      const filter = names.length < tests.length ? "" : ` --filter ${quote(`/^(?:${names.join("|")})$/`)}`;
      const held = `${line}${filter} ${files.map(quote).join(" ")}`;
      return { command: inPackage(one, held), shown: shownWith(shown, files) };
    },
  };
}

const escaped = (name: string): string => name.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
