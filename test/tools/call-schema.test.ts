/** One call on the schema rung in its parts: what each request holds, and what a reply that cannot be used comes to. */
import { expect, test } from "bun:test";
import { labelsFor, listsFor } from "../../src/tools/call/schema.ts";
import { getCall } from "../../src/tools/call.ts";
import { answering, optionsFor, type Said } from "./answering.ts";

const CHOICE = '{"tool":"rewrite_symbol","target":"calc.py::add","text":""}';
const CODE = "```python\ndef add(a, b):\n    return a + b\n```";

test("think, choose, code: each request continues the one before it", async () => {
  const { ask, sent } = answering("It subtracts.", CHOICE, CODE);
  const result = await getCall("schema", optionsFor(ask));
  expect(result).toMatchObject({
    kind: "call",
    call: {
      tool: "rewrite_symbol",
      args: { path: "calc.py", symbol: "add", code: "def add(a, b):\n    return a + b" },
    },
  });
  expect(sent.map(({ purpose }) => purpose)).toEqual(["think", "choose", "code"]);
  expect(sent.map(({ messages }) => messages.at(-1)?.content.split("\n")[0])).toEqual([
    "opening",
    "Choose: the JSON object.",
    "Code: the whole of add in one fenced block, nothing else.",
  ]);
  for (const [index, { messages }] of sent.entries())
    expect(messages.slice(0, sent[index - 1]?.messages.length ?? 0)).toEqual(sent[index - 1]?.messages ?? []);
  if (result.kind === "call") expect(result.said.slice(0, -1)).toEqual(sent[2]?.messages ?? []);
});

test("a tool without a body needs two requests; a check is chosen by its label; a file, by its path", async () => {
  const check = await getCall(
    "schema",
    optionsFor(answering("x", '{"tool":"run_check","target":"check:pytest","text":""}').ask),
  );
  expect(check).toMatchObject({
    kind: "call",
    call: { tool: "run_check", args: { check: "pytest" } },
    again: null,
  });
  const replace = "<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE";
  const file = answering("x", '{"tool":"replace_text","target":"calc.py","text":""}', replace);
  expect(await getCall("schema", optionsFor(file.ask))).toMatchObject({
    kind: "call",
    call: { tool: "replace_text", args: { path: "calc.py", old: "a\n", new: "b\n", lines: true } },
  });
});

test("a model that thinks does so once for a call, before it chooses", async () => {
  const { ask, sent } = answering("It subtracts.", CHOICE, CODE);
  await getCall("schema", { ...optionsFor(ask), thinks: true });
  expect(sent.map(({ g }) => [g.maxTokens, g.thinkTokens])).toEqual([
    [410, 250],
    [220, undefined],
    [500, 0],
  ]);
  const other = answering("It subtracts.", CHOICE, CODE);
  await getCall("schema", optionsFor(other.ask));
  expect(other.sent[0]?.g).toMatchObject({ maxTokens: 160, thinkTokens: 0 });
});

test("a thought may be cut off by its limit, a choice and a code may not", async () => {
  const long = (text: string): Said => ({ text, finish: "length" });
  expect((await getCall("schema", optionsFor(answering(long("It"), CHOICE, CODE).ask))).kind).toBe("call");
  for (const replies of [
    ["x", long(CHOICE)],
    ["x", CHOICE, long(CODE)],
  ])
    expect(await getCall("schema", optionsFor(answering(...replies).ask))).toMatchObject({
      kind: "malformed",
      reason: expect.stringContaining("cut off because it was too long"),
    });
});

test("a broken connection, a loop and a failure are told apart", async () => {
  const broken: Said = { text: "x", finish: "cut", reason: "It broke off." };
  const failed = { ok: false as const, kind: "server" as const, reason: "boom" };
  for (const before of [[], ["x"], ["x", CHOICE]]) {
    const one = async (last: Said) => getCall("schema", optionsFor(answering(...before, last).ask));
    expect(await one(broken)).toEqual({ kind: "cut", reason: "It broke off." });
    if (before.length > 0)
      expect(await one({ text: "x", finish: "loop" })).toMatchObject({
        kind: "malformed",
        reason: expect.stringContaining("repeated itself"),
      });
    expect(await one(failed)).toEqual({ kind: "failed", reply: failed });
  }
});

test("the lists: at most 32 labels, files after their symbols, checks and `other` always", () => {
  const targets = Array.from({ length: 60 }, (_, n) => ({ path: `f${n}.py`, symbol: `s${n}` }));
  const labels = labelsFor(targets, ["a", "b", "c", "d", "e"]);
  expect(labels).toHaveLength(32);
  expect(labels.slice(0, 3)).toEqual(["f0.py::s0", "f0.py", "f1.py::s1"]);
  expect(labels.slice(-5)).toEqual(["check:a", "check:b", "check:c", "check:d", "other"]);
  expect(new Set(labels).size).toBe(32);
  expect(labelsFor([], [])).toEqual(["other"]);
});

test("each tool is on offer for what it takes, and with a text where it needs one", () => {
  const on = { targets: [{ path: "a.py", symbol: "f" }], checks: ["pytest"] };
  const all = ["a.py::f", "a.py", "check:pytest", "other"];
  const list = (tools: string[], targets: string[], needsText: boolean) => ({ tools, targets, needsText });
  expect(listsFor(on)).toEqual([
    list(["rewrite_symbol"], ["a.py::f"], false),
    list(["replace_text"], ["a.py::f", "a.py"], false),
    list(["create_file", "find_and_read"], all, true),
    list(["delete_file"], ["a.py"], false),
    list(["move_file"], ["a.py::f", "a.py"], true),
    list(["run_check"], ["check:pytest"], false),
    list(["finish"], all, false),
  ]);
  expect(listsFor({ targets: [], checks: [] }).flatMap(({ tools }) => tools)).toEqual([
    "create_file",
    "find_and_read",
    "finish",
  ]);
});

test("of a thought that goes round in circles its beginning stays", async () => {
  const loop: Said = { text: "It subtracts. It subtracts. It subtracts. It", finish: "loop" };
  const { ask, sent } = answering(loop, CHOICE, CODE);
  expect((await getCall("schema", optionsFor(ask))).kind).toBe("call");
  expect(sent[1]?.messages.at(-2)).toEqual({ role: "assistant", content: "It subtracts." });
});

test("code that a reply begins with ends it; a replacement and a text with fences of its own do not", async () => {
  const untilOf = async (choice: string, body: string) => {
    const { ask, sent } = answering("x", choice, body);
    await getCall("schema", optionsFor(ask));
    return (text: string) => sent[2]?.g.until?.(text, false) ?? null;
  };
  const ends = await untilOf(CHOICE, CODE);
  expect(ends(`${CODE}\nThis`)).toBe(CODE.length + 1);
  expect(ends(CODE)).toBeNull();
  expect(ends(`Here:\n${CODE}\nThis`)).toBeNull();
  const nested = "```\na\n```sh\nls\n```\nb\n```\n";
  expect(ends(nested.slice(0, -6))).toBeNull();
  expect(ends(nested)).toBe(nested.length);
  const create = (path: string) => `{"tool":"create_file","target":"other","text":"${path}"}`;
  expect((await untilOf(create("a.py"), CODE))(`${CODE}\n`)).toBe(CODE.length + 1);
  expect((await untilOf(create("README.md"), CODE))(`${CODE}\n`)).toBeNull();
});
