/** Steps in parts, from end to end: what leads to different places, one part at a time, and only as a whole. */
import { expect, setDefaultTimeout, test } from "bun:test";
import type { Step } from "../../src/types.ts";
import { call, eventsOf, messagesOf, type Project, project, rewrite, SLOW_MS } from "../harness/project.ts";

setDefaultTimeout(SLOW_MS);

const asked = (p: Project): number =>
  p.server.requests.filter(({ path }) => path.includes("completions")).length;
const opening = (p: Project, n: number): string =>
  messagesOf(p.server.requests.filter(({ path }) => path.includes("completions"))[n])[1]?.content ?? "";

const TWO_FILES = {
  "price.py": "def price(item):\n    return item - 1\n",
  "cart.py":
    "from price import price\n\n\ndef count(items):\n    return len(items) + 1\n\n\ndef total(items):\n    return sum(price(one) for one in items)\n",
  "tests/test_cart.py":
    "from cart import count, total\n\n\ndef test_count():\n    assert count([]) == 0\n\n\ndef test_total():\n    assert total([1]) == 1\n",
  "tests/test_price.py": "from price import price\n\n\ndef test_price():\n    assert price(2) == 2\n",
};

test("failing tests that lead to two files are two steps, what the other calls first; what that repairs is not asked for", async () => {
  const p = await project(TWO_FILES, [
    ...rewrite("price.py::price", "def price(item):\n    return item"),
    ...rewrite("cart.py::count", "def count(items):\n    return len(items)"),
  ]);
  const ran = await p.run(["--yes", "--json", "Make the failing tests pass"]);
  expect(ran.exit).toBe(0);
  const plan = eventsOf(ran.stdout).find(({ type }) => type === "plan");
  const steps: Step[] = plan?.type === "plan" ? plan.steps : [];
  expect(steps.map(({ targets: [first], tests }) => [first, tests])).toEqual([
    [{ path: "price.py", symbol: "price" }, ["tests/test_price.py::test_price"]],
    [
      { path: "cart.py", symbol: expect.any(String) },
      ["tests/test_cart.py::test_count", "tests/test_cart.py::test_total"],
    ],
  ]);
  expect(asked(p)).toBe(6);
});

test("a step of one file stays one step, whatever fails in it", async () => {
  const one = {
    "calc.py": "def add(a, b):\n    return a - b\n\n\ndef mul(a, b):\n    return a + b\n",
    "tests/test_calc.py":
      "from calc import add, mul\n\n\ndef test_add():\n    assert add(1, 2) == 3\n\n\ndef test_mul():\n    assert mul(2, 3) == 6\n",
  };
  const p = await project(one, [
    ...rewrite("calc.py::add", "def add(a, b):\n    return a + b"),
    ...rewrite("calc.py::mul", "def mul(a, b):\n    return a * b"),
  ]);
  const ran = await p.run(["--yes", "--json", "Make the failing tests pass"]);
  expect(ran.exit).toBe(0);
  expect(eventsOf(ran.stdout).find(({ type }) => type === "plan")).toMatchObject({ steps: [{ id: "1" }] });
});

const NAMES = ["add", "sub", "mul", "div", "neg", "inc", "dec", "dbl", "half", "same"];
const STUBS = {
  "calc.py": NAMES.map((name) => `def ${name}(a):\n    raise NotImplementedError\n`).join("\n\n"),
  "tests/test_calc.py": `import calc\n${NAMES.map((name, at) => `\n\ndef test_${name}():\n    assert calc.${name}(1) == ${at}\n`).join("")}`,
};
const body = (name: string): string => `def ${name}(a):\n    return ${NAMES.indexOf(name)}`;

