/** Steps whose code is written at once: how many requests they take, what is said after a failure, and how less is asked for. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { estimateTokens } from "../../src/model/estimate.ts";
import { DIRECT_HEAD } from "../../src/model/head.ts";
import { Trunk } from "../../src/turn/trunk.ts";
import type { Rung } from "../../src/types.ts";
import { BUGGY, call, type Files, messagesOf, type Project, project, TASK } from "../harness/project.ts";
import type { Row, ServerOptions } from "../harness/server.ts";
import { type Session, session } from "../harness/session.ts";
import { treeOf } from "../harness/tree.ts";

setDefaultTimeout(60_000);

const RUNGS: Rung[] = ["schema", "text"];
const code = (path: string, text: string): Row => ({
  text: `That was wrong.\n\n${path}\n\`\`\`python\n${text}\n\`\`\``,
});
const add = (sum: string): Row => code("calc.py", `def add(a, b):\n    return ${sum}`);
const RIGHT = add("a + b");

interface Opened {
  p: Project;
  s: Session;
}

async function opened(
  files: Files,
  rows: Row[],
  options: ServerOptions & { rungs?: Rung[]; mechanisms?: object } = {},
): Promise<Opened> {
  const { rungs = RUNGS, mechanisms, ...server } = options;
  const p = await project(files, rows, { direct: true, ...server });
  if (mechanisms !== undefined) p.env.SMALLCODE_MECHANISMS = JSON.stringify(mechanisms);
  return { p, s: await session(p, rungs) };
}

const last = ({ p }: Opened, n: number): string =>
  messagesOf(p.server.completions()[n]).at(-1)?.content ?? "";
const purposes = ({ s }: Opened): string[] =>
  s.events.flatMap((event) => (event.type === "request" ? [event.purpose] : []));
const grains = ({ s }: Opened): (string | undefined)[] =>
  s.events.flatMap((event) => (event.type === "verdict" ? [event.grain] : []));
const holds = ({ p, s }: Opened): void => expect(treeOf(p.server.completions(), s.events).broken).toEqual([]);

describe("right at once", () => {
  const C: Files = {
    "sum.h": "#pragma once\n\nint add(int a, int b);\n",
    "sum.c": '#include "sum.h"\n\nint add(int a, int b) {\n    return a - b;\n}\n',
  };
  const SHAPES: Files = {
    "shape.py":
      "class Shape:\n    def __init__(self, w, h):\n        self.w = w\n        self.h = h\n\n    def area(self):\n        return self.w + self.h\n\n    def name(self):\n        return 'shape'\n",
    "tests/test_shape.py":
      "from shape import Shape\n\n\ndef test_area():\n    assert Shape(2, 3).area() == 6\n",
  };
  const TWO: Files = {
    "calc.py": "from base import one\n\n\ndef two():\n    return one()\n",
    "base.py": "def one():\n    return 0\n",
    "tests/test_calc.py":
      "from calc import two\nfrom base import one\n\n\ndef test_two():\n    assert two() == 2\n\n\ndef test_one():\n    assert one() == 1\n",
  };
  test.each([
    ["one file", BUGGY, TASK, RIGHT, { "calc.py": "def add(a, b):\n    return a + b\n\n\ndef mul" }],
    [
      "two files",
      TWO,
      "Make the failing tests pass",
      {
        text: "Both.\n\ncalc.py\n```python\nfrom base import one\n\n\ndef two():\n    return one() + one()\n```\n\nbase.py\n```python\ndef one():\n    return 1\n```",
      },
      { "calc.py": "one() + one()", "base.py": "return 1" },
    ],
    [
      "a new file",
      {
        "tests/test_new.py": "from fresh import f\n\n\ndef test_f():\n    assert f() == 1\n",
        "a.py": "x = 1\n",
      },
      "Create fresh.py so that the tests pass",
      code("fresh.py", "def f():\n    return 1"),
      { "fresh.py": "def f():\n    return 1\n" },
    ],
    [
      "a new file that uses what is there, and the reply names no path",
      {
        "price.py": "def price(x):\n    return f'{x:.2f}'\n",
        "tests/test_price.py":
          "from price import price\n\n\ndef test_price():\n    assert price(1) == '1.00'\n",
      },
      "Create receipt.py with receipt(items), which joins price of each",
      {
        text: "Here it is:\n\n```python\nfrom price import price\n\n\ndef receipt(items):\n    return ' '.join(price(one) for one in items)\n```",
      },
      { "price.py": "def price(x):\n    return f'{x:.2f}'\n", "receipt.py": "from price import price\n" },
    ],
    [
      "a new file that the plan names by the manner of its neighbours",
      {
        "shop/price_tag.py": "def tag(x):\n    return f'{x:.2f}'\n",
        "tests/test_tag.py":
          "from shop.price_tag import tag\n\n\ndef test_tag():\n    assert tag(1) == '1.00'\n",
      },
      "Add a module called price_list that joins tag of each",
      {
        text: "Here it is:\n\n```python\nfrom shop.price_tag import tag\n\n\ndef tags(items):\n    return ' '.join(tag(one) for one in items)\n```",
      },
      { "shop/price_list.py": "from shop.price_tag import tag\n" },
    ],
    [
      "a method alone",
      SHAPES,
      "Fix area in shape.py",
      code("shape.py", "def area(self):\n    return self.w * self.h"),
      { "shape.py": "        return self.w * self.h\n\n    def name" },
    ],
  ] as [string, Files, string, Row, Record<string, string>][])(
    "%s: one request",
    async (_, files, task, row, after) => {
      const on = await opened(files, [row]);
      expect(await on.s.turn(task)).toMatchObject({ outcome: "verified" });
      expect(on.p.server.completions()).toHaveLength(1);
      for (const [path, text] of Object.entries(after)) expect(on.p.text(path)).toContain(text);
      expect(grains(on)).toEqual(["files"]);
      holds(on);
    },
  );

  test("header and source, where nothing checks: done, unverified, one request", async () => {
    const text =
      "sum.h\n```c\n#pragma once\n\nint add(int a, int b);\nint twice(int a);\n```\n\nsum.c\n```c\nint add(int a, int b) {\n    return a + b;\n}\n\nint twice(int a) {\n    return add(a, a);\n}\n```";
    const on = await opened(C, [{ text }]);
    expect(await on.s.turn("Correct add in sum.c and add twice to sum.c and sum.h")).toMatchObject({
      outcome: "unverified",
    });
    expect(on.p.text("sum.c")).toBe(
      '#include "sum.h"\n\nint add(int a, int b) {\n    return a + b;\n}\n\nint twice(int a) {\n    return add(a, a);\n}\n',
    );
    expect(last(on, 0)).toContain("int add(int a, int b);");
  });

  test("checks that are green before and after: one request, no question whether something is left", async () => {
    const green = {
      ...BUGGY,
      "calc.py": "def add(a, b):\n    return a + b\n\n\ndef mul(a, b):\n    return a * b\n",
    };
    const on = await opened(green, [
      code("calc.py", 'def mul(a, b):\n    """The product."""\n    return a * b'),
    ]);
    expect(await on.s.turn("Document mul in calc.py")).toMatchObject({ outcome: "verified" });
    expect(on.p.text("calc.py")).toContain("The product.");
  });

  test("the request shows the assertion, the failing test and all of the file; no line form, no examples", async () => {
    const on = await opened(BUGGY, [RIGHT]);
    await on.s.turn(TASK);
    const [head, opening] = messagesOf(on.p.server.completions()[0]);
    expect(head?.content).toBe(DIRECT_HEAD.content);
    for (const part of ["assert", "def test_add():", "return a - b", "def mul(a, b):"])
      expect(opening?.content).toContain(part);
    expect(estimateTokens(DIRECT_HEAD.content)).toBeLessThanOrEqual(250);
    const shown = /Code:\n[\s\S]*/.exec(opening?.content ?? "")?.[0] ?? "";
    expect(estimateTokens(`${head?.content}${opening?.content}`) - estimateTokens(shown)).toBeLessThanOrEqual(
      1200,
    );
  });

  test.each(["ollama", "llama.cpp", "lmstudio", "vllm"] as const)("as %s", async (as) => {
    const p = await project(BUGGY, [RIGHT], { direct: true, as });
    const ran = await p.run(["--yes", "--json", TASK]);
    expect(ran.exit).toBe(0);
    expect(p.server.completions()).toHaveLength(1);
  });
});

