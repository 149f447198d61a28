/** Questions to the graph of a small shop in three languages, with their whole answers. */
import { expect, test } from "bun:test";
import type { CodeGraph } from "../../src/graph/graph.ts";
import type { Answer, Kin, Outlined } from "../../src/graph/query/answers.ts";
import { path } from "../../src/graph/query/chain.ts";
import { definition, outline } from "../../src/graph/query/definitions.ts";
import { importers, imports, tests } from "../../src/graph/query/files.ts";
import { impact } from "../../src/graph/query/impact.ts";
import { types } from "../../src/graph/query/kin.ts";
import { callees, callers, references } from "../../src/graph/query/uses.ts";
import { shop } from "./query-project.ts";
import { graphOf } from "./texts.ts";

/** Each answer's rows as short lines. */
async function rowsOf<T>(
  answer: Promise<Answer<{ rows: T[] }>>,
  show: (row: T) => string,
): Promise<string[]> {
  const found = await answer;
  return found.ok ? found.rows.map(show) : [found.reason, ...found.near];
}

const at = ({ path: file, line }: { path: string; line: number }): string => `${file}:${line}`;
const MANY = 100;

test("definition: however the name is written", async () => {
  const { graph } = await shop();
  const of = (name: string) => rowsOf(definition(graph, name, MANY), (one) => `${at(one)} ${one.name}`);
  for (const name of [
    "Cart",
    "shop.cart.Cart",
    "cart.Cart",
    "shop.Cart",
    "shop/cart.py:Cart",
    "cart.py::Cart",
  ])
    expect({ name, found: await of(name) }).toEqual({ name, found: ["shop/cart.py:12 Cart"] });
  for (const name of ["Cart.add", "Cart::add", "Cart#add", "Cart.add(item)", "shop.cart.Cart.add"])
    expect({ name, found: await of(name) }).toEqual({ name, found: ["shop/cart.py:21 Cart.add"] });
  expect(await of("add")).toEqual(["shop/cart.py:8 Basket.add", "shop/cart.py:21 Cart.add"]);
  expect(await of("Store.Load")).toEqual(["server/store/store.go:10 Store.Load"]);
  expect(await of("Chart")).toEqual(["Nothing is called Chart.", "Cart"]);
  expect(await of("Cart.ad")).toEqual(["Nothing is called Cart.ad.", "Cart.add"]);
  expect(await of("http.ts:Cart")).toEqual([
    "Nothing is called Cart in web/src/http.ts.",
    "Cart",
    "GiftCart",
    "showCart",
  ]);
});

test("definition: signature, documentation, and the note on another case", async () => {
  const { graph } = await shop();
  expect(await definition(graph, "CART", MANY)).toEqual({
    ok: true,
    rows: [
      {
        path: "shop/cart.py",
        line: 12,
        end: 26,
        name: "Cart",
        kind: "class",
        signature: "class Cart(Basket)",
        doc: "Items that a customer wants.",
      },
    ],
    more: 0,
    note: "There is no CART; this is Cart.",
  });
  const doc = (name: string) => rowsOf(definition(graph, name, MANY), (one) => one.doc);
  expect(await doc("price_of")).toEqual(["What one item costs."]);
  expect(await doc("getJSON")).toEqual(["Asks a server."]);
  expect(await doc("HttpReader.read")).toEqual(["Reads one path."]);
  expect(await doc("Store")).toEqual(["Store keeps carts."]);
  expect(await doc("checkout")).toEqual([""]);
});

test("a limit says how many more there are", async () => {
  const { graph } = await shop();
  expect(await definition(graph, "add", 1)).toMatchObject({ rows: [{ name: "Basket.add" }], more: 1 });
  expect(await references(graph, "getJSON", 1)).toMatchObject({ rows: [{ line: 13 }], more: 2 });
  expect(await outline(graph, "shop/cart.py", 3)).toMatchObject({ more: 5 });
});

