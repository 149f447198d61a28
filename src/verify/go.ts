/** Checks for Go: `go build` and `go test` of the module, read from the events of `go test -json`. */

import { join } from "node:path";
import { z } from "zod";
import { folderOf, outward } from "../graph/link/paths.ts";
import type { CheckReport } from "../types.ts";
import type { RunResult } from "../workspace/run.ts";
import type { Check, DetectOptions, Place } from "./checks.ts";
import { readCommand, readDiagnostics } from "./command.ts";
import { innerPath, shownWith } from "./narrow.ts";
import { failure, type TestOutcome, testReport, type Where, withoutReport } from "./outcomes.ts";
import { idIn, packagesNear, shownIn } from "./packages.ts";
import { report, stopped } from "./report.ts";

/** Nothing is fetched: neither modules nor another toolchain. */
const ENVIRONMENT = { GOPROXY: "off", GOTOOLCHAIN: "local" };
const LITTER = ["*.test", "*.test.exe"];

const Event = z.object({
  Action: z.string(),
  Package: z.string().optional(),
  ImportPath: z.string().optional(),
  Test: z.string().optional(),
  Output: z.string().optional(),
  /** Of a package that failed: the one that did not build. */
  FailedBuild: z.string().optional(),
});
type Event = z.infer<typeof Event>;

/** The module that the task is about: does it build, do its tests pass? */
export async function goChecks(place: Place, { files, near = [] }: DetectOptions): Promise<Check[]> {
  const folders = await packagesNear({ files, near, manifest: /^go\.mod$/ });
  const checks: Check[] = [];
  for (const folder of folders) {
    const read = await place.read(folder === "" ? "go.mod" : `${folder}/go.mod`);
    const module = (read.ok ? /^module\s+"?([^\s"]+)/m.exec(read.file.text)?.[1] : undefined) ?? "";
    const modules = files.filter((path) => /(^|\/)go\.mod$/.test(path)).map(folderOf);
    const belongs = (path: string): boolean =>
      outward(folderOf(path)).find((around) => modules.includes(around)) === folder;
    checks.push(buildCheck(place.root, folder));
    if (files.some((path) => path.endsWith("_test.go") && belongs(path)))
      checks.push(testCheck(place.root, folder, module));
  }
  return checks;
}

function buildCheck(root: string, folder: string): Check {
  const where = { root, cwd: join(root, folder) };
  const id = idIn("go build", folder);
  return {
    id,
    command: ["go", "build", "-o", "/dev/null", "./..."],
    shown: shownIn("go build ./...", "-C", folder),
    cwd: where.cwd,
    kind: "command",
    builds: true,
    litter: LITTER,
    env: ENVIRONMENT,
    parse: (run) => readBuild(id, run, where),
  };
}

/** A module that is known but not on this machine; null where there is none. */
function missing(id: string, run: RunResult): CheckReport | null {
  const module = /(\S+@\S+): module lookup disabled by GOPROXY=off/.exec(run.output)?.[1];
  if (module === undefined) return null;
  const summary = `The module ${module} is not on this machine; \`go mod download\` brings it.`;
  return report(id, run, { status: "unavailable", summary });
}

function readBuild(id: string, run: RunResult, where: Where): CheckReport {
  const absent = missing(id, run);
  if (absent !== null) return absent;
  const result = readCommand(id, run, where);
  if (result.status !== "failed" || result.diagnostics.length > 0) return result;
  if (/matched no packages|no packages to build|no Go files/.test(run.output))
    return report(id, run, { status: "no_tests", summary: "There is nothing to build here." });
  return withoutReport(id, run, { tool: "go build", where });
}

