/** What names mean where they stand, who imports whom, and which tests belong to which code. */
import { describe, expect, test } from "bun:test";
import { type Said, tree } from "./tree.ts";

/** `certainty path name:line`, for each meaning. */
function meant(files: Record<string, Said | string>, name: string, from: string, line?: number): string[] {
  const { links, index, id, path } = tree(files);
  return links.meaningOf(name, id(from), line).map(({ certainty, file, definition }) => {
    const found = index.definitionsIn(file)[definition];
    return `${certainty}: ${path(file)}:${found?.start}`;
  });
}

const twoStacks: Record<string, Said> = {
  "stack.py": {
    defines: [
      "class Stack 1-9",
      "method push 2-4",
      "method pop 5-7",
      "class Queue 10-19",
      "method push 11-13",
      "method drain 14-19",
      "function make 20-22",
    ],
  },
};

describe("meaningOf", () => {
  test("the same file first; with a line those of the innermost scope around it", () => {
    expect(meant(twoStacks, "push", "stack.py")).toEqual(["same file: stack.py:2", "same file: stack.py:11"]);
    expect(meant(twoStacks, "push", "stack.py", 6)).toEqual(["same file: stack.py:2"]);
    expect(meant(twoStacks, "push", "stack.py", 15)).toEqual(["same file: stack.py:11"]);
    expect(meant(twoStacks, "push", "stack.py", 21)).toEqual([
      "same file: stack.py:2",
      "same file: stack.py:11",
    ]);
    expect(meant(twoStacks, "Stack.pop", "stack.py")).toEqual(["same file: stack.py:5"]);
  });

  test("what is imported by name, through packages that give it on, also all of it", () => {
    const files: Record<string, Said> = {
      "lib/__init__.py": { imports: [".core: load", ".more: *"] },
      "lib/core.py": { defines: ["function load 1-2"] },
      "lib/more.py": { imports: [".deep: *"] },
      "lib/deep.py": { defines: ["function save 1-2"] },
      "other.py": { defines: ["function load 3-4", "function save 5-6"] },
      "near.py": { defines: ["function save 7-8"] },
      "use.py": { imports: ["near", "lib: load, save"] },
    };
    expect(meant(files, "load", "use.py")).toEqual(["imported: lib/core.py:1"]);
    expect(meant(files, "save", "use.py")).toEqual(["imported: lib/deep.py:1"]);
  });

  test("circles of imports end", () => {
    const files: Record<string, Said> = {
      "a/__init__.py": { imports: ["b: *"] },
      "b/__init__.py": { imports: ["a: *"] },
      "c.py": { imports: ["a: thing"] },
      "d/d.py": { defines: ["function thing 1-2"] },
    };
    expect(meant(files, "thing", "c.py")).toEqual(["only one: d/d.py:1"]);
  });

  test("an import by name counts more than a method of the same name in the file itself", () => {
    const files: Record<string, Said> = {
      "io.ts": { defines: ["function write 1-2"] },
      "own.ts": { imports: ["./io: write"], defines: ["class Log 2-9", "method write 3-4"] },
      "top.ts": { imports: ["./io: write"], defines: ["function write 2-4"] },
    };
    expect(meant(files, "write", "own.ts")).toEqual(["imported: io.ts:1"]);
    expect(meant(files, "write", "top.ts")).toEqual(["same file: top.ts:2"]);
  });

  test("members of what is imported, in the fewest steps", () => {
    const files: Record<string, Said> = {
      "index.ts": { imports: ["./near: Near", "./zfar: *"] },
      "near.ts": { defines: ["class Near 1-9", "method close 2-3"] },
      "zfar.ts": { defines: ["class Far 1-9", "method close 5-6"] },
      "use.ts": { imports: ["./near: Near", "./index: Far"] },
      "beside.ts": { defines: ["class Beside 1-9", "method close 7-8"] },
    };
    expect(meant(files, "close", "use.ts")).toEqual(["imported: near.ts:2"]);
  });

  test("a header stands for its source", () => {
    const files: Record<string, Said> = {
      "include/list.h": {},
      "src/list.c": { defines: ["function list_add 3-9"] },
      "other/x.c": { defines: ["function list_add 1-2"] },
      "app/main.c": { imports: ["list.h: *"] },
    };
    expect(meant(files, "list_add", "app/main.c")).toEqual(["imported: src/list.c:3"]);
  });

  test("then the package, the only one, and the rest; what is vendored or generated last", () => {
    const files: Record<string, Said> = {
      "p/a.go": {},
      "p/b.go": { defines: ["function Open 1-2"] },
      "q/c.go": { defines: ["function Open 1-2", "function Only 3-4"] },
      "r/d.go": { defines: ["function Many 1-2"] },
      "s/e.go": { defines: ["function Many 1-2"] },
      "a_third/f.go": { defines: ["function Only 9-9", "function Many 9-9"], kind: "vendored" },
    };
    expect(meant(files, "Open", "p/a.go")).toEqual(["same package: p/b.go:1"]);
    expect(meant(files, "Only", "p/a.go")).toEqual(["only one: q/c.go:3"]);
    expect(meant(files, "Many", "p/a.go")).toEqual([
      "same name: r/d.go:1",
      "same name: s/e.go:1",
      "same name: a_third/f.go:9",
    ]);
    expect(meant(files, "Nothing", "p/a.go")).toEqual([]);
  });

  test("another language is not meant, one of the family is", () => {
    const files: Record<string, Said> = {
      "a.py": { defines: ["function render 1-2"] },
      "web/b.ts": { defines: ["function render 1-2"] },
      "c.js": {},
      "d.go": {},
    };
    expect(meant(files, "render", "c.js")).toEqual(["only one: web/b.ts:1"]);
    expect(meant(files, "render", "d.go")).toEqual([]);
  });

  test("what is taken from another project, and a module itself, is no definition of that name", () => {
    const files: Record<string, Said> = {
      "lib/paths.py": { defines: ["function join 1-2"] },
      "lib/models.py": { defines: ["class User 1-2"] },
      "far/checks.py": { defines: ["variable models 1-1"] },
      "app/use.py": { imports: ["os.path: join", "lib: models"] },
      "app/own.py": { imports: ["os.path: join"], defines: ["class Own 1-5", "method join 2-3"] },
    };
    expect(meant(files, "join", "app/use.py")).toEqual([]);
    expect(meant(files, "models", "app/use.py")).toEqual([]);
    expect(meant(files, "User", "app/use.py")).toEqual(["imported: lib/models.py:1"]);
    expect(meant(files, "join", "app/own.py")).toEqual(["same file: app/own.py:2"]);
  });

  test("at most 32", () => {
    const many = Object.fromEntries(
      Array.from({ length: 90 }, (_, at): [string, Said] => [
        `m${at}/f.py`,
        { defines: ["function run 1-2"] },
      ]),
    );
    expect(meant({ ...many, "x/y.py": {} }, "run", "x/y.py")).toHaveLength(32);
  });
});

