/**
 * Edits that do not match their file exactly, as models wrote them: each is applied as a person would, or refused. The
 * corpus lies beside the repository; where it is absent its tests are skipped.
 */
import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { findMatch } from "../../src/tools/match.ts";
import { omissionIn } from "../../src/tools/omission.ts";
import { encode } from "../../src/workspace/files.ts";

const CORPUS = join(import.meta.dir, "../../../shared/data/edits.jsonl");
/** Of all find-replace edits: as a person would do it, and at least left alone. */
const LEAST_RIGHT = 0.88;

interface Edit {
  id: string;
  format: string;
  content: string;
  edit: { old: string; new: string; replace_all?: boolean };
  expect: Outcome;
  accept?: Outcome[];
}
type Outcome = { content?: string; error?: string };

/** The new content as it would be on disk; null where the edit is refused. */
function applied({ content, edit }: Edit): string | null {
  const text = content.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n");
  const fresh = edit.new.replaceAll("\r\n", "\n");
  if (omissionIn(fresh, text) !== null) return null;
  const found = findMatch(text, edit.old.replaceAll("\r\n", "\n"), fresh);
  if (!found.ok) return null;
  const { start, end, text: put } = found.match;
  const after = text.slice(0, start) + put + text.slice(end);
  return after === text ? null : new TextDecoder("utf-8", { ignoreBOM: true }).decode(encode(after, content));
}

describe.skipIf(!existsSync(CORPUS))("the corpus", () => {
  const edits = existsSync(CORPUS)
    ? readFileSync(CORPUS, "utf8")
        .trim()
        .split("\n")
        .map((line): Edit => JSON.parse(line))
        .filter(({ format, edit }) => format === "find-replace" && edit.replace_all !== true)
    : [];

  test("most are right, and next to none is applied wrongly", () => {
    const results = edits.map((edit) => {
      const content = applied(edit);
      const right = [edit.expect, ...(edit.accept ?? [])].some((one) =>
        content === null ? one.error !== undefined : one.content === content,
      );
      return { id: edit.id, right, wrote: content !== null };
    });
    const rate = results.filter(({ right }) => right).length / results.length;
    const wrong = results.filter(({ right, wrote }) => wrote && !right).map(({ id }) => id);
    console.log(
      `edits: ${Math.round(rate * 1000) / 10} % of ${results.length} right; wrongly applied: ${wrong.join(", ") || "none"}`,
    );
    expect(rate).toBeGreaterThanOrEqual(LEAST_RIGHT);
    expect(wrong.length).toBeLessThanOrEqual(2);
  });
});

test("new lines take the file's indentation, each as far in as the model put it", () => {
  const tabs = "if x:\n\tfor a in b:\n\t\tuse(a)\n";
  for (const [text, old, fresh, after] of [
    [
      tabs,
      "  for a in b:\n    use(a)",
      "  for a in b:\n    if a:\n      use(a)",
      "\tfor a in b:\n\t\tif a:\n\t\t\tuse(a)",
    ],
    [tabs, "    use(a)", "    use(a)\n  end()", "\t\tuse(a)\n\tend()"],
    [
      "def f():\n        a()\n        b() \n",
      "        a()\n        b()",
      "    a()\n        c()",
      "    a()\n        c()",
    ],
    ["    a()\n    b()\n", "a()\nb()", "if c:\n    a()", "    if c:\n        a()"],
  ] as const) {
    const found = findMatch(text, old, fresh);
    expect(found.ok ? found.match.text : found.reason).toBe(after);
  }
});

test("words in the place of code are found, code is not", () => {
  for (const line of [
    "# ... existing code ...",
    "// rest of the function ...",
    "/* … remaining methods */",
    "(rest of methods ...)",
    "// existing code unchanged",
  ])
    expect({ line, found: omissionIn(`def f():\n    ${line}`, "") }).toEqual({ line, found: line });
  for (const line of [
    "...",
    "# the rest of the list",
    "x = [...existing, 1]",
    "print('... more')",
    "return rest",
    "// existing code paths call this",
  ])
    expect({ line, found: omissionIn(line, "") }).toEqual({ line, found: null });
  expect(omissionIn("# ... existing code ...", "a\n  # ... existing code ...\n")).toBeNull();
});
