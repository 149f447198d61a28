/** What a task wants and where it applies, computed before any request. */
import { describe, expect, test } from "bun:test";
import { decideIntent } from "../../src/plan/intent.ts";
import { makePlan, partsOf } from "../../src/plan/plan.ts";
import { failingPlaces, namedPaths, rankTargets, targetsOf } from "../../src/plan/targets.ts";
import type { CheckReport } from "../../src/types.ts";
import { isFrozen } from "../../src/verify/frozen.ts";
import { graphOf } from "../graph/texts.ts";

describe("intent", () => {
  for (const task of [
    "What does add do?",
    "why is the build slow",
    "Explain how parse handles errors",
    "Can you tell me where the config is read?",
    "List all functions that write to disk",
    "Is there a bug in add?",
    "Does it support Windows?",
    "add_user: where is it called?",
    "the config file?",
    "How do I find a bug and fix it?",
    "Compare add and remove",
    "Explain fix and resolve in retry.py",
  ])
    test(`asks: ${task}`, () => expect(decideIntent(task, null).intent).toBe("ask"));

  for (const task of [
    "Fix the failing test in calc.py",
    "add a --json flag",
    "Could you please rename Stack.push to Stack.add?",
    "Make the tests pass",
    "Do this: make add faster",
    "calc.py divides by zero",
    "Please implement the missing method",
    "get the tests to pass",
    "Find the bug in calc.py and fix it",
    "Why does test_add fail? Fix it.",
    "Review parse, then correct what is wrong",
  ])
    test(`edits: ${task}`, () => expect(decideIntent(task, null).intent).toBe("edit"));

  test("a flag decides, and the reason says how to have it otherwise", () => {
    expect(decideIntent("Fix it", "ask")).toEqual({ intent: "ask", why: "--ask was given." });
    expect(decideIntent("What is it?", "edit").intent).toBe("edit");
    expect(decideIntent("What is it?", null).why).toContain("--edit");
    expect(decideIntent("Fix it", null).why).toContain("--ask");
  });
});

test("the parts of a task that is written as a list, each with what stands before it", () => {
  expect(partsOf("Fix add")).toEqual(["Fix add"]);
  expect(partsOf("In calc.py:\n1. fix add\n2) fix mul\n")).toEqual([
    "In calc.py: fix add",
    "In calc.py: fix mul",
  ]);
  expect(partsOf("- fix add\n* fix mul")).toEqual(["fix add", "fix mul"]);
  expect(partsOf("Fix this:\n- only one")).toEqual(["Fix this:\n- only one"]);
  // None is dropped without a word.
  expect(partsOf(Array.from({ length: 20 }, (_, n) => `- part ${n}`).join("\n"))).toHaveLength(20);
});

const FILES = ["src/calc.py", "src/shape.py", "lib/shape.py", "tests/test_calc.py", "README.md"];

test("the files that a task names", () => {
  for (const [task, paths] of [
    ["fix src/calc.py", ["src/calc.py"]],
    ["fix ./src/calc.py, please", ["src/calc.py"]],
    ["fix src\\calc.py", ["src/calc.py"]],
    ["fix calc.py and README.md.", ["src/calc.py", "README.md"]],
    ["shape.py is wrong", ["src/shape.py", "lib/shape.py"]],
    ["fix calc", []],
    ["use version 1.2 of e.g. nothing", []],
    ["fix `src/calc.py:12`", ["src/calc.py"]],
    ["fix notsrc/calc.py", []],
  ] as const)
    expect({ task, paths: namedPaths(task, FILES) }).toEqual({ task, paths: [...paths] });
});

test("a long task without a blank is read in no time", () => {
  const started = performance.now();
  expect(namedPaths(`${"a".repeat(300_000)} ${"a/".repeat(100_000)} calc.py`, FILES)).toEqual([
    "src/calc.py",
  ]);
  expect(performance.now() - started).toBeLessThan(500);
});

const TEXTS: Record<string, string> = {
  "src/calc.py": "LIMIT = 3\n\n\ndef add(a, b):\n    return a - b\n\n\ndef mul(a, b):\n    return a * b\n",
  "src/shape.py": "class Shape:\n    def area(self):\n        return 0\n",
  "lib/shape.py": "def outline():\n    return None\n",
  "tests/test_calc.py": "from calc import mul\n\n\ndef test_it():\n    assert mul(2, 3) == 6\n",
};

const graph = await graphOf(TEXTS);

const red: CheckReport = {
  check: "pytest",
  status: "failed",
  passed: 0,
  failed: 1,
  diagnostics: [
    {
      path: "tests/test_calc.py",
      line: 5,
      severity: "error",
      message: "assert",
      test: "tests/test_calc.py::test_it",
    },
    { path: "src/shape.py", line: 3, severity: "error", message: "assert" },
  ],
  summary: "1 failed",
  ms: 1,
};

const scene = (task: string, baseline: CheckReport[] = []) => ({
  task,
  graph,
  recent: [],
  files: FILES,
  baseline,
  frozen: isFrozen,
});

test("where checks failed, without the files that judge", () => {
  expect(failingPlaces(scene("x", [red]))).toEqual([{ path: "src/shape.py", line: 3 }]);
});

test("targets: what the task names, else where it failed; never a variable, never a file that judges", async () => {
  const first = async (task: string, baseline: CheckReport[] = []) =>
    targetsOf(await rankTargets(scene(task, baseline)), 24);
  expect((await first("Fix add"))[0]).toEqual({ path: "src/calc.py", symbol: "add" });
  expect((await first("Fix the area of src/shape.py"))[0]).toEqual({
    path: "src/shape.py",
    symbol: "Shape.area",
  });
  expect((await first("Make it pass", [red]))[0]?.path).toBe("src/shape.py");
  expect((await first("Make tests/test_calc.py pass"))[0]).toEqual({ path: "src/calc.py", symbol: "mul" });
  const all = await first("LIMIT and test_it");
  expect(all.some(({ path, symbol }) => path.startsWith("tests/") || symbol === "LIMIT")).toBe(false);
  expect(await first("Change README.md")).toContainEqual({ path: "README.md" });
  expect(targetsOf(await rankTargets(scene("Fix add")), 2)).toHaveLength(2);
});

test("a failing test's own name tells what it is about, not the folder it lies in", async () => {
  const [first] = red.diagnostics;
  const named = {
    ...first,
    severity: "error" as const,
    message: "assert",
    test: "outline/tests/test_it.py::test_mul",
  };
  const baseline = [{ ...red, diagnostics: [named] }];
  const [target] = targetsOf(await rankTargets(scene("Fix the failing test", baseline)), 1);
  expect(target).toEqual({ path: "src/calc.py", symbol: "mul" });
});

test("a plan: one step for a task, more for a list, each with its own targets and the check", async () => {
  const one = await makePlan(scene("Fix add"), "pytest");
  expect(one).toMatchObject([{ id: "1", intent: "Fix add", check: "pytest" }]);
  const two = await makePlan(scene("- fix mul\n- fix outline in lib/shape.py"), null);
  expect(two.map(({ id, targets }) => [id, targets[0]?.symbol])).toEqual([
    ["1", "mul"],
    ["2", "outline"],
  ]);
});
