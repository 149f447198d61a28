/** The file of typed lines: its order, its cap, who may read it, and what its loss does. */
import { expect, test } from "bun:test";
import { mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MOST_LINES, openHistory } from "../../src/session/history.ts";

const place = (): string => join(mkdtempSync(join(tmpdir(), "smallcode-history-")), "deep", "history");

test("newest first, each once, readable by its owner alone", () => {
  const file = place();
  const history = openHistory(file);
  for (const line of ["one", "two", "one"]) expect(history.add(line)).toBeNull();
  expect(history.lines).toEqual(["one", "two"]);
  expect(openHistory(file).lines).toEqual(["one", "two"]);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test("a file that has grown too long is cut to its newest lines", () => {
  const file = place();
  openHistory(file).add("first");
  const lines = Array.from({ length: 2 * MOST_LINES + 1 }, (_, i) => `line ${i}`);
  writeFileSync(file, `${lines.join("\n")}\n`);
  const { lines: kept } = openHistory(file);
  expect(kept).toHaveLength(MOST_LINES);
  expect(kept[0]).toBe(`line ${2 * MOST_LINES}`);
  expect(readFileSync(file, "utf8").split("\n")).toHaveLength(MOST_LINES + 1);
});

test("where it cannot be kept, that is said once and nothing stops", () => {
  const history = openHistory("/dev/null/history");
  const reasons = [history.add("one"), history.add("two")];
  expect(reasons.filter((reason) => reason !== null).length).toBeLessThanOrEqual(1);
  expect(history.lines).toEqual(["two", "one"]);
  expect(openHistory(null).add("one")).toBeNull();
});
