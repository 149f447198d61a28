/**
 * Checks for C and C++: CMake with CTest, built outside the workspace, or the `test` or `check` target of a Makefile. What make
 * builds in the tree is named by the Makefile's own targets, so that it can be taken away.
 */

import { join } from "node:path";
import { below, outward } from "../graph/link/paths.ts";
import type { CheckReport } from "../types.ts";
import { quote, type RunResult, shellCommand } from "../workspace/run.ts";
import type { Check, DetectOptions, Place } from "./checks.ts";
import { readCommand } from "./command.ts";
import { readJunit } from "./junit.ts";
import { failure, testReport, type Where, withoutReport } from "./outcomes.ts";
import { idIn, packagesNear, shownIn } from "./packages.ts";
import { report, stopped } from "./report.ts";

const SOURCE = /\.(c|cc|cpp|cxx|c\+\+|h|hh|hpp|hxx|m|mm|cu)$/i;
const CTEST_REPORT = "smallcode-ctest.xml";
const OBJECTS = ["*.o", "*.obj", "*.d", "*.a", "*.so", "*.gcda", "*.gcno", "a.out", "core"];

/** The tests of the package that the task is about; nothing where there is no C or C++. */
export async function cChecks(place: Place, { files, near = [] }: DetectOptions): Promise<Check[]> {
  if (!files.some((path) => SOURCE.test(path))) return [];
  const projects = await cmakeProjects(place, files, near);
  if (projects.length > 0) return projects.map((folder) => cmakeCheck(place.root, folder));
  const makefiles = new Map<string, Makefile>();
  const judges = async (folder: string): Promise<boolean> => {
    const found = await readMakefile(place, files, folder);
    if (found !== null) makefiles.set(folder, found);
    return found !== null;
  };
  const folders = await packagesNear({ files, near, manifest: /^(GNUmakefile|makefile|Makefile)$/, judges });
  return folders.flatMap((folder) => {
    const found = makefiles.get(folder);
    return found === undefined ? [] : [makeCheck(place.root, folder, found)];
  });
}

