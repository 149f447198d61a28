/** What a healthy server's reply becomes: text, thought, counts, early ends; and what is sent. */
import { describe, expect, test } from "bun:test";
import { scripted, success } from "./scripted.ts";

const { server, modelWith, left } = scripted();

const G = { maxTokens: 50, temperature: 0.2 };
const HELLO = [{ role: "user" as const, content: "Hello" }];

describe("what is sent", () => {
  test("chat: always streamed, with usage, the seed and the stops; no key and no header of the package", async () => {
    const model = await modelWith([{ text: "hi" }]);
    await model.chat(HELLO, { ...G, seed: 7, stop: ["\n\n"] });
    const request = server().completions()[0];
    expect(request?.path).toBe("/v1/chat/completions");
    expect(request?.body).toEqual({
      model: "scripted",
      messages: HELLO,
      max_tokens: 50,
      temperature: 0.2,
      seed: 7,
      stop: ["\n\n"],
      stream: true,
      stream_options: { include_usage: true },
    });
    const names = Object.keys(request?.headers ?? {}).sort();
    expect(names).toEqual([
      "accept",
      "accept-encoding",
      "connection",
      "content-length",
      "content-type",
      "host",
      "user-agent",
    ]);
  });

  test("complete: the prompt as it is; the same bytes each time", async () => {
    const model = await modelWith([{ text: "a" }, { text: "b" }]);
    await model.complete("def f(x):\n\t", G);
    await model.complete("def f(x):\n\t", G);
    const [one, two] = server().completions() ?? [];
    expect(one?.body).toMatchObject({ prompt: "def f(x):\n\t" });
    expect(two?.raw).toBe(one?.raw ?? "");
  });

  test("a schema travels as a strict response format", async () => {
    const schema = {
      type: "object",
      properties: { tool: { enum: ["a", "b"] } },
      required: ["tool"],
      additionalProperties: false,
    };
    const model = await modelWith([{ text: '{"tool":"a"}' }]);
    await model.chat(HELLO, { ...G, schema });
    expect(server().completions()[0]?.body).toMatchObject({
      response_format: { type: "json_schema", json_schema: { name: "reply", strict: true, schema } },
    });
  });
});

describe("text and counts", () => {
  test("the text comes in pieces and as a whole", async () => {
    const model = await modelWith([{ text: "Größe: 5 µm 🙂\nend", chunk: 3 }]);
    const pieces: string[] = [];
    const reply = success(await model.chat(HELLO, { ...G, onText: (piece) => pieces.push(piece) }));
    expect(reply).toMatchObject({ text: "Größe: 5 µm 🙂\nend", finish: "stop", thinking: "" });
    expect(pieces.join("")).toBe(reply.text);
    expect(pieces.length).toBeGreaterThan(3);
  });

  test("counts are the server's, cached ones too", async () => {
    const model = await modelWith([{ text: "hi", usage: { prompt: 1200, cached: 1100, generated: 9 } }]);
    expect(success(await model.complete("x", G)).tokens).toEqual({
      prompt: 1200,
      cached: 1100,
      generated: 9,
    });
  });

  test("without usage the counts are estimated; zero counts are none", async () => {
    const model = await modelWith([
      { text: "return a + b", usage: null },
      { text: "return a + b", usage: { prompt: 0, cached: 0, generated: 0 } },
    ]);
    for (const reply of [
      success(await model.complete("def add(a, b):", G)),
      success(await model.complete("def add(a, b):", G)),
    ]) {
      expect(reply.tokens.cached).toBe(0);
      expect(reply.tokens.prompt).toBeGreaterThanOrEqual(6);
      expect(reply.tokens.generated).toBeGreaterThanOrEqual(4);
    }
  });

  test("a reply that we end has llama.cpp's counts of its last event", async () => {
    const events = [1, 2, 3].map((n) => {
      const timings = { cache_n: 40, prompt_n: 10, predicted_n: n };
      return `data: ${JSON.stringify({ choices: [{ text: `line ${n}\n`, finish_reason: null }], timings })}\n\n`;
    });
    const models = [{ id: "m-instruct", owned_by: "llamacpp" }];
    const model = await modelWith([{ garbage: Buffer.from(events.join("")) }], { models });
    const reply = success(
      await model.complete("x", { ...G, until: (text) => (text.includes("line 2") ? 12 : null) }),
    );
    expect(reply).toMatchObject({
      finish: "node",
      text: "line 1\nline ",
      tokens: { prompt: 50, cached: 40, generated: 2 },
    });
    expect(server().completions()[0]?.body).toMatchObject({ timings_per_token: true });
  });
});

