/**
 * Checks that are a command line of the user's or the project's: exit code 0 is a pass. Diagnostics are the lines that name a file of
 * the workspace and a line in it. A command that names pytest or unittest is made to report like the
 * checks of those names, and is no pass without that report.
 */
import type { CheckReport, Diagnostic } from "../types.ts";
import { quote, type RunResult, shellCommand } from "../workspace/run.ts";
import type { Check } from "./checks.ts";
import { PYTEST_OPTIONS, PYTEST_REPORT, PYTHON_LITTER, readPytest } from "./pytest.ts";
import {
  firstOf,
  howItEnded,
  insidePath,
  lastLine,
  oneLine,
  plain,
  report,
  stopped,
  told,
} from "./report.ts";
import { fewest, type Where } from "./stack.ts";
import { readUnittest, UNITTEST_REPORT, UNITTEST_RUNNER } from "./unittest.ts";

const PYTEST = /(^|[\s;&|(/])(pytest|py\.test)(\s|$|[;&|)])/;
const UNITTEST = /\s-m\s*unittest(?=[\s;&|)]|$)/g;
const BUILDS =
  /(^|[\s;&|(/])(make|cmake|ninja|meson|bazel|cargo|go|mvnw?|gradlew?|sbt|javac|kotlinc|dotnet|swift|gcc|g\+\+|clang(\+\+)?|cc|c\+\+)(?=[\s;&|)]|$)/;
const MAX_DIAGNOSTICS = 200;

/** The check for a command line. */
export function commandCheck(id: string, line: string, root: string): Check {
  const where = { root, cwd: root };
  const base = { id, command: shellCommand(line), shown: line, cwd: root, litter: PYTHON_LITTER };
  const python = { PYTHONFAULTHANDLER: "1", PYTHONDONTWRITEBYTECODE: "1" };
  if (PYTEST.test(line) && !/junit-?xml/.test(line))
    return {
      ...base,
      kind: "test",
      env: { ...python, PYTEST_ADDOPTS: PYTEST_OPTIONS.join(" ") },
      artifacts: [PYTEST_REPORT],
      parse: (result) => readPytest(id, result, where),
    };
  if (line.match(UNITTEST)?.length === 1)
    return {
      ...base,
      kind: "test",
      command: shellCommand(line.replace(UNITTEST, () => ` -c ${quote(UNITTEST_RUNNER)}`)),
      env: python,
      artifacts: [UNITTEST_REPORT],
      parse: (result) => readUnittest(id, result, where),
    };
  const builds = BUILDS.test(line);
  return { ...base, kind: "command", builds, env: python, parse: (result) => readCommand(id, result, where) };
}

/** The report of a command that judges by its exit code. */
export function readCommand(check: string, run: RunResult, where: Where): CheckReport {
  const early = stopped(check, run);
  if (early !== null) return early;
  if (run.end.kind === "exited" && run.end.code === 0)
    return report(check, run, { status: "passed", summary: "It exited with code 0." });
  if (run.end.kind === "exited" && run.end.code === 127 && run.output.trim().split("\n").length <= 1)
    return report(check, run, {
      status: "unavailable",
      summary: oneLine(run.output) || "Command not found.",
    });
  const diagnostics = readDiagnostics(run.output, where);
  const summary =
    diagnostics.length > 0
      ? firstOf(diagnostics, diagnostics.length)
      : `It ${howItEnded(run.end)}: ${lastLine(run.output) || "no output"}`;
  return report(check, run, { status: "failed", diagnostics, summary });
}

/** Each pattern names `path`, `line`, and where it can `column`, `severity`, `code`, `message`. */
const PATTERNS = [
  // tsc: src/a.ts(3,5): error TS2322: message
  /^(?<path>[^\s(:][^(:\n]*)\((?<line>\d+),(?<column>\d+)\):\s+(?<severity>error|warning)\s+(?<code>\w+):\s*(?<message>.+)$/,
  // gcc, clang, go vet, mypy, eslint -f unix: path:3:5: error: message
  /^(?:\s*)(?<path>[^\s:][^:\n]*):(?<line>\d+):(?:(?<column>\d+):)?\s*(?:(?<severity>(?:fatal )?error|warning|note)(?:\[(?<code>\w+)\])?:\s*)?(?<message>\S.*)$/,
  // assert() of C: program: path:3: function: Assertion `x' failed.
  /^\S+: (?<path>[^\s:][^:\n]*):(?<line>\d+): (?<message>.*[Aa]ssertion .*failed\b.*)$/,
  // Maven: [ERROR] /path/File.java:[3,5] message
  /^\[ERROR\]\s+(?<path>[^\s:][^:\n]*):\[(?<line>\d+),(?<column>\d+)\]\s+(?<message>.+)$/,
];
/** Frames below or above a message: rustc, Python, Node. */
const PLACES = [
  /^\s*--> (?<path>[^:\n]+):(?<line>\d+):(?<column>\d+)$/,
  /^\s*File "(?<path>[^"\n]+)", line (?<line>\d+)/,
  /^\s*at (?:.*\()?(?:file:\/\/)?(?<path>\/[^:()\n]+|[^\s:()]+):(?<line>\d+):(?<column>\d+)\)?$/,
];

