/** Each fault of the scripted server does on the wire what its row says. */
import { describe, expect, test } from "bun:test";
import { chunksOf, eventsIn, post, serving, unread } from "./raw.ts";
import type { Row, TextRow } from "./rows.ts";

const CHAT = "/v1/chat/completions";
const HELLO = { model: "scripted", messages: [{ role: "user", content: "hello there" }], stream: true };

/** What a reply on `/v1` says by its events. */
const said = (row: Row, body: object = HELLO): Promise<Record<string, unknown>[]> =>
  serving({}, [row], async (server) => eventsIn((await post(server, CHAT, body)).text));

interface Delta {
  content?: string;
  tool_calls?: { index?: number; id?: string; function: { name?: string; arguments: string } }[];
}

const deltas = (events: Record<string, unknown>[]): Delta[] =>
  events
    .flatMap(({ choices }) => (choices as { delta: Delta }[] | undefined) ?? [])
    .map(({ delta }) => delta);

const TEXT = "größer 🦊 als\n\n";

describe("bytes", () => {
  test("writes of n bytes, inside characters and lines", async () => {
    const { chunks, over } = await serving({ chop: 3 }, [{ text: TEXT }], (server) =>
      chunksOf(server, CHAT, HELLO),
    );
    expect(over).toBe(true);
    expect(chunks.slice(0, -1).filter(({ length }) => length > 3)).toEqual([]);
    expect(chunks.some((chunk) => chunk.toString().includes("\ufffd"))).toBe(true);
    const whole = await serving(
      {},
      [{ text: TEXT }],
      async (server) => (await post(server, CHAT, HELLO)).text,
    );
    expect(Buffer.concat(chunks).toString()).toBe(whole);
  });

  test("writes by chance: the same for the same seed, others for another", async () => {
    const sizes = (seed: number): Promise<number[]> =>
      serving({ as: "ollama" }, [{ of: { text: TEXT, usage: null }, chop: { seed } }], async (server) => {
        const { chunks } = await chunksOf(server, "/api/chat", HELLO);
        return chunks.slice(0, 20).map(({ length }) => length);
      });
    const first = await sizes(1);
    expect(new Set(first).size).toBeGreaterThan(5);
    expect(await sizes(1)).toEqual(first);
    expect(await sizes(2)).not.toEqual(first);
  });

  test("death at any byte", async () => {
    for (const dieAtByte of [1, 7, 100, 153, 1e9]) {
      const { chunks, over } = await serving({}, [{ of: { text: TEXT }, dieAtByte }], (server) =>
        chunksOf(server, CHAT, HELLO),
      );
      expect(over).toBe(false);
      const { length } = Buffer.concat(chunks);
      if (dieAtByte < 1e9) expect(length).toBe(dieAtByte);
      else expect(Buffer.concat(chunks).toString()).toEndWith("data: [DONE]\n\n");
    }
  });

  test("death inside a character", async () => {
    const whole = await serving({}, [{ text: TEXT, chunk: 100 }], async (server) =>
      Buffer.from((await post(server, CHAT, HELLO)).text),
    );
    const dieAtByte = whole.indexOf("🦊") + 2;
    const { chunks } = await serving({}, [{ of: { text: TEXT, chunk: 100 }, dieAtByte }], (server) =>
      chunksOf(server, CHAT, HELLO),
    );
    expect(Buffer.concat(chunks).toString()).toEndWith("größer \ufffd");
  });

  test("death inside a reply that is one JSON value", async () => {
    await serving({}, [{ of: { text: TEXT, unstreamed: true }, dieAtByte: 20 }], async (server) => {
      await expect(post(server, CHAT, HELLO)).rejects.toThrow();
    });
  });
});

