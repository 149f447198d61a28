/** Which edit of a base model is judged next. */
import { expect, test } from "bun:test";
import { type Judged, likeliest, type PoolEdit } from "../../src/turn/plain-pool.ts";
import type { Subject } from "../../src/turn/plain-subjects.ts";

const code = "def f(a):\n    b = a\n    return b\n";
const subject: Subject = {
  target: { path: "a.py", symbol: "f" },
  job: { language: "python", before: "", code, opening: "def f(a):\n", notes: "", intent: "Fix f" },
  line: 1,
  code,
  offset: 0,
  file: code,
  words: new Set(["f", "a", "b"]),
  suspicion: 0,
  whole: true,
};
const edit = (line: number, score: number): PoolEdit => ({ subject, line, score, code: `${line} ${score}` });

/** The scores in the order of their turns, where every edit of these lines (from 0) turns out helpful. */
function order(pool: PoolEdit[], helpful: number[]): number[] {
  const judged: Judged = { counts: new Map(), helpful: new Set() };
  const left = [...pool];
  const turns: number[] = [];
  for (let next = likeliest(left, judged); next !== null; next = likeliest(left, judged)) {
    left.splice(left.indexOf(next), 1);
    turns.push(next.score);
    const line = `a.py:${1 + next.line}`;
    judged.counts.set(line, (judged.counts.get(line) ?? 0) + 1);
    if (helpful.includes(next.line)) judged.helpful.add(line);
  }
  return turns;
}

test("the likeliest edit first, each further one of its line a little less likely", () => {
  expect(order([edit(1, -1), edit(1, -1.2), edit(2, -1.3), edit(2, -3)], [])).toEqual([-1, -1.3, -1.2, -3]);
});

test("where an edit has helped, the others of its line come before those that are not much likelier", () => {
  const pool = [edit(1, -1), edit(2, -1.5), edit(2, -2), edit(1, -2.5), edit(2, -5)];
  expect(order(pool, [])).toEqual([-1, -1.5, -2, -2.5, -5]);
  expect(order(pool, [1])).toEqual([-1, -2.5, -1.5, -2, -5]);
});
