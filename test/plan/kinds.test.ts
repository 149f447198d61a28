/** Tasks that are big, and what they become without a request; those that are not stay one step. */
import { describe, expect, test } from "bun:test";
import { newFileOf, testFileOf } from "../../src/plan/creation.ts";
import { makePlan } from "../../src/plan/plan.ts";
import { renamesIn } from "../../src/plan/renames.ts";
import { signatureSteps } from "../../src/plan/signature.ts";
import type { CheckReport, Diagnostic } from "../../src/types.ts";
import { isFrozen } from "../../src/verify/frozen.ts";
import { graphOf } from "../graph/texts.ts";

const TEXTS: Record<string, string> = {
  "src/stack.py":
    "class Stack:\n    def push(self, item, count=1):\n        return item\n\n\ndef take(count):\n    return count\n",
  "src/use.py":
    "from src.stack import Stack, take\n\n\ndef use():\n    Stack().push(1)\n    return take(1)\n",
  "src/shopping_cart.py": "from src.stack import take\n\n\ndef cart():\n    return take(2)\n",
  "tests/test_stack.py": "from src.stack import Stack, take\n\n\ndef test_take():\n    assert take(1) == 2\n",
  "tests/test_use.py": "from src.use import use\n\n\ndef test_use():\n    assert use() == 2\n",
};
const FILES = Object.keys(TEXTS);
const graph = await graphOf(TEXTS);
const scene = (task: string, baseline: CheckReport[] = []) => ({
  task,
  recent: [],
  graph,
  files: FILES,
  baseline,
  frozen: isFrozen,
});
const argsOf = (task: string) => renamesIn(task, graph, FILES)?.renames.map(({ call }) => call.args);

describe("renames", () => {
  const push = { kind: "symbol", from: "Stack.push", to: "add" };
  const take = { kind: "symbol", from: "take", to: "grab" };
  for (const [task, args] of [
    ["Rename Stack.push to add", [push]],
    ["please rename the method `Stack.push` to `add` everywhere.", [push]],
    ["Rename push in Stack to add", [push]],
    [
      "rename Stack.push to Stack.add across the whole project, including tests",
      [{ ...push, to: "Stack.add" }],
    ],
    ["Rename take() to grab() and update all its callers", [take]],
    ["rename take in src/stack.py to grab", [{ ...take, from: "src/stack.py:take" }]],
    ["In src/stack.py, rename take to grab", [{ ...take, from: "src/stack.py:take" }]],
    ["rename take to grab in src/stack.py", [{ ...take, from: "src/stack.py:take" }]],
    ["Rename take to grab and Stack.push to add", [take, push]],
    ["Rename the parameter count of take to n", [{ kind: "parameter", from: "count", to: "n", of: "take" }]],
    [
      "rename the count argument of Stack.push to times",
      [{ kind: "parameter", from: "count", to: "times", of: "Stack.push" }],
    ],
    ["Rename src/stack.py to src/pile.py", [{ kind: "file", from: "src/stack.py", to: "src/pile.py" }]],
    ["rename the module stack to pile", [{ kind: "file", from: "src/stack.py", to: "pile" }]],
    ["Rename take to grab, also in comments", [{ ...take, aloud: true }]],
    ["Rename take to grab but do not touch the tests", [{ ...take, tests: false }]],
  ] as const)
    test(task, () => {
      expect(argsOf(task)).toEqual(args.map((one) => ({ ...one })));
      expect(renamesIn(task, graph, FILES)?.rest).toBe("");
    });

  for (const task of [
    "Fix take, then rename it to grab",
    "rename it",
    "Rename nothing to something",
    "Rename the local variable x to y",
    "Rename Stack.push to Queue.push",
    "How do I rename take to grab?",
  ])
    test(`the model's: ${task}`, () => expect(argsOf(task)).toBeUndefined());

  test("what is asked beside is a step of its own behind it", async () => {
    const steps = await makePlan(scene("Rename take to grab and make it return 0 for None"), "pytest");
    expect(steps.map(({ id, call, intent }) => [id, call?.tool, intent])).toEqual([
      ["1", "rename_symbol", "Rename take to grab and make it return 0 for None"],
      ["2", undefined, "make it return 0 for None (take has been renamed to grab already.)"],
    ]);
  });
});

