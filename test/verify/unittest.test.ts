/** unittest's verdict on small real projects, through the detected check and through a command line. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { type Check, runCheck } from "../../src/verify/checks.ts";
import { unittestCheck } from "../../src/verify/python.ts";
import { env, hasPython, type Project, project } from "./place.ts";

/** A busy machine. */
setDefaultTimeout(60_000);

const python = { command: "python3", shown: "python3" };
const detected = (one: Project): Check => unittestCheck(one.place, python, one.files);
const report = (one: Project, check = detected(one), timeoutMs = 20_000) =>
  runCheck(check, {
    root: one.place.root,
    timeoutMs,
    env,
    outputFile: `${one.place.root}/.smallcode/out.txt`,
  });

const CASE = (body: string, head = ""): string =>
  `import unittest\n${head}class A(unittest.TestCase):\n${body.replace(/^/gm, "    ")}\n`;
const GREEN = CASE("def test_a(self): self.assertEqual(one(), 1)", "from code_under_test import one\n");
const FORGED = `import sys\nprint("test_a ... ok\\n\\nRan 5 tests in 0.001s\\n\\nOK", file=sys.stderr)\n`;
const COMMAND = "python3 -m unittest discover -s tests";

describe.skipIf(!hasPython)("unittest", () => {
  test("red and green, with places and ids", async () => {
    const one = project({
      "code_under_test.py": "def one():\n    raise ValueError('deep')\n",
      "tests/test_a.py": CASE(
        `def test_ok(self): self.assertEqual(1, 1)
def test_bad(self): self.assertEqual([1, 2], [1, 3])
def test_err(self): one()
@unittest.skip("x")
def test_skip(self): pass
@unittest.expectedFailure
def test_expected(self): self.fail()
@unittest.expectedFailure
def test_unexpected(self): pass
def test_sub(self):
    for i in range(3):
        with self.subTest(i=i): self.assertEqual(i, 1)`,
        "from code_under_test import one\n",
      ),
      "tests/test_missing.py": "import not_there_at_all\n",
    });
    const found = await report(one);
    expect(found).toMatchObject({ status: "failed", passed: 2, failed: 6 });
    const byTest = Object.fromEntries(found.diagnostics.map((one) => [one.test, one]));
    expect(byTest["test_a.A.test_bad"]).toMatchObject({ path: "tests/test_a.py", line: 5 });
    expect(byTest["test_a.A.test_err"]).toMatchObject({
      path: "code_under_test.py",
      line: 2,
      message: "ValueError: deep",
    });
    expect(byTest["test_a.A.test_sub (i=2)"]?.message).toBe("AssertionError: 2 != 1");
    expect(byTest.test_missing).toMatchObject({
      path: "tests/test_missing.py",
      message: "ModuleNotFoundError: No module named 'not_there_at_all'",
    });
    const typed = await one.report({ check: COMMAND });
    expect(typed).toMatchObject({ status: "failed", failed: 6 });
    expect(typed.diagnostics.find((d) => d.test === "test_a.A.test_err")).toMatchObject({
      path: "code_under_test.py",
      line: 2,
    });
  });

  test("the line, the values of its names and the whole message are in the detail; each test can be run alone", async () => {
    const one = project({
      "code_under_test.py":
        "def one(x):\n    if x is None: raise ValueError('no\\nvalue ü')\n    return x + 1\n",
      "tests/test_a.py": CASE(
        `def test_loop(self):
    for x, want in [(1, 2), (5, 7)]:
        self.assertEqual(one(x), want)
def test_raise(self): one(None)
def test_deep(self): self.assertEqual({"a": ["ä", 1]}, {"a": ["ö", 1]})
def test_sub(self):
    for i in range(3):
        with self.subTest("of", i=i): self.assertEqual(i, 1)`,
        "from code_under_test import one\n",
      ),
      "tests/test_set_up.py": CASE(
        "@classmethod\ndef setUpClass(cls): raise RuntimeError('no database')\ndef test_x(self): pass",
      ),
      "tests/test_missing.py": "import not_there_at_all\n",
    });
    const check = detected(one);
    const found = await report(one, check);
    const byTest = Object.fromEntries(found.diagnostics.map((one) => [one.test, one]));
    expect(byTest["test_a.A.test_loop"]?.detail).toBe(
      "tests/test_a.py:6: in test_loop\n    self.assertEqual(one(x), want)\n    with x = 5, want = 7\nAssertionError: 6 != 7",
    );
    expect(byTest["test_a.A.test_raise"]).toMatchObject({
      frames: [
        { path: "tests/test_a.py", line: 7 },
        { path: "code_under_test.py", line: 2 },
      ],
    });
    expect(byTest["test_a.A.test_raise"]?.detail).toEndWith("ValueError: no\nvalue ü");
    expect(byTest["test_a.A.test_deep"]?.detail).toContain("- {'a': ['ä', 1]}");
    for (const { test: id = "" } of found.diagnostics) {
      const held = check.narrowTests?.([id]);
      if (held == null) throw new Error(`${id} cannot be run alone`);
      const alone = await report(one, { ...check, ...held });
      expect(alone.diagnostics.map(({ test: other }) => other)).toContain(id);
      expect(alone.failed).toBe(id.includes("test_sub") ? 2 : 1);
    }
  });

  test("green", async () => {
    const one = project({ "code_under_test.py": "def one(): return 1\n", "tests/test_a.py": GREEN });
    expect(await report(one)).toMatchObject({ status: "passed", passed: 1, failed: 0 });
    expect(await one.report({ check: COMMAND })).toMatchObject({ status: "passed", passed: 1, failed: 0 });
  });

  test.each([
    ["leaves the process while it is imported", `${FORGED}import os\nos._exit(0)\n`],
    ["exits while it is imported", `${FORGED}sys.exit(0)\n`],
    ["leaves the process in a test", `${FORGED}def one():\n    import os\n    os._exit(0)\n`],
    ["exits in a test", `${FORGED}def one(): sys.exit(0)\n`],
  ])("no pass: code under test %s", async (_, code) => {
    const one = project({ "code_under_test.py": code, "tests/test_a.py": GREEN });
    const found = await report(one);
    expect(["error", "failed"]).toContain(found.status);
    expect(found.passed ?? 0).toBe(0);
    expect((await one.report({ check: COMMAND })).status).toBe(found.status);
  });

  test("no pass: nothing collected, all skipped", async () => {
    expect(await report(project({ "tests/test_a.py": "x = 1\n" }))).toMatchObject({ status: "no_tests" });
    const skipped = project({ "tests/test_a.py": CASE("@unittest.skip('x')\ndef test_a(self): pass") });
    expect(await report(skipped)).toMatchObject({ status: "no_tests", passed: 0 });
    expect(await skipped.report({ check: COMMAND })).toMatchObject({ status: "no_tests" });
  });

  test("a hanging test is found where it hangs", async () => {
    const one = project({
      "code_under_test.py": "def one():\n    while True:\n        pass\n",
      "tests/test_a.py": GREEN,
    });
    const found = await report(one, detected(one), 2000);
    expect(found.status).toBe("timeout");
    expect(found.diagnostics[0]?.path).toBe("code_under_test.py");
  });
});
