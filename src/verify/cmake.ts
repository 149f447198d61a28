/**
 * Checks for CMake, built outside the workspace: CTest where tests are declared; else the build itself, which may run tests by a
 * target of its own. What is built stays in the cache, so that a candidate costs what it changed.
 */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { below, outward } from "../graph/link/paths.ts";
import type { CheckReport, Diagnostic } from "../types.ts";
import { quote, type RunResult, shellCommand } from "../workspace/run.ts";
import type { Check, Place } from "./checks.ts";
import { readCompiler } from "./compilers.ts";
import { readJunit } from "./junit.ts";
import { shownWith } from "./narrow.ts";
import { readNative } from "./native.ts";
import { GTEST_REPORT, OBJECTS, readProgram, withGtest } from "./native-build.ts";
import { failure, type TestOutcome, testReport, type Where, withoutReport } from "./outcomes.ts";
import { idIn, packagesNear, shownIn } from "./packages.ts";
import { plain, report, stopped } from "./report.ts";
import { inFull, inOneLine } from "./told.ts";

const CTEST_REPORT = "smallcode-ctest.xml";
/** Compilers at once; each may take a gigabyte. */
const MOST_JOBS = 4;

export interface CmakeProject {
  folder: string;
  /** It declares tests for CTest. */
  declares: boolean;
  /** Variables of its own that let all of its tests run; without them most are not even compiled. */
  switches: string[];
}

