/** Markdown and YAML that nest deeper than their grammars can bear are parsed all the same, and so is what is around that. */
import { expect, test } from "bun:test";
import { tamed } from "../../src/graph/syntax/tamed.ts";
import { readFileRecord } from "../../src/graph/update/read-file.ts";

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

const DEEP_YAML: Record<string, string> = {
  "lists in a line": `${"- ".repeat(50_000)}x\n`,
  "lists in a line without spaces at the end": `top:\n${" -".repeat(300)}\n`,
  "keys in a line": `${"? ".repeat(300)}x\n`,
  "mappings by indentation": Array.from({ length: 600 }, (_, n) => `${" ".repeat(n)}a:`).join("\n"),
  "lists by indentation": Array.from({ length: 600 }, (_, n) => `${" ".repeat(n)}-`).join("\n"),
  "lists that go on behind anchors": `${"- &a ".repeat(300)}x\n`,
};

for (const [name, text] of Object.entries(DEEP_YAML))
  test(`${name}: another document is read, and what is parsed after it`, async () => {
    await readFileRecord("a.yaml", `${text}\n`);
    const record = await readFileRecord("b.yaml", "first:\n  second: 1\n");
    expect(record?.definitions[0]?.name).toBe("first");
  });

test("what can be borne stays as it is, and lengths stay in any case", () => {
  const borne = `${"> ".repeat(90)}x\n${" ".repeat(400)}y\n`;
  expect(tamed("markdown", borne)).toBe(borne);
  for (const text of Object.values(DEEP)) expect(tamed("markdown", text)).toHaveLength(text.length);
  for (const text of Object.values(DEEP_YAML)) expect(tamed("yaml", text)).toHaveLength(text.length);
  expect(tamed("yaml", "a:\n  - b\n  - - c\n")).toBe("a:\n  - b\n  - - c\n");
  expect(tamed("python", DEEP["lists in a line"] ?? "")).toBe(DEEP["lists in a line"] ?? "");
});
