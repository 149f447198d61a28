/** Changes written as text: what of them is read, and what is refused as a whole. */
import { describe, expect, test } from "bun:test";
import { type Edit, readReplace } from "../../src/model/blocks.ts";

const pair = (old: string, fresh: string): string => `<<<<<<< SEARCH\n${old}=======\n${fresh}>>>>>>> REPLACE`;
const one = (old: string, fresh: string) => {
  const edits: Edit[] = [{ old, new: fresh, lines: true }];
  return { ok: true as const, edits };
};

describe("blocks that are read", () => {
  const plain = pair("a\n  b\n", "c\n");
  for (const [what, text] of [
    ["plain", plain],
    ["prose around", `Sure:\n\n${plain}\n\nThat is it.`],
    ["a fence around", `\`\`\`\n${plain}\n\`\`\``],
    ["a file name before, in a fence", `src/x.py\n\`\`\`python\n${plain}\n\`\`\``],
    ["a file name as heading", `### \`x.py\`\n${plain}`],
    ["five signs", plain.replace(/[<>=]{7}/g, (mark) => mark.slice(2))],
    ["nine signs", plain.replace(/[<>=]{7}/g, (mark) => mark + mark.slice(5))],
    ["no space", plain.replace("< SEARCH", "<SEARCH").replace("> REPLACE", ">REPLACE")],
    ["lower case", plain.replace("SEARCH", "search").replace("REPLACE", "replace")],
    ["a sign too many", plain.replace("SEARCH", "SEARCH>")],
    ["a name behind the mark", plain.replace("SEARCH", "SEARCH x.py")],
    ["dashes and plus signs", plain.replace("<<<<<<<", "-------").replace(">>>>>>>", "+++++++")],
    ["older words", plain.replace("SEARCH", "ORIGINAL").replace("REPLACE", "UPDATED")],
    ["a bare end", plain.replace(" REPLACE", "")],
    ["the wrong bracket at the end", plain.replace(">>>>>>>", "<<<<<<<")],
    ["one end too many", `${plain}\n>>>>>>> REPLACE`],
    ["Windows line ends", plain.replaceAll("\n", "\r\n")],
    ["indented marks", plain.replace(/^(?=[<>=]{7})/gm, "  ")],
    ["the same one twice", `${plain}\n${plain}`],
  ] as const)
    test(what, () => expect(readReplace(text, "src/x.py")).toEqual(one("a\n  b\n", "c\n")));

  test("a replacement by nothing, and by an empty line", () => {
    expect(readReplace(pair("a\n", ""))).toEqual(one("a\n", ""));
    expect(readReplace(pair("a\n", "\n"))).toEqual(one("a\n", "\n"));
  });
  test("several, in order", () => {
    expect(readReplace(`${pair("a\n", "b\n")}\nand\n${pair("c\n", "d\n")}`)).toEqual({
      ok: true,
      edits: [...one("a\n", "b\n").edits, ...one("c\n", "d\n").edits],
    });
  });
  test("a hint of the line is no text", () => {
    const hinted = pair(":start_line: 12\n:end_line: 13\n-------\na\n", "b\n");
    expect(readReplace(hinted)).toEqual({
      ok: true,
      edits: [{ old: "a\n", new: "b\n", lines: true, at: 12 }],
    });
    expect(readReplace(pair("-------\na\n", "b\n"))).toEqual(one("-------\na\n", "b\n"));
  });
  test("marks behind a backslash are text", () => {
    expect(readReplace(pair("a\n\\=======\nb\n", "c\n\\>>>>>>> REPLACE\n"))).toEqual(
      one("a\n=======\nb\n", "c\n>>>>>>> REPLACE\n"),
    );
  });
});

