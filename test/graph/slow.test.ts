/** A text that a grammar takes minutes over is given up, and the parser still works. */
import { expect, test } from "bun:test";
import { parse } from "../../src/graph/syntax/parse.ts";

test("a long run of comments in Python", async () => {
  const comments = Array.from({ length: 14_000 }, (_, n) => `    # ${n}\n`).join("");
  const slow = `def f():\n${comments}    return 1\n`;
  expect(await parse("slow.py", slow)).toBeNull();
  const parsed = await parse("quick.py", "def f():\n    return 1\n");
  expect(parsed?.symbols.map(({ name }) => name)).toEqual(["f"]);
}, 30_000);
