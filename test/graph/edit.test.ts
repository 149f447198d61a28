/** Replacing a definition by name: indentation, what is kept, what comes along, what is refused. */
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "../../src/graph/syntax/parse.ts";
import { replaceSymbol } from "../../src/graph/text/edit.ts";

async function replaced(path: string, text: string, name: string, code: string) {
  const parsed = await parse(path, text);
  const symbol = parsed?.symbols.find((s) => s.name === name);
  if (!parsed || !symbol) throw new Error(`${path} has no ${name}`);
  return replaceSymbol(parsed, symbol, code);
}

async function textOf(path: string, text: string, name: string, code: string): Promise<string> {
  const result = await replaced(path, text, name, code);
  return result.ok ? result.text : `REFUSED: ${result.reason}`;
}

const PYTHON = `import os


class Stack:
    # Adds.
    @log
    def push(self, item):
        self.items.append(item)

    def pop(self):
        return None


def free():
    return 1
`;

const POPPED = PYTHON.replace(
  "        return None",
  "        if self.items:\n            return self.items.pop()",
);

for (const [how, code] of [
  ["at the margin", "def pop(self):\n    if self.items:\n        return self.items.pop()"],
  ["at its place", "    def pop(self):\n        if self.items:\n            return self.items.pop()\n"],
  [
    "only the first line at the margin",
    "def pop(self):\n        if self.items:\n            return self.items.pop()",
  ],
  ["with tabs", "def pop(self):\n\tif self.items:\n\t\treturn self.items.pop()"],
  [
    "inside its class",
    "class Stack:\n    def pop(self):\n        if self.items:\n            return self.items.pop()",
  ],
  [
    "with Windows line ends",
    "\r\n\r\ndef pop(self):\r\n    if self.items:\r\n        return self.items.pop()\r\n",
  ],
  [
    "with comments around",
    "# Example 2\n\ndef pop(self):\n    if self.items:\n        return self.items.pop()\n\n# done",
  ],
]) {
  test(`a method comes ${how}`, async () => {
    expect(await textOf("a.py", PYTHON, "Stack.pop", code ?? "")).toBe(POPPED);
  });
}

test("decorator and comment are kept; new ones win over old decorators", async () => {
  const plain = await textOf("a.py", PYTHON, "Stack.push", "def push(self, item):\n    pass");
  expect(plain).toBe(PYTHON.replace("self.items.append(item)", "pass"));
  const decorated = await textOf(
    "a.py",
    PYTHON,
    "Stack.push",
    "# Better.\n@other\ndef push(self, item):\n    pass",
  );
  expect(decorated).toBe(PYTHON.replace("@log", "@other").replace("self.items.append(item)", "pass"));
  const commented = await textOf("a.py", PYTHON, "free", "# Counts.\ndef free():\n    return 2");
  expect(commented).toBe(PYTHON.replace("def free():\n    return 1", "# Counts.\ndef free():\n    return 2"));
});

test("text in strings keeps its blanks, docstrings move", async () => {
  const code = 'def pop(self):\n    """One.\n\n    Two.\n    """\n    return """\n  kept\n"""';
  const text = await textOf("a.py", PYTHON, "Stack.pop", code);
  const body = '        """One.\n\n        Two.\n        """\n        return """\n  kept\n"""';
  expect(text).toBe(PYTHON.replace("        return None", body));
});

test("imports that the file lacks are added after its own, helpers before the definition", async () => {
  const code =
    "import os\nfrom math import inf\n\ndef half(x):\n    return x / 2\n\ndef free():\n    return half(inf)";
  expect(await textOf("a.py", PYTHON, "free", code)).toBe(
    PYTHON.replace("import os", "import os\nfrom math import inf").replace(
      "def free():\n    return 1",
      "def half(x):\n    return x / 2\n\ndef free():\n    return half(inf)",
    ),
  );
  const bare = '"""Doc."""\n\ndef f():\n    return 1\n';
  expect(await textOf("a.py", bare, "f", "import re\ndef f():\n    return re")).toBe(
    '"""Doc."""\n\nimport re\n\ndef f():\n    return re\n',
  );
  const c = "#include <a.h>\n\nint f(void) {\n  return 1;\n}\n";
  expect(await textOf("a.c", c, "f", "#include <b.h>\nint f(void) {\n  return 2;\n}")).toBe(
    "#include <a.h>\n#include <b.h>\n\nint f(void) {\n  return 2;\n}\n",
  );
});

test("another definition of the file that comes along unchanged is ignored, changed it is refused", async () => {
  const same = "def free():\n    return 2\n\nclass Stack:\n    pass";
  const changed = await replaced("a.py", PYTHON, "free", same);
  expect(changed).toMatchObject({ ok: false, reason: expect.stringContaining("also changes Stack") });
  const two = "def a():\n    return 1\n\ndef b():\n    return 2\n";
  expect(await textOf("a.py", two, "b", "def a():\n    return 1\n\ndef b():\n    return 3")).toBe(
    "def a():\n    return 1\n\ndef b():\n    return 3\n",
  );
});

