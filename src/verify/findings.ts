/**
 * Linters and type checkers: from what one found to its report. What it found is read from its structured output, and its exit code
 * has to agree. A tool that cannot work here at all (not installed, its configuration broken) has no say and does not stand in
 * the way; that it worked before and does not any more is seen when reports are compared.
 */
import type { CheckReport, Diagnostic } from "../types.ts";
import type { RunResult } from "../workspace/run.ts";
import {
  detailOf,
  firstOf,
  howItEnded,
  insidePath,
  lastLine,
  oneLine,
  plain,
  report,
  stopped,
} from "./report.ts";
import type { Where } from "./stack.ts";

/** More than this are not kept: reports are compared and written down for every candidate. */
const MOST_FINDINGS = 1000;

export interface Finding {
  /** As the tool wrote it. */
  path: string;
  line: number;
  /** From 1. */
  column?: number | undefined;
  severity: "error" | "warning";
  code?: string | null | undefined;
  message: string;
  /** What the tool adds to it. */
  more?: string | undefined;
}

/** How a tool's run is judged. */
export interface Reading {
  tool: string;
  /** What it found; null where its output is none of it, or is cut off. */
  found: Finding[] | null;
  /** The sentence for a tool that is not there. */
  absent: string;
  where: Where;
}

/** The report of a run that is to be read by what the tool found. */
export function findingsReport(check: string, run: RunResult, reading: Reading): CheckReport {
  const { tool, found, absent, where } = reading;
  const early = stopped(check, run);
  if (early?.status === "unavailable") return { ...early, summary: absent };
  if (early !== null) return early;
  if (run.end.kind === "exited" && run.end.code === 127)
    return report(check, run, { status: "unavailable", summary: absent });
  const good = run.end.kind === "exited" && run.end.code === 0;
  const diagnostics = (found ?? []).flatMap((one) => diagnosticOf(one, where) ?? []);
  if (good && found !== null)
    return report(check, run, { status: "passed", summary: `${tool} found nothing wrong.` });
  if (!good && diagnostics.length > 0) return failed(check, run, diagnostics);
  if (good || run.end.kind !== "exited")
    return report(check, run, {
      status: "error",
      summary: `${tool} ${howItEnded(run.end)} without a report, so nothing is proved.`,
    });
  return report(check, run, {
    status: "unavailable",
    summary: `${tool} could not check this project: ${reasonIn(run.output)}`,
  });
}

/** Errors come first. Where the tool fails for warnings alone, the project has made them errors. */
function failed(check: string, run: RunResult, diagnostics: Diagnostic[]): CheckReport {
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  const others = diagnostics.filter(({ severity }) => severity !== "error");
  const all: Diagnostic[] =
    errors.length > 0
      ? [...errors, ...others]
      : diagnostics.map((one): Diagnostic => ({ ...one, severity: "error" }));
  const count = errors.length > 0 ? errors.length : all.length;
  return report(check, run, {
    status: "failed",
    diagnostics: all.slice(0, MOST_FINDINGS),
    summary: firstOf(all, count),
  });
}

/** Null for a place outside the workspace. A message that names a line of its own is kept without it: an edit above moves that line. */
function diagnosticOf(one: Finding, where: Where): Diagnostic | null {
  const path = insidePath(one.path.replace(/^file:\/\//, ""), where.root, where.cwd);
  if (path === null) return null;
  const message = oneLine(
    one.message.replace(/,? ?\b(?:on|from|at|in) line \d+(?:,? col(?:umn)? \d+)?/g, ""),
  );
  const full = detailOf([one.message, one.more ?? ""].filter((part) => part !== "").join("\n"));
  return {
    path,
    line: Math.max(1, one.line),
    ...(one.column === undefined ? {} : { column: Math.max(1, one.column) }),
    severity: one.severity,
    ...(one.code == null ? {} : { code: one.code }),
    message,
    ...(full === message ? {} : { detail: full }),
  };
}

/** Lines in which tools say why they gave up, the most telling first. */
const REASONS = [
  /^\s*Cause: ((?!Failed to parse).*)$/m,
  /^(Cannot find (?:module|package) .*)$/m,
  /^(\w*Error(?: \[\w+\])?: .*)$/m,
  /^\s*× (.*)$/m,
  /\berror:? (.*)$/im,
];

function reasonIn(output: string): string {
  const text = plain(output);
  const said = REASONS.map((pattern) => pattern.exec(text)?.[1]).find((line) => line !== undefined);
  return oneLine(said ?? "") || lastLine(text) || "it said nothing.";
}
