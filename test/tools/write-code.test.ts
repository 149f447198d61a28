/** What code in a reply comes to: the file that is meant, whole or in part, and what is refused or left out. */
import { describe, expect, test } from "bun:test";
import { mergeCode } from "../../src/tools/reply/merge.ts";
import { write, writes } from "./writing.ts";

const CALC = `"""Sums."""
import math

LIMIT = 10


def add(a, b):
    # as it is
    return a - b


def mul(a, b):
    return a * b


class Stack:
    """Last in, first out."""

    size = 4

    def __init__(self):
        self.items = []

    def push(self, x):
        self.items.append(x)

    def pop(self):
        return self.items.pop(0)


if __name__ == "__main__":
    print(add(1, 2))
`;
const TREE = {
  "calc.py": CALC,
  "tests/test_calc.py": "from calc import add\n\n\ndef test_add():\n    assert add(1, 2) == 3\n",
};
const python = (code: string): string => `\`\`\`python\n${code}\n\`\`\``;
const ADD = "def add(a, b):\n    return a + b";
const RIGHT = CALC.replace("    # as it is\n    return a - b", "    return a + b");

describe("a part of a file", () => {
  test.each([
    ["one function", ADD],
    ["with the imports it needs already", `import math\n\n\n${ADD}`],
    ["with an example of its use", `${ADD}\n\n\nprint(add(1, 2))`],
    ["with a variable for the example", `${ADD}\n\n\nresult = add(1, 2)\nprint(result)`],
    ["with a word that the rest stays", `${ADD}\n\n# ... rest of the code unchanged ...`],
    ["with the word first", `# ... existing code ...\n\n${ADD}\n\n# ... existing code ...`],
  ])("%s: all else stays, byte for byte", async (_, code) => {
    expect(await writes(TREE, python(code))).toEqual({ "calc.py": RIGHT });
  });

  test.each([
    ["alone, with its indentation", "    def pop(self):\n        return self.items.pop()"],
    ["alone, at the margin", "def pop(self):\n    return self.items.pop()"],
    ["in its class", "class Stack:\n    def pop(self):\n        return self.items.pop()"],
    [
      "in its class, the others left out",
      "class Stack:\n    # ... existing methods ...\n\n    def pop(self):\n        return self.items.pop()",
    ],
    [
      "in its class, dots for the others",
      "class Stack:\n    ...\n\n    def pop(self):\n        return self.items.pop()",
    ],
  ])("a method %s", async (_, code) => {
    expect(await writes(TREE, python(code))).toEqual({ "calc.py": CALC.replace("pop(0)", "pop()") });
  });

  test("something new without a path goes where the words before it lead to, else into the file that is meant", async () => {
    const tree = { "a.py": "def a():\n    return 1\n", "b.py": "def b():\n    return 2\n" };
    const files = ["a.py", "b.py"];
    const fresh = python("def c():\n    return 3");
    const named = (words: string) => writes(tree, `${words}\n\n${fresh}`, files);
    expect(Object.keys(await named("Add this to `b.py`:"))).toEqual(["b.py"]);
    expect(Object.keys(await named("It is like what b.py has."))).toEqual(["a.py"]);
    expect(Object.keys(await named("Here it is:"))).toEqual(["a.py"]);
  });

  test("new things come where the code has them, imports beside imports", async () => {
    const code = `import math\nfrom collections import deque\n\n\ndef twice(x):\n    return x + x\n\n\ndef mul(a, b):\n    return twice(a) * b\n\n\nclass Stack:\n    def pop(self):\n        return self.items.pop()\n\n    def peek(self):\n        return self.items[-1]`;
    const got = await writes(TREE, python(code));
    expect(got).toEqual({
      "calc.py": CALC.replace("import math\n", "import math\nfrom collections import deque\n")
        .replace(
          "def mul(a, b):\n    return a * b",
          "def twice(x):\n    return x + x\n\n\ndef mul(a, b):\n    return twice(a) * b",
        )
        .replace(
          "        return self.items.pop(0)\n",
          "        return self.items.pop()\n\n    def peek(self):\n        return self.items[-1]\n",
        ),
    });
  });

  test("a constant", async () => {
    expect(await writes(TREE, `Raise the limit in calc.py:\n${python("LIMIT = 20")}`)).toEqual({
      "calc.py": CALC.replace("LIMIT = 10", "LIMIT = 20"),
    });
  });

  test.each([
    [
      "left out inside a function",
      "def add(a, b):\n    # ... existing code ...\n    return a + b",
      /would take the place of code/,
    ],
    ["no code at all", "return a + b", /is no definition/],
    ["torn", "def add(a, b:\n    return a + b", /wrong|change/],
  ])("refused: %s", async (_, code, why) => {
    expect(await writes(TREE, python(code))).toMatch(why);
  });
});

