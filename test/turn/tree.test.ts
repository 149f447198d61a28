/** Whole sessions on each rung: their requests form a tree, replies that cannot be used leave no trace, and falls are declared. */
import { expect, setDefaultTimeout, test } from "bun:test";
import type { Rung, TurnEvent } from "../../src/types.ts";
import { BUGGY, call, type Project, project, RIGHT, rewrite, SLOW_MS, TASK } from "../harness/project.ts";
import type { Row } from "../harness/server.ts";
import { type Session, session } from "../harness/session.ts";
import { type Tree, tracesOf, treeOf } from "../harness/tree.ts";
import type { RecordedRequest } from "../harness/wire.ts";

setDefaultTimeout(SLOW_MS);

const fence = (text: string, label = ""): string => `\`\`\`${label}\n${text}\n\`\`\``;
const wrong = (n: number): string => `def add(a, b):\n    return a * b + ${n + 4}`;

/** A reply by the server's own tools, the arguments in two pieces. */
function toolCall(name: string, args: object | string, text = ""): Row {
  const written = typeof args === "string" ? args : JSON.stringify(args);
  const half = Math.ceil(written.length / 2);
  const tool = (call: object) => ({
    choices: [{ index: 0, delta: { tool_calls: [{ index: 0, ...call }] } }],
  });
  return {
    events: [
      ...(text === "" ? [] : [{ choices: [{ index: 0, delta: { content: text } }] }]),
      tool({ id: "abc", type: "function", function: { name, arguments: written.slice(0, half) } }),
      tool({ function: { arguments: written.slice(half) } }),
      { choices: [{ index: 0, delta: {}, finish_reason: "tool_calls" }] },
    ],
  };
}

/** The replies of one call on a rung. */
function made(rung: Rung, tool: string, args: Record<string, string>): Row[] {
  const { code, ...rest } = args;
  if (rung === "native") return [toolCall(tool, args, "It subtracts.")];
  if (rung === "text") {
    const json = fence(JSON.stringify({ tool, ...rest }), "call");
    return [{ text: `It subtracts.\n\n${json}${code === undefined ? "" : `\n${fence(code, "python")}`}` }];
  }
  if (code !== undefined) return rewrite(`${args.path}::${args.symbol}`, code);
  return call(tool, args.check === undefined ? "other" : `check:${args.check}`, {
    text: args.query ?? args.summary ?? "",
  });
}
const edit = (rung: Rung, code: string): Row[] =>
  made(rung, "rewrite_symbol", { path: "calc.py", symbol: "add", code });

/** A reply of this rung that cannot be used; XYZZY marks it. */
const unusable = (rung: Rung): Row[] =>
  rung === "native"
    ? [toolCall("XYZZY", '{"path": "XYZZY')]
    : rung === "text"
      ? [{ text: `XYZZY ${fence('{"tool": "XYZZY"', "call")}` }]
      : [{ text: "A thought." }, { text: "no object XYZZY" }];

/** The code alone, as a sample of a call gives it on this rung. */
const sample = (rung: Rung, code: string): Row[] =>
  rung === "schema" ? [{ text: fence(code) }] : edit(rung, code);

async function run(p: Project, rungs: Rung[], tasks: string[]): Promise<{ s: Session; tree: Tree }> {
  const s = await session(p, rungs);
  for (const task of tasks) await s.turn(task);
  const sent = p.server.completions();
  expect(tracesOf(sent, "XYZZY")).toEqual([]);
  return { s, tree: treeOf(sent, s.events) };
}

const ends = ({ events }: Session): string[] =>
  events.flatMap((event) => (event.type === "end" ? [event.outcome] : []));
const purposes = ({ events }: Session): string[] =>
  events.flatMap((event) => (event.type === "request" ? [event.purpose] : []));

const NOT_TIMED = { at: 0, leftAt: null, sent: 0 };

