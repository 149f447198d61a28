/** A verifier at work in a small real workspace: candidates are given as texts of files, and what was run is told in order. */
import { onTestFinished } from "bun:test";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { openGrapher } from "../../src/graph/graph.ts";
import { affectedBy } from "../../src/turn/affected.ts";
import type { CheckReport, Diagnostic, Verdict } from "../../src/types.ts";
import type { Check, NarrowRun } from "../../src/verify/checks.ts";
import { stopped } from "../../src/verify/report.ts";
import { Verifier, type VerifierParts } from "../../src/verify/verifier.ts";
import { openWorkspace, type Transaction, type Workspace } from "../../src/workspace/workspace.ts";
import { env } from "./place.ts";

/** Runs test files of the shell, all or those that are given: one passes where it exits with 0. */
const SUITE = `[ $# -gt 0 ] || set -- tests/*.sh
for test in "$@"; do
  if sh "$test" >/dev/null 2>&1; then echo "pass $test"; else echo "fail $test"; fi
done`;

/** A report of tests; those that failed are told by their names. */
export function outcome(check: string, passed: number, ...failed: string[]): CheckReport {
  const diagnostics = failed.map(
    (test): Diagnostic => ({ severity: "error", message: `${test} is wrong`, test }),
  );
  const status = failed.length > 0 ? "failed" : "passed";
  return { check, status, passed, failed: failed.length, diagnostics, summary: failed[0] ?? "", ms: 1 };
}

/** A check over `tests/*.sh` that can be held to files and, unless `whole`, to tests; a test's id is its path. */
export function suite(root: string, { id = "suite", whole = false } = {}): Check {
  const run = (tests: string[]): NarrowRun => ({
    command: ["sh", "-c", SUITE, "sh", ...tests],
    shown: `run ${tests.join(" ")}`,
  });
  return {
    id,
    ...run([]),
    cwd: root,
    kind: "test",
    litter: [],
    parse(result) {
      const names = (how: string) =>
        [...result.output.matchAll(new RegExp(`^${how} (\\S+)$`, "gm"))].map((match) => match[1] ?? "");
      return stopped(id, result) ?? { ...outcome(id, names("pass").length, ...names("fail")), ms: result.ms };
    },
    ...(whole ? {} : { narrow: run, narrowTests: run }),
  };
}

/** A check that fails, with one finding for each of its lines, where this command prints some. */
export function linter(root: string, line: string): Check {
  return {
    id: "lint",
    command: ["sh", "-c", line],
    shown: line,
    cwd: root,
    kind: "command",
    litter: [],
    parse(result) {
      const diagnostics = result.output
        .split("\n")
        .filter((one) => one !== "")
        .map((message): Diagnostic => ({ severity: "error", path: "a.txt", message }));
      const status = diagnostics.length > 0 ? "failed" : "passed";
      return {
        check: "lint",
        status,
        passed: null,
        failed: null,
        diagnostics,
        summary: "told",
        ms: result.ms,
      };
    },
  };
}

export interface Played {
  root: string;
  verifier: Verifier;
  workspace: Workspace;
  transaction: Transaction;
  notices: string[];
  text(path: string): string;
  /** Another turn in the same place, with the same parts. */
  again(): Promise<Played>;
  /** `baseline unittest`, `candidate unittest (affected)`, ... */
  ran: string[];
  candidate(path: string, text: string | null): Promise<Awaited<ReturnType<Verifier["verify"]>>>;
}

export type Checks = (root: string) => Check[] | Promise<Check[]>;

export async function play(
  files: Record<string, string>,
  checksOf: Checks = (root) => [suite(root)],
  more: Partial<VerifierParts> = {},
): Promise<Played> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "verifier-test-")));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return begin(root, checksOf, more);
}

async function begin(root: string, checksOf: Checks, more: Partial<VerifierParts>): Promise<Played> {
  const opened = await openWorkspace(root, { ignore: [], allowWrite: () => true });
  if (!opened.ok) throw new Error(opened.reason);
  const { workspace } = opened;
  const begun = await workspace.begin("test");
  if (!begun.ok) throw new Error(begun.reason);
  onTestFinished(() => begun.transaction.close());
  const checks = await checksOf(root);
  const ran: string[] = [];
  const notices: string[] = [];
  const { signal } = new AbortController();
  const grapher = openGrapher(workspace);
  onTestFinished(() => grapher.close());
  const verifier = new Verifier({
    workspace,
    transaction: begun.transaction,
    checks,
    env,
    checkTimeMs: 60_000,
    outputFile: (check) => join(root, ".smallcode", `${check.replace(/\W+/g, "-")}.log`),
    signal,
    onStart: ({ id }, when) => ran.push(`${when} ${id}`),
    onEnd: () => undefined,
    onNotice: (text) => notices.push(text),
    affected: affectedBy(grapher, signal),
    ...more,
  });
  const started = await verifier.start();
  if (!started.ok) throw new Error(started.reason);
  return {
    root,
    verifier,
    workspace,
    transaction: begun.transaction,
    notices,
    again: () => begin(root, checksOf, more),
    text: (path) => readFileSync(join(root, path), "utf8"),
    ran,
    async candidate(path, text) {
      const read = await workspace.read(path);
      const base = read.ok ? read.file.hash : null;
      ran.length = 0;
      return verifier.verify({ changes: [{ path, text, base }], origin: "model", summary: "" });
    },
  };
}

export const verdictOf = (result: Awaited<ReturnType<Verifier["verify"]>>): Verdict => {
  if (!result.ok) throw new Error(result.reason);
  return result.verdict;
};
