/** What a refused edit tells a small model: the nearest lines, what differs in them, whether the file has changed; briefly. */
import { describe, expect, test } from "bun:test";
import { findEdit, type MatchOptions } from "../../src/tools/match.ts";

const FILE =
  "import os\n\ndef get():\n    results = fetch()\n    for r in results:\n        use(r)\n    return results\n\ndef other():\n    pass\n";

function reasonOf(old: string, fresh = "new()", options: MatchOptions = {}): string {
  const found = findEdit(FILE, { old, new: fresh }, options);
  return found.ok ? "found" : found.reason;
}

describe("not found", () => {
  for (const [what, old, says] of [
    [
      "a word that differs",
      "def get():\n    result = fetch()\n    for r in results:",
      /nearest lines are:\n3\| def get\(\):\n4\| {5}results = fetch\(\)\n5\| [^\n]+\nDifferent: line 4: the file has `results = fetch\(\)`, you wrote `result = fetch\(\)`\.\nCopy/,
    ],
    [
      "a line left out",
      "def get():\n    for r in results:\n        use(r)",
      /Different: line 4: the file has `results = fetch\(\)`, which you left out\.\n/,
    ],
    [
      "a line that is not there",
      "def get():\n    results = fetch()\n    log(x)\n    for r in results:",
      /Different: you wrote `log\(x\)` after line 4, the file has no such line there\.\n/,
    ],
    [
      "copied line numbers are no difference",
      "3 | def get():\n4 |     result = fetch()",
      /Different: line 4: the file has `results = fetch\(\)`, you wrote `result = fetch\(\)`\.\n/,
    ],
    ["nothing like it", "zzz qqq", /nothing like it; look at the file with find_and_read/],
  ] as const)
    test(what, () => expect(reasonOf(old)).toMatch(says));

  test("the new text is there already", () => {
    expect(reasonOf("return nothing", "    return results")).toContain(
      "the new text is there already, at line 7",
    );
  });
  test("short, however much was written", () => {
    const old = Array.from(
      { length: 300 },
      (_, index) => `    results = fetch(${"x".repeat(300)}${index})`,
    ).join("\n");
    expect(reasonOf(old).length).toBeLessThan(1600);
  });
});

describe("changed since", () => {
  const before = FILE.replaceAll("results", "items").replace("import os\n", "");
  test("the text as it was shown: the lines that stand there now", () => {
    const reason = reasonOf("    items = fetch()\n    for r in items:", "x()", { earlier: [before] });
    expect(reason).toStartWith("The file no longer has that text");
    expect(reason).toContain("\n4|     results = fetch()\n5|     for r in results:\nMake the change");
  });
  test("with white space of its own, too, and from the newest text that has it", () => {
    const older = before.replaceAll("items", "old");
    expect(reasonOf("for r in items:\n  use(r)", "x()", { earlier: [older, before] })).toContain(
      "5|     for r in results:\n6|         use(r)",
    );
  });
  test("lines that are gone", () => {
    const longer = FILE.replace("def other", "def gone():\n    return 1\n\ndef other");
    const reason = reasonOf("def gone():\n    return 1", "x()", { earlier: [longer] });
    expect(reason).toStartWith("The file no longer has that text");
    expect(reason).toContain("9| def other():");
  });
  test("what is there now is changed, whatever was there before", () => {
    expect(reasonOf("    return results", "    return 1", { earlier: [before] })).toBe("found");
  });
  test("what was never there is only not found", () => {
    expect(reasonOf("def nowhere(q):", "x()", { earlier: [before, FILE] })).toStartWith("No such text");
  });
});

describe("ambiguous", () => {
  test("the lines are named, at most five", () => {
    const found = findEdit("a\n".repeat(9), { old: "a", new: "b" });
    expect(found.ok ? "" : found.reason).toBe(
      "The text stands at lines 1, 2, 3, 4, 5 and more; add the lines before or after it until it is unique.",
    );
  });
});
