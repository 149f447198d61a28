/** Runners of JavaScript tests: what the real jest, vitest and mocha wrote, and node and bun as they are here. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import type { CheckReport } from "../../src/types.ts";
import { hasPython, type Project, project } from "./place.ts";
import { program, type Recorded, recording } from "./recorded.ts";

/** A toolchain on a busy machine. */
setDefaultTimeout(60_000);

const withRunner = (name: string, one: Recorded): Project =>
  project({
    "package.json": JSON.stringify({ scripts: { test: name }, devDependencies: { [name]: "*" } }),
    [`node_modules/.bin/${name}`]: program(one),
    "src/calc.js": "",
    "test/calc.test.js": "",
    "test/lost.test.js": "",
    "test/sub/x.test.js": "",
  });
const told = (report: CheckReport): string[] =>
  report.diagnostics.map(({ test: id, path, line, message }) => `${id} ${path}:${line} ${message}`);
const detailOf = (report: CheckReport, end: string): string =>
  report.diagnostics.find(({ test: id }) => id?.endsWith(end))?.detail ?? "";
/** The shell line that runs these tests alone. */
const held = async (one: Project, ids: string[]): Promise<string | undefined> =>
  (await one.detect())[0]
    ?.narrowTests?.(ids)
    ?.command.at(-1)
    ?.replace(/^PATH=\S+; /, "");

describe.skipIf(!hasPython)("recorded", () => {
  test("jest", async () => {
    const one = withRunner("jest", { file: recording("jest.json"), option: "--outputFile=", code: 1 });
    const report = await one.report();
    expect(report).toMatchObject({ status: "failed", passed: 1, failed: 6 });
    expect(told(report)).toEqual([
      "test/calc.test.js::calc::adds 2+2 test/calc.test.js:3 Error: expect(received).toBe(expected) // Object.is equality; Expected: 5; Received: 0",
      `test/calc.test.js::calc::deep (a|b) "q" 'x' ünï test/calc.test.js:4 Error: expect(received).toEqual(expected) // deep equality; -       "b": "blue",; +       "b": "red",`,
      "test/calc.test.js::calc::fails src/calc.js:2 TypeError: boom",
      "test/calc.test.js::calc::inner::async test/calc.test.js:6 Error: expect(received).toBe(expected) // Object.is equality; Expected: 9; Received: 2",
      "test/calc.test.js::hook::x test/calc.test.js:8 Error: no database",
      "test/lost.test.js test/lost.test.js:1 Cannot find module './nowhere.js' from 'test/lost.test.js'",
    ]);
    expect(detailOf(report, "adds 2+2")).toMatch(
      /^> 3 \| .*expect\(add\(a, b\)\)[\s\S]*\n\nExpected: 5\nReceived: 0$/,
    );
    expect(report.diagnostics[2]).toMatchObject({
      detail: '> 2 | function fail() { throw new TypeError("boom\\nmore"); }\nTypeError: boom\nmore',
      frames: [
        { path: "test/calc.test.js", line: 5 },
        { path: "src/calc.js", line: 2 },
      ],
    });
    expect(
      await held(one, ["test/calc.test.js::calc::deep (a|b)", "test/calc.test.js::x", "gone.js::y"]),
    ).toEndWith(String.raw`--runTestsByPath 'test/calc.test.js' -t '^\s*(?:calc(?: |::)deep \(a\|b\)|x)$'`);
    expect(await held(one, ["test/calc.test.js::x", "test/lost.test.js"])).toEndWith(
      "--runTestsByPath 'test/calc.test.js' 'test/lost.test.js'",
    );
    expect(await held(one, ["gone.js::y"])).toBeUndefined();
    const cut = recording("jest.json").slice(0, -3);
    expect(await withRunner("jest", { file: cut, option: "--outputFile=", code: 0 }).report()).toMatchObject({
      status: "error",
    });
  });

  test("vitest: the difference and a hook's error stand on the terminal alone", async () => {
    const file = recording("vitest.json");
    const option = "--outputFile.json=";
    const report = await withRunner("vitest", {
      file,
      option,
      out: recording("vitest.txt"),
      code: 1,
    }).report();
    expect(report).toMatchObject({ status: "failed", passed: 1, failed: 5 });
    expect(told(report)[0]).toBe(
      "test/calc.test.js::calc::adds 2+2 test/calc.test.js:3 AssertionError: expected +0 to be 5 // Object.is equality",
    );
    expect(detailOf(report, "ünï")).toMatch(/^> 4 \| [\s\S]*\n- {7}"b": "blue",\n\+ {7}"b": "red",/);
    const hook = await withRunner("vitest", {
      file: recording("vitest-hook.json"),
      option,
      out: recording("vitest-hook.txt"),
      code: 1,
    }).report();
    expect(told(hook)).toEqual(["test/a.test.js test/a.test.js:3 Error: no database"]);
    const silent = await withRunner("vitest", { file, option, code: 1 }).report();
    expect(silent).toMatchObject({ status: "failed", failed: 5 });
  });

  test("mocha", async () => {
    const option = "output=";
    const one = withRunner("mocha", { file: recording("mocha.json"), option, code: 6 });
    const report = await one.report();
    expect(report).toMatchObject({ check: "mocha", status: "failed", passed: 2, failed: 6 });
    expect(told(report).slice(0, 3)).toEqual([
      "test/calc.test.js::calc::adds 2+2 test/calc.test.js:3 Expected values to be strictly equal:; 0 !== 5",
      `test/calc.test.js::calc::deep (a|b) "q" 'x' ünï test/calc.test.js:4 Expected values to be strictly deep-equal:; +       b: '\\x1B[31mred'; -       b: 'blue'`,
      "test/calc.test.js::calc::fails src/calc.js:2 boom",
    ]);
    expect(report.diagnostics[2]?.frames).toEqual([
      { path: "test/calc.test.js", line: 5 },
      { path: "src/calc.js", line: 2 },
    ]);
    const hook = report.diagnostics.find(({ message }) => message === "no database")?.test ?? "";
    expect(await held(one, [hook, "test/calc.test.js::calc inner::async"])).toEndWith(
      String.raw`'test/calc.test.js' --grep '^\s*(?:hook.*|calc inner(?: |::)async)$'`,
    );
    const file = recording("mocha.json");
    const broken = file.replace('"failures": 6', '"failures": 7');
    for (const text of [file.slice(0, -3), broken, ""])
      expect(await withRunner("mocha", { file: text, option, code: 0 }).report()).toMatchObject({
        status: "error",
      });
    const none = file.replace(/"passes": \d+/, '"passes": 0').replace(/"failures": 6/, '"failures": 0');
    const empty = none.replace(/"(failures|passes|pending)": \[[\s\S]*?\n {2}\]/g, '"$1": []');
    expect(await withRunner("mocha", { file: empty, option, code: 0 }).report()).toMatchObject({
      status: "no_tests",
    });
  });
});

