/** The servers that the scripted one plays: paths, shapes, refusals and cuts, as the programs themselves answer. */
import { describe, expect, test } from "bun:test";
import { eventsIn, post, serving } from "./raw.ts";
import type { Kind, ServerOptions } from "./rows.ts";
import type { ScriptedServer } from "./server.ts";

const CHAT = "/v1/chat/completions";
const model = "scripted";
const user = (content: string) => ({ model, messages: [{ role: "user", content }], stream: true });
const TOOLS = [{ type: "function", function: { name: "read", parameters: { type: "object" } } }];
const USAGE = { stream_options: { include_usage: true } };

const get = async (server: ScriptedServer, path: string): Promise<unknown> =>
  (await fetch(`${server.url}${path}`)).json();

/** The prompt tokens that a reply tells of. */
const told = (text: string): number =>
  Number(/"(?:prompt_tokens|prompt_eval_count)":(\d+)/.exec(text)?.[1] ?? Number.NaN);

describe("Ollama", () => {
  const as = "ollama" as const;

  test("a chat as lines of JSON: thinking, text, calls, counts", async () => {
    const row = {
      text: "yes",
      thinking: "hm",
      calls: [{ name: "read", arguments: { path: "a.py" } }],
      usage: { prompt: 9, cached: 0, generated: 4 },
    };
    await serving({ as, thinks: true }, [row], async (server) => {
      const { type, text } = await post(server, "/api/chat", { ...user("hi"), think: true });
      expect(type).toBe("application/x-ndjson");
      const lines = eventsIn(text);
      expect(lines.map(({ message }) => message)).toEqual([
        { role: "assistant", content: "", thinking: "hm" },
        { role: "assistant", content: "yes" },
        {
          role: "assistant",
          content: "",
          tool_calls: [{ id: "call_0", function: { index: 0, name: "read", arguments: { path: "a.py" } } }],
        },
        { role: "assistant", content: "" },
      ]);
      expect(lines.map(({ done }) => done)).toEqual([false, false, false, true]);
      expect(lines.at(-1)).toMatchObject({ done_reason: "stop", prompt_eval_count: 9, eval_count: 4 });
    });
  });

  test("a raw completion, a reply that is cut off by its limit, and one in a single value", async () => {
    const rows = [{ text: "king", finish: "length" as const }, { text: "one" }];
    await serving({ as }, rows, async (server) => {
      const raw = { model, prompt: "say hi", raw: true };
      const lines = eventsIn((await post(server, "/api/generate", raw)).text);
      expect(lines[0]).toMatchObject({ response: "king", done: false });
      expect(lines.at(-1)).toMatchObject({
        response: "",
        done: true,
        done_reason: "length",
        prompt_eval_count: 2,
      });
      const whole = await post(server, "/api/generate", { ...raw, stream: false });
      expect(JSON.parse(whole.text)).toMatchObject({ response: "one", done: true });
    });
  });

  test("it tells its model, what is loaded and how large", async () => {
    await serving(
      { as, version: "0.9.9", trained: 40_960 },
      [{ text: "a" }, { text: "b" }],
      async (server) => {
        expect(await get(server, "/api/version")).toEqual({ version: "0.9.9" });
        expect(await get(server, "/api/tags")).toMatchObject({ models: [{ name: "scripted:latest" }] });
        expect(await get(server, "/v1/models")).toMatchObject({
          data: [{ id: "scripted:latest", owned_by: "library" }],
        });
        const show = JSON.parse((await post(server, "/api/show", { model })).text);
        expect(show.model_info["llama.context_length"]).toBe(40_960);
        expect(show.capabilities).toEqual(["completion", "tools"]);
        expect(show.template).toContain(".Tools");
        const loaded = async (): Promise<number | undefined> =>
          ((await get(server, "/api/ps")) as { models: { context_length: number }[] }).models[0]
            ?.context_length;
        expect(await loaded()).toBeUndefined();
        await post(server, "/api/chat", { ...user("hi"), options: { num_ctx: 8192 } });
        expect(await loaded()).toBe(8192);
        await post(server, CHAT, user("hi"));
        expect(await loaded()).toBe(4096);
        const left = await post(server, "/api/generate", { model, keep_alive: 0 });
        expect(JSON.parse(left.text)).toMatchObject({ done: true, done_reason: "unload" });
        expect(await loaded()).toBeUndefined();
      },
    );
  });

  test("a prompt over the window is cut without a word, whatever the API", async () => {
    const rows = [{ text: "a" }, { text: "b" }, { text: "c" }];
    await serving({ as, window: 512 }, rows, async (server) => {
      const long = user("word ".repeat(1000));
      expect(told((await post(server, "/api/chat", long)).text)).toBe(512);
      const wider = { ...long, options: { num_ctx: 4096 } };
      expect(told((await post(server, CHAT, { ...wider, ...USAGE })).text)).toBe(512);
      expect(told((await post(server, "/api/chat", wider)).text)).toBeGreaterThan(1200);
    });
  });

  test("tools, thinking and models that are not there are refused", async () => {
    await serving({ as, tools: "refused" }, [], async (server) => {
      const error = "registry.ollama.ai/library/scripted:latest does not support tools";
      const native = await post(server, "/api/chat", { ...user("hi"), tools: TOOLS });
      expect(native).toMatchObject({ status: 400, text: JSON.stringify({ error }) });
      const wrapped = await post(server, CHAT, { ...user("hi"), tools: TOOLS });
      expect(wrapped.status).toBe(400);
      expect(JSON.parse(wrapped.text).error).toMatchObject({ message: error, type: "api_error" });
      const thinking = await post(server, "/api/chat", { ...user("hi"), think: true });
      expect(thinking).toMatchObject({
        status: 400,
        text: '{"error":"\\"scripted\\" does not support thinking"}',
      });
      const missing = await post(server, "/api/chat", { ...user("hi"), model: "other" });
      expect(missing).toMatchObject({ status: 404, text: `{"error":"model 'other' not found"}` });
    });
  });

  test("errors: as the whole reply, and after the first line", async () => {
    await serving(
      { as },
      [{ errorIn200: "lost" }, { errorInStream: "lost", after: "so" }],
      async (server) => {
        expect(await post(server, "/api/chat", user("hi"))).toMatchObject({
          status: 200,
          text: '{"error":"lost"}',
        });
        const lines = eventsIn((await post(server, "/api/chat", user("hi"))).text);
        expect(lines).toHaveLength(2);
        expect(lines[1]).toEqual({ error: "lost" });
      },
    );
  });

  test("a model without a template passes the prompt on", async () => {
    await serving({ as, template: "" }, [], async (server) => {
      expect(JSON.parse((await post(server, "/api/show", { model })).text).template).toBe("{{ .Prompt }}");
      expect((await post(server, "/api/chat", { ...user("hi"), tools: TOOLS })).status).toBe(400);
    });
  });
});

