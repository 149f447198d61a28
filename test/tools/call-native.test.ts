/** One call by the server's own tools: what is sent, what is read, and how the conversation goes on. */
import { expect, test } from "bun:test";
import { estimateTokens } from "../../src/model/estimate.ts";
import { editHead } from "../../src/model/head.ts";
import { getCall, TOOL_SPECS } from "../../src/tools/call.ts";
import { TOOLS } from "../../src/tools/index.ts";
import { answering, optionsFor, type Said } from "./answering.ts";

const CODE = "def add(a, b):\n    return a + b";
const called = (...calls: [string, object | string][]): Said => ({
  calls: calls.map(([name, args], n) => ({
    id: `x${n}`,
    name,
    arguments: typeof args === "string" ? args : JSON.stringify(args),
  })),
});
const REWRITE: [string, object] = ["rewrite_symbol", { path: "calc.py", symbol: "add", code: CODE }];
const FIND: [string, object] = ["find_and_read", { query: "mul" }];

const one = (...replies: Said[]) => getCall("native", optionsFor(answering(...replies).ask));

test("one request; the call goes on as JSON of ours, under a name that every template takes", async () => {
  const { ask, sent } = answering({
    ...(called([
      "rewrite_symbol",
      `{"code": ${JSON.stringify(CODE)},  "path":"./calc.py","symbol":"add"}`,
    ]) as object),
    text: " It subtracts. ",
  });
  const result = await getCall("native", optionsFor(ask));
  expect(result).toMatchObject({
    kind: "call",
    call: { tool: "rewrite_symbol", args: { path: "calc.py", symbol: "add", code: CODE } },
    answers: "call00002",
    note: "",
  });
  expect(sent.map(({ purpose, messages }) => [purpose, messages.length])).toEqual([["call", 2]]);
  expect(sent[0]?.g.tools).toBe(TOOL_SPECS);
  if (result.kind !== "call") return;
  expect(result.said.slice(0, 2)).toEqual(sent[0]?.messages ?? []);
  const [, , said] = result.said;
  expect(said).toMatchObject({ role: "assistant", content: "It subtracts." });
  expect(said?.calls?.map(({ id, name }) => [id, name])).toEqual([["call00002", "rewrite_symbol"]]);
  expect(JSON.parse(said?.calls?.[0]?.arguments ?? "")).toEqual({
    path: "calc.py",
    symbol: "add",
    code: CODE,
  });
});

test("code that stands behind the call in a fence, or inside it in one, is the call's", async () => {
  const bare: [string, object] = ["rewrite_symbol", { path: "calc.py", symbol: "add" }];
  const fenced = `\`\`\`python\n${CODE}\n\`\`\``;
  const args = { path: "calc.py", symbol: "add", code: CODE };
  expect(await one({ ...(called(bare) as object), text: fenced })).toMatchObject({ call: { args } });
  const inside: [string, object] = ["rewrite_symbol", { ...args, code: fenced }];
  expect(await one(called(inside))).toMatchObject({ call: { args } });
  // A file that holds a fence is no code in a fence.
  const readme = `# Use\n${fenced}`;
  const file: [string, object] = ["create_file", { path: "README.md", content: readme }];
  expect(await one(called(file))).toMatchObject({ call: { args: { content: readme } } });
  expect(await one(called(bare))).toMatchObject({ kind: "malformed" });
});

test("of several calls the first is made, and the model is told; the same one twice is one", async () => {
  const result = await one(called(REWRITE, FIND, ["finish", { summary: "done" }]));
  expect(result).toMatchObject({
    call: { tool: "rewrite_symbol" },
    note: "Only the first of your 3 calls was made; make the next one now if it is still needed.",
  });
  if (result.kind === "call") expect(result.said.at(-1)?.calls).toHaveLength(1);
  expect(await one(called(FIND, FIND))).toMatchObject({ call: { tool: "find_and_read" }, note: "" });
});

