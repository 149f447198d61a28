/** The stages of the curve on made-up events, the grades on real trees, and the run from its command line. */
import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { curve, quantile, wilson } from "../../bench/resolve/curve.ts";
import { poolOf, type Stage } from "../../bench/resolve/pool.ts";
import { grade, type Row } from "../../bench/resolve/try.ts";
import { examplesOf, humaneval } from "../../bench/tasks/humaneval.ts";
import { exercises, stubTask } from "../../bench/tasks/polyglot.ts";
import { quixbugs } from "../../bench/tasks/quixbugs.ts";
import { LANGUAGES, lay, sha, type Task } from "../../bench/tasks/task.ts";
import type { Grain, Origin, TurnEvent } from "../../src/types.ts";
import { makeFolder, standIn } from "./tasks.ts";

setDefaultTimeout(120_000);
const root = mkdtempSync(join(tmpdir(), "resolve-test-"));
afterAll(() => rmSync(root, { recursive: true }));

const LONG = `def f():\n${Array.from({ length: 30 }, (_, at) => `    a${at} = ${at}\n`).join("")}    return 1\n`;

interface Candidate {
  origin: Origin;
  grain?: Grain;
  status?: "verified" | "improved" | "failed";
  /** The line that it changes. */
  line?: number;
  /** The text that it was made from; without it the file as it was. */
  from?: string;
}

const withLine = (text: string, line: number, by: string): string =>
  text
    .split("\n")
    .map((one, at) => (at + 1 === line ? by : one))
    .join("\n");

function candidate({ origin, grain, status = "failed", line = 2, from = LONG }: Candidate): TurnEvent[] {
  const text = withLine(from, line, `    changed = ${line}`);
  const changes = [{ path: "f.py", text, base: sha(from) }];
  const verdict = { status, reports: [], fresh: [], score: status === "failed" ? 0 : 1, reason: "" };
  return [
    { type: "result", result: { kind: "candidate", tool: "t", candidate: { changes, origin, summary: "" } } },
    { type: "verdict", origin, ...(grain && { grain }), verdict },
  ];
}

async function stages(...events: TurnEvent[]): Promise<Stage[]> {
  const pool = await poolOf(
    events.map((event, at) => ({ at, event })),
    { "f.py": LONG },
  );
  return pool.map(({ stage }) => stage);
}

const suspects: TurnEvent = { type: "suspects", suspects: [{ path: "f.py", line: 30, score: 1 }] };
const refusal: TurnEvent = { type: "result", result: { kind: "refusal", tool: "t", reason: "" } };
const parts: TurnEvent = { type: "decompose", steps: [], why: "" };

describe("the stage of a candidate", () => {
  const first = candidate({ origin: "model", grain: "symbol" });
  test("by origin and order", async () => {
    expect(
      await stages(
        ...first,
        ...candidate({ origin: "feedback", grain: "symbol" }),
        ...candidate({ origin: "model", grain: "symbol" }),
        ...candidate({ origin: "sampling", grain: "symbol" }),
        ...candidate({ origin: "escalation" }),
        parts,
        ...candidate({ origin: "model", grain: "symbol" }),
      ),
    ).toEqual(["attempt", "feedback", "feedback", "sampling", "escalation", "decomposition"]);
    expect(await stages(refusal, ...first)).toEqual(["feedback"]);
  });

  test("a finer grain is granularity; lines that would come too late without suspects are localisation", async () => {
    const near = candidate({ origin: "sampling", grain: "lines", line: 3 });
    const far = candidate({ origin: "sampling", grain: "lines", line: 30 });
    expect(await stages(...first, ...far)).toEqual(["attempt", "granularity"]);
    expect(await stages(...first, suspects, ...near)).toEqual(["attempt", "granularity"]);
    expect(await stages(...first, suspects, ...far)).toEqual(["attempt", "localisation"]);
    const thirteenth = candidate({ origin: "sampling", grain: "lines", line: 14 });
    expect(await stages(...first, suspects, ...thirteenth)).toEqual(["attempt", "granularity"]);
    // Two for each line: as many lines further down are out of reach.
    expect(await stages(...first, suspects, ...thirteenth, ...thirteenth)).toEqual([
      "attempt",
      "granularity",
      "localisation",
    ]);
  });

  test("what stands on an earlier candidate has at least its stage", async () => {
    const helped = candidate({ origin: "sampling", grain: "symbol", status: "improved" });
    const from = withLine(LONG, 2, "    changed = 2");
    const next = { origin: "feedback", grain: "symbol", line: 5 } as const;
    expect(await stages(...first, ...helped, ...candidate({ ...next, from }))).toEqual([
      "attempt",
      "sampling",
      "sampling",
    ]);
    expect(await stages(...first, ...helped, ...candidate(next))).toEqual([
      "attempt",
      "sampling",
      "feedback",
    ]);
  });

  test("a verdict without a new candidate is of the best one before", async () => {
    const helped = candidate({ origin: "sampling", grain: "symbol", status: "improved" });
    const [, verdict] = helped;
    if (verdict === undefined) throw new Error("no verdict");
    const pool = await poolOf(
      [...first, ...helped, verdict].map((event, at) => ({ at, event })),
      { "f.py": LONG },
    );
    expect(pool.map(({ again }) => again)).toEqual([false, false, true]);
  });
});

