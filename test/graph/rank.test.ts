/** Which symbols a task is about: by its words, its places, and what belongs together in the code. */
import { expect, test } from "bun:test";
import { type Ranked, type RankQuery, rank } from "../../src/graph/rank/rank.ts";
import { partsOf, stemOf, wordsOf } from "../../src/graph/rank/words.ts";
import { graphOf } from "./texts.ts";

const FILES: Record<string, string> = {
  "src/http/client.py":
    "class HttpClient:\n    def send_request(self, url):\n        return url\n\n    def close(self):\n        pass\n",
  "src/util/dates.py":
    "def parse_iso_date(text):\n    return text\n\n\ndef format_date(day):\n    return str(day)\n",
  "src/sorting.py":
    "def quicksort(arr):\n    if not arr:\n        return []\n    return arr\n\n\ndef kth(arr, k):\n    return arr[k]\n",
  "tests/test_sorting.py":
    "from sorting import quicksort\n\n\ndef test_quicksort():\n    assert quicksort([1]) == [1]\n",
  "web/parseHTMLFile.js": "export function parseHTMLFile(path) {\n  return path;\n}\n",
  "notes.txt": "quicksort quicksort\n",
};
for (let i = 0; i < 60; i++) FILES[`src/filler${i}.py`] = `def filler_${i}(x):\n    return x\n`;

const graph = await graphOf(FILES);
const first = async (query: Partial<RankQuery>) => {
  const [best] = await rank({ words: [], paths: [], frames: [], ...query }, graph);
  return best && `${best.symbol.path} ${best.symbol.name}`;
};

test("words are split at humps and underscores", () => {
  expect(partsOf("parseHTMLFile")).toEqual(["parse", "html", "file"]);
  expect(partsOf("find_all-2x")).toEqual(["find", "all", "2x"]);
  expect([...wordsOf(["Fix the bug in `Stack.push`."]).whole]).toEqual(["stack.push", "push"]);
});

test("a symbol named in the task comes first, before its test", async () => {
  expect(await first({ words: ["quicksort drops duplicates, please fix"] })).toBe("src/sorting.py quicksort");
  expect(await first({ words: ["HttpClient.close"] })).toBe("src/http/client.py HttpClient.close");
});

test("words that share parts with a name find it, in any spelling", async () => {
  expect(await first({ words: ["the ISO date is parsed wrongly"] })).toBe("src/util/dates.py parse_iso_date");
  expect(await first({ words: ["parse_html_file"] })).toBe("web/parseHTMLFile.js parseHTMLFile");
  expect(await first({ words: ["sending a request over http"] })).toStartWith("src/http/client.py");
});

test("a named path outweighs words, a trace names the function", async () => {
  expect(await first({ words: ["wrong result"], paths: ["src/util/dates.py"] })).toStartWith(
    "src/util/dates.py",
  );
  expect(await first({ words: ["wrong result"], paths: ["dates.py"] })).toStartWith("src/util/dates.py");
  expect(await first({ frames: [{ path: "src/sorting.py", line: 8 }] })).toBe("src/sorting.py kth");
  expect(await first({ words: ["filler"], paths: ["tests/test_sorting.py"] })).toStartWith(
    "tests/test_sorting.py",
  );
});

const told = ({ why, ...rest }: Ranked) => ({ ...rest, why: why() });

test("the order is the same whatever the order of files, and each score says why", async () => {
  const query = { words: ["quicksort kth"], paths: [], frames: [] };
  const forward = await rank(query, graph);
  const backward = await rank(query, await graphOf(Object.fromEntries(Object.entries(FILES).reverse())));
  expect(backward.map(told)).toEqual(forward.map(told));
  expect(forward.length).toBeLessThanOrEqual(120);
  expect(forward[0]?.why().join()).toMatch(/name in the task \+\d/);
  const test = forward.find(({ symbol }) => symbol.name === "test_quicksort");
  expect(test?.why().join()).toContain("calls quicksort");
});

test("files that cannot be read or have no grammar are passed over", async () => {
  const query = { words: ["quicksort"], paths: [], frames: [] };
  expect(await rank(query, await graphOf(FILES, Object.keys(FILES)))).toEqual([]);
  expect((await rank(query, graph)).some(({ symbol }) => symbol.path === "notes.txt")).toBe(false);
});

test("what is left out is neither ranked nor passed through as a seed", async () => {
  const ranked = await rank(
    { words: ["quicksort"], paths: [], frames: [], without: (path) => path.startsWith("tests/") },
    graph,
  );
  expect(ranked.length).toBeGreaterThan(0);
  expect(ranked.some(({ symbol }) => symbol.path.startsWith("tests/"))).toBe(false);
});

