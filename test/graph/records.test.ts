/** What a file's record says beyond the golden ones: locals, imports, broken and hostile texts, kinds of files. */
import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { signatureAt } from "../../src/graph/index/code-index.ts";
import type { FileRecord } from "../../src/graph/index/record.ts";
import { loadLanguage } from "../../src/graph/syntax/languages.ts";
import { kindOf } from "../../src/graph/update/classify.ts";
import { readFileRecord } from "../../src/graph/update/read-file.ts";

async function record(path: string, text: string): Promise<FileRecord> {
  const found = await readFileRecord(path, text);
  if (found === null) throw new Error(`${path} has no grammar.`);
  return found;
}

const usesOf = async (path: string, text: string): Promise<string[]> =>
  (await record(path, text)).uses.flatMap(({ name, at }) =>
    at.map(({ line, role }) => `${name} ${line} ${role}`),
  );

const importsOf = async (path: string, text: string): Promise<string[]> =>
  (await record(path, text)).imports.map(({ line, module, names }) => [line, module, ...names].join(" "));

const LOCALS: [path: string, text: string, uses: string[]][] = [
  [
    "a.py",
    "def f(aa, *bb, cc=dd, **ee):\n    ff = aa.gg + bb\n    return ff(cc, ee)\n",
    ["dd 1 use", "gg 2 use"],
  ],
  ["a.py", "def f():\n    class A:\n        aa = 1\n    return aa\n", ["aa 4 use"]],
  ["a.py", "def f(aa):\n    def g():\n        return aa\n", []],
  ["a.py", "xs = [aa for aa in bb if aa]\n", ["bb 1 use"]],
  ["a.py", "def f():\n    global aa\n    aa = 1\n    return aa\n", ["aa 4 use"]],
  [
    "a.py",
    "try:\n    pass\nexcept Ee as err:\n    pass\nwith aa() as (bb, cc):\n    bb.dd\n",
    ["Ee 3 use", "aa 5 call", "bb 6 use", "dd 6 use"],
  ],
  ["a.py", "match aa:\n    case Bb(cc=1):\n        pass\n", ["Bb 2 call", "aa 1 use", "cc 2 use"]],
  ["a.js", "function f({ aa, bb: cc = dd }, [ee]) {\n  return aa + cc + ee;\n}\n", ["bb 1 use", "dd 1 use"]],
  ["a.js", "for (const aa of bb) aa.cc();\n", ["bb 1 use", "cc 1 call"]],
  ["a.ts", "const f = (aa: Bb) => (cc: Dd<Ee>) => aa(cc);\n", ["Bb 1 use", "Dd 1 use", "Ee 1 use"]],
  [
    "a.js",
    "on(() => {\n  const aa = () => 1;\n  const bb = 2;\n  aa(bb);\n});\n",
    ["aa 4 call", "on 1 call"],
  ],
  ["a.go", "package a\nfunc f() { aa, err := bb(); cc(aa, err) }\n", ["bb 2 call", "cc 2 call"]],
  [
    "a.rs",
    "fn f(aa: Bb) { let cc = dd(aa); let (ee, _) = cc; ff!(ee); }\n",
    ["Bb 1 use", "dd 1 call", "ff 1 call"],
  ],
  ["A.java", "class A { int f(int aa) { int size = size(); return aa + size; } }\n", ["size 1 call"]],
  ["a.c", "int f(int aa, char *bb) { int cc[2] = {dd}; return aa + *bb + cc[0]; }\n", ["dd 1 use"]],
  ["a.rb", "def f(aa)\n  bb = aa\n  bb.cc { |dd| dd + ee }\nend\n", ["cc 3 call", "ee 3 call"]],
  ["a.cs", "class A { int F(int aa) { var bb = Cc(aa); return bb; } }\n", ["Cc 1 call"]],
  ["a.php", "<?php\nfunction f($aa) { $bb = cc($aa); return $bb->dd; }\n", ["cc 2 call", "dd 2 use"]],
];

for (const [path, text, uses] of LOCALS)
  test(`uses without locals: ${path} ${JSON.stringify(text).slice(0, 60)}`, async () => {
    expect(await usesOf(path, text)).toEqual(uses);
  });

