/**
 * Whole sessions whose conversation fills the window, or whose server has a smaller one than it told: they go on from what was
 * tried and what stands, within the window, and a second refusal ends in one sentence.
 */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { tokensOf } from "../../src/model/budget.ts";
import type { ChatMessage } from "../../src/model/model.ts";
import { shownIn } from "../../src/turn/talk.ts";
import type { TurnEvent } from "../../src/types.ts";
import {
  call,
  type Files,
  messagesOf,
  type Project,
  project,
  RIGHT,
  rewrite,
  SLOW_MS,
} from "../harness/project.ts";
import type { Row } from "../harness/server.ts";
import { session } from "../harness/session.ts";
import { treeOf } from "../harness/tree.ts";
import type { RecordedRequest } from "../harness/wire.ts";

setDefaultTimeout(SLOW_MS);

const TASK = "Fix add and mul in calc.py so that the tests pass";
const CALC = "def add(a, b):\n    return a - b\n\n\ndef mul(a, b):\n    return a + b\n";
/** Functions of which one answer is full. */
const helper = (name: string): string =>
  `def ${name}(x):\n${Array.from({ length: 25 }, (_, n) => `    x = x + ${n}  # ${name} adds ${n}`).join("\n")}\n    return x\n`;
const NAMES = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "theta"];
const FILES: Files = {
  "calc.py": CALC,
  ...Object.fromEntries(NAMES.map((name) => [`${name}.py`, helper(name)])),
  "tests/test_calc.py":
    "from calc import add, mul\n\n\ndef test_add():\n    assert add(1, 2) == 3\n\n\ndef test_mul():\n    assert mul(2, 3) == 6\n",
};
const MUL = "def mul(a, b):\n    return a * b";
/** A server that tells no counts: then the estimate alone decides. */
const uncounted = (rows: Row[]): Row[] => rows.map((row) => ("text" in row ? { ...row, usage: null } : row));
const read = (name: string): Row[] => call("find_and_read", "other", { text: name });

const sentBy = (request: RecordedRequest | undefined): ChatMessage[] => messagesOf(request) as ChatMessage[];
const resets = (events: TurnEvent[]): string[] =>
  events.flatMap((event) => (event.type === "context_reset" ? [event.why] : []));
const endOf = (events: TurnEvent[]) => events.findLast((event) => event.type === "end");

/** Every request fits with its reply, and the requests form a tree. */
function expectSound(p: Project, events: TurnEvent[], window: number): void {
  const sent = p.server.completions();
  for (const [n, request] of sent.entries()) {
    const { max_tokens } = request.body as { max_tokens: number };
    expect([n, tokensOf(sentBy(request)) + max_tokens <= window]).toEqual([n, true]);
  }
  expect(treeOf(sent, events).broken).toEqual([]);
}

