/**
 * pytest: how it is asked for a structured report, and how that report is read. The report is a file that pytest writes at the
 * end of a session that ran to its end; what the run prints proves nothing, and a run without the report is no pass.
 */
import type { CheckReport, Diagnostic } from "../types.ts";
import type { RunResult } from "../workspace/run.ts";
import { readJunit } from "./junit.ts";
import { pytestDetail, pytestFrames } from "./pytest-trace.ts";
import { atTimeout } from "./python-stack.ts";
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
import type { Where } from "./stack.ts";

/** The name of the report below TMPDIR. */
export const PYTEST_REPORT = "smallcode-pytest.xml";

/** Arguments that make pytest report to TMPDIR (it expands the variable itself), run every test, and leave no cache behind. */
export const PYTEST_OPTIONS = [
  "--maxfail=0",
  "--continue-on-collection-errors",
  "--tb=auto",
  `--junitxml=$TMPDIR/${PYTEST_REPORT}`,
  "-o",
  "junit_family=xunit1",
  "-o",
  "cache_dir=$TMPDIR/pytest-cache",
];

/** What pytest leaves in a workspace in spite of all that. */
export const PYTHON_LITTER = ["__pycache__", ".pytest_cache", "*.pyc", ".coverage"];

interface Case {
  id: string;
  outcome: "passed" | "failed" | "skipped";
  /** First line of the message, and the traceback below it. */
  message: string;
  text: string;
  file: string | null;
  line: number | null;
}

/** Reads a run of pytest that was given `PYTEST_OPTIONS`. `root` and `cwd` are absolute. */
export function readPytest(check: string, run: RunResult, where: Where): CheckReport {
  const early = stopped(check, run);
  if (early?.status === "timeout") return atTimeout(early, run, where);
  if (early !== null) return early;
  const xml = run.artifacts[PYTEST_REPORT];
  const code = run.end.kind === "exited" ? run.end.code : null;
  const cases = xml === undefined ? null : readCases(xml);
  if (cases === null) return withoutReport(check, run);
  const failures = cases.filter(({ outcome }) => outcome === "failed");
  const passed = cases.filter(({ outcome }) => outcome === "passed").length;
  const diagnostics = failures.map((failure) => diagnose(failure, where));
  const counts = { passed, failed: failures.length, diagnostics };
  if (failures.length > 0)
    return report(check, run, {
      ...counts,
      status: "failed",
      summary: firstOf(diagnostics, failures.length),
    });
  if (code === 5 || (code === 0 && passed === 0))
    return report(check, run, { ...counts, status: "no_tests", summary: "No test was run." });
  if (code === 0) return report(check, run, { ...counts, status: "passed", summary: `${passed} passed.` });
  return report(check, run, {
    ...counts,
    status: code === 1 ? "failed" : "error",
    summary: `Every test passed, but pytest ${howItEnded(run.end)}: ${lastLine(run.output)}`,
  });
}

/** Lines in which pytest says why it gave up, the most telling first. */
const REASONS = [
  /^[\w. -]+: error: (.*)$/m,
  /^INTERNALERROR> (\w*(?:Error|Exception)\b.*)$/m,
  /^E {3}(.*)$/m,
  /^ERROR: (.*)$/m,
  /^(\w+(?:Error|Exception): .*)$/m,
];

/** Ended before its report: a crash, an internal or usage error, or code that left the process by itself. */
function withoutReport(check: string, run: RunResult): CheckReport {
  const code = run.end.kind === "exited" ? run.end.code : null;
  const text = plain(run.output);
  const said = REASONS.map((pattern) => pattern.exec(text)?.[1]).find((line) => line !== undefined);
  if (/No module named '?pytest'?/.test(run.output) && code === 1)
    return report(check, run, { status: "unavailable", summary: "pytest is not installed for this Python." });
  const detail = said === undefined ? "" : `: ${oneLine(said)}`;
  return report(check, run, {
    status: "error",
    summary: `pytest ${howItEnded(run.end)} without a report, so nothing is proved${detail}.`,
  });
}

/** The cases of the report; null where it is cut off. */
function readCases(xml: string): Case[] | null {
  const cases = new Map<string, Case>();
  const found = readJunit(xml);
  for (const { about, outcome, message, text } of found ?? []) {
    const id = caseId(about);
    const line = about.line === undefined ? null : Number(about.line) + 1;
    // A failing teardown is a second entry for a test that passed.
    if (cases.get(id)?.outcome !== "failed")
      cases.set(id, { id, outcome, message, text, file: about.file ?? null, line });
  }
  return found === null ? null : [...cases.values()];
}

/** `tests/test_a.py::TestStack::test_push[1]`, as pytest's own node ids are; the file alone where it could not be collected. */
function caseId(about: Record<string, string>): string {
  const { classname = "", name = "", file } = about;
  if (file === undefined) return [classname, name].filter((part) => part !== "").join("::");
  const module = file.replace(/\.py$/, "").replaceAll("/", ".");
  if (name === module) return file;
  const inner = classname.startsWith(module) ? classname.slice(module.length + 1) : "";
  return [file, ...inner.split("."), name].filter((part) => part !== "").join("::");
}

/** Where and why: the innermost frame inside the workspace, and what pytest shows of the way to it. */
function diagnose(failure: Case, where: Where): Diagnostic {
  const { text, message } = failure;
  const errors = [...text.matchAll(/^E {1,3}(.*)$/gm)].map((match) => match[1] ?? "");
  const collecting = message === "collection failure";
  const said = collecting ? (errors.at(-1) ?? lastLine(text)) : message;
  const frames = pytestFrames(text, where);
  const inner = frames.at(-1);
  const path =
    inner?.path ?? (failure.file === null ? null : insidePath(failure.file, where.root, where.cwd));
  const line = inner?.line ?? failure.line;
  // Behind words of the test's own comes what was compared.
  const [, compared] = /^(assert .*)$/m.exec(said.slice(said.indexOf("\n") + 1)) ?? [];
  const first = oneLine(said) || oneLine(errors[0] ?? "") || "It failed.";
  const shown =
    compared === undefined || first.includes("assert ") ? first : oneLine(`${first}; ${compared}`);
  return {
    ...(path === null ? {} : { path }),
    ...(line === null ? {} : { line }),
    severity: "error",
    message: shown,
    test: failure.id,
    ...told(shown, pytestDetail(text, where), frames),
  };
}
