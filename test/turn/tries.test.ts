/** When a model only repeats itself: counted over all forms in which it is asked, forgotten where something new comes or a change stands. */
import { expect, test } from "bun:test";
import { Tries } from "../../src/turn/tries.ts";
import type { Verdict } from "../../src/types.ts";

const judged = (tries: Tries, key: string, status: Verdict["status"] = "failed"): void => {
  tries.judging(key);
  const verdict = { status, score: 0, reason: "1 failed", reports: [] } as unknown as Verdict;
  tries.hear({ type: "verdict", origin: "sampling", verdict } as Parameters<Tries["hear"]>[0]);
};

test("the same candidate on the same tree is a repeat, judged or not; a new one begins anew", () => {
  const tries = new Tries();
  judged(tries, "a");
  expect(tries.repeats).toBe(0);
  tries.repeated();
  judged(tries, "a");
  expect(tries.repeats).toBe(2);
  judged(tries, "b");
  expect(tries.repeats).toBe(0);
  judged(tries, "a");
  expect(tries.repeats).toBe(1);
});

test("a change that stands begins anew", () => {
  const tries = new Tries();
  judged(tries, "a");
  tries.repeated();
  judged(tries, "a", "improved");
  expect(tries.repeats).toBe(0);
});