describe("llama.cpp", () => {
  const as = "llama.cpp" as const;

  test("it tells its window, slots and template, and counts tokens", async () => {
    const options: ServerOptions = { as, window: 1024, slots: 2, trained: 8192 };
    await serving(options, [{ text: "ok" }], async (server) => {
      expect(await get(server, "/props")).toMatchObject({
        default_generation_settings: { n_ctx: 1024 },
        total_slots: 2,
        chat_template_caps: { supports_tools: true },
      });
      expect(await get(server, "/v1/models")).toMatchObject({
        data: [{ owned_by: "llamacpp", meta: { n_ctx_train: 8192 } }],
      });
      expect(await get(server, "/slots")).toHaveLength(2);
      const { messages } = user("hello");
      const { prompt } = JSON.parse((await post(server, "/apply-template", { messages })).text);
      expect(prompt).toBe("<|im_start|>user\nhello<|im_end|>\n<|im_start|>assistant\n");
      const { tokens } = JSON.parse((await post(server, "/tokenize", { content: prompt })).text);
      expect(told((await post(server, CHAT, { ...user("hello"), ...USAGE })).text)).toBe(tokens.length);
    });
  });

  test("usage only where it is asked for, timings always", async () => {
    await serving({ as }, [{ text: "ok" }, { text: "ok" }], async (server) => {
      const without = (await post(server, CHAT, user("hello"))).text;
      expect(without).not.toContain("usage");
      expect(without).toContain('"timings":{"cache_n":0');
      const again = (await post(server, CHAT, { ...user("hello"), ...USAGE })).text;
      expect(eventsIn(again).at(-2)).toMatchObject({
        usage: { prompt_tokens: 14, completion_tokens: 1, prompt_tokens_details: { cached_tokens: 13 } },
        timings: { cache_n: 13, prompt_n: 1, predicted_n: 1 },
      });
    });
  });

  test("an overflow is refused with its figures", async () => {
    await serving({ as, window: 100 }, [], async (server) => {
      const { status, text } = await post(server, CHAT, user("word ".repeat(200)));
      expect(status).toBe(400);
      expect(JSON.parse(text).error).toMatchObject({
        type: "exceed_context_size_error",
        n_prompt_tokens: 263,
        n_ctx: 100,
      });
    });
  });
});