/** The outermost CMakeLists.txt with a project around each nearest one. */
export async function cmakeProjects(place: Place, files: string[], near: string[]): Promise<CmakeProject[]> {
  const lists = files.filter((path) => /(^|\/)CMakeLists\.txt$/.test(path));
  const texts = new Map<string, string>();
  for (const path of lists) {
    const read = await place.read(path);
    if (read.ok) texts.set(path, read.file.text);
  }
  const isProject = (folder: string): boolean =>
    /^\s*project\s*\(/im.test(texts.get(below(folder, "CMakeLists.txt")) ?? "");
  const judges = async (folder: string): Promise<boolean> => outward(folder).some(isProject);
  const folders = await packagesNear({ files, near, manifest: /^CMakeLists\.txt$/, judges });
  const outermost = new Set(folders.map((folder) => outward(folder).findLast(isProject) ?? folder));
  return [...outermost].map((folder) => {
    const inner = [...texts].filter(([path]) => path.startsWith(folder === "" ? "" : `${folder}/`));
    const text = inner.map(([, one]) => one).join("\n");
    return {
      folder,
      declares: /^\s*(enable_testing|include\s*\(\s*CTest)/im.test(text),
      switches: [...new Set(text.match(/\b[A-Z][A-Z0-9]*_RUN_ALL_TESTS\b/g) ?? [])],
    };
  });
}

/** Where it is built, and what configures and builds it there. */
function buildIn(cwd: string, switches: string[]): { build: string; lines: string[] } {
  const build = `"$CHECK_CACHE/cmake/${Bun.hash(cwd).toString(36)}"`;
  const on = ["BUILD_TESTING", ...switches].map((name) => `-D${name}=ON`).join(" ");
  const settings = `${on} -DCMAKE_EXPORT_COMPILE_COMMANDS=OFF`;
  const jobs = Math.min(MOST_JOBS, availableParallelism());
  return {
    build,
    lines: [
      `command -v cmake >/dev/null && command -v ctest >/dev/null || { echo 'cmake: not found'; exit 127; }`,
      `cmake -S . -B ${build} ${settings} >"$TMPDIR/configure" 2>&1 || { code=$?; cat "$TMPDIR/configure"; exit $code; }`,
      `cmake --build ${build} --parallel ${jobs} || exit $?`,
    ],
  };
}

/** Tests that CTest knows of. */
export function ctestCheck(root: string, { folder, switches }: CmakeProject): Check {
  const where = { root, cwd: join(root, folder) };
  const id = idIn("ctest", folder);
  const { build, lines } = buildIn(where.cwd, switches);
  const command = (more: string): string[] =>
    shellCommand(
      [
        ...lines,
        `exec ctest --test-dir ${build} --output-on-failure --output-junit "$TMPDIR/${CTEST_REPORT}"${more}`,
      ].join("\n"),
    );
  const shown = shownIn("ctest", "--test-dir", folder);
  return {
    id,
    command: command(""),
    shown,
    cwd: where.cwd,
    kind: "test",
    builds: true,
    litter: OBJECTS,
    artifacts: [CTEST_REPORT],
    parse: (run) => stopped(id, run) ?? missing(id, run) ?? readCtest(id, run, where),
    narrowTests(ids) {
      if (ids.length === 0) return null;
      const names = ids.map((name) => name.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
      const pattern = `^(${names.join("|")})$`;
      return { command: command(` -R ${quote(pattern)}`), shown: shownWith(shown, ["-R", pattern]) };
    },
  };
}

/** Where CTest's own word says more than the elements inside a case. */
const CTEST_STATUS: Record<string, "failed" | "skipped"> = { disabled: "skipped", notrun: "failed" };

function readCtest(id: string, run: RunResult, where: Where): CheckReport {
  const text = run.artifacts[CTEST_REPORT];
  const cases = text === undefined ? null : readJunit(text);
  if (cases?.length === 0 || /^No tests were found/m.test(run.output))
    return report(id, run, { status: "no_tests", summary: "No test was found by ctest." });
  if (cases === null) return notBuilt(id, run, where);
  const outcomes = cases.map(({ about, message, text: said, output, ...read }): TestOutcome => {
    const outcome = CTEST_STATUS[about.status ?? ""] ?? read.outcome;
    const told = [said, output].filter((part) => part.trim() !== "").join("\n");
    return { outcome, diagnostic: diagnose(about.name ?? "", { message, text: told }, where) };
  });
  return testReport(id, run, { tool: "ctest", outcomes, where });
}

/** What the program itself says of its first failure, under the name that CTest gives it. */
function diagnose(test: string, said: { message: string; text: string }, where: Where): Diagnostic {
  const [first] = readNative(said.text, where).diagnostics;
  if (first !== undefined) return inFull({ ...first, test }, { text: said.text, frames: first.frames ?? [] });
  return failure(test, { ...said, message: inOneLine(said.text) || said.message }, where);
}

/** A build that CTest does not know, or that runs tests by a target of its own. `tests`: it is no pass without a test. */
export function cmakeBuildCheck(root: string, { folder, switches }: CmakeProject, tests: boolean): Check {
  const where = { root, cwd: join(root, folder) };
  const id = idIn("cmake build", folder);
  const build = [
    "build() {",
    ...buildIn(where.cwd, switches).lines.map((line) => line.replace(/\bexit \$/g, "return $")),
    "}",
  ];
  return {
    id,
    command: shellCommand(withGtest([...build, "build"])),
    shown: `cmake --build ${folder === "" ? "." : quote(folder)}`,
    cwd: where.cwd,
    kind: tests ? "test" : "command",
    builds: true,
    litter: OBJECTS,
    artifacts: [GTEST_REPORT],
    parse: (run) => stopped(id, run) ?? missing(id, run) ?? readBuild({ id, run, where }, tests),
  };
}

function readBuild(
  { id, run, where }: { id: string; run: RunResult; where: Where },
  tests: boolean,
): CheckReport {
  const told = readProgram(id, run, { tool: "cmake", where });
  if (told !== null) return told;
  if (run.end.kind !== "exited" || run.end.code !== 0) return notBuilt(id, run, where);
  return tests
    ? report(id, run, { status: "no_tests", summary: "It was built, but no test was run." })
    : report(id, run, { status: "passed", summary: "It was built." });
}

/** It could not be configured or built. */
function notBuilt(id: string, run: RunResult, where: Where): CheckReport {
  const found = [...readCmake(run.output, where), ...readCompiler(run.output, where)];
  const errors = found.filter(({ severity }) => severity === "error");
  const [first] = errors;
  if (first === undefined) return withoutReport(id, run, { tool: "cmake", where });
  const rest = errors.length > 1 ? ` (and ${errors.length - 1} more)` : "";
  const summary = `No test was run: ${first.path}: ${first.message}${rest}`;
  return report(id, run, { status: "error", diagnostics: errors, summary });
}

/** `CMake Error at CMakeLists.txt:3 (add_executable):` and the indented lines behind it. */
function readCmake(output: string, where: Where): Diagnostic[] {
  const errors = plain(output).matchAll(/^CMake Error at (\S+?):(\d+) \(\w+\):\n((?:\s*\n| {2}.*\n)*)/gm);
  return [...errors].flatMap(([, path = "", line, said = ""]) => {
    const message = inOneLine(said.split(/\n\s*\n\s*\n| {2}Tried extensions/)[0] ?? said);
    const place = { path, line: Number(line) };
    return path.startsWith("/") && !path.startsWith(where.root)
      ? []
      : [inFull({ ...place, severity: "error", message }, { text: said })];
  });
}

const MISSING: [RegExp, (found: string) => string][] = [
  [/^\s*CMake (\S+) or higher is required\..*$/m, (v) => `CMake ${v} or newer, which is not installed`],
  [/^\s*No (CMAKE_\w+_COMPILER) could be found\.$/m, (name) => `a compiler (${name}), and none is installed`],
  [
    /Could not find a package configuration file provided by\s+"([^"]+)"/m,
    (name) => `the package ${name}, which is not installed`,
  ],
  [/Could NOT find (\w+) \((?:missing|Required)/m, (name) => `the package ${name}, which is not installed`],
];

function missing(id: string, run: RunResult): CheckReport | null {
  if (run.end.kind === "exited" && run.end.code === 127)
    return report(id, run, { status: "unavailable", summary: "cmake is not installed or not in PATH." });
  if (!/^-- Configuring incomplete/m.test(run.output)) return null;
  for (const [pattern, said] of MISSING) {
    const found = pattern.exec(run.output)?.[1];
    if (found !== undefined)
      return report(id, run, { status: "unavailable", summary: `The project needs ${said(found)}.` });
  }
  return null;
}
