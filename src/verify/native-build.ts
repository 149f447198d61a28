/** What builds that start programs of tests themselves have in common: GoogleTest's report, what the programs print, and what building leaves behind. */
import type { CheckReport, Diagnostic } from "../types.ts";
import type { RunResult } from "../workspace/run.ts";
import { readCompiler } from "./compilers.ts";
import { type JunitCase, readJunit } from "./junit.ts";
import { readNative } from "./native.ts";
import { type TestOutcome, testReport, type Where } from "./outcomes.ts";
import { firstOf, report } from "./report.ts";
import { inFull, inOneLine, inWorkspace } from "./told.ts";

/** The reports of all GoogleTest programs of a run, one after the other. */
export const GTEST_REPORT = "smallcode-gtest.xml";
export const OBJECTS = ["*.o", "*.obj", "*.d", "*.a", "*.so", "*.gcda", "*.gcno", "a.out", "core"];

/** A script in which every GoogleTest program also writes its report. */
export const withGtest = (lines: string[]): string =>
  [
    `export GTEST_OUTPUT="xml:$TMPDIR/gtest/"`,
    ...lines,
    "code=$?",
    `cat "$TMPDIR"/gtest/*.xml >"$TMPDIR/${GTEST_REPORT}" 2>/dev/null`,
    "exit $code",
  ].join("\n");

interface Tool {
  tool: string;
  where: Where;
}

/**
 * The report of a run in which programs of tests say what they ran: GoogleTest's own report, else the console. A program that
 * says nothing of itself is told by the exit code alone; null where none says anything.
 */
export function readProgram(id: string, run: RunResult, { tool, where }: Tool): CheckReport | null {
  const { passed, failed, diagnostics } = readNative(run.output, where);
  const cases = readJunit(run.artifacts[GTEST_REPORT] ?? "") ?? [];
  const good = run.end.kind === "exited" && run.end.code === 0;
  if (cases.length > 0 && passed !== null && passed + (failed ?? 0) <= cases.length)
    return testReport(id, run, { tool, outcomes: cases.map((one) => outcomeOf(one, where)), where });
  if (passed === null && (good || diagnostics.length === 0)) return null;
  const counts = { passed, failed };
  if (!good) {
    const errors = diagnostics.length > 0 ? diagnostics : compileErrors(run, where);
    const many = Math.max(failed ?? 0, errors.length);
    const status = passed === null || many > 0 ? "failed" : "error";
    return report(id, run, { ...counts, status, diagnostics: errors, summary: firstOf(errors, many) });
  }
  return passed === 0
    ? report(id, run, { ...counts, status: "no_tests", summary: "No test was run." })
    : report(id, run, { ...counts, status: "passed", summary: `${passed} passed.` });
}

const compileErrors = (run: RunResult, where: Where): Diagnostic[] =>
  readCompiler(run.output, where).filter(({ severity }) => severity === "error");

/** The first line of a failure is its place. */
function outcomeOf({ about, outcome, message, text }: JunitCase, where: Where): TestOutcome {
  const said = message || text;
  const [first = "", ...rest] = said.split("\n");
  const [, path = about.file ?? "", line = about.line] = /^(\S.*?):(\d+)$/.exec(first) ?? [];
  const test = `${about.classname}.${about.name}`;
  const diagnostic = {
    severity: "error",
    message: inOneLine(rest.join("\n")) || "It failed.",
    test,
  } as const;
  const frames = inWorkspace([{ path, line: Number(line) }], where);
  return { outcome, diagnostic: inFull(diagnostic, { text: said, frames }) };
}

/** What make says where a compiler that it starts is not there; null where all were. */
export function missingProgram(id: string, run: RunResult): CheckReport | null {
  const name =
    /^(?:g?make|sh|\/bin\/sh)(?:\[\d+\])?: (?:line )?(?:\d+: )?([\w.+-]+): (?:No such file or directory|(?:command )?not found)$/m.exec(
      run.output,
    )?.[1];
  if (name === undefined || !/\bError 127\b/.test(run.output)) return null;
  const summary = `make needs ${name}, which is not installed or not in PATH.`;
  return report(id, run, { status: "unavailable", summary });
}
