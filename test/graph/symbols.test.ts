/** What `parse` reads from one file of each language: symbols and syntax errors. */
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { GRAMMARS } from "../../grammars/manifest.ts";
import { languageOf } from "../../src/graph/syntax/languages.ts";
import { parse } from "../../src/graph/syntax/parse.ts";

const fixture = (path: string): string =>
  readFileSync(join(import.meta.dir, "fixtures", `${path}.txt`), "utf8");

const GOLDEN: Record<string, { symbols: string[] }> = {
  "Stack.cs": {
    symbols: [
      "module App 4-30",
      "interface App.INamed 6-9",
      "method App.INamed.Name 8-8",
      "class App.Stack 11-27",
      "variable App.Stack.Count 13-13",
      "method App.Stack.Stack 15-18",
      "method App.Stack.Name 20-21",
      "method App.Stack.Push 23-26",
      "enum App.Mode 29-29",
    ],
  },
  "Stack.java": {
    symbols: [
      "class Stack 7-26",
      "method Stack.Stack 10-12",
      "method Stack.toString 14-17",
      "enum Stack.Mode 19-25",
      "method Stack.Mode.code 22-24",
      "interface Named 28-30",
      "method Named.name 29-29",
      "class Point 32-32",
    ],
  },
  "Stack.php": {
    symbols: [
      "variable LIMIT 7-7",
      "function helper 9-13",
      "interface Named 15-18",
      "method Named.name 17-17",
      "class Stack 20-28",
      "method Stack.name 24-27",
      "interface Loud 30-33",
      "method Loud.shout 32-32",
    ],
  },
  "Stack.kt": {
    symbols: [
      "variable LIMIT 6-6",
      "type Name 8-8",
      "interface Named 11-14",
      "variable Named.label 12-12",
      "method Named.name 13-13",
      "class Stack 16-40",
      "method Stack.of 19-21",
      "variable Stack.label 24-25",
      "method Stack.constructor 27-29",
      "method Stack.push 32-37",
      "method Stack.name 39-39",
      "enum Mode 42-47",
      "method Mode.other 46-46",
      "class Registry 49-51",
      "variable Registry.all 50-50",
      "method String.shout 53-57",
    ],
  },
  "Stack.scala": {
    symbols: [
      "interface Named 7-10",
      "method Named.label 8-8",
      "method Named.name 9-9",
      "class Stack 12-29",
      "variable Stack.label 14-14",
      "method Stack.this 16-18",
      "method Stack.push 21-26",
      "method Stack.name 28-28",
      "class Stack 31-40",
      "variable Stack.Limit 32-32",
      "type Stack.Name 33-33",
      "method Stack.of 35-39",
      "class Point 42-42",
      "enum Mode 44-50",
      "method Mode.other 48-50",
      "method String.shout 53-53",
      "function twice 55-57",
    ],
  },
  "Stack.swift": {
    symbols: [
      "variable limit 4-4",
      "type Name 6-6",
      "interface Named 9-12",
      "variable Named.label 10-10",
      "method Named.name 11-11",
      "class Stack 14-31",
      "variable Stack.items 15-15",
      "variable Stack.label 16-16",
      "method Stack.init 18-20",
      "method Stack.push 23-28",
      "method Stack.name 30-30",
      "class Point 33-35",
      "variable Point.x 34-34",
      "enum Mode 37-49",
      "method Mode.other 41-48",
      "method Stack.names 52-54",
      "function shout 57-61",
    ],
  },
  "ci.yaml": {
    symbols: [
      "variable name 2-2",
      "module on 3-6",
      "module on.push 4-5",
      "variable on.pull_request 6-6",
      "module env 8-9",
      "variable env.CI 9-9",
      "module jobs 11-25",
      "module jobs.test 12-21",
      "module jobs.lint 22-25",
      "variable notes 27-29",
      "variable kind 31-31",
    ],
  },
  "guide.md": {
    symbols: [
      "module The stack guide 5-32",
      "module The stack guide.Install 9-19",
      "module The stack guide.Install.From source 16-19",
      "module The stack guide.Usage 21-32",
      "module Licence 34-36",
    ],
  },
  "project.toml": {
    symbols: [
      "variable title 2-2",
      "variable owner.name 3-3",
      "module project 5-10",
      "module project.scripts 12-13",
      "module tool.ruff.lint 15-16",
      "module tool.mypy.overrides 18-19",
      "module tool.mypy.overrides 21-22",
    ],
  },
  "schema.sql": {
    symbols: [
      "type shop.mode 4-4",
      "class shop.users 6-10",
      "class order items 12-15",
      "variable users_name 17-17",
      "class shop.active 19-23",
      "function shop.add_user 25-30",
      "function users_audit 32-34",
    ],
  },
  "stack.lua": {
    symbols: [
      "variable base 2-2",
      "variable LIMIT 5-5",
      "variable Stack 7-7",
      "variable Stack.__index 8-8",
      "method Stack.new 11-15",
      "method Stack.push 18-23",
      "method Stack.pop 25-27",
      "function shout 29-33",
      "variable handlers 35-40",
      "method handlers.on_push 36-38",
    ],
  },
  "data.json": { symbols: ["variable name 2-2", "variable scripts 3-3", "variable list 4-4"] },
  "page.html": { symbols: ["module main 5-7", "module main.about 6-6"] },
  "run.sh": {
    symbols: ["variable LIMIT 4-4", "function greet 6-9", "function leave 11-13"],
  },
  "stack.c": {
    symbols: [
      "variable LIMIT 4-4",
      "function SQUARE 5-5",
      "class node 7-10",
      "class stack 12-14",
      "enum mode 16-16",
      "variable counter 18-18",
      "function make 20-23",
      "function main 25-27",
    ],
  },
  "stack.cpp": {
    symbols: [
      "module app 3-23",
      "class app.Stack 5-15",
      "method app.Stack.Stack 8-8",
      "method app.Stack.~Stack 9-9",
      "method app.Stack.push 10-10",
      "enum app.Mode 17-17",
      "function app.pick 19-21",
      "method app.Thing.run 25-28",
      "type Name 30-30",
    ],
  },
  "stack.go": {
    symbols: [
      "variable Limit 8-8",
      "variable first 10-10",
      "variable second 10-10",
      "class Stack 13-15",
      "type ID 18-18",
      "interface Named 19-21",
      "function New 24-26",
      "method Stack.Push 28-31",
      "method Pair.Swap 33-35",
    ],
  },
  "stack.js": {
    symbols: [
      "variable path 2-2",
      "function add 5-8",
      "function twice 10-12",
      "variable LIMIT 14-14",
      "class Stack 16-28",
      "method Stack.constructor 19-21",
      "method Stack.push 23-25",
      "method Stack.pop 27-27",
      "function numbers 30-32",
      "function legacy 34-36",
      "variable table 38-42",
      "method table.run 39-41",
    ],
  },
  "stack.py": {
    symbols: [
      "variable LIMIT 7-7",
      "class Stack 10-24",
      "method Stack.top 15-17",
      "method Stack.push 19-24",
      "function Stack.push.check 20-21",
      "function load 27-32",
    ],
  },
  "stack.rb": {
    symbols: [
      "variable LIMIT 4-4",
      "module App 6-26",
      "class App.Stack 7-25",
      "method App.Stack.initialize 10-12",
      "method App.Stack.make 14-14",
      "method App.Stack.empty? 16-18",
      "method App.Stack.build 21-23",
      "function helper 28-32",
    ],
  },
  "stack.rs": {
    symbols: [
      "variable LIMIT 4-4",
      "class Stack 6-10",
      "enum Kind 12-15",
      "interface Named 17-22",
      "method Named.name 18-18",
      "method Named.twice 19-21",
      "method Stack.push 25-28",
      "method Kind.fmt 32-34",
      "function square 37-41",
      "module inner 43-45",
      "function inner.deep 44-44",
    ],
  },
  "stack.ts": {
    symbols: [
      "interface Shape 4-6",
      "method Shape.area 5-5",
      "type Name 8-8",
      "enum Color 10-12",
      "class Stack 14-24",
      "method Stack.push 18-21",
      "method Stack.area 23-23",
      "class Base 26-28",
      "method Base.run 27-27",
      "function main 30-32",
      "function pick 34-34",
      "function pick 35-35",
      "function pick 36-38",
      "module Inner 40-42",
      "function Inner.deep 41-41",
      "function handler 44-46",
    ],
  },
  "style.css": {
    symbols: ["class :root 3-5", "class .button:hover, #send 7-10", "type spin 12-14"],
  },
  "view.tsx": {
    symbols: ["interface Props 3-5", "function Hello 7-14", "function List 16-16"],
  },
};

