/** Renames in real projects of six languages: their own tests are green before and after, and run what was renamed. */
import { expect, onTestFinished, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { renamedIn, type Texts } from "./renaming.ts";

const SLOW_MS = 120_000;

function runs(files: Texts, command: string): { ok: boolean; output: string } {
  const root = mkdtempSync(join(tmpdir(), "smallcode-rename-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const ran = Bun.spawnSync(["sh", "-c", command], {
    cwd: root,
    env: { ...process.env, GOFLAGS: "-mod=mod", CARGO_NET_OFFLINE: "true" },
  });
  return { ok: ran.success, output: `${ran.stdout}${ran.stderr}` };
}

interface Row {
  language: string;
  needs: string;
  command: string;
  files: Texts;
  /** What is renamed, to what, and at how many places. */
  renames: [from: string, to: string, places: number][];
}

const ROWS: Row[] = [
  {
    language: "Python",
    needs: "python3",
    command: "python3 -m unittest -q",
    files: {
      "shop/__init__.py": 'from .cart import Cart, total\n\n__all__ = ["Cart", "total"]\n',
      "shop/cart.py": [
        "from dataclasses import dataclass",
        "",
        "",
        "@dataclass",
        "class Item:",
        "    cost: int",
        "    name: str = ''",
        "",
        "",
        "class Base:",
        "    def add(self, item):",
        "        raise NotImplementedError",
        "",
        "",
        "class Cart(Base):",
        "    def __init__(self):",
        "        self.items = []",
        "        self.seen = set()",
        "",
        "    def add(self, item):",
        '        """Like `Base.add`."""',
        "        self.items.append(item)",
        "        self.seen.add(item.name)",
        "        return self",
        "",
        "    @property",
        "    def size(self):",
        "        return len(self.items)",
        "",
        "    @size.setter",
        "    def size(self, value):",
        "        del self.items[value:]",
        "",
        "",
        "def total(cart):",
        '    """The `total`; a total is a number."""',
        "    return sum(item.cost for item in cart.items)",
        "",
        "",
        "def report(cart, total=None):",
        "    total = total or 0",
        "    return total",
        "",
        "",
        "def twice(cart):",
        "    return total(cart) * 2",
        "",
      ].join("\n"),
      "shop/late.py":
        "import shop.cart\nimport shop.cart as c\n\n\ndef late(cart):\n    return shop.cart.total(cart) + c.total(cart)\n",
      "test_shop.py": [
        "import unittest",
        "from unittest import mock",
        "",
        "from shop import Cart, total as sum_of",
        "from shop.cart import Item, report, twice",
        "from shop.late import late",
        "",
        "",
        "class Tests(unittest.TestCase):",
        "    def test_all(self):",
        "        cart = Cart()",
        "        cart.add(Item(cost=2)).add(Item(3, name='x'))",
        "        total = sum_of(cart)",
        "        self.assertEqual((total, twice(cart), late(cart)), (5, 10, 10))",
        "        self.assertEqual(report(cart, total=4), 4)",
        "        self.assertEqual(cart.size, 2)",
        "        cart.size = 1",
        "        self.assertEqual(cart.size, 1)",
        "",
        "    def test_patched(self):",
        "        with mock.patch('shop.cart.total', return_value=7):",
        "            self.assertEqual(twice(Cart()), 14)",
        "",
      ].join("\n"),
    },
    renames: [
      ["total", "amount", 9],
      ["Cart.add", "put", 5],
      ["Cart.size", "length", 6],
      ["Item.cost", "price", 3],
      ["Cart", "Basket", 6],
    ],
  },
  {
    language: "JavaScript",
    needs: "node",
    command: "node --test",
    files: {
      "lib/list.js":
        "function push(list, one) {\n  return [...list, one];\n}\nfunction shadow() {\n  const push = 1;\n  return push;\n}\nclass Stack {\n  constructor() {\n    this.items = [];\n  }\n  push(one) {\n    this.items.push(one);\n    return this;\n  }\n  static of(one) {\n    return new Stack().push(one);\n  }\n}\nmodule.exports = { push, shadow, Stack };\n",
      "lib/index.mjs":
        "import list from './list.js';\nexport { push as append } from './list.js';\nexport const { shadow } = list;\n",
      "a.test.js":
        "const test = require('node:test');\nconst assert = require('node:assert');\nconst { push, shadow, Stack } = require('./lib/list');\nconst all = require('./lib/list');\ntest('push', async () => {\n  const { append } = await import('./lib/index.mjs');\n  const o = { push };\n  assert.deepEqual(push([], 1), all.push([], 1));\n  assert.deepEqual(append([], 1), [1]);\n  assert.deepEqual(o['push']([], 1), [1]);\n  assert.equal(shadow(), 1);\n  const stack = new Stack();\n  stack.push(1);\n  assert.deepEqual(Stack.of(2).items, [2]);\n  [].push(1);\n});\n",
    },
    renames: [
      ["lib/list.js:push", "put", 7],
      ["Stack.push", "add", 3],
      ["Stack", "Pile", 6],
    ],
  },
  {
    language: "Go",
    needs: "go",
    command: "go vet ./... && go test ./...",
    files: {
      "go.mod": "module example.com/shop\n\ngo 1.20\n",
      "cart/cart.go":
        "package cart\n\n// Adder takes numbers.\ntype Adder interface{ Add(n int) }\n\ntype Cart struct {\n\titems []int\n\tSize  int\n}\n\nfunc New() *Cart { return &Cart{Size: 0} }\n\nfunc (c *Cart) Add(n int) {\n\tc.items = append(c.items, n)\n\tc.Size++\n}\n\n// Total is the sum, see `Total`.\nfunc Total(c *Cart) int {\n\tsum := 0\n\tfor _, n := range c.items {\n\t\tsum += n\n\t}\n\treturn sum\n}\n",
      "cart/bag.go":
        "package cart\n\ntype Bag struct{ Size int }\n\nfunc (b Bag) Add(n int, m int) int { return n + m + b.Size }\n\nfunc Both() int {\n\tb := Bag{Size: 1}\n\tTotal := Total(New())\n\treturn Total + b.Add(1, 2)\n}\n",
      "cart/cart_test.go":
        'package cart\n\nimport "testing"\n\nfunc TestTotal(t *testing.T) {\n\tc := New()\n\tvar a Adder = c\n\ta.Add(2)\n\tc.Add(3)\n\tif Total(c) != 5 || c.Size != 2 || Both() != 4 {\n\t\tt.Fatal(Total(c), c.Size, Both())\n\t}\n}\n',
      "main.go":
        'package main\n\nimport c "example.com/shop/cart"\n\nfunc main() {\n\tx := c.New()\n\tx.Add(1)\n\tprintln(c.Total(x), x.Size)\n}\n',
    },
    renames: [
      ["Total", "Sum", 7],
      ["Cart.Add", "Put", 5],
      ["Cart.Size", "Count", 6],
      ["Cart", "Basket", 5],
    ],
  },
  {
    language: "Rust",
    needs: "cargo",
    command: "cargo test -q --offline",
    files: {
      "Cargo.toml": '[package]\nname = "shop"\nversion = "0.1.0"\nedition = "2021"\n',
      "src/lib.rs": "pub mod cart;\npub use cart::{total, Cart};\n",
      "src/cart.rs":
        "pub trait Sized2 {\n    fn weight(&self) -> usize;\n}\n\npub struct Cart {\n    pub size: usize,\n}\n\nimpl Cart {\n    pub fn new(size: usize) -> Self {\n        Cart { size }\n    }\n    pub fn grow(&mut self) {\n        self.size += 1;\n    }\n}\n\nimpl Sized2 for Cart {\n    fn weight(&self) -> usize {\n        self.size\n    }\n}\n\n/// The [`total`] of a total.\npub fn total(c: &Cart) -> usize {\n    let size = c.size;\n    size\n}\n\n#[cfg(test)]\nmod tests {\n    use super::*;\n    #[test]\n    fn all() {\n        let mut c = Cart::new(1);\n        c.grow();\n        assert_eq!(c.size, 2);\n        let total = total(&c);\n        assert_eq!(total, c.weight());\n        let Cart { size } = c;\n        assert_eq!(size, 2);\n    }\n}\n",
      "tests/it.rs":
        "use shop::cart::Sized2;\nuse shop::{cart::Cart, total};\n#[test]\nfn it() {\n    assert_eq!(total(&Cart { size: 3 }), 3);\n    assert_eq!(shop::cart::total(&Cart::new(1)), Cart::new(1).weight());\n}\n",
    },
    renames: [
      ["total", "amount", 7],
      ["Cart.size", "length", 8],
      ["Cart", "Basket", 12],
      ["Sized2.weight", "heft", 4],
    ],
  },
  {
    language: "Java",
    needs: "javac",
    command: "mkdir out && javac -d out $(find src -name '*.java') && java -ea -cp out shop.CartTest",
    files: {
      "src/main/java/shop/Cart.java":
        'package shop;\n\npublic class Cart {\n    private int size;\n\n    public Cart(int size) {\n        this.size = size;\n    }\n\n    public static Cart of() {\n        return new Cart(0);\n    }\n\n    public int size() {\n        return size;\n    }\n\n    public void add(int n) {\n        size += n;\n        add(String.valueOf(n));\n    }\n\n    public void add(String s) {\n    }\n\n    /** A {@link Cart}. */\n    @Override\n    public String toString() {\n        return "Cart of " + size;\n    }\n}\n',
      "src/main/java/shop/Big.java":
        'package shop;\n\npublic class Big extends Cart {\n    public Big() {\n        super(1);\n    }\n\n    @Override\n    public void add(int n) {\n        super.add(n);\n        add("x");\n    }\n}\n',
      "src/test/java/shop/CartTest.java":
        "package shop;\n\nimport java.util.ArrayList;\nimport java.util.List;\n\nclass CartTest {\n    public static void main(String[] args) {\n        Cart c = new Cart(1);\n        c.add(2);\n        List<Integer> l = new ArrayList<>();\n        l.add(3);\n        Cart.of().add(1);\n        Big big = new Big();\n        big.add(3);\n        var d = Cart.of();\n        d.add(4);\n        java.util.function.IntConsumer f = c::add;\n        f.accept(1);\n        assert c.size() == 4 && big.size() == 4 && l.size() == 1 : c;\n    }\n}\n",
    },
    renames: [
      ["Cart.add", "put", 11],
      ["Cart", "Basket", 10],
      ["Big", "Large", 4],
    ],
  },
  {
    language: "C++",
    needs: "g++",
    command: "g++ -Wall -Werror=return-type -o t *.cpp && ./t",
    files: {
      "cart.h":
        "#pragma once\nnamespace shop {\nclass Cart {\n public:\n  explicit Cart(int n);\n  ~Cart();\n  void add(int n);\n  int size = 0;\n};\nint total(const Cart& c);\n}  // namespace shop\n#define TWICE(c) (shop::total(c) * 2)\n",
      "cart.cpp":
        '#include "cart.h"\nnamespace shop {\nCart::Cart(int n) : size(n) {}\nCart::~Cart() {}\nvoid Cart::add(int n) { size += n; }\nint total(const Cart& c) { return c.size; }\n}  // namespace shop\n',
      "test.cpp":
        '#include <vector>\n#include "cart.h"\nusing shop::Cart;\nstruct Other {\n  int total = 1;\n  int size = 1;\n  void add(int n) { total += n; }\n};\nint main() {\n  Cart c(1);\n  c.add(2);\n  shop::Cart* p = new shop::Cart(2);\n  p->add(1);\n  std::vector<Cart> v;\n  Other o;\n  o.add(1);\n  int total = shop::total(c) + TWICE(*p);\n  return total == 9 && o.total == 2 && o.size == 1 && p->size == 3 ? 0 : 1;\n}\n',
    },
    renames: [
      ["Cart.add", "put", 4],
      ["total", "amount", 4],
      ["Cart.size", "length", 5],
      ["Cart", "Basket", 15],
    ],
  },
  {
    language: "C",
    needs: "gcc",
    command: "gcc -Wall -Werror -o t *.c && ./t",
    files: {
      "cart.h": "int total(int n);\nstruct cart { int size; };\n#define TWICE(x) (total(x) + total(x))\n",
      "cart.c":
        '#include "cart.h"\nstatic int helper(int n) { return n; }\nint total(int n) { return helper(n); }\n',
      "other.c": "static int helper(int n) { return n + 1; }\nint other(int n) { return helper(n); }\n",
      "test.c":
        '#include "cart.h"\nint other(int n);\nstruct s { int total; };\nint main(void) {\n  struct s a = { .total = 1 };\n  struct cart c = { .size = 2 };\n  a.total += total(2);\n  int x = TWICE(1);\n  { int total = 3; x += total; }\n  return a.total == 3 && x == 5 && c.size == 2 && other(1) == 2 ? 0 : 1;\n}\n',
    },
    renames: [
      ["total", "amount", 5],
      ["cart.c:helper", "assist", 2],
      ["cart.size", "length", 3],
    ],
  },
];

for (const { language, needs, command, files, renames } of ROWS)
  test.skipIf(Bun.which(needs) === null)(
    `${language}: the project's own tests pass before and after each rename`,
    async () => {
      const before = runs(files, command);
      expect(before).toMatchObject({ ok: true });
      // One after the other: each starts from what the one before it made.
      let texts = files;
      const counted: Row["renames"] = [];
      for (const [from, to] of renames) {
        const made = await renamedIn(texts, from, to);
        texts = made.texts;
        const after = runs(texts, command);
        expect({ from, ...after, output: after.ok ? "" : after.output }).toEqual({
          from,
          ok: true,
          output: "",
        });
        counted.push([from, to, made.places]);
      }
      expect(counted).toEqual(renames);
    },
    SLOW_MS,
  );