describe("other languages", () => {
  const GO =
    'package p\n\nimport (\n\t"fmt"\n)\n\n// Note.\ntype S struct {\n\ta int\n}\n\nfunc (s *S) Push(x int) {\n\tfmt.Println(x)\n}\n\nfunc (s *S) Pop() int {\n\treturn 0\n}\n';
  const RUST =
    "use std::fmt;\n\npub struct S {\n    a: i32,\n}\n\nimpl S {\n    pub fn new() -> Self {\n        S { a: 1 }\n    }\n\n    pub fn a(&self) -> i32 {\n        0\n    }\n}\n\nimpl fmt::Display for S {\n    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {\n        Ok(())\n    }\n}\n";
  const JAVA =
    "package p;\n\nimport java.util.List;\n\npublic class A {\n    private int x = 1;\n\n    public A() {\n    }\n\n    public int f(int a) {\n        return 0;\n    }\n\n    public int f(String a) {\n        return 1;\n    }\n}\n";
  const JS =
    'import { a } from "./a.js";\n\nexport const f = (x) => a(x);\n\nexport class P {\n  #v = 1;\n\n  constructor() {}\n\n  get() {\n    return 0;\n  }\n}\n';
  test.each([
    [
      "a method of Go and what it imports",
      "a.go",
      GO,
      'import (\n\t"fmt"\n\t"os"\n)\n\nfunc (s *S) Pop() int {\n\tos.Exit(1)\n\treturn s.a\n}',
      GO.replace('"fmt"\n)\n', '"fmt"\n)\nimport "os"\n').replace("\treturn 0", "\tos.Exit(1)\n\treturn s.a"),
    ],
    [
      "a method of Rust without its impl",
      "a.rs",
      RUST,
      "pub fn a(&self) -> i32 {\n    self.a\n}",
      RUST.replace("        0\n", "        self.a\n"),
    ],
    [
      "a method of Rust in its impl, and a new one",
      "a.rs",
      RUST,
      "impl S {\n    pub fn a(&self) -> i32 {\n        self.a\n    }\n\n    pub fn b(&self) -> i32 {\n        1\n    }\n}",
      RUST.replace(
        "        0\n    }\n",
        "        self.a\n    }\n\n    pub fn b(&self) -> i32 {\n        1\n    }\n",
      ),
    ],
    [
      "a trait of Rust for one type more",
      "a.rs",
      `${RUST}\nimpl From<&str> for S {\n    fn from(a: &str) -> Self {\n        todo!()\n    }\n}\n`,
      "impl From<u8> for S {\n    fn from(a: u8) -> Self {\n        S { a: 1 }\n    }\n}\n\nimpl<'a> From<&'a str> for S {\n    fn from(a: &'a str) -> Self {\n        S { a: 2 }\n    }\n}",
      `${RUST}\nimpl From<u8> for S {\n    fn from(a: u8) -> Self {\n        S { a: 1 }\n    }\n}\n\nimpl<'a> From<&'a str> for S {\n    fn from(a: &'a str) -> Self {\n        S { a: 2 }\n    }\n}\n`,
    ],
    [
      "one of two methods of a name in Java",
      "A.java",
      JAVA,
      "public int f(String a) {\n    return 2;\n}",
      JAVA.replace("return 1", "return 2"),
    ],
    [
      "a field and a method of Java",
      "A.java",
      JAVA,
      "public class A {\n    private int x = 5;\n\n    // other methods\n\n    public int f(int a) {\n        return x;\n    }\n}",
      JAVA.replace("x = 1", "x = 5").replace("return 0", "return x"),
    ],
    [
      "names that an import lacks",
      "a.js",
      JS,
      'import { b } from "./a.js";\n\nexport const f = (x) => b(x);',
      JS.replace("{ a }", "{ a, b }").replace("a(x)", "b(x)"),
    ],
    [
      "a method of JavaScript alone",
      "a.js",
      JS,
      "get() {\n  return this.#v;\n}",
      JS.replace("return 0", "return this.#v"),
    ],
  ])("%s", async (_, path, before, code, after) => {
    expect(await writes({ [path]: before }, `\`\`\`\n${code}\n\`\`\``)).toEqual({ [path]: after });
  });

  test("a method that several classes have is not guessed", async () => {
    const two =
      "class A:\n    def f(self):\n        return 1\n\n\nclass B:\n    def f(self):\n        return 1\n";
    expect(await writes({ "a.py": two }, python("def f(self):\n    return 2"))).toMatch(/several f: in A, B/);
  });
});

