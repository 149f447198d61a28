/**
 * Checks for Go: `go test` of the module, read from the events of `go test -json`; it compiles packages without tests, too.
 * `go build` where there is no test yet, `go vet` where the project itself runs it: `go test` makes the vetting that is always right.
 */

import { join } from "node:path";
import { folderOf, outward } from "../graph/link/paths.ts";
import type { CheckReport } from "../types.ts";
import type { RunResult } from "../workspace/run.ts";
import type { Check, DetectOptions, NarrowRun, Place } from "./checks.ts";
import { readCompiler } from "./compilers.ts";
import { type Module, namesOf, readGoTest } from "./go-test.ts";
import { innerPath, shownWith } from "./narrow.ts";
import { type Where, withoutReport } from "./outcomes.ts";
import { idIn, packagesNear, shownIn, usedBy } from "./packages.ts";
import { firstOf, report, stopped } from "./report.ts";

/** Nothing is fetched: neither modules nor another toolchain. */
const ENVIRONMENT = { GOPROXY: "off", GOTOOLCHAIN: "local" };
const LITTER = ["*.test", "*.test.exe"];

/** The module that the task is about: does it build, do its tests pass? */
export async function goChecks(place: Place, { files, near = [] }: DetectOptions): Promise<Check[]> {
  const folders = await packagesNear({ files, near, manifest: /^go\.mod$/ });
  const modules = files.filter((path) => /(^|\/)go\.mod$/.test(path)).map(folderOf);
  const vets = folders.length > 0 && (await usedBy(place, files, /\bgo vet\b|\bgovet\b/));
  const checks: Check[] = [];
  for (const folder of folders) {
    const read = await place.read(folder === "" ? "go.mod" : `${folder}/go.mod`);
    const module = (read.ok ? /^module\s+"?([^\s"]+)/m.exec(read.file.text)?.[1] : undefined) ?? "";
    const belongs = (path: string): boolean =>
      outward(folderOf(path)).find((around) => modules.includes(around)) === folder;
    const hasTests = files.some((path) => path.endsWith("_test.go") && belongs(path));
    if (vets) checks.push(compileCheck(place.root, folder, VET));
    if (!hasTests) checks.push(compileCheck(place.root, folder, BUILD));
    checks.push(testCheck(place.root, folder, module));
  }
  return checks;
}

const BUILD = { name: "go build", command: ["go", "build", "-o", "/dev/null", "./..."] };
const VET = { name: "go vet", command: ["go", "vet", "./..."] };

function compileCheck(root: string, folder: string, { name, command }: typeof BUILD): Check {
  const where = { root, cwd: join(root, folder) };
  const id = idIn(name, folder);
  return {
    id,
    command,
    shown: shownIn(`${name} ./...`, "-C", folder),
    cwd: where.cwd,
    kind: "command",
    builds: true,
    litter: LITTER,
    env: ENVIRONMENT,
    parse: (run) => stopped(id, run) ?? missing(id, run) ?? readBuild(id, name, { run, where }),
  };
}

/** A module or toolchain that is known but not on this machine; null where there is none. */
function missing(id: string, run: RunResult): CheckReport | null {
  const module = /(\S+@\S+): module lookup disabled by GOPROXY=off/.exec(run.output)?.[1];
  const newer = /go: go\.mod requires go >= (\S+) \(running go (\S+?)[;)]/.exec(run.output);
  if (newer !== null)
    return report(id, run, {
      status: "unavailable",
      summary: `go.mod asks for Go ${newer[1]}, and Go ${newer[2]} is installed; install the newer one.`,
    });
  if (module === undefined) return null;
  const summary = `The module ${module} is not on this machine; \`go mod download\` brings it.`;
  return report(id, run, { status: "unavailable", summary });
}

function readBuild(id: string, tool: string, { run, where }: { run: RunResult; where: Where }): CheckReport {
  if (run.end.kind === "exited" && run.end.code === 0)
    return /matched no packages|no packages to (build|vet)/.test(run.output)
      ? report(id, run, { status: "no_tests", summary: "There is nothing to build here." })
      : report(id, run, { status: "passed", summary: "It exited with code 0." });
  const diagnostics = readCompiler(run.output, where);
  if (diagnostics.length > 0)
    return report(id, run, {
      status: "failed",
      diagnostics,
      summary: firstOf(diagnostics, diagnostics.length),
    });
  if (/no Go files/.test(run.output))
    return report(id, run, { status: "no_tests", summary: "There is nothing to build here." });
  return withoutReport(id, run, { tool, where });
}

function testCheck(root: string, folder: string, path: string): Check {
  const module: Module = { root, cwd: join(root, folder), path };
  const id = idIn("go test", folder);
  const held = (words: string[]): NarrowRun => ({
    command: ["go", "test", "-json", ...words],
    shown: shownIn(shownWith("go test", words), "-C", folder),
  });
  return {
    id,
    command: ["go", "test", "-json", "./..."],
    shown: shownIn("go test ./...", "-C", folder),
    cwd: module.cwd,
    kind: "test",
    builds: true,
    litter: LITTER,
    env: ENVIRONMENT,
    parse: (run) => stopped(id, run) ?? missing(id, run) ?? readGoTest(id, run, module),
    narrow(paths) {
      const tests = paths.flatMap((one) => (one.endsWith("_test.go") ? (innerPath(one, folder) ?? []) : []));
      const packages = [...new Set(tests.map((one) => (folderOf(one) === "" ? "." : `./${folderOf(one)}`)))];
      return packages.length === 0 ? null : held(packages);
    },
    narrowTests(ids) {
      const names = namesOf(ids, module);
      return names === null ? null : held([...names.options, ...names.packages]);
    },
  };
}
