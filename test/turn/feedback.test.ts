/** What a model is told of a failure: what kind it is, in full, and where in its own code. */
import { expect, test } from "bun:test";
import { briefOf, classOf, firstFailure, regionOf, verdictText } from "../../src/turn/feedback.ts";
import type { CheckReport, Diagnostic, Verdict } from "../../src/types.ts";

const report = (more: Partial<CheckReport>, ...diagnostics: Diagnostic[]): CheckReport => ({
  check: "pytest",
  status: "failed",
  passed: 1,
  failed: diagnostics.length,
  diagnostics,
  summary: "it failed",
  ms: 1,
  ...more,
});
const verdict = (one: CheckReport, fresh: Diagnostic[] = []): Verdict => ({
  status: "failed",
  reports: [one],
  fresh,
  score: 0,
  reason: "pytest is not green",
});
const failing = (more: Partial<Diagnostic>): Diagnostic => ({
  severity: "error",
  message: "x",
  test: "t::a",
  ...more,
});

test.each([
  ["value", {}, failing({ message: "AssertionError: assert 2 == 3" })],
  ["value", {}, failing({ message: "boom", detail: "left: 1\nright: 2" })],
  ["value", {}, failing({ message: "expected: <1> but was: <2>" })],
  ["exception", {}, failing({ message: "NameError: name 'x' is not defined", detail: "> assert f() == 3" })],
  ["exception", {}, failing({ message: "thread 'a' panicked at src/lib.rs:3" })],
  [
    "compile",
    { check: "cargo test", status: "error" },
    failing({ message: "mismatched types", code: "E0308", test: undefined }),
  ],
  ["compile", { check: "go test" }, failing({ message: "undefined: f", test: undefined })],
  ["syntax", { check: "syntax" }, failing({ message: "Syntax error", test: undefined })],
  ["hang", { status: "timeout" }, failing({})],
] as [string, Partial<CheckReport>, Diagnostic][])("%s %j", (kind, more, one) => {
  expect(classOf(verdict(report(more, one)))).toBe(kind as ReturnType<typeof classOf>);
});

test("the new failure comes first, two are told in full, the others in a line", () => {
  const all = [1, 2, 3, 4].map((n) => failing({ test: `t::${n}`, message: `m${n}`, detail: `d${n}` }));
  const fresh = all.slice(2, 3);
  const one = verdict(report({}, ...all), fresh);
  expect(firstFailure(one)).toBe(fresh[0] as Diagnostic);
  expect(verdictText(one)).toBe(
    "pytest is not green\npytest: it failed\n- t::3: m3\n    d3\n- t::1: m1\n    d1\n- t::2: m2\n… and 1 more",
  );
  expect(briefOf(one)).toBe("t::3: m3");
});

test("the region is the innermost place in what the candidate wrote", () => {
  const text = Array.from({ length: 20 }, (_, n) => `line ${n + 1}`).join("\n");
  const change = { path: "a.py", text, base: null };
  const frames = [
    { path: "tests/t.py", line: 3 },
    { path: "a.py", line: 4 },
    { path: "a.py", line: 12 },
    { path: "lib.py", line: 1 },
  ];
  const one = verdict(report({}, failing({ path: "lib.py", line: 1, frames })));
  const region = regionOf({ changes: [change], origin: "model", summary: "" }, one);
  expect(region).toContain("> 12 | line 12");
  expect(region).not.toContain("line 4\n");
  expect(regionOf({ changes: [{ ...change, path: "b.py" }], origin: "model", summary: "" }, one)).toBe("");
});
