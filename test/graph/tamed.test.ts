/** Markdown that nests deeper than its grammar can bear is parsed all the same, and so is what comes after it. */
import { expect, test } from "bun:test";
import { readFileRecord } from "../../src/graph/index/read-file.ts";
import { tamed } from "../../src/graph/syntax/tamed.ts";

const DEEP: Record<string, string> = {
  "quotations in a line": `${"> ".repeat(50_000)}x\n`,
  "quotations without spaces": `${">".repeat(300)}x\n`,
  "lists in a line": `${"- ".repeat(300)}x\n`,
  "numbered lists in a line": `${"1. ".repeat(300)}x\n`,
  "lists with tabs": `${"-\t".repeat(300)}x\n`,
  "lists by indentation": Array.from({ length: 600 }, (_, n) => `${"  ".repeat(n)}- x`).join("\n"),
  "lists by tabs": Array.from({ length: 600 }, (_, n) => `${"\t".repeat(n)}- x`).join("\n"),
  "lists in quotations": Array.from({ length: 400 }, (_, n) => `${"> ".repeat(n)}- x`).join("\n"),
};

for (const [name, text] of Object.entries(DEEP))
  test(`${name}: the file's other headings are read`, async () => {
    const record = await readFileRecord("a.md", `# First\n\n${text}\n\n# Last\n`);
    expect(record?.definitions.map((one) => one.name)).toEqual(["First", "Last"]);
  });

test("what can be borne stays as it is, and lengths stay in any case", () => {
  const borne = `${"> ".repeat(90)}x\n${" ".repeat(400)}y\n`;
  expect(tamed("markdown", borne)).toBe(borne);
  for (const text of Object.values(DEEP)) expect(tamed("markdown", text)).toHaveLength(text.length);
  expect(tamed("python", DEEP["lists in a line"] ?? "")).toBe(DEEP["lists in a line"] ?? "");
});