describe("calls", () => {
  const calls = [
    { name: "read", arguments: { path: "a.py", from: 1 } },
    { name: "write", arguments: '{"path":"b.py"' },
  ];
  const heard = async (more: Partial<TextRow>) =>
    deltas(await said({ text: "", calls, ...more })).flatMap(({ tool_calls }) => tool_calls ?? []);

  test("one after the other", async () => {
    const parts = await heard({});
    expect(parts.map(({ index }) => index)).toEqual(parts.map(({ index }) => index).sort());
    expect(parts.filter(({ id }) => id !== undefined).map(({ id }) => id)).toEqual(["call_0", "call_1"]);
    const texts = [0, 1].map((n) =>
      parts
        .filter(({ index }) => index === n)
        .map((part) => part.function.arguments)
        .join(""),
    );
    expect(texts).toEqual(['{"path":"a.py","from":1}', '{"path":"b.py"']);
  });

  test("woven", async () => {
    const parts = await heard({ order: "woven" });
    expect(parts.slice(0, 4).map(({ index }) => index)).toEqual([0, 1, 0, 1]);
  });

  test("the index reset, or missing; no ids", async () => {
    expect(new Set((await heard({ index: "zero" })).map(({ index }) => index))).toEqual(new Set([0]));
    expect(new Set((await heard({ index: "none" })).map(({ index }) => index))).toEqual(new Set([undefined]));
    const nameless = calls.map((call) => ({ ...call, id: null }));
    expect((await heard({ calls: nameless })).filter((part) => "id" in part)).toEqual([]);
  });

  test("each in one piece", async () => {
    expect((await heard({ order: "whole" })).map((part) => part.function)).toEqual([
      { name: "read", arguments: '{"path":"a.py","from":1}' },
      { name: "write", arguments: '{"path":"b.py"' },
    ]);
  });

  test("the reply ends for its calls", async () => {
    expect(JSON.stringify(await said({ text: "", calls }))).toContain('"finish_reason":"tool_calls"');
  });
});

describe("thinking", () => {
  const row = { text: "yes", thinking: "hm" };
  const firstDelta = async (more: Partial<TextRow>): Promise<unknown> =>
    deltas(await said({ ...row, chunk: 99, ...more }))[0];

  test("where it stands", async () => {
    expect(await firstDelta({})).toEqual({ reasoning_content: "hm" });
    expect(await firstDelta({ thinkingIn: "reasoning" })).toEqual({ reasoning: "hm" });
    expect(await firstDelta({ thinkingIn: "tags" })).toEqual({ content: "<think>hm</think>yes" });
    expect(await firstDelta({ thinkingIn: "unfinished" })).toEqual({ content: "<think>hm" });
  });
});

describe("counts", () => {
  const usageOf = async (usage: TextRow["usage"]): Promise<unknown> =>
    (await said({ text: "12345678", ...(usage === undefined ? {} : { usage }) })).find((event) => event.usage)
      ?.usage;
  const told = (prompt: unknown, generated: unknown, cached: unknown = 0) => ({
    prompt_tokens: prompt,
    completion_tokens: generated,
    prompt_tokens_details: { cached_tokens: cached },
  });

  test("right, zero, absent, too small, too large, negative, strings", async () => {
    expect(await usageOf(undefined)).toEqual(told(3, 2));
    expect(await usageOf("zero")).toEqual(told(0, 0));
    expect(await usageOf(null)).toBeUndefined();
    expect(await usageOf("small")).toEqual(told(1, 1));
    expect(await usageOf("large")).toEqual(told(30, 20));
    expect(await usageOf("negative")).toEqual(told(-3, -2));
    expect(await usageOf("strings")).toEqual(told("3", "2", "0"));
  });
});