describe("thought", () => {
  test("reasoning deltas", async () => {
    const model = await modelWith([{ thinking: "Let me see.", text: "42" }]);
    const shown: string[] = [];
    const reply = success(await model.chat(HELLO, { ...G, onText: (piece) => shown.push(piece) }));
    expect(reply).toMatchObject({ thinking: "Let me see.", text: "42" });
    expect(shown.join("")).toBe("42");
  });

  for (const chunk of [1, 3, 100]) {
    test(`a leading <think> block, ${chunk} characters at a time`, async () => {
      const model = await modelWith([{ text: "\n<think>\na < b\n</think>\n\nprint('</think>')", chunk }]);
      const shown: string[] = [];
      const reply = success(await model.chat(HELLO, { ...G, onText: (piece) => shown.push(piece) }));
      expect(reply).toMatchObject({ thinking: "\na < b\n", text: "print('</think>')" });
      expect(shown.join("")).toBe(reply.text);
    });
  }

  test("a thought that never ends is no text", async () => {
    const model = await modelWith([{ text: "<think>and then", finish: "length" }]);
    expect(success(await model.chat(HELLO, G))).toMatchObject({
      thinking: "and then",
      text: "",
      finish: "length",
    });
  });

  test("a text that only begins like the mark", async () => {
    const model = await modelWith([
      { text: "<thin", chunk: 2 },
      { text: "  <thing> is here", chunk: 2 },
    ]);
    expect(success(await model.chat(HELLO, G)).text).toBe("<thin");
    expect(success(await model.chat(HELLO, G)).text).toBe("  <thing> is here");
  });

  test("a plain completion has no thought: its text is verbatim", async () => {
    const model = await modelWith([{ text: "<think>x</think>" }]);
    expect(success(await model.complete("p", G))).toMatchObject({ text: "<think>x</think>", thinking: "" });
  });
});

describe("early ends", () => {
  test("until: the text ends there, no piece beyond it is shown, and the stream is closed", async () => {
    const model = await modelWith([
      { text: `def f():\n    return 1\n\n\nclass Next:\n${"    pass\n".repeat(2000)}`, pace: 1 },
    ]);
    const shown: string[] = [];
    const until = (text: string): number | null =>
      text.includes("\nclass") ? text.indexOf("\nclass") : null;
    const reply = success(await model.complete("x", { ...G, until, onText: (piece) => shown.push(piece) }));
    expect(reply).toMatchObject({ finish: "node", text: "def f():\n    return 1\n\n" });
    expect(shown.join("").startsWith(reply.text)).toBe(true);
    expect(shown.join("").length).toBeLessThan(reply.text.length + 7);
    await left();
  });

  test("until is told when nothing more will come, but not of a reply that was cut off", async () => {
    const model = await modelWith([
      { text: "def f(): pass" },
      { text: "def f(): pass", finish: "length" },
      { dieAfter: 13, text: "def f(): pass" },
    ]);
    const until = (_: string, final: boolean): number | null => (final ? 5 : null);
    expect(success(await model.complete("x", { ...G, until }))).toMatchObject({
      finish: "node",
      text: "def f",
    });
    expect(success(await model.complete("x", { ...G, until })).finish).toBe("length");
    expect(success(await model.complete("x", { ...G, until })).finish).toBe("cut");
  });

  test("a JSON reply ends where its value closes; the padding after it is not waited for", async () => {
    const model = await modelWith([{ pad: '{"a": "}\\"]", "b": [{}]}' }]);
    const reply = success(await model.chat(HELLO, { ...G, schema: {} }));
    expect(reply).toMatchObject({ finish: "stop", text: '{"a": "}\\"]", "b": [{}]}' });
    await left();
  });

  test("a JSON reply that ends by itself keeps the server's counts", async () => {
    const model = await modelWith([{ text: ' {"a":1}', usage: { prompt: 5, cached: 1, generated: 4 } }]);
    const reply = success(await model.chat(HELLO, { ...G, schema: {} }));
    expect(reply).toMatchObject({
      finish: "stop",
      text: ' {"a":1}',
      tokens: { prompt: 5, cached: 1, generated: 4 },
    });
  });

  test("a JSON value that was not closed is not taken for one", async () => {
    const model = await modelWith([{ text: '{"a": [1, 2', finish: "length" }]);
    expect(success(await model.chat(HELLO, { ...G, schema: {} }))).toMatchObject({
      finish: "length",
      text: '{"a": [1, 2',
    });
  });
});
