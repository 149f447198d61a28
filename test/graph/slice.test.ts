/** A slice keeps to its room whatever the target is, shows the target whole where it fits, and cuts no syntax node. */
import { describe, expect, test } from "bun:test";
import { rank } from "../../src/graph/rank/rank.ts";
import { graphSlice, slice } from "../../src/graph/rank/slice.ts";
import { parse } from "../../src/graph/syntax/parse.ts";
import { estimateTokens } from "../../src/model/estimate.ts";
import type { Target } from "../../src/types.ts";
import { graphOf } from "./texts.ts";

const body = (name: string, lines: number): string =>
  `def ${name}(a):\n${Array.from({ length: lines }, (_, n) => `    a += ${n}\n`).join("")}    return a\n`;
const FILES: Record<string, string> = {
  "small.py": `${body("first", 3)}\n\n${body("second", 3)}`,
  "large.py": Array.from({ length: 40 }, (_, n) => body(`f${n}`, 12)).join("\n\n"),
  "giant.py": body("giant", 2000),
  "table.py": `TABLE = [\n${"    (1, 2, 3),\n".repeat(3000)}]\n`,
  "data.json": JSON.stringify(
    Array.from({ length: 3000 }, (_, n) => ({ n })),
    null,
    1,
  ),
  "one-line.js": `var x = ${JSON.stringify("y".repeat(50_000))};`,
  "notes.txt": "word ".repeat(10_000),
};
const graph = await graphOf(FILES);
const ranked = await rank({ words: ["first", "second", "f7", "f8"], paths: [], frames: [] }, graph);
const show = async (target: Target | null, most: number, lines: number[] = []): Promise<string> =>
  (await slice({ target, ranked, lines, most, heads: Math.floor(most / 4) }, graph)).text;
const codeIn = (text: string): string => /```\w*\n([\s\S]*?)\n```/.exec(text)?.[1] ?? "(";

const TARGETS: (Target | null)[] = [
  ...Object.keys(FILES).map((path) => ({ path })),
  { path: "small.py", symbol: "second" },
  { path: "large.py", symbol: "f7" },
  { path: "giant.py", symbol: "giant" },
  { path: "missing.py" },
  null,
];

describe("within its room, and whole nodes only", () => {
  for (const target of TARGETS)
    test(JSON.stringify(target), async () => {
      for (const most of [20, 70, 300, 1000, 4000]) {
        const text = await show(target, most);
        expect(estimateTokens(text)).toBeLessThanOrEqual(most);
        if (target === null || !text.includes("```")) continue;
        const parsed = await parse(target.path, codeIn(text));
        expect([most, parsed?.errors ?? []]).toEqual([most, []]);
      }
    });
});

test("a small file is whole; of a large one the target is whole", async () => {
  expect(await show({ path: "small.py", symbol: "second" }, 1000)).toContain(
    FILES["small.py"]?.trimEnd() ?? "-",
  );
  expect(await show({ path: "large.py", symbol: "f7" }, 1000)).toContain(body("f7", 12).trimEnd());
});

