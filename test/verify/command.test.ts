/** Checks that are command lines: the exit code judges, and what tools print is read for places in the workspace. */
import { describe, expect, test } from "bun:test";
import { readDiagnostics } from "../../src/verify/command.ts";
import { project } from "./place.ts";

describe("a command", () => {
  test("passes with code 0 and fails otherwise, with the last line as its reason", async () => {
    const one = project({ "a.txt": "" });
    expect(await one.report({ check: "echo 1.c:1: error: not mine" })).toMatchObject({
      status: "passed",
      passed: null,
      failed: null,
      diagnostics: [],
    });
    expect(await one.report({ check: "echo went wrong; exit 2" })).toMatchObject({
      status: "failed",
      summary: "It exited with code 2: went wrong",
    });
    expect(await one.report({ check: "echo src/a.c:3:7: error: no such thing; exit 1" })).toMatchObject({
      status: "failed",
      diagnostics: [{ path: "src/a.c", line: 3, column: 7, severity: "error", message: "no such thing" }],
      summary: "src/a.c: no such thing",
    });
  });

  test("that is missing is unavailable; that hangs times out; that crashes failed", async () => {
    const one = project({ "a.txt": "" });
    expect(await one.report({ check: "no-such-program-here" })).toMatchObject({ status: "unavailable" });
    expect(await one.report({ check: "sleep 30", timeoutMs: 300 })).toMatchObject({ status: "timeout" });
    expect(await one.report({ check: "kill -SEGV $$" })).toMatchObject({ status: "failed" });
  });

  test("takes the place of what would be found, and so do the project's", async () => {
    const one = project({ "test_a.py": "" });
    expect((await one.detect({ check: "true" })).map(({ id }) => id)).toEqual(["check"]);
    const project2 = [
      { id: "lint", command: "true" },
      { id: "unit", command: "false" },
    ];
    const named = await one.detect({ project: project2 });
    expect(named.map(({ id, shown }) => [id, shown])).toEqual([
      ["lint", "true"],
      ["unit", "false"],
    ]);
    expect(await project({ "a.txt": "" }).detect()).toEqual([]);
  });
});

describe("diagnostics", () => {
  const where = { root: "/w", cwd: "/w" };
  const read = (text: string) =>
    readDiagnostics(text, where).map(({ path, line, severity, code, message }) =>
      [path, line, severity, code ?? "-", message].join(" "),
    );

  test("of compilers and linters", () => {
    expect(read("src/a.ts(3,5): error TS2322: Type 'a' is wrong.")).toEqual([
      "src/a.ts 3 error TS2322 Type 'a' is wrong.",
    ]);
    expect(
      read("/w/a.c:1:2: warning: unused\n/w/a.c:1:2: note: here\n/usr/include/x.h:3:1: error: no"),
    ).toEqual(["a.c 1 warning - unused"]);
    expect(read("./x.go:4:2: undefined: foo")).toEqual(["x.go 4 error - undefined: foo"]);
    expect(read("[ERROR] /w/src/A.java:[7,9] cannot find symbol")).toEqual([
      "src/A.java 7 error - cannot find symbol",
    ]);
    expect(read("error[E0308]: mismatched types\n  --> src/lib.rs:2:5\n   |")).toEqual([
      "src/lib.rs 2 error - error[E0308]: mismatched types",
    ]);
    expect(read("\x1b[31ma.py:3: error: red\x1b[0m")).toEqual(["a.py 3 error - red"]);
  });

  test("of stacks: one each, the innermost frame inside the workspace", () => {
    const python = `Traceback (most recent call last):
  File "/w/a.py", line 1, in <module>
    f()
  File "/w/b.py", line 2, in f
    g()
  File "/usr/lib/python3/json.py", line 9, in g
    h()
ValueError: bad`;
    expect(read(`${python}\n${python.replace("bad", "worse")}`)).toEqual([
      "b.py 2 error - ValueError: bad",
      "b.py 2 error - ValueError: worse",
    ]);
    const node = `TypeError: x is not a function
    at inner (/w/node_modules/p/i.js:1:1)
    at f (/w/src/a.js:5:3)
    at file:///w/src/b.js:9:1
    at node:internal/main:3:1`;
    expect(read(node)).toEqual(["src/a.js 5 error - TypeError: x is not a function"]);
  });

  test("times, addresses and places elsewhere are none", () => {
    expect(
      read("12:30:05 started\nhttp://localhost:80: up\n../other/a.c:1: error: x\n/etc/a.c:1: error: x"),
    ).toEqual([]);
  });
});

test("a diagnostic of a stack holds its frames, outermost first, and the whole of what was said", () => {
  const text = `Traceback (most recent call last):
  File "/w/a.py", line 1, in <module>
    f()
  File "/w/b.py", line 2, in f
    g()
ValueError: bad
and more

AssertionError [ERR_ASSERTION]: Expected values to be strictly equal:

1 !== 2

    at inner (node:assert:1:1)
    at f (/w/src/a.js:5:3)
    at async file:///w/src/b%20c.js:9:1`;
  expect(readDiagnostics(text, { root: "/w", cwd: "/w" })).toMatchObject([
    {
      detail: "ValueError: bad\nand more",
      frames: [
        { path: "a.py", line: 1 },
        { path: "b.py", line: 2 },
      ],
    },
    { path: "src/a.js", line: 5, detail: expect.stringContaining("strictly equal:\n\n1 !== 2") },
  ]);
});
