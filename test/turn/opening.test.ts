/** The names of the project's files as a prompt shows them. */
import { expect, test } from "bun:test";
import { estimateTokens } from "../../src/model/estimate.ts";
import { filesLine } from "../../src/turn/opening.ts";

test("whole names, as many as fit, and how many there are", () => {
  expect(filesLine([], 400)).toBe("");
  expect(filesLine(["a.py", "b.py"], 400)).toBe("Files: a.py b.py (2 in all)");
  const deep = Array.from({ length: 300 }, (_, n) => `packages/some/rather/deep/folder/module_${n}.py`);
  const line = filesLine(deep, 300);
  expect(estimateTokens(line)).toBeLessThanOrEqual(300);
  const names = line.replace(/^Files: | \(300 in all\)$/g, "").split(" ");
  expect(names.length).toBeGreaterThan(10);
  expect(names.every((name) => deep.includes(name))).toBe(true);
});
