/** Which lines failing tests run, on small real projects with pytest and with unittest. */
import { describe, expect, test } from "bun:test";
import type { Check } from "../../src/verify/checks.ts";
import { readLines, traced } from "../../src/verify/coverage.ts";
import { unittestCheck } from "../../src/verify/python.ts";
import { hasPython, type Project, project } from "./place.ts";

const CODE = `def grade(marks):
    if marks > 5:
        return "good"
    if marks > 3:
        return "bad"
    return "fair"


def unused():
    return 1
`;
const FILES = { "grades.py": CODE };

async function linesOf(one: Project, check: Check | undefined) {
  if (check === undefined) throw new Error("No check was detected.");
  const tracing = traced(check, one.place.root);
  if (tracing === null) throw new Error(`${check.id} cannot be traced.`);
  const report = await one.run(tracing.check);
  return { report, lines: tracing.lines() };
}

const PYTEST = `from grades import grade
import os
import pytest

@pytest.mark.parametrize("marks", [6, 7])
def test_good(marks):
    assert os.path.realpath(".") and grade(marks) == "good"

def test_fair():
    assert grade(5) == "fair"

def test_bad():
    assert grade(1) == "bad"
`;

describe.skipIf(!hasPython)("lines of failing tests", () => {
  test("pytest: what the failing tests alone execute comes first, what none of them does is left out", async () => {
    const one = project({ ...FILES, "test_grades.py": PYTEST, "conftest.py": "" });
    const [check] = (await one.detect()).filter(({ id }) => id === "pytest");
    const { report, lines } = await linesOf(one, check);
    expect(report).toMatchObject({ check: "pytest-lines", status: "failed", passed: 2, failed: 2 });
    expect([...new Set(lines?.map(({ path }) => path))].sort()).toEqual(["grades.py", "test_grades.py"]);
    const own = lines?.filter(({ path }) => path === "grades.py") ?? [];
    expect(own.map(({ line }) => line).sort()).toEqual([2, 4, 5, 6]);
    const at = (line: number): number => own.find((found) => found.line === line)?.score ?? 0;
    expect(at(4)).toBe(1);
    expect(at(5)).toBeCloseTo(Math.SQRT1_2);
    expect(at(2)).toBeCloseTo(2 / Math.sqrt(8));
    expect(own[0]?.line).toBe(4);
  });

  test("unittest: the same", async () => {
    const test = `import unittest
from grades import grade
class A(unittest.TestCase):
    def test_good(self): self.assertEqual(grade(6), "good")
    def test_fair(self): self.assertEqual(grade(5), "fair")
    def test_bad(self): self.assertEqual(grade(1), "bad")
`;
    const one = project({ ...FILES, "test_grades.py": test });
    const check = unittestCheck(one.place, { command: "python3", shown: "python3" }, one.files);
    const { lines } = await linesOf(one, check);
    const own = lines?.filter(({ path }) => path === "grades.py") ?? [];
    expect(own.map(({ line, score }) => [line, Math.round(score * 100)])).toEqual([
      [4, 100],
      [2, 82],
      [5, 71],
      [6, 71],
    ]);
  });

  test("green tests suspect nothing; a run that was cut off tells nothing", async () => {
    const one = project({ ...FILES, "test_grades.py": PYTEST.split("def test_fair")[0] ?? "" });
    const [check] = (await one.detect()).filter(({ id }) => id === "pytest");
    expect((await linesOf(one, check)).lines).toBeNull();
    one.write({ "test_grades.py": "def test_hang():\n    while True: pass\n" });
    const tracing = check === undefined ? null : traced(check, one.place.root);
    if (tracing === null) throw new Error("It cannot be traced.");
    expect((await one.run(tracing.check, 1500)).status).toBe("timeout");
    expect(tracing.lines()).toBeNull();
  });
});

test("a report that is no report, or of files elsewhere", () => {
  expect(readLines(undefined, "/w")).toBeNull();
  expect(readLines("{", "/w")).toBeNull();
  expect(readLines('{"failed":"x"}', "/w")).toBeNull();
  const lines = { "/w/a.py": { 3: [1, 0] }, "/elsewhere/b.py": { 1: [1, 0] } };
  expect(readLines(JSON.stringify({ failed: 1, passed: 0, lines }), "/w")).toEqual([
    { path: "a.py", line: 3, score: 1 },
  ]);
});

test("other checks are not traced", () => {
  const check = {
    id: "go",
    command: ["go", "test"],
    shown: "",
    cwd: "/w",
    kind: "test" as const,
    litter: [],
  };
  const parse: Check["parse"] = () => {
    throw new Error("not called");
  };
  expect(traced({ ...check, parse }, "/w")).toBeNull();
  expect(traced({ ...check, parse, id: "pytest", command: ["pytest", "-q"] }, "/w")).toBeNull();
});
