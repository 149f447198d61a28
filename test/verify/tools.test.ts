/** Linters and type checkers: which are found, in which order, and how what they wrote is read; recorded from the real ones. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import type { CheckReport } from "../../src/types.ts";
import { hasPython, project } from "./place.ts";
import { program, type Recorded, recording } from "./recorded.ts";

/** A busy machine. */
setDefaultTimeout(60_000);

const brief = ({ diagnostics }: CheckReport): string[] =>
  diagnostics.map(({ path, line, column, severity, code, message }) =>
    [`${path}:${line}:${column}`, severity, code ?? "-", message].join(" "),
  );

const venv = (programs: Record<string, Recorded>): Record<string, string> =>
  Object.fromEntries([
    [".venv/pyvenv.cfg", "version = 3.11.7\n"],
    ...Object.entries(programs).map(([name, one]) => [`.venv/bin/${name}`, program(one)]),
  ]);
const python = (programs: Record<string, Recorded>, more: Record<string, string> = {}) =>
  project({
    "calc.py": "x = 1\n",
    "pyproject.toml": "[tool.ruff]\n[tool.mypy]\n[tool.pyright]\n[tool.pytest.ini_options]\n",
    ...venv(programs),
    ...more,
  });

describe.skipIf(!hasPython)("Python's", () => {
  test("linters come first, then type checkers, then tests; only what the project asks for", async () => {
    const ids = async (files: Record<string, string>) =>
      (await project({ "a.py": "", "test_a.py": "", ...files }).detect()).map(({ id }) => id);
    const tests = (await ids({})).at(-1) ?? "";
    expect(await ids({ "pyproject.toml": "[tool.pyright]\n[tool.mypy]\n[tool.ruff.lint]\n" })).toEqual([
      "ruff",
      "mypy",
      "pyright",
      tests,
    ]);
    expect(
      await ids({ "pyproject.toml": '[dependency-groups]\ndev = ["ruff>=0.4", "mypy_extensions"]\n' }),
    ).toEqual(["ruff", tests]);
    expect(await ids({ "requirements.txt": "mypy_extensions\nruff-lsp\n" })).toEqual([tests]);
    expect(await ids({ "dev-requirements.txt": "mypy==1.8 # types\nruff-lsp\n" })).toEqual(["mypy", tests]);
    expect(await ids({ "setup.cfg": "[mypy]\n" })).toEqual(["mypy", tests]);
    expect(await ids({ ".pre-commit-config.yaml": "repos:\n- hooks:\n  - id: ruff-check\n" })).toEqual([
      "ruff",
      tests,
    ]);
    expect(await ids({ "pyproject.toml": '[project]\nname = "mypy"\ndescription = "ruff"\n' })).toEqual([
      tests,
    ]);
  });

  test("ruff", async () => {
    const one = python({ ruff: { file: recording("ruff.json"), option: "--output-file", code: 1 } });
    const report = await one.reportOf("ruff");
    expect(report).toMatchObject({ status: "failed", passed: null, failed: null });
    expect(brief(report)).toEqual([
      "calc.py:1:8 error F401 `os` imported but unused",
      "calc.py:15:5 error F811 Redefinition of unused `add`: `add` redefined here",
      "tests/test_lost.py:1:8 error F401 `nowhere` imported but unused",
    ]);
    expect(report.diagnostics[1]?.detail).toContain("from line 5");
  });

  test("mypy: a note belongs to its error, no message names a line", async () => {
    const report = await python({ mypy: { out: recording("mypy.txt"), code: 1 } }).reportOf("mypy");
    expect(brief(report)).toEqual([
      "calc.py:12:13 error misc List comprehension has incompatible type List[str]; expected List[int]",
      'calc.py:15:1 error no-redef Name "add" already defined',
      'tests/test_lost.py:1:1 error import-not-found Cannot find implementation or library stub for module named "nowhere"',
    ]);
    expect(report.diagnostics[2]?.detail).toContain("running_mypy.html");
    const cut = recording("mypy.txt").replace(/^Found.*$/m, "");
    expect(await python({ mypy: { out: cut, code: 0 } }).reportOf("mypy")).toMatchObject({ status: "error" });
  });

  test("pyright counts from 0", async () => {
    const report = await python({ pyright: { out: recording("pyright.json"), code: 1 } }).reportOf("pyright");
    expect(brief(report)[1]).toBe(
      'calc.py:12:12 error reportReturnType Type "list[str]" is not assignable to return type "List[int]"',
    );
    const cut = recording("pyright.json").slice(0, 900);
    expect(await python({ pyright: { out: cut, code: 0 } }).reportOf("pyright")).toMatchObject({
      status: "error",
    });
  });

  test("a broken configuration has no say, and neither has what is not installed", async () => {
    const one = python({
      ruff: { out: recording("ruff-broken.txt"), option: "-", code: 2 },
      mypy: { out: recording("mypy-broken.txt"), code: 2 },
    });
    expect(await one.reportOf("ruff")).toMatchObject({
      status: "unavailable",
      summary: "ruff could not check this project: TOML parse error at line 1, column 1",
      diagnostics: [],
    });
    expect(await one.reportOf("mypy")).toMatchObject({
      status: "unavailable",
      summary: expect.stringContaining("Error importing plugin"),
    });
    const absent = project({ "a.py": "", "pyrightconfig.json": "{}" });
    const [, check] = await absent.detect();
    const gone = { ...check, command: ["sh", "-c", "exec no-such-pyright-here"] } as NonNullable<
      typeof check
    >;
    expect(await absent.run(gone)).toMatchObject({
      status: "unavailable",
      summary:
        "pyright is asked for in pyrightconfig.json but not installed: install it into the project's environment to have it judge.",
    });
  });

  test("thousands of findings are cut, the errors first; none without a report is no pass", async () => {
    const many = Array.from({ length: 5000 }, (_, at) => ({
      code: "E1",
      filename: "ROOT/calc.py",
      location: { row: at + 1, column: 1 },
      message: `m${at}`,
    }));
    const one = python({ ruff: { file: JSON.stringify(many), option: "--output-file", code: 1 } });
    const report = await one.reportOf("ruff");
    expect(report.diagnostics.length).toBe(1000);
    expect(report.summary).toBe("calc.py: m0 (and 4999 more)");
    const cut = { ruff: { file: JSON.stringify(many).slice(0, -1), option: "--output-file", code: 0 } };
    expect(await python(cut).reportOf("ruff")).toMatchObject({ status: "error" });
    expect(await python({ ruff: { code: 0 } }).reportOf("ruff")).toMatchObject({ status: "error" });
    const good = { ruff: { file: "[]", option: "--output-file", code: 0 } };
    expect(await python(good).reportOf("ruff")).toMatchObject({ status: "passed" });
  });

  test("files that no test loads are compiled, and none is written", async () => {
    const one = project({
      "a.py": "def f():\n    pass\nreturn 3\n",
      "b.py": "x = 1\n",
      "fixtures/bad.py": "def (\n",
      "{{name}}/c.py": "{{\n",
    });
    expect((await one.detect()).map(({ id }) => id)).toEqual(["py_compile"]);
    expect(await one.report()).toMatchObject({
      status: "failed",
      diagnostics: [{ path: "a.py", line: 3, code: "SyntaxError", message: "'return' outside function" }],
    });
    one.write({ "a.py": "def f():\n    return 'ü'\n" });
    expect(await one.report()).toMatchObject({ status: "passed" });
  });
});