test("ten functions by a model that writes one at a time: more than a conversation has calls, each part its own", async () => {
  const rows = NAMES.flatMap((name) => rewrite(`calc.py::${name}`, body(name)));
  const p = await project(STUBS, rows);
  const ran = await p.run(["--yes", "--json", "Implement calc.py so that its tests pass"]);
  expect(ran.exit).toBe(0);
  // Three requests are one call on this rung.
  expect(asked(p)).toBe(3 * NAMES.length);
  const events = eventsOf(ran.stdout);
  const parts = events.flatMap((one) =>
    one.type === "decompose" ? [one.steps.map(({ tests }) => tests)] : [],
  );
  expect(parts).toEqual([[["tests/test_calc.py::test_half"], ["tests/test_calc.py::test_same"]]]);
  expect(events.at(-1)).toMatchObject({ outcome: "verified", account: { by: "decomposition" } });
  expect(events.filter(({ type }) => type === "context_reset")).toHaveLength(2);
});

/** The model says at once that it is done. */
const gives = [...call("finish", "other", { text: "done" }), ...call("finish", "other", { text: "done" })];

test("a part has a small context of its own, with what already failed in a line", async () => {
  const two = {
    "calc.py": `${body("add").replace("0", "9")}\n\n\n${body("sub").replace("1", "9")}\n`,
    "tests/test_calc.py":
      "import calc\n\n\ndef test_add():\n    assert calc.add(1) == 0\n\n\ndef test_sub():\n    assert calc.sub(1) == 1\n",
  };
  const p = await project(two, [
    ...gives,
    ...rewrite("calc.py::add", body("add")),
    ...rewrite("calc.py::sub", body("sub")),
  ]);
  const ran = await p.run(["--yes", "--json", "Fix the bugs in calc.py"]);
  expect(ran.exit).toBe(0);
  const part = opening(p, 4);
  expect(part).toContain("Only this part now: add in calc.py, so that tests/test_calc.py::test_add passes.");
  expect(part).toContain(
    "Tried before, without success: The model repeats the same call with the same result; name the file or function in the task, or try a larger model.",
  );
  expect(eventsOf(ran.stdout).at(-1)).toMatchObject({ account: { by: "decomposition" } });
});

test("parts are kept only if the whole verifies: one that stays red takes the other back, bytes and modes", async () => {
  const two = {
    "calc.py": [`${body("add").replace("0", "9")}\n\n\n${body("sub").replace("1", "9")}\n`, 0o755] as [
      string,
      number,
    ],
    "tests/test_calc.py":
      "import calc\n\n\ndef test_add():\n    assert calc.add(1) == 0\n\n\ndef test_sub():\n    assert calc.sub(1) == 1\n",
  };
  const p = await project(two, [...gives, ...rewrite("calc.py::add", body("add")), ...gives]);
  const ran = await p.run(["--yes", "--json", "Fix the bugs in calc.py"]);
  expect({ exit: ran.exit, tree: ran.after }).toEqual({ exit: 1, tree: ran.before });
  const verdicts = eventsOf(ran.stdout).flatMap((one) =>
    one.type === "verdict" ? [one.verdict.status] : [],
  );
  expect(verdicts).toEqual(["verified"]);
  expect(eventsOf(ran.stdout).at(-1)).toMatchObject({ outcome: "failed", account: { by: null } });
});

test("all parts spend from one allowance: where none leads anywhere, the requests of one step are the end", async () => {
  const attempt = gives.length;
  const p = await project(STUBS, Array.from({ length: 9 }, () => gives).flat());
  const ran = await p.run(["--yes", "--json", "Implement calc.py so that its tests pass"]);
  expect({ exit: ran.exit, tree: ran.after }).toEqual({ exit: 1, tree: ran.before });
  // Eight parts, the last of them with three tests, which would be three more.
  expect(asked(p)).toBe(attempt + 32);
  expect(eventsOf(ran.stdout).filter(({ type }) => type === "decompose")).toHaveLength(2);
});

test("without the mechanism there are no parts", async () => {
  const p = await project(TWO_FILES, gives);
  const env = { SMALLCODE_MECHANISMS: '{"direct":false,"decomposition":false}' };
  const ran = await p.run(["--yes", "Fix count in cart.py"], { env });
  expect({ exit: ran.exit, tree: ran.after }).toEqual({ exit: 1, tree: ran.before });
  expect(asked(p)).toBe(4);
});

