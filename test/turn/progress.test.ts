/** What is a circle, and what is not. */
import { expect, test } from "bun:test";
import { mostSame, Progress } from "../../src/turn/progress.ts";
import type { ToolCall } from "../../src/types.ts";

const find = (query: string): ToolCall => ({ tool: "find_and_read", args: { query } });

test("the same call with the same result is counted, in turns with others, too", () => {
  const progress = new Progress("a");
  const counts = [find("x"), find("y"), find("x"), find("y"), find("x")].map((call) =>
    progress.called(call, "code"),
  );
  expect(counts).toEqual([1, 1, 2, 2, 3]);
  expect(mostSame(find("x"))).toBe(2);
  expect(mostSame({ tool: "run_check", args: {} })).toBe(4);
});

test("a poll whose result changes goes on, and so does a call on another tree", () => {
  const progress = new Progress("a");
  const check: ToolCall = { tool: "run_check", args: { check: "pytest" } };
  for (let left = 9; left > 0; left -= 1) expect(progress.called(check, `${left} failed`)).toBe(1);
  expect(progress.called(find("x"), "code")).toBe(1);
  progress.changed("b");
  expect(progress.called(find("x"), "code")).toBe(1);
});

test("how long a check took is no news", () => {
  const progress = new Progress("a");
  const check: ToolCall = { tool: "run_check", args: { check: "pytest" } };
  expect(progress.called(check, "It did not end within 6.0 s.")).toBe(1);
  expect(progress.called(check, "It did not end within 6.1 s.")).toBe(2);
});

test("changes that lead back and forth between two trees are a circle", () => {
  const progress = new Progress("a");
  expect(["b", "a", "b", "c", "a"].map((tree) => progress.changed(tree))).toEqual([
    false,
    false,
    false,
    false,
    true,
  ]);
});
