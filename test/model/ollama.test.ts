/** Ollama by its own API: what it is sent, and that its lines become the same replies as the events of `/v1`. */
import { describe, expect, test } from "bun:test";
import { connect } from "../../src/model/client.ts";
import type { ToolSpec } from "../../src/model/model.ts";
import { scripted, success } from "./scripted.ts";

const { server, modelWith, failure, left } = scripted();
const OLLAMA = { as: "ollama" as const, models: ["qwen3:4b"] };
const G = { maxTokens: 50, temperature: 0.2 };
const HELLO = [{ role: "user" as const, content: "Hello" }];
const TOOL: ToolSpec = {
  name: "look",
  description: "Looks at a file.",
  parameters: { type: "object", properties: { path: { type: "string" } }, required: ["path"] },
};
const body = (): Record<string, unknown> => server().completions().at(-1)?.body as Record<string, unknown>;

describe("what is sent", () => {
  test("a chat: options, one window, no cut, and nothing that was not asked for", async () => {
    const model = await modelWith([{ text: "hi" }], OLLAMA);
    success(await model.chat(HELLO, { ...G, seed: 7, stop: ["END"] }));
    expect(server().completions()[0]?.path).toBe("/api/chat");
    expect(body()).toEqual({
      model: "qwen3:4b",
      stream: true,
      truncate: false,
      shift: false,
      options: { num_ctx: 8192, num_predict: 50, temperature: 0.2, seed: 7, stop: ["END"] },
      messages: HELLO,
    });
  });

  test("a completion is raw", async () => {
    const model = await modelWith([{ text: " a + b" }], OLLAMA);
    const reply = success(await model.complete("def add(a, b): return", G));
    expect(reply).toMatchObject({ text: " a + b", finish: "stop" });
    expect(server().completions()[0]?.path).toBe("/api/generate");
    expect(body()).toMatchObject({ prompt: "def add(a, b): return", raw: true });
  });

  test("a schema is the format, tools are tools", async () => {
    const model = await modelWith([{ text: '{"a":1}' }, { text: "no" }], OLLAMA);
    const schema = { type: "object", properties: { a: { type: "integer" } } };
    expect(success(await model.chat(HELLO, { ...G, schema })).text).toBe('{"a":1}');
    expect(body().format).toEqual(schema);
    await model.chat(HELLO, { ...G, tools: [TOOL] });
    expect(body().tools).toEqual([{ type: "function", function: { ...TOOL } }]);
  });

  test("the window is one for all requests, as is the model's stay in a conversation alone", async () => {
    const model = await modelWith([{ text: "a" }, { text: "b" }, { text: "c" }], OLLAMA);
    await model.chat(HELLO, G);
    await model.complete("x", G);
    const windows = server()
      .completions()
      .map((one) => one.body as { options: { num_ctx: number }; keep_alive?: unknown });
    expect(windows.map(({ options }) => options.num_ctx)).toEqual([8192, 8192]);
    expect(windows.map(({ keep_alive }) => keep_alive)).toEqual([undefined, undefined]);
    const connection = { endpoint: server().endpoint, key: null, model: null, rung: null };
    const staying = await connect({ ...connection, window: 16_384, silenceMs: 5000, stays: true });
    if (!staying.ok) throw new Error(staying.reason);
    await staying.model.chat(HELLO, G);
    expect(body()).toMatchObject({ keep_alive: "30m", options: { num_ctx: 16_384 } });
  });

  test("think goes only to a model that thinks, and only to stop it", async () => {
    const thinks = await modelWith([{ text: "a" }, { text: "b" }, { text: "{}" }], {
      ...OLLAMA,
      thinks: true,
    });
    await thinks.chat(HELLO, G);
    expect(body()).not.toHaveProperty("think");
    await thinks.chat(HELLO, { ...G, thinkTokens: 0 });
    expect(body().think).toBe(false);
    await thinks.chat(HELLO, { ...G, schema: {} });
    expect(body().think).toBe(false);
  });

  test("not to one that does not", async () => {
    const model = await modelWith([{ text: "b" }], OLLAMA);
    await model.chat(HELLO, { ...G, thinkTokens: 0 });
    expect(body()).not.toHaveProperty("think");
  });

  test("calls and their answers in its own form", async () => {
    const model = await modelWith([{ text: "done" }], OLLAMA);
    await model.chat(
      [
        ...HELLO,
        { role: "assistant", content: "", calls: [{ id: "", name: "look", arguments: '{"path":"a.py"}' }] },
        { role: "tool", content: "x = 1", answers: "" },
      ],
      { ...G, tools: [TOOL] },
    );
    expect(body().messages).toEqual([
      ...HELLO,
      {
        role: "assistant",
        content: "",
        tool_calls: [{ id: "call00001", function: { index: 0, name: "look", arguments: { path: "a.py" } } }],
      },
      { role: "tool", content: "x = 1", tool_name: "look", tool_call_id: "call00001" },
    ]);
  });
});