/** The outermost CMakeLists.txt with a project around each nearest one, where tests are declared. */
async function cmakeProjects(place: Place, files: string[], near: string[]): Promise<string[]> {
  const lists = files.filter((path) => /(^|\/)CMakeLists\.txt$/.test(path));
  const texts = new Map<string, string>();
  for (const path of lists) {
    const read = await place.read(path);
    if (read.ok) texts.set(path, read.file.text);
  }
  if (![...texts.values()].some((text) => /^\s*(enable_testing|include\s*\(\s*CTest)/im.test(text)))
    return [];
  const isProject = (folder: string): boolean =>
    /^\s*project\s*\(/im.test(texts.get(below(folder, "CMakeLists.txt")) ?? "");
  const judges = async (folder: string): Promise<boolean> => outward(folder).some(isProject);
  const folders = await packagesNear({ files, near, manifest: /^CMakeLists\.txt$/, judges });
  return [...new Set(folders.map((folder) => outward(folder).findLast(isProject) ?? folder))];
}

function cmakeCheck(root: string, folder: string): Check {
  const where = { root, cwd: join(root, folder) };
  const id = idIn("ctest", folder);
  const build = `"$CHECK_CACHE/cmake/${Bun.hash(where.cwd).toString(36)}"`;
  const settings = "-DBUILD_TESTING=ON -DCMAKE_EXPORT_COMPILE_COMMANDS=OFF";
  return {
    id,
    command: shellCommand(
      [
        `command -v cmake >/dev/null && command -v ctest >/dev/null || { echo 'cmake: not found'; exit 127; }`,
        `cmake -S . -B ${build} ${settings} >"$TMPDIR/configure" 2>&1 || { code=$?; cat "$TMPDIR/configure"; exit $code; }`,
        `cmake --build ${build} || exit $?`,
        `exec ctest --test-dir ${build} --output-on-failure --output-junit "$TMPDIR/${CTEST_REPORT}"`,
      ].join("\n"),
    ),
    shown: shownIn("ctest", "--test-dir", folder),
    cwd: where.cwd,
    kind: "test",
    builds: true,
    litter: OBJECTS,
    artifacts: [CTEST_REPORT],
    parse: (run) => stopped(id, run) ?? readCtest(id, run, where),
  };
}

/** Where CTest's own word says more than the elements inside a case. */
const CTEST_STATUS: Record<string, "failed" | "skipped"> = { disabled: "skipped", notrun: "failed" };

function readCtest(id: string, run: RunResult, where: Where): CheckReport {
  const text = run.artifacts[CTEST_REPORT];
  const cases = text === undefined ? null : readJunit(text);
  if (cases?.length === 0 || /^No tests were found/m.test(run.output))
    return report(id, run, { status: "no_tests", summary: "No test was found by ctest." });
  if (cases === null) return withoutReport(id, run, { tool: "cmake", where });
  const outcomes = cases.map(({ about, message, text: said, output, ...read }) => {
    const outcome = CTEST_STATUS[about.status ?? ""] ?? read.outcome;
    const told = [said, output].join("\n");
    const found = readCommand(id, { ...run, output: told }, where).diagnostics[0]?.message;
    const lines = told.trim() === "" ? message : told;
    return { outcome, diagnostic: failure(about.name ?? "", { message: found ?? lines, text: told }, where) };
  });
  return testReport(id, run, { tool: "ctest", outcomes, where });
}

interface Makefile {
  target: string;
  /** Names of the files that its rules make. */
  products: string[];
}

/** The Makefile of a folder; null where it has no target that tests. */
async function readMakefile(place: Place, files: string[], folder: string): Promise<Makefile | null> {
  const name = ["GNUmakefile", "makefile", "Makefile"].find((one) => files.includes(below(folder, one)));
  const read = name === undefined ? null : await place.read(below(folder, name));
  if (!read?.ok) return null;
  const text = read.file.text.replace(/\\\n/g, " ");
  const variables = new Map(
    [...text.matchAll(/^(\w+)\s*[:?]?=\s*(.*)$/gm)].map((match) => [match[1] ?? "", match[2] ?? ""]),
  );
  const expand = (words: string): string =>
    words.replace(/\$[({](\w+)[)}]/g, (_, variable: string) => variables.get(variable) ?? "");
  const targets = [...text.matchAll(/^([^\s#:=][^#:=\n]*?)\s*::?(?![:=])/gm)].flatMap((match) =>
    expand(match[1] ?? "").split(/\s+/),
  );
  const target = ["test", "check"].find((one) => targets.includes(one));
  if (target === undefined) return null;
  const phony = [...text.matchAll(/^\.PHONY\s*:(.*)$/gm)].flatMap((match) =>
    expand(match[1] ?? "").split(/\s+/),
  );
  const products = targets.filter(
    (one) => /^[\w./+-]+$/.test(one) && !one.startsWith(".") && !phony.includes(one),
  );
  return { target, products: products.filter((one) => one !== target) };
}

function makeCheck(root: string, folder: string, { target, products }: Makefile): Check {
  const where = { root, cwd: join(root, folder) };
  const id = idIn(`make ${target}`, folder);
  const line = `make ${target}`;
  return {
    id,
    command: ["make", target],
    shown: shownIn(line, "-C", folder),
    cwd: where.cwd,
    kind: "command",
    builds: true,
    litter: [...OBJECTS, ...products.map((one) => `/${below(folder, one)}`)],
    parse: (run) => {
      const idle = /^make: (Nothing to be done for|'\S+' is up to date|`\S+' is up to date).*$/m.exec(
        run.output,
      )?.[0];
      if (idle === undefined || stopped(id, run) !== null) return readCommand(id, run, where);
      return report(id, run, { status: "no_tests", summary: `No test was run: ${quote(idle)}.` });
    },
  };
}
