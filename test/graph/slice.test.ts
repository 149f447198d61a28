/** A slice keeps to its room whatever the target is, shows the target whole where it fits, and cuts no syntax node. */
import { describe, expect, test } from "bun:test";
import { slice } from "../../src/graph/rank/slice.ts";
import { parse } from "../../src/graph/syntax/parse.ts";
import { estimateTokens } from "../../src/model/estimate.ts";
import type { CodeSymbol, Target } from "../../src/types.ts";
import { makeTree, open } from "../workspace/tree.ts";

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
const workspace = await open(makeTree(FILES));
const symbols: CodeSymbol[] = (
  await Promise.all(["small.py", "large.py"].map((path) => parse(path, FILES[path] ?? "")))
).flatMap((parsed) => parsed?.symbols ?? []);
const show = (target: Target | null, most: number, lines: number[] = []): Promise<string> =>
  slice({ target, symbols, lines, most, heads: Math.floor(most / 4) }, workspace);
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
