/** Requests to stronger models over real HTTP: what is sent in each API, what its replies become, and every trouble as one sentence. */
import { expect, onTestFinished, test } from "bun:test";
import type { StrongerModel } from "../../src/config.ts";
import { send, write } from "../../src/model/stronger.ts";
import { type Row, type ScriptedServer, type ServerOptions, startServer } from "../harness/server.ts";

const KEY = "sk-ant-REAL-KEY-0123456789abcdef";
const MESSAGES = [
  { role: "system" as const, content: "You correct code." },
  { role: "user" as const, content: "Größe \u202e of\u0085 it?" },
];

async function serving(options: ServerOptions, ...rows: Row[]): Promise<ScriptedServer> {
  const server = await startServer(options, ...rows);
  onTestFinished(() => server.close());
  return server;
}

const to = (endpoint: string, more: Partial<StrongerModel> = {}): StrongerModel => ({
  endpoint,
  model: "big",
  api: "anthropic",
  key: KEY,
  keyFrom: null,
  maxTokens: 300,
  price: null,
  local: false,
  ...more,
});

const asked = (model: StrongerModel, more: { silenceMs?: number; signal?: AbortSignal } = {}) =>
  send(write(model, MESSAGES), { silenceMs: 5000, ...more });

/** The reply of an Anthropic server that plays these rows. */
async function anthropic(...rows: Row[]) {
  const server = await serving({ as: "anthropic" }, ...rows);
  return { server, reply: await asked(to(server.url), { silenceMs: 200 }) };
}

test("Anthropic: the body is the bytes that were written, the key is in its header, and nothing else goes along", async () => {
  const server = await serving({ as: "anthropic" }, { text: "Größe 🙂\nend", thinking: "hm", chunk: 3 });
  const letter = write(to(`${server.url}/v1`), MESSAGES);
  const reply = await send(letter, { silenceMs: 5000 });
  const [request] = server.completions();
  expect(request?.raw).toBe(letter.body);
  expect(letter.body).toContain("\\u202e of\\u0085 it");
  expect(request?.body).toEqual({
    model: "big",
    max_tokens: 300,
    stream: true,
    system: "You correct code.",
    messages: [{ role: "user", content: MESSAGES[1]?.content }],
  });
  expect(Object.keys(request?.headers ?? {}).sort()).toEqual([
    "accept",
    "accept-encoding",
    "anthropic-version",
    "connection",
    "content-length",
    "content-type",
    "host",
    "user-agent",
    "x-api-key",
  ]);
  expect(reply).toMatchObject({ ok: true, text: "Größe 🙂\nend", thinking: "hm", finish: "stop" });
});

test("Anthropic: what was cached or written into the cache is part of the prompt", async () => {
  const usage = {
    input_tokens: 10,
    cache_read_input_tokens: 200,
    cache_creation_input_tokens: 30,
    output_tokens: 1,
  };
  const { reply } = await anthropic({
    events: [
      { type: "message_start", message: { usage } },
      { type: "ping" },
      { type: "content_block_start", index: 0, content_block: { type: "text", text: "a" } },
      { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "b" } },
      { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 17 } },
      { type: "message_stop" },
    ],
  });
  expect(reply).toMatchObject({ text: "ab", tokens: { prompt: 240, cached: 200, generated: 17 } });
});

test("OpenAI-compatible: its body, its key, its own name for the longest reply", async () => {
  const server = await serving({}, { text: "yes", usage: { prompt: 40, cached: 8, generated: 3 } });
  const letter = write(to(server.endpoint, { api: "openai" }), MESSAGES);
  const reply = await send(letter, { silenceMs: 5000 });
  const [request] = server.completions();
  expect(request?.raw).toBe(letter.body);
  expect(request?.headers.authorization).toBe(`Bearer ${KEY}`);
  expect(request?.headers["x-api-key"]).toBeUndefined();
  expect(request?.body).toEqual({
    model: "big",
    max_tokens: 300,
    stream: true,
    stream_options: { include_usage: true },
    messages: MESSAGES,
  });
  expect(reply).toMatchObject({
    text: "yes",
    finish: "stop",
    tokens: { prompt: 40, cached: 8, generated: 3 },
  });
  const own = JSON.parse(write(to("https://api.openai.com/v1", { api: "openai" }), MESSAGES).body);
  expect(own).toMatchObject({ max_completion_tokens: 300 });
  expect(own.max_tokens).toBeUndefined();
});

test("Ollama: a window that holds the prompt and the reply", async () => {
  const server = await serving({ as: "ollama", window: 32_768 }, { text: "yes" });
  const letter = write(to(server.endpoint, { api: "ollama", model: "scripted", key: null }), MESSAGES);
  expect(await send(letter, { silenceMs: 5000 })).toMatchObject({ text: "yes", finish: "stop" });
  expect(server.completions()[0]?.raw).toBe(letter.body);
  expect(JSON.parse(letter.body).options).toEqual({ num_ctx: 4096, num_predict: 300 });
});

const overloaded = { type: "overloaded_error", message: "Overloaded" };
const error = (status: number, type: string, message: string, headers = {}): Row => ({
  status,
  body: { type: "error", error: { type, message } },
  headers,
});

