/** When a streamed definition is known to have closed: real functions of each language, cut at every place. */
import { expect, test } from "bun:test";
import { definitionCloser } from "../../src/graph/text/closer.ts";

const CASES: [path: string, definition: string, rest: string][] = [
  [
    "a.py",
    "def sieve(max):\n    primes = []\n    for n in range(2, max + 1):\n        if any(n % p > 0 for p in primes):\n            primes.append(n)\n    return primes",
    "\n\n# Example 3\nfoo",
  ],
  [
    "a.py",
    'def f(\n    a,\n    b,\n):\n    s = """\nx\n  y\n"""\n    t = [\n1,\n]\n    return s',
    "\ndef g():\n  pass\n",
  ],
  [
    "a.py",
    "    def push(self, x):\n        self.items.append(x)\n        # done",
    "\n\n    def pop(self):\n        pass",
  ],
  [
    "a.py",
    "def push(self, x):\n        if x:\n            return 1\n        self.items.append(x)",
    "\n\n    def pop(self):\n        pass",
  ],
  ["a.py", "import os\nX = 3\n\n@cache\ndef f(): return 1", "\nprint(f())"],
  ["a.py", "class A:\n\tdef f(self):\n\t\treturn 1\n\n\tdef g(self):\n\t\treturn 2", "\n\nx=1"],
  ["a.py", "def f(a):\n    return a + \\\n        (a\n          + 1) \\\n        + \\\n  a", "\nx = 1"],
  ["a.js", "function f(a) {\n  if (a) { return `}\u0024{a}`; }\n  return { b: 1 }; // }\n}", "\n\nfoo();"],
  ["a.js", "const f = (a) => {\n  return a;\n}", "\n\nconsole.log(1)"],
  ["a.js", "export const f = (a) => {\n  return a;\n};", "\n\nconsole.log(1)"],
  ["a.js", "const f = (a) =>\n  a\n    .b({})\n    .c()", "\n\nconst g = 1"],
  ["a.js", "push(x) {\n  if (x) { y(); }\n  return this.a.push(x);\n}", "\n\n}"],
  [
    "a.ts",
    "export async function f<T extends { a: string }>(a: T): Promise<{ x: number }> {\n  return { x: 1 };\n}",
    "\n",
  ],
  ["a.ts", "  private push(x: number): void {\n    this.x.push(x);\n  }", "\n}\n"],
  ["a.ts", "export interface A {\n  x: { y: string };\n}", "\nfoo"],
  ["a.tsx", "export function App() {\n  return <div>{x.map((y) => <p>{y}</p>)}</div>;\n}", "\nfoo"],
  [
    "a.go",
    "// F does.\nfunc (s *S) F(x map[string]struct{}) (int, error) {\n\tfor {\n\t\tbreak\n\t}\n\treturn 1, nil\n}",
    "\n\nfunc",
  ],
  ["a.go", "type S struct {\n\tx int\n}", "\n\nfunc"],
  [
    "a.rs",
    "#[inline]\npub fn f<T>(x: T) -> Vec<T> where T: Clone {\n    let a = match x { _ => { vec![] } };\n    a\n}",
    "\n\nfn",
  ],
  ["a.rs", "impl<T> S<T> {\n    fn a(&self) {}\n    fn b(&self) { }\n}", "\n\nfn"],
  [
    "A.java",
    "public static int f(int[] x) {\n    int[] y = {1, 2};\n    for (int i = 0; i < 3; i++) { y[0]++; }\n    return 1;\n}",
    "\n\n}",
  ],
  [
    "A.java",
    "import java.util.*;\n\npublic class A {\n  public A() { }\n  int f() { return 1; }\n}",
    "\n\n}",
  ],
  ["A.java", "  public Stack(int n) {\n    this.n = n;\n  }", "\n\n}"],
  ["a.c", "static int *f(int a)\n{\n  int x[] = {1, 2};\n  if (a) { return 0; }\n  return 1;\n}", "\n\nint"],
  ["a.c", "struct A {\n  int x;\n  struct { int y; } z;\n};", "\n\nint"],
  [
    "a.cpp",
    "template <class T>\nclass A : public B {\n public:\n  A(int x) : y{x} {}\n  int f() const { return 1; }\n};",
    "\n\nint",
  ],
  [
    "a.cpp",
    "int A::f(std::vector<int> v) {\n  auto g = [&](int x) { return x; };\n  return g(1);\n}",
    "\n\nint",
  ],
  ["a.cs", "public int F(int x)\n{\n    var y = new { A = 1 };\n    return x;\n}", "\n\nint"],
  ["a.cs", "public class A\n{\n    public int X { get; set; }\n    public A() { }\n}", "\n\nint"],
  [
    "a.rb",
    "def f(x)\n  if x\n    y.each do |z|\n      z\n    end\n  end\n  end_time = 1\n  return 1 if x\nend",
    "\n\ndef g",
  ],
  ["a.rb", "class A < B\n  def x = 1\n  def y\n    1\n  end\nend", "\n\ndef g"],
  ["a.rb", "def x(a) = a + 1", "\n\ndef g"],
  ["a.php", 'function f($x) {\n    if ($x) { return "{$x}"; }\n    return 1;\n}', "\n\nfunction"],
  ["a.php", 'public function f($x) {\n    if ($x) { return "{$x}"; }\n    return 1;\n}', "\n\nfunction"],
  ["a.sh", 'f() {\n  local x=\u0024{1}\n  if [[ $x ]]; then echo "}"; fi\n}', "\n\nf"],
  ["a.css", ".a {\n  color: red;\n}", "\n.b {}"],
  [
    "A.kt",
    "fun f(x: Int): Int {\n    val y = listOf(1).map { it + x }\n    if (x > 0) { return 1 }\n    return y[0]\n}",
    "\n\nfun g",
  ],
  ["A.kt", '    override fun f(): String {\n        return "}"\n    }', "\n\n    fun g() {}\n}"],
  [
    "A.kt",
    "data class A(val x: Int) : B() {\n    companion object {\n        val Y = 1\n    }\n}",
    "\n\nfun g",
  ],
  [
    "a.swift",
    "func f(_ x: Int) -> Int {\n    guard x > 0 else { return 0 }\n    return [1].map { $0 + x }.first!\n}",
    "\n\nfunc g",
  ],
  ["a.swift", "    init(x: Int) {\n        self.x = x\n    }", "\n\n    func g() {}\n}"],
  ["a.swift", "struct A: B {\n    let x: Int\n    var y: Int { return x }\n}", "\n\nfunc g"],
  [
    "A.scala",
    "def f(x: Int): Int = {\n  val y = List(1).map { a => a + x }\n  y match { case Nil => 0; case z :: _ => z }\n}",
    "\n\ndef g",
  ],
  ["A.scala", "class A(val x: Int) extends B {\n  def f = x\n  val y = 1\n}", "\n\nclass C"],
  [
    "a.lua",
    'function M.f(x)\n  if x then\n    for i = 1, 2 do g(i) end\n  end\n  return function() return "end" end\nend',
    "\n\nfunction M.g",
  ],
  ["a.lua", "local function f(x)\n  local friend = x\n  return friend\nend", "\n\nlocal y"],
];

