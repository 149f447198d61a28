/** What a model is told of checks: the first failures, as the tools said them, with the code around the place. */

import type { Candidate, CheckReport, Diagnostic, Verdict } from "../types.ts";
import { SYNTAX } from "../verify/report.ts";

const MOST_FAILURES = 3;
/** Those that are told in full. */
const MOST_DETAILED = 2;
/** Lines and characters of what a tool said of one failure. */
const MOST_LINES = 14;
const MOST_CHARS = 1200;
/** Lines before and behind the place of a failure. */
const AROUND = 4;

/** What a tool said of a failure beyond its message, indented; "" where that is all. */
function detailOf({ message, detail }: Diagnostic): string {
  if (detail === undefined || detail.trim() === "" || detail.trim() === message.trim()) return "";
  const lines = detail.slice(0, MOST_CHARS).toWellFormed().trimEnd().split("\n");
  const shown = lines.slice(0, MOST_LINES).map((line) => `    ${line}`.trimEnd());
  return `\n${shown.join("\n")}${lines.length > shown.length ? "\n    …" : ""}`;
}

function rowOf(one: Diagnostic, detailed: boolean): string {
  const { path, line, test, message } = one;
  const place = path === undefined ? "" : ` (${path}${line === undefined ? "" : `:${line}`})`;
  return `- ${test ?? "error"}${place}: ${message}${detailed ? detailOf(one) : ""}`;
}

/** The failures of a report, errors before warnings, those that are new before the others. */
export function failuresIn(report: CheckReport, fresh: Diagnostic[] = []): Diagnostic[] {
  const weight = (one: Diagnostic): number =>
    (one.severity === "error" ? 0 : 2) + (fresh.includes(one) ? 0 : 1);
  return [...report.diagnostics].sort((a, b) => weight(a) - weight(b));
}

/** A red report as the model should read it: the first failures, errors before warnings, whole sentences. */
export function reportText(report: CheckReport, fresh: Diagnostic[] = []): string {
  if (report.status === "passed") return `${report.check}: ${report.summary}`;
  const rows = failuresIn(report, fresh)
    .slice(0, MOST_FAILURES)
    .map((one, at) => rowOf(one, at < MOST_DETAILED));
  const more = report.diagnostics.length - rows.length;
  return [`${report.check}: ${report.summary}`, ...rows, ...(more > 0 ? [`… and ${more} more`] : [])].join(
    "\n",
  );
}

const redIn = ({ reports }: Verdict): CheckReport[] =>
  reports.filter(({ status }) => status !== "passed" && status !== "unavailable");

/** What a verdict tells the model: the first new failure before anything else. */
export function verdictText(verdict: Verdict): string {
  return [verdict.reason, ...redIn(verdict).map((report) => reportText(report, verdict.fresh))].join("\n");
}

/** The failure that a verdict is about: the first new one, else the first. */
export function firstFailure(verdict: Verdict): Diagnostic | null {
  const all = redIn(verdict).flatMap((report) => failuresIn(report, verdict.fresh));
  return (
    all.find((one) => verdict.fresh.includes(one)) ??
    all.find(({ severity }) => severity === "error") ??
    all[0] ??
    null
  );
}

/** Lines of a text around one, numbered, that one marked. */
export function around(text: string, line: number, path: string): string {
  const lines = text.split("\n");
  const from = Math.max(1, line - AROUND);
  const to = Math.min(lines.length, line + AROUND);
  if (line < 1 || line > lines.length) return "";
  const rows = lines
    .slice(from - 1, to)
    .map((one, at) => `${from + at === line ? ">" : " "} ${from + at} | ${one}`.trimEnd());
  return `${path}, as you wrote it:\n\`\`\`\n${rows.join("\n")}\n\`\`\``;
}

/** The part of a candidate's own code where it failed, numbered; "" where nothing points into it. */
export function regionOf(candidate: Candidate, verdict: Verdict): string {
  const failure = firstFailure(verdict);
  if (failure === null) return "";
  const { path, line, frames = [] } = failure;
  const places = [...frames, ...(path === undefined || line === undefined ? [] : [{ path, line }])];
  for (const place of places.reverse()) {
    const text = candidate.changes.find((change) => change.path === place.path)?.text;
    if (text != null) return around(text, place.line, place.path);
  }
  return "";
}

/** What kind of failure a verdict is about. */
export type FailureClass = "syntax" | "compile" | "value" | "exception" | "hang" | "other";

const COMPILES =
  /\b(?:cannot find|not found|undefined|undeclared|unresolved|mismatched types|expected .* found|incompatible|cannot be|no (?:method|field|member|such)|does not (?:exist|implement|compile)|build failed|error\[E\d+\]|cannot use|unused (?:variable|import)|declared and not used|imported and not used|no matching)\b/i;
const VALUE =
  /\bassert|\bexpected\b|\bgot\b|\bwant\b|!==|!=| == |\bleft\b[\s\S]*\bright\b|toEqual|toBe\b|but was|to equal/i;
const RAISES = /\b\w*(?:Error|Exception|Panic)\b|\bpanicked\b|segmentation fault|stack overflow/i;

export function classOf(verdict: Verdict): FailureClass {
  const failure = firstFailure(verdict);
  const red = redIn(verdict);
  if (red.some(({ check, status }) => check === SYNTAX && status === "failed")) return "syntax";
  if (red.some(({ status }) => status === "timeout" || status === "limit")) return "hang";
  if (failure === null) return "other";
  const said = `${failure.message}\n${failure.detail ?? ""}`;
  if (/SyntaxError|IndentationError/.test(said)) return "syntax";
  if (failure.test === undefined && (failure.code !== undefined || COMPILES.test(said))) return "compile";
  if (/AssertionError|\bassert/i.test(failure.message)) return "value";
  // The message says it more surely than the lines of code that a report shows.
  if (RAISES.test(failure.message)) return "exception";
  if (VALUE.test(said)) return "value";
  if (RAISES.test(said)) return "exception";
  return "other";
}

const WHAT_TO_DO: Record<FailureClass, string> = {
  syntax: "It does not parse. Send the corrected code, whole.",
  compile: "It does not compile. Use only names and types that are there, and send the corrected code.",
  value:
    "A result is wrong. Follow the failing case through the code step by step, then send the corrected code.",
  exception: "It stops there with an error. Send code for which that cannot happen.",
  hang: "It does not come to an end, or takes far too long. Look at loops and recursion, and send the corrected code.",
  other: "Send the corrected code.",
};

/** The next instruction after a failure of this class. */
export const instructionFor = (verdict: Verdict): string => WHAT_TO_DO[classOf(verdict)];

/** One line on what failed. */
export function briefOf(verdict: Verdict): string {
  const failure = firstFailure(verdict);
  const said =
    failure === null ? verdict.reason : `${failure.test ?? failure.path ?? "error"}: ${failure.message}`;
  return said.replace(/\s+/g, " ").slice(0, 160).toWellFormed();
}
