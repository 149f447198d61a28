/** Folding keeps whole syntax nodes: the result parses, what is kept is there in full. */
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fold } from "../../src/graph/fold.ts";
import { parse } from "../../src/graph/parse.ts";

const fixture = (path: string): string =>
  readFileSync(join(import.meta.dir, "fixtures", `${path}.txt`), "utf8");

async function folded(path: string, text: string, keep: string[], maxChars: number): Promise<string> {
  const parsed = await parse(path, text);
  if (!parsed) throw new Error(`no grammar for ${path}`);
  return fold(parsed, keep, maxChars);
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

test("bodies become one line, short ones stay, the kept one is whole", async () => {
  expect(await folded("a.py", PYTHON, ["Stack.pop"], 10_000)).toBe(
    PYTHON.replace(/"""Doc[\s\S]*?append\(item\)/, "...  # 3 lines folded").replace(
      /a \+= 1[\s\S]*return a/,
      "...  # 3 lines folded",
    ),
  );
  expect(await folded("a.py", PYTHON, ["push"], 10_000)).toContain("self.items.append(item)");
  expect(await folded("a.py", PYTHON, ["Stack"], 10_000)).toContain("return self.items.pop()");
});

test("too long: whole symbols go, farthest first, never the kept one", async () => {
  const text = await folded("a.py", PYTHON, ["Stack.pop"], 200);
  expect(text.length).toBeLessThanOrEqual(200);
  expect(text).toContain("class Stack:");
  expect(text).toContain("            return self.items.pop()\n        return None");
  expect(text).not.toContain("def long");
  expect((await parse("a.py", text))?.errors).toEqual([]);
  expect(await folded("a.py", PYTHON, ["Stack.pop"], 10)).toBe(
    "    def pop(self):\n        if self.items:\n            return self.items.pop()\n        return None\n",
  );
});

test("braces and keywords have their own placeholders", async () => {
  const js = "function f(a) {\n  a();\n  return a;\n}\n";
  expect(await folded("a.js", js, [], 1000)).toBe("function f(a) { /* 4 lines folded */ }\n");
  const ruby = "def f(a)\n  a\n  b\n  c\nend\n";
  expect(await folded("a.rb", ruby, [], 1000)).toBe("def f(a)\n  # 3 lines folded\nend\n");
  const bash = "f() {\n  a\n  b\n}\n";
  expect(await folded("a.sh", bash, [], 1000)).toBe("f() { : 4 lines folded; }\n");
});

test("one of several things declared together is not left out alone", async () => {
  const js = "const a = [\n  1,\n],\n  b = 2;\n\nfunction f() {\n  return a;\n}\n";
  const text = await folded("a.js", js, ["f"], 70);
  expect((await parse("a.js", text))?.errors).toEqual([]);
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
]) {
  test(`${path} folded at any width still parses and keeps what is named`, async () => {
    const text = fixture(path);
    const parsed = await parse(path, text);
    const tops = parsed?.definitions.filter(({ parent }) => parent === null) ?? [];
    for (const { symbol, start, end } of tops) {
      // One of a group (Go's `type (...)`) is no text of its own, and alone it is what remains in the end.
      const least =
        text.charAt(start - 1).trim() === "" && text.charAt(start - 1) !== "\n" && start > 0 ? 200 : 0;
      for (let width = text.length; width > least; width -= 60) {
        const result = await folded(path, text, [symbol.name], width);
        expect(result).toContain(text.slice(start, end));
        expect([symbol.name, width, (await parse(path, result))?.errors]).toEqual([symbol.name, width, []]);
      }
    }
  });
}
