/** Which tests a change affects, and which definitions it touches. */
import { describe, expect, test } from "bun:test";
import { affectedTests } from "../../src/graph/affected.ts";
import { changedNames } from "../../src/graph/changed.ts";
import { type Said, tree } from "./tree.ts";

const project: Record<string, Said> = {
  "src/stack.py": { defines: ["class Stack 1-9", "method push 2-4", "method pop 5-7"] },
  "src/app.py": { imports: ["stack: Stack"], defines: ["function fill 2-5"], uses: ["push@3()"] },
  "src/main.py": { imports: ["app: fill"], defines: ["function main 2-5"], uses: ["fill@3()"] },
  "src/free.py": { defines: ["function free 1-2"] },
  "tests/test_stack.py": { imports: ["stack: Stack"], defines: ["function test_pop 2-4"], uses: ["pop@3()"] },
  "tests/test_push.py": {
    imports: ["stack: Stack"],
    defines: ["function test_push 2-4", "function test_more 5-6"],
    uses: ["push@3()", "push@6()"],
  },
  "tests/test_app.py": { imports: ["app: fill"], defines: ["function test_fill 2-4"], uses: ["fill@3()"] },
  "tests/test_main.py": { imports: ["main: main"], defines: ["function test_main 2-4"], uses: ["main@3()"] },
  "tests/test_free.py": { imports: ["free: free"] },
  "tests/conftest.py": { imports: ["stack: Stack"] },
};

const affected = (changed: { path: string; names?: string[] }[], most?: number) =>
  affectedTests(tree(project), changed, most);

describe("affectedTests", () => {
  test("those that use a changed definition first, then those that reach its file", () => {
    const { tests, complete } = affected([{ path: "src/stack.py", names: ["Stack.push"] }]);
    expect(tests).toEqual([
      { path: "tests/test_push.py", names: ["test_push", "test_more"], why: "uses Stack.push" },
      { path: "tests/test_app.py", names: ["test_fill"], why: "uses fill, which uses Stack.push" },
      {
        path: "tests/test_main.py",
        names: ["test_main"],
        why: "uses main, which uses fill, which uses Stack.push",
      },
      { path: "tests/test_stack.py", why: "tests src/stack.py" },
    ]);
    expect(complete).toBe(true);
  });

  test("without names: the test of the file, its importers, and theirs", () => {
    const { tests } = affected([{ path: "src/stack.py" }]);
    expect(tests).toEqual([
      { path: "tests/test_stack.py", why: "tests src/stack.py" },
      { path: "tests/test_push.py", why: "imports src/stack.py" },
      { path: "tests/test_app.py", why: "imports src/app.py, which imports src/stack.py" },
      { path: "tests/test_main.py", why: "imports src/main.py, which leads over 2 imports to src/stack.py" },
    ]);
  });

  test("circles of imports end, and a test of another name imports", () => {
    const circle = tree({
      "src/a.py": { imports: ["b"] },
      "src/b.py": { imports: ["a"] },
      "tests/test_it.py": { imports: ["a"] },
    });
    expect(affectedTests(circle, [{ path: "src/b.py" }]).tests).toEqual([
      { path: "tests/test_it.py", why: "imports src/a.py, which imports src/b.py" },
    ]);
  });

  test("a changed test is affected by itself", () => {
    expect(affected([{ path: "tests/test_free.py" }])).toEqual({
      tests: [{ path: "tests/test_free.py", why: "is changed" }],
      complete: true,
    });
  });

  test("not complete: more than are asked for, what concerns every test, what the graph does not know", () => {
    const few = affected([{ path: "src/stack.py" }], 2);
    expect(few.tests).toHaveLength(2);
    expect(few.complete).toBe(false);
    for (const path of ["tests/conftest.py", "pyproject.toml", "data/table.csv"])
      expect(affected([{ path }]).complete).toBe(false);
  });

  test("tests that stand in the package, or in the file itself", () => {
    const go = tree({ "a/stack.go": {}, "a/other_test.go": {}, "b/b_test.go": {} });
    expect(affectedTests(go, [{ path: "a/stack.go" }]).tests).toEqual([
      { path: "a/other_test.go", why: "is in the package of a/stack.go" },
    ]);
    const rust = tree({ "src/lib.rs": { defines: ["function f 1-2", "module tests 3-9"] }, "src/b.rs": {} });
    expect(affectedTests(rust, [{ path: "src/lib.rs" }]).tests).toEqual([
      { path: "src/lib.rs", why: "is changed" },
    ]);
    expect(affectedTests(rust, [{ path: "src/b.rs" }]).tests).toEqual([]);
  });
});

test("a use at the top of a test file means the whole of it, wherever it stands", () => {
  const files: Record<string, Said> = {
    "src/stack.py": { defines: ["function push 1-2"] },
    "tests/test_a.py": {
      imports: ["stack: push"],
      defines: ["function test_a 2-3", "function test_b 4-5"],
      uses: ["push@3()", "push@8()"],
    },
  };
  const { tests } = affectedTests(tree(files), [{ path: "src/stack.py", names: ["push"] }]);
  expect(tests).toEqual([{ path: "tests/test_a.py", why: "uses push" }]);
});

describe("changedNames", () => {
  const before =
    "import os\n\nclass Stack:\n    def push(self, x):\n        self.items.append(x)\n\n    def pop(self):\n        return 1\n\n\ndef free():\n    return 2\n";

  test("the innermost definitions that are different, new or gone", async () => {
    const names = (after: string) => changedNames("stack.py", before, after);
    expect(await names(before.replace("append(x)", "insert(0, x)"))).toEqual(["Stack.push"]);
    expect(await names(before.replace("class Stack:", "class Stack(list):"))).toEqual(["Stack"]);
    expect(await names(before.replace("def free", "def liberated"))).toEqual(["free", "liberated"]);
    expect(await names(`# moved\n\n${before}`)).toEqual([]);
    expect(await names(before)).toEqual([]);
  });

  test("a file that comes or goes is different in all it has; one without a grammar in nothing", async () => {
    expect(await changedNames("a.py", null, "def f():\n    return 1\n")).toEqual(["f"]);
    expect(await changedNames("a.py", "def f():\n    return 1\n", null)).toEqual(["f"]);
    expect(await changedNames("a.unknown", "x", "y")).toEqual([]);
    expect(await changedNames("a.py", "def f(): pass\n", "x = 1\n".repeat(50_000))).toEqual(["f"]);
  });
});
