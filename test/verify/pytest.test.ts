/** pytest's verdict on small real projects, honest ones and ones that would like to look green. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { hasPytest, project } from "./place.ts";

/** A busy machine. */
setDefaultTimeout(60_000);

const LIST = `def push(items, item):
    return check(items) + [item]
def check(items):
    if items is None:
        raise ValueError("no list")
    return items
def spin():
    while True:
        pass
`;
const GREEN = "from lists import push\ndef test_push(): assert push([1], 2) == [1, 2]\n";
const FORGED = `print("=== 5 passed in 0.01s ===")\nprint("Ran 5 tests in 0.0s\\n\\nOK")\n`;

describe.skipIf(!hasPytest)("pytest", () => {
  test("green: counts, and nothing left behind", async () => {
    const one = project({ "lists.py": LIST, "tests/test_lists.py": GREEN });
    const [check] = await one.detect();
    expect(check?.id).toBe("pytest");
    expect(check?.shown).toEndWith("-m pytest -q");
    expect(await one.report()).toMatchObject({ status: "passed", passed: 1, failed: 0, diagnostics: [] });
    const { readdirSync } = await import("node:fs");
    expect(readdirSync(one.place.root).sort()).toEqual([".smallcode", "lists.py", "tests"]);
  });

  test("red: ids, one-line messages, the innermost place inside the workspace; a broken file hides no other", async () => {
    const one = project({
      "lists.py": LIST,
      "tests/test_lists.py": `${GREEN}
import pytest
def test_wrong(): assert push([2], 4) == [2, 3]
def test_raise(): push(None, 1)
class TestIt:
    @pytest.mark.parametrize("x", ["a", "b::c"])
    def test_p(self, x): assert x == "a"
@pytest.mark.skip
def test_skipped(): pass
`,
      "tests/test_missing.py": "import not_there_at_all\n",
      "tests/test_syntax.py": "def f(:\n",
      "pytest.ini": "[pytest]\naddopts = -x\n",
    });
    const report = await one.report();
    expect(report).toMatchObject({ status: "failed", passed: 2, failed: 5 });
    const byTest = Object.fromEntries(report.diagnostics.map((one) => [one.test, one]));
    expect(byTest["tests/test_lists.py::test_wrong"]).toMatchObject({
      path: "tests/test_lists.py",
      line: 5,
      message: "assert [2, 4] == [2, 3]",
    });
    expect(byTest["tests/test_lists.py::test_raise"]).toMatchObject({
      path: "lists.py",
      line: 5,
      message: "ValueError: no list",
    });
    expect(byTest["tests/test_lists.py::TestIt::test_p[b::c]"]?.line).toBe(9);
    expect(byTest["tests/test_missing.py"]).toMatchObject({
      line: 1,
      message: "ModuleNotFoundError: No module named 'not_there_at_all'",
    });
    expect(byTest["tests/test_syntax.py"]).toMatchObject({ line: 1, message: "SyntaxError: invalid syntax" });
  });

  test("what was called, what was expected and what came are in the detail, the way to it in the frames", async () => {
    const one = project({
      "lists.py": LIST,
      "tests/test_d.py": `import pytest
from lists import push
class Case:
    def __init__(self, items): self.items = items
@pytest.mark.parametrize("items,item,want", [([1], 2, [1, 3]), (None, 1, [])])
def test_push(items, item, want):
    got = push(items, item)
    assert got == want
def test_own(): assert len(push([], 1)) == 2, "first\\nsecond"
@pytest.fixture
def broken(): raise RuntimeError("no\\ndatabase")
def test_setup(broken): pass
@pytest.mark.parametrize("x", ["ünïcode", "\\x1b[31mred"])
def test_text(x): assert {"deep": [{"x": x}], "same": list(range(50))} == {"deep": [{"x": "ö"}], "same": list(range(50))}
def test_long(): assert list(range(400)) == list(range(1, 401))
`,
    });
    const report = await one.report();
    const told = Object.fromEntries(
      report.diagnostics.map((one) => [one.test?.split("::")[1], { ...one, detail: one.detail ?? "" }]),
    );
    expect(told["test_push[items0-2-want0]"]?.detail).toStartWith(
      "items = [1], item = 2, want = [1, 3]\n>       assert got == want\ntests/test_d.py:8: AssertionError\nE       assert [1, 2] == [1, 3]",
    );
    const raised = told["test_push[None-1-want1]"];
    expect(raised?.detail).toContain("items = None, item = 1, want = []\n>       got = push(items, item)");
    expect(raised?.detail).toMatch(/^E +ValueError: no list$/m);
    expect(raised?.frames).toEqual([
      { path: "tests/test_d.py", line: 7 },
      { path: "lists.py", line: 2 },
      { path: "lists.py", line: 5 },
    ]);
    expect(told.test_own?.message).toBe("AssertionError: first; assert 1 == 2");
    expect(told.test_own?.detail).toContain("where [1] = push([], 1)");
    expect(told.test_setup).toMatchObject({ path: "tests/test_d.py", line: 11 });
    expect(told.test_setup?.detail).toContain("E   RuntimeError: no\nE   database");
    expect(told["test_text[\\xfcn\\xefcode]"]?.detail).toMatch(/^E +- +'x': 'ö',$/m);
    expect(
      report.diagnostics.every(({ detail = "" }) => detail.length <= 2000 && !detail.includes("\x1b")),
    ).toBe(true);
    expect(told.test_long?.detail).toMatch(/^E {3}… \(\d+ more lines\)$/m);

    const check = (await one.detect())[0];
    for (const { test: id = "" } of report.diagnostics.slice(0, 6)) {
      const held = check?.narrowTests?.([id]);
      if (check === undefined || held == null) throw new Error(`${id} cannot be run alone`);
      expect(await one.run({ ...check, ...held })).toMatchObject({
        status: "failed",
        passed: 0,
        failed: 1,
        diagnostics: [{ test: id }],
      });
    }
    expect(check?.narrowTests?.(["nowhere.py::test_x"])).toBeNull();
  });

  test.each([
    ["code under test leaves the process with 0", `${FORGED}import os\nos._exit(0)\n`, "error"],
    ["code under test exits with 0 while it is imported", `${FORGED}import sys\nsys.exit(0)\n`, "failed"],
    [
      "a test leaves the process with 0",
      `${FORGED}def push(a, b):\n    import os\n    os._exit(0)\n`,
      "error",
    ],
    ["a test exits with 0", `${FORGED}def push(a, b):\n    import sys\n    sys.exit(0)\n`, "failed"],
    ["it crashes", `def push(a, b):\n    import os\n    os.abort()\n`, "error"],
  ] as const)("no pass: %s", async (_, code, status) => {
    const one = project({ "lists.py": code, "tests/test_lists.py": GREEN });
    const report = await one.report();
    expect(["error", "failed"]).toContain(report.status);
    expect(report.status === "passed").toBe(false);
    if (status === "error") expect(report.status).toBe("error");
    expect(report.passed ?? 0).toBe(0);
    expect(await one.report({ check: "python3 -m pytest -q" })).toMatchObject({ status: report.status });
  });

  test("no pass: conftest turns the exit code", async () => {
    const one = project({
      "conftest.py": "def pytest_sessionfinish(session): session.exitstatus = 0\n",
      "test_a.py": "def test_a(): assert 1 == 2\n",
    });
    expect(await one.report()).toMatchObject({ status: "failed", failed: 1 });
  });

  test("nothing collected, or all skipped, is no pass", async () => {
    expect(await project({ "test_a.py": "x = 1\n" }).report()).toMatchObject({ status: "no_tests" });
    const skipped = "import pytest\n@pytest.mark.skip\ndef test_a(): pass\n";
    expect(await project({ "test_a.py": skipped }).report()).toMatchObject({ status: "no_tests", passed: 0 });
  });

  test("an internal or usage error is an error, and says why", async () => {
    const usage = project({
      "test_a.py": "def test_a(): pass\n",
      "pytest.ini": "[pytest]\naddopts = --nonsense\n",
    });
    const report = await usage.report();
    expect(report.status).toBe("error");
    expect(report.summary).toContain("unrecognized arguments: --nonsense");
    const broken = project({
      "conftest.py": "raise RuntimeError('boom')\n",
      "test_a.py": "def test_a(): pass\n",
    });
    expect(await broken.report()).toMatchObject({
      status: "error",
      summary: expect.stringContaining("boom"),
    });
  });

  test("a hanging test is found in the code where it hangs", async () => {
    const one = project({ "lists.py": LIST, "test_a.py": "import lists\ndef test_a(): lists.spin()\n" });
    const report = await one.report({ timeoutMs: 2500 });
    expect(report).toMatchObject({ status: "timeout", passed: null });
    expect(report.diagnostics[0]?.path).toBe("lists.py");
    expect([8, 9]).toContain(report.diagnostics[0]?.line ?? 0);
    expect(report.summary).toContain("spin at lists.py");
  });
});

test.skipIf(hasPytest)("pytest is not importable here: its tests were skipped", () => {
  expect(hasPytest).toBe(false);
});