/** Only the uses that are no imports. */
const ALIASES: [path: string, text: string, uses: string[]][] = [
  ["a.py", "from a import bb as cc, dd as e\ncc(e)\n", ["bb 2 call", "dd 2 use"]],
  ["a.py", "from a import bb as cc\nclass A(cc):\n    x = yy.cc\n", ["bb 2 inherit", "cc 3 use", "yy 3 use"]],
  ["a.py", "from a import bb as cc\ndef f(cc):\n    cc()\ndd(cc=cc)\n", ["bb 4 use", "dd 4 call"]],
  [
    "a.py",
    "def f():\n    from a import bb as cc\n    cc()\ndef g():\n    cc()\n",
    ["bb 3 call", "cc 5 call"],
  ],
  ["a.py", "from a import bb as cc\n# Ends so.\ncc(*cc)\n", ["bb 3 use", "bb 3 call"]],
  ["a.py", "from a import bb as cc\ndef bb():\n    cc()\n", ["cc 3 call"]],
  ["a.py", "try:\n    from a import bb as cc\nexcept E:\n    def cc():\n        pass\ncc()\n", ["cc 6 call"]],
  ["a.py", "import numpy as np, a.bb as cc\nnp(cc)\n", ["cc 2 use", "np 2 call"]],
  [
    "a.ts",
    "import { Bb as Cc, type Dd as Ee } from './x';\nlet f: Ee = new Cc({ Cc: 1, Ee });\nf.Cc(...Ee);\n",
    ["Bb 2 call", "Cc 3 call", "Dd 2 use", "Dd 3 use"],
  ],
  ["a.ts", "import { Bb as Cc } from './x';\nfunction f<Cc>(aa: Cc) {}\n", ["Cc 2 use"]],
  ["a.tsx", "import { Bb as Cc } from './x';\nexport const aa = <Cc Cc={1} />;\n", ["Bb 2 call", "Cc 2 use"]],
  [
    "a.js",
    "import { default as bb, cc as dd } from './x';\nclass A extends dd {}\nbb(dd);\n",
    ["bb 3 call", "cc 2 inherit", "cc 3 use"],
  ],
  [
    "a.js",
    "const { bb: cc } = require('./x');\ncc();\nfunction f() {\n  const { dd: ee } = require('./y');\n  ee();\n}\n",
    ["bb 2 call", "dd 5 call"],
  ],
  [
    "a.rs",
    "use a::{bb as cc, d::Ee as Ff};\nfn f(x: Ff) { cc(); cc::gg(); x.cc(); hh::cc(); }\n",
    ["Ee 2 use", "bb 2 use", "bb 2 call", "cc 2 call", "gg 2 call", "hh 2 use"],
  ],
  [
    "a.rs",
    "mod m {\n  use a::bb as cc;\n  fn f() { cc(); }\n}\nfn g() { cc(); }\n",
    ["bb 3 call", "cc 5 call"],
  ],
  [
    "a.php",
    "<?php\nuse Aa\\Bb as Cc, Dd\\Ee as Ff;\nuse function Gg\\hh as ii;\nnew Cc(ii(Ff::KEY));\n",
    ["Bb 4 call", "Ee 4 use", "KEY 4 use", "hh 4 call"],
  ],
  [
    "a.php",
    "<?php\nuse Aa\\{Bb as Cc, Dd};\nclass A extends Cc {}\n$x->Cc(Zz\\Cc::make());\n",
    ["Bb 3 inherit", "Cc 4 use", "Cc 4 call", "make 4 call"],
  ],
  [
    "a.kt",
    "import a.b.Cc as Dd\nimport a.b.ee as ff\nfun f(x: Dd) {\n    ff(x.ff)\n    x.map(::ff)\n}\n",
    ["Cc 3 use", "ee 4 call", "ee 5 use", "ff 4 use", "map 5 call"],
  ],
  [
    "a.scala",
    "import a.b.{Cc => Dd, ee as ff}\nimport g.Hh as Ii\nclass A extends Dd { def f(x: Ii) = ff(x.ff) }\n",
    ["Cc 3 inherit", "Hh 3 use", "ee 3 call", "ff 3 use"],
  ],
  [
    "a.cs",
    "using Cc = A.Bb;\nusing Dd = List<int>;\nclass A : Cc { Cc f(Dd x) { return x.Cc(); } }\n",
    ["Bb 3 use", "Bb 3 inherit", "Cc 3 call", "List 2 use", "List 3 use"],
  ],
  [
    "a.go",
    'package a\nimport cc "x/bb"\nimport dd "x/ee/v2"\nimport ff "x/go-g"\nfunc f() { cc.Aa(); dd.Bb(); ff.Cc() }\n',
    ["Aa 5 call", "Bb 5 call", "Cc 5 call", "bb 5 use", "ee 5 use", "ff 5 use"],
  ],
];