describe("several files", () => {
  const CPP = {
    "s.h": "#pragma once\n\nnamespace s {\nint f(int x);\n}\n",
    "s.cpp": '#include "s.h"\n\nnamespace s {\nint f(int x) {\n    return 0;\n}\n}\n',
  };
  test("header and source without their names", async () => {
    const header = "#pragma once\n\nnamespace s {\nint f(int x);\nint g(int x);\n}";
    const source =
      '#include "s.h"\n\nnamespace s {\nint f(int x) {\n    return g(x);\n}\n\nint g(int x) {\n    return x;\n}\n}';
    const text = `s.h:\n\`\`\`cpp\n${header}\n\`\`\`\nand\n\`\`\`cpp\n${source}\n\`\`\``;
    expect(await writes(CPP, text, ["s.cpp", "s.h"])).toEqual({
      "s.h": `${header}\n`,
      "s.cpp": `${source}\n`,
    });
  });

  test("a header is known by its guard, though nothing of it is there yet", async () => {
    const header = "#if !defined(S_H)\n#define S_H\n\nnamespace s {\nint g(int x);\n}\n#endif";
    const files = { "s.cpp": "", "s.h": "#if !defined(S_H)\n#define S_H\n#endif\n" };
    expect(await writes(files, `\`\`\`cpp\n${header}\n\`\`\``, ["s.cpp", "s.h"])).toEqual({
      "s.h": `${header}\n`,
    });
  });

  test("a change and a new file that it uses", async () => {
    const text = `calc.py\n${python(`import helper\n\n\ndef add(a, b):\n    return helper.plus(a, b)`)}\nhelper.py\n${python("def plus(a, b):\n    return a + b")}`;
    const got = await writes(TREE, text);
    expect(Object.keys(got)).toEqual(["calc.py", "helper.py"]);
  });

  test("a new file that nothing uses is an example, unless it is asked for", async () => {
    const text = `calc.py\n${python(ADD)}\nexample.py\n${python("from calc import add\nprint(add(1, 2))")}`;
    expect(await writes(TREE, text)).toEqual({ "calc.py": RIGHT });
    expect(Object.keys(await writes(TREE, text, ["calc.py", "example.py"]))).toEqual([
      "calc.py",
      "example.py",
    ]);
  });

  test("a path that leaves the workspace is refused", async () => {
    expect(await writes(TREE, `../x.py\n${python("x = 1")}`)).toMatch(/outside/);
  });
});