for (const [path, golden] of Object.entries(GOLDEN)) {
  test(`symbols of ${path}`, async () => {
    const parsed = await parse(path, fixture(path));
    expect(parsed?.errors).toEqual([]);
    const symbols = parsed?.symbols.map((s) => `${s.kind} ${s.name} ${s.lines.start}-${s.lines.end}`);
    expect({ symbols }).toEqual(golden);
  });
}

test("every language of the manifest has a fixture", () => {
  const covered = new Set(Object.keys(GOLDEN).map(languageOf));
  expect(GRAMMARS.map(({ id }) => id).filter((id) => !covered.has(id))).toEqual([]);
});

test("signatures are one line without decorators and body", async () => {
  const python = await parse("stack.py", fixture("stack.py"));
  const signature = (name: string) => python?.symbols.find((s) => s.name === name)?.signature;
  expect(signature("Stack.top")).toBe("def top(self)");
  expect(signature("load")).toBe("async def load( path, depth=1, )");
  const typescript = await parse("stack.ts", fixture("stack.ts"));
  expect(typescript?.symbols.find((s) => s.name === "main")?.signature).toBe(
    "export default async function main(args: string[]): Promise<void>",
  );
});

const BROKEN: [path: string, text: string, line: number, message: RegExp][] = [
  ["a.py", "def f(x):\n    return (x + 1\n", 2, /"\(" is never closed/],
  ["a.py", "x = 1\ndef f(x)\n    return 1\n", 2, /Syntax error/],
  ["a.js", "function f() {\n  if (a) {\n    b();\n}\n", 4, /"}" is missing/],
  ["a.ts", "const a: = 1;\n", 1, /Syntax error at/],
  ["a.go", "package a\n\nfunc f() {\n\tx := \n}\n", 4, /Syntax error/],
  ["a.rs", "fn f() {\n    let x = ;\n}\n", 2, /Syntax error at/],
  ["A.java", "class A {\n  int f() { return 1 }\n}\n", 2, /";" is missing/],
  ["a.c", "int f(void) {\n  return 1\n}\n", 2, /";" is missing/],
  ["a.rb", "def f\n  x = (1\nend\n", 2, /Syntax error|never closed/],
  ["a.json", '{"a": [1, 2}\n', 1, /Syntax error|missing|never closed/],
  ["A.kt", "fun f(): Int {\n  return (1\n}\n", 2, /never closed|Syntax error/],
  ["a.swift", "func f() -> Int {\n  return (1\n}\n", 2, /never closed|missing|Syntax error/],
  ["A.scala", "object A {\n  def f = (1\n}\n", 2, /never closed|missing|Syntax error/],
  ["a.lua", "function f()\n  return (1\nend\n", 2, /never closed|missing|Syntax error/],
  ["a.yaml", "a: 1\nb: [1, 2\nc: 3\n", 2, /never closed|missing|Syntax error/],
  ["a.toml", "[a\nb = 1\n", 1, /never closed|missing|Syntax error/],
];