for (const [path, text, uses] of ALIASES)
  test(`uses of aliases: ${path} ${JSON.stringify(text).slice(0, 60)}`, async () => {
    const found = await usesOf(path, text);
    expect(found.filter((use) => !use.endsWith(" import"))).toEqual(uses);
  });

const IMPORTS: [path: string, text: string, imports: string[]][] = [
  [
    "a.py",
    "import a, b.c as d\nfrom ...x import (\n    y,\n    z as q,\n)\n",
    ["1 a", "1 b.c", "2 ...x y z"],
  ],
  ["a.py", "def f():\n    from . import late\n", ["2 . late"]],
  ["a.js", "const { a, b: c } = require('./x');\nconst d = require(`y`);\nrequire(name);\n", ["1 ./x a b"]],
  [
    "a.mjs",
    "export * as all from './x';\nexport { default } from './y';\nexport const n = 1;\n",
    ["1 ./x *", "2 ./y"],
  ],
  [
    "a.rs",
    "use a::{self, b as c, d::{e, f::*}};\nuse g;\nmod h;\nmod i {}\n",
    ["1 a b", "1 a::d e", "1 a::d::f *", "2 g", "3 self::h"],
  ],
  ["A.java", "import static a.B.*;\nimport c.D;\n", ["1 a.B *", "2 c.D D"]],
  ["a.h", '#include <a/b.h>\n#include "c.h"\n', ["1 <a/b.h> *", "2 c.h *"]],
  ["a.go", 'package a\nimport _ "x/y"\nimport z "w"\n', ["2 x/y", "3 w"]],
  ["a.rb", "require 'a'\nrequire_relative '../b'\nload 'c.rb'\nfoo 'd'\n", ["1 a *", "2 ../b *", "3 c.rb *"]],
  [
    "a.php",
    "<?php\nuse A\\B;\nuse C\\{D, E as F};\ninclude 'x.php';\n",
    ["2 A\\B B", "3 C D E", "4 x.php *"],
  ],
  ["a.php", "<?php\nuse A\\B, C\\D as E;\nuse function F\\g as h;\n", ["2 A\\B B", "2 C\\D D", "3 F\\g g"]],
  ["A.java", "import a.b.*;\nimport java.util.concurrent.*;\n", ["1 a.b *", "2 java.util.concurrent *"]],
  ["a.cs", "using A;\nusing static B.C;\nnamespace D { using E.F; }\n", ["1 A *", "2 B.C *", "3 E.F *"]],
  ["a.sh", "source lib.sh\n. ./other.sh\necho source\n", ["1 lib.sh *", "2 ./other.sh *"]],
];

for (const [path, text, imports] of IMPORTS)
  test(`imports: ${path} ${JSON.stringify(text).slice(0, 60)}`, async () => {
    expect(await importsOf(path, text)).toEqual(imports);
  });

test("what could be read of a broken file", async () => {
  const text =
    "def good(a):\n    return a\n\nclass B:\n    def m(self:\n        pass\n\ndef last():\n    good(1)\n";
  const found = await record("a.py", text);
  expect(found.broken).toBe(true);
  expect(found.definitions.map(({ name }) => name)).toContain("good");
  expect(found.uses.map(({ name }) => name)).toContain("good");
});

