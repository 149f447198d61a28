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
];

for (const [path, text, line, message] of BROKEN) {
  test(`syntax error in ${path}: ${JSON.stringify(text).slice(0, 40)}`, async () => {
    const parsed = await parse(path, text);
    const [first] = parsed?.errors ?? [];
    expect(first).toMatchObject({ path, line, severity: "error", code: "syntax" });
    expect(first?.message).toMatch(message);
  });
}

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
