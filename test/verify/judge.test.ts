/** The judgement as a table: before, after, goal, and what follows. */
import { describe, expect, test } from "bun:test";
import type { CheckReport, CheckStatus, Diagnostic } from "../../src/types.ts";
import { judge } from "../../src/verify/judge.ts";

const failing = (...tests: string[]): Diagnostic[] =>
  tests.map((id) => ({ severity: "error", message: `${id} is wrong`, test: id }));
function pytest(status: CheckStatus, passed: number | null, ...red: string[]): CheckReport {
  const failed = passed === null ? null : red.length;
  return { check: "pytest", status, passed, failed, diagnostics: failing(...red), summary: "told", ms: 1 };
}
const command = (status: CheckStatus, ...messages: string[]): CheckReport => ({
  check: "lint",
  status,
  passed: null,
  failed: null,
  diagnostics: messages.map((message) => ({ severity: "error", path: "a.c", line: 1, message })),
  summary: "told",
  ms: 1,
});
const syntax = (status: CheckStatus, ...messages: string[]): CheckReport => ({
  ...command(status, ...messages),
  check: "syntax",
});

const mypy = (status: CheckStatus, ...messages: string[]): CheckReport => ({
  ...command(status, ...messages),
  check: "mypy",
});

type Row = [string, CheckReport[], CheckReport[], "green" | "unharmed" | string[], string];
const TABLE: Row[] = [
  ["green before and after", [pytest("passed", 3)], [pytest("passed", 3)], "green", "verified"],
  ["red turns green", [pytest("failed", 2, "a")], [pytest("passed", 3)], "green", "verified"],
  ["no baseline, green", [], [pytest("passed", 3)], "green", "verified"],
  ["no baseline, red", [], [pytest("failed", 3, "a")], "green", "failed"],
  ["red stays red", [pytest("failed", 2, "a")], [pytest("failed", 2, "a")], "green", "failed"],
  [
    "red stays red, unharmed",
    [pytest("failed", 2, "a")],
    [pytest("failed", 2, "a")],
    "unharmed",
    "unverified",
  ],
  ["one of two", [pytest("failed", 2, "a", "b")], [pytest("failed", 3, "b")], "green", "improved"],
  [
    "the one that was asked for",
    [pytest("failed", 2, "a", "b")],
    [pytest("failed", 3, "b")],
    ["a"],
    "verified",
  ],
  ["the other one", [pytest("failed", 2, "a", "b")], [pytest("failed", 3, "b")], ["b"], "improved"],
  ["asked for, never seen", [pytest("failed", 2, "b")], [pytest("failed", 2, "b")], ["a"], "failed"],
  [
    "asked for by file",
    [pytest("failed", 1, "t.py::a", "b")],
    [pytest("failed", 2, "b")],
    ["t.py"],
    "verified",
  ],
  [
    "red turns green, a linter says what it said",
    [mypy("failed", "x"), pytest("failed", 2, "a")],
    [mypy("failed", "x"), pytest("passed", 3)],
    "green",
    "verified",
  ],
  [
    "red turns green, a linter says more",
    [mypy("failed", "x"), pytest("failed", 2, "a")],
    [mypy("failed", "x", "y"), pytest("passed", 3)],
    "green",
    "failed",
  ],
  [
    "a linter alone is red, and stays so",
    [mypy("failed", "x"), pytest("passed", 3)],
    [mypy("failed", "x"), pytest("passed", 3)],
    "green",
    "failed",
  ],
  [
    "a command is red, and stays so",
    [command("failed", "x"), pytest("failed", 2, "a")],
    [command("failed", "x"), pytest("passed", 3)],
    "green",
    "failed",
  ],
  [
    "it compiles, and that is all",
    [],
    [{ ...command("passed"), check: "py_compile" }],
    "green",
    "unverified",
  ],
  ["one for another", [pytest("failed", 2, "a")], [pytest("failed", 2, "b")], ["a"], "failed"],
  [
    "a command, more complaints",
    [command("failed", "x")],
    [command("failed", "x", "y")],
    "unharmed",
    "failed",
  ],
  [
    "a command, other complaints",
    [command("failed", "x")],
    [command("failed", "y")],
    "unharmed",
    "unverified",
  ],
  ["green turns red", [pytest("passed", 3)], [pytest("failed", 2, "a")], "unharmed", "failed"],
  ["fewer tests", [pytest("passed", 3)], [pytest("passed", 2)], "green", "failed"],
  ["red test is gone", [pytest("failed", 2, "a")], [pytest("passed", 2)], "green", "failed"],
  ["no tests left", [pytest("passed", 3)], [pytest("no_tests", 0)], "unharmed", "failed"],
  ["never any tests", [pytest("no_tests", 0)], [pytest("no_tests", 0)], "green", "unverified"],
  ["first tests, green", [pytest("no_tests", 0)], [pytest("passed", 2)], "green", "verified"],
  ["first tests, red", [pytest("no_tests", 0)], [pytest("failed", 1, "a")], "green", "failed"],
  ["time-out", [pytest("failed", 2, "a")], [pytest("timeout", null)], "green", "failed"],
  ["hung before, red now", [pytest("timeout", null)], [pytest("failed", 2, "a")], "green", "improved"],
  [
    "could not load, runs now",
    [pytest("failed", 0, "t.py")],
    [pytest("failed", 2, "t.py::b")],
    "green",
    "improved",
  ],
  ["exit 0 without a report", [pytest("passed", 3)], [pytest("error", null)], "unharmed", "failed"],
  ["not installed", [pytest("unavailable", null)], [pytest("unavailable", null)], "green", "unverified"],
  ["syntax alone", [], [syntax("passed")], "green", "unverified"],
  ["syntax broken", [], [syntax("failed", "x"), pytest("passed", 3)], "green", "failed"],
  [
    "syntax broken before as well",
    [syntax("failed", "x")],
    [syntax("failed", "x"), pytest("passed", 3)],
    "green",
    "verified",
  ],
  ["nothing ran", [], [], "green", "unverified"],
  ["a command, green", [], [command("passed")], "green", "verified"],
  [
    "a command, fewer complaints",
    [command("failed", "x", "y")],
    [command("failed", "y")],
    "green",
    "improved",
  ],
  [
    "one of two checks red",
    [pytest("passed", 2), command("passed")],
    [pytest("passed", 2), command("failed", "x")],
    "green",
    "failed",
  ],
];

