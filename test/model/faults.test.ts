/** Every fault of a model's server, over real HTTP: one kind, one sentence, bounded time and memory. */
import { describe, expect, test } from "bun:test";
import { ask, scripted, success } from "./scripted.ts";

const { server, modelWith, failure, left } = scripted();

describe("replies that are none", () => {
  test("a web page", async () => {
    const found = failure(await ask(await modelWith([{ html: "<!doctype html><title>Login</title>" }])));
    expect(found.kind).toBe("protocol");
    expect(found.reason).toMatch(/web page/);
  });

  test("an error inside HTTP 200", async () => {
    const found = failure(await ask(await modelWith([{ errorIn200: { message: "the model crashed" } }])));
    expect(found.kind).toBe("server");
    expect(found.reason).toMatch(/the model crashed/);
  });

  test("a context overflow inside HTTP 200", async () => {
    const row = { errorIn200: "Reached context length of 4096 tokens with model" };
    expect(failure(await ask(await modelWith([row]))).kind).toBe("overflow");
  });

  test("an error event inside the stream", async () => {
    const found = failure(
      await ask(await modelWith([{ after: "so ", errorInStream: { message: "slot lost" } }])),
    );
    expect(found.kind).toBe("server");
    expect(found.reason).toMatch(/slot lost/);
  });

  test("garbage bytes", async () => {
    const found = failure(await ask(await modelWith([{ garbage: true }])));
    expect(found.kind).toBe("protocol");
    expect(found.reason).toMatch(/not text/);
  });

  test("invalid UTF-8 in the middle of an event", async () => {
    const event = Buffer.from('data: {"choices":[{"delta":{"content":"a?"}}]}\n\n');
    event[event.indexOf("?")] = 0xff;
    expect(failure(await ask(await modelWith([{ garbage: event }]))).kind).toBe("protocol");
  });

  test("text that is no event", async () => {
    const found = failure(await ask(await modelWith([{ garbage: Buffer.from("hello, I am a teapot\n\n") }])));
    expect(found.kind).toBe("protocol");
    expect(found.reason).toMatch(/without any event/);
  });

  test("an event that is no JSON", async () => {
    const found = failure(await ask(await modelWith([{ garbage: Buffer.from("data: {oops\n\n") }])));
    expect(found.kind).toBe("protocol");
    expect(found.reason).toMatch(/not JSON/);
  });

  test("20 MB in one line: within a second, in bounded memory, and the sender is stopped", async () => {
    const model = await modelWith([{ oneLine: 20 * 1024 * 1024 }]);
    const before = process.memoryUsage().rss;
    const start = performance.now();
    const found = failure(await ask(model));
    expect(performance.now() - start).toBeLessThan(1000);
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
    expect(found.kind).toBe("protocol");
    expect(found.reason).toMatch(/1 MB in one line/);
    await left();
  });

  test("an event of many lines without end", async () => {
    const line = "data: x\n".repeat(200_000);
    expect(failure(await ask(await modelWith([{ garbage: Buffer.from(line) }]))).reason).toMatch(/1 MB/);
  });

  test("more than 2 MB of text", async () => {
    let n = 0;
    const text = Array.from(
      { length: 60_000 },
      () => `line ${(n++ * 7919) % 1e9} of many and all of them differ\n`,
    ).join("");
    const found = failure(await ask(await modelWith([{ text, chunk: 20_000 }])));
    expect(found.kind).toBe("protocol");
    expect(found.reason).toMatch(/2 MB/);
  });
});

describe("replies that end early", () => {
  test("a stream that dies is cut off, with what had come", async () => {
    const reply = success(
      await ask(await modelWith([{ dieAfter: 33, text: "def add(a, b):\n    return a + b  # sum" }])),
    );
    expect(reply).toMatchObject({ finish: "cut", text: "def add(a, b):\n    return a + b  " });
    expect(reply.reason).toMatch(/broke off before it was complete/);
    expect(server().completions()).toHaveLength(1);
  });

  test("a stream that dies in the middle of an event", async () => {
    const events = 'data: {"choices":[{"delta":{"content":"abc"}}]}\n\ndata: {"choices":[{"delta":{"con';
    expect(success(await ask(await modelWith([{ garbage: Buffer.from(events) }])))).toMatchObject({
      finish: "cut",
      text: "abc",
    });
  });

  test("an ending without the server's last word is a cut", async () => {
    const reply = success(await ask(await modelWith([{ text: "half", finish: null, usage: null }])));
    expect(reply.finish).toBe("cut");
  });

  test("the token limit", async () => {
    expect(success(await ask(await modelWith([{ text: "half", finish: "length" }])))).toMatchObject({
      finish: "length",
      text: "half",
    });
  });

  test("a text that repeats for ever is stopped while it streams, and the server with it", async () => {
    const model = await modelWith([{ repeat: "    return x\n" }]);
    const start = performance.now();
    const reply = success(await ask(model));
    expect(reply.finish).toBe("loop");
    expect(reply.reason).toMatch(/repeated itself/);
    expect(reply.text.length).toBeLessThan(2000);
    expect(performance.now() - start).toBeLessThan(1000);
    await left();
  });
});

describe("time", () => {
  test("silence before the first byte", async () => {
    const model = await modelWith([{ hang: 10_000 }], { silenceMs: 150 });
    const start = performance.now();
    const found = failure(await ask(model));
    expect(performance.now() - start).toBeLessThan(1000);
    expect(found.kind).toBe("silence");
    expect(found.reason).toMatch(/sent nothing for 150 ms/);
    await left();
  });

  test("silence in the middle", async () => {
    const model = await modelWith([{ text: "slow and slower", pace: 400 }], { silenceMs: 150 });
    expect(failure(await ask(model)).kind).toBe("silence");
  });

  test("pings are life: a long prefill is waited for", async () => {
    const model = await modelWith([{ hang: 600, ping: 50, next: { text: "at last" } }], { silenceMs: 200 });
    expect(success(await ask(model)).text).toBe("at last");
  });

  test("cancelling closes the stream", async () => {
    const model = await modelWith([{ text: "word ".repeat(500), pace: 20 }]);
    const abort = new AbortController();
    const reply = await ask(model, { signal: abort.signal, onText: () => abort.abort() });
    expect(failure(reply).kind).toBe("cancelled");
    await left();
  });

  test("a request that is cancelled before it starts is not sent", async () => {
    const model = await modelWith([]);
    expect(failure(await ask(model, { signal: AbortSignal.abort() })).kind).toBe("cancelled");
    expect(server().completions()).toHaveLength(0);
  });
});

test("an exception of the caller's own function is passed on, not taken for the server's", async () => {
  const model = await modelWith([{ text: "some words" }]);
  const until = (): number | null => {
    throw new Error("a bug");
  };
  await expect(ask(model, { until })).rejects.toThrow("a bug");
});

test("a server that has gone", async () => {
  const model = await modelWith([]);
  await server().close();
  const reply = await ask(model);
  expect(failure(reply)).toMatchObject({ kind: "unreachable" });
});
