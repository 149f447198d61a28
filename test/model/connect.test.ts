/** Finding the server and the model, and what the handshake learns from each kind of server. */
import { afterEach, describe, expect, test } from "bun:test";
import { createServer } from "node:net";
import { connect } from "../../src/model/client.ts";
import { type ScriptedServer, type ServerOptions, startServer } from "../harness/server.ts";

const servers: ScriptedServer[] = [];
const start = async (options: ServerOptions): Promise<ScriptedServer> => {
  const server = await startServer(options);
  servers.push(server);
  return server;
};
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

type Options = Parameters<typeof connect>[0];
const to = (endpoint: string | null, more: Partial<Options> = {}): ReturnType<typeof connect> =>
  connect({ endpoint, key: null, model: null, rung: null, window: null, silenceMs: 1000, ...more });
const portOf = (server: ScriptedServer): number => Number(new URL(server.url).port);

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((ready) => server.once("listening", ready));
  const address = server.address();
  await new Promise((done) => server.close(done));
  return typeof address === "object" && address !== null ? address.port : 0;
}

const CHATML =
  "{%- for message in messages -%}\n  {{- '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>\n' -}}\n{%- endfor -%}\n{%- if add_generation_prompt -%}\n  {{- '<|im_start|>assistant\n' -}}\n{%- endif -%}";
const OWN = "{% for message in messages %}{{ '<start_of_turn>' + message['role'] }}{% endfor %}";

describe("discovery", () => {
  test("the first port that lists a model wins, in the order given", async () => {
    const empty = await start({ models: [] });
    const page = await start({ routes: { "/v1/models": "<html>not a model server</html>" } });
    const one = await start({ models: ["one"] });
    const two = await start({ models: ["two"] });
    const ports = [await freePort(), portOf(empty), portOf(page), portOf(one), portOf(two)];
    const found = await to(null, { ports });
    expect(found).toMatchObject({ ok: true, model: { name: "one", endpoint: one.endpoint }, notices: [] });
  });

  test("a port that accepts and says nothing is given up after 300 ms", async () => {
    const mute = createServer((socket) => socket.on("error", () => socket.destroy())).listen(0, "127.0.0.1");
    await new Promise((ready) => mute.once("listening", ready));
    const address = mute.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const server = await start({});
    const begin = performance.now();
    expect(await to(null, { ports: [port, portOf(server)] })).toMatchObject({
      ok: true,
      model: { name: "scripted" },
    });
    expect(performance.now() - begin).toBeLessThan(600);
    mute.close();
  });

  test("nothing found: the commands that help", async () => {
    const begin = performance.now();
    const found = await to(null, { ports: [await freePort(), await freePort()] });
    expect(performance.now() - begin).toBeLessThan(350);
    if (found.ok) throw new Error("found a server where there is none");
    expect(found.kind).toBe("unreachable");
    for (const command of [
      "ollama serve",
      "llama-server -m FILE.gguf --port 8080",
      "LM Studio",
      "--endpoint URL",
    ]) {
      expect(found.reason).toContain(command);
    }
  });

  test("a key is never sent to a server that was found by looking", async () => {
    const server = await start({});
    expect(await to(null, { ports: [portOf(server)], key: "sk-123456789" })).toMatchObject({ ok: true });
    expect(server.requests.length).toBeGreaterThan(0);
    expect(server.requests.some(({ headers }) => "authorization" in headers)).toBe(false);
  });

  test("a host alone is its /v1", async () => {
    const server = await start({});
    expect(await to(server.url)).toMatchObject({ ok: true, model: { endpoint: server.endpoint } });
  });

  test("a given server that is not there, that refuses, or that is none", async () => {
    const port = await freePort();
    expect(await to(`http://127.0.0.1:${port}/v1`)).toMatchObject({ ok: false, kind: "unreachable" });
    expect(await to("http://no-such-host.invalid:8080/v1")).toMatchObject({ ok: false, kind: "unreachable" });
    const page = await start({ routes: { "/v1/models": "<!doctype html><title>router</title>" } });
    expect(await to(page.endpoint)).toMatchObject({ ok: false, kind: "protocol" });
  });

  test("cancelling the search", async () => {
    const server = await start({});
    const found = await to(server.endpoint, { signal: AbortSignal.abort() });
    expect(found).toMatchObject({ ok: false, kind: "cancelled" });
  });

  test("a server that answers at once is ready in 20 ms", async () => {
    const server = await start({
      models: [{ id: "m-it", owned_by: "llamacpp" }],
      routes: { "/props": { chat_template: OWN } },
    });
    await to(server.endpoint);
    const times: number[] = [];
    for (let i = 0; i < 5; i += 1) {
      const begin = performance.now();
      await to(server.endpoint);
      times.push(performance.now() - begin);
    }
    expect(Math.min(...times)).toBeLessThan(20);
    expect(server.completions()).toEqual([]);
  });
});