describe("figures", () => {
  test("Wilson's interval", () => {
    const rounded = ({ low, high }: { low: number; high: number }): number[] =>
      [low, high].map((one) => Math.round(one * 10_000) / 10_000);
    // Newcombe 1998, table I, method 3; and the ends.
    expect(rounded(wilson(81, 263))).toEqual([0.2553, 0.3662]);
    expect(rounded(wilson(15, 148))).toEqual([0.0624, 0.1605]);
    expect(rounded(wilson(0, 20))).toEqual([0, 0.1611]);
    expect(rounded(wilson(1, 29))).toEqual([0.0061, 0.1718]);
    expect(rounded(wilson(20, 20))).toEqual([0.8389, 1]);
  });

  test("quantiles by nearest rank, and the curve adds up", () => {
    expect([0.5, 0.9].map((share) => quantile([5, 1, 4, 2, 3, 6, 7, 8, 9, 10], share))).toEqual([5, 9]);
    expect(quantile([], 0.5)).toBeNull();
    const row = (solved: boolean, stage: Stage | null): Row => ({ solved, stage }) as Row;
    const rows = [
      row(true, "attempt"),
      row(true, "sampling"),
      row(false, "attempt"),
      row(true, "escalation"),
    ];
    expect(curve([...rows, row(true, "decomposition")])).toEqual({
      attempt: 1,
      feedback: 1,
      sampling: 2,
      granularity: 2,
      localisation: 2,
      decomposition: 3,
    });
  });
});

const task: Task = {
  id: "humaneval/x",
  set: "humaneval",
  language: "python",
  folder: "x",
  sentence: "Implement f in solution.py so that its tests pass",
  files: {
    "solution.py": "def f(n):\n    pass\n",
    "test_solution.py": "from solution import f\n\n\ndef test_one():\n    assert f(1) == 2\n",
  },
  solution: ["solution.py"],
  reference: { "solution.py": "def f(n):\n    return n + 1\n" },
  check: null,
  hidden: { "test_hidden.py": "from solution import f\n\n\ndef test_hidden():\n    assert f(2) == 3\n" },
  tests: { visible: 1, judge: 2 },
};

describe("the grade of a try", () => {
  let number = 0;
  const graded = (exit: number | null, changed: Record<string, string>, shown = Object.keys(changed)) => {
    number += 1;
    const cwd = join(root, `graded-${number}`);
    lay({ ...task.files, ...changed }, cwd);
    const differences = Object.keys(changed).map((path) => ({
      path,
      how: path in task.files ? ("changed" as const) : ("created" as const),
    }));
    const events: TurnEvent[] = [{ type: "diff", patch: "", files: shown, frozen: [] }];
    return grade({ task, exit, changed: differences, cwd, events }, root);
  };
  const none = { solved: false, falseDone: false, overfit: false, damage: [] };

  test("solved, overfit, false done", async () => {
    expect(await graded(0, task.reference)).toEqual({ ...none, solved: true });
    expect(await graded(0, { "solution.py": "def f(n):\n    return 2\n" })).toEqual({
      ...none,
      overfit: true,
    });
    expect(await graded(0, { "solution.py": "def f(n):\n    return 7\n" })).toEqual({
      ...none,
      falseDone: true,
    });
    const split = { "solution.py": "from more import f\n", "more.py": "def f(n):\n    return n + 1\n" };
    expect(await graded(0, split)).toEqual({ ...none, solved: true });
  });

  test("damage: anything after a failure, tests and what no diff names after a success", async () => {
    expect(await graded(1, {})).toEqual(none);
    expect(await graded(1, task.reference)).toEqual({ ...none, damage: ["solution.py changed"] });
    expect(await graded(null, task.reference)).toEqual({ ...none, damage: ["solution.py changed"] });
    const cheat = {
      "solution.py": "def f(n):\n    return 7\n",
      "test_solution.py": "def test_one():\n    pass\n",
    };
    expect(await graded(0, cheat)).toEqual({
      ...none,
      falseDone: true,
      damage: ["test_solution.py changed"],
    });
    const litter = { ...task.reference, "left.json": "" };
    expect(await graded(0, litter, ["solution.py"])).toEqual({
      ...none,
      solved: true,
      damage: ["left.json created"],
    });
  });
});

