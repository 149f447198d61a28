/** Verified sampling through the real binary: several candidates from one reading, and a base model's hesitations. */
import { expect, setDefaultTimeout, test } from "bun:test";
import {
  BUGGY,
  eventsOf,
  messagesOf,
  project,
  RIGHT,
  rewrite,
  SLOW_MS,
  TASK,
  verdictsIn,
} from "../harness/project.ts";
import type { RecordedRequest } from "../harness/wire.ts";

setDefaultTimeout(SLOW_MS);

const llama = (template: string) => ({
  models: [{ id: "m", owned_by: "llamacpp" }],
  routes: {
    "/props": { default_generation_settings: { n_ctx: 8192 }, total_slots: 4, chat_template: template },
    "/tokenize": ({ body }: RecordedRequest) => ({
      tokens: tokensIn((body as { content: string }).content).map((_, id) => id + 1),
    }),
  },
});
const CHAT = "{% for message in messages %}{{ message.content }}{% endfor %}";
const tokensIn = (text: string): string[] => text.match(/ ?\w+|\n+|[ ]+|[^\w\s]/g) ?? [];

const wrong = (n: number): string => `def add(a, b):\n    return a * b + ${n}`;
const fenced = (code: string): string => `\`\`\`python\n${code}\n\`\`\``;

test("a chat model's samples come from one reading; what was judged or does not parse costs no check", async () => {
  const p = await project(
    BUGGY,
    [
      ...rewrite("calc.py::add", wrong(0)),
      ...rewrite("calc.py::add", wrong(7)),
      {
        several: [fenced(wrong(0)), fenced("def add(a, b):\n    return (a"), fenced(wrong(8)), fenced(RIGHT)],
      },
    ],
    llama(CHAT),
  );
  const ran = await p.run(["--yes", "--json", TASK]);
  expect(ran.exit).toBe(0);
  expect(p.server.completions().at(-1)?.body).toMatchObject({ n: 4, temperature: 0.5, seed: 1 });
  const events = eventsOf(ran.stdout);
  const checks = events.filter((event) => event.type === "check_start" && event.when === "candidate");
  expect(checks).toHaveLength(4);
  expect(events.at(-1)).toMatchObject({ outcome: "verified", account: { by: "sampling" } });
  expect(p.text("calc.py")).toContain("return a + b");
});

const TWO_BUGS = {
  ...BUGGY,
  "calc.py": "def both(a, b):\n    total = a - b\n    product = a + b\n    return total, product\n",
  "tests/test_calc.py":
    "from calc import both\n\n\ndef test_total():\n    assert both(1, 2)[0] == 3\n\n\ndef test_product():\n    assert both(2, 3)[1] == 6\n",
};

test("the sample that helped most stays, and the conversation goes on from it", async () => {
  const both = (total: string, product: string): string =>
    `def both(a, b):\n    total = ${total}\n    product = ${product}\n    return total, product`;
  const p = await project(
    TWO_BUGS,
    [
      ...rewrite("calc.py::both", both("a", "b")),
      ...rewrite("calc.py::both", both("b", "a")),
      { several: [both("1", "2"), both("a + b", "a"), both("0", "0"), both("9", "9")].map(fenced) },
      { several: [both("4", "4"), both("5", "5"), both("8", "8"), both("7", "7")].map(fenced) },
      ...rewrite("calc.py::both", both("a + b", "a * b")),
    ],
    llama(CHAT),
  );
  const ran = await p.run(["--yes", "Fix the failing tests in calc.py"]);
  expect(ran.exit).toBe(0);
  expect(verdictsIn(ran.stderr).filter((line) => line.includes("Better than before"))).toHaveLength(2);
  // What the model then reads as its own last reply is what stands on the disk.
  const after = messagesOf(p.server.completions().at(-3));
  expect(after.at(-2)?.content).toBe(fenced(both("a + b", "a")));
  expect(after.at(-1)?.content).toContain("That helped, and it stays");
  expect(p.text("calc.py")).toContain("total = a + b\n    product = a * b");
});

test("a model that repeats itself is asked once in each other form, and not for ever", async () => {
  const p = await project(
    TWO_BUGS,
    Array.from({ length: 9 }, () => ({ text: fenced("def both(a, b):\n    return a, b") })),
    { direct: true },
  );
  const ran = await p.run(["--yes", "Fix the failing tests in calc.py"]);
  expect(ran.exit).toBe(1);
  expect(ran.stderr).toContain("Try a larger model");
  expect(p.text("calc.py")).toBe(TWO_BUGS["calc.py"]);
});

