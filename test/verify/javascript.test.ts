/** Checks of JavaScript and TypeScript on small real projects; jest and vitest by their reports, since they are not part of this project. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { project } from "./place.ts";

/** A toolchain on a busy machine. */
setDefaultTimeout(60_000);

const scripts = (script: string, more = ""): string =>
  `{ "name": "p", "type": "module", "scripts": { "test": ${JSON.stringify(script)} }${more} }`;
const TSC = join(import.meta.dir, "..", "..", "node_modules", ".bin", "tsc");
const tsc = `#!/bin/sh\nexec '${TSC}' "$@"\n`;

const CALC =
  "export const add = (a, b) => a - b;\nexport const fail = () => {\n  throw new TypeError('boom\\nmore');\n};\n";
const TESTS = (from: string): string => `${from}
import { add, fail } from "./calc.js";
describe("calc", () => {
  test("adds <1>", () => assert.equal(add(1, 2), 3));
  test("is there", () => {});
  test("fails", () => fail());
  test.skip("later", () => {});
});
`;
const NODE = 'import assert from "node:assert"; import test, { describe } from "node:test";';
const BUN = 'import assert from "node:assert"; import { describe, test } from "bun:test";';

const hasNode = Bun.which("node") !== null && Bun.which("npm") !== null;
const hasBun = Bun.which("bun") !== null;

describe.skipIf(!hasNode)("node --test", () => {
  test("red: ids with files and suites, messages, the innermost place; a file that cannot be loaded", async () => {
    const one = project({
      "package.json": scripts("node --test"),
      "calc.js": CALC,
      "calc.test.js": TESTS(NODE),
      "lost.test.js": 'import "./nowhere.js";\n',
    });
    const [check] = await one.detect();
    expect(check).toMatchObject({ id: "node --test", shown: "npm test" });
    const report = await one.report();
    expect(report).toMatchObject({ status: "failed", passed: 1, failed: 3 });
    expect(report.diagnostics).toMatchObject([
      { test: "calc.test.js::calc::adds <1>", path: "calc.test.js", line: 4, message: "-1 == 3" },
      { test: "calc.test.js::calc::fails", path: "calc.js", line: 3, message: "boom" },
      { test: "lost.test.js", path: "lost.test.js", message: expect.stringContaining("Cannot find module") },
    ]);
    expect(readdirSync(one.place.root).sort()).toEqual([
      ".smallcode",
      "calc.js",
      "calc.test.js",
      "lost.test.js",
      "package.json",
    ]);
  });

  test("green without a script", async () => {
    const one = project({
      "package.json": "{}",
      "a.test.js": "require('node:test')('a', () => {});\nrequire('node:test')('b', () => {});\n",
    });
    expect(await one.report()).toMatchObject({ status: "passed", passed: 2, failed: 0, diagnostics: [] });
  });

  test.each([
    ["while it is loaded", `${CALC}process.exit(0);\n`],
    ["in a test", "export const add = () => process.exit(0);\nexport const fail = add;\n"],
  ])("no pass: the code leaves with 0 %s", async (_, code) => {
    const one = project({
      "package.json": scripts("node --test"),
      "calc.js": code,
      "calc.test.js": TESTS(NODE),
    });
    const report = await one.report();
    expect(report).toMatchObject({ status: "failed", passed: 0 });
    expect(report.summary).toContain("It ended before its tests");
  });

  test("no pass: the whole run leaves with 0, or there is no test", async () => {
    const forged = project({ "package.json": scripts("node -e 'process.exit(0)' -- --test"), "a.js": "" });
    expect(await forged.report()).toMatchObject({ status: "error" });
    const none = project({ "package.json": scripts("node --test"), "a.js": "" });
    expect(await none.report()).toMatchObject({ status: "no_tests" });
  });
});

describe.skipIf(!hasBun)("bun test", () => {
  test("red and green", async () => {
    const one = project({
      "package.json": scripts("bun test"),
      "bun.lock": "",
      "calc.js": CALC,
      "calc.test.js": TESTS(BUN),
    });
    const report = await one.reportOf("bun test");
    expect(report).toMatchObject({ status: "failed", passed: 1, failed: 2 });
    expect(report.diagnostics).toMatchObject([
      { test: "calc.test.js::calc::adds <1>", path: "calc.test.js", line: 4 },
      { test: "calc.test.js::calc::fails", path: "calc.js", line: 3, message: "boom" },
    ]);
    one.write({ "calc.js": "export const add = (a, b) => a + b;\nexport const fail = () => {};\n" });
    expect(await one.reportOf("bun test")).toMatchObject({ status: "passed", passed: 3, failed: 0 });
    one.write({ "calc.js": "process.exit(0);\n" });
    expect(await one.reportOf("bun test")).toMatchObject({ status: "error", passed: null });
    one.write({ "calc.test.js": "export {};\n" });
    expect(await one.reportOf("bun test")).toMatchObject({ status: "no_tests" });
  });
});