test("two versions of one change are refused: nothing says which is meant", async () => {
  const other: [string, object] = [
    "rewrite_symbol",
    { path: "calc.py", symbol: "add", code: "def add(): pass" },
  ];
  expect(await one(called(REWRITE, other))).toEqual({
    kind: "malformed",
    reason: "There were 2 versions of one rewrite_symbol; make one call, with the version that is meant.",
  });
  const change = (old: string, fresh: string): [string, object] => [
    "replace_text",
    { path: "calc.py", old, new: fresh },
  ];
  expect(await one(called(change("a", "b"), change("a", "c")))).toMatchObject({ kind: "malformed" });
  expect(await one(called(change("a", "b"), change("c", "d")))).toMatchObject({
    call: { args: { old: "a", new: "b" } },
  });
});

test("a reply without a call, one that was cut off, and one with a tool that there is not are malformed", async () => {
  for (const reply of [
    "I would add them.",
    "",
    { ...(called(REWRITE) as object), finish: "length" as const },
  ])
    expect((await one(reply)).kind).toBe("malformed");
  expect(await one(called(["bash", { command: "ls" }]))).toMatchObject({ kind: "malformed" });
});

test("a server that refuses the request makes the rung unfit; one that fails does not", async () => {
  const refused = { ok: false as const, kind: "refused" as const, reason: "x does not support tools" };
  expect(await one(refused)).toEqual({ kind: "unfit", failure: refused });
  expect(await one({ ...refused, kind: "server" })).toMatchObject({ kind: "failed" });
  expect(await one({ finish: "cut", reason: "It broke off." })).toMatchObject({ kind: "cut" });
});

test("asked again, it is the same request, hotter, and each reply is a call of its own", async () => {
  const { ask, sent } = answering(called(REWRITE), {
    ...(called(REWRITE) as object),
    others: [
      {
        text: "",
        thinking: "",
        finish: "stop",
        calls: [{ id: "", name: "finish", arguments: '{"summary":"x"}' }],
      },
      { text: "no", thinking: "", finish: "stop", calls: [] },
    ],
  });
  const first = await getCall("native", optionsFor(ask));
  if (first.kind !== "call" || first.again === null) throw new Error("no call");
  const more = await first.again({ n: 3, maxTokens: 500, temperature: 0.6, seed: 4 });
  expect(more.map((result) => (result.kind === "call" ? result.call.tool : result.kind))).toEqual([
    "rewrite_symbol",
    "finish",
    "malformed",
  ]);
  expect(sent[1]?.messages).toEqual(sent[0]?.messages ?? []);
  expect(sent[1]?.g).toMatchObject({ n: 3, temperature: 0.6, seed: 4, maxTokens: 500 });
  expect(sent[1]?.g.tools).toBe(TOOL_SPECS);
});

test("the tools: flat objects of strings, all required; with the head at most 700 tokens", () => {
  expect(TOOL_SPECS.map(({ name }) => name)).toEqual(TOOLS.map(({ name }) => name));
  for (const { parameters } of TOOL_SPECS) {
    const { properties, ...rest } = parameters as { properties: Record<string, object>; required: string[] };
    expect(rest).toEqual({ type: "object", required: Object.keys(properties) } as typeof rest);
    for (const property of Object.values(properties)) {
      const { description, ...type } = property as { description?: string };
      expect(type).toEqual({ type: "string" } as typeof type);
      expect(description).not.toBe("");
    }
  }
  const head = editHead("native", TOOLS).content;
  const tokens = estimateTokens(head) + estimateTokens(JSON.stringify(TOOL_SPECS));
  console.log(`native head and tools: ${tokens} tokens`);
  expect(tokens).toBeLessThanOrEqual(700);
});

test("every tool's arguments are those that the model is told of", () => {
  for (const { fields, args } of TOOLS) {
    const values = Object.fromEntries(Object.keys(fields).map((name) => [name, "x"]));
    expect(args.safeParse(values)).toEqual({ success: true, data: values });
    for (const name of Object.keys(fields)) {
      const { [name]: _, ...less } = values;
      expect(args.safeParse(less).success).toBe(false);
    }
  }
});
