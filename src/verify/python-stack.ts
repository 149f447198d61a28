/** Where a Python program stood when it was asked to say so: reads the stacks that `faulthandler` prints. */
import type { CheckReport, Diagnostic } from "../types.ts";
import type { RunResult } from "../workspace/run.ts";
import { insidePath } from "./report.ts";

interface Frame {
  path: string;
  line: number;
  name: string;
}

/** The innermost frame inside the workspace of the last stack printed; null where there is none. */
function stackFrame(output: string, where: { root: string; cwd: string }): Frame | null {
  const start = Math.max(
    output.lastIndexOf("Current thread 0x"),
    output.lastIndexOf("(most recent call first):\n  File "),
  );
  if (start < 0) return null;
  for (const match of output.slice(start).matchAll(/^ {2}File "([^"\n]+)", line (\d+) in (.+)$/gm)) {
    const path = insidePath(match[1] ?? "", where.root, where.cwd);
    if (path !== null) return { path, line: Number(match[2]), name: match[3] ?? "" };
  }
  return null;
}

/** The stack that the time-out made Python print says where it was. */
export function atTimeout(
  early: CheckReport,
  run: RunResult,
  where: { root: string; cwd: string },
): CheckReport {
  const frame = stackFrame(run.output, where);
  if (frame === null) return early;
  const message = `It was here, in ${frame.name}, when the time was up.`;
  const diagnostics: Diagnostic[] = [{ path: frame.path, line: frame.line, severity: "error", message }];
  return {
    ...early,
    diagnostics,
    summary: `${early.summary} By then it was in ${frame.name} at ${frame.path}:${frame.line}.`,
  };
}
