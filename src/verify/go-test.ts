/** What `go test -json` says: its events, the tests that they tell of, and names of tests for its command line. */
import { join } from "node:path";
import { z } from "zod";
import type { CheckReport, Diagnostic } from "../types.ts";
import type { RunResult } from "../workspace/run.ts";
import { readCompiler } from "./compilers.ts";
import { type TestOutcome, testReport, type Where, withoutReport } from "./outcomes.ts";
import { parseJson } from "./report.ts";
import { inFull, inOneLine, inWorkspace, wayThrough } from "./told.ts";

/** The folder of a module, and the path that its packages begin with. */
export interface Module extends Where {
  path: string;
}

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

/** The report of a run that came to its own end. */
export function readGoTest(id: string, run: RunResult, module: Module): CheckReport {
  const events = readEvents(run.output);
  const ended = events.some(({ Action, Test }) => Test === undefined && /^(pass|fail|skip)$/.test(Action));
  if (!ended) return withoutReport(id, run, { tool: "go test", where: module });
  return testReport(id, run, { tool: "go test", outcomes: outcomesOf(events, module), where: module });
}

/** What is no event is what a compiler said to stderr; older versions of Go do that. */
function readEvents(output: string): Event[] {
  return output.split("\n").flatMap((line) => {
    return line.startsWith("{") ? (Event.safeParse(parseJson(line)).data ?? []) : [];
  });
}

/** Leaves only: a test with subtests is told by them, unless it failed and none of them did. */
function outcomesOf(events: Event[], module: Module): TestOutcome[] {
  const said = new Map<string, string>();
  for (const { Action, Package, ImportPath, Test, Output } of events) {
    if (Output === undefined || /^(=== |--- |\s+--- |FAIL\t)/.test(Output)) continue;
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
    if (outcome !== "failed") return [{ outcome, diagnostic: { severity: "error", message: "" } }];
    return [{ outcome, diagnostic: diagnose(event, said, module) }];
  });
}

const keyOf = (module: string | undefined, test: string | undefined): string =>
  [module, test].filter((part) => part !== undefined).join("::");

const isInside = (test: string | undefined, outer: string | undefined): boolean =>
  test !== undefined && (outer === undefined || test.startsWith(`${outer}/`));

/** What a test said; where it said nothing, what those around it did: a panic is told by the outermost. */
function textOf(key: string, said: Map<string, string>): string {
  const [, name] = key.split("::");
  const text = said.get(key) ?? "";
  if (text.trim() !== "" || name === undefined) return text;
  const outer = name.includes("/") ? key.slice(0, key.lastIndexOf("/")) : key.slice(0, key.indexOf("::"));
  return textOf(outer, said);
}

/** A test's own lines name a file without its folder; those of a panic and of the compiler name it whole. */
function diagnose(event: Event, said: Map<string, string>, module: Module): Diagnostic {
  const { Package = "", Test } = event;
  const test = keyOf(Package, Test);
  const built = Test === undefined ? said.get(event.FailedBuild?.split(" ")[0] ?? "") : undefined;
  const [first] = built === undefined ? [] : readCompiler(built, module);
  if (first !== undefined) return inFull({ ...first, test }, { text: (built ?? "").replace(/^# .*\n/, "") });
  const text = built ?? textOf(test, said);
  const panic = /^(?:panic|fatal error): .*$/m.exec(text);
  if (panic !== null) return fromPanic(test, text.slice(panic.index), module);
  const folder = join(module.cwd, Package === module.path ? "" : Package.slice(module.path.length + 1));
  // The first place is that of the assertion; up to the next one all lines are its own.
  const [own] = [...text.matchAll(/^\s+(\S+\.go):(\d+): ?(.*\n?(?:(?!\s+\S+\.go:\d+: ).+\n?)*)/gm)];
  const places = own === undefined ? [] : [{ path: own[1] ?? "", line: Number(own[2]) }];
  const message = inOneLine(withoutTrace(own?.[3] ?? text)) || "It failed.";
  return inFull(
    { severity: "error", message, test },
    { text, frames: inWorkspace(places, { root: module.root, cwd: folder }) },
  );
}

/** Testify names the place and the test beside what it says. */
function withoutTrace(text: string): string {
  const lines = text.split("\n");
  const error = lines.findIndex((line) => /^\s*Error:\s/.test(line));
  if (error < 0 || !/^\s*Error Trace:/m.test(text)) return text;
  const end = lines.findIndex((line, at) => at > error && /^\s*(Test|Diff):\s*/.test(line));
  return lines
    .slice(error, end < 0 ? undefined : end)
    .join("\n")
    .replace(/^\s*Error:\s*/, "");
}

/** The message of a panic, and the stack of the goroutine that it ended. */
function fromPanic(test: string, text: string, where: Where): Diagnostic {
  const [message = ""] = text.split(/^\s*$/m);
  const stack = /^goroutine \d+.*\[.*\]:\n((?:.+\n?)*)/m.exec(text)?.[1] ?? "";
  const places = [...stack.matchAll(/^\t(\S.*\.go):(\d+)(?: \+0x[0-9a-f]+)?$/gm)].map(
    ([, path = "", line]) => ({
      path,
      line: Number(line),
    }),
  );
  const said = message.replace(/ \[recovered.*\]/g, "").trim();
  const frames = inWorkspace(places, where).reverse();
  const detail = frames.length === 0 ? text : `${said}\n${wayThrough(frames)}`;
  return inFull({ severity: "error", message: inOneLine(said), test }, { text: detail, frames });
}

/** Options and packages that hold `go test` to these tests; null where none of the ids is one of this module's. */
export function namesOf(ids: string[], { path }: Module): { options: string[]; packages: string[] } | null {
  const known = ids.flatMap((id) => {
    const [inside = "", ...name] = id.split("::");
    if (inside !== path && !inside.startsWith(`${path}/`)) return [];
    const folder = inside === path ? "." : `./${inside.slice(path.length + 1)}`;
    return [{ folder, name: name.join("::") }];
  });
  const packages = [...new Set(known.map(({ folder }) => folder))];
  if (packages.length === 0) return null;
  const names = [...new Set(known.map(({ name }) => name))];
  // A package without a test's name did not build: all of it is meant.
  if (names.includes("")) return { options: [], packages };
  const tops = [...new Set(names.map((name) => name.split("/")[0] ?? ""))];
  const patterns =
    names.length === 1 ? (names[0] ?? "").split("/").map((part) => exactly([part])) : [exactly(tops)];
  return { options: ["-run", patterns.join("/")], packages };
}

const exactly = (names: string[]): string =>
  `^(${names.map((name) => name.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")).join("|")})$`;