test("signatures: decorators, comments behind the head and long heads are left out", async () => {
  const signature = async (path: string, text: string, name: string) => {
    const { definitions } = await record(path, text);
    const one = definitions.find((definition) => definition.name === name);
    return one && signatureAt(text, one);
  };
  const python = '@app.route("/a", methods=("GET",))\n@x\ndef f(a=")"):  # why\n    pass\n';
  expect(await signature("a.py", python, "f")).toBe('def f(a=")")');
  const lines =
    "class A:\n    def __lt__(self, other):  # One line\n        # and another.\n        return 1\n";
  expect(await signature("a.py", lines, "__lt__")).toBe("def __lt__(self, other)");
  const inside = "def f(\n    a,  # the a\n    # and\n    b='# no',\n):\n    pass\n";
  expect(await signature("a.py", inside, "f")).toBe("def f( a, b='# no', )");
  const suppressed =
    '@SuppressWarnings("serial") // no id\npublic final class A {\n  void f(/* in */ int a) {}\n}\n';
  expect(await signature("A.java", suppressed, "A")).toBe("public final class A");
  expect(await signature("A.java", suppressed, "f")).toBe("void f( int a)");
  const ruby = "module A\n  module B\n    ##\n    # Says.\n    ##\n    class C\n    end\n  end\nend\n";
  expect(await signature("a.rb", ruby, "B")).toBe("module B");
  expect(await signature("a.md", "# Words # and // marks\n\nText.\n", "Words # and // marks")).toBe(
    "# Words # and // marks",
  );
  const java =
    'class A {\n  @Get(\n    value = "(",\n    of = {@In(1)})\n  public int f(\n      int a) { return a; }\n}\n';
  expect(await signature("A.java", java, "f")).toBe("public int f( int a)");
  expect(await signature("a.ts", "interface A {\n  f(\n    a: B,\n  ): C;\n}\n", "f")).toBe("f( a: B, ): C");
  expect(await signature("a.c", "#define F(x) \\\n  (x)\n", "F")).toBe("#define F(x) \\");
  expect((await signature("a.py", `def f(${"a,\n".repeat(1000)}):\n    pass\n`, "f"))?.length).toBe(200);
});

const nested = (open: string, close: string, inner = ""): string =>
  `${open}\n`.repeat(10_000) + inner + `${close}\n`.repeat(10_000);
const DEEP: [path: string, text: string][] = [
  ["a.py", `x = ${nested("(", ")", "1")}\n`],
  ["a.js", nested("if (a) {", "}")],
  ["f.js", nested("function f() {", "}")],
  ["e.js", "[\n".repeat(10_000)],
  ["a.ts", nested("namespace a {", "}")],
  ["a.json", nested('{"a":', "}", "1")],
  ["a.rs", `use ${nested("a::{", "}", "b")};`],
  ["a.c", `int f(void) ${nested("{", "}")}`],
  ["p.c", `int ${nested("(", ")", "f")}(void) {}`],
  ["A.java", nested("class A {", "}")],
  ["a.css", nested(".a {", "}")],
];

for (const [path, text] of DEEP)
  test(`ten thousand levels: ${path} ${JSON.stringify(text.slice(0, 20))}`, async () => {
    const { kind, definitions } = await record(path, text);
    expect(["code", "slow"]).toContain(kind);
    expect(definitions.length).toBeLessThanOrEqual(100);
  }, 30_000);

test("a text that takes too long holds no facts, and the next is read", async () => {
  const comments = Array.from({ length: 30_000 }, (_, n) => `    # ${n}\n`).join("");
  const slow = await record("slow.py", `def f():\n${comments}    return 1\n`);
  expect(slow).toMatchObject({ kind: "slow", definitions: [], imports: [], uses: [] });
  expect((await record("quick.py", "def f():\n    return 1\n")).definitions).toHaveLength(1);
}, 30_000);