/** What a tool's output says about places in the workspace, first things first, each once; of a stack the innermost frame. Pure. */
export function readDiagnostics(output: string, where: Where): Diagnostic[] {
  const lines = plain(output).split("\n");
  const found = new Map<string, Diagnostic>();
  for (let at = 0; at < lines.length && found.size < MAX_DIAGNOSTICS; at++) {
    const frame = readFrame(lines, at, where);
    const one = frame === null ? readLine(lines[at] ?? "", where) : null;
    if (frame !== null) found.set(frame.stack, onStack(found.get(frame.stack), frame));
    if (one !== null) found.set(`${one.path}:${one.line}:${one.message}`, one);
  }
  return [...found.values()];
}

/** The diagnostic of a stack with one more of its frames. */
function onStack(before: Diagnostic | undefined, { innermostLast, diagnostic }: StackFrame): Diagnostic {
  const { path, line } = diagnostic;
  const frame = path === undefined || line === undefined ? [] : [{ path, line }];
  const known = before?.frames ?? [];
  const frames = fewest(innermostLast ? [...known, ...frame] : [...frame, ...known]);
  return { ...(before === undefined || innermostLast ? diagnostic : before), frames };
}

const FRAME = /^\s*(at |--> |File ")/;

function readLine(line: string, where: Where): Diagnostic | null {
  if (FRAME.test(line)) return null;
  const groups = PATTERNS.map((pattern) => pattern.exec(line)?.groups).find((g) => g !== undefined);
  if (groups === undefined || groups.severity === "note") return null;
  return place(groups, groups.message ?? "", where);
}

interface StackFrame {
  /** Names the stack: frames that tell of one error have it in common. */
  stack: string;
  innermostLast: boolean;
  diagnostic: Diagnostic;
}

/** A frame of a stack: the message is the nearest line that looks like one, below for Python, above for the others. */
function readFrame(lines: string[], at: number, where: Where): StackFrame | null {
  const line = lines[at] ?? "";
  const groups = PLACES.map((pattern) => pattern.exec(line)?.groups).find((g) => g !== undefined);
  if (groups === undefined) return null;
  const says = (text: string) => /^(error|warning|panic|fatal)\b|^\S*(Error|Exception)\b/i.test(text.trim());
  const above = lines.slice(0, at).findLastIndex((text, i) => i >= at - 12 && says(text));
  const below = lines.findIndex((text, i) => i > at && i < at + 40 && says(text));
  const innermostLast = line.trimStart().startsWith("File ");
  const [first, second] = innermostLast ? [below, above] : [above, below];
  const message = first >= 0 ? first : second >= 0 ? second : at;
  const diagnostic = place(groups, lines[message] ?? "", where);
  if (diagnostic === null) return null;
  // What is said goes on to the next frame, or to an empty line below a traceback.
  const ends = (text: string): boolean => FRAME.test(text) || (innermostLast && text.trim() === "");
  const end = lines.findIndex((text, i) => i > message && ends(text));
  const said = lines.slice(message, end < 0 ? undefined : end).join("\n");
  const full = told(diagnostic.message, said, []);
  return { stack: `stack ${message}`, innermostLast, diagnostic: { ...diagnostic, ...full } };
}

function place(groups: Record<string, string | undefined>, message: string, where: Where): Diagnostic | null {
  const path = insidePath(groups.path ?? "", where.root, where.cwd);
  const line = Number(groups.line);
  // "12:30:05 started" is no place in a file.
  if (path === null || line < 1 || !/\.\w+$|(^|\/)(Make|Docker|Rake|Gem)file$/.test(path)) return null;
  return {
    path,
    line,
    ...(groups.column === undefined ? {} : { column: Math.max(1, Number(groups.column)) }),
    severity: groups.severity === "warning" ? "warning" : "error",
    ...(groups.code === undefined ? {} : { code: groups.code }),
    message: oneLine(message),
  };
}
