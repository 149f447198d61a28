/** Search and replace through whole turns: what the model reads when it edits from memory, several changes in one reply. */
import { expect, setDefaultTimeout, test } from "bun:test";
import { BUGGY, call, messagesOf, project, SLOW_MS, TASK } from "../harness/project.ts";
import type { Row } from "../harness/server.ts";

setDefaultTimeout(SLOW_MS);

const pair = (old: string, fresh: string): string =>
  `<<<<<<< SEARCH\n${old}\n=======\n${fresh}\n>>>>>>> REPLACE`;
const replace = (...pairs: string[]): Row[] => [
  ...call("replace_text", "calc.py"),
  { text: `calc.py\n${pairs.join("\n\n")}` },
];

test("an edit of text that was taken back is told so, with the lines that stand there", async () => {
  const p = await project(BUGGY, [
    ...replace(pair("return a - b", "return b - a")),
    ...replace(pair("return b - a", "return a + b")),
    ...replace(pair("return a - b", "return a + b")),
  ]);
  const ran = await p.run(["--yes", TASK]);
  expect(ran.exit).toBe(0);
  expect(p.text("calc.py")).toStartWith("def add(a, b):\n    return a + b\n");
  const said = JSON.stringify(p.server.completions().map(messagesOf));
  expect(said).toContain("The file no longer has that text");
  expect(said).toContain("2|     return a - b");
});

test("two changes of one reply are one candidate; line ends, mark and mode of the file stay", async () => {
  const windows = `\uFEFF${String(BUGGY["calc.py"]).replaceAll("\n", "\r\n")}`;
  const p = await project({ ...BUGGY, "calc.py": [windows, 0o755] }, [
    ...replace(
      pair("def add(a, b):\n  return a - b", 'def add(a, b):\n  "Sum."\n  return a + b'),
      pair("2 | def mul(a, b):\n3 |     return a * b", "2 | def mul(a, b):\n3 |     return b * a"),
    ),
  ]);
  const ran = await p.run(["--yes", TASK]);
  expect(ran.exit).toBe(0);
  expect(p.text("calc.py")).toBe(
    windows
      .replace("    return a - b", '    "Sum."\r\n    return a + b')
      .replace("return a * b", "return b * a"),
  );
  expect(ran.after["calc.py"]).toStartWith("755 ");
});