describe("the model", () => {
  const cases: { served: string[]; wanted: string; name: string | null }[] = [
    { served: ["a", "b"], wanted: "b", name: "b" },
    { served: ["qwen3:latest", "gemma3:4b"], wanted: "qwen3", name: "qwen3:latest" },
    {
      served: ["/models/gemma-3-270m-Q4_K_M.gguf"],
      wanted: "gemma-3-270m-Q4_K_M.gguf",
      name: "/models/gemma-3-270m-Q4_K_M.gguf",
    },
    {
      served: ["/models/gemma-3-270m-Q4_K_M.gguf"],
      wanted: "gemma-3-270m",
      name: "/models/gemma-3-270m-Q4_K_M.gguf",
    },
    { served: ["qwen3:4b", "qwen3:8b"], wanted: "qwen3", name: null },
    { served: ["gemma-3-270m"], wanted: "gemma-3-27", name: null },
    { served: ["/models/gemma-3-270m-Q4_K_M.gguf"], wanted: "llama", name: null },
  ];
  for (const { served, wanted, name } of cases) {
    test(`${wanted} among ${served.join(", ")}: ${name ?? "missing"}`, async () => {
      const server = await start({ models: served });
      const found = await to(server.endpoint, { model: wanted });
      if (name !== null) expect(found).toMatchObject({ ok: true, model: { name }, notices: [] });
      else {
        expect(found).toMatchObject({ ok: false, kind: "model" });
        for (const id of served) expect(found.ok ? "" : found.reason).toContain(id);
      }
    });
  }

  test("without a wish the first that writes text, and a notice that says so", async () => {
    const server = await start({ models: ["nomic-embed-text:latest", "gemma3:4b", "qwen3:8b"] });
    const found = await to(server.endpoint);
    expect(found).toMatchObject({ ok: true, model: { name: "gemma3:4b" } });
    expect(found.ok ? found.notices : []).toEqual([
      expect.stringMatching(/2 models; using "gemma3:4b".*--model NAME/),
    ]);
  });

  test("no model at all", async () => {
    const server = await start({ models: [] });
    expect(await to(server.endpoint)).toMatchObject({ ok: false, kind: "model" });
  });
});

describe("llama.cpp", () => {
  const llama = (id: string, props: object): Promise<ScriptedServer> =>
    start({
      models: [{ id, owned_by: "llamacpp", meta: { n_ctx_train: 32768 } }],
      routes: { "/props": { default_generation_settings: { n_ctx: 8192 }, ...props } },
    });
  const cases: [string, object, "schema" | "plain"][] = [
    ["gemma-3-270m-Q4_K_M.gguf", { chat_template: CHATML, eos_token: "<eos>" }, "plain"],
    ["some-model-instruct.gguf", { chat_template: CHATML, eos_token: "<eos>" }, "schema"],
    ["tuned.gguf", { chat_template: CHATML, eos_token: "<|im_end|>" }, "schema"],
    ["gemma-3-4b-it-Q4_K_M.gguf", { chat_template: OWN, eos_token: "<eos>" }, "schema"],
    ["Qwen3-4B-Base.gguf", { chat_template: OWN }, "plain"],
    ["model.gguf", { chat_template: "" }, "plain"],
    ["database-chat.gguf", { chat_template: OWN }, "schema"],
    ["starcoder2-3b.gguf", { chat_template: OWN }, "plain"],
    ["starcoder2-15b-instruct.gguf", { chat_template: OWN }, "schema"],
  ];
  for (const [id, props, rung] of cases) {
    test(`${id}: ${rung}; the window is the slot's, not the training size`, async () => {
      const server = await llama(id, props);
      expect(await to(server.endpoint)).toMatchObject({
        ok: true,
        model: { ladder: { rung }, window: 8192 },
      });
      expect(server.completions()).toEqual([]);
    });
  }

  test("what is set by hand wins", async () => {
    const server = await llama("m.gguf", { chat_template: "" });
    const found = await to(server.endpoint, { rung: "schema", window: 2048 });
    expect(found).toMatchObject({ ok: true, model: { ladder: { rung: "schema" }, window: 2048 } });
  });

  test("a handshake that is not answered stops nothing", async () => {
    const server = await start({ models: [{ id: "m", owned_by: "llamacpp" }] });
    expect(await to(server.endpoint)).toMatchObject({
      ok: true,
      model: { ladder: { rung: "schema" }, window: null },
    });
  });
});