describe("compaction", () => {
  test("what was read and tried becomes lines; head, task and code keep their bytes; the last call stays", async () => {
    const p = await project(
      FILES,
      uncounted([
        ...read("alpha"),
        ...rewrite("calc.py::add", "def add(a, b):\n    return b - a - 7"),
        ...read("beta"),
        ...read("gamma"),
        ...read("delta"),
        ...rewrite("calc.py::add", RIGHT),
        ...rewrite("calc.py::mul", MUL),
      ]),
    );
    const s = await session(p, ["schema"], { window: 3072 });
    await s.turn(TASK);
    expect(endOf(s.events)).toMatchObject({ outcome: "verified" });
    const why = resets(s.events);
    expect(why.length).toBeGreaterThan(0);
    expect(why.every((one) => one.startsWith("Compaction: the conversation fills"))).toBe(true);
    expect(endOf(s.events)).toMatchObject({ account: { resets: why.length } });
    expectSound(p, s.events, 3072);
    const sent = p.server.completions().map(sentBy);
    const [head, opening] = sent[0] ?? [];
    const begun = opening?.content.replace(/\n\nThink\.$/, "") ?? "-";
    const later = sent.find((messages) => messages[1]?.content.includes("So far in this step:")) ?? [];
    expect(later[0]).toEqual(head as ChatMessage);
    expect(later[1]?.content).toStartWith(begun);
    expect(later[1]?.content).toMatch(/\n- find_and_read alpha: showed alpha\.py\n/);
    expect(later[1]?.content).toMatch(/\n- tried rewrite_symbol calc\.py::add: failed because .*test_/);
    // The last call is there in its own words, with its answer.
    expect(later.slice(2).map(({ role }) => role)).toEqual(["assistant", "user", "assistant", "user"]);
    expect(shownIn(later.at(-1)?.content ?? "")).not.toEqual([]);
  });

  test("code that was changed is shown as it stands, and that it stands is said", async () => {
    const p = await project(
      FILES,
      uncounted([
        ...read("calc.py"),
        ...rewrite("calc.py::add", RIGHT),
        ...NAMES.slice(0, 4).flatMap(read),
        ...rewrite("calc.py::mul", MUL),
      ]),
    );
    const s = await session(p, ["schema"], { window: 3072 });
    await s.turn(TASK);
    expect(endOf(s.events)).toMatchObject({ outcome: "verified" });
    expectSound(p, s.events, 3072);
    const sent = p.server.completions().map(sentBy);
    const after = sent.filter((messages) => messages[1]?.content.includes("So far in this step:"));
    expect(after.length).toBeGreaterThan(0);
    for (const messages of after) {
      expect(messages[1]?.content).toContain(`${RIGHT}\n\n\ndef mul`);
      // Neither what was read before the change, nor any file twice.
      expect(messages.map(({ content }) => content).join("\n")).not.toContain("return a - b");
      const shown = shownIn(messages[1]?.content ?? "");
      expect(shown).toEqual([...new Set(shown)]);
      expect(messages[1]?.content).toContain("- tried rewrite_symbol calc.py::add: stands.");
    }
  });

  test("by the server's own tools: each answer stays behind its call", async () => {
    const native = (name: string, args: object): Row => ({
      events: [
        {
          choices: [
            {
              index: 0,
              delta: {
                tool_calls: [
                  {
                    index: 0,
                    id: "abc",
                    type: "function",
                    function: { name, arguments: JSON.stringify(args) },
                  },
                ],
              },
            },
          ],
        },
        { choices: [{ index: 0, delta: {}, finish_reason: "tool_calls" }] },
      ],
    });
    const p = await project(FILES, [
      ...NAMES.map((query) => native("find_and_read", { query })),
      native("rewrite_symbol", { path: "calc.py", symbol: "add", code: RIGHT }),
      native("rewrite_symbol", { path: "calc.py", symbol: "mul", code: MUL }),
    ]);
    const s = await session(p, ["native"], { window: 4096 });
    await s.turn(TASK);
    expect(endOf(s.events)).toMatchObject({ outcome: "verified" });
    expect(resets(s.events).length).toBeGreaterThan(0);
    expectSound(p, s.events, 4096);
    for (const request of p.server.completions()) {
      const { messages } = request.body as { messages: { role: string; tool_calls?: unknown }[] };
      for (const [n, { role }] of messages.entries())
        if (role === "tool") expect(messages[n - 1]?.tool_calls).toBeDefined();
    }
  });

  test("it is rare enough, and in the smallest window still fits", async () => {
    const calls = [...NAMES, "calc", "mul", "test_add"].flatMap(read);
    const p = await project(FILES, uncounted([...calls, { status: 401, body: {} }]));
    const s = await session(p, ["schema"], { window: 2048 });
    await s.turn(TASK);
    expectSound(p, s.events, 2048);
    const all = resets(s.events);
    const parted = all.findIndex((why) => why.startsWith("A conversation of its own"));
    const own = parted < 0 ? all : all.slice(0, parted);
    const compacted = own.filter((why) => why.startsWith("Compaction"));
    expect([compacted.length > 0, compacted.length <= 4]).toEqual([true, true]);
  });
});

/** As llama-server says it; null: without a number. */
const tooLong = (window: number | null): Row => ({
  status: 400,
  body: {
    error: {
      code: 400,
      message:
        window === null
          ? "the request exceeds the available context size, try increasing it"
          : `the request exceeds the available context size (${window} tokens), try increasing it`,
    },
  },
});
const LONG: Files = {
  ...FILES,
  "calc.py": `${CALC}\n\n${NAMES.map((name) => `${helper(name)}\n\n${helper(`${name}_two`)}`).join("\n\n")}`,
};
const thought: Row = { text: "It subtracts." };
const choice: Row = { text: JSON.stringify({ tool: "rewrite_symbol", target: "calc.py::add", text: "" }) };
const wrong = "def add(a, b):\n    return a * b + 5";
const fixed = [...rewrite("calc.py::add", RIGHT), ...rewrite("calc.py::mul", MUL)];