/** A request of a conversation whose messages alternate, the first the system's. */
function sentOf(...contents: string[]): RecordedRequest {
  const roles = ["system", "user", "assistant"];
  const messages = contents.map((content, n) => ({ role: roles[n === 0 ? 0 : 2 - (n % 2)], content }));
  return { method: "POST", path: "", headers: {}, body: { messages }, raw: "", aborted: false, ...NOT_TIMED };
}
const asked: TurnEvent = { type: "request", n: 1, purpose: "call", tokens: 1 };
const anew: TurnEvent = { type: "context_reset", why: "x" };

test("what breaks the tree is seen", () => {
  const brokenBy = (later: RecordedRequest, events: TurnEvent[] = [asked, asked]): number =>
    treeOf([sentOf("head", "opening"), later], events).broken.length;
  expect(brokenBy(sentOf("head", "opening", "call", "result"))).toBe(0);
  expect(brokenBy(sentOf("head", "opening\n\nNote: no."))).toBe(0);
  expect(brokenBy(sentOf("head", "other"), [asked, anew, asked])).toBe(0);
  expect(brokenBy(sentOf("head", "other"))).toBe(1);
  expect(brokenBy(sentOf("Head", "opening"))).toBe(1);
  expect(brokenBy(sentOf("head", "opening, changed", "call", "result"))).toBe(1);
  expect(
    brokenBy({ ...sentOf(), body: { messages: [{ role: "user", content: "opening" }] } }, [
      asked,
      anew,
      asked,
    ]),
  ).toBe(1);
  expect(brokenBy(sentOf("head", "opening"), [asked])).toBe(1);
  expect(
    tracesOf([sentOf("h", "o\n\nNote: XYZZY is no tool."), sentOf("h", "o", "XYZZY", "r")], "XYZZY"),
  ).toEqual([2]);
});

for (const rung of ["schema", "native", "text"] as const)
  test(`${rung}: a session of two turns with every kind of reply is one tree`, async () => {
    const p = await project(BUGGY, [
      ...unusable(rung),
      ...made(rung, "find_and_read", { query: "mul" }),
      ...made(rung, "run_check", { check: "pytest" }),
      ...made(rung, "finish", { summary: "done" }),
      ...edit(rung, wrong(1)),
      ...unusable(rung),
      ...edit(rung, wrong(2)),
      ...sample(rung, wrong(3)),
      { text: "XYZZY" },
      ...sample(rung, RIGHT),
      // The second turn: what is asked for is there.
      ...edit(rung, "def add(a, b):\n    return b + a"),
      ...made(rung, "finish", { summary: "done" }),
    ]);
    const { s, tree } = await run(p, [rung], [TASK, "In calc.py: swap a and b of add"]);
    expect({ ends: ends(s), ...tree, heads: tree.heads.length }).toEqual({
      ends: ["verified", "verified"],
      broken: [],
      resets: [],
      heads: 1,
    });
    expect(p.text("calc.py")).toContain("return b + a");
    if (rung !== "schema") expect(new Set(purposes(s))).toEqual(new Set(["call"]));
  });

test("a conversation of its own for each step is declared, and begins with the same head", async () => {
  const p = await project(BUGGY, [
    ...edit("text", RIGHT),
    ...made("text", "rewrite_symbol", {
      path: "calc.py",
      symbol: "mul",
      code: "def mul(a, b):\n    return b * a",
    }),
    ...made("text", "finish", { summary: "done" }),
  ]);
  const { s, tree } = await run(p, ["text"], ["In calc.py:\n1. fix add\n2. swap the factors of mul"]);
  expect({ ends: ends(s), ...tree, heads: tree.heads.length }).toEqual({
    ends: ["verified"],
    broken: [],
    resets: ["A conversation of its own for step 2."],
    heads: 1,
  });
});

