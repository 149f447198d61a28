/** Tasks of several parts, and steps of several edits: what is kept is proven as a whole, what fails takes all of it back. */
import { expect, setDefaultTimeout, test } from "bun:test";
import { BUGGY, call, eventsOf, messagesOf, project, RIGHT, rewrite, SLOW_MS } from "../harness/project.ts";
import type { Row } from "../harness/server.ts";
import { expectBad } from "./bad.ts";

setDefaultTimeout(SLOW_MS);

const TASK = "In calc.py:\n1. fix add\n2. swap the factors of mul";
const SWAPPED = "def mul(a, b):\n    return b * a";
/** A model that says nothing of use, in a step and in the part that it falls into. */
const useless: Row[] = Array.from({ length: 6 }, () => [{ text: "Hm." }, { text: "no idea" }]).flat();
const finish = call("finish", "other", { text: "done" });

test("the last part fails after the first was accepted: the tree is as it was", async () => {
  const p = await project(BUGGY, [...rewrite("calc.py::add", RIGHT), ...useless]);
  const ran = await p.run(["--yes", "--json", TASK]);
  expect({ exit: ran.exit, tree: ran.after }).toEqual({ exit: 1, tree: ran.before });
  const events = eventsOf(ran.stdout);
  expect(events.filter(({ type }) => type === "decompose")).toHaveLength(1);
  expect(events.at(-1)).toMatchObject({ outcome: "failed", account: { by: null } });
  expectBad(await p.run(["undo"], { endpoint: false }), 1, /undo/i);
});

test("both parts are kept, proven by a run after the last edit, and undone together", async () => {
  const p = await project(BUGGY, [
    ...rewrite("calc.py::add", RIGHT),
    ...rewrite("calc.py::mul", SWAPPED),
    ...finish,
  ]);
  const ran = await p.run(["--yes", "--json", TASK]);
  expect(ran.exit).toBe(0);
  expect(p.text("calc.py")).toBe(`${RIGHT}\n\n\n${SWAPPED}\n`);
  // A verified gain of one test is confirmed by a run without it, which is none of these.
  const order = eventsOf(ran.stdout).flatMap((event) =>
    (event.type === "check_end" && event.report.check === "pytest") ||
    (event.type === "result" && event.result.kind === "candidate")
      ? [event.type]
      : [],
  );
  expect(order).toEqual(["check_end", "result", "check_end", "result", "check_end"]);
  const undone = await p.run(["undo"], { endpoint: false });
  expect({ exit: undone.exit, tree: undone.after }).toEqual({ exit: 0, tree: ran.before });
});

test("a part whose work the part before it has done is done, where the checks are green", async () => {
  const both = [...rewrite("calc.py::add", RIGHT), ...finish, ...finish];
  const p = await project(BUGGY, both);
  const ran = await p.run(["--yes", TASK]);
  expect(ran).toMatchObject({ exit: 0 });
  expect(ran.stderr).toContain("Nothing was left to do for: In calc.py: swap the factors of mul");
  expect(p.text("calc.py")).toContain(RIGHT);
  // Nothing has been proven before the first part.
  const first = await project(BUGGY, [...finish, ...finish, ...finish, ...finish]);
  expect(await first.run(["--yes", TASK])).toMatchObject({ exit: 1 });
});

test("--dry-run of both parts shows one diff and keeps nothing", async () => {
  const p = await project(BUGGY, [
    ...rewrite("calc.py::add", RIGHT),
    ...rewrite("calc.py::mul", SWAPPED),
    ...finish,
  ]);
  const ran = await p.run(["--yes", "--dry-run", "--json", TASK]);
  expect({ exit: ran.exit, tree: ran.after }).toEqual({ exit: 0, tree: ran.before });
  const diffs = eventsOf(ran.stdout).filter(({ type }) => type === "diff");
  expect(diffs).toMatchObject([{ files: ["calc.py"], frozen: [] }]);
  expect(JSON.stringify(diffs)).toContain("return b * a");
});

test("a check run again after an edit that helped is progress, and two edits may fix what was asked for", async () => {
  const p = await project(
    {
      "calc.py": "def add(a, b):\n    return a - b\n\n\ndef mul(a, b):\n    return a + b\n",
      "other.py": "def old():\n    return 1\n",
      "tests/test_calc.py":
        "from calc import add, mul\n\n\ndef test_add():\n    assert add(1, 2) == 3\n\n\ndef test_mul():\n    assert mul(2, 3) == 6\n",
      "tests/test_other.py": "from other import old\n\n\ndef test_old():\n    assert old() == 2\n",
    },
    [
      ...call("run_check", "check:pytest"),
      ...rewrite("calc.py::add", RIGHT),
      ...call("run_check", "check:pytest"),
      ...rewrite("calc.py::mul", "def mul(a, b):\n    return a * b"),
    ],
  );
  const ran = await p.run(["--yes", "Fix the bugs in calc.py"]);
  expect(ran.exit).toBe(0);
  expect(ran.stderr).toContain("What was asked for passes");
});

const BOTH = {
  "calc.py": "def add(a, b):\n    return a - b\n\n\ndef mul(a, b):\n    return a + b\n",
  "tests/test_calc.py":
    "from calc import add, mul\n\n\ndef test_add():\n    assert add(1, 2) == 3\n\n\ndef test_mul():\n    assert mul(2, 3) == 6\n",
};

test("a part that turns some of the red tests green is done when the model says so", async () => {
  const p = await project(BOTH, [
    ...rewrite("calc.py::add", RIGHT),
    ...finish,
    ...rewrite("calc.py::mul", "def mul(a, b):\n    return a * b"),
  ]);
  const ran = await p.run(["--yes", "In calc.py:\n- fix add\n- fix mul"]);
  expect(ran.exit).toBe(0);
});

test("finish after a change that helped is told what is still red", async () => {
  const p = await project(BOTH, [
    ...rewrite("calc.py::add", RIGHT),
    ...finish,
    ...rewrite("calc.py::mul", "def mul(a, b):\n    return a * b"),
  ]);
  const ran = await p.run(["--yes", "Fix the failing tests in calc.py"]);
  expect(ran.exit).toBe(0);
  expect(
    messagesOf(p.server.completions().at(-1))
      .map(({ content }) => content)
      .join("\n"),
  ).toMatch(/The task is not done: Better than before, but .*test_mul/);
});
