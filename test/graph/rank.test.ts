/** Which symbols a task is about, on real files through a reader of a real folder. */
import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type RankQuery, rank, rankExplained } from "../../src/graph/rank/rank.ts";
import { partsOf, wordsOf } from "../../src/graph/rank/words.ts";

const root = mkdtempSync(join(tmpdir(), "rank-"));
afterAll(() => rmSync(root, { recursive: true }));

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
for (const [path, text] of Object.entries(FILES)) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
for (let i = 0; i < 60; i++)
  writeFileSync(join(root, "src", `filler${i}.py`), `def filler_${i}(x):\n    return x\n`);

const reader = {
  read: async (path: string) => {
    const text = readFileSync(join(root, path), "utf8");
    const file = { path, text, hash: "", eol: "\n" as const, bom: false, mode: 0o644, lines: 1 };
    return { ok: true as const, file };
  },
};
const files = [...Object.keys(FILES), ...Array.from({ length: 60 }, (_, i) => `src/filler${i}.py`)];
const first = async (query: Partial<RankQuery>) => {
  const [best] = await rank({ words: [], paths: [], frames: [], ...query }, reader, files);
  return best && `${best.path} ${best.name}`;
};

test("words are split at humps and underscores", () => {
  expect(partsOf("parseHTMLFile")).toEqual(["parse", "html", "file"]);
  expect(partsOf("find_all-2x")).toEqual(["find", "all", "2x"]);
  expect([...wordsOf(["Fix the bug in `Stack.push`."]).whole]).toEqual(["stack.push"]);
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

test("the order is the same whatever the order of files, and each score says why", async () => {
  const query = { words: ["quicksort kth"], paths: [], frames: [] };
  const forward = await rank(query, reader, files);
  const backward = await rank(query, reader, [...files].reverse());
  expect(backward).toEqual(forward);
  expect(forward.length).toBeLessThanOrEqual(200);
  const [best] = await rankExplained(query, reader, files);
  expect(best?.why).toContain("name +45");
});

test("files that cannot be read or have no grammar are passed over", async () => {
  const broken = { read: async () => ({ ok: false as const, reason: "no" }) };
  expect(await rank({ words: ["quicksort"], paths: [], frames: [] }, broken, files)).toEqual([]);
  const symbols = await rank({ words: ["quicksort"], paths: [], frames: [] }, reader, files);
  expect(symbols.some(({ path }) => path === "notes.txt")).toBe(false);
});
