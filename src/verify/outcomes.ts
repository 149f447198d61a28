/** From the outcomes of tests to a report: the same rules for every runner that says what each test did. */
import type { CheckReport, Diagnostic } from "../types.ts";
import type { RunResult } from "../workspace/run.ts";
import { readDiagnostics } from "./command.ts";
import { firstOf, howItEnded, oneLine, plain, report } from "./report.ts";

/** Absolute paths: of the workspace, and of the folder that relative paths start from. */
export interface Where {
  root: string;
  cwd: string;
}

export interface TestOutcome {
  outcome: "passed" | "failed" | "skipped";
  /** Of a failed test. */
  diagnostic: Diagnostic;
}

/** The report of a run that came to its own end. `outcomes` null: the runner ended without its report, which is no pass. */
export function testReport(
  check: string,
  run: RunResult,
  { tool, outcomes, where }: { tool: string; outcomes: TestOutcome[] | null; where: Where },
): CheckReport {
  if (outcomes === null) return withoutReport(check, run, { tool, where });
  const failures = outcomes.filter(({ outcome }) => outcome === "failed");
  const passed = outcomes.filter(({ outcome }) => outcome === "passed").length;
  const diagnostics = failures.map(({ diagnostic }) => diagnostic);
  const counts = { passed, failed: failures.length, diagnostics };
  if (failures.length > 0) {
    const summary = firstOf(diagnostics, failures.length);
    return report(check, run, { ...counts, status: "failed", summary });
  }
  const good = run.end.kind === "exited" && run.end.code === 0;
  if (good && passed > 0)
    return report(check, run, { ...counts, status: "passed", summary: `${passed} passed.` });
  if (good) return report(check, run, { ...counts, status: "no_tests", summary: "No test was run." });
  const found = readDiagnostics(run.output, where);
  const said = found.length > 0 ? firstOf(found, found.length) : lastLine(run.output);
  const but = passed > 0 ? `Every test that ran passed, but ${tool}` : `No test was run: ${tool}`;
  return report(check, run, {
    ...counts,
    diagnostics: found,
    status: "error",
    summary: `${but} ${howItEnded(run.end)}: ${said}`,
  });
}

/** What a tool says when a part of it, or of what the project needs, is not on this machine. */
const MISSING = [
  /^(?:\S*sh: )?(?:line )?(?:\d+: )?(\S+): (?:command )?not found$/m,
  /^(error: no matching package named .*)$/m,
  /^(error: failed to (?:get|download) .*)$/m,
  /^(go: go\.mod requires go >= .*)$/m,
  /^(.*Cannot access \S+ \(\S+\) in offline mode.*)$/m,
  /^(.*No cached version .* available for offline mode.*)$/m,
  /^(.*(?:release version|toolchain) \S+ (?:not supported|not available).*)$/m,
  /^(Error: Cannot find module '[^./'][^']*')$/m,
];

/** A run that ended before there was anything to count: something is missing, the code does not build, or the runner broke. */
export function withoutReport(
  check: string,
  run: RunResult,
  { tool, where }: { tool: string; where: Where },
): CheckReport {
  const text = plain(run.output);
  const missing = MISSING.map((pattern) => pattern.exec(text)?.[1]).find((line) => line !== undefined);
  const diagnostics = readDiagnostics(text, where);
  if (missing !== undefined && diagnostics.every(({ severity }) => severity === "warning"))
    return report(check, run, {
      status: "unavailable",
      summary: `Something that ${tool} needs is not installed: ${oneLine(missing)}`,
    });
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  const said = errors.length > 0 ? firstOf(errors, errors.length) : lastLine(text) || "no output";
  const summary =
    errors.length > 0
      ? `No test was run: ${said}`
      : `${tool} ${howItEnded(run.end)} without a report, so nothing is proved: ${said}`;
  return report(check, run, { status: "error", diagnostics, summary });
}

function lastLine(output: string): string {
  return oneLine(output.trimEnd().split("\n").reverse().join("\n"));
}

/** A failed test's diagnostic: the innermost place inside the workspace that its own text names. */
export function failure(
  test: string,
  said: { message: string; text: string; path?: string | null; line?: number },
  where: Where,
): Diagnostic {
  const [found] = readDiagnostics(said.text, where);
  const place = found?.path === undefined ? said : found;
  return {
    ...(place.path == null ? {} : { path: place.path }),
    ...(place.path == null || place.line === undefined || place.line < 1 ? {} : { line: place.line }),
    severity: "error",
    message: oneLine(said.message) || found?.message || oneLine(said.text) || "It failed.",
    test,
  };
}
