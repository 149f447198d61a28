/**
 * unittest: run through a small runner that writes every outcome to a file below TMPDIR once the run has come to its end. What the
 * run prints proves nothing, and a run without the file is no pass.
 */
import { z } from "zod";
import type { CheckReport, Diagnostic } from "../types.ts";
import type { RunResult } from "../workspace/run.ts";
import { atTimeout } from "./python-stack.ts";
import { firstOf, howItEnded, insidePath, lastLine, oneLine, report, stopped } from "./report.ts";

export const UNITTEST_REPORT = "smallcode-unittest.json";

/** For `python -c`; arguments are those of `python -m unittest`. */
export const UNITTEST_RUNNER = `
import json, os, sys, traceback, unittest
exit, report, outcomes = os._exit, os.path.join(os.environ["TMPDIR"], "${UNITTEST_REPORT}"), []
def frames(error):
    tb, found = error[2], []
    while tb is not None:
        found.append([tb.tb_frame.f_code.co_filename, tb.tb_lineno])
        tb = tb.tb_next
    if isinstance(error[1], SyntaxError) and error[1].filename:
        found.append([error[1].filename, error[1].lineno or 1])
    return found
def note(test, outcome, error=None):
    text = "".join(traceback.format_exception_only(error[0], error[1])) if error else ""
    cause = getattr(test, "_exception", None)
    outcomes.append({"id": test.id(), "outcome": outcome, "message": str(cause) if cause else text, "frames": frames(error) if error else []})
class Result(unittest.TextTestResult):
    def addSuccess(self, test): super().addSuccess(test); note(test, "passed")
    def addFailure(self, test, error): super().addFailure(test, error); note(test, "failed", error)
    def addError(self, test, error): super().addError(test, error); note(test, "failed", error)
    def addSkip(self, test, reason): super().addSkip(test, reason); note(test, "skipped")
    def addExpectedFailure(self, test, error): super().addExpectedFailure(test, error); note(test, "passed")
    def addUnexpectedSuccess(self, test): super().addUnexpectedSuccess(test); note(test, "failed")
    def addSubTest(self, test, subtest, error):
        super().addSubTest(test, subtest, error)
        if error is not None: note(subtest, "failed", error)
sys.path.insert(0, os.getcwd())
program = unittest.main(module=None, argv=["python -m unittest", *sys.argv[1:]], exit=False, testRunner=unittest.TextTestRunner(resultclass=Result))
good = program.result.wasSuccessful()
with open(report, "w") as file: json.dump({"ran": program.result.testsRun, "good": good, "outcomes": outcomes}, file)
sys.exit(0 if good else 1)
`;

const Outcome = z.object({
  id: z.string(),
  outcome: z.enum(["passed", "failed", "skipped"]),
  message: z.string(),
  frames: z.array(z.tuple([z.string(), z.int()])),
});
const Report = z.object({ ran: z.int(), good: z.boolean(), outcomes: z.array(Outcome) });
type Outcome = z.infer<typeof Outcome>;

/** Reads a run of `UNITTEST_RUNNER`. `root` and `cwd` are absolute. */
export function readUnittest(
  check: string,
  run: RunResult,
  where: { root: string; cwd: string },
): CheckReport {
  const early = stopped(check, run);
  if (early?.status === "timeout") return atTimeout(early, run, where);
  if (early !== null) return early;
  const found = parseReport(run.artifacts[UNITTEST_REPORT]);
  if (found === null)
    return report(check, run, {
      status: "error",
      summary: `unittest ${howItEnded(run.end)} without a report, so nothing is proved: ${lastLine(run.output)}`,
    });
  const failures = found.outcomes.filter(({ outcome }) => outcome === "failed");
  const passed = found.outcomes.filter(({ outcome }) => outcome === "passed").length;
  const diagnostics = failures.map((failure) => diagnose(failure, where));
  const counts = { passed, failed: failures.length, diagnostics };
  if (failures.length > 0 || !found.good)
    return report(check, run, {
      ...counts,
      status: "failed",
      summary: firstOf(diagnostics, failures.length),
    });
  if (passed === 0) return report(check, run, { ...counts, status: "no_tests", summary: "No test was run." });
  const code = run.end.kind === "exited" ? run.end.code : null;
  if (code !== 0)
    return report(check, run, {
      ...counts,
      status: "error",
      summary: `Every test passed, but Python ${howItEnded(run.end)}.`,
    });
  return report(check, run, { ...counts, status: "passed", summary: `${passed} passed.` });
}

function parseReport(text: string | undefined): z.infer<typeof Report> | null {
  if (text === undefined) return null;
  try {
    return Report.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

function diagnose(failure: Outcome, where: { root: string; cwd: string }): Diagnostic {
  const frames = [
    ...failure.frames,
    ...[...failure.message.matchAll(/File "([^"\n]+)", line (\d+)/g)].map((match): [string, number] => [
      match[1] ?? "",
      Number(match[2]),
    ]),
  ];
  const inner = frames
    .map(([file, line]) => ({ path: insidePath(file, where.root, where.cwd), line }))
    .findLast(({ path, line }) => path !== null && line > 0);
  const lines = failure.message.trimEnd().split("\n");
  // A test module that could not be imported tells its own traceback; its last line is the reason.
  const said = failure.message.includes("Traceback (most recent call last)")
    ? (lines.at(-1) ?? "")
    : failure.message;
  return {
    ...(inner?.path == null ? {} : { path: inner.path, line: inner.line }),
    severity: "error",
    message: oneLine(said) || "It passed where a failure was expected.",
    // A module that could not be imported stands for every test in it.
    test: failure.id.replace(/^unittest\.loader\._FailedTest\./, ""),
  };
}