describe("after a failure", () => {
  test("what failed is named with both values and the candidate's own lines; the second is right", async () => {
    const on = await opened(BUGGY, [add("a * b"), RIGHT]);
    expect(await on.s.turn(TASK)).toMatchObject({ outcome: "verified" });
    const said = last(on, 1);
    expect(said).toStartWith("The change was taken back");
    expect(said).toContain("test_add");
    expect(said).toMatch(/2 == 3/);
    expect(said).toContain("A result is wrong.");
    expect(messagesOf(on.p.server.completions()[1]).map(({ role }) => role)).toEqual([
      "system",
      "user",
      "assistant",
      "user",
    ]);
    holds(on);
  });

  test("the place where it stopped is shown from the candidate, not from the disk", async () => {
    const on = await opened(BUGGY, [add("a + b + missing"), RIGHT]);
    expect(await on.s.turn(TASK)).toMatchObject({ outcome: "verified" });
    expect(last(on, 1)).toMatch(/calc\.py, as you wrote it:[\s\S]*> 2 \|\s+return a \+ b \+ missing/);
    expect(last(on, 1)).toContain("It stops there with an error.");
  });

  test("right at the third: a sample of the second request, and none before it", async () => {
    const on = await opened(BUGGY, [add("a * b"), add("a * b + 5"), RIGHT]);
    expect(await on.s.turn(TASK)).toMatchObject({ outcome: "verified" });
    expect(purposes(on)).toEqual(["code", "code", "code"]);
    const heat = on.p.server.completions().map(({ body }) => (body as { temperature: number }).temperature);
    expect(heat).toEqual([0.2, 0.2, 0.5]);
    expect(messagesOf(on.p.server.completions()[2])).toEqual(messagesOf(on.p.server.completions()[1]));
    holds(on);
  });

  test("the same again is said to be the same, and costs no check", async () => {
    const on = await opened(BUGGY, [add("a * b"), add("a * b"), RIGHT], { mechanisms: { sampling: false } });
    expect(await on.s.turn(TASK)).toMatchObject({ outcome: "verified" });
    expect(last(on, 2)).toContain("That is the same code as in attempt 1, which failed.");
    expect(last(on, 2)).toMatch(/Failed so far:\n1\. changes calc\.py: /);
    expect(grains(on)).toHaveLength(2);
    const told = on.s.events.filter((event) => event.type === "notice" && /tried before/.test(event.text));
    expect(told).toHaveLength(1);
  });

  test("what only helped stays, and the next goes on from it", async () => {
    const both = {
      ...BUGGY,
      "calc.py": "def add(a, b):\n    return a - b\n\n\ndef mul(a, b):\n    return a + b\n",
    };
    const on = await opened(both, [RIGHT, code("calc.py", "def mul(a, b):\n    return a * b")]);
    expect(await on.s.turn("Make the failing tests pass")).toMatchObject({ outcome: "verified" });
    expect(last(on, 1)).toStartWith("That helped, and it stays");
    expect(on.p.text("calc.py")).toContain("return a + b\n\n\ndef mul(a, b):\n    return a * b\n");
    holds(on);
  });
});