/** Feeds growing prefixes; gives what the closer kept and how much text it had seen. */
async function stream(
  path: string,
  text: string,
  step: number,
): Promise<{ kept: string | null; seen: number }> {
  const closer = await definitionCloser(path);
  if (!closer) throw new Error(`no closer for ${path}`);
  for (let seen = step; seen < text.length; seen += step) {
    const end = closer(text.slice(0, seen), false);
    if (end !== null) return { kept: text.slice(0, end), seen };
  }
  const end = closer(text, true);
  return { kept: end === null ? null : text.slice(0, end), seen: text.length };
}

for (const [index, [path, definition, rest]] of CASES.entries()) {
  const name = `${index} ${path}: ${JSON.stringify(definition.slice(0, 40))}`;
  test(`closes where the definition ends, in every step width: ${name}`, async () => {
    for (const step of [1, 2, 3, 5, 8, 13, 400]) {
      const { kept } = await stream(path, definition + rest, step);
      expect({ step, kept }).toEqual({ step, kept: definition });
    }
  });
  test(`closes soon, and not before: ${name}`, async () => {
    const { seen } = await stream(path, definition + rest, 1);
    expect(seen).toBeGreaterThanOrEqual(definition.length);
    expect(seen - definition.length).toBeLessThanOrEqual(8);
  });
  test(`the end of the text closes it: ${name}`, async () => {
    const closer = await definitionCloser(path);
    expect(closer?.(definition, true)).toBe(definition.length);
  });
  test(`a text that stops inside it has no end: ${name}`, async () => {
    const lines = definition.split("\n");
    const closer = await definitionCloser(path);
    for (let count = 1; count < lines.length; count++) {
      const part = lines.slice(0, count).join("\n");
      expect([part, closer?.(part, false)]).toEqual([part, null]);
    }
  });
}