test("a rung that cannot be used falls to the next, step by step, and the session stays there", async () => {
  const p = await project(BUGGY, [
    ...[...unusable("schema"), ...unusable("schema"), ...unusable("schema")],
    ...edit("text", wrong(1)),
    ...edit("text", RIGHT),
    // The next turn begins where the last one was.
    ...edit("text", "def add(a, b):\n    return b + a"),
    ...made("text", "finish", { summary: "done" }),
  ]);
  const { s, tree } = await run(p, ["schema", "text"], [TASK, "In calc.py: swap a and b of add"]);
  expect({ ends: ends(s), ...tree, heads: tree.heads.length }).toEqual({
    ends: ["verified", "verified"],
    broken: [],
    resets: ["The rung falls from schema to text."],
    heads: 2,
  });
  expect(s.events.flatMap((event) => (event.type === "model" ? [event.rung] : []))).toEqual([
    "schema",
    "text",
  ]);
  expect(s.events).toContainEqual({
    type: "notice",
    level: "warning",
    text: expect.stringMatching(
      /^Asking the model by choices that a JSON schema binds does not work: .*3 times in a row.* From now on it is asked by calls written as text\.$/,
    ),
  });
});

for (const [what, reply, why] of [
  [
    "refuses tools",
    { status: 400, body: { error: { message: "x does not support tools" } } },
    "does not support tools",
  ],
  // The scripted server counts the messages alone.
  ["leaves them out without a word", { text: "I would add them." }, "does not pass tools on"],
] as const)
  test(`a server that ${what} is not sent them again`, async () => {
    const p = await project(BUGGY, [reply, ...edit("text", RIGHT)]);
    const { s, tree } = await run(p, ["native", "text"], [TASK]);
    expect({ ends: ends(s), broken: tree.broken, resets: tree.resets }).toEqual({
      ends: ["verified"],
      broken: [],
      resets: ["The rung falls from native to text."],
    });
    const told = s.events.flatMap((event) => (event.type === "notice" ? [event.text] : []));
    expect(told.at(-1)).toContain(why);
    const tools = p.server.completions().map(({ body }) => "tools" in (body as object));
    expect(tools).toEqual([true, false]);
  });

test("a server that refuses schemas is not asked for one again", async () => {
  const refused: Row = { status: 400, body: { error: { message: "failed to parse grammar" } } };
  const p = await project(BUGGY, [{ text: "A thought." }, refused, ...edit("text", RIGHT)]);
  const { s, tree } = await run(p, ["schema", "text"], [TASK]);
  expect({ ends: ends(s), broken: tree.broken, resets: tree.resets }).toEqual({
    ends: ["verified"],
    broken: [],
    resets: ["The rung falls from schema to text."],
  });
});

const STUB = { ...BUGGY, "calc.py": "def add(a, b):\n    pass\n\n\ndef mul(a, b):\n    return a * b\n" };
const useless = (rung: Rung): Row[] => [...unusable(rung), ...unusable(rung), ...unusable(rung)];

test("below text there is the code itself, where one function is to be changed and a check can tell", async () => {
  const p = await project(STUB, [
    ...useless("schema"),
    ...useless("text"),
    { text: "    return a + b\n\n\ndef next():\n" },
  ]);
  const { s, tree } = await run(p, ["schema", "text"], [TASK]);
  expect({ ends: ends(s), ...tree, heads: tree.heads.length }).toEqual({
    ends: ["verified"],
    broken: [],
    resets: ["The rung falls from schema to text.", "The rung falls from text to plain."],
    heads: 2,
  });
  expect(purposes(s).at(-1)).toBe("sample");
  expect(s.model.ladder.rung).toBe("plain");
});

for (const [what, task, completion] of [
  ["the server cannot continue a text", TASK, false],
  ["no function is meant", "Make a file notes.txt with the word hello", null],
] as const)
  test(`nothing is left below text where ${what}: the step fails, and says why`, async () => {
    const files = completion === false ? BUGGY : { "README.md": "Nothing.\n" };
    // A step that fails falls into parts, each asked on the rung that is left.
    const p = await project(files, [...useless("text"), ...(completion === false ? useless("text") : [])]);
    const s = await session(p, ["schema", "text"], { completion });
    s.model.ladder.fall();
    const end = await s.turn(task);
    expect(end).toMatchObject({
      outcome: "failed",
      message: expect.stringContaining("could not be used 3 times in a row"),
    });
    expect(s.model.ladder.rung).toBe("text");
    expect(treeOf(p.server.completions(), s.events).broken).toEqual([]);
  });