const script = (programs: Record<string, Recorded>, more: Record<string, string> = {}) =>
  project({
    "package.json": JSON.stringify({
      scripts: { lint: "eslint src --fix --cache -f stylish" },
      devDependencies: { eslint: "10", typescript: "6", "@biomejs/biome": "2" },
    }),
    "eslint.config.js": "",
    "biome.json": "{}",
    "tsconfig.json": "{}",
    "src/a.ts": "",
    ...Object.fromEntries(
      Object.entries(programs).map(([name, one]) => [`node_modules/.bin/${name}`, program(one)]),
    ),
    ...more,
  });

describe.skipIf(!hasPython)("JavaScript's", () => {
  test("linters come first, then the type checker, then tests; only what is configured", async () => {
    const one = script({}, { "src/a.test.ts": "", "vitest.config.ts": "" });
    const checks = await one.detect();
    expect(checks.map(({ id }) => id)).toEqual(["biome", "eslint", "tsc", "vitest"]);
    expect(checks[1]?.shown).toBe("npx eslint src");
    for (const check of checks)
      expect(await one.run(check)).toMatchObject({
        status: "unavailable",
        summary: `${check.id} is configured here but not installed; \`npm install\` brings it.`,
      });
    const bare = project({
      "package.json": '{"devDependencies":{"eslint":"10","typescript":"6"}}',
      "a.ts": "",
    });
    expect(await bare.detect()).toEqual([]);
  });

  test("eslint", async () => {
    const one = script({ eslint: { file: recording("eslint.json"), option: "--output-file", code: 1 } });
    const report = await one.reportOf("eslint");
    expect(report.status).toBe("failed");
    expect(brief(report)).toEqual([
      "src/a.js:2:5 error no-redeclare 'a' is already defined.",
      "src/a.js:3:5 error no-unused-vars 'unused' is assigned a value but never used.",
      "src/b.js:1:9 error - Parsing error: Unexpected token ;",
      "src/a.js:4:7 warning eqeqeq Expected '===' and instead saw '=='.",
    ]);
    const broken = script({ eslint: { out: recording("eslint-broken.txt"), code: 2 } });
    expect(await broken.reportOf("eslint")).toMatchObject({
      status: "unavailable",
      summary: expect.stringContaining("Cannot find package 'eslint-plugin-none'"),
    });
    expect(await script({ eslint: { code: 0 } }).reportOf("eslint")).toMatchObject({ status: "error" });
  });

  test("eslint: where warnings alone make it fail, they are errors", async () => {
    const [file] = JSON.parse(recording("eslint.json"));
    const warnings = JSON.stringify([{ ...file, messages: [file.messages[2]] }]);
    const one = script({ eslint: { file: warnings, option: "--output-file", code: 1 } });
    expect(await one.reportOf("eslint")).toMatchObject({
      status: "failed",
      diagnostics: [{ severity: "error" }],
    });
  });

  test("biome", async () => {
    const report = await script({ biome: { out: recording("biome.txt"), code: 1 } }).reportOf("biome");
    expect(brief(report).slice(0, 2)).toEqual([
      "src/a.js:4:7 error lint/suspicious/noDoubleEquals Using == may be unsafe if you are relying on type coercion.",
      "src/a.js:4:15 error lint/suspicious/noDebugger This is an unexpected use of the debugger statement.",
    ]);
    expect(report.summary).toEndWith("(and 3 more)");
    const broken = script({ biome: { out: recording("biome-broken.txt"), code: 1 } });
    expect(await broken.reportOf("biome")).toMatchObject({
      status: "unavailable",
      summary: "biome could not check this project: Found an unknown key `rulez`.",
    });
  });

  test("tsc: what is indented below an error explains it; a broken configuration has no say", async () => {
    const report = await script({ tsc: { out: recording("tsc.txt"), code: 2 } }).reportOf("tsc");
    expect(brief(report)).toEqual([
      "src/t.ts:2:28 error TS2322 Type 'string' is not assignable to type 'number'.",
      "src/t.ts:3:14 error TS2322 Type '(b: { x: string; }) => void' is not assignable to type '(a: A) => void'.",
    ]);
    expect(report.diagnostics[1]?.detail).toContain("Types of property 'x' are incompatible");
    const out = "tsconfig.json(1,21): error TS5025: Unknown compiler option 'strictt'.\n";
    expect(await script({ tsc: { out, code: 1 } }).reportOf("tsc")).toMatchObject({ status: "unavailable" });
  });

  test("deno's own linter and type checker, found by its configuration", async () => {
    const deno = (one: Recorded) =>
      project({
        "deno.json": '{"tasks":{"test":"deno test --allow-read --coverage=x"}}',
        "calc_test.ts": "",
        "node_modules/.bin/deno": program(one),
      });
    const lint = deno({ out: recording("deno-lint.json"), code: 1 });
    expect((await lint.detect()).map(({ id, shown }) => [id, shown])).toEqual([
      ["deno lint", "deno lint"],
      ["deno check", "deno check"],
      ["deno test", "deno test --allow-read"],
    ]);
    expect(brief(await lint.reportOf("deno lint"))).toEqual([
      "calc.ts:3:5 error no-unused-vars `unused` is never used",
      "calc.ts:3:5 error prefer-const `unused` is never reassigned",
    ]);
    const check = deno({ out: recording("deno-check.txt"), code: 1 });
    expect(brief(await check.reportOf("deno check"))).toEqual([
      "calc.ts:2:14 error TS2322 Type 'string' is not assignable to type 'number'.",
    ]);
    const tests = deno({ file: recording("deno-test.xml"), option: "--junit-path=", code: 1 });
    const report = await tests.reportOf("deno test");
    expect(report).toMatchObject({ status: "failed", passed: 2, failed: 4 });
    expect(report.diagnostics.map(({ test: id, path, line }) => `${id} ${path}:${line}`)).toEqual([
      "calc_test.ts::adds 'ü' (a|b) calc_test.ts:5",
      "calc_test.ts::fails calc.ts:4",
      "calc_test.ts::steps::inner calc_test.ts:6",
      "calc_test.ts::d::x calc_test.ts:9",
    ]);
    const lost = deno({ out: recording("deno-lost.txt"), code: 1 });
    expect(await lost.reportOf("deno test")).toMatchObject({
      status: "error",
      diagnostics: [{ path: "lost_test.ts", line: 1 }],
    });
    const held = (await tests.detect()).at(-1)?.narrowTests?.(["calc_test.ts::steps::inner", "other.ts::x"]);
    expect(held?.command.at(-1)).toEndWith(`--filter '/^(?:steps)$/' 'calc_test.ts'`);
  });
});