const CALC =
  "export const add = (a, b) => a - b;\nexport const fail = () => {\n  throw new TypeError('boom\\nmore');\n};\n";
const TESTS = `
import { add, fail } from "./calc.js";
describe("calc", () => {
  for (const [a, b] of [[1, 0], [2, 2]])
    test(\`adds \${a}+\${b}\`, () => assert.strictEqual(add(a, b), a + b));
  test("deep (a|b) \\"q\\" 'x' ünï", () => assert.deepStrictEqual({ a: ["\\u001b[31mred"] }, { a: ["blue"] }));
  test("own words", () => assert.equal(add(1, 1), 2, "wrong"));
  test("fails", () => fail());
});
describe("hook", () => {
  before(() => { throw new Error("no database"); });
  test("x", () => {});
});
`;

async function eachAlone(one: Project, report: CheckReport): Promise<void> {
  const [check] = await one.detect();
  for (const { test: id = "" } of report.diagnostics) {
    const run = check?.narrowTests?.([id]);
    if (check === undefined || run == null) throw new Error(`${id} cannot be run alone`);
    const alone = await one.run({ ...check, ...run });
    expect(alone.diagnostics.map(({ test: other }) => other)).toContain(id);
  }
}

describe("real", () => {
  test.skipIf(Bun.which("node") === null || Bun.which("npm") === null)("node --test", async () => {
    const head = 'import assert from "node:assert"; import test, { before, describe } from "node:test";';
    const one = project({
      "package.json": '{"type":"module","scripts":{"test":"node --test"}}',
      "calc.js": CALC,
      "calc.test.js": head + TESTS,
    });
    const report = await one.report();
    expect(report).toMatchObject({ passed: 1, failed: 5 });
    expect(detailOf(report, "adds 2+2")).toMatch(/^> 5 \| .*add\(a, b\)[\s\S]*\n0 !== 4$/);
    expect(detailOf(report, "own words")).toEndWith("wrong\nExpected: 2\nReceived: 0");
    expect(told(report)[4]).toBe("calc.test.js::hook::x calc.test.js:11 no database");
    expect(report.diagnostics.find(({ test: id }) => id?.endsWith("fails"))?.frames).toEqual([
      { path: "calc.test.js", line: 8 },
      { path: "calc.js", line: 3 },
    ]);
    await eachAlone(one, report);
  });

  test.skipIf(Bun.which("bun") === null)("bun test", async () => {
    const head =
      'import assert from "node:assert"; import { beforeAll as before, describe, expect, test } from "bun:test";';
    const one = project({
      "package.json": '{"scripts":{"test":"bun test"}}',
      "bun.lock": "",
      "calc.js": CALC,
      "calc.test.js": `${head}${TESTS}test("matcher", () => { expect({ a: add(3, 1) }).toEqual({ a: 4 }); });\n`,
    });
    const report = await one.report();
    expect(report.failed).toBe(6);
    expect(detailOf(report, "matcher")).toMatch(/^> 14 \| .*add\(3, 1\)[\s\S]*- {3}"a": 4,\n\+ {3}"a": 2,/);
    expect(detailOf(report, "adds 2+2")).toContain("0 !== 4");
    await eachAlone(one, report);
  });
});