function testCheck(root: string, folder: string, module: string): Check {
  const where = { root, cwd: join(root, folder) };
  const id = idIn("go test", folder);
  return {
    id,
    command: ["go", "test", "-json", "./..."],
    shown: shownIn("go test ./...", "-C", folder),
    cwd: where.cwd,
    kind: "test",
    builds: true,
    litter: LITTER,
    env: ENVIRONMENT,
    parse: (run) => stopped(id, run) ?? missing(id, run) ?? readGoTest(id, run, { ...where, module }),
    narrow(paths) {
      const tests = paths.flatMap((path) =>
        path.endsWith("_test.go") ? (innerPath(path, folder) ?? []) : [],
      );
      const packages = [
        ...new Set(tests.map((path) => (folderOf(path) === "" ? "." : `./${folderOf(path)}`))),
      ];
      if (packages.length === 0) return null;
      return {
        command: ["go", "test", "-json", ...packages],
        shown: shownIn(shownWith("go test", packages), "-C", folder),
      };
    },
  };
}

function readGoTest(id: string, run: RunResult, where: Where & { module: string }): CheckReport {
  const events = readEvents(run.output);
  const ended = events.some(({ Action, Test }) => Test === undefined && /^(pass|fail|skip)$/.test(Action));
  if (!ended) return withoutReport(id, run, { tool: "go test", where });
  return testReport(id, run, { tool: "go test", outcomes: outcomesOf(events, where), where });
}

/** What is no event is what a compiler said to stderr; older versions of Go do that. */
function readEvents(output: string): Event[] {
  return output.split("\n").flatMap((line) => {
    if (!line.startsWith("{")) return [];
    try {
      return Event.safeParse(JSON.parse(line)).data ?? [];
    } catch {
      return [];
    }
  });
}

/** Leaves only: a test with subtests is told by them, unless it failed and none of them did. */
function outcomesOf(events: Event[], where: Where & { module: string }): TestOutcome[] {
  const said = new Map<string, string>();
  for (const { Action, Package, ImportPath, Test, Output } of events) {
    if (Output === undefined || /^(=== |--- |\s+--- )/.test(Output)) continue;
    const key = Action === "build-output" ? (ImportPath?.split(" ")[0] ?? "") : keyOf(Package, Test);
    said.set(key, (said.get(key) ?? "") + Output);
  }
  const ends = events.filter(({ Action, Package }) => Package && /^(pass|fail|skip)$/.test(Action));
  const failed = ends.filter(({ Action }) => Action === "fail");
  return ends.flatMap((event): TestOutcome[] => {
    const { Action, Package, Test } = event;
    const inner = (one: Event): boolean =>
      one.Package === Package && one !== event && isInside(one.Test, Test);
    if (Action === "fail" ? failed.some(inner) : ends.some(inner)) return [];
    if (Test === undefined && Action !== "fail") return [];
    const outcome = Action === "pass" ? "passed" : Action === "fail" ? "failed" : "skipped";
    const cause = said.get(event.FailedBuild?.split(" ")[0] ?? "");
    const text = cause ?? said.get(keyOf(Package, Test)) ?? "";
    return [{ outcome, diagnostic: diagnose(event, text, where) }];
  });
}

const keyOf = (module: string | undefined, test: string | undefined): string =>
  [module, test].filter((part) => part !== undefined).join("::");

const isInside = (test: string | undefined, outer: string | undefined): boolean =>
  test !== undefined && (outer === undefined || test.startsWith(`${outer}/`));

/** A test's own lines name a file without its folder; those of a panic and of the compiler name it whole. */
function diagnose({ Package = "", Test }: Event, text: string, where: Where & { module: string }) {
  const folder = join(where.cwd, Package === where.module ? "" : Package.slice(where.module.length + 1));
  const stack = [...text.matchAll(/^\t(\/[^\n:]+):(\d+)/gm)].map((m) => `${m[1]}:${m[2]}: in the stack`);
  const panic = /^panic: (.*?)(?: \[recovered.*)?$/m.exec(text)?.[1];
  const [built] = Test === undefined ? readDiagnostics(text, where) : [];
  const [own] = readDiagnostics(text, { root: where.root, cwd: folder });
  const message = panic === undefined ? (built ?? own)?.message : `panic: ${panic}`;
  const from = panic === undefined ? text : stack.join("\n");
  return failure(
    keyOf(Package, Test),
    { message: message ?? text, text: from },
    { root: where.root, cwd: built === undefined ? folder : where.cwd },
  );
}