describe("from the command line", () => {
  const bench = async (args: string[], env: Record<string, string> = {}) => {
    const script = join(import.meta.dir, "..", "..", "bench", "resolve.ts");
    const child = Bun.spawn([process.execPath, script, ...args], {
      env: { ...process.env, ...env },
      stdin: "ignore",
      stderr: "pipe",
    });
    const [stdout, stderr] = await Promise.all([child.stdout.text(), child.stderr.text()]);
    return { exit: await child.exited, stdout, stderr };
  };
  const data = join(root, "data");
  makeFolder(join(data, "quixbugs"));
  writeFileSync(
    join(data, "quixbugs", "correct_python_programs", "other.py"),
    "def other():\n    return 1\n",
  );
  writeFileSync(
    join(data, "quixbugs", "python_testcases", "test_other.py"),
    "import pytest\nfrom python_programs.other import other\n\n\ndef test_other():\n    assert other() == 1\n",
  );
  const flags = [data, "--set", "quixbugs", "--languages", "python", "--cache", join(root, "cache")];

  test("a row a task; a run that is started again goes on; the gates decide the end", async () => {
    const out = join(root, "out");
    mkdirSync(out);
    const log = join(root, "log");
    const lines = `echo "$PWD" >> '${log}'\nif [ -e "$P" ]; then cp "$FIXED" "$P"; fi`;
    standIn(join(out, "smallcode"), lines, 0);
    const one = await bench([...flags, "--out", out, "--limit", "1", "--only", "double"]);
    expect({ exit: one.exit, stdout: one.stdout }).toEqual({
      exit: 0,
      stdout: '{"tasks":1,"solved":1,"false_done":0,"damaged":0,"overfit":0,"killed":0,"skipped":[]}\n',
    });
    const all = await bench([...flags, "--out", out]);
    expect(all.stderr).toContain("2 tasks, 1 of them tried before.");
    // The stand-in leaves the other task as it is, and says that it is done.
    expect(all.stdout).toContain('{"tasks":2,"solved":1,"false_done":1,"damaged":0,');
    expect(all.stderr).toMatch(/^quixbugs\/other +FALSE DONE +exit 0/m);
    expect(all.exit).toBe(1);
    expect(readFileSync(log, "utf8").trim().split("\n")).toHaveLength(2);
    expect(existsSync(join(out, "events", "quixbugs__double.jsonl"))).toBe(true);
    const other = await bench([...flags, "--out", out, "--without", "sampling"]);
    expect(other.exit).toBe(2);
    expect(other.stderr).toContain("has rows of another setting");
  });

  test("a language that is not here is said, and no pass", async () => {
    const out = join(root, "table");
    mkdirSync(out);
    const table = await bench([data, "--out", out, "--table", "--languages", "go"], { PATH: "/nowhere" });
    expect(table.exit).toBe(1);
    expect(table.stderr).toContain("go is SKIPPED, which is no pass: go is not here.");
    expect(table.stdout).toContain('"skipped":["go"]');
  });

  test("a wrong command line", async () => {
    const out = ["--out", join(root, "never")];
    const wrong: [string, ...string[]][] = [
      ["one folder of data", "--table"],
      ["--shard takes I/N", data, ...out, "--shard", "3/2"],
      ["--set takes quixbugs", data, ...out, "--set", "nope"],
      ["--mutants must be a whole number", data, ...out, "--mutants", "0"],
      ["--without takes direct", data, ...out, "--without", "luck"],
    ];
    for (const [words, ...args] of wrong) {
      const end = await bench(args);
      expect({ exit: end.exit, said: end.stderr.includes(words) ? words : end.stderr }).toEqual({
        exit: 2,
        said: words,
      });
    }
  });
});

test("the examples of a docstring", () => {
  const prompt =
    'def f(a):\n    """ Text\n    >>> f([1,\n    ... 2])\n    [1,\n    2]\n    >>> f(3)\n    >>> f("x")\n    \'y\'\n    """\n';
  expect(examplesOf(prompt)).toEqual([
    { call: "f([1, 2])", value: "[1, 2]" },
    { call: 'f("x")', value: "'y'" },
  ]);
});

const SHARED = join(import.meta.dir, "..", "..", "..", "shared", "data");
test.skipIf(!existsSync(SHARED))(
  "no folder of a task shows five lines in a row that only its reference has",
  () => {
    const drafts = [
      ...exercises(join(SHARED, "polyglot"), LANGUAGES).map(stubTask),
      ...quixbugs(join(SHARED, "quixbugs")),
      ...humaneval(join(SHARED, "humaneval", "humaneval.jsonl")).drafts,
    ];
    expect(drafts.length).toBe(70 + 16 + 28);
    const joined = (text: string): string =>
      `\n${text
        .split("\n")
        .map((line) => line.trim())
        .filter((line) => line.length > 3)
        .join("\n")}\n`;
    const windows = (text: string): string[] => {
      const lines = joined(text).trim().split("\n");
      return lines.slice(4).map((_, at) => `\n${lines.slice(at, at + 5).join("\n")}\n`);
    };
    for (const { id, files, solution, reference, hidden } of drafts) {
      expect(solution.filter((path) => !(path in files))).toEqual([]);
      const stub = solution.map((path) => joined(files[path] ?? "")).join();
      const rest = Object.entries(files).flatMap(([path, text]) =>
        solution.includes(path) ? [] : [joined(text)],
      );
      const secrets = Object.values({ ...reference, ...hidden }).flatMap(windows);
      const shown = secrets.filter((one) => !stub.includes(one) && rest.some((text) => text.includes(one)));
      expect({ id, shown }).toEqual({ id, shown: [] });
      expect(secrets.length).toBeGreaterThan(0);
    }
  },
);