describe("what comes back", () => {
  test("text, thought and the counts of the last line", async () => {
    const row = { thinking: "Let me see.", text: "42", usage: { prompt: 900, cached: 0, generated: 9 } };
    const model = await modelWith([row], { ...OLLAMA, thinks: true });
    const shown: string[] = [];
    const thought: string[] = [];
    const reply = success(
      await model.chat(HELLO, { ...G, onText: (t) => shown.push(t), onThinking: (t) => thought.push(t) }),
    );
    expect(reply).toMatchObject({
      text: "42",
      thinking: "Let me see.",
      finish: "stop",
      tokens: { prompt: 900, cached: 0, generated: 9 },
    });
    expect([shown.join(""), thought.join("")]).toEqual(["42", "Let me see."]);
  });

  test("calls, each whole, whatever their index says", async () => {
    const calls = [
      { name: "look", arguments: { path: "a" }, id: null },
      { name: "look", arguments: { path: "b" }, id: null },
    ];
    const model = await modelWith([{ text: "", calls, index: "zero" }], OLLAMA);
    expect(success(await model.chat(HELLO, { ...G, tools: [TOOL] })).calls).toEqual([
      { id: "", name: "look", arguments: '{"path":"a"}' },
      { id: "", name: "look", arguments: '{"path":"b"}' },
    ]);
  });

  test("a long reply: a limit is on the line, not on all of them", async () => {
    const text = Array.from({ length: 9000 }, (_, n) => `line ${(n * 7919) % 1e6} of many`).join("\n");
    const model = await modelWith([{ text, chunk: 15 }], OLLAMA);
    expect(success(await model.chat(HELLO, G)).text).toBe(text);
    server().queue({ garbage: Buffer.from(`{"message":{"content":"${"x".repeat(1_100_000)}"}}\n`) });
    expect(failure(await model.chat(HELLO, G)).reason).toMatch(/1 MB in one line/);
  });

  test("the token limit, a connection that breaks, and one that ends without a last line", async () => {
    const model = await modelWith(
      [
        { text: "half", finish: "length" },
        { dieAfter: 4, text: "half of it" },
        { text: "half", finish: null },
      ],
      OLLAMA,
    );
    for (const finish of ["length", "cut", "cut"])
      expect(success(await model.chat(HELLO, G))).toMatchObject({ finish, text: "half" });
  });

  test("errors: by status, in the stream, in HTTP 200, and what is no JSON", async () => {
    const model = await modelWith(
      [
        { status: 400, body: { error: "the input length exceeds the context length" } },
        { after: "so ", errorInStream: "the model runner has stopped" },
        { errorIn200: "odd" },
        { garbage: Buffer.from("hello\nworld\n") },
      ],
      OLLAMA,
    );
    const kinds = [];
    for (let n = 0; n < 4; n += 1) kinds.push(failure(await model.chat(HELLO, G)).kind);
    expect(kinds).toEqual(["overflow", "server", "server", "protocol"]);
  });

  test("a model without tools says so, and from then on they are known not to reach it", async () => {
    const model = await modelWith([], { ...OLLAMA, tools: "refused" });
    model.profile.tools = true;
    const found = failure(await model.chat(HELLO, { ...G, tools: [TOOL] }));
    expect(found.reason).toMatch(/takes no tools for this model.*does not support tools/);
    expect(model.profile.tools).toBe(false);
  });

  test("the caller's end closes the stream", async () => {
    const model = await modelWith([{ text: "one two three ".repeat(500), pace: 2 }], OLLAMA);
    const until = (text: string): number | null => (text.length > 20 ? 20 : null);
    expect(success(await model.chat(HELLO, { ...G, until }))).toMatchObject({
      finish: "node",
      text: "one two three one tw",
    });
    await left();
  });
});