const CALLED = {
  "price.py": "def price(item):\n    return item\n",
  "a.py": "from price import price\n\n\ndef a():\n    return price(1)\n",
  "b.py": "from price import price\n\n\ndef b():\n    return price(2)\n",
  "tests/test_all.py":
    "from a import a\nfrom b import b\n\n\ndef test_all():\n    assert (a(), b()) == (1, 2)\n",
};

test("a changed signature: the definition, then each file with calls; none is judged before all are there", async () => {
  const done = call("finish", "other", { text: "done" });
  const p = await project(CALLED, [
    ...rewrite("price.py::price", "def price(item, rate):\n    return item * rate"),
    ...done,
    ...rewrite("a.py::a", "def a():\n    return price(1, 1)"),
    ...done,
    ...rewrite("b.py::b", "def b():\n    return price(2, 1)"),
    ...done,
  ]);
  const ran = await p.run(["--yes", "--json", "Add a required parameter rate to price"]);
  expect(ran.exit).toBe(0);
  const plan = eventsOf(ran.stdout).find(({ type }) => type === "plan");
  const steps: Step[] = plan?.type === "plan" ? plan.steps : [];
  expect(steps.map(({ targets: [first], check }) => [first?.path, check])).toEqual([
    ["price.py", null],
    ["a.py", null],
    ["b.py", "pytest"],
  ]);
  expect(steps[1]?.intent).toContain("its calls at a.py:5.");
});

const PARTS = {
  "price.py": "def price(item, rate):\n    return item * rate\n",
  "a.py": CALLED["a.py"].replace("price(1)", "price(1, 1)"),
  "b.py": CALLED["b.py"].replace("price(2)", "price(2, 1)"),
};
const reply = (...paths: (keyof typeof PARTS)[]) => ({
  text: paths.map((path) => `${path}\n\`\`\`python\n${PARTS[path]}\`\`\`\n`).join("\n"),
});
const CHANGES_ALL = "Change the signature of price to price(item, rate) everywhere";

test("a changed signature with all its callers in the first reply is one request", async () => {
  const p = await project(CALLED, [reply("price.py", "a.py", "b.py")], { direct: true });
  const ran = await p.run(["--yes", CHANGES_ALL]);
  expect({ exit: ran.exit, asked: asked(p) }).toEqual({ exit: 0, asked: 1 });
  for (const [path, text] of Object.entries(PARTS)) expect(p.text(path)).toBe(text);
});

test("a caller that came with the definition is left out, the others are asked for", async () => {
  const p = await project(CALLED, [reply("price.py", "a.py"), reply("b.py")], { direct: true });
  const ran = await p.run(["--yes", CHANGES_ALL]);
  expect({ exit: ran.exit, asked: asked(p) }).toEqual({ exit: 0, asked: 2 });
  for (const [path, text] of Object.entries(PARTS)) expect(p.text(path)).toBe(text);
});

test("the last caller came first: the one in between is asked for, and the whole is judged", async () => {
  const p = await project(CALLED, [reply("price.py", "b.py"), reply("a.py")], { direct: true });
  const ran = await p.run(["--yes", CHANGES_ALL]);
  expect({ exit: ran.exit, asked: asked(p) }).toEqual({ exit: 0, asked: 2 });
});

test("callers that need no change: the model says so, or sends them as they are, and the whole is judged", async () => {
  const optional = { text: "price.py\n```python\ndef price(item, rate=1):\n    return item * rate\n```\n" };
  const same = { text: `a.py\n\`\`\`python\n${CALLED["a.py"]}\`\`\`\n` };
  const words = { text: "b.py needs no change: the new parameter is optional." };
  const p = await project(CALLED, [optional, same, same, words, words], { direct: true });
  const ran = await p.run(["--yes", "Add an optional parameter rate to price"]);
  expect(ran.stderr.match(/^Nothing was left to do for: /gm)).toHaveLength(2);
  expect({ exit: ran.exit, changed: p.text("price.py") }).toEqual({
    exit: 0,
    changed: "def price(item, rate=1):\n    return item * rate\n",
  });
});
