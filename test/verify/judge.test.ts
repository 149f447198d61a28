/** The judgement as a table: before, after, goal, and what follows. */
import { describe, expect, test } from "bun:test";
import type { CheckReport, CheckStatus, Diagnostic } from "../../src/types.ts";
import { judge } from "../../src/verify/judge.ts";
import { renamedIds, renamer } from "../../src/verify/renamed.ts";

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
    "verified",
  ],
  [
    "a command named lint is red, and stays so",
    [command("failed", "x"), pytest("failed", 2, "a")],
    [command("failed", "x"), pytest("passed", 3)],
    "green",
    "verified",
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

describe("findings that were there before", () => {
  const found = (...findings: [string, string, number][]): CheckReport => ({
    ...command("failed"),
    diagnostics: findings.map(([path, message, line]) => ({ severity: "error", path, line, message })),
  });
  const old = Array.from({ length: 300 }, (_, at): [string, string, number] => [
    "a.js",
    `finding ${at % 7}`,
    at + 1,
  ]);
  const at = (lines: number) =>
    found(...old.map(([path, message, line]): [string, string, number] => [path, message, line + lines]));

  test("hundreds of a linter, all moved by an edit above them, are none of the change's", () => {
    const verdict = judge([at(0)], [at(40)], { goal: "unharmed" });
    expect(verdict).toMatchObject({ status: "unverified", fresh: [] });
    const more = {
      ...at(40),
      diagnostics: [...at(40).diagnostics, ...found(["a.js", "finding 3", 999]).diagnostics],
    };
    expect(judge([at(0)], [more], { goal: "unharmed" })).toMatchObject({
      status: "failed",
      fresh: [{ line: 999 }],
    });
  });

  test("nor one whose words name another line", () => {
    const [was, now] = [
      found(["a.c", "redefinition, first at line 12", 1], ["a.c", "see b.h:3:5 for it", 2]),
      found(["a.c", "redefinition, first at line 13", 2], ["a.c", "see b.h:9:5 for it", 3]),
    ];
    expect(judge([was], [now], { goal: "unharmed" }).fresh).toEqual([]);
  });

  test("warnings are not held against it, where errors were or not", () => {
    const warned = (...messages: string[]): CheckReport => ({
      ...found(["a.js", "x", 1]),
      diagnostics: [
        ...found(["a.js", "x", 1]).diagnostics,
        ...messages.map((message): Diagnostic => ({ severity: "warning", path: "a.js", message })),
      ],
    });
    expect(judge([warned("u")], [warned("u", "v", "w")], { goal: "unharmed" })).toMatchObject({
      status: "unverified",
      fresh: [],
    });
  });

  test("do not keep tests from proving what was asked for", () => {
    const tests = (...red: string[]) => pytest(red.length > 0 ? "failed" : "passed", 3 - red.length, ...red);
    expect(judge([at(0), tests("a")], [at(5), tests()], { goal: "green" })).toMatchObject({
      status: "verified",
      reason: "All 3 tests pass; lint is as red as it was.",
    });
    expect(judge([at(0), tests()], [at(5), tests()], { goal: "green" }).status).toBe("verified");
    expect(judge([at(0), tests()], [at(5), tests()], { goal: ["lint"] }).status).toBe("failed");
    expect(
      judge([at(0), tests("a")], [found(["a.js", "new", 1]), tests()], { goal: "unharmed" }).status,
    ).toBe("improved");
  });

  test("errors of other files, hidden until now, are no harm", () => {
    const was = found(["a.c", "no such name", 3]);
    const now = found(["b.c", "missing ;", 1], ["b.c", "no such type", 9]);
    const judged = (reports: CheckReport[], changed: string[], goal: "green" | "unharmed" = "green") =>
      judge([was], reports, { goal, changed }).status;
    expect(judged([now], ["a.c"])).toBe("improved");
    expect(judged([{ ...now, status: "error" }], ["a.c"])).toBe("failed");
    // They may be the change's own, or the old one is still there.
    expect(judged([now], ["a.c", "b.c"])).toBe("failed");
    expect(judged([now], ["a.c"], "unharmed")).toBe("failed");
    expect(judged([{ ...now, diagnostics: [...was.diagnostics, ...now.diagnostics] }], ["a.c"])).toBe(
      "failed",
    );
    const more = found(["a.c", "no such name either", 3], ["a.c", "nor this", 4]);
    expect(judged([more], ["a.c"])).toBe("failed");
  });

  test("a build that the change breaks before the tests run is no progress, however few errors it has", () => {
    const was = found(["a_test.c", "FAILED: x", 3], ["a_test.c", "FAILED: y", 4]);
    const judged = (now: CheckReport) => judge([was], [now], { goal: "green", changed: ["a.c"] }).status;
    expect(judged(found(["a.c", "no such name", 1]))).toBe("failed");
    expect(judged(found(["a_test.c", "FAILED: y", 4]))).toBe("improved");
    expect(judged(found(["a_test.c", "FAILED: z", 4]))).toBe("improved");
  });

  test("a build that breaks in fewer places is better", () => {
    const broken = (...messages: string[]): CheckReport => ({
      ...command("error", ...messages),
      passed: 0,
      failed: 0,
    });
    expect(judge([broken("x", "y")], [broken("y")], { goal: "green" }).status).toBe("improved");
    expect(judge([broken("x")], [broken("x")], { goal: "green" }).status).toBe("failed");
    const hung = { ...command("timeout", "x"), diagnostics: [] };
    expect(judge([command("timeout", "x")], [hung], { goal: "green" }).status).toBe("failed");
  });
});

test("score: what the compiler refutes stands below all that ran tests, what does not parse below that", () => {
  const before = [command("passed"), pytest("failed", 2, "a")];
  const worst = judge(before, [command("passed"), pytest("failed", 0, "a", "b", "c")], { goal: "green" });
  const refuted = judge(before, [command("failed", "x")], { goal: "unharmed", unrun: 1 });
  const unread = judge([syntax("passed")], [syntax("failed", "x")], { goal: "green", unrun: 2 });
  expect(worst.score).toBeGreaterThan(refuted.score);
  expect(refuted.score).toBeGreaterThan(unread.score);
});

describe("a change that renames", () => {
  const text = (name: string, more = ""): string =>
    `from calc import ${name}\ndef test_${name}():\n    assert ${name}(1) == 2${more}\n`;
  const tests = (path: string, name: string, more = "") => ({ path, before: null, after: text(name, more) });
  const inPlace = [
    { path: "tests/test_calc.py", before: text("plus"), after: text("add") },
    { path: "calc.py", before: "def plus(a): return a\n", after: "def add(a): return a\n" },
  ];
  const red = (...ids: string[]) => pytest("failed", 3, ...ids);
  const judged = (
    changes: Parameters<typeof renamer>[0],
    was: CheckReport,
    now: CheckReport,
    goal: "unharmed" | string[],
  ) => {
    const before = renamer(changes)([was], [now]);
    const ids = Array.isArray(goal) ? renamedIds(goal, [was], before) : goal;
    return judge(before, [now], { goal: ids }).status;
  };

  test("a red test under its new name is no new one, and not green by that", () => {
    const [was, now] = [red("tests/test_calc.py::test_plus"), red("tests/test_calc.py::test_add")];
    expect(judged([], was, now, "unharmed")).toBe("failed");
    expect(judged(inPlace, was, now, "unharmed")).toBe("unverified");
    expect(judged(inPlace, was, now, ["tests/test_calc.py::test_plus"])).toBe("failed");
    expect(judged(inPlace, was, pytest("passed", 4), ["tests/test_calc.py::test_plus"])).toBe("verified");
  });

  test("a file that moves takes its tests along, by path or by module", () => {
    const moved = [
      { path: "tests/test_calc.py", before: text("plus"), after: null },
      tests("tests/test_sums.py", "plus"),
    ];
    const path = (name: string) => red(`tests/${name}.py::test_plus`);
    expect(judged(moved, path("test_calc"), path("test_sums"), "unharmed")).toBe("unverified");
    const module = (name: string) => red(`tests.${name}.Case.test_plus`);
    expect(judged(moved, module("test_calc"), module("test_sums"), "unharmed")).toBe("unverified");
    const other = [
      { path: "tests/test_calc.py", before: text("plus"), after: null },
      tests("tests/test_sums.py", "plus", " or x"),
    ];
    expect(judged(other, path("test_calc"), path("test_sums"), "unharmed")).toBe("failed");
  });

  test("a name that becomes another in some places only is no rename", () => {
    const changes = [{ path: "t.py", before: "a = plus\nb = plus\n", after: "a = add\nb = plus\n" }];
    expect(judged(changes, red("t.py::plus"), red("t.py::add"), "unharmed")).toBe("failed");
  });

  test("what passed and fails under another name is broken all the same", () => {
    const was = red("tests/test_calc.py::test_other");
    expect(judged(inPlace, was, red("tests/test_calc.py::test_add"), "unharmed")).toBe("failed");
  });
});