describe("what is no code", () => {
  test("what stands and is no proof is told of, so that the next is no first try", async () => {
    const files = {
      "calc.py": "def add(a, b):\n    return a - b\n\n\ndef mul(a, b):\n    return a + b\n",
      "tests/test_calc.py":
        "from calc import add, mul\n\n\ndef test_add():\n    assert add(2, 3) == 5\n\n\ndef test_mul():\n    assert mul(2, 3) == 6\n",
    };
    const on = await opened(files, [RIGHT, code("calc.py", "def mul(a, b):\n    return a * b")]);
    expect(await on.s.turn("Make the failing tests pass")).toMatchObject({ outcome: "verified" });
    const origins = on.s.events.flatMap((event) => (event.type === "verdict" ? [event.origin] : []));
    expect(origins).toEqual(["model", "feedback"]);
  });

  test("prose twice: the model is asked call by call, and that is declared", async () => {
    const on = await opened(BUGGY, [
      { text: "I would add them." },
      { text: "As I said, XYZZY." },
      ...call("rewrite_symbol", "calc.py::add", { code: "def add(a, b):\n    return a + b" }),
    ]);
    expect(await on.s.turn(TASK)).toMatchObject({ outcome: "verified" });
    expect(purposes(on)).toEqual(["code", "code", "think", "choose", "code"]);
    expect(last(on, 1)).toMatch(/\n\nNote: There was no code in the reply/);
    expect(on.p.server.completions().some(({ raw }) => raw.includes("XYZZY"))).toBe(false);
    holds(on);
  });

  test("a call in place of code is made", async () => {
    const on = await opened(BUGGY, [
      {
        text: '```call\n{"tool": "rewrite_symbol", "path": "calc.py", "symbol": "add"}\n```\n```python\ndef add(a, b):\n    return a + b\n```',
      },
    ]);
    expect(await on.s.turn(TASK)).toMatchObject({ outcome: "verified" });
    expect(on.p.server.completions()).toHaveLength(1);
  });

  test("two versions are refused, a test that is repeated is left out, a reply that was cut off never runs", async () => {
    const wrong = "```python\ndef add(a, b):\n    return b * a\n```";
    const right = "```python\ndef add(a, b):\n    return a + b\n```";
    const versions = await opened(BUGGY, [{ text: `${wrong}\nor\n${right}` }, RIGHT]);
    expect(await versions.s.turn(TASK)).toMatchObject({ outcome: "verified" });
    expect(last(versions, 1)).toContain("two versions of add");

    const frozen = await opened(BUGGY, [
      {
        text: `calc.py\n${right}\n\ntests/test_calc.py\n\`\`\`python\ndef test_add():\n    assert True\n\`\`\``,
      },
    ]);
    const before = frozen.p.text("tests/test_calc.py");
    expect(await frozen.s.turn(TASK)).toMatchObject({ outcome: "verified" });
    expect(frozen.p.text("tests/test_calc.py")).toBe(before);

    const cut = await opened(BUGGY, [{ text: `calc.py\n${right}`, finish: "length" }, RIGHT]);
    expect(await cut.s.turn(TASK)).toMatchObject({ outcome: "verified" });
    expect(grains(cut)).toHaveLength(1);
    expect(last(cut, 1)).toContain("cut off");
  });
});

