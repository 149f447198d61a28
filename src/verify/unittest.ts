/**
 * unittest: run through a small runner that writes every outcome to a file below TMPDIR once the run has come to its end. What the
 * run prints proves nothing, and a run without the file is no pass.
 */
import { z } from "zod";
import type { CheckReport, Diagnostic } from "../types.ts";
import type { RunResult } from "../workspace/run.ts";
import { atTimeout } from "./python-stack.ts";
import { firstOf, howItEnded, lastLine, oneLine, parseJson, report, stopped, told } from "./report.ts";
import { fewest, frameAt, framesIn, type Where } from "./stack.ts";

export const UNITTEST_REPORT = "smallcode-unittest.json";
/** Environment: the ids of the tests to run, in JSON; without it all that are found. An id of a class or a module stands for its tests. */
export const UNITTEST_ONLY = "SMALLCODE_UNITTEST_ONLY";

/** For `python -c`; arguments are those of `python -m unittest`. */
export const UNITTEST_RUNNER = `
import json, linecache, os, re, reprlib, sys, traceback, unittest
only = json.loads(os.environ.pop("SMALLCODE_UNITTEST_ONLY", "null"))
plain = (int, float, complex, str, bytes, bool, type(None), list, tuple, dict, set, frozenset)
shorten = reprlib.Repr()
shorten.maxstring = shorten.maxother = shorten.maxlong = 200
shorten.maxlist = shorten.maxtuple = shorten.maxdict = shorten.maxset = 20
exit, report, outcomes = os._exit, os.path.join(os.environ["TMPDIR"], "${UNITTEST_REPORT}"), []
def values(frame, source):
    names = dict.fromkeys(re.findall(r"(?<![.\\w])[A-Za-z_]\\w*", source))
    known = [(name, frame.f_locals[name]) for name in names if name in frame.f_locals]
    return ", ".join(f"{name} = {shorten.repr(value)}" for name, value in known if type(value) in plain)
def frames(error):
    tb, found = error[2], []
    while tb is not None:
        code = tb.tb_frame.f_code
        source = linecache.getline(code.co_filename, tb.tb_lineno).strip()
        found.append({"file": code.co_filename, "line": tb.tb_lineno, "name": code.co_name, "source": source, "values": values(tb.tb_frame, source)})
        tb = tb.tb_next
    if isinstance(error[1], SyntaxError) and error[1].filename:
        found.append({"file": error[1].filename, "line": error[1].lineno or 1, "name": "", "source": (error[1].text or "").strip(), "values": ""})
    return found[-50:]
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
def chosen(suite):
    for test in suite:
        if isinstance(test, unittest.TestSuite): yield from chosen(test)
        else:
            name = test.id().replace("unittest.loader._FailedTest.", "")
            if any(name == one or name.startswith(one + ".") for one in only): yield test
class Program(unittest.TestProgram):
    def runTests(self):
        if only is not None: self.test = unittest.TestSuite(chosen(self.test))
        super().runTests()
sys.path.insert(0, os.getcwd())
program = Program(module=None, argv=["python -m unittest", *sys.argv[1:]], exit=False, testRunner=unittest.TextTestRunner(resultclass=Result))
good = program.result.wasSuccessful()
with open(report, "w") as file: json.dump({"ran": program.result.testsRun, "good": good, "outcomes": outcomes}, file)
sys.exit(0 if good else 1)
`;

const Outcome = z.object({
  id: z.string(),
  outcome: z.enum(["passed", "failed", "skipped"]),
  message: z.string(),
  frames: z.array(
    z.object({ file: z.string(), line: z.int(), name: z.string(), source: z.string(), values: z.string() }),
  ),
});
const Report = z.object({ ran: z.int(), good: z.boolean(), outcomes: z.array(Outcome) });
type Outcome = z.infer<typeof Outcome>;

/** Reads a run of `UNITTEST_RUNNER`. `root` and `cwd` are absolute. */
export function readUnittest(check: string, run: RunResult, where: Where): CheckReport {
  const early = stopped(check, run);
  if (early?.status === "timeout") return atTimeout(early, run, where);
  if (early !== null) return early;
  const found = Report.safeParse(parseJson(run.artifacts[UNITTEST_REPORT] ?? "")).data;
  if (found === undefined)
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

function diagnose(failure: Outcome, where: Where): Diagnostic {
  // A test module that could not be imported tells its own traceback; its last line is the reason.
  const imported = failure.message.includes("Traceback (most recent call last)");
  const said = imported ? lastLine(failure.message.trimEnd()) : failure.message;
  const frames = fewest([
    ...failure.frames.flatMap(({ file, line }) => frameAt(file, line, where)),
    ...(imported ? framesIn(failure.message, where) : []),
  ]);
  const inner = frames.at(-1);
  const message = oneLine(said) || "It passed where a failure was expected.";
  const way = failure.frames.flatMap((frame) => shownFrame(frame, where));
  return {
    ...(inner === undefined ? {} : inner),
    severity: "error",
    message,
    // A module that could not be imported stands for every test in it.
    test: failure.id.replace(/^unittest\.loader\._FailedTest\./, ""),
    ...told(message, [...way, failure.message].join("\n"), frames),
  };
}

/** A place on the way, its line, and the values that its names had; nothing where it is outside the workspace. */
function shownFrame({ file, line, name, source, values }: Outcome["frames"][number], where: Where): string[] {
  const [frame] = frameAt(file, line, where);
  if (frame === undefined) return [];
  const head = `${frame.path}:${frame.line}:${name === "" ? "" : ` in ${name}`}`;
  return [head, `    ${source}`, ...(values === "" ? [] : [`    with ${values}`])];
}