const NEVER: [name: string, path: string, text: string][] = [
  ["an error in the body", "a.py", "def f(x):\n    return x +\n\n# Example\ndef g():\n    pass\n"],
  ["an error in braces", "a.js", "function f( {\n  return 1;\n}\nfunction g() {}\n"],
  ["a body that never came", "a.py", "def f(x):\n\n# Example\nx = 1\n"],
  ["a body of comments", "a.py", "def f(x):\n    # nothing\n\nx = 1\n"],
  ["an open string", "a.py", 'def f(x):\n    """doc\n\nmore\n'],
  ["an open bracket", "a.rb", "def f(x)\n  g(1,\nend\n"],
  ["prose", "a.py", "Here is the function you asked for.\n"],
  ["statements that look like methods", "a.js", "if (x) {\n  y();\n}\nfor (;;) {\n}\n"],
  ["a signature without a body", "a.ts", "function f(a: string): string;\n"],
];

for (const [name, path, text] of NEVER) {
  test(`no end: ${name}`, async () => {
    expect((await stream(path, text, 1)).kept).toBeNull();
  });
}

test("imports, comments and constants before it belong to what is kept; overloads to the function", async () => {
  const python = "import os\nfrom a import (\n    b,\n)\n\nX = 1\n\n\n# Finds.\ndef f():\n    return X";
  expect((await stream("a.py", `${python}\n\ndef g():`, 1)).kept).toBe(python);
  const typescript = "function f(a: string): string;\nfunction f(a: unknown): unknown {\n  return a;\n}";
  expect((await stream("a.ts", `${typescript}\nfoo();`, 1)).kept).toBe(typescript);
});

test("an answer stays, and another text starts over", async () => {
  const closer = await definitionCloser("a.js");
  const text = "function f() {\n  return 1;\n}";
  expect(closer?.(text, false)).toBe(text.length);
  expect(closer?.(`${text}\nfunction g() {`, false)).toBe(text.length);
  expect(closer?.("function h() {", false)).toBeNull();
  expect(closer?.("function h() { }", false)).toBe(16);
});

test("no closer without a grammar or where nothing closes", async () => {
  expect(await definitionCloser("notes.txt")).toBeNull();
  expect(await definitionCloser("page.html")).toBeNull();
  expect(await definitionCloser("data.json")).toBeNull();
  for (const path of ["a.sql", "a.yaml", "a.toml", "a.md"]) expect(await definitionCloser(path)).toBeNull();
});

test("a call costs little: 300 lines, fed character by character", async () => {
  const body = Array.from({ length: 100 }, (_, i) => `  if (a > ${i}) {\n    a += { b: ${i} }.b;\n  }`).join(
    "\n",
  );
  const text = `function f(a) {\n${body}\n  return a;\n}`;
  await stream("a.js", "function w() { }", 1);
  const started = performance.now();
  expect((await stream("a.js", `${text}\n`, 1)).kept).toBe(text);
  expect(performance.now() - started).toBeLessThan(5000);
});