test("too long, and minified", async () => {
  expect(await record("a.py", "x = 1\n".repeat(200_000))).toMatchObject({
    kind: "large",
    definitions: [],
    uses: [],
  });
  const packed = "var a=1;function b(c){return c+a}".repeat(400);
  expect(await record("a.js", packed)).toMatchObject({ kind: "minified", definitions: [], uses: [] });
  expect((await record("a.py", "x = 1\n".repeat(60_000))).definitions).toHaveLength(10_000);
  const data = JSON.stringify(Object.fromEntries(Array.from({ length: 2000 }, (_, n) => [`k${n}`, n])));
  expect((await record("a.json", data)).definitions).toHaveLength(500);
  const keys = (row: (n: number) => string): string =>
    Array.from({ length: 2000 }, (_, n) => row(n)).join("\n");
  for (const [path, text] of [
    ["a.yaml", keys((n) => `k${n}: ${n}`)],
    ["a.toml", keys((n) => `k${n} = ${n}`)],
    ["a.md", keys((n) => `# K ${n}\n`)],
  ] as const)
    expect((await record(path, text)).definitions).toHaveLength(500);
});

test("edits do not compile what only the index needs", async () => {
  const { query } = await loadLanguage("python");
  expect(query.captureNames.filter((name) => /^(reference|local)/.test(name))).toEqual([]);
});

const GENERATED = "// Code generated by protoc-gen-go. DO NOT EDIT.\n\npackage a\n";
const KINDS: [path: string, text: string, kind: string][] = [
  ["src/a.py", "x = 1\n", "code"],
  ["tests/a.py", "", "test"],
  ["pkg/test_a.py", "", "test"],
  ["pkg/a_test.go", "", "test"],
  ["src/a.spec.ts", "", "test"],
  ["src/__tests__/a.ts", "", "test"],
  ["spec/models/a_spec.rb", "", "test"],
  ["src/main/StackTest.java", "", "test"],
  ["App.Tests/StackTests.cs", "", "test"],
  ["conftest.py", "", "test"],
  ["src/latest.py", "", "code"],
  ["src/contest.ts", "", "code"],
  ["src/Testament.java", "", "code"],
  ["src/test_utils/a.py", "", "test"],
  ["app/migrations/0001_initial.py", "# Generated by Django 5.2 on 2025-01-01 00:00\n", "code"],
  ["a/b.go", GENERATED, "generated"],
  ["a/b.js", "/**\n * @generated SignedSource<<1>>\n */\n", "generated"],
  ["a/b.cs", "//------\n// <auto-generated>\n", "generated"],
  ["a/b.c", "/* A Bison parser, made by GNU Bison 3.8.2.  */\n/* DO NOT EDIT: generated */\n", "generated"],
  ["a/b.py", 'MARK = "@generated"\n', "code"],
  ["a/b.py", "# Lists of files are automatically generated in the build folder.\n", "code"],
  ["a/b_pb2.py", "", "generated"],
  ["package-lock.json", "{}", "generated"],
  ["dist/index.js", "", "generated"],
  ["lib/x.umd.js", "", "generated"],
  ["a/jquery.min.js", "", "minified"],
  ["vendor/github.com/a/b.go", "", "vendored"],
  ["third_party/zlib/a.c", "", "vendored"],
  ["pip/_vendor/rich/a.py", "", "vendored"],
  ["a/node_modules/b/c.js", "", "vendored"],
  ["src/vendors.py", "", "code"],
  ["deps/jemalloc/a.c", "", "vendored"],
  ["src/deps/a.c", "", "code"],
  ["src/TestHandler.php", "", "code"],
  ["src/HandlerTest.php", "", "test"],
  ["src/TestHandler.java", "", "test"],
];

for (const [path, text, kind] of KINDS)
  test(`${path} ${JSON.stringify(text).slice(0, 30)} is ${kind}`, () =>
    expect(kindOf(path, text)).toBe(kind as never));

const MODULES = join(import.meta.dir, "..", "..", "node_modules");
const REAL: [path: string, kind: string][] = [
  ["diff/dist/diff.js", "generated"],
  ["diff/dist/diff.min.js", "minified"],
  ["web-tree-sitter/web-tree-sitter.js", "code"],
  ["zod/v4/classic/schemas.d.ts", "code"],
];

for (const [path, kind] of REAL)
  test.skipIf(!existsSync(join(MODULES, path)))(`${path} is ${kind}`, () => {
    expect(kindOf(path, readFileSync(join(MODULES, path), "utf8"))).toBe(kind as never);
  });
