/**
 * Edits that do not match their file exactly, as models wrote them: each is applied as a person would, or refused. The
 * corpus lies beside the repository; where it is absent its test is skipped. `own-edits.ts` holds further ones of each kind.
 */
import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { exact, gradeOf, ours, readCases } from "../../bench/edits.ts";
import { OWN_EDITS } from "./own-edits.ts";

const CORPUS = join(import.meta.dir, "../../../shared/data/edits.jsonl");
/** Of all edits as a person would do them; what is not may only be left alone. */
const LEAST_EXPECTED = 0.98;

test.skipIf(!existsSync(CORPUS))("the corpus: next to all as expected, none wrong", () => {
  const grades = readCases(CORPUS).map((one) => ({ id: one.id, grade: gradeOf(ours(one), one) }));
  const wrong = grades.filter(({ grade }) => grade === "wrong").map(({ id }) => id);
  const expected = grades.filter(({ grade }) => grade === "expected").length;
  expect(wrong).toEqual([]);
  expect(expected / grades.length).toBeGreaterThanOrEqual(LEAST_EXPECTED);
});

describe("of our own", () => {
  for (const one of OWN_EDITS)
    test(`${one.family}: ${one.id}`, () => {
      const outcome = ours(one);
      if (one.expect.error === undefined) expect(outcome).toEqual(one.expect);
      else expect(outcome.error ?? outcome.content).toStartWith(one.expect.error);
    });
});

test("grades: exact matching on what it can and cannot do", () => {
  const [one] = OWN_EDITS.filter(({ family }) => family === "replace-all");
  if (one === undefined) throw new Error("There is such an edit.");
  expect(gradeOf(exact(one), one)).toBe("expected");
  expect(gradeOf({ content: "else" }, one)).toBe("wrong");
  expect(gradeOf({ content: "else" }, { ...one, accept: [{ content: "else" }] })).toBe("accepted");
  expect(gradeOf({ error: "any" }, one)).toBe("refused");
  expect(gradeOf({ error: "any" }, { ...one, expect: { error: "other" } })).toBe("expected");
});