describe("vLLM", () => {
  test("it tells its window and version, counts and refuses", async () => {
    await serving({ as: "vllm", window: 100 }, [{ text: "ok", thinking: "hm" }], async (server) => {
      expect(await get(server, "/v1/models")).toMatchObject({
        data: [{ owned_by: "vllm", max_model_len: 100 }],
      });
      expect(await get(server, "/version")).toEqual({ version: "0.11.0" });
      const counted = JSON.parse((await post(server, "/tokenize", { model, prompt: "12345678" })).text);
      expect(counted).toMatchObject({ count: 2, max_model_len: 100, tokens: [1, 2] });
      expect((await post(server, CHAT, user("hi"))).text).toContain('"reasoning":"hm"');
      const over = await post(server, CHAT, user("word ".repeat(200)));
      expect(over.status).toBe(400);
      expect(over.text).toContain("maximum context length is 100 tokens");
    });
  });
});

describe("LM Studio", () => {
  const as = "lmstudio" as const;

  test("it tells what is loaded, and how large", async () => {
    await serving({ as, window: 4096, trained: 131_072 }, [], async (server) => {
      expect(await get(server, "/api/v0/models")).toMatchObject({
        data: [{ id: model, state: "loaded", loaded_context_length: 4096, max_context_length: 131_072 }],
      });
      const unknown = await fetch(`${server.url}/props`);
      expect(unknown.status).toBe(200);
      expect(await unknown.text()).toContain("Unexpected endpoint or method. (GET /props)");
    });
  });

  test("an overflow: an error in HTTP 200, or a reply without text", async () => {
    const long = user("word ".repeat(200));
    await serving({ as, window: 100 }, [], async (server) => {
      const { status, text } = await post(server, CHAT, long);
      expect(status).toBe(200);
      expect(text).toStartWith('event: error\ndata: {"error":{"message":"The number of tokens to keep');
      const whole = await post(server, CHAT, { ...long, stream: false });
      expect(whole).toMatchObject({ status: 200, type: "application/json" });
      expect(JSON.parse(whole.text).error).toContain("greater than the context length");
    });
    await serving({ as, window: 100, overflow: "empty" }, [], async (server) => {
      const { status, text } = await post(server, CHAT, long);
      expect(status).toBe(200);
      expect(text).not.toContain('"content"');
      expect(text).toContain('"finish_reason":"stop"');
    });
  });
});

describe("tools that nobody reads", () => {
  for (const as of ["ollama", "lmstudio", "llama.cpp", "vllm"] satisfies Kind[]) {
    test(`${as}: the prompt does not grow, and grows where they are read`, async () => {
      const counted = (tools: "dropped" | "native", more: object): Promise<number> =>
        serving({ as, tools }, [{ text: "ok" }], async (server) =>
          told((await post(server, CHAT, { ...user("hi"), ...USAGE, ...more })).text),
        );
      const without = await counted("dropped", {});
      expect(await counted("dropped", { tools: TOOLS })).toBe(without);
      expect(await counted("native", { tools: TOOLS })).toBeGreaterThan(without + 15);
    });
  }
});