const WRONG_API =
  'U does not answer as the Anthropic API does, or has no "big": correct "endpoint", "api" or "model" in "escalation" of your settings.';

/** What goes wrong, and the sentence; U is the server's address. */
const TROUBLES: [what: string, rows: Row[], reason: string | RegExp][] = [
  [
    "a refused key",
    [error(401, "authentication_error", `invalid x-api-key ${KEY}`)],
    'U refused the key for "big": correct "key" or "keyFrom" in "escalation" of your settings.',
  ],
  ["a model that is not there", [error(404, "not_found_error", "model: big")], WRONG_API],
  [
    "overload that passes too late",
    [
      error(529, "overloaded_error", "Overloaded"),
      error(529, "o", "Overloaded"),
      error(529, "o", "Overloaded"),
    ],
    "U failed (529): Overloaded; its own log may say more.",
  ],
  [
    "a limit that asks to wait longer than anybody would",
    [error(429, "rate_limit_error", "Slow down.", { "retry-after": "60" })],
    /^U limits how often it may be asked \(429: Slow down\.\)/,
  ],
  [
    "an error in the stream",
    [{ errorInStream: overloaded, named: true, after: "def" }],
    "U reported an error: Overloaded; its own log may say more.",
  ],
  ["silence", [{ hang: 3000 }], /^U sent nothing for 200 ms/],
  ["a page", [{ html: "<html>hello" }], WRONG_API],
  ["garbage", [{ garbage: true }], WRONG_API],
  ["a refusal", [{ text: "No.", finish: "refusal" as "stop" }], '"big" at U refuses to answer this.'],
];

for (const [what, rows, reason] of TROUBLES)
  test(`one sentence: ${what}`, async () => {
    const { server, reply } = await anthropic(...rows);
    if (reply.ok) throw new Error("It is no reply.");
    const said = reply.reason.replaceAll(server.url, "U");
    if (typeof reason === "string") expect(said).toBe(reason);
    else expect(said).toMatch(reason);
    expect(said).not.toContain(KEY);
    expect(said).not.toContain("\n");
  });

test("overload that passes is waited for as long as the server asks", async () => {
  const { reply, server } = await anthropic(error(529, "o", "Overloaded", { "retry-after": "0.1" }), {
    text: "here",
  });
  expect(reply).toMatchObject({ ok: true, text: "here" });
  expect(server.completions()).toHaveLength(2);
});

test("a reply that is cut off says so", async () => {
  expect((await anthropic({ text: "def", finish: "length" })).reply).toMatchObject({ finish: "length" });
  expect((await anthropic({ dieAfter: 20 })).reply).toMatchObject({ finish: "cut" });
  expect((await anthropic({ text: "def", finish: null })).reply).toMatchObject({ finish: "cut" });
  const window = { text: "def", finish: "model_context_window_exceeded" as "stop" };
  expect((await anthropic(window)).reply).toMatchObject({ finish: "length" });
});

test("OpenAI: a refusal has a field of its own", async () => {
  const refusal = { choices: [{ index: 0, delta: { refusal: "I will not." }, finish_reason: null }] };
  const server = await serving({}, { events: [refusal] });
  const reply = await asked(to(server.endpoint, { api: "openai" }));
  expect(reply).toMatchObject({ ok: false, reason: `"big" at ${server.endpoint} refuses to answer this.` });
});

test("cancelled: the connection is closed at once", async () => {
  const server = await serving({ as: "anthropic" }, { hang: 5000, ping: 20 });
  const stop = new AbortController();
  const reply = asked(to(server.url), { signal: stop.signal });
  await server.until((requests) => requests.length === 1);
  stop.abort();
  expect(await reply).toMatchObject({ ok: false, kind: "cancelled" });
  await server.until(([request]) => request?.aborted === true);
});

test("a loopback address never goes through a proxy, and nobody is there in a sentence", async () => {
  const proxy = await serving({});
  const old = process.env.HTTP_PROXY;
  process.env.HTTP_PROXY = proxy.url;
  onTestFinished(() => {
    if (old === undefined) delete process.env.HTTP_PROXY;
    else process.env.HTTP_PROXY = old;
  });
  const server = await serving({ as: "anthropic" }, { text: "direct" });
  expect(await asked(to(server.url))).toMatchObject({ text: "direct" });
  expect(await asked(to("http://127.0.0.1:1"))).toMatchObject({
    reason:
      'No server answers at http://127.0.0.1:1: start it, or correct "endpoint" in "escalation" of your settings.',
  });
  expect(proxy.requests).toEqual([]);
});

test("events that end their lines with CR and LF, in pieces of any size", async () => {
  const events = [
    { type: "message_start", message: { usage: { input_tokens: 9, output_tokens: 1 } } },
    { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Größe" } },
    { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 2 } },
  ];
  const text = events
    .map((event) => `event: ${event.type}\r\ndata: ${JSON.stringify(event)}\r\n\r\n`)
    .join("");
  for (const chop of [1, 7, 4096]) {
    const { reply } = await anthropic({ of: { garbage: new TextEncoder().encode(text) }, chop });
    expect(reply).toMatchObject({
      ok: true,
      text: "Größe",
      finish: "stop",
      tokens: { prompt: 9, generated: 2 },
    });
  }
});
