/** `smallcode graph slice`: the lines of a slice as they stand, with their reasons where they are asked for. */
import { expect, test } from "bun:test";
import { answer, type Source } from "../../src/cli/graph/answers.ts";
import { screenOf } from "../../src/cli/graph/screen.ts";
import { graphOf } from "../graph/texts.ts";

const FILES = {
  "shop/cart.py":
    "from shop.price import total_of\n\n\nclass Cart:\n    def checkout(self):\n        return total_of(self.items)\n",
  "shop/price.py": "def total_of(items):\n    return sum(items)\n",
};
const source = async (): Promise<Source> => {
  const graph = await graphOf(FILES);
  return {
    workspace: { root: "/", list: async () => Object.keys(FILES) },
    ask: (question) => question(graph),
  };
};
const shown = async (words: string[], flags = {}) => {
  const found = await answer("slice", words, flags, await source());
  if (!found.ok) throw new Error(found.reason);
  return { ...found, screen: screenOf(found.lines, { color: false, columns: null }) };
};

test("shows the code as it stands, and with --why how each line got in", async () => {
  const plain = await shown(["Cart.checkout", "is wrong"]);
  expect(plain.screen).toBe(
    "shop/cart.py:\nclass Cart\n    def checkout(self):\n        return total_of(self.items)\nshop/price.py:\ndef total_of(items)\n",
  );
  const { screen } = await shown(["Cart.checkout is wrong"], { why: true });
  expect(screen).toMatch(/^ {4}def checkout\(self\): {2}← .*qualified name in the task \+\d/m);
  expect(screen).toMatch(/^def total_of\(items\) {2}← called by Cart\.checkout \+\d/m);
});

test("keeps to its tokens, gives rows for --json, and says where nothing fits the words", async () => {
  const { fields, screen } = await shown(["Cart.checkout is wrong"], { tokens: 60 });
  expect(screen.split("\n").length).toBeLessThan(7);
  expect("rows" in fields && Array.isArray(fields.rows) ? fields.rows.slice(0, 2) : []).toMatchObject([
    { path: "shop/cart.py", symbol: null, text: "shop/cart.py:" },
    { path: "shop/cart.py", symbol: "Cart", text: "class Cart", why: ["holds Cart.checkout"] },
  ]);
  const nothing = await shown(["zebra"]);
  expect([nothing.lines, nothing.missed, nothing.none]).toEqual([
    [],
    true,
    "Nothing here has to do with these words.",
  ]);
});
