/** What every reader of a check's result needs: the ends that are no verdict, one-line messages, and places inside the workspace. */
import { isAbsolute, normalize, relative } from "node:path";
import type { CheckReport, CheckStatus, Diagnostic } from "../types.ts";
import type { RunEnd, RunResult } from "../workspace/run.ts";

/** The id of the syntax check in reports. */
export const SYNTAX = "syntax";

/** The id of the check that Python's files compile, which proves no more than the syntax check does. */
export const COMPILES = "py_compile";

const FINDERS = new Set([
  "ruff",
  "mypy",
  "pyright",
  "eslint",
  "biome",
  "tsc",
  "deno lint",
  "deno check",
  "go vet",
]);

/** Whether a check (`tsc`, `tsc:packages/a`) is a linter or type checker, which judges by what it finds and runs no test. */
export const isFinder = (check: string): boolean => {
  const [name = ""] = check.split(":");
  return FINDERS.has(name) || /^(lint|format|style|typecheck|types)\b/i.test(name);
};

/** A report of check `check` from a run. */
export function report(
  check: string,
  run: RunResult,
  fields: Partial<CheckReport> & { status: CheckStatus; summary: string },
): CheckReport {
  return { check, passed: null, failed: null, diagnostics: [], ms: run.ms, ...fields };
}

/** The report of a run that was stopped or never began; null where the command came to its own end. */
export function stopped(check: string, run: RunResult): CheckReport | null {
  const end = run.end;
  switch (end.kind) {
    case "exited":
    case "signal":
      return null;
    case "timeout":
      return report(check, run, {
        status: "timeout",
        summary: `It did not end within ${Math.round(run.ms / 100) / 10} s.`,
      });
    case "limit":
      return report(check, run, {
        status: "limit",
        summary: `It was stopped: too much ${LIMITS[end.what]}.`,
      });
    case "unavailable":
      return report(check, run, { status: "unavailable", summary: end.reason });
    case "cancelled":
      return report(check, run, { status: "error", summary: "It was cancelled." });
  }
}

const LIMITS = {
  memory: "memory",
  processes: "processes at once",
  output: "output",
  disk: "disk space",
  "file size": "data in one file",
} satisfies Record<Extract<RunEnd, { kind: "limit" }>["what"], string>;

/** `exited with code 3` or `died of SIGSEGV`. */
export function howItEnded(end: RunEnd): string {
  if (end.kind === "exited") return `exited with code ${end.code}`;
  return end.kind === "signal" ? `died of ${end.name}` : end.kind;
}

/** The first line that says something, at most 300 characters, without control characters. */
export function oneLine(text: string): string {
  const line = text.split("\n").find((candidate) => candidate.trim() !== "") ?? "";
  const clean = plain(line).trim();
  return clean.length > 300 ? `${clean.slice(0, 299)}…` : clean;
}

/** What a diagnostic's `detail` holds at most, and what one line of it does; characters. */
const DETAIL = 2000;
const DETAIL_LINE = 500;

/** What a tool said as a diagnostic's `detail`: without escapes, cut at lines; its beginning tells most, its end the rest. */
export function detailOf(text: string): string {
  const lines = plain(text)
    .split("\n")
    .map((line) => (line.length > DETAIL_LINE ? `${line.slice(0, DETAIL_LINE - 1)}…` : line.trimEnd()));
  while (lines[0] === "") lines.shift();
  while (lines.at(-1) === "") lines.pop();
  const whole = lines.join("\n");
  if (whole.length <= DETAIL) return whole;
  const head = within(lines, DETAIL * 0.7);
  const tail = within(lines.slice(head.length).reverse(), DETAIL * 0.25).reverse();
  return [...head, `… (${lines.length - head.length - tail.length} lines left out)`, ...tail].join("\n");
}

/** The first lines that fit into so many characters. */
export function within(lines: string[], room: number): string[] {
  let left = room;
  const end = lines.findIndex((line) => {
    left -= line.length + 1;
    return left < 0;
  });
  return end < 0 ? lines : lines.slice(0, end);
}

/** The fields `detail` and `frames`: each only where it says more than message and place do. */
export function told(
  message: string,
  text: string,
  frames: { path: string; line: number }[],
): Pick<Diagnostic, "detail" | "frames"> {
  const detail = detailOf(text);
  return {
    ...(detail === "" || detail === message ? {} : { detail }),
    ...(frames.length === 0 ? {} : { frames }),
  };
}

/** The last line that says something, as `oneLine` gives it. */
export const lastLine = (text: string): string => oneLine(text.split("\n").reverse().join("\n"));

/** The value that the text is in JSON; null where it is none, such as one that is cut off. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Text without terminal escapes and control characters other than tab and newline. */
export function plain(text: string): string {
  return text
    .replace(/\x1b\][^\x07\x1b]*(\x07|\x1b\\)|\x1b\[[0-?]*[ -/]*[@-~]|\x1b[@-_]/g, "")
    .replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, "");
}

/** Folders inside a workspace whose code is nobody's in it. */
const FOREIGN = /(^|\/)(\.venv|venv|site-packages|dist-packages|node_modules|\.tox|\.smallcode|vendor)\//;

/** The path relative to `root` with "/", where it is a file of the workspace itself; null elsewhere. `cwd` is what a relative path starts from. */
export function insidePath(path: string, root: string, cwd: string): string | null {
  const inner = isAbsolute(path) ? relative(root, path) : relative(root, normalize(`${cwd}/${path}`));
  if (inner === "" || inner.startsWith("..") || isAbsolute(inner) || /[<>]/.test(inner)) return null;
  return FOREIGN.test(inner) ? null : inner.replaceAll("\\", "/");
}

/** The summary for failing diagnostics: the first of them, and how many there are. */
export function firstOf(diagnostics: Diagnostic[], failed: number): string {
  const first = diagnostics[0];
  if (first === undefined) return `${failed} failed.`;
  const name = first.test ?? first.path ?? "";
  const rest = failed > 1 ? ` (and ${failed - 1} more)` : "";
  return `${name}${name === "" ? "" : ": "}${first.message}${rest}`;
}