describe("blocks that are refused", () => {
  for (const [what, text, says] of [
    ["nothing", "", "no change"],
    ["prose", "a -> b", "no change"],
    ["no middle", "<<<<<<< SEARCH\na\n>>>>>>> REPLACE", "no ======="],
    ["no middle, bare end", "<<<<<<< SEARCH\na\n>>>>>>>", "no end"],
    ["two middles", pair("a\n", "=======\nb\n"), "two lines of ======="],
    ["no end", "<<<<<<< SEARCH\na\n=======\nb\n", "no end"],
    ["no end but a fence", "```\n<<<<<<< SEARCH\na\n=======\nb\n```", "no end"],
    ["a second without its end", `${pair("a\n", "b\n")}\n<<<<<<< SEARCH\nc\n=======\nd\n`, "no end"],
    ["one inside another", `<<<<<<< SEARCH\na\n${pair("b\n", "c\n")}`, "before the one before it"],
    ["an end inside the new text", pair("a\n", "b\n>>>>>>> REPLACE\nc\n"), "end without a beginning"],
    ["another file", `lib/y.py\n${pair("a\n", "b\n")}`, "names lib/y.py, but the file to change is x.py"],
  ] as const)
    test(what, () =>
      expect(readReplace(text, "x.py")).toEqual({ ok: false, reason: expect.stringContaining(says) }),
    );
});

describe("unified diffs", () => {
  const read = (old: string, fresh: string) => one(old, fresh);
  for (const [what, text, expected] of [
    ["with heads", "--- a/x.py\n+++ b/x.py\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n", { at: 1 }],
    [
      "by git",
      "diff --git a/x.py b/x.py\nindex 12ab..34cd 100644\n--- a/x.py\n+++ b/x.py\n@@ -7,9 +7,9 @@ def f\n a\n-b\n+c\n",
      {},
    ],
    ["in a fence, prose behind", "Text\n```diff\n@@ ... @@\n a\n-b\n+c\n```\n- a point\n", {}],
    ["in a fence alone", "```diff\n a\n-b\n+c\n```", {}],
    ["without hunk heads", "--- x.py\n+++ x.py\n a\n-b\n+c", {}],
    ["prose behind a blank line", "@@ @@\n a\n-b\n+c\n\nThis is all.", {}],
    ["context without its space", "@@ @@\na\n-b\n+c\n", {}],
    [
      "as a patch of another kind",
      "*** Begin Patch\n*** Update File: x.py\n@@ def f\n a\n-b\n+c\n*** End Patch",
      {},
    ],
    [
      "no line end at the end",
      "@@ @@\n a\n-b\n\\ No newline at end of file\n+c\n\\ No newline at end of file",
      {},
    ],
  ] as const)
    test(what, () => {
      const edits: Edit[] = read("a\nb\n", "a\nc\n").edits.map((edit) => ({ ...edit, ...expected }));
      expect(readReplace(text, "x.py")).toEqual({ ok: true, edits });
    });

  test("several hunks; removed lines that look like heads", () => {
    expect(readReplace("@@ -1 +1 @@\n-a\n+b\n@@ -9 +9 @@\n--- c\n+-- d\n")).toEqual({
      ok: true,
      edits: [
        { old: "a\n", new: "b\n", lines: true, at: 1 },
        { old: "-- c\n", new: "-- d\n", lines: true, at: 9 },
      ],
    });
  });
  test("a blank context line inside a hunk stays, blank lines behind it go", () => {
    expect(readReplace("@@ @@\n a\n\n-b\n+c\n\n\n")).toEqual(read("a\n\nb\n", "a\n\nc\n"));
  });
  for (const [what, text] of [
    ["only context", "@@ @@\n a\n b\n"],
    ["another file", "--- a/y.py\n+++ b/y.py\n@@ @@\n-a\n+b\n"],
    ["a file that goes", "--- a/x.py\n+++ /dev/null\n@@ @@\n-a\n"],
    ["changes behind the end", "```diff\n@@ @@\n-a\n+b\n```\n+c\n```"],
  ] as const)
    test(`refused: ${what}`, () => expect(readReplace(text, "x.py").ok).toBe(false));
});