test("references, callers and callees", async () => {
  const { graph } = await shop();
  expect(
    await rowsOf(
      references(graph, "getJSON", MANY),
      (one) => `${at(one)} ${one.role} ${one.name}: ${one.text}`,
    ),
  ).toEqual([
    "web/src/http.ts:13 call HttpReader.read: return getJSON(path);",
    'web/src/page.ts:1 import null: import { getJSON, HttpReader } from "./http.ts";',
    'web/src/page.ts:4 call showCart: const cart = await getJSON("/cart");',
  ]);
  const callersOf = (name: string) => rowsOf(callers(graph, name, MANY), (one) => `${at(one)} ${one.name}`);
  expect(await callersOf("total_price")).toEqual([
    "shop/cart.py:34 checkout",
    "tests/test_cart.py:6 test_total",
  ]);
  expect(await callersOf("Cart")).toEqual([
    "tests/test_cart.py:5 test_total",
    "tests/test_cart.py:10 test_checkout",
  ]);
  expect(await callersOf("key")).toEqual(["server/store/store.go:10 Store.Load"]);
  const calleesOf = (name: string) =>
    rowsOf(callees(graph, name, MANY), (one) => `${at(one)} ${one.name} ${one.lines}`);
  expect(await calleesOf("Cart.total_price")).toEqual(["shop/prices.py:6 price_of 26"]);
  expect(await calleesOf("showCart")).toEqual(["web/src/page.ts:8 render 5", "web/src/http.ts:2 getJSON 4"]);
  expect(await calleesOf("main")).toEqual([
    "server/store/store.go:7 Open 6",
    "server/store/store.go:10 Store.Load 7",
  ]);
});

test("an alias is a use of what it stands for", async () => {
  const { graph } = await shop({
    "shop/report.py": `from .cart import GiftCart as Gift, checkout as pay
from .prices import price_of as cost


class Voucher(Gift):
    def total(self):
        return cost(pay(Gift()))
`,
    "web/src/list.ts": `import { getJSON as ask } from "./http.ts";

export const list = () => ask("/list");
`,
    "server/cmd/main.go": `package main

import kept "example.com/server/store"

func run() { kept.Open() }
`,
  });
  const referencesTo = (name: string) =>
    rowsOf(references(graph, name, MANY), (one) => `${at(one)} ${one.role} ${one.name} ${one.certainty}`);
  expect(await referencesTo("price_of")).toEqual([
    "shop/cart.py:2 import null imported",
    "shop/cart.py:26 call Cart.total_price imported",
    "shop/report.py:2 import null imported",
    "shop/report.py:7 call Voucher.total imported",
  ]);
  expect(await referencesTo("GiftCart")).toEqual([
    "shop/report.py:1 import null imported",
    "shop/report.py:5 inherit Voucher imported",
    "shop/report.py:7 call Voucher.total imported",
  ]);
  const callersOf = (name: string) => rowsOf(callers(graph, name, MANY), (one) => `${at(one)} ${one.name}`);
  expect(await callersOf("getJSON")).toEqual([
    "web/src/http.ts:13 HttpReader.read",
    "web/src/list.ts:3 list",
    "web/src/page.ts:4 showCart",
  ]);
  const calleesOf = (name: string) =>
    rowsOf(callees(graph, name, MANY), (one) => `${at(one)} ${one.name} ${one.lines} ${one.certainty}`);
  expect(await calleesOf("Voucher.total")).toEqual([
    "shop/cart.py:29 GiftCart 7 imported",
    "shop/cart.py:33 checkout 7 imported",
    "shop/prices.py:6 price_of 7 imported",
  ]);
  expect(await calleesOf("list")).toEqual(["web/src/http.ts:2 getJSON 3 imported"]);
  expect(await calleesOf("run")).toEqual(["server/store/store.go:7 Open 5 imported"]);
  const found = await types(graph, "Voucher", MANY);
  expect(found.ok && found.bases.map(({ name, path: file }) => [name, file])).toEqual([
    ["GiftCart", "shop/cart.py"],
  ]);
});

test("types: several bases in the order of the text", async () => {
  const { graph } = await shop({ "many.py": "class Many(Zebra, Ant, Middle):\n    pass\n" });
  const found = await types(graph, "Many", MANY);
  expect(found.ok && found.bases.map(({ name }) => name)).toEqual(["Zebra", "Ant", "Middle"]);
});

test("a use in a file that has a definition of its own means that one", async () => {
  const own = "def load_all():\n    return 1\n\n\ndef start():\n    return load_all()\n";
  const { graph } = await shop({ "one.py": own, "two.py": own });
  const of = (name: string) => rowsOf(references(graph, name, MANY), at);
  expect(await of("one.py:load_all")).toEqual(["one.py:6"]);
  expect(await of("load_all")).toEqual(["one.py:6", "two.py:6"]);
});

