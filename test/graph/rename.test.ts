/** What a rename takes for the thing it renames and what not, place by place. */
import { describe, expect, test } from "bun:test";
import { renameModule } from "../../src/graph/rename/module.ts";
import { renameParameter } from "../../src/graph/rename/parameter.ts";
import { refusalOf, renamedIn, type Texts } from "./renaming.ts";
import { graphOf } from "./texts.ts";

const sourcesOf = async (files: Texts) => ({
  graph: await graphOf(files),
  files: Object.keys(files).sort(),
  read: async (path: string) => files[path] ?? null,
  open: () => true,
});

/** The new text of the one file. */
const oneFile = async (path: string, text: string, from: string, to: string): Promise<string | undefined> =>
  (await renamedIn({ [path]: text }, from, to)).texts[path];

describe("Python", () => {
  test("locals, parameters, keywords, attributes and comprehensions of the same name stay", async () => {
    const text = [
      "def size(x):",
      "    return x",
      "",
      "",
      "def f(size, *, other=1):",
      "    return size(other)",
      "",
      "",
      "def g(x):",
      "    size = size_of(x)",
      "    return [size for _ in x]",
      "",
      "",
      "def h(x):",
      "    [size for size in x]",
      "    x.size = size(x)",
      "    return f(size=size, other=lambda size: size)",
      "",
    ].join("\n");
    const after = await oneFile("a.py", text, "size", "length");
    expect(after?.split("\n").filter((line) => line.includes("length"))).toEqual([
      "def length(x):",
      "    x.size = length(x)",
      "    return f(size=length, other=lambda size: size)",
    ]);
  });

  test("of two classes with one method the other keeps it; what is asked of an unknown value is left and named", async () => {
    const files = {
      "s.py":
        "class Stack:\n    def push(self, x):\n        self.items = []\n        self.items.append(x)\n        return self\n\n\nclass Queue:\n    def push(self, x):\n        return self.push(x)\n",
      "u.py":
        "from s import Queue, Stack\n\n\ndef use(a, b: Stack, c: Queue):\n    a.push(1)\n    b.push(2).push(3)\n    c.push(4)\n    Stack().push(5)\n    getattr(b, 'push')(6)\n",
    };
    const { texts, left } = await renamedIn(files, "Stack.push", "add");
    expect(texts["s.py"]).toContain("class Queue:\n    def push(self, x):\n        return self.push(x)");
    expect(texts["u.py"]?.match(/\w+\.(add|push)\(\d|Stack\(\)\.\w+|\)\.\w+\(3/g)).toEqual([
      "a.push(1",
      "b.add(2",
      ").add(3",
      "c.push(4",
      "Stack().add",
    ]);
    expect(left).toEqual(["u.py:5", "u.py:9"]);
    const all = await renamedIn(files, "Stack.push", "add", { unsure: true });
    expect(all.texts["u.py"]).toContain("a.add(1)");
    expect(all.left).toEqual([]);
  });

  test("aliases stay, re-exports and star imports follow, another module's name does not", async () => {
    const files = {
      "p/__init__.py": "from .a import *\nfrom .a import run\n",
      "p/a.py": '__all__ = ["run"]\n\n\ndef run():\n    pass\n',
      "p/b.py": "def run():\n    pass\n\n\nrun()\n",
      "c.py": "from p import run as go\nfrom p import b\nimport p\n\ngo()\nb.run()\np.run()\n",
      "d.py": "from elsewhere import run\n\nrun()\n",
    };
    const { texts } = await renamedIn(files, "p/a.py:run", "start");
    expect(texts).toEqual({
      ...files,
      "p/__init__.py": "from .a import *\nfrom .a import start\n",
      "p/a.py": '__all__ = ["start"]\n\n\ndef start():\n    pass\n',
      "c.py": "from p import start as go\nfrom p import b\nimport p\n\ngo()\nb.run()\np.start()\n",
    });
  });

  test("strings and comments only where they are unmistakably it, or all words where that is asked for", async () => {
    const files = {
      "a.py":
        'def run():\n    """Call `run` or :func:`run`; to run is good."""\n    # run it\n    return "run", "run fast"\n',
      "README.md": "# run\n\nUse `run()` to run.\n",
    };
    const { texts, left } = await renamedIn(files, "run", "start");
    expect(texts["a.py"]).toBe(
      'def start():\n    """Call `start` or :func:`start`; to run is good."""\n    # run it\n    return "run", "run fast"\n',
    );
    expect(texts["README.md"]).toBe("# run\n\nUse `start()` to run.\n");
    expect(left).toEqual(["a.py:4"]);
    const aloud = await renamedIn(files, "run", "start", { aloud: true });
    expect(aloud.texts["a.py"]).toContain("to start is good");
    expect(aloud.texts["a.py"]).toContain("# start it");
    expect(aloud.texts["a.py"]).toContain('"run fast"');
  });

  test("unicode names, and a name that is part of another", async () => {
    const text =
      "def größe(x):\n    return x\n\n\ndef größer(größe_alt):\n    return größe(größe_alt) + 𝑥größe\n";
    expect(await oneFile("a.py", text, "größe", "länge")).toBe(
      "def länge(x):\n    return x\n\n\ndef größer(größe_alt):\n    return länge(größe_alt) + 𝑥größe\n",
    );
  });
});

test("TypeScript: overloads, interfaces and what implements them, shorthand, types and aliases", async () => {
  const files = {
    "src/a.ts":
      "export interface Shape { area(): number }\nexport class Square implements Shape {\n  area(): number;\n  area(scale?: number): number { return scale ?? 1; }\n  both() { return this.area() + this.area(2); }\n}\nexport class Field { area() { return 2; } }\n",
    "src/b.ts":
      "import { Field, type Shape as S, Square } from './a';\nexport const sum = (shapes: S, one: Square, field: Field) => shapes.area() + one.area() + field.area() + new Square().area();\n",
  };
  const { texts } = await renamedIn(files, "Square.area", "surface");
  expect(texts["src/a.ts"]).toBe(files["src/a.ts"].replaceAll(/(?<!Field \{ )area/g, "surface"));
  expect(texts["src/b.ts"]).toContain(
    "shapes.surface() + one.surface() + field.area() + new Square().surface()",
  );
});

test("Go: a variable that takes the name on, and a struct's keys", async () => {
  const text =
    "package a\n\ntype C struct{ Size int }\ntype D struct{ Size int }\n\nfunc size(c C) int { return c.Size }\n\nfunc f(c C, d D) int {\n\tsize := size(C{Size: 1})\n\treturn size + d.Size + D{Size: 2}.Size\n}\n";
  expect(await oneFile("a.go", text, "size", "count")).toBe(
    text.replace("func size", "func count").replace(":= size(", ":= count("),
  );
  expect(await oneFile("a.go", text, "C.Size", "Count")).toBe(
    text
      .replace("C struct{ Size", "C struct{ Count")
      .replace("c.Size", "c.Count")
      .replace("C{Size: 1}", "C{Count: 1}"),
  );
});

describe("refused", () => {
  const files = {
    "a.py": "def run():\n    pass\n\n\ndef other():\n    pass\n",
    "b.py":
      "from a import run\n\n\ndef f(start):\n    return run(start)\n\n\nclass Box:\n    def open(self):\n        return self.shut\n",
    "c.go": "package c\n\nfunc Run() {}\n",
    "d/d.go": "package d\n\nfunc Run() {}\n",
    "E.java": 'class E {\n  @Override public String toString() { return ""; }\n}\n',
  };
  for (const [from, to, why] of [
    ["run", "other", "a.py:5 defines that name already"],
    ["run", "start", "b.py:5 uses that name already"],
    ["run", "1st", "no name in python"],
    ["run", "class", "a word of python"],
    ["run", "run", "is called run already"],
    ["Box.open", "shut", "b.py:10 uses that name already"],
    ["Run", "run2", "More than one thing is called Run"],
    ["nothing", "x", "nothing in the project is called so"],
    ["E.toString", "text", "not the project's"],
  ] as const)
    test(`${from} to ${to}`, async () => expect(await refusalOf(files, from, to)).toContain(why));

  test("in Go what another package uses keeps its capital", async () => {
    const go = {
      "go.mod": "module x\n",
      "a/a.go": "package a\n\nfunc Run() {}\n",
      "main.go": 'package main\n\nimport "x/a"\n\nfunc main() { a.Run() }\n',
    };
    expect(await refusalOf(go, "Run", "run")).toContain("main.go in another package could not use it");
    expect((await renamedIn(go, "Run", "Start")).texts["main.go"]).toContain("a.Start()");
  });

  test("files that must stay are named with their places", async () => {
    const { texts, left } = await renamedIn(files, "run", "go_on", { open: (path) => path !== "b.py" });
    expect(texts["b.py"]).toBe(files["b.py"]);
    expect(left).toEqual(["b.py:1", "b.py:5"]);
  });
});

test("a parameter: in its function, its documentation and by name at its calls", async () => {
  const files = {
    "a.py":
      'def take(count, of=1):\n    """Takes.\n\n    :param count: how many\n    """\n    inner = lambda count: count\n    return [count for _ in range(count)] + inner(count)\n\n\nclass Box:\n    def __init__(self, count):\n        self.count = count\n',
    "b.py": "from a import Box, take\n\ntake(count=1)\nBox(count=2).count\nother(count=3)\n",
  };
  const made = await renameParameter(await sourcesOf(files), { of: "take", from: "count", to: "n" });
  expect(made.ok && made.renamed.texts).toEqual([
    {
      path: "a.py",
      text: files["a.py"]
        .replace("take(count,", "take(n,")
        .replace(":param count:", ":param n:")
        .replace("[count for _ in range(count)] + inner(count)", "[n for _ in range(n)] + inner(n)"),
    },
    { path: "b.py", text: files["b.py"].replace("take(count=1)", "take(n=1)") },
  ]);
  const box = await renameParameter(await sourcesOf(files), { of: "Box", from: "count", to: "n" });
  expect(box.ok && box.renamed.texts.map(({ text }) => text)).toEqual([
    files["a.py"].replace("self, count):\n        self.count = count", "self, n):\n        self.count = n"),
    files["b.py"].replace("Box(count=2)", "Box(n=2)"),
  ]);
  expect(
    await renameParameter(await sourcesOf(files), { of: "take", from: "count", to: "of" }),
  ).toMatchObject({ ok: false });
  expect(
    await renameParameter(await sourcesOf(files), { of: "take", from: "missing", to: "n" }),
  ).toMatchObject({ ok: false });
});

test("a file: every import of it follows", async () => {
  const python = {
    "p/__init__.py": "from . import util\nfrom .util import f\n",
    "p/util.py": "def f():\n    pass\n",
    "q.py":
      "import p.util\nimport p.util as u\nfrom p import util\nfrom p.util import f\n\np.util.f()\nu.f()\nutil.f()\nx.util\nprint('p.util.f', 'util')\n\n\ndef g(util):\n    return util.f\n",
  };
  const made = await renameModule(await sourcesOf(python), { path: "p/util.py", to: "tools" });
  expect(made.ok && made.renamed).toMatchObject({
    moves: [{ path: "p/util.py", to: "p/tools.py" }],
    texts: [
      { path: "p/__init__.py", text: "from . import tools\nfrom .tools import f\n" },
      {
        path: "q.py",
        text: "import p.tools\nimport p.tools as u\nfrom p import tools\nfrom p.tools import f\n\np.tools.f()\nu.f()\ntools.f()\nx.util\nprint('p.tools.f', 'util')\n\n\ndef g(util):\n    return util.f\n",
      },
    ],
    left: [{ path: "q.py", line: 10 }],
  });
  const web = {
    "src/util.ts": "export const f = 1;\n",
    "src/a.ts":
      "import { f } from './util';\nimport './util.js';\nawait import('./util');\nimport x from './other/util';\n",
    "src/other/util.ts": "export default 1;\n",
  };
  const ts = await renameModule(await sourcesOf(web), { path: "src/util.ts", to: "src/tools.ts" });
  expect(ts.ok && ts.renamed.texts).toEqual([
    {
      path: "src/a.ts",
      text: "import { f } from './tools';\nimport './tools.js';\nawait import('./tools');\nimport x from './other/util';\n",
    },
  ]);
  const rust = {
    "Cargo.toml": '[package]\nname = "s"\n',
    "src/lib.rs":
      "mod util;\nuse crate::util::f;\npub fn g() { util::f(); let util = 1; f(); let _ = util; }\n",
    "src/util.rs": "pub fn f() {}\n",
  };
  const rs = await renameModule(await sourcesOf(rust), { path: "src/util.rs", to: "tools.rs" });
  expect(rs.ok && rs.renamed.texts).toEqual([
    {
      path: "src/lib.rs",
      text: "mod tools;\nuse crate::tools::f;\npub fn g() { tools::f(); let util = 1; f(); let _ = util; }\n",
    },
  ]);
  expect(await renameModule(await sourcesOf(web), { path: "src/util.ts", to: "lib/util.ts" })).toMatchObject({
    ok: false,
  });
  expect(await renameModule(await sourcesOf(web), { path: "src/util.ts", to: "a" })).toMatchObject({
    ok: false,
  });
});

test("a thousand uses in two hundred files within seconds", async () => {
  const files: Texts = { "core.py": "def compute(x):\n    return x\n" };
  for (let n = 0; n < 200; n++)
    files[`pkg/m${n}.py`] =
      `from core import compute\n\n\n${Array.from({ length: 5 }, (_, at) => `def f${at}(x):\n    return compute(x) + ${at}\n`).join("\n\n")}`;
  const started = performance.now();
  const { places, texts } = await renamedIn(files, "compute", "evaluate");
  expect(places).toBe(1 + 200 * 6);
  expect(Object.values(texts).some((text) => text.includes("compute"))).toBe(false);
  expect(performance.now() - started).toBeLessThan(10_000);
});
