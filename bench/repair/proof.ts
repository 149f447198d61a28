/**
 * What the tests of a task say of a program, by a copy of them that no try has seen: a fresh folder with the original tests
 * and the program in question. A pass needs pytest's own report, with as many tests in it as the original program has.
 */
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Result } from "../../src/types.ts";
import { childEnvironment, type RunResult, run } from "../../src/workspace/run.ts";
import { layTask, type Task } from "./task.ts";

const PROOF_MS = 60_000;

export interface Proof {
  passed: boolean;
  /** One sentence. */
  reason: string;
}

/** Runs `use` in a fresh copy of the task, which is gone afterwards. */
async function inFreshCopy<T>(folder: string, task: Task, use: (copy: string) => Promise<T>): Promise<T> {
  const home = mkdtempSync(join(tmpdir(), "repair-proof-"));
  try {
    const copy = join(home, "copy");
    layTask(folder, task, copy);
    return await use(copy);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

function pytest(copy: string, task: Task, options: string[]): Promise<RunResult> {
  const { PYTHONPATH: _, ...env } = childEnvironment(process.env);
  return run(["python3", "-m", "pytest", "-p", "no:cacheprovider", ...options, task.tests], {
    cwd: copy,
    root: copy,
    timeoutMs: PROOF_MS,
    env: { ...env, PYTHONDONTWRITEBYTECODE: "1" },
    outputFile: join(copy, ".smallcode", "output.txt"),
  });
}

const lastLine = (text: string): string => text.trimEnd().split("\n").at(-1)?.trim() ?? "";

/** How many tests the task has; a reason where pytest or the tests do not work here. */
export function countTests(folder: string, task: Task): Promise<Result<{ tests: number }>> {
  return inFreshCopy(folder, task, async (copy) => {
    const { end, output } = await pytest(copy, task, ["--collect-only", "-q"]);
    const tests = Number(/^(\d+) tests? collected/m.exec(output)?.[1] ?? 0);
    if (end.kind === "exited" && end.code === 0 && tests > 0) return { ok: true, tests };
    const said = end.kind === "unavailable" ? end.reason : lastLine(output);
    return {
      ok: false,
      reason: `The tests of ${task.name} cannot be collected by python3 -m pytest: ${said}`,
    };
  });
}

/** Whether the program at `program` passes all the `tests` tests of the task. Skipped ones pass, unless all are. */
export function prove(folder: string, task: Task, program: string, tests: number): Promise<Proof> {
  return inFreshCopy(folder, task, async (copy) => {
    if (!existsSync(program)) return { passed: false, reason: `${task.program} is gone.` };
    copyFileSync(program, join(copy, task.program));
    const report = join(copy, "report.xml");
    const { end, output } = await pytest(copy, task, ["-q", `--junitxml=${report}`]);
    if (end.kind !== "exited") return { passed: false, reason: `pytest ended by ${end.kind}.` };
    const suite = existsSync(report)
      ? /<testsuite\s[^>]*>/.exec(readFileSync(report, "utf8"))?.[0]
      : undefined;
    if (suite === undefined) return { passed: false, reason: "pytest left no report." };
    const count = (name: string): number =>
      Number(new RegExp(`\\b${name}="(\\d+)"`).exec(suite)?.[1] ?? Number.NaN);
    const whole = count("tests") === tests && count("skipped") < tests;
    const passed = end.code === 0 && whole && count("failures") === 0 && count("errors") === 0;
    return { passed, reason: lastLine(output.replace(/^.*generated xml file.*$/m, "")) };
  });
}