/** A reading in which the model would rather have written something else behind some words. */
const reading =
  (text: string, rather: Record<string, [string, number][]>) =>
  ({ body }: RecordedRequest) => {
    expect((body as { grammar?: string }).grammar).toStartWith("root ::= <[1]> <[2]>");
    return {
      events: tokensIn(text).map((token) => {
        const top_logprobs = (rather[token] ?? []).map(([other, logprob]) => ({ token: other, logprob }));
        const content = [{ token, logprob: -1, top_logprobs }];
        return { choices: [{ index: 0, text: token, finish_reason: null, logprobs: { content } }] };
      }),
    };
  };

test("a base model's hesitations, the likeliest first", async () => {
  const code = "def add(a, b):\n    return a - b\n";
  const p = await project(
    BUGGY,
    [
      {
        reply: reading(code, {
          "-": [
            [" +", -2],
            [" *", -0.5],
          ],
        }),
      },
      { reply: reading(" b\n", {}) },
      { reply: reading(" b\n", {}) },
      { text: " 2 * b\n\n\n" },
    ],
    llama(""),
  );
  const ran = await p.run(["--yes", "--json", TASK]);
  expect(ran.exit).toBe(0);
  // The rest of a line is the model's; one token in the place of another, with the old rest, costs no request.
  const prompts = p.server.completions().map(({ body }) => (body as { prompt: string }).prompt);
  expect(prompts).toHaveLength(4);
  // Both are read once more with the rest of the line behind them.
  expect(prompts[1]).toEndWith("return a  *");
  expect(prompts[2]).toEndWith("return a  +");
  expect(prompts[3]).toEndWith("return a  *");
  const events = eventsOf(ran.stdout);
  expect(events.at(-1)).toMatchObject({ outcome: "verified", account: { by: "sampling", candidates: 3 } });
  const grains = events.flatMap((event) => (event.type === "verdict" ? [event.grain] : []));
  expect(grains).toEqual(["lines", "lines", "lines"]);
  // The line that the failing tests alone run is the suspect.
  const suspects = events.filter((event) => event.type === "suspects");
  expect(suspects).toHaveLength(1);
  expect(suspects[0]?.suspects[0]).toEqual({ path: "calc.py", line: 2, score: 1 });
});

test("a line that the model has made long waits for what is likelier now", async () => {
  const rather: [string, number][] = [
    [" *", -0.5],
    [" +", -0.9],
  ];
  const p = await project(
    BUGGY,
    [
      { reply: reading("def add(a, b):\n    return a - b\n", { "-": rather }) },
      { reply: reading(" b\n", {}) },
      { reply: reading(" b\n", {}) },
      { text: " a * b if b < a else b * b + a\n\n\n" },
    ],
    llama(""),
  );
  const ran = await p.run(["--yes", "--json", TASK]);
  expect(ran.exit).toBe(0);
  // The likeliest token alone was no proof; the line that it was let finish comes behind the second one.
  expect(p.server.completions()).toHaveLength(4);
  expect(eventsOf(ran.stdout).at(-1)).toMatchObject({ account: { candidates: 2 } });
  expect(p.text("calc.py")).toMatch(/return a +\+ b\n/);
});

test("a body that is missing is written whole: the likeliest, then several from one reading", async () => {
  const p = await project(
    {
      ...BUGGY,
      "calc.py": `def add(a, b):\n    """The sum."""\n    pass\n\n\ndef mul(a, b):\n    return a * b\n`,
    },
    [
      { text: "    return a\n\n\n" },
      { text: "    return a - b\n\n\n" },
      { several: ["    return b\n", "    return a + b\n", "    return 1\n", "    return 2\n"] },
    ],
    llama(""),
  );
  const ran = await p.run(["--yes", "Implement add in calc.py"]);
  expect(ran.exit).toBe(0);
  expect(p.server.completions().map(({ body }) => (body as { n?: number }).n)).toEqual([
    undefined,
    undefined,
    4,
  ]);
  // What the failing test said stands in front of the second try.
  const prompts = p.server.completions().map(({ body }) => (body as { prompt: string }).prompt);
  expect(prompts[0]).not.toContain("assert");
  expect(prompts[1]).toContain("assert");
  expect(p.text("calc.py")).toContain('"""The sum."""\n    return a + b\n');
});
