/** From the outcomes of tests to a report: the same rules for every runner that says what each test did. */
import type { CheckReport, Diagnostic } from "../types.ts";
import type { RunResult } from "../workspace/run.ts";
import { readDiagnostics } from "./command.ts";
import { firstOf, howItEnded, lastLine, oneLine, plain, report, told } from "./report.ts";
import { framesIn, type Where, withoutForeign } from "./stack.ts";

export type { Where } from "./stack.ts";

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
  /^((?:Error: |Error \[ERR_MODULE_NOT_FOUND\]: )?Cannot find (?:module|package) '[^./'][^']*').*$/m,
  /^(error: .*(?:dns error|Specifier not found in cache|not found in cache|error sending request).*)$/m,
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

/**
 * A failed test's diagnostic. Its place is the innermost one inside the workspace that its own text names, else the one given. Its
 * detail is what is given as such, else the text.
 */
export function failure(
  test: string,
  said: { message: string; text: string; path?: string | null; line?: number; detail?: string },
  where: Where,
): Diagnostic {
  const frames = framesIn(said.text, where);
  const [found] = frames.length > 0 ? frames.slice(-1) : readDiagnostics(said.text, where);
  const place = found?.path === undefined ? said : found;
  const named = found !== undefined && "message" in found ? found.message : "";
  const message = oneLine(said.message) || named || oneLine(said.text) || "It failed.";
  return {
    ...(place.path == null ? {} : { path: place.path }),
    ...(place.path == null || place.line === undefined || place.line < 1 ? {} : { line: place.line }),
    severity: "error",
    message,
    test,
    ...told(message, said.detail ?? withoutForeign(said.text, where), frames),
  };
}