test("importers are the reverse of imports, each once, never the file itself", () => {
  const { links, id, path } = tree({
    "a.py": { imports: ["b: x", "b: y", "c"] },
    "b.py": { imports: ["b", "c"] },
    "c.py": {},
  });
  expect(links.importersOf(id("b.py")).map(path)).toEqual(["a.py"]);
  expect(links.importersOf(id("c.py")).map(path)).toEqual(["a.py", "b.py"]);
  expect(links.importersOf(id("a.py"))).toEqual([]);
});

describe("tests", () => {
  const project: Record<string, Said> = {
    "src/stack.py": { defines: ["class Stack 1-9", "method push 2-4"], imports: ["base"] },
    "src/base.py": { defines: ["class Base 1-2"] },
    "src/alone.py": { defines: ["function alone 1-2"] },
    "src/app.py": { imports: ["stack: Stack"] },
    "tests/conftest.py": { imports: ["stack: Stack"] },
    "tests/test_app.py": { imports: ["app"] },
    "tests/test_other.py": {
      imports: ["stack: Stack"],
      defines: ["function test_it 2-5", "function unused 6-7"],
      uses: ["Stack@3()", "push@4()"],
    },
    "tests/test_stack.py": {
      imports: ["stack: Stack"],
      defines: ["class TestStack 2-9", "method test_push 3-5", "method test_pop 6-8"],
      uses: ["push@4()", "Stack@7()"],
    },
    "tests/test_alone.py": {},
  };

  test("of a file: its namesake, who imports it, then who imports that", () => {
    const { links, id, path } = tree(project);
    const of = (file: string) => links.testsOf(id(file)).map(path);
    expect(of("src/stack.py")).toEqual(["tests/test_stack.py", "tests/test_other.py", "tests/test_app.py"]);
    expect(of("src/base.py")).toEqual(["tests/test_other.py", "tests/test_stack.py", "tests/test_app.py"]);
    expect(of("src/alone.py")).toEqual(["tests/test_alone.py"]);
    expect(of("tests/test_stack.py")).toEqual([]);
  });

  test("what a test file is about", () => {
    const { links, id, path } = tree(project);
    const about = (file: string) => links.testedBy(id(file)).map(path);
    expect(about("tests/test_stack.py")).toEqual(["src/stack.py"]);
    expect(about("tests/test_other.py")).toEqual(["src/stack.py"]);
    expect(about("tests/test_alone.py")).toEqual(["src/alone.py"]);
    expect(about("src/stack.py")).toEqual([]);
  });

  test("of a symbol: the test functions whose body uses it", () => {
    const { links, id, path, index } = tree(project);
    const of = (name: string) =>
      links
        .testsOfSymbol(id("src/stack.py"), name)
        .map(({ file, line, within }) => `${path(file)}:${line} ${index.definitionsIn(file)[within]?.name}`);
    expect(of("Stack.push")).toEqual(["tests/test_other.py:4 test_it", "tests/test_stack.py:4 test_push"]);
    expect(of("Stack")).toEqual(["tests/test_other.py:3 test_it", "tests/test_stack.py:7 test_pop"]);
    expect(of("Queue.push")).toEqual([]);
    // Two of the name, and nothing that leads to one of them.
    const same = tree({
      "a/x.py": { defines: ["function run 1-2"] },
      "b/y.py": { defines: ["function run 1-2"] },
      "tests/test_run.py": { defines: ["function test_run 1-3"], uses: ["run@2()"] },
    });
    expect(same.links.testsOfSymbol(same.id("a/x.py"), "run")).toEqual([]);
  });

  test("the usual names of other languages, those of the nearest folders", () => {
    const { links, id, path } = tree({
      "pkg/stack.go": {},
      "pkg/stack_test.go": {},
      "web/src/a/view.ts": {},
      "web/src/b/view.ts": {},
      "web/tests/a/view.spec.ts": {},
      "web/tests/b/view.spec.ts": {},
      "core/src/main/java/x/Stack.java": {},
      "core/src/test/java/x/StackTest.java": {},
      "lib/stack.rb": {},
      "spec/stack_spec.rb": {},
    });
    const of = (file: string) => links.testsOf(id(file)).map(path);
    expect(of("pkg/stack.go")).toEqual(["pkg/stack_test.go"]);
    expect(of("web/src/a/view.ts")).toEqual(["web/tests/a/view.spec.ts"]);
    expect(of("web/src/b/view.ts")).toEqual(["web/tests/b/view.spec.ts"]);
    expect(of("core/src/main/java/x/Stack.java")).toEqual(["core/src/test/java/x/StackTest.java"]);
    expect(of("lib/stack.rb")).toEqual(["spec/stack_spec.rb"]);
    expect(links.testedBy(id("spec/stack_spec.rb")).map(path)).toEqual(["lib/stack.rb"]);
  });

  test("names in common, where neither imports nor names of files say anything", () => {
    const { links, id, path } = tree({
      "R/sums.lua": { language: "lua", defines: ["function total_of 1-2", "function mean_of 3-4"] },
      "R/rest.lua": { language: "lua", defines: ["function other_of 1-2"] },
      "tests/all_test.lua": { language: "lua", uses: ["total_of@1()", "mean_of@2()", "other_of@3()"] },
    });
    expect(links.testsOf(id("R/sums.lua")).map(path)).toEqual(["tests/all_test.lua"]);
    expect(links.testsOf(id("R/rest.lua"))).toEqual([]);
    expect(links.testedBy(id("tests/all_test.lua")).map(path)).toEqual(["R/sums.lua"]);
  });
});

test("links of ten thousand files cost nothing until they are asked, and one file little", () => {
  const many = Object.fromEntries(
    Array.from({ length: 10_000 }, (_, at): [string, Said] => [
      `app/p${at % 100}/m${at}.py`,
      { imports: [`app.p${(at + 1) % 100}.m${(at + 1) % 10_000}: f`, "os"], defines: ["function f 1-2"] },
    ]),
  );
  const { index } = tree(many);
  const { links } = tree(many);
  const began = performance.now();
  const [first] = links.importsOf(0);
  expect(first?.files).toHaveLength(1);
  expect(performance.now() - began).toBeLessThan(200);
  expect(index.files).toHaveLength(10_000);
});
