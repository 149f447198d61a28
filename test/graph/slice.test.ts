/** A slice keeps to its room whatever the target is, shows the target whole where it fits, and cuts no syntax node. */
import { describe, expect, test } from "bun:test";
import { parse } from "../../src/graph/parse.ts";
import { slice } from "../../src/graph/slice.ts";
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
const show = (target: Target | null, room: number): Promise<string> =>
  slice({ target, symbols, room }, workspace);

describe("within its room", () => {
  const targets: (Target | null)[] = [
    ...Object.keys(FILES).map((path) => ({ path })),
    { path: "small.py", symbol: "second" },
    { path: "large.py", symbol: "f7" },
    { path: "giant.py", symbol: "giant" },
    { path: "missing.py" },
    null,
  ];
  for (const target of targets)
    test(JSON.stringify(target), async () => {
      for (const room of [200, 900, 3000, 12_000])
        expect((await show(target, room)).length).toBeLessThanOrEqual(room);
    });
});

test("a small file is whole; of a large one the target is whole and what is shown parses", async () => {
  expect(await show({ path: "small.py", symbol: "second" }, 3000)).toContain(
    FILES["small.py"]?.trimEnd() ?? "-",
  );
  const text = await show({ path: "large.py", symbol: "f7" }, 3000);
  expect(text).toContain(body("f7", 12).trimEnd());
  const code = /```python\n([\s\S]*?)\n```/.exec(text)?.[1] ?? "(";
  expect((await parse("large.py", code))?.errors).toEqual([]);
});

test("what is too long is said to be", async () => {
  expect(await show({ path: "giant.py", symbol: "giant" }, 3000)).toMatch(
    /def giant\(a\).*2001 lines: too long to show/,
  );
  expect(await show({ path: "table.py" }, 3000)).toContain("too long to show");
});
