/**
 * What the tests of a task say of a solution, by a pristine copy of them that no try has seen. The judge of each language reads
 * its runner's own count: a run in which a test is missing is no pass.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { childEnvironment, type RunResult, run } from "../../src/workspace/run.ts";
import { type Draft, type Files, type Language, lay } from "./task.ts";
import { environment, furnish } from "./toolchain.ts";

/** Tests by how they went; nothing ran where the code does not build. */
export interface Tally {
  passed: number;
  failed: number;
  /** How the run ended, one word or line. */
  end: string;
  ms: number;
}

interface Judge {
  /** For the shell. */
  line: string;
  artifact?: string;
  count(run: RunResult): { passed: number; failed: number };
}

const sumOf = (matches: Iterable<RegExpMatchArray>, group: number): number =>
  [...matches].reduce((sum, match) => sum + Number(match[group] ?? 0), 0);

/** The command that builds and runs a C++ exercise with all its tests; the build stays in the check's own cache. */
export const CPP_CHECK =
  'cmake -S . -B "$CHECK_CACHE/build" -DEXERCISM_RUN_ALL_TESTS=1 >/dev/null && cmake --build "$CHECK_CACHE/build"';

function countJunit(text: string): { passed: number; failed: number } {
  const suite = /<testsuite\s[^>]*>/.exec(text)?.[0] ?? "";
  const number = (name: string): number => Number(new RegExp(`\\b${name}="(\\d+)"`).exec(suite)?.[1] ?? 0);
  const failed = number("failures") + number("errors");
  return { passed: number("tests") - failed - number("skipped"), failed };
}

function countJest(text: string): { passed: number; failed: number } {
  const { numPassedTests = 0, numFailedTests = 0 } = text === "" ? {} : JSON.parse(text);
  return { passed: numPassedTests, failed: numFailedTests };
}

const JUDGES: Record<Language, Judge> = {
  python: {
    line: 'python3 -m pytest -q -p no:cacheprovider --junitxml="$TMPDIR/report.xml"',
    artifact: "report.xml",
    count: ({ artifacts }) => countJunit(artifacts["report.xml"] ?? ""),
  },
  javascript: {
    line: 'node_modules/.bin/jest --json --outputFile="$TMPDIR/report.json"',
    artifact: "report.json",
    count: ({ artifacts }) => countJest(artifacts["report.json"] ?? ""),
  },
  go: {
    line: "go test -json ./...",
    count: ({ output }) => ({
      passed: [...output.matchAll(/^\{.*"Action":"pass".*"Test":/gm)].length,
      failed: [...output.matchAll(/^\{.*"Action":"fail".*"Test":/gm)].length,
    }),
  },
  rust: {
    line: 'CARGO_TARGET_DIR="$CHECK_CACHE/cargo" cargo test --offline --no-fail-fast',
    count: ({ output }) => ({
      passed: sumOf(output.matchAll(/^test result: \w+\. (\d+) passed; (\d+) failed/gm), 1),
      failed: sumOf(output.matchAll(/^test result: \w+\. (\d+) passed; (\d+) failed/gm), 2),
    }),
  },
  java: {
    line: "mvn -o -B test",
    count: ({ output }) => {
      const last = [...output.matchAll(/Tests run: (\d+), Failures: (\d+), Errors: (\d+)/g)].at(-1) ?? [];
      const failed = Number(last[2] ?? 0) + Number(last[3] ?? 0);
      return { passed: Number(last[1] ?? 0) - failed, failed };
    },
  },
  cpp: {
    line: CPP_CHECK,
    count: ({ output }) => {
      const all = /^All tests passed \(\d+ assertions? in (\d+) test cases?\)/m.exec(output)?.[1];
      if (all !== undefined) return { passed: Number(all), failed: 0 };
      const [, passed, failed] =
        /^test cases:\s+\d+ \|(?:\s*(\d+) passed \|)?\s*(\d+) failed/m.exec(output) ?? [];
      return { passed: Number(passed ?? 0), failed: Number(failed ?? 0) };
    },
  },
};

/** Seconds for one run of the judge; a cold C++ build takes a quarter of that. */
const JUDGE_MS = 120_000;

/** A pristine copy of a task's folder in which one solution after the other can be judged; `close` removes it. */
export class JudgeFolder {
  private readonly root = mkdtempSync(join(tmpdir(), "bench-judge-"));
  readonly folder: string;

  /** `which`: the tests that the agent has, or those that judge. */
  constructor(
    private readonly task: Pick<Draft, "language" | "folder" | "files" | "hidden">,
    private readonly cache: string,
    which: "visible" | "judge",
  ) {
    this.folder = join(this.root, task.folder);
    const hidden = which === "judge" ? (task.hidden ?? {}) : {};
    lay({ ...task.files, ...hidden }, this.folder);
    furnish(task.language, this.folder, cache);
  }

  /** Judges the folder with these files in it; later ones replace earlier ones. */
  async judge(files: Files, limitMs = JUDGE_MS): Promise<Tally> {
    lay(files, this.folder);
    const { line, artifact, count } = JUDGES[this.task.language];
    const result = await run(["sh", "-c", line], {
      cwd: this.folder,
      root: this.folder,
      timeoutMs: limitMs,
      env: { ...childEnvironment(environment(this.cache)), PYTHONDONTWRITEBYTECODE: "1" },
      outputFile: join(this.folder, ".smallcode", "output.txt"),
      ...(artifact === undefined ? {} : { artifacts: [artifact] }),
    });
    const { end } = result;
    const said = end.kind === "exited" ? `exit ${end.code}` : end.kind;
    return { ...count(result), end: said, ms: result.ms };
  }

  /** Where the last run's output can be read. */
  get output(): string {
    return join(this.folder, ".smallcode", "output.txt");
  }

  close(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** Whether all of `tests` tests ran and passed. */
export const passes = (tally: Tally, tests: number): boolean =>
  tally.end === "exit 0" && tally.failed === 0 && tally.passed === tests && tests > 0;

/** The tests of a language that are left out by the exercises for a learner to switch on, switched on. */
export function unskipped(language: Language, text: string): string {
  if (language === "javascript") return text.replace(/\bx(test|it|describe)(?=\(|\.)/g, "$1");
  if (language === "rust") return text.replace(/^[ \t]*#\[ignore\]\n/gm, "");
  if (language === "java")
    return text.replace(/^[ \t]*@Disabled(\(.*\))?\n/gm, "").replace(/^import .*\.Disabled;\n/gm, "");
  return text;
}
