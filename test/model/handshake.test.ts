/** What the handshake makes of each kind of server, what it tries on one of unknown make, and what it keeps of that. */
import { describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "../../src/model/client.ts";
import { PROBE_WORD } from "../../src/model/probes.ts";
import type { Profile } from "../../src/model/profile.ts";
import { rememberFacts } from "../../src/model/profiles.ts";
import { endAfterEach } from "../harness/ends.ts";
import type { Row, ScriptedServer, ServerOptions } from "../harness/server.ts";
import { fields, messagesIn } from "../harness/voice.ts";
import type { RecordedRequest } from "../harness/wire.ts";

const { start, after } = endAfterEach();
const folder = (): string => {
  const path = mkdtempSync(join(tmpdir(), "profiles-"));
  after(() => rmSync(path, { recursive: true }));
  return path;
};

type Options = Parameters<typeof connect>[0];
const to = (server: ScriptedServer, more: Partial<Options> = {}): ReturnType<typeof connect> => {
  const { endpoint } = server;
  return connect({ endpoint, key: null, model: null, rung: null, window: null, silenceMs: 1000, ...more });
};
async function profileOf(server: ScriptedServer, more: Partial<Options> = {}): Promise<Profile> {
  const found = await to(server, more);
  if (!found.ok) throw new Error(found.reason);
  return found.model.profile;
}

describe("what known servers tell", () => {
  const cases: [string, ServerOptions, Partial<Profile>][] = [
    [
      "llama.cpp",
      { as: "llama.cpp", models: ["m-it.gguf"], slots: 2, window: 4096 },
      {
        server: "llama.cpp",
        version: "b7000-0a1b2c3d",
        window: 4096,
        loaded: 4096,
        slots: 2,
        fan: 2,
        roles: { system: true, alternate: false },
        tools: true,
        schema: true,
        usage: true,
        tokenizer: true,
        completion: true,
        thinking: "never",
        rungs: ["schema", "native", "text", "plain"],
      },
    ],
    [
      "llama.cpp, a template without tools",
      { as: "llama.cpp", models: ["m-it.gguf"], tools: "dropped" },
      { tools: false, rungs: ["schema", "text", "plain"] },
    ],
    [
      "Ollama",
      { as: "ollama", models: ["m:4b"], thinks: true, trained: 32_768 },
      {
        server: "ollama",
        version: "0.12.6",
        window: 8192,
        loaded: null,
        most: 32_768,
        tools: true,
        thinking: "optional",
        roles: { system: true, alternate: false },
        rungs: ["schema", "native", "text", "plain"],
      },
    ],
    [
      "Ollama, a model without tools",
      { as: "ollama", models: ["m:4b"], tools: "refused" },
      { tools: false, thinking: "never", rungs: ["schema", "text", "plain"] },
    ],
    [
      "LM Studio",
      { as: "lmstudio", models: ["m"], window: 4096, trained: 131_072 },
      { server: "lmstudio", window: 4096, loaded: 4096, most: 131_072, tools: true, schema: true },
    ],
    [
      "vLLM",
      { as: "vllm", models: ["org/m"], window: 16_384 },
      { server: "vllm", version: "0.11.0", window: 16_384, tools: null, rungs: ["schema", "text", "plain"] },
    ],
  ];
  for (const [name, options, expected] of cases)
    test(`${name}, without one request for a completion`, async () => {
      const server = await start(options);
      expect(await profileOf(server, { profiles: folder() })).toMatchObject(expected);
      expect(server.completions()).toEqual([]);
    });

  test("a window that is cut small is named at the start, with the command that mends it", async () => {
    const fixes: [ServerOptions, RegExp | null][] = [
      [{ as: "llama.cpp", window: 4096 }, /4,096 tokens; .* llama-server -m scripted --ctx-size 8192$/],
      [{ as: "llama.cpp", window: 2048, slots: 4 }, /for each of 4 slots; .* --ctx-size 32768 -np 4$/],
      [{ as: "lmstudio", window: 4096 }, /4,096 tokens; .* lms load scripted --context-length 8192$/],
      [{ as: "vllm", window: 4096 }, /4,096 tokens; .* vllm serve scripted --max-model-len 8192$/],
      [{ as: "ollama", trained: 2048 }, /2,048 tokens, the most the model was made for/],
      [{ as: "ollama" }, null],
      [{ as: "llama.cpp" }, null],
    ];
    for (const [options, fix] of fixes) {
      const found = await to(await start(options));
      const notices = found.ok ? found.notices : [];
      expect(notices).toEqual(fix === null ? [] : [expect.stringMatching(fix)]);
    }
    const byHand = await to(await start({ as: "llama.cpp", window: 4096 }), { window: 2048 });
    expect(byHand.ok ? byHand.notices : null).toEqual([]);
  });

  test("llama.cpp's own rendering is believed before its caps and its template's text", async () => {
    const refuses = (request: RecordedRequest): unknown => {
      const roles = messagesIn(request).map(({ role }) => role);
      const alternating = roles.every((role, n) => role !== roles[n - 1]);
      return roles.includes("system") || !alternating ? { error: { code: 500 } } : { prompt: "Hello." };
    };
    const server = await start({ as: "llama.cpp", models: ["m-it"], routes: { "/apply-template": refuses } });
    expect(await profileOf(server)).toMatchObject({
      roles: { system: false, alternate: true },
      tools: false,
    });
  });

  test("of several models of one llama-server, the wanted one is asked about", async () => {
    const props = { default_generation_settings: { n_ctx: 16_384 } };
    const server = await start({
      as: "llama.cpp",
      models: ["a-it", "b-it"],
      routes: { "/props?model=b-it&autoload=false": props },
    });
    expect(await profileOf(server, { model: "b-it" })).toMatchObject({ model: "b-it", window: 16_384 });
  });
});

/** Answers as a server on which all holds, or none; what it counts grows with the tools that it shows the model. */
const answering =
  (of: { binds: boolean; tools: "arrive" | "drop" | "refuse"; counts: boolean }) =>
  (request: RecordedRequest): Row => {
    const { response_format, tools } = fields(request);
    if (tools !== undefined && of.tools === "refuse")
      return { status: 400, body: { error: { message: "tools are not supported" } } };
    const prompt = 9 + (tools !== undefined && of.tools === "arrive" ? 40 : 0);
    const bound = response_format !== undefined && of.binds;
    return {
      text: bound ? `{"colour": "${PROBE_WORD}"}` : "Blue, of course.",
      usage: of.counts ? { prompt, cached: 0, generated: 4 } : null,
    };
  };

describe("a server of unknown make", () => {
  const cases: [Parameters<typeof answering>[0], Partial<Profile>][] = [
    [
      { binds: true, tools: "arrive", counts: true },
      { schema: true, tools: true, usage: true, rungs: ["schema", "native", "text"] },
    ],
    [
      { binds: false, tools: "arrive", counts: true },
      { schema: false, tools: true, rungs: ["native", "text"] },
    ],
    [
      { binds: false, tools: "drop", counts: true },
      { schema: false, tools: false, rungs: ["text"] },
    ],
    [
      { binds: true, tools: "refuse", counts: true },
      { tools: false, rungs: ["schema", "text"] },
    ],
    [
      { binds: true, tools: "arrive", counts: false },
      { tools: null, usage: false, rungs: ["schema", "text"] },
    ],
  ];
  for (const [of, expected] of cases)
    test(`${JSON.stringify(of)}: three probes, once`, async () => {
      const row: Row = { reply: answering(of) };
      const server = await start({ probes: true }, row, row, row);
      const profiles = folder();
      expect(await profileOf(server, { profiles })).toMatchObject(expected);
      const probes = server.completions();
      expect(probes).toHaveLength(3);
      const out = probes.map((request) => Number(fields(request).max_tokens));
      expect(out.reduce((sum, one) => sum + one)).toBeLessThanOrEqual(32);
      // A token is at least two characters of such text.
      for (const { raw } of probes) expect(raw.length).toBeLessThan(600);
      expect(await profileOf(server, { profiles })).toMatchObject(expected);
      expect(server.completions()).toHaveLength(3);
    });

  test("nothing is tried without a folder to keep it in, for a base model, or for a rung set by hand", async () => {
    const server = await start({ probes: true });
    await profileOf(server);
    await profileOf(server, { profiles: folder(), rung: "schema" });
    const base = await start({ probes: true, models: ["m-base"] });
    expect((await profileOf(base, { profiles: folder() })).rungs).toEqual(["plain"]);
    expect([...server.completions(), ...base.completions()]).toEqual([]);
  });

  test("a trial that is not answered leaves its facts unknown, and is made again", async () => {
    const profiles = folder();
    const server = await start({ probes: true }, { dieAfter: 0 });
    expect(await profileOf(server, { profiles })).toMatchObject({ schema: null, tools: null, usage: null });
    expect(readdirSync(profiles)).toEqual([]);
    server.queue(
      ...[1, 2, 3].map((): Row => ({ reply: answering({ binds: true, tools: "drop", counts: true }) })),
    );
    expect(await profileOf(server, { profiles })).toMatchObject({ schema: true, tools: false, usage: true });
  });

  test("a cancelled trial stops at once, and the server sees it", async () => {
    const server = await start({ probes: true }, { hang: 60_000 });
    const stop = new AbortController();
    const begin = performance.now();
    const found = to(server, { profiles: folder(), signal: stop.signal });
    await server.until((all) => all.some(({ path }) => path === "/v1/chat/completions"));
    stop.abort();
    expect(await found).toMatchObject({ ok: false, kind: "cancelled" });
    expect(performance.now() - begin).toBeLessThan(1500);
    await server.until((all) => all.at(-1)?.aborted === true);
  });

  test("thoughts before the value say nothing of whether a schema binds", async () => {
    const rows: Row[] = [{ text: "<think>Hm, a colour" }, { text: "x" }, { text: "x" }];
    const server = await start({ probes: true }, ...rows);
    expect(await profileOf(server, { profiles: folder() })).toMatchObject({ schema: null, tools: false });
  });
});

describe("what is kept", () => {
  const options: ServerOptions = { as: "llama.cpp", models: ["m-it"] };
  const rendered = (server: ScriptedServer): number =>
    server.requests.filter(({ path }) => path === "/apply-template").length;

  test("a known profile is not tried again, but its window is read anew", async () => {
    const profiles = folder();
    const first = await start(options);
    const before = await profileOf(first, { profiles });
    const second = await start({ ...options, window: 4096, slots: 3 });
    const after = await profileOf(second, { profiles });
    expect([rendered(first), rendered(second)]).toEqual([3, 0]);
    expect(after).toEqual({ ...before, window: 4096, loaded: 4096, slots: 3, fan: 3 });
    expect(readdirSync(profiles)).toHaveLength(1);
  });

  test("another version, model or template is another profile", async () => {
    const profiles = folder();
    const others: ServerOptions[] = [
      options,
      { ...options, version: "b9" },
      { ...options, models: ["n-it"] },
      { ...options, template: "{% for message in messages %}{{ message.role }}{% endfor %}" },
    ];
    for (const [n, one] of others.entries()) {
      const server = await start(one);
      await profileOf(server, { profiles });
      expect(rendered(server)).toBe(3);
      expect(readdirSync(profiles)).toHaveLength(n + 1);
    }
  });

  test("an unreadable or foreign file is ignored and written anew", async () => {
    const profiles = folder();
    await profileOf(await start(options), { profiles });
    const file = join(profiles, readdirSync(profiles)[0] ?? "");
    const good = readFileSync(file, "utf8");
    const foreign = JSON.stringify({ ...JSON.parse(good), v: 99 });
    const other = good.replace('"model":"m-it"', '"model":"x-it"');
    for (const bad of [
      "",
      "{",
      "[]",
      "\u0000\u0001",
      foreign,
      other,
      good.replace('"tools":true', '"tools":7'),
    ]) {
      writeFileSync(file, bad);
      const server = await start(options);
      expect((await profileOf(server, { profiles })).tools).toBe(true);
      expect(rendered(server)).toBe(3);
      expect(readFileSync(file, "utf8")).toBe(good);
    }
  });

  test("a folder that cannot be written stops nothing", async () => {
    const place = folder();
    writeFileSync(join(place, "taken"), "");
    const server = await start(options);
    expect((await profileOf(server, { profiles: join(place, "taken") })).tools).toBe(true);
  });

  test("what a session has learnt is there the next time", async () => {
    const profiles = folder();
    const server = await start(options);
    const { endpoint } = server;
    const profile = await profileOf(server, { profiles });
    expect(await rememberFacts(profiles, { ...profile, endpoint }, { schema: false })).toBe(true);
    const later = await profileOf(server, { profiles });
    expect(later).toMatchObject({ schema: false, rungs: ["native", "text", "plain"] });
    // A server that has not been tried must be tried first.
    const unknown = { ...profile, server: "unknown" as const, endpoint };
    expect(await rememberFacts(profiles, unknown, { schema: false })).toBe(false);
  });
});

test("a path that is never answered leaves its facts unknown, and holds the start up for no longer than its limit", async () => {
  const server = await start({
    models: [{ id: "m-it", owned_by: "llamacpp" }],
    routes: { "/props": () => new Promise(() => undefined) },
  });
  const begin = performance.now();
  expect(await profileOf(server)).toMatchObject({ window: null, template: null });
  expect(performance.now() - begin).toBeLessThan(3000);
});