test("functions that call each other are each reached once", async () => {
  const text = "def ping(n):\n    return pong(n)\n\n\ndef pong(n):\n    return ping(n) + pong(n)\n";
  const { graph } = await shop({ "ring.py": text });
  const found = await impact(graph, "ping", MANY);
  expect(found.ok && found.rows.map(({ name, line, distance }) => [name, line, distance])).toEqual([
    ["pong", 6, 1],
  ]);
  expect(found.ok && found.cut).toBe(false);
});

test("importers, imports and tests", async () => {
  const { graph } = await shop();
  const importersOf = (text: string) => rowsOf(importers(graph, text, MANY), at);
  expect(await importersOf("shop/cart.py")).toEqual(["shop/__init__.py:1", "tests/test_cart.py:1"]);
  expect(await importersOf("getJSON")).toEqual(["web/src/page.ts:1"]);
  expect(await importersOf("./http.ts")).toEqual(["web/src/page.ts:1"]);
  expect(await importersOf("nothing.ts")).toEqual(["There is no file nothing.ts that the graph knows."]);
  expect(
    await rowsOf(imports(graph, "server/main.go", MANY), (one) => `${one.line} ${one.module} ${one.files}`),
  ).toEqual(["3 example.com/server/store server/store/key.go,server/store/store.go"]);
  const testsOf = (text: string) =>
    rowsOf(tests(graph, text, MANY), (one) => `${at(one)} ${one.name} ${one.why}`);
  expect(await testsOf("Cart.total_price")).toEqual(["tests/test_cart.py:6 test_total uses it"]);
  expect(await testsOf("shop/cart.py")).toEqual(["tests/test_cart.py:1 null tests the file"]);
});

test("outline: nested as the file is", async () => {
  const { graph } = await shop();
  const flat = (rows: Outlined[]): unknown[] =>
    rows.map((one) => [one.line, one.name, ...flat(one.children)]);
  const found = await outline(graph, "cart.py", MANY);
  expect(found.ok && flat(found.rows)).toEqual([
    [5, "Basket", [8, "add"]],
    [12, "Cart", [18, "__init__"], [21, "add"], [24, "total_price"]],
    [29, "GiftCart"],
    [33, "checkout"],
  ]);
  expect(found.ok && found.note).toBe("This is shop/cart.py.");
});

test("types: bases up, subclasses down", async () => {
  const { graph } = await shop();
  const flat = (kin: Kin[]): unknown[] => kin.map((one) => [one.name, one.path, ...flat(one.kin)]);
  const of = async (graph: CodeGraph, name: string) => {
    const found = await types(graph, name, MANY);
    return found.ok ? [flat(found.bases), flat(found.heirs)] : found.reason;
  };
  expect(await of(graph, "Cart")).toEqual([[["Basket", "shop/cart.py"]], [["GiftCart", "shop/cart.py"]]]);
  expect(await of(graph, "Basket")).toEqual([[], [["Cart", "shop/cart.py", ["GiftCart", "shop/cart.py"]]]]);
  expect(await of(graph, "Reader")).toEqual([[], [["HttpReader", "web/src/http.ts"]]]);
  expect(await of(graph, "checkout")).toEqual("checkout is no type.");
  const circle = await shop({
    "a.py": "class Hen(Egg):\n    pass\n\n\nclass Egg(Hen):\n    pass\n\n\nclass Cock(Foreign):\n    pass\n",
  });
  expect(await of(circle.graph, "Hen")).toEqual([[["Egg", "a.py"]], [["Egg", "a.py"]]]);
  expect(await of(circle.graph, "Cock")).toEqual([[["Foreign", null]], []]);
});

