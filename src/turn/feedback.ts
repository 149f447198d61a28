/** What a model is told of checks: the first failures, as the tools said them. */
import type { CheckReport, Verdict } from "../types.ts";

const MOST_FAILURES = 3;

/** A red report as the model should read it: the first failures, errors before warnings, whole sentences. */
export function reportText(report: CheckReport): string {
  if (report.status === "passed") return `${report.check}: ${report.summary}`;
  const errors = report.diagnostics.filter(({ severity }) => severity === "error");
  const others = report.diagnostics.filter(({ severity }) => severity !== "error");
  const rows = [...errors, ...others].slice(0, MOST_FAILURES).map(({ path, line, test, message }) => {
    const place = path === undefined ? "" : ` (${path}${line === undefined ? "" : `:${line}`})`;
    return `- ${test ?? "error"}${place}: ${message}`;
  });
  const more = report.diagnostics.length - rows.length;
  return [`${report.check}: ${report.summary}`, ...rows, ...(more > 0 ? [`… and ${more} more`] : [])].join(
    "\n",
  );
}

/** What a verdict tells the model: the first new failure before anything else. */
export function verdictText(verdict: Verdict): string {
  const red = verdict.reports.filter(({ status }) => status !== "passed" && status !== "unavailable");
  return [verdict.reason, ...red.map(reportText)].join("\n");
}