describe("without end", () => {
  test("padded to the limit of the request", async () => {
    const events = await said({ pad: "{}", with: "0", toLimit: true }, { ...HELLO, max_tokens: 50 });
    const text = deltas(events)
      .map(({ content }) => content ?? "")
      .join("");
    expect(text).toMatch(/^\{\}0{49}$/);
    expect(JSON.stringify(events)).toContain('"finish_reason":"length"');
    expect(JSON.stringify(events)).toContain('"completion_tokens":50');
  });

  test("padded, or repeated, until the client leaves: it is noted when", async () => {
    for (const row of [{ pad: "{}" }, { repeat: "and on " }]) {
      await serving({}, [row], async (server) => {
        const aborter = new AbortController();
        const response = await fetch(`${server.url}${CHAT}`, {
          method: "POST",
          body: JSON.stringify(HELLO),
          signal: aborter.signal,
        });
        await response.body?.getReader().read();
        const before = performance.now();
        aborter.abort();
        await server.until(([request]) => request?.aborted === true);
        const [request] = server.requests;
        expect(request?.leftAt).toBeGreaterThanOrEqual(before);
        expect(request?.leftAt).toBeGreaterThan(request?.at ?? Infinity);
        expect(request?.sent).toBeLessThan(20 * 1024 * 1024);
      });
    }
  });

  test("a client that does not read stops the sender", async () => {
    await serving({}, [{ oneLine: 64 * 1024 * 1024 }], async (server) => {
      const socket = await unread(server, CHAT, HELLO);
      let seen = -1;
      while (seen !== server.requests[0]?.sent) {
        seen = server.requests[0]?.sent ?? -1;
        await Bun.sleep(100);
      }
      expect(seen).toBeGreaterThan(100_000);
      expect(seen).toBeLessThan(32 * 1024 * 1024);
      socket.destroy();
    });
  });
});

describe("time and form", () => {
  test("keep-alives are comments in events, and nothing in lines of JSON", async () => {
    const row: Row = { hang: 60, ping: 20, next: { text: "late" } };
    const [events, lines] = await serving({ as: "ollama" }, [row, row], async (server) => [
      (await post(server, CHAT, HELLO)).text,
      (await post(server, "/api/chat", HELLO)).text,
    ]);
    expect(events).toStartWith(": ping\n\n: ping\n\n");
    expect(lines).toStartWith('{"model"');
  });

  test("a prefill is told in steps by llama.cpp where it is asked for", async () => {
    const row: Row = { text: "ok", prefill: { steps: 4, pace: 5 } };
    const progress = (body: object): Promise<unknown[]> =>
      serving({ as: "llama.cpp" }, [row], async (server) =>
        eventsIn((await post(server, CHAT, body)).text).flatMap((event) => event.prompt_progress ?? []),
      );
    expect(await progress(HELLO)).toEqual([]);
    const told = await progress({ ...HELLO, return_progress: true });
    const at = (processed: number) => ({ total: 16, cache: 0, processed, time_ms: 1 });
    expect(told).toEqual([0, 4, 8, 12, 16].map(at));
  });

  test("one JSON value though a stream was asked for, and where none was", async () => {
    await serving({}, [{ text: "a", unstreamed: true }, { text: "b" }], async (server) => {
      for (const body of [HELLO, { ...HELLO, stream: false }]) {
        const { type, text } = await post(server, CHAT, body);
        expect(type).toBe("application/json");
        expect(JSON.parse(text)).toMatchObject({ object: "chat.completion", usage: { prompt_tokens: 3 } });
      }
    });
  });

  test("errors inside HTTP 200, in the stream, and as LM Studio names them", async () => {
    const rows: Row[] = [
      { errorIn200: "lost" },
      { errorInStream: "lost", after: "so" },
      { errorInStream: { message: "lost" }, named: true },
    ];
    await serving({}, rows, async (server) => {
      expect(await post(server, CHAT, HELLO)).toMatchObject({ status: 200, text: '{"error":"lost"}' });
      const events = eventsIn((await post(server, CHAT, HELLO)).text);
      expect(events.at(-1)).toEqual({ error: "lost" });
      expect(deltas(events)).toEqual([{ content: "so" }]);
      expect((await post(server, CHAT, HELLO)).text).toBe(
        'event: error\ndata: {"error":{"message":"lost"}}\n\n',
      );
    });
  });
});