describe("what judges", () => {
  const TEST = "def test_add():\n    assert add(1, 2) == -1";
  test("is left out beside a change, and that is said", async () => {
    const result = await write(TREE, `calc.py\n${python(ADD)}\ntests/test_calc.py\n${python(TEST)}`);
    expect(result).toMatchObject({ kind: "candidate", candidate: { changes: [{ path: "calc.py" }] } });
    expect(result.kind === "candidate" && result.candidate.summary).toContain("tests/test_calc.py judges");
  });
  test("alone is refused", async () => {
    expect(await writes(TREE, `tests/test_calc.py\n${python(TEST)}`)).toMatch(/judges the change/);
  });
  test("repeated as it is counts for nothing, with its name or without", async () => {
    const same = TREE["tests/test_calc.py"];
    for (const name of ["tests/test_calc.py\n", "The test says:\n"])
      expect(
        await writes(TREE, `${name}${python(same)}\nSo:\n${python(ADD)}`, ["calc.py", "tests/test_calc.py"]),
      ).toEqual({ "calc.py": RIGHT });
  });
});

describe("two versions", () => {
  const other = "def add(a, b):\n    return b + a";
  test("are refused where nothing says which is meant", async () => {
    expect(await writes(TREE, `${python(ADD)}\nor\n${python(other)}`)).toMatch(/two versions of add/);
    expect(await writes(TREE, `${python(ADD)}\nAlternatively, a corrected one:\n${python(other)}`)).toMatch(
      /two versions/,
    );
    expect(await writes(TREE, python(`${ADD}\n\n\n${other}`))).toMatch(/two versions/);
  });
  test("the later counts where it is called the right one", async () => {
    expect(
      await writes(TREE, `${python(other)}\nWait, that is wrong. The corrected version:\n${python(ADD)}`),
    ).toEqual({
      "calc.py": RIGHT,
    });
  });
  test("what is there already is no version", async () => {
    const old = "def add(a, b):\n    # as it is\n    return a - b";
    expect(await writes(TREE, `Now it is:\n${python(old)}\nIt has to be:\n${python(ADD)}`)).toEqual({
      "calc.py": RIGHT,
    });
  });
});

describe("what is no change", () => {
  test.each([
    ["prose", "I would add the numbers.", /no code/],
    ["a command", "```bash\npython -m pytest\n```", /No block of code/],
    ["the file as it is", `calc.py\n${python(CALC)}`, /No block|same as/],
  ])("%s", async (_, text, why) => {
    expect(await writes(TREE, text)).toMatch(why);
  });
});

test("search and replace, and a diff, go by the lines", async () => {
  const block = "<<<<<<< SEARCH\n    return a - b\n=======\n    return a + b\n>>>>>>> REPLACE";
  const after = CALC.replace("return a - b", "return a + b");
  expect(await writes(TREE, `calc.py\n\`\`\`\n${block}\n\`\`\``)).toEqual({ "calc.py": after });
  expect(await writes(TREE, block)).toEqual({ "calc.py": after });
  const diff = "```diff\n@@ -9,3 +9,3 @@\n     # as it is\n-    return a - b\n+    return a + b\n```";
  expect(await writes(TREE, diff)).toEqual({ "calc.py": after });
});

test("a file without a last line end keeps none, one that is not there is made", async () => {
  expect(await writes({ "a.py": "def f():\n    return 1" }, python("def f():\n    return 2"))).toEqual({
    "a.py": "def f():\n    return 2",
  });
  expect(await writes({ "a.py": "" }, python("def f():\n    return 2"), ["new.py"])).toEqual({
    "new.py": "def f():\n    return 2\n",
  });
});

describe("a name that the turn itself has brought", () => {
  const stub = "def area(a, b):\n    pass\n";
  const wrong =
    "def side(a):\n    return a\n\n\ndef areas(a, b):\n    return side(a) * b\n\n\ndef area(a, b):\n    pass\n";
  const merged = async (code: string, found: string | null): Promise<string> => {
    const done = await mergeCode("shapes.py", { before: wrong, found, code });
    return done.ok ? done.text : done.reason;
  };
  const right = "def side(a):\n    return a\n\n\ndef area(a, b):\n    return side(a) * b\n";

  test("goes with a new version of all that was there at first", async () => {
    expect(await merged(right, stub)).toBe(right);
  });

  test("stays where the code uses it, and where it was there at first", async () => {
    const part = "def area(a, b):\n    return side(a) * b\n";
    expect(await merged(part, stub)).toContain("def side(a):");
    expect(await merged(right, null)).toContain("def areas(a, b):");
  });
});
