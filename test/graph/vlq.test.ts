/** Numbers as text: source maps' digits, every number back as it was, nothing read from what is no number. */
import { expect, test } from "bun:test";
import { BadShape } from "../../src/graph/store/shape.ts";
import { Numbers, signed, unsigned } from "../../src/graph/store/vlq.ts";

const EDGES = [
  0,
  1,
  15,
  16,
  31,
  32,
  33,
  1023,
  1024,
  65_535,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32,
  2 ** 40 + 7,
  2 ** 51,
];

test("signed numbers are those of source maps", () => {
  expect([0, 1, -1, 15, -15, 16, -16, 511, 1200].map(signed)).toEqual([
    "A",
    "C",
    "D",
    "e",
    "f",
    "gB",
    "hB",
    "+f",
    "grC",
  ]);
});

test("a number without a sign is a bit shorter", () => {
  expect([0, 1, 31, 32, 1023, 1024].map(unsigned)).toEqual(["A", "B", "f", "gB", "/f", "ggB"]);
});

test("every number comes back", () => {
  const text = [...EDGES.map(unsigned), unsigned(Number.MAX_SAFE_INTEGER)].join("");
  const numbers = new Numbers(text);
  expect([...EDGES, Number.MAX_SAFE_INTEGER].map(() => numbers.unsigned())).toEqual([
    ...EDGES,
    Number.MAX_SAFE_INTEGER,
  ]);
  expect(numbers.done).toBe(true);
  const both = EDGES.flatMap((edge) => [edge, -edge]).filter((edge) => !Object.is(edge, -0));
  const signs = new Numbers(both.map(signed).join(""));
  expect(both.map(() => signs.signed())).toEqual(both);
});

test("what is no number is refused", () => {
  for (const text of ["", "g", "gg", "~", "é", "g é", "//////////////f"])
    expect(() => new Numbers(text).unsigned()).toThrow(BadShape);
  for (const value of [-1, 0.5, Number.NaN, 2 ** 53]) expect(() => unsigned(value)).toThrow(RangeError);
});