describe("Ollama", () => {
  const ollama = (ids: string[], show: object, running: object[]): Promise<ScriptedServer> =>
    start({
      models: ids.map((id) => ({ id, owned_by: "library" })),
      routes: { "/api/show": show, "/api/ps": { models: running } },
    });

  test("a loaded model's own window, and its template", async () => {
    const show = { template: "{{ .System }}{{ .Prompt }}", model_info: { "gemma3.context_length": 131072 } };
    const server = await ollama(["gemma3:4b"], show, [{ name: "gemma3:4b", context_length: 8192 }]);
    expect(await to(server.endpoint)).toMatchObject({
      ok: true,
      model: { ladder: { rung: "schema" }, window: 8192 },
    });
    expect(server.requests.find(({ path }) => path === "/api/show")?.body).toEqual({ model: "gemma3:4b" });
    expect(server.requests.map(({ path }) => path).sort()).toEqual([
      "/api/ps",
      "/api/show",
      "/api/version",
      "/v1/models",
    ]);
  });

  test("one that is not loaded: num_ctx, else 8,192, never the training size", async () => {
    const info = { model_info: { "x.context_length": 131072 }, template: "x {{ .Prompt }}" };
    const set = await ollama(
      ["a"],
      { ...info, parameters: "stop  x\nnum_ctx                        16384\n" },
      [],
    );
    expect(await to(set.endpoint)).toMatchObject({ ok: true, model: { window: 16384 } });
    const unset = await ollama(["a"], info, []);
    expect(await to(unset.endpoint)).toMatchObject({
      ok: true,
      model: { window: 8192, profile: { loaded: null } },
    });
  });

  test("one that is loaded with more is asked for as much, so that it is not loaded again", async () => {
    const running = [{ name: "a", context_length: 16384 }];
    const server = await ollama(["a"], { template: "x {{ .Prompt }}" }, running);
    expect(await to(server.endpoint)).toMatchObject({ ok: true, model: { window: 16384 } });
  });

  test("one that is loaded with less than 8,192 is asked for as much as it can have", async () => {
    const info = (most: number): object => ({
      model_info: { "x.context_length": most },
      template: "x {{ .Prompt }}",
    });
    const small = [{ name: "a", context_length: 4096 }];
    for (const [most, window] of [
      [131072, 8192],
      [6000, 6000],
      [2048, 2048],
    ] as const) {
      const server = await ollama(["a"], info(most), small);
      expect(await to(server.endpoint)).toMatchObject({
        ok: true,
        model: { window, profile: { loaded: 4096, most } },
      });
    }
  });

  test("a template that is the prompt alone is a base model's, unless a renderer does the work", async () => {
    const base = await ollama(["a"], { template: "{{ .Prompt }}" }, []);
    expect(await to(base.endpoint)).toMatchObject({ ok: true, model: { ladder: { rung: "plain" } } });
    const rendered = await ollama(
      ["a"],
      { template: "{{ .Prompt }}", modelfile: "FROM x\nRENDERER qwen3\n" },
      [],
    );
    expect(await to(rendered.endpoint)).toMatchObject({ ok: true, model: { ladder: { rung: "schema" } } });
  });

  test("of several the loaded one", async () => {
    const server = await ollama(["a", "b"], { template: "x {{ .Prompt }}" }, [
      { name: "b", context_length: 2048 },
    ]);
    const found = await to(server.endpoint);
    expect(found).toMatchObject({ ok: true, model: { name: "b", profile: { loaded: 2048 } } });
    expect(found.ok ? found.notices[0] : "").toContain('"b", which is loaded');
  });
});

test("LM Studio: the loaded model and its loaded window", async () => {
  const server = await start({
    models: ["a", "b"].map((id) => ({ id, owned_by: "organization_owner" })),
    routes: {
      "/api/v0/models": {
        data: [
          { id: "a", state: "not-loaded", max_context_length: 131072 },
          { id: "b", state: "loaded", max_context_length: 131072, loaded_context_length: 4096 },
        ],
      },
    },
  });
  expect(await to(server.endpoint)).toMatchObject({
    ok: true,
    model: { name: "b", window: 4096, ladder: { rung: "schema" } },
  });
});

test("vLLM: the window is in the list, and only the version is asked for", async () => {
  const server = await start({ models: [{ id: "org/m", owned_by: "vllm", max_model_len: 16384 }] });
  expect(await to(server.endpoint)).toMatchObject({ ok: true, model: { window: 16384 } });
  expect(server.requests.map(({ path }) => path)).toEqual(["/v1/models", "/version"]);
});