/** Writes the report that the real one writes, where its option says. */
const runner = (report: object, code: number): string => `#!/usr/bin/env node
const at = process.argv.map((one) => /^--outputFile(?:\\.json)?=(.*)/.exec(one)?.[1]).find(Boolean);
require("node:fs").writeFileSync(at, ${JSON.stringify(JSON.stringify(report))}.replaceAll("ROOT", process.cwd()));
process.exit(${code});
`;
const testResults = [
  {
    name: "ROOT/src/calc.test.ts",
    status: "failed",
    message: "",
    assertionResults: [
      {
        ancestorTitles: ["calc"],
        title: "adds",
        status: "failed",
        failureMessages: [
          "Error: expect(received).toBe(expected) // Object.is equality\n\nExpected: 3\nReceived: -1\n    at Object.toBe (ROOT/src/calc.test.ts:4:34)\n    at new Promise (<anonymous>)",
        ],
      },
      { ancestorTitles: ["calc"], title: "is there", status: "passed", failureMessages: [] },
      { ancestorTitles: [], title: "later", status: "pending", failureMessages: [] },
    ],
  },
  {
    name: "ROOT/src/lost.test.ts",
    status: "failed",
    message:
      "Cannot find module './nowhere' from 'src/lost.test.ts'\n    at Object.<anonymous> (src/lost.test.ts:1:1)",
    assertionResults: [],
  },
];

describe.skipIf(!hasNode)("jest and vitest", () => {
  for (const [name, script] of [
    ["jest", "jest"],
    ["vitest", "vitest"],
  ] as const)
    test(`${name}, from node_modules of the workspace around a package`, async () => {
      const one = project({
        "package.json": scripts("echo all"),
        [`node_modules/.bin/${name}`]: runner({ testResults }, 1),
        "packages/a/package.json": scripts(script),
        "packages/a/src/calc.ts": "",
        "packages/b/package.json": scripts("exit 1"),
      });
      const near = ["packages/a/src/calc.ts"];
      const report = await one.reportOf(`${name}:packages/a`, near);
      expect(report).toMatchObject({ status: "failed", passed: 1, failed: 2 });
      expect(report.diagnostics).toMatchObject([
        {
          test: "packages/a/src/calc.test.ts::calc::adds",
          path: "packages/a/src/calc.test.ts",
          line: 4,
          message: "Error: expect(received).toBe(expected) // Object.is equality; Expected: 3; Received: -1",
        },
        { test: "packages/a/src/lost.test.ts", line: 1 },
      ]);
      const shown = (await one.detect({ near })).map((check) => [check.id, check.shown]);
      expect(shown).toEqual([[`${name}:packages/a`, "npm --prefix packages/a test"]]);
      expect((await one.detect()).map(({ id }) => id)).toEqual(["npm test"]);
    });

  test("exit code 0 without the report is no pass; what is not installed is said", async () => {
    const silent = project({
      "package.json": scripts("jest"),
      "node_modules/.bin/jest": "#!/bin/sh\nexit 0\n",
    });
    expect(await silent.report()).toMatchObject({ status: "error" });
    const absent = project({ "package.json": scripts("vitest run"), "a.ts": "" });
    expect(await absent.report()).toMatchObject({
      status: "unavailable",
      summary: "vitest is configured here but not installed; `npm install` brings it.",
    });
  });

  test("another script judges by its exit code; npm's own placeholder is none", async () => {
    const one = project({ "package.json": scripts("node check.js && echo fine"), "check.js": "" });
    expect(await one.report()).toMatchObject({ check: "npm test", status: "passed", passed: null });
    one.write({ "check.js": "throw new Error('no good');\n" });
    expect(await one.report()).toMatchObject({
      status: "failed",
      diagnostics: [{ path: "check.js", line: 1, message: "Error: no good" }],
    });
    const placeholder = 'echo "Error: no test specified" && exit 1';
    expect(await project({ "package.json": scripts(placeholder), "a.js": "" }).detect()).toEqual([]);
  });
});

describe.skipIf(!hasNode)("tsc", () => {
  test("the project's own; not there, it is said", async () => {
    const one = project({
      "package.json": "{}",
      "tsconfig.json": '{ "compilerOptions": { "strict": true }, "include": ["src"] }',
      "node_modules/.bin/tsc": tsc,
      "src/a.ts": "export const a: number = 1;\n",
    });
    expect(await one.report()).toMatchObject({ check: "tsc", status: "passed" });
    one.write({ "src/a.ts": 'export const a: number = "1";\n' });
    expect(await one.report()).toMatchObject({
      status: "failed",
      diagnostics: [{ path: "src/a.ts", line: 1, column: 14, code: "TS2322" }],
    });
    const absent = project({
      "package.json": '{ "devDependencies": { "typescript": "5" } }',
      "tsconfig.json": "{}",
      "a.ts": "",
    });
    expect(await absent.report()).toMatchObject({
      status: "unavailable",
      summary: "tsc is configured here but not installed; `npm install` brings it.",
    });
  });
});
