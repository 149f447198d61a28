/** The page of a graph as text: what its data hold, that they can be read back, and that nothing in them is markup. */
import { expect, test } from "bun:test";
import { join } from "node:path";
import type { CodeGraph } from "../../src/graph/graph.ts";
import type { CodeIndex } from "../../src/graph/index/code-index.ts";
import type { FileRecord } from "../../src/graph/index/record.ts";
import { linksOf } from "../../src/graph/link/links.ts";
import { factsOf, packEdges } from "../../src/graph/page/facts.ts";
import { asScriptData, graphPage } from "../../src/graph/page.ts";
import { readFileRecord } from "../../src/graph/update/read-file.ts";
import { memoryIndex } from "../harness/memory-index.ts";

async function graphOf(files: Record<string, string>): Promise<CodeGraph> {
  const records: FileRecord[] = [];
  for (const [path, text] of Object.entries(files)) {
    const record = await readFileRecord(path, text);
    if (record !== null) records.push(record);
  }
  const index: CodeIndex = memoryIndex(records, (path) => files[path]?.length ?? 0);
  const read = (path: string): string | null => files[path] ?? null;
  return { index, links: linksOf(index, read), text: async (path) => read(path) };
}

const SHOP = {
  "shop/cart.py":
    "class Cart:\n    def total(self):\n        return round_up(1)\n\n\ndef round_up(n):\n    return n\n",
  "shop/order.py": "from shop.cart import round_up\n\n\ndef place():\n    return round_up(2)\n",
  "tests/test_cart.py": "from shop.cart import Cart\n\n\ndef test_total():\n    assert Cart().total() == 1\n",
};

test("the facts are columns: definitions file by file, parents and starts as distances", async () => {
  const facts = await factsOf(await graphOf(SHOP), "shop");
  expect(facts.paths).toEqual(["shop/cart.py", "shop/order.py", "tests/test_cart.py"]);
  expect(facts.lines).toEqual([7, 5, 5]);
  expect(facts.counts).toEqual([3, 1, 1]);
  expect(facts.names).toEqual(["Cart", "total", "round_up", "place", "test_total"]);
  expect(facts.parents).toEqual([0, 1, 0, 0, 0]);
  expect(facts.starts).toEqual([1, 1, 4, 4, 4]);
  expect(facts.sizes).toEqual([3, 2, 2, 2, 2]);
  expect(facts.kind.map((kind) => facts.kinds[kind])).toEqual([
    "class",
    "method",
    "function",
    "function",
    "function",
  ]);
  expect(facts.signature.map((place) => facts.signatures[place])).toEqual([
    "class \u007f",
    "def \u007f(self)",
    "def \u007f(n)",
    "def \u007f()",
    "def \u007f()",
  ]);
  expect(facts.signature[3]).toBe(facts.signature[4]);
  expect(facts.fileKind.map((kind) => facts.fileKinds[kind])).toEqual(["code", "code", "test"]);
});

test("a call is an edge from the definition that it stands in", async () => {
  const { edges } = await factsOf(await graphOf(SHOP), "shop");
  // Nodes: three files, then Cart 3, total 4, round_up 5, place 6, test_total 7.
  const calls = packEdges(
    new Map([
      [4, new Set([5])],
      [6, new Set([5])],
      [7, new Set([3, 4])],
    ]),
  );
  expect(edges.calls).toEqual(calls);
});

test("a call of itself is no edge", async () => {
  const { edges } = await factsOf(await graphOf({ "a.py": "def fib(n):\n    return fib(n - 1)\n" }), "x");
  expect(edges.calls).toEqual([]);
});

test("edges are packed as distances", () => {
  const edges = new Map([
    [9, new Set([40, 3])],
    [2, new Set([7])],
    [5, new Set<number>()],
  ]);
  expect(packEdges(edges)).toEqual([2, 1, 7, 7, 2, 3, 37]);
});

test("a name with many meanings is counted and draws no edge", async () => {
  const many = Object.fromEntries(
    ["a", "b", "c", "d"].map((name) => [`${name}.py`, "def run():\n    pass\n"]),
  );
  const { edges, unclear } = await factsOf(
    await graphOf({ ...many, "z.py": "def go(x):\n    x.run()\n    x.run()\n" }),
    "x",
  );
  expect(edges.calls).toEqual([]);
  expect(unclear).toEqual([["run", 2]]);
});

test("a text that cannot be read leaves its lines to a guess, and no signatures", async () => {
  const graph = await graphOf({ "a.py": "def f():\n    pass\n" });
  const facts = await factsOf({ ...graph, text: async () => null }, "x");
  expect(facts).toMatchObject({ lines: [1], guessed: [0], signature: [0], signatures: [""] });
});

test("data in the page cannot end their script or begin another element", () => {
  const value = { "</script><!--": "\u2028\u2029\ud800<b>" };
  const text = asScriptData(value);
  expect(text).not.toMatch(/[<\u2028\u2029]/);
  expect(text).not.toContain("\ud800");
  expect(JSON.parse(text)).toEqual(value);
});

test("the page is one text without an address in it, and hostile names stay data", async () => {
  const bad = '</script><script>alert(1)</script><img src=x onerror="alert(1)">';
  const html = await graphPage(await graphOf({ [`${bad}.json`]: JSON.stringify({ [bad]: 1 }) }), {
    title: bad,
  });
  expect(html.match(/<script/g)).toHaveLength(2);
  expect(html).not.toContain("<img");
  expect(html).toContain("default-src 'none'");
  const own = html.replace(/<script type="application\/json"[^\n]*/, "").replace(/<title>.*<\/title>/, "");
  expect(own.match(/https?:|url\(|@import|src=/)).toBeNull();
});

test("the same graph gives the same bytes", async () => {
  const [one, two] = [await graphOf(SHOP), await graphOf(SHOP)];
  expect(await graphPage(one, { title: "x" })).toBe(await graphPage(two, { title: "x" }));
});

test("the page's script has sound types", () => {
  const root = join(import.meta.dir, "..", "..");
  const { stdout, success } = Bun.spawnSync([
    join(root, "node_modules", ".bin", "tsc"),
    "-p",
    join(root, "src", "graph", "page", "tsconfig.json"),
  ]);
  expect(stdout.toString()).toBe("");
  expect(success).toBe(true);
}, 30_000);
