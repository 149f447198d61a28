/**
 * Which lines the failing tests of a Python project execute, and which the passing ones: the spectrum that a fault is looked for
 * in. The project's own test run is run once more with a tracer in front of it (`sys.monitoring` where Python has it, 3.12 and
 * later, else `sys.settrace`); what it counts goes to a file below TMPDIR. Only files of the workspace count, and only lines.
 */
import { isAbsolute, join, relative } from "node:path";
import { z } from "zod";
import type { Check } from "./checks.ts";
import { TRACER } from "./coverage-tracer.ts";

export const COVERAGE_REPORT = "smallcode-lines.json";

const Report = z.object({
  failed: z.int(),
  passed: z.int(),
  /** By absolute path, then line: by how many failing and passing tests it was executed. */
  lines: z.record(z.string(), z.record(z.string(), z.tuple([z.int(), z.int()]))),
});

/** How suspicious a line is, by Ochiai's coefficient: failing tests on it over the root of (all failing, times all on it). */
export interface CoveredLine {
  path: string;
  line: number;
  score: number;
}

export interface Traced {
  /** To be run in place of the check; its report is no verdict. */
  check: Check;
  /** What the run has counted, the most suspicious first: lines on which no failing test was are left out; null where it told nothing. */
  lines: () => CoveredLine[] | null;
}

/** The check with the tracer in front; null for what is not run by pytest or unittest of a Python. `root` is the workspace, absolute. */
export function traced(check: Check, root: string): Traced | null {
  const [python, ...args] = check.command;
  const runner = check.id === "pytest" || check.id === "unittest" ? check.id : null;
  // Both are called as `-m pytest` or `-c RUNNER`, and then given their arguments.
  if (python === undefined || runner === null || !/^-[mc]$/.test(args[0] ?? "")) return null;
  let found: CoveredLine[] | null = null;
  return {
    check: {
      ...check,
      id: `${check.id}-lines`,
      shown: `${check.shown} (which lines they run)`,
      command: [python, "-c", TRACER, runner, ...args.slice(2)],
      env: { ...check.env, SMALLCODE_ROOT: root },
      artifacts: [...(check.artifacts ?? []), COVERAGE_REPORT],
      parse(result) {
        found = readLines(result.artifacts[COVERAGE_REPORT], root);
        return { ...check.parse(result), check: `${check.id}-lines` };
      },
    },
    lines: () => found,
  };
}

/** Reads a tracer's report; null where there is none, or no test failed. */
export function readLines(text: string | undefined, root: string): CoveredLine[] | null {
  const report = parsed(text);
  if (report === null || report.failed === 0) return null;
  const found: CoveredLine[] = [];
  for (const [file, lines] of Object.entries(report.lines)) {
    const path = isAbsolute(file) ? relative(root, file) : relative(root, join(root, file));
    if (path.startsWith("..")) continue;
    for (const [line, [failed, passed]] of Object.entries(lines))
      if (failed > 0) found.push({ path, line: Number(line), score: ochiai(report.failed, failed, passed) });
  }
  return found.sort((a, b) => b.score - a.score);
}

const ochiai = (all: number, failed: number, passed: number): number =>
  failed / Math.sqrt(all * (failed + passed));

function parsed(text: string | undefined): z.infer<typeof Report> | null {
  if (text === undefined) return null;
  try {
    return Report.safeParse(JSON.parse(text)).data ?? null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
