/**
 * Checks for C and C++: CMake, else the `test` or `check` target of a Makefile. What make builds in the tree is named by the
 * Makefile's own targets, so that it can be taken away.
 */

import { join } from "node:path";
import { below } from "../graph/link/paths.ts";
import type { CheckReport } from "../types.ts";
import { quote, type RunResult, shellCommand } from "../workspace/run.ts";
import type { Check, DetectOptions, Place } from "./checks.ts";
import { cmakeBuildCheck, cmakeProjects, ctestCheck } from "./cmake.ts";
import { readCommand } from "./command.ts";
import { readCompiler } from "./compilers.ts";
import { GTEST_REPORT, missingProgram, OBJECTS, readProgram, withGtest } from "./native-build.ts";
import type { Where } from "./outcomes.ts";
import { idIn, packagesNear, shownIn } from "./packages.ts";
import { firstOf, report, stopped } from "./report.ts";

const SOURCE = /\.(c|cc|cpp|cxx|c\+\+|h|hh|hpp|hxx|m|mm|cu)$/i;
/** Frameworks whose programs say what they ran. */
const FRAMEWORK =
  /#\s*include\s*[<"](?:.*\/)?(?:catch(?:2|_\w+)?|catch_all|gtest|gmock|doctest)(?:\/[\w./]+)?(?:\.h(?:pp)?)?[>"]/;
const MOST_READ = 200;

/** The tests of the package that the task is about; nothing where there is no C or C++. */
export async function cChecks(place: Place, { files, near = [] }: DetectOptions): Promise<Check[]> {
  if (!files.some((path) => SOURCE.test(path))) return [];
  const projects = await cmakeProjects(place, files, near);
  if (projects.some(({ declares }) => declares))
    return projects.filter(({ declares }) => declares).map((project) => ctestCheck(place.root, project));
  const makefiles = await makeChecks(place, files, near);
  if (makefiles.length > 0) return makefiles;
  const checks: Check[] = [];
  for (const project of projects)
    checks.push(cmakeBuildCheck(place.root, project, await usesFramework(place, files, project.folder)));
  return checks;
}

/** Whether a source of the folder is written for a framework of tests. */
async function usesFramework(place: Place, files: string[], folder: string): Promise<boolean> {
  const sources = files.filter(
    (path) => SOURCE.test(path) && (folder === "" || path.startsWith(`${folder}/`)),
  );
  for (const path of sources.slice(0, MOST_READ)) {
    const read = await place.read(path);
    if (read.ok && FRAMEWORK.test(read.file.text)) return true;
  }
  return false;
}

async function makeChecks(place: Place, files: string[], near: string[]): Promise<Check[]> {
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
    command: shellCommand(withGtest([line])),
    shown: shownIn(line, "-C", folder),
    cwd: where.cwd,
    kind: "command",
    builds: true,
    litter: [...OBJECTS, ...products.map((one) => `/${below(folder, one)}`)],
    artifacts: [GTEST_REPORT],
    parse: (run) => stopped(id, run) ?? missingProgram(id, run) ?? readMake(id, run, where),
  };
}

const IDLE = /^make: (Nothing to be done for|'\S+' is up to date|`\S+' is up to date).*$/m;

/** Programs that say what they ran; else make's exit code, and what compilers and programs say of places. */
function readMake(id: string, run: RunResult, where: Where): CheckReport {
  const idle = IDLE.exec(run.output)?.[0];
  if (idle !== undefined)
    return report(id, run, { status: "no_tests", summary: `No test was run: ${quote(idle)}.` });
  const told = readProgram(id, run, { tool: "make", where });
  if (told !== null) return told;
  const result = readCommand(id, run, where);
  const errors = readCompiler(run.output, where).filter(({ severity }) => severity === "error");
  if (result.status !== "failed" || errors.length === 0) return result;
  return { ...result, diagnostics: errors, summary: firstOf(errors, errors.length) };
}