test("a function that is too long is shown around the lines that matter", async () => {
  const text = codeIn(await show({ path: "giant.py", symbol: "giant" }, 300, [1000]));
  expect(text).toStartWith("def giant(a):\n    ...  # … ");
  expect(text).toContain("\n    a += 998\n");
  expect(text).toMatch(/\n {4}\.\.\. {2}# … \d+ lines left out$/);
  const [first, last] = [...text.matchAll(/(\d+) lines left out/g)].map(([, n]) => Number(n));
  const shown = text.split("\n").filter((line) => line.startsWith("    a += ")).length;
  expect((first ?? 0) + (last ?? 0) + shown + 1).toBe(2002);
  expect(await show({ path: "table.py" }, 300, [2])).toContain("TABLE = [\n    (1, 2, 3),\n");
});

test("what is too long is said to be", async () => {
  expect(await show({ path: "one-line.js" }, 1000)).toContain("one-line.js: 1 lines, too long to show.");
  expect(await show({ path: "notes.txt" }, 1000)).toContain("too long to show");
});

describe("the slice of a task", () => {
  const SHOP: Record<string, string> = {
    "shop/cart.py": `from shop.price import total_of\n\n\nclass Cart:\n    def checkout(self):\n        return total_of(self.items)\n\n    def clear(self):\n        self.items = []\n`,
    "shop/price.py": `@lru_cache(maxsize=None)\ndef total_of(items):\n    return sum(rounded(item) for item in items)\n\n\ndef rounded(item):\n    return round(item)\n`,
    "shop/stock.py": Array.from({ length: 300 }, (_, n) => body(`stock_item_${n}`, 3)).join("\n\n"),
  };
  const words = ["Cart.checkout is wrong for a stock item"];
  const query = { words, paths: [], frames: [] };

  test("shows the best in full, what belongs to it as signatures below the heads of their classes", async () => {
    const shop = await graphOf(SHOP);
    const { text } = await graphSlice({ ...query, words: ["Cart.checkout is wrong"], tokens: 400 }, shop);
    expect(text).toBe(
      [
        "shop/cart.py:",
        "class Cart",
        "    def checkout(self):",
        "        return total_of(self.items)",
        "  def clear(self)",
        "shop/price.py:",
        "def total_of(items)",
        "def rounded(item)",
      ].join("\n"),
    );
  });

  test("fills its room and never more; each line has its symbol and a reason", async () => {
    const shop = await graphOf(SHOP);
    for (const tokens of [50, 200, 500, 1000]) {
      const { text, lines } = await graphSlice({ ...query, tokens }, shop);
      const size = estimateTokens(text);
      expect(size).toBeLessThanOrEqual(tokens);
      if (tokens >= 200) expect(size).toBeGreaterThanOrEqual(0.95 * tokens);
      expect(lines).toHaveLength(text.split("\n").length);
      for (const [index, row] of text.split("\n").entries()) {
        const line = lines[index];
        if (line?.symbol === null) expect(row).toBe(`${line.path}:`);
        else expect([row, line?.why.length ?? 0]).not.toEqual([row, 0]);
      }
    }
  });

  test("lines keep their order when the words change what is shown", async () => {
    const shop = await graphOf(SHOP);
    const rows = async (more: string): Promise<string[]> =>
      (await graphSlice({ ...query, words: [...words, more], tokens: 600 }, shop)).text.split("\n");
    const [one, other] = [await rows("stock_item_7"), await rows("stock_item_200 and rounded")];
    const shared = one.filter((row) => other.includes(row));
    expect(shared.length).toBeGreaterThan(8);
    expect(other.filter((row) => one.includes(row))).toEqual(shared);
  });

  test("a given target is shown with its file, and the rest goes to what belongs to it", async () => {
    const shop = await graphOf(SHOP);
    const about = { path: "shop/price.py", symbol: "total_of" };
    const { text } = await graphSlice({ words: [], paths: [], frames: [], about, tokens: 400 }, shop);
    expect(text).toStartWith("shop/price.py\n```python\n@lru_cache(maxsize=None)\ndef total_of(items):\n");
    expect(text).toContain("Other definitions:\nshop/cart.py:\nclass Cart\n  def checkout(self)");
  });

  test("is empty where the task says nothing about the project", async () => {
    const nothing = { words: ["zebra"], paths: [], frames: [], tokens: 500 };
    expect(await graphSlice(nothing, await graphOf(SHOP))).toEqual({ text: "", lines: [] });
  });
});

test("a signature is one row without its decorators, cut between parameters", async () => {
  const files = {
    "a.py": `@app.route("/", methods=["GET", ("x")])\n@property\ndef wanted(\n    a,\n    b,\n):\n    pass\n`,
    "b.py": `def wanted_too(${Array.from({ length: 60 }, (_, n) => `parameter_${n}`).join(", ")}):\n    pass\n`,
  };
  const text = (
    await graphSlice({ words: ["wanted"], paths: [], frames: [], tokens: 300 }, await graphOf(files))
  ).text;
  expect(text).toContain("\nb.py:\ndef wanted_too(parameter_0, ");
  expect(text).toMatch(/parameter_\d+, …$/m);
  const small = await graphSlice(
    { words: ["wanted_too"], paths: [], frames: [], tokens: 300 },
    await graphOf(files),
  );
  expect(small.text).toContain("a.py:\ndef wanted(a, b)\n");
});

test("of a function that is too long, its own statements come before its neighbours", async () => {
  const text = await show({ path: "giant.py", symbol: "giant" }, 300);
  expect(text).toContain("    a += 0\n    a += 1\n");
});

test("definitions of one name leave room for the others", async () => {
  const models = Array.from({ length: 9 }, (_, n) => [
    `m${n}.py`,
    `from tail import reached\n\nclass Model${n}:\n    def query(self, code):\n        return reached(code)\n`,
  ]);
  const files = { ...Object.fromEntries(models), "tail.py": "def reached(location):\n    return location\n" };
  const project = await graphOf(files);
  const shown = async (tokens: number): Promise<[number, boolean]> => {
    const { text } = await graphSlice({ words: ["query"], paths: [], frames: [], tokens }, project);
    return [text.match(/def query/g)?.length ?? 0, text.includes("def reached")];
  };
  const [few, other] = await shown(110);
  expect({ few: few < 9, other }).toEqual({ few: true, other: true });
  expect(await shown(600)).toEqual([9, true]);
});
