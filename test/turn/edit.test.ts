/** What a task opens of the files that judge, and what it wants of red checks. */
import { describe, expect, test } from "bun:test";
import { asksForAll, forbidder, goalOf } from "../../src/turn/goal.ts";
import type { CheckReport } from "../../src/types.ts";

const FILES = ["calc.py", "tests/test_calc.py", "tests/test_shape.py", "pyproject.toml", "package.json"];

describe("frozen files", () => {
  for (const [task, open] of [
    ["Fix add in calc.py", []],
    ["Fix the failing test in tests/test_calc.py", []],
    ["Make tests/test_calc.py pass", []],
    ["Change calc.py so that tests/test_shape.py passes", []],
    ["Add tests for calc.py", ["tests/test_calc.py", "tests/test_shape.py"]],
    ["Update tests/test_calc.py for the new name", ["tests/test_calc.py"]],
    ["Add a dependency to pyproject.toml", ["pyproject.toml"]],
    ["Why does it fail?", []],
  ] as const)
    test(task, () => {
      const forbids = forbidder(task, FILES);
      expect(FILES.slice(1).filter((path) => forbids(path) === null)).toEqual([...open]);
      expect(forbids("calc.py")).toBeNull();
    });

  test.each([
    ["make the failing tests pass", [], true],
    ["Fix all tests", [], true],
    ["repair the code so that the tests pass", [], true],
    ["make the failing tests of calc.py pass", ["calc.py"], false],
    ["fix the bug in total_of", [], false],
    ["fix add so that its tests pass", [], false],
  ])("whether %p asks for whatever tests fail", (task, named, all) => {
    expect(asksForAll(task, named)).toBe(all);
  });

  test("a refusal says what to do instead", () => {
    expect(forbidder("Fix it", FILES)("tests/test_calc.py")).toBe(
      "tests/test_calc.py judges the change and must stay as it is; change the code that it tests.",
    );
  });
});

const red = (...tests: string[]): CheckReport => ({
  check: "pytest",
  status: "failed",
  passed: 0,
  failed: tests.length,
  diagnostics: tests.map((name) => ({ severity: "error", message: "x", test: name })),
  summary: "",
  ms: 0,
});

test("what a task wants of red checks", () => {
  const about = { targets: [{ path: "calc.py", symbol: "add" }], named: ["calc.py"] };
  const tests = ["tests/test_calc.py::test_add", "tests/test_shape.py::test_area"];
  const baseline = [red(...tests)];
  expect(goalOf("Fix add in calc.py", { baseline }, about)).toEqual(["tests/test_calc.py::test_add"]);
  const second = { targets: [{ path: "calc.py", symbol: "mean" }, ...about.targets], named: ["calc.py"] };
  const both = [red(...tests, "tests/test_calc.py::test_mean")];
  expect(goalOf("Fix add in calc.py", { baseline: both }, second)).toEqual(["tests/test_calc.py::test_add"]);
  for (const task of ["Fix the bug in add", "Write add", "Let add take three numbers"])
    expect(goalOf(task, { baseline: both }, { ...second, named: [] })).toEqual([
      "tests/test_calc.py::test_add",
    ]);
  for (const task of ["Add a docstring to add in calc.py", "Add a function div to calc.py", "Refactor add"])
    expect(goalOf(task, { baseline: both }, second)).toBe("unharmed");
  expect(goalOf("Write add", { baseline: [red("tests/test_calc.py::test_add")] }, about)).toBe("green");
  const lib = { targets: [{ path: "src/lib.rs", symbol: "total" }], named: ["src/lib.rs"] };
  const two = [red("total_of_two_items", "price_of_one_item")];
  expect(goalOf("Implement src/lib.rs so that its tests pass", { baseline: two }, lib)).toBe("green");
  expect(goalOf("Implement total in src/lib.rs", { baseline: two }, lib)).toEqual(["total_of_two_items"]);
  const near = [red("tests/test_a.py::test_address", "tests/test_a.py::test_add")];
  expect(goalOf("Fix add in calc.py", { baseline: near }, about)).toEqual(["tests/test_a.py::test_add"]);
  const mypy: CheckReport = { ...red(), check: "mypy", passed: null, failed: null };
  expect(goalOf("Fix the type errors in calc.py", { baseline: [mypy, ...baseline] }, about)).toEqual([
    "mypy",
  ]);
  expect(goalOf("Make all tests pass", { baseline }, { targets: [], named: [] })).toBe("green");
  expect(goalOf("Rename add to plus", { baseline }, { targets: [], named: [] })).toBe("unharmed");
});
