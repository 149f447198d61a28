/** Folding keeps whole syntax nodes: the result parses, what is kept is there in full. */
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "../../src/graph/syntax/parse.ts";
import { type FoldOptions, fold } from "../../src/graph/text/fold.ts";
import { view } from "../../src/graph/text/view.ts";
import { estimateTokens } from "../../src/model/estimate.ts";

const fixture = (path: string): string =>
  readFileSync(join(import.meta.dir, "fixtures", `${path}.txt`), "utf8");

async function folded(path: string, text: string, options: FoldOptions): Promise<string | null> {
  const parsed = await parse(path, text);
  if (!parsed) throw new Error(`no grammar for ${path}`);
  return fold(parsed, options);
}

const PYTHON = `import os


class Stack:
    def push(self, item):
        """Doc."""
        check(item)
        self.items.append(item)

    def pop(self):
        if self.items:
            return self.items.pop()
        return None


def short():
    return 1


def long(a):
    a += 1
    a += 2
    return a
`;

const DOC = /"""Doc[\s\S]*?append\(item\)/;
const LONG = /a \+= 1[\s\S]*return a/;
const LINE = "...  # 3 lines folded";

test("what fits is whole; else bodies become one line, the least relevant first, and the kept one is whole", async () => {
  const keep = ["Stack.pop"];
  expect(await folded("a.py", PYTHON, { keep, most: 140 })).toBe(PYTHON);
  expect(await folded("a.py", PYTHON, { keep, most: 98 })).toBe(PYTHON.replace(LONG, LINE));
  expect(await folded("a.py", PYTHON, { keep, most: 92, order: ["long"] })).toBe(PYTHON.replace(DOC, LINE));
  expect(await folded("a.py", PYTHON, { keep, most: 86 })).toBe(
    PYTHON.replace(DOC, LINE).replace(LONG, LINE),
  );
  expect(await folded("a.py", PYTHON, { keep: ["push"], most: 95 })).toContain("self.items.append(item)");
});

test("too long: whole symbols go, with a word on how many, and never the kept one", async () => {
  const text = await folded("a.py", PYTHON, { keep: ["Stack.pop"], most: 66 });
  expect(text).toBe(`import os


class Stack:
    # … 1 definition left out
    def pop(self):
        if self.items:
            return self.items.pop()
        return None


# … 2 definitions left out
`);
  expect((await parse("a.py", text ?? "("))?.errors).toEqual([]);
  expect(await folded("a.py", PYTHON, { keep: ["Stack.pop"], most: 20 })).toBeNull();
  expect(await folded("a.py", PYTHON, { keep: [], most: 10 })).toBeNull();
});

test("braces and keywords have their own placeholders", async () => {
  const js = "function f(a) {\n  a(1, 2, 3, 4, 5, 6);\n  return a;\n}\n\nconst x = 1;\n";
  expect(await folded("a.js", js, { keep: [], most: 38 })).toBe(
    "function f(a) { /* 4 lines folded */ }\n\nconst x = 1;\n",
  );
  const ruby = "def f(a)\n  a(1, 2, 3)\n  b(1, 2, 3)\n  c(1, 2, 3)\nend\n";
  expect(await folded("a.rb", ruby, { keep: [], most: 20 })).toBe("def f(a)\n  # 3 lines folded\nend\n");
  const bash = "f() {\n  a 1 2 3\n  b 1 2 3\n}\n";
  expect(await folded("a.sh", bash, { keep: [], most: 20 })).toBe("f() { : 4 lines folded; }\n");
});

test("one of several things declared together is not left out alone", async () => {
  const js = "const a = [\n  1,\n],\n  b = 2;\n\nfunction f() {\n  return a;\n}\n";
  for (let most = 60; most > 10; most -= 2) {
    const text = await folded("a.js", js, { keep: ["f"], most });
    if (text !== null) expect((await parse("a.js", text))?.errors).toEqual([]);
  }
});

for (const path of [
  "stack.py",
  "stack.js",
  "stack.ts",
  "view.tsx",
  "stack.go",
  "stack.rs",
  "Stack.java",
  "stack.c",
  "stack.cpp",
  "Stack.cs",
  "stack.rb",
  "Stack.php",
  "run.sh",
  "style.css",
  "data.json",
  "page.html",
  "Stack.kt",
  "Stack.swift",
  "Stack.scala",
  "stack.lua",
  "schema.sql",
  "ci.yaml",
  "project.toml",
  "guide.md",
]) {
  test(`${path} in any room still parses and keeps what is named`, async () => {
    const text = fixture(path);
    const parsed = await parse(path, text);
    const tops = parsed?.definitions.filter(({ parent }) => parent === null) ?? [];
    for (const { symbol, start, end } of tops)
      for (let most = estimateTokens(text); most > 0; most -= 30) {
        const result = await folded(path, text, { keep: [symbol.name], most });
        if (result === null) continue;
        expect(estimateTokens(result)).toBeLessThanOrEqual(most);
        expect(result).toContain(text.slice(start, end));
        expect([symbol.name, most, (await parse(path, result))?.errors]).toEqual([symbol.name, most, []]);
      }
  });

  test(`${path} as a view of any line in any room is whole nodes of the file`, async () => {
    const text = fixture(path);
    const parsed = await parse(path, text);
    if (parsed === null) throw new Error(`no grammar for ${path}`);
    const own = new Set(text.split("\n").map((line) => line.replace(/,$/, "")));
    let shown = 0;
    for (let line = 1; line < text.split("\n").length; line += 5)
      for (let most = estimateTokens(text); most > 0; most -= 60) {
        const result = view(parsed, [line], most);
        if (result === null) continue;
        shown += 1;
        expect(estimateTokens(result)).toBeLessThanOrEqual(most);
        const others = result.split("\n").filter((one) => !own.has(one.replace(/,$/, "")));
        expect(others.every((one) => one.includes(" left out"))).toBe(true);
        expect([line, most, (await parse(path, result))?.errors]).toEqual([line, most, []]);
      }
    expect(shown).toBeGreaterThan(0);
  });
}

test("a fence, a table or a block of text is shown whole or not at all", async () => {
  const rows = (count: number, row: (n: number) => string): string =>
    Array.from({ length: count }, (_, n) => row(n)).join("\n");
  const fence = `\`\`\`sh\n${rows(20, (n) => `echo ${n}`)}\n\`\`\``;
  const table = `| a | b |\n|---|---|\n${rows(20, (n) => `| ${n} | x |`)}`;
  const text = rows(20, (n) => `  line ${n}`);
  for (const [path, file, piece] of [
    ["a.md", `# A\n\n${fence}\n\nwords\n`, fence],
    ["a.md", `# A\n\n${table}\n\nwords\n`, table],
    ["a.yaml", `a: 1\nb: |\n${text}\nc: 2\n`, text],
  ] as const) {
    const parsed = await parse(path, file);
    if (parsed === null) throw new Error(`no grammar for ${path}`);
    for (let most = estimateTokens(file); most > 0; most -= 5) {
      const shown = view(parsed, [1], most);
      if (shown === null || shown.includes(piece)) continue;
      expect(piece.split("\n").filter((line) => shown.split("\n").includes(line))).toEqual([]);
    }
  }
});