describe("judge", () => {
  for (const [name, before, after, goal, status] of TABLE)
    test(`${name}: ${status}`, () => {
      const verdict = judge(before, after, { goal });
      expect(verdict.status).toBe(status as typeof verdict.status);
      expect(verdict.reason).toMatch(/^\S[^\n]*$/);
    });

  test("only what was not there before is fresh; a line that moved is the same", () => {
    const moved = {
      ...command("failed", "x", "y"),
      diagnostics: command("failed", "x", "y").diagnostics.map((d) => ({ ...d, line: 9 })),
    };
    expect(
      judge([command("failed", "x")], [moved], { goal: "green" }).fresh.map(({ message }) => message),
    ).toEqual(["y"]);
    const twice = command("failed", "x", "x");
    expect(judge([command("failed", "x")], [twice], { goal: "green" }).fresh).toHaveLength(1);
  });

  test("score: passing tests first, then fewer fresh diagnostics, time-outs last", () => {
    const before = [pytest("failed", 2, "a", "b")];
    const score = (...after: CheckReport[]) => judge(before, after, { goal: "green" }).score;
    const order = [
      score(pytest("passed", 4)),
      score(pytest("failed", 3, "b")),
      score(pytest("failed", 2, "a", "b")),
      score(pytest("failed", 2, "a", "c")),
      score(pytest("failed", 0, "a", "b", "c", "d")),
      score(pytest("error", null)),
      score(pytest("timeout", null)),
    ];
    expect(order).toEqual([...order].sort((a, b) => b - a));
    expect(new Set(order).size).toBe(order.length);
  });
});

test("what an accepted change has turned green on the way counts for what was asked for", () => {
  const start = [pytest("failed", 1, "a", "b", "c")];
  const before = [pytest("failed", 2, "b", "c")];
  const after = [pytest("failed", 3, "c")];
  expect(judge(before, after, { goal: ["a", "b"], start }).status).toBe("verified");
  expect(judge(before, before, { goal: ["a", "b"], start }).status).toBe("failed");
});