const REFUSED: [name: string, code: string, reason: RegExp][] = [
  ["nothing of that name", "def pap(self):\n    pass", /does not define pop.*It defines pap/],
  ["no definition at all", "x = 1", /does not define pop/],
  ["a syntax error", "def pop(self):\n    return (1", /not valid Python; line 2.*never closed/],
  ["an example call", "def pop(self):\n    pass\n\nprint(Stack().pop())", /Line 4.*print/],
  ["twice the same", "def pop(self):\n    pass\n\ndef pop(self):\n    return 1", /more than once/],
  [
    "a class with more in it",
    "class Stack:\n    def pop(self):\n        pass\n    def other(self):\n        pass",
    /does not define pop/,
  ],
  ["nothing", "", /does not define pop/],
];

for (const [name, code, reason] of REFUSED) {
  test(`refused: ${name}`, async () => {
    const result = await replaced("a.py", PYTHON, "Stack.pop", code);
    expect(result.ok ? result.text : result.reason).toMatch(reason);
    expect(result.ok).toBe(false);
  });
}

test("a symbol the file does not have is refused", async () => {
  const parsed = await parse("a.py", PYTHON);
  const symbol = parsed?.symbols[0];
  if (!parsed || !symbol) throw new Error("no symbols");
  const result = replaceSymbol(parsed, { ...symbol, name: "gone" }, "def gone(): pass");
  expect(result).toEqual({ ok: false, reason: "a.py has no definition named gone." });
});