test("a signature that others call: the definition, then each file with its calls, tests left out", () => {
  for (const task of [
    "Add a parameter limit to take",
    "Change the signature of take to (count, limit)",
    "remove the argument count from take",
    "Make take accept a limit",
  ]) {
    const steps = signatureSteps(scene(task), "pytest");
    expect(steps?.map(({ targets, check }) => [targets[0]?.path, targets[0]?.symbol, check])).toEqual([
      ["src/stack.py", "take", null],
      ["src/shopping_cart.py", "cart", null],
      ["src/use.py", "use", "pytest"],
    ]);
    expect(steps?.[2]?.intent).toContain("its calls at src/use.py:6.");
  }
  for (const task of [
    "Add a parameter to cart",
    "Add a test for take",
    "Fix take",
    "Add a --json option to the program",
  ])
    expect(signatureSteps(scene(task), "pytest")).toBeNull();
});

test("a new file: the one that is named, or one that fits its neighbours", () => {
  for (const [task, path] of [
    ["Create src/queue.py with a class Queue", "src/queue.py"],
    ["Implement the function f in src/f.py", "src/f.py"],
    ["Create a class PriorityQueue", "src/priority_queue.py"],
    ["Add a new module called text_tools", "src/text_tools.py"],
    ["Fix take in src/stack.py", null],
    ["Add logging to src/stack.py", null],
    ["Write the result to out.json", null],
    ["Create a class Stack", null],
    ["Fix src/gone.py", null],
  ] as const)
    expect({ task, path: newFileOf(scene(task)) }).toEqual({ task, path });
});

test("tests belong into the test file of what they are for, else into a new one of the project's manner", () => {
  const open = { ...scene("Add tests for take"), frozen: () => false };
  expect(testFileOf(open, { path: "src/stack.py", symbol: "take" })).toBe("tests/test_stack.py");
  expect(testFileOf(open, { path: "src/shopping_cart.py" })).toBe("tests/test_shopping_cart.py");
  expect(testFileOf({ ...open, task: "Fix take" }, { path: "src/stack.py" })).toBeNull();
  expect(
    testFileOf({ ...open, task: "Add tests to tests/test_use.py" }, { path: "src/stack.py" }),
  ).toBeNull();
  const go = {
    ...open,
    graph: { ...graph, index: { ...graph.index, fileAt: () => null } },
    files: ["a/b.go"],
  };
  for (const [path, into] of [
    ["a/b.go", "a/b_test.go"],
    ["src/main/java/p/A.java", "src/test/java/p/ATest.java"],
    ["src/a.ts", "src/a.test.ts"],
    ["src/a.rs", "tests/a.rs"],
    ["x.sh", null],
  ] as const)
    expect({ path, into: testFileOf(go, { path }) }).toEqual({ path, into });
});

test("failing tests of one place are one step, of two files two; a task that names a file is one", async () => {
  const fails = (path: string, line: number, name: string): Diagnostic => ({
    path,
    line,
    severity: "error",
    message: "assert",
    test: `${path}::${name}`,
  });
  const report = (...diagnostics: Diagnostic[]): CheckReport => ({
    check: "pytest",
    status: "failed",
    passed: 0,
    failed: diagnostics.length,
    diagnostics,
    summary: "",
    ms: 1,
  });
  const both = report(
    fails("tests/test_use.py", 5, "test_use"),
    fails("tests/test_stack.py", 5, "test_take"),
  );
  const steps = await makePlan(scene("Make the failing tests pass", [both]), "pytest");
  expect(steps.map(({ targets: [first], tests }) => [first, tests])).toEqual([
    [{ path: "src/stack.py", symbol: "take" }, ["tests/test_stack.py::test_take"]],
    [{ path: "src/use.py", symbol: "use" }, ["tests/test_use.py::test_use"]],
  ]);
  for (const [task, baseline] of [
    ["Make the failing tests pass", report(fails("tests/test_use.py", 5, "test_use"))],
    ["Make the failing tests of src/use.py pass", both],
    ["Refactor use", both],
  ] as const)
    expect(await makePlan(scene(task, [baseline]), "pytest")).toHaveLength(1);
});
