/** What a failed step falls into, computed on small real graphs. */
import { expect, test } from "bun:test";
import { splitFrom, splitRequest } from "../../src/decompose/asked.ts";
import { decompose, MOST_PARTS } from "../../src/decompose/split.ts";
import type { Diagnostic, Step } from "../../src/types.ts";
import { isFrozen } from "../../src/verify/frozen.ts";
import { graphOf } from "../graph/texts.ts";

const FILES: Record<string, string> = {
  "shop/cart.py": [
    "from shop.price import price",
    "",
    "",
    "def total(items):",
    "    return sum(price(one) for one in items)",
    "",
    "",
    "class Cart:",
    "    def add(self, item):",
    "        raise NotImplementedError",
    "",
    "    def size(self):",
    "        raise NotImplementedError",
    "",
  ].join("\n"),
  "shop/price.py": "def price(item):\n    return item.cost\n",
  "tests/test_cart.py": [
    "from shop.cart import Cart, total",
    "from shop.price import price",
    "",
    "",
    "def test_total():",
    "    assert total([]) == 1",
    "",
    "",
    "def test_price():",
    "    assert price(None) == 2",
    "",
    "",
    "def test_price_twice():",
    "    assert price(None) == 4",
    "",
  ].join("\n"),
};
const graph = await graphOf(FILES);

const fails = (name: string, line: number, more: Partial<Diagnostic> = {}): Diagnostic => ({
  path: "tests/test_cart.py",
  line,
  severity: "error",
  message: "assert",
  test: `tests/test_cart.py::${name}`,
  ...more,
});
const step: Step = {
  id: "1",
  intent: "Make the tests pass",
  targets: [
    { path: "shop/cart.py", symbol: "total" },
    { path: "shop/price.py", symbol: "price" },
    { path: "shop/cart.py", symbol: "Cart.add" },
  ],
  check: "pytest",
};
const split = (red: Diagnostic[], of: Step = step) =>
  decompose(graph, { step: of, red, why: "It hung.", tried: of.targets.slice(0, 1), judges: isFrozen });

test("by what the tests call, those that share it together, what is called before what calls it", async () => {
  const parts = await split([fails("test_total", 6), fails("test_price", 10), fails("test_price_twice", 14)]);
  expect(parts.map(({ id, tests, targets }) => ({ id, tests, target: targets[0] }))).toEqual([
    {
      id: "1.1",
      tests: ["tests/test_cart.py::test_price", "tests/test_cart.py::test_price_twice"],
      target: { path: "shop/price.py", symbol: "price" },
    },
    {
      id: "1.2",
      tests: ["tests/test_cart.py::test_total"],
      target: { path: "shop/cart.py", symbol: "total" },
    },
  ]);
  expect(parts[0]?.intent.split("\n")).toEqual([
    "Make the tests pass",
    "Only this part now: price in shop/price.py, so that tests/test_cart.py::test_price, tests/test_cart.py::test_price_twice pass.",
    "Tried before, without success: It hung.",
  ]);
  // The other places stay in reach.
  expect(parts[1]?.targets).toHaveLength(step.targets.length);
});

test("by the innermost place of a stack that is not the tests'", async () => {
  const frames = (line: number) => ({
    frames: [
      { path: "tests/test_cart.py", line: 6 },
      { path: "shop/cart.py", line },
    ],
  });
  const parts = await split([
    fails("test_a", 6, frames(10)),
    fails("test_b", 6, frames(13)),
    fails("test_c", 6, frames(10)),
  ]);
  expect(parts.map(({ tests, targets }) => [targets[0]?.symbol, tests?.length])).toEqual([
    ["Cart.add", 2],
    ["Cart.size", 1],
  ]);
});