test("path: the shortest chain, each hop with its reason", async () => {
  const { graph } = await shop();
  const hops = async (from: string, to: string) => {
    const found = await path(graph, from, to);
    if (!found.ok) return found.reason;
    return found.hops.map((hop) => `${at(hop)} ${hop.from.name} ${hop.why} ${hop.to.name ?? hop.to.path}`);
  };
  expect(await hops("checkout", "round_price")).toEqual([
    "shop/cart.py:34 checkout calls Cart.total_price",
    "shop/cart.py:26 Cart.total_price calls price_of",
    "shop/prices.py:7 price_of calls round_price",
  ]);
  expect(await hops("tests/test_cart.py", "shop/prices.py")).toEqual([
    "tests/test_cart.py:1 null imports shop/cart.py",
    "shop/cart.py:2 null imports shop/prices.py",
  ]);
  expect(await hops("main", "key")).toEqual([
    "server/main.go:7 main calls Store.Load",
    "server/store/store.go:10 Store.Load calls key",
  ]);
  expect(await hops("key", "main")).toEqual([]);
  expect(await path(graph, "Cart", "shop/cart.py")).toMatchObject({ found: true, hops: [] });
  expect(await path(graph, "Cart", "nobody")).toMatchObject({
    ok: false,
    reason: "Nothing is called nobody.",
  });
});

test("impact: by distance, with tests", async () => {
  const { graph } = await shop();
  const of = async (text: string) => {
    const found = await impact(graph, text, MANY);
    if (!found.ok) return found.reason;
    const rows = found.rows.map((one) => `${one.distance} ${at(one)} ${one.name} ${one.why} ${one.what}`);
    return { rows, tests: found.tests };
  };
  expect(await of("price_of")).toEqual({
    rows: [
      "1 shop/cart.py:26 Cart.total_price calls price_of",
      "2 shop/cart.py:34 checkout calls Cart.total_price",
      "2 tests/test_cart.py:6 test_total calls Cart.total_price",
      "3 tests/test_cart.py:10 test_checkout calls checkout",
    ],
    tests: ["tests/test_cart.py"],
  });
  expect(await of("shop/prices.py")).toEqual({
    rows: [
      "1 shop/cart.py:2 null imports shop/prices.py",
      "2 shop/__init__.py:1 null imports shop/cart.py",
      "2 tests/test_cart.py:1 null imports shop/cart.py",
    ],
    tests: ["tests/test_cart.py"],
  });
  expect(await of("server/store/key.go")).toEqual({
    rows: [
      "1 server/main.go:3 null imports server/store/key.go",
      "1 server/store/store.go:10 null uses server/store/key.go",
    ],
    tests: [],
  });
});

test("a path that fits several files is asked back", async () => {
  const { graph } = await shop({ "web/test/http.ts": "export {};\n" });
  expect(await rowsOf(importers(graph, "http.ts", MANY), at)).toEqual([
    "http.ts could be one of 2 files.",
    "web/src/http.ts",
    "web/test/http.ts",
  ]);
});

test("callees: of the definition with a body, and those of its own class", async () => {
  const graph = await graphOf({
    "a.h": "int run(int a);\nint step(int a);\n",
    "b.c": '#include "a.h"\nint step(int a) { return a; }\nint run(int a) {\n  return step(a);\n}\n',
    "c.rb": "class A\n  def go\n  end\nend\nclass B\n  def go\n  end\n  def all\n    go()\n  end\nend\n",
  });
  const of = (name: string) => rowsOf(callees(graph, name, MANY), (one) => `${at(one)} ${one.name}`);
  expect(await of("run")).toEqual(["b.c:2 step"]);
  expect((await callees(graph, "run", MANY)) as object).toMatchObject({
    note: "2 definitions are called run; this is b.c:run.",
  });
  expect(await of("B.all")).toEqual(["c.rb:6 B.go"]);
  expect(await of("A.go")).toEqual([]);
});

test("callers: a type's name before the call says whose it is", async () => {
  const graph = await graphOf({
    "Cargo.toml": '[package]\nname = "a"\n',
    "src/lib.rs": "pub mod one;\npub mod two;\n",
    "src/one.rs": `use crate::two::Two;
pub struct One;
impl One {
    pub fn new() -> One { One }
    pub fn both() { let t = Two::new(); }
    pub fn own() { let o = Self::new(); }
    pub fn other() { let p = Path::new("x"); }
    pub fn value(t: Two) { t.new(); }
}
`,
    "src/two.rs": "pub struct Two;\nimpl Two {\n    pub fn new() -> Two { Two }\n}\n",
  });
  const of = (name: string) =>
    rowsOf(callers(graph, name, MANY), (one) => `${at(one)} ${one.name} ${one.certainty}`);
  expect(await of("One.new")).toEqual(["src/one.rs:6 One.own same file", "src/one.rs:8 One.value same file"]);
  expect(await of("Two.new")).toEqual(["src/one.rs:5 One.both imported", "src/one.rs:8 One.value same name"]);
});

