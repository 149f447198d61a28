/** What a changed line says of itself: operators and order speak for it, length and unknown names against it. */
import { expect, test } from "bun:test";
import { likeSlip, mostLikeSlip } from "../../src/model/slips.ts";

const SLIP = 1;
const WORDS = new Set(["a", "b", "rows", "total"]);
const like = (old: string, fresh: string): number => likeSlip(old, fresh, WORDS);

test("an operator, a number, a truth value, and two things in each other's place", () => {
  expect(like("if a < b:", "if a <= b:")).toBe(SLIP);
  expect(like("return a + 1", "return a + 2")).toBe(SLIP);
  expect(like("a = True", "a = False")).toBe(SLIP);
  expect(like("a = a + b", "a = b + a")).toBeGreaterThan(like("a = a + b", "a = b + b + a"));
  expect(like("if not a:", "if a:")).toBe(SLIP);
});

test("each further token counts against it, in one place or in several", () => {
  const one = like("range(0, a)", "range(0, b)");
  expect(one).toBe(0);
  expect(like("range(0, a)", "range(0, a + 1)")).toBeCloseTo(SLIP - 0.2);
  expect(like("range(0, a)", "range(b, a, b)")).toBeCloseTo(one - 0.4);
  expect(like("", "rows.append(total)")).toBeCloseTo(one - 1);
});

test("a name that neither the file nor the languages have", () => {
  expect(like("return a", "return nowhere")).toBe(-2);
  expect(like("return a", "return len(rows)")).toBeGreaterThan(-1);
  expect(like('return "a"', 'return "nowhere"')).toBe(0);
});

test("the most that a line may come to is known by the token that comes into it", () => {
  expect(mostLikeSlip("a = a + b", " -")).toBe(SLIP);
  expect(mostLikeSlip("a = a + b", " b")).toBe(SLIP);
  expect(mostLikeSlip("a = a + b", " rows")).toBe(0);
});

test("nothing changed is nothing", () => {
  expect(like("return a", "return  a")).toBe(0);
});