test("tests that lead to one place, one after the other; a part of that is split no further", async () => {
  const red = [fails("test_price", 10), fails("test_price_twice", 14)];
  const parts = await split(red);
  expect(parts.map(({ tests }) => tests)).toEqual([
    ["tests/test_cart.py::test_price"],
    ["tests/test_cart.py::test_price_twice"],
  ]);
  const [part] = parts;
  if (part === undefined) throw new Error("There is a part.");
  expect(await split(red, part)).toEqual([]);
  const both: Step = { ...part, tests: red.flatMap(({ test: id }) => id ?? []) };
  expect((await split(red, both)).map(({ id }) => id)).toEqual(["1.1.1", "1.1.2"]);
  expect(await split(red, { ...both, id: "1.1.1" })).toEqual([]);
});

test("a step with tests of its own is split by these alone", async () => {
  const red = [fails("test_total", 6), fails("test_price", 10), fails("test_price_twice", 14)];
  const own = { ...step, tests: ["tests/test_cart.py::test_price", "tests/test_cart.py::test_total"] };
  expect((await split(red, own)).flatMap(({ tests }) => tests ?? []).sort()).toEqual([...own.tests].sort());
});

test("the parts are capped, and the last has the tests of all that are left", async () => {
  const red = Array.from({ length: 12 }, (_, n) => fails(`test_${n}`, 10));
  const parts = await split(red);
  expect(parts).toHaveLength(MOST_PARTS);
  expect(parts.flatMap(({ tests }) => tests ?? [])).toHaveLength(12);
});

test("other failures by file and symbol", async () => {
  const error = (path: string, line: number): Diagnostic => ({
    path,
    line,
    severity: "error",
    message: "undefined: x",
  });
  const parts = await split([error("shop/cart.py", 5), error("shop/price.py", 2), error("shop/price.py", 1)]);
  expect(parts.map(({ targets, tests }) => [targets[0]?.symbol, tests])).toEqual([
    ["price", undefined],
    ["total", undefined],
  ]);
  expect(parts[0]?.intent).toContain("so that this is gone: undefined: x");
});

test("else by the step's own symbols without those tried, where it fails first; by files where there are no symbols", async () => {
  const one: Diagnostic = { path: "shop/cart.py", line: 10, severity: "error", message: "x" };
  expect((await split([one])).map(({ targets }) => targets)).toEqual([
    [{ path: "shop/cart.py", symbol: "Cart.add" }],
    [{ path: "shop/price.py", symbol: "price" }],
  ]);
  const files = { ...step, targets: [{ path: "a.txt" }, { path: "b.txt" }, { path: "tests/test_cart.py" }] };
  expect((await split([], files)).map(({ targets }) => targets)).toEqual([[{ path: "b.txt" }]]);
  expect(await split([], { ...step, targets: [] })).toEqual([]);
  expect(await split([one], { ...step, id: "1.1" })).toEqual([]);
});

test("a model is asked for parts with a closed list of files, and understood in JSON and in a list", () => {
  const { messages, schema, files } = splitRequest(step, "It failed.", ["shop/cart.py", "shop/price.py"]);
  expect(messages[0]?.content).toContain("shop/cart.py, shop/price.py");
  expect(JSON.stringify(schema)).toContain('"enum":["shop/cart.py","shop/price.py"]');
  const wanted = [
    ["1.1", "shop/price.py", "price"],
    ["1.2", "shop/cart.py", "total"],
  ];
  for (const reply of [
    '{"tasks":[{"file":"shop/price.py","task":"fix price"},{"file":"shop/cart.py","task":"fix total"}]}',
    "Here you are:\n1. shop/price.py: fix price\n2. `cart.py` - fix total",
    "1) **shop/price.py**: fix price\n2) shop/cart.py — fix total\n",
  ])
    expect(
      splitFrom(reply, step, files).map(({ id, targets: [first] }) => [id, first?.path, first?.symbol]),
    ).toEqual(wanted);
  for (const reply of ["", "I can not.", "1. shop/cart.py: all of it", '{"tasks": 3}', "{"])
    expect(splitFrom(reply, step, files)).toEqual([]);
  expect(splitFrom("1. one\n2. two", step, files).map(({ targets }) => targets)).toEqual([
    step.targets,
    step.targets,
  ]);
});