test("callers: an override in the same file does not hide what it overrides", async () => {
  const graph = await graphOf({
    "p/Base.java": "package p;\npublic class Base {\n  public int read() { return 0; }\n}\n",
    "p/Heir.java": `package p;
public class Heir extends Base {
  Base inner;
  public int read() { return inner.read(); }
  public int twice() { return this.read() + read(); }
}
`,
  });
  const of = (name: string) =>
    rowsOf(callers(graph, name, MANY), (one) => `${at(one)} ${one.name} ${one.certainty}`);
  expect(await of("Base.read")).toEqual(["p/Heir.java:4 Heir.read same name"]);
  expect(await of("Heir.read")).toEqual([
    "p/Heir.java:4 Heir.read same file",
    "p/Heir.java:5 Heir.twice same file",
  ]);
});

test("C: what a header declares is also what the one source behind it defines", async () => {
  const graph = await graphOf({
    "src/all.h": "int look(int key);\nint find(int key);\n",
    "src/db.c":
      '#include "all.h"\nint find(int key) { return key; }\nint look(int key) { return find(key); }\n',
    "src/get.c": '#include "all.h"\nint get(int key) { return look(key); }\n',
    "src/other.c": "static int look(int key) { return 0; }\n",
  });
  expect(await rowsOf(callees(graph, "get", MANY), (one) => at(one))).toEqual(["src/db.c:3", "src/all.h:1"]);
  const found = await impact(graph, "src/db.c:find", MANY);
  expect(found.ok && found.rows.map(({ distance, name }) => `${distance} ${name}`)).toEqual([
    "1 look",
    "2 get",
  ]);
});

test("types: what Rust implements for a type", async () => {
  const graph = await graphOf({
    "Cargo.toml": '[package]\nname = "a"\n',
    "src/lib.rs": `mod far;
pub trait Find { fn find(&self); }
pub struct Regex;
impl Find for Regex { fn find(&self) {} }
impl<'a, F: Find> Find for &'a F { fn find(&self) {} }
impl std::fmt::Debug for Regex {}
`,
    "src/far.rs":
      "use crate::Find;\nstruct Far<T>(T);\nimpl<T> Find\n    for Far<T>\n{\n    fn find(&self) {}\n}\nmod in_it { fn g() {} }\n",
  });
  const heirs = await types(graph, "Find", MANY);
  expect(heirs.ok && heirs.heirs.map((one) => `${one.path}:${one.line} ${one.name}`)).toEqual([
    "src/far.rs:2 Far",
    "src/lib.rs:3 Regex",
  ]);
  const bases = await types(graph, "Regex", MANY);
  expect(bases.ok && bases.bases.map((one) => `${one.path}:${one.line} ${one.name}`)).toEqual([
    "src/lib.rs:2 Find",
    "null:0 Debug",
  ]);
});

test("callees: Kotlin's extension functions of one name in several files", async () => {
  const inner = (type: string) => `package p.internal\nimport p.${type}\nfun ${type}.commonClose() {\n}\n`;
  const graph = await graphOf({
    "src/p/internal/Sink.kt": inner("Sink"),
    "src/p/internal/Source.kt": inner("Source"),
    "src/p/Sink.kt":
      "package p\nimport p.internal.commonClose\nclass Sink {\n  fun close() = commonClose()\n}\n",
  });
  expect(await rowsOf(callees(graph, "Sink.close", MANY), (one) => `${at(one)} ${one.certainty}`)).toEqual([
    "src/p/internal/Sink.kt:3 imported",
    "src/p/internal/Source.kt:3 imported",
  ]);
});

test("callers: of a type under an alias", async () => {
  const graph = await graphOf({
    "one.ts": "export class One {\n  static make() {}\n}\n",
    "two.ts":
      'import { One as Other } from "./one";\nexport class Two {\n  static make() {}\n  go() {\n    Other.make();\n  }\n}\n',
  });
  expect(await rowsOf(callers(graph, "One.make", MANY), at)).toEqual(["two.ts:5"]);
});