const SHOP = {
  "shop/cart.py":
    "from shop.price import total_of\n\n\nclass Cart:\n    def checkout(self):\n        return total_of(self.items)\n\n    def clear(self):\n        self.items = []\n",
  "shop/price.py":
    "def total_of(items):\n    return sum(rounded(item) for item in items)\n\n\ndef rounded(item):\n    return round(item)\n",
  "shop/mail.py":
    "def deliver(letter):\n    if not letter:\n        raise ValueError('there is nothing to deliver here')\n    return letter\n",
  "shop/other.py": "def unrelated():\n    return 1\n",
  "tests/test_price.py": "from shop.price import rounded\n\n\ndef test_it():\n    assert rounded(1) == 1\n",
};

test("what the named code calls comes in without a word of the task, and says how", async () => {
  const ranked = await rank(
    { words: ["Cart.checkout is wrong"], paths: [], frames: [] },
    await graphOf(SHOP),
  );
  const names = ranked.map(({ symbol }) => symbol.name);
  expect(names[0]).toBe("Cart.checkout");
  expect(names).toContain("total_of");
  expect(names).toContain("rounded");
  expect(names.indexOf("total_of")).toBeLessThan(names.indexOf("rounded"));
  expect(names).not.toContain("unrelated");
  const why = ranked
    .find(({ symbol }) => symbol.name === "rounded")
    ?.why()
    .join();
  expect(why).toContain("called by total_of, which is called by Cart.checkout");
});

test("a message in quotes finds who raises it; a failing test what it tests; an edit its file", async () => {
  const shop = await graphOf(SHOP);
  const best = async (query: Partial<RankQuery>): Promise<string | undefined> =>
    (await rank({ words: [], paths: [], frames: [], ...query }, shop))[0]?.symbol.name;
  expect(await best({ words: ['it says "there is nothing to deliver here"'] })).toBe("deliver");
  expect(
    await best({ tests: ["tests/test_price.py"], without: (path) => path.startsWith("tests/") }),
  ).toMatch(/total_of|rounded/);
  expect(await best({ recent: ["shop/mail.py"] })).toBe("deliver");
  expect(await best({ about: { path: "shop/mail.py", symbol: "deliver" } })).toBe("deliver");
  expect(await best({})).toBeUndefined();
});

test("files that are left out seed nothing: a word that only they have says nothing", async () => {
  const query = { words: ["test_it"], paths: [], frames: [] };
  const shop = await graphOf(SHOP);
  expect((await rank(query, shop)).length).toBeGreaterThan(0);
  expect(await rank({ ...query, without: (path) => path.startsWith("tests/") }, shop)).toEqual([]);
});

test("a message counts as it is written, a name in backquotes more than words that share with it", async () => {
  const texts = await graphOf({
    "a.py": "def first(x):\n    raise ValueError('there is the wrong kind of parcel, the wrong parcel')\n",
    "b.py": "def second(x):\n    raise ValueError('no parcel of the wrong kind')\n",
    "c.py": "def echo(x):\n    return x\n\n\ndef echo_words(x):\n    return x\n",
  });
  const best = async (task: string): Promise<string | undefined> =>
    (await rank({ words: [task], paths: [], frames: [] }, texts))[0]?.symbol.name;
  expect(await best('it fails with "parcel of the wrong kind"')).toBe("second");
  expect(await best("`echo` drops words")).toBe("echo");
});

test("words in several forms share a stem; other words do not", () => {
  for (const [a, b] of [
    ["parsing", "parse"],
    ["parsed", "parses"],
    ["entries", "entry"],
    ["classes", "class"],
    ["getting", "gets"],
  ] as const)
    expect(stemOf(a)).toBe(stemOf(b));
  expect(stemOf("string")).not.toBe(stemOf("str"));
  expect(stemOf("is")).toBe("is");
});

test("what is written as only code is, is told from words", () => {
  const { code, whole, quoted } = wordsOf([
    "Fix `echo` and parse_args() in HttpClient: 'no such option given'",
  ]);
  expect([...code].sort()).toEqual(["echo", "httpclient", "parse_args"]);
  expect(whole.has("option")).toBe(true);
  expect(quoted).toEqual(["no such option given"]);
  expect(wordsOf(["in iterutils.get_path"]).code.has("get_path")).toBe(true);
});