describe("a request that the server refuses as too long", () => {
  const cases: [string, Row[]][] = [
    ["think", []],
    ["choose", [thought]],
    ["code", [thought, choice]],
    ["sample", [...rewrite("calc.py::add", wrong), ...rewrite("calc.py::add", `${wrong} * a`)]],
  ];
  for (const [purpose, before] of cases)
    for (const told of purpose === "think" ? [3000, null] : [3000])
      test(`${purpose}, ${told ?? "no"} tokens told: once more with less, and in the next turn, too`, async () => {
        const rows = [...before, tooLong(told), ...fixed, { text: "It adds." }];
        const p = await project(LONG, uncounted(rows));
        const s = await session(p, ["schema"]);
        await s.turn(TASK);
        expect(endOf(s.events)).toMatchObject({ outcome: "verified" });
        const [first, ...others] = resets(s.events);
        expect(first).toBe("Compaction: the server refused the request as too long.");
        // What is guessed can be so little that the conversation fills it, too.
        expect(others.every((why) => told === null && why.includes("fills"))).toBe(true);
        const now = s.model.calibration.window ?? 0;
        expect(told === null ? now >= 2048 && now < 6000 : now === told).toBe(true);
        const sent = p.server.completions();
        const refused = before.length;
        const sizes = sent.map((request) => {
          const { max_tokens } = request.body as { max_tokens: number };
          return tokensOf(sentBy(request)) + max_tokens;
        });
        expect(Math.max(...sizes.slice(refused + 1))).toBeLessThanOrEqual(now);
        if (purpose === "think") expect(sizes[refused + 1]).toBeLessThan((sizes[refused] ?? 0) * 0.9);
        expect(treeOf(sent, s.events).broken).toEqual([]);
        await s.turn("What does alpha do?");
        expect(s.events.filter(({ type }) => type === "model").at(-1)).toMatchObject({ window: now });
        expect(endOf(s.events)).toMatchObject({ outcome: "answered", account: { resets: 0 } });
      });

  test("a question: once more with less", async () => {
    const p = await project(LONG, uncounted([tooLong(2500), { text: "It adds." }]));
    const s = await session(p, ["schema"]);
    await s.turn("What does alpha_two in calc.py do?");
    expect(endOf(s.events)).toMatchObject({ outcome: "answered", account: { resets: 1, requests: 2 } });
    const [first = 0, second = 0] = p.server.completions().map((request) => tokensOf(sentBy(request)));
    expect([second < first * 0.8, second <= 2500 - 625]).toEqual([true, true]);
  });

  for (const [what, task] of [
    ["a change", TASK],
    ["a question", "What does alpha do?"],
  ] as const) {
    test(`${what}: a second time in a row ends in one sentence`, async () => {
      const p = await project(LONG, [tooLong(4000), tooLong(3000)]);
      const s = await session(p, ["schema"]);
      await s.turn(task);
      expect(endOf(s.events)).toMatchObject({
        outcome: "failed",
        message: expect.stringMatching(
          /^The prompt does not fit the context window of .*\(3000 tokens\): load .*\.$/,
        ),
        account: { requests: 2, resets: 1 },
      });
    });

    test(`${what}: a window that is told to be hopeless ends at once`, async () => {
      const p = await project(LONG, [tooLong(512)]);
      const s = await session(p, ["schema"]);
      await s.turn(task);
      expect(endOf(s.events)).toMatchObject({ outcome: "failed", account: { requests: 1, resets: 0 } });
    });
  }

  test("code that is continued: fewer worked exercises, then a refusal", async () => {
    const long = (n: number): Files => ({
      ...FILES,
      "calc.py": `def add(a, b):\n${"    a = a + 0\n".repeat(n)}    return a - b\n\n\n${MUL}\n`,
    });
    const promptOf = (request: RecordedRequest | undefined): string =>
      (request?.body as { prompt?: string } | undefined)?.prompt ?? "";
    const exercises = (prompt: string): number => prompt.split("\n\n\n").length - 1;
    const p = await project(long(225), [tooLong(2100), { status: 401, body: {} }]);
    const s = await session(p, ["plain"]);
    await s.turn("Fix add in calc.py");
    expect(endOf(s.events)).toMatchObject({ outcome: "usage", account: { requests: 2, resets: 1 } });
    const [first, second] = p.server.completions().map(promptOf);
    expect(exercises(first ?? "")).toBe(5);
    expect(exercises(second ?? "")).toBeLessThan(5);
    expect(exercises(second ?? "")).toBeGreaterThan(0);
    const again = await project(long(225), [tooLong(2100), tooLong(2060)]);
    const t = await session(again, ["plain"]);
    await t.turn("Fix add in calc.py");
    expect(endOf(t.events)).toMatchObject({ outcome: "failed", account: { requests: 2 } });
    // What is too long is given up; the next function, which fits, is not asked for: the failing test does not run it.
    const hopeless = await project(long(400), [tooLong(2100)]);
    const u = await session(hopeless, ["plain"]);
    await u.turn("Fix add in calc.py");
    expect(u.events.find(({ type }) => type === "decompose")).toMatchObject({
      why: expect.stringMatching(/^add is too long for the model's window of 2,100 tokens; load the model/),
    });
  });
});

describe("a small window", () => {
  const notices = (events: TurnEvent[]): string[] =>
    events.flatMap((event) => (event.type === "notice" ? [event.text] : []));

  test("is named with its cure, once in a conversation; from 4,096 on it is not", async () => {
    const p = await project(FILES, Array<Row>(3).fill({ text: "It adds." }));
    const small = await session(p, ["schema"], { window: 3000 });
    await small.turn("What does alpha do?");
    await small.turn("What does beta do?", { earlier: { turns: [], files: [] } });
    expect(notices(small.events)).toEqual([
      expect.stringMatching(
        /^The window of .* is only 3,000 tokens, .*: load the model with a window of 8192 tokens\.$/,
      ),
    ]);
    const enough = await session(p, ["schema"], { window: 4096 });
    await enough.turn("What does alpha do?");
    expect(notices(enough.events)).toEqual([]);
  });

  test("that no task fits into is refused before anything is asked", async () => {
    const p = await project(FILES);
    const s = await session(p, ["schema"], { window: 1024 });
    expect(await s.turn(TASK)).toEqual({
      outcome: "usage",
      message: expect.stringMatching(
        /is 1,024 tokens, less than the 2,048 that a task needs: load the model with/,
      ),
    });
  });
});
