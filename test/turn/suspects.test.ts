/** What failing tests call, by the graph of small real projects in several languages. */
import { expect, onTestFinished, test } from "bun:test";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { calledSuspects } from "../../src/turn/called.ts";
import type { Diagnostic } from "../../src/types.ts";
import { grapherOf } from "../graph/place.ts";

async function suspectsIn(files: Record<string, string>, failures: Diagnostic[]) {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "suspects-test-")));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const grapher = await grapherOf(root, { store: null });
  const found = await grapher.ask((graph) => calledSuspects(graph, failures));
  return found.map(({ path, line, score }) => `${path}:${line} ${score}`);
}

const failed = (test: string, more: Partial<Diagnostic> = {}): Diagnostic => ({
  severity: "error",
  message: "assert",
  test,
  ...more,
});

test("Python: what the failing test calls, then what that calls; what another test calls is none", async () => {
  const files = {
    "shop.py":
      "def total(items):\n    return sum(price(one) for one in items)\n\n\ndef price(item):\n    return rate(item)\n\n\ndef rate(item):\n    return 1\n\n\ndef other():\n    return 2\n",
    "tests/test_shop.py":
      "from shop import other, total\n\n\ndef test_total():\n    assert total([1]) == 2\n\n\ndef test_other():\n    assert other() == 2\n",
  };
  const found = await suspectsIn(files, [failed("tests/test_shop.py::test_total[1]")]);
  expect(found).toEqual(["shop.py:1 0.6", "shop.py:5 0.5", "shop.py:9 0.4"]);
});

test("a class that is made leads to what makes it, a method by its name", async () => {
  const files = {
    "stack.py":
      "class Stack:\n    def __init__(self):\n        self.items = []\n\n    def push_item(self, item):\n        self.items.append(item)\n",
    "test_stack.py":
      "from stack import Stack\n\n\ndef test_push():\n    one = Stack()\n    one.push_item(1)\n    assert one.items == [1]\n",
  };
  const found = await suspectsIn(files, [failed("test_stack.py::test_push")]);
  expect(found).toEqual(["stack.py:2 0.6", "stack.py:5 0.6"]);
});

test("Go: the test by its name alone; JavaScript: by the line that failed", async () => {
  const go = {
    "go.mod": "module example.com/a\n",
    "a.go": "package a\n\nfunc Twice(n int) int {\n\treturn n + n\n}\n",
    "a_test.go":
      'package a\n\nimport "testing"\n\nfunc TestTwice(t *testing.T) {\n\tif Twice(2) != 4 {\n\t\tt.Fatal("no")\n\t}\n}\n',
  };
  expect(await suspectsIn(go, [failed("TestTwice")])).toEqual(["a.go:3 0.6"]);
  const js = {
    "a.js": "export function twice(n) {\n  return n * 3;\n}\n",
    "a.test.js":
      'import { twice } from "./a.js";\ntest("doubles", () => {\n  expect(twice(2)).toBe(4);\n});\n',
  };
  const frames = [{ path: "a.test.js", line: 3 }];
  expect(await suspectsIn(js, [failed("doubles", { path: "a.test.js", line: 3, frames })])).toEqual([
    "a.js:1 0.6",
  ]);
});

test("Rust: in a macro, and a function that is handed on", async () => {
  const files = {
    "Cargo.toml": '[package]\nname = "latin"\nversion = "0.1.0"\nedition = "2021"\n',
    "src/lib.rs":
      "pub fn translate(text: &str) -> String {\n    text.split(' ').map(one_word).collect()\n}\n\nfn one_word(word: &str) -> String {\n    word.to_string()\n}\n\npub fn other() -> u8 {\n    1\n}\n",
    "tests/latin.rs":
      'use latin::*;\n\n#[test]\nfn a_phrase() {\n    assert_eq!(translate("a b"), "ay bay");\n}\n\n#[test]\nfn another() {\n    assert_eq!(other(), 1);\n}\n',
  };
  const found = await suspectsIn(files, [failed("tests/latin.rs::a_phrase")]);
  expect(found).toEqual(["src/lib.rs:1 0.6", "src/lib.rs:5 0.5"]);
});

test("a failure that names nothing leads nowhere", async () => {
  expect(
    await suspectsIn({ "a.py": "def f():\n    return 1\n" }, [{ severity: "error", message: "?" }]),
  ).toEqual([]);
});
