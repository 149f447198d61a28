/** What stands outside of functions: a script's own lines, around a suspect line or all of them. */
import { expect, test } from "bun:test";
import { parse } from "../../src/graph/syntax/parse.ts";
import { stretchesOf } from "../../src/turn/plain-stretches.ts";

const SCRIPT = `import fs from "node:fs";

function isSet(name) {
  return process.argv.includes(name);
}

let total = 0;
for (const line of fs.readFileSync(0, "utf8").split("\\n")) {
  if (isSet("-v")) console.log(line);
  total += line.length;
}
console.log(total);

function last() {}
`;

async function stretches(path: string, text: string, suspect: number[]) {
  const parsed = await parse(path, text);
  if (parsed === null) throw new Error(`${path} is not read.`);
  return stretchesOf(parsed, suspect);
}

test("all that a script does outside of functions, without its imports", async () => {
  expect(await stretches("a.js", SCRIPT, [])).toEqual([{ start: 7, end: 12 }]);
});

test("what is around a suspect line, and nothing where a function holds it", async () => {
  expect(await stretches("a.js", SCRIPT, [9])).toEqual([{ start: 7, end: 12 }]);
  expect(await stretches("a.js", SCRIPT, [4])).toEqual([]);
});

test("of an initializer that is long the lines near the suspect one", async () => {
  const puts = Array.from({ length: 90 }, (_, i) => `    OPS.put("${i}", ${i});`).join("\n");
  const text = `class A {\n  static {\n${puts}\n  }\n\n  int f() {\n    return 1;\n  }\n}\n`;
  expect(await stretches("A.java", text, [50])).toEqual([{ start: 30, end: 70 }]);
});

test("files that only declare have none", async () => {
  expect(await stretches("a.py", "import os\n\n\nLIMIT = 3\n\n\ndef f():\n    return 1\n", [])).toEqual([]);
});