const LANGUAGES: [path: string, symbol: string, old: string, code: string, now: string][] = [
  ["stack.js", "Stack.push", "this.#items.push(item);", "push(item) {\n  use(item);\n}", "use(item);"],
  [
    "stack.js",
    "add",
    "  const inner = () => 1;\n  return a + b + inner();",
    "function add(a, b) {\n  return a + b;\n}",
    "  return a + b;",
  ],
  ["stack.js", "twice", "return x * 2;", "const twice = (x) => {\n  return x + x;\n};", "return x + x;"],
  [
    "stack.ts",
    "Stack.push",
    "this.items.push(item);",
    "push(item: T): void {\n  use(item);\n}",
    "use(item);",
  ],
  [
    "stack.ts",
    "main",
    "await x(args);",
    "async function main(args: string[]): Promise<void> {\n  await x();\n}",
    "await x();",
  ],
  [
    "stack.go",
    "Stack.Push",
    "\ts.items = append(s.items, item)\n\treturn nil",
    "func (s *Stack) Push(item int) error {\n    if item > 0 {\n        return nil\n    }\n    return nil\n}",
    "\tif item > 0 {\n\t\treturn nil\n\t}\n\treturn nil",
  ],
  [
    "stack.rs",
    "Stack.push",
    "self.items.push(item);",
    "pub fn push(&mut self, item: T) {\n    self.items.insert(0, item);\n}",
    "self.items.insert(0, item);",
  ],
  [
    "stack.rs",
    "Stack.push",
    "self.items.push(item);",
    "impl<T> Stack<T> {\n    pub fn push(&mut self, item: T) {\n        todo!();\n    }\n}",
    "todo!();",
  ],
  [
    "Stack.java",
    "Stack.toString",
    'return "}";',
    '@Override\npublic String toString() {\n    return "{";\n}',
    'return "{";',
  ],
  [
    "Stack.java",
    "Stack.Stack",
    "this.items = items;",
    "public Stack(List<T> items) {\n    this.items = null;\n}",
    "this.items = null;",
  ],
  ["stack.c", "make", "return NULL;", "static node *make(int value)\n{\n    return 0;\n}", "return 0;"],
  ["stack.c", "stack", "node *top;", "struct stack {\n    node *bottom;\n};", "node *bottom;"],
  [
    "stack.cpp",
    "app.Thing.run",
    "f(1);",
    "void app::Thing::run() {\n  auto f = [](int x) { return x; };\n  f(2);\n}",
    "f(2);",
  ],
  [
    "Stack.cs",
    "App.Stack.Push",
    "Count++;",
    "public void Push(T item)\n{\n    Count += 2;\n}",
    "Count += 2;",
  ],
  ["stack.rb", "App.Stack.empty?", "@items.empty?", "def empty?\n  @items.none?\nend", "@items.none?"],
  [
    "Stack.php",
    "Stack.name",
    'return "stack {$this->items[0]}";',
    'public function name(): string\n{\n    return "x";\n}',
    'return "x";',
  ],
  [
    "Stack.php",
    "helper",
    "return $x + 1;",
    "<?php\nfunction helper(int $x): int\n{\n    return $x + 2;\n}",
    "return $x + 2;",
  ],
  ["run.sh", "leave", "echo bye", "function leave {\n  echo ciao\n}", "echo ciao"],
  ["style.css", ":root", "--main: red;", ":root {\n  --main: blue;\n}", "--main: blue;"],
  [
    "Stack.kt",
    "Stack.push",
    "items.add(item)\n        return size",
    "fun push(item: T): Int {\n    val size = max(items.size, LIMIT)\n    items.add(0, item)\n    return items.size\n}",
    "items.add(0, item)\n        return items.size",
  ],
  [
    "Stack.kt",
    "Stack.constructor",
    "println(name)",
    "constructor(name: Name) : this() {\n    print(name)\n}",
    "print(name)",
  ],
  [
    "Stack.kt",
    "String.shout",
    'val end = "!"',
    'fun String.shout(): String {\n    val up = uppercase()\n    val end = "?"\n    return up + end\n}',
    'val end = "?"',
  ],
  [
    "Stack.swift",
    "Stack.push",
    "items.append(item)\n        return size",
    "func push(_ item: T, at index: Int = 0) -> Int {\n    let size = max(items.count, limit)\n    items = [item]\n    return 1\n}",
    "items = [item]\n        return 1",
  ],
  [
    "Stack.swift",
    "Stack.init",
    "self.items = items",
    "init(items: [T]) {\n    self.items = items + items\n}",
    "self.items = items + items",
  ],
  [
    "Stack.swift",
    "Stack.names",
    "return items.map { item in item.name() }",
    "func names() -> [String] {\n    return []\n}",
    "return []",
  ],
  [
    "Stack.scala",
    "Stack.push",
    "items += item\n    size",
    "def push(item: T): Int = {\n  val size = math.max(items.size, Stack.Limit)\n  items.clear()\n  1\n}",
    "items.clear()\n    1",
  ],
  [
    "Stack.scala",
    "twice",
    "val doubled = x * 2",
    "def twice(x: Int): Int =\n  val doubled = x + x\n  doubled",
    "val doubled = x + x",
  ],
  [
    "stack.lua",
    "Stack.push",
    "table.insert(self.items, item)",
    "function Stack:push(item)\n  if #self.items < LIMIT then\n    self.items[1] = item\n  end\n  return self\nend",
    "self.items[1] = item",
  ],
  [
    "stack.lua",
    "Stack.pop",
    "return table.remove(self.items)",
    "Stack.pop = function(self)\n  return nil\nend",
    "return nil",
  ],
  [
    "stack.lua",
    "shout",
    "local up = text:upper()",
    'local function shout(text)\n  local up = text\n  local done = "end"\n  return up .. done\nend',
    "local up = text",
  ],
  [
    "schema.sql",
    "order items",
    "user_id BIGINT REFERENCES shop.users (id)",
    'CREATE TABLE "order items" (\n  id INT,\n  user_id INT\n);',
    "user_id INT",
  ],
  [
    "schema.sql",
    "shop.add_user",
    "RETURN shop.last_id();",
    "CREATE OR REPLACE FUNCTION shop.add_user(new_name TEXT) RETURNS BIGINT AS $$\nBEGIN\n  INSERT INTO shop.users (name) VALUES (new_name);\n  RETURN 1;\nEND;\n$$ LANGUAGE plpgsql;",
    "RETURN 1;",
  ],
  [
    "ci.yaml",
    "jobs.lint",
    "bun run lint",
    "lint:\n  runs-on: ubuntu-latest\n  steps:\n    - run: bun lint",
    "bun lint",
  ],
  ["project.toml", "tool.ruff.lint", '["E"]', '[tool.ruff.lint]\nselect = ["F"]', '["F"]'],
  ["guide.md", "Licence", "MIT.", "# Licence\n\n0BSD.\n", "0BSD."],
  [
    "guide.md",
    "The stack guide.Install.From source",
    "2. Build it.",
    "### From source ###\n\n1. Clone it.\n2. Make it.",
    "2. Make it.",
  ],
];

for (const [path, symbol, old, code, now] of LANGUAGES) {
  test(`${path}: ${symbol} is replaced, all around it stays: ${code.slice(0, 30)}`, async () => {
    const text = readFileSync(join(import.meta.dir, "fixtures", `${path}.txt`), "utf8");
    expect(text).toContain(old);
    expect(await textOf(path, text, symbol, code)).toBe(text.replace(old, () => now));
  });
}

test("a file with errors elsewhere can still be edited", async () => {
  const text = "def broken(:\n    pass\n\n\ndef f():\n    return 1\n";
  const result = await textOf("a.py", text, "f", "def f():\n    return 2");
  expect(result).toBe(text.replace("return 1", "return 2"));
});