describe("less at a time", () => {
  const samples = (n: number): Row[] => Array.from({ length: n }, (_, at) => add(`a * b - ${at + 2}`));
  const wrong: Row[] = [add("a * b"), add("a * b - 1"), ...samples(8)];

  test("one definition, after files and their samples have failed", async () => {
    const on = await opened(BUGGY, [...wrong, { text: "```python\ndef add(a, b):\n    return a + b\n```" }]);
    expect(await on.s.turn(TASK)).toMatchObject({ outcome: "verified" });
    expect(purposes(on).at(-1)).toBe("symbol");
    expect(grains(on).at(-1)).toBe("symbol");
    const asked = last(on, 10);
    expect(asked).toContain("Send only add, whole and corrected");
    expect(asked).not.toContain("def mul");
    holds(on);
  });

  /** One function alone, so that the step falls into no smaller ones. */
  const LONE: Files = {
    "calc.py": "def add(a, b):\n    return a - b\n",
    "tests/test_calc.py": "from calc import add\n\n\ndef test_add():\n    assert add(1, 2) == 3\n",
  };

  test("then the lines of it, where only those are written", async () => {
    const on = await opened(
      LONE,
      [
        add("a * b"),
        add("a * b - 1"),
        add("a * b - 2"),
        { text: "```\nno\n```" },
        { text: "```python\n    return a + b\n```" },
      ],
      { mechanisms: { sampling: false } },
    );
    expect(await on.s.turn(TASK)).toMatchObject({ outcome: "verified" });
    expect(grains(on).at(-1)).toBe("lines");
    expect(last(on, 4)).toMatch(/> 2 \|\s+return a - b/);
    expect(last(on, 4)).toContain("in place of line 2");
    expect(on.p.text("calc.py")).toBe("def add(a, b):\n    return a + b\n");
    holds(on);
  });

  test("samples that are all the same end early, and all is as it was", async () => {
    const on = await opened(LONE, [add("a * b"), add("a * b - 1"), ...Array<Row>(4).fill(add("a * b"))], {
      mechanisms: { granularity: false },
    });
    expect(await on.s.turn(TASK)).toMatchObject({ outcome: "failed" });
    expect(on.p.text("calc.py")).toBe(LONE["calc.py"] as string);
  });

  test("without feedback, samples and less at a time, one attempt is all", async () => {
    const on = await opened(LONE, [add("a * b")], {
      mechanisms: { feedback: false, sampling: false, granularity: false },
    });
    expect(await on.s.turn(TASK)).toEqual({
      outcome: "failed",
      message: expect.stringMatching(
        /^No candidate was proven: pytest is not green: .* == .*\. Try a larger model, a smaller task, or name the function that is wrong\.$/,
      ),
    });
  });
});

test("a conversation: the next task goes on from the last one, and what stands there is not shown again", async () => {
  const on = await opened(BUGGY, [RIGHT, code("calc.py", "def sub(a, b):\n    return a - b")]);
  const trunk = new Trunk();
  expect(await on.s.turn(TASK, { trunk })).toMatchObject({ outcome: "verified" });
  expect(await on.s.turn("Add sub to calc.py", { trunk })).toMatchObject({ outcome: "verified" });
  const [first, second] = on.p.server.completions().map((request) => messagesOf(request));
  expect(second?.slice(0, 2)).toEqual(first ?? []);
  expect(second).toHaveLength(4);
  holds(on);
});