for (const [path, text, line, message] of BROKEN) {
  test(`syntax error in ${path}: ${JSON.stringify(text).slice(0, 40)}`, async () => {
    const parsed = await parse(path, text);
    const [first] = parsed?.errors ?? [];
    expect(first).toMatchObject({ path, line, severity: "error", code: "syntax" });
    expect(first?.message).toMatch(message);
  });
}

test("what the grammar of SQL cannot read is no error: there are more dialects", async () => {
  const parsed = await parse("a.sql", "CREATE DOMAIN d AS text;\nCREATE TABLE t (id INT);\n");
  expect(parsed?.errors).toEqual([]);
  expect(parsed?.symbols.map(({ name }) => name)).toEqual(["t"]);
});

test("at most 20 errors, one a line", async () => {
  const parsed = await parse("a.js", "let = = ;\nfoo(\n".repeat(60));
  const lines = parsed?.errors.map(({ line }) => line) ?? [];
  expect(lines.length).toBeGreaterThan(0);
  expect(lines.length).toBeLessThanOrEqual(20);
  expect(new Set(lines).size).toBe(lines.length);
});

test("no grammar, or too long to parse on the main thread: null", async () => {
  expect(await parse("notes.txt", "hello")).toBeNull();
  expect(await parse("a.py", "x = 1\n".repeat(50_000))).toBeNull();
});

test("languages by extension and by name", () => {
  const paths = ["a/b.PY", "x.d.ts", "x.tsx", "Rakefile", "h.h", "Makefile", "py", ".py", "a.b/c"];
  expect(paths.map(languageOf)).toEqual([
    "python",
    "typescript",
    "tsx",
    "ruby",
    "cpp",
    null,
    null,
    "python",
    null,
  ]);
});
