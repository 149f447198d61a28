/** What `doctor` measures: speeds, and whether what two prompts share is still read when the second branches off. */
import { afterEach, expect, test } from "bun:test";
import { connect } from "../../src/model/client.ts";
import { measure } from "../../src/model/measure.ts";
import type { Model } from "../../src/model/model.ts";
import { type Row, type ScriptedServer, type ServerOptions, startServer } from "../harness/server.ts";
import { fields, messagesIn } from "../harness/voice.ts";

let server: ScriptedServer | null = null;
afterEach(async () => {
  const last = server;
  server = null;
  await last?.close();
});

async function modelOf(rows: Row[], options: ServerOptions = { as: "llama.cpp" }): Promise<Model> {
  server = await startServer(options, ...rows);
  const { endpoint } = server;
  const found = await connect({
    endpoint,
    key: null,
    model: null,
    rung: null,
    window: null,
    silenceMs: 5000,
  });
  if (!found.ok) throw new Error(found.reason);
  return found.model;
}

const TEXT = "There are many nails in it, and some more.";
const counted = (prompt: number, cached: number): Row => ({
  text: TEXT,
  usage: { prompt, cached, generated: 24 },
});

test("a prefix that is kept, one that is read again, and a server that keeps nothing", async () => {
  const kept = await measure(await modelOf([counted(240, 0), counted(240, 190), counted(280, 238)]));
  expect(kept).toMatchObject({ ok: true, branching: true, branch: { reused: 190 }, slow: false });
  await server?.close();
  const again = await measure(await modelOf([counted(240, 0), counted(240, 0), counted(280, 238)]));
  expect(again).toMatchObject({ ok: true, branching: false, branch: { reused: 0 } });
  await server?.close();
  const never = await measure(await modelOf([counted(240, 0), counted(240, 0), counted(280, 0)]));
  expect(never).toMatchObject({ ok: true, branching: null, branch: null });
});

test("the three requests: one prefix, two ends, and more behind the second", async () => {
  const of = await measure(await modelOf([counted(240, 0), counted(240, 190), counted(280, 238)]));
  const texts = server?.completions().map((request) => messagesIn(request)[0]?.content ?? "") ?? [];
  const [first = "", second = "", third = ""] = texts;
  const shared = [...first].findIndex((sign, n) => sign !== second[n]);
  expect(texts).toHaveLength(3);
  expect(shared).toBeGreaterThan(first.length / 2);
  expect(shared).toBeLessThan(first.length - 20);
  expect(third.startsWith(second)).toBe(true);
  // Some share of the second prompt, by its length.
  const part = of.ok ? (of.branch?.shared ?? 0) : 0;
  expect(Math.abs(part - (240 * shared) / second.length)).toBeLessThan(3);
  const wanted = server?.completions().map((request) => Number(fields(request).max_tokens)) ?? [];
  expect(wanted.reduce((sum, one) => sum + one)).toBeLessThanOrEqual(32);
});

test("a server that does not count is judged by its times", async () => {
  const after = (ms: number): Row => ({ text: TEXT, prefill: { steps: 1, pace: ms }, usage: null });
  const cases: [number[], boolean | null][] = [
    [[600, 50, 50], true],
    [[600, 600, 50], false],
    [[600, 600, 600], null],
    [[60, 5, 5], null],
  ];
  for (const [times, branching] of cases) {
    const result = await measure(await modelOf(times.map(after)));
    expect(result).toMatchObject({ ok: true, branching, branch: null });
    await server?.close();
  }
  server = null;
});

test("speeds in tokens a second", async () => {
  const slow: Row = {
    text: TEXT,
    prefill: { steps: 1, pace: 500 },
    pace: 20,
    usage: { prompt: 250, cached: 0, generated: 24 },
  };
  const result = await measure(await modelOf([slow, counted(240, 190), counted(280, 238)]));
  if (!result.ok) throw new Error(result.reason);
  // 250 tokens in half a second; 23 more in six events of 20 ms.
  expect(result.read ?? 0).toBeGreaterThan(250);
  expect(result.read ?? 0).toBeLessThan(501);
  expect(result.write ?? 0).toBeGreaterThan(60);
  expect(result.write ?? 0).toBeLessThan(231);
});

test("a base model is given a prompt, not a message", async () => {
  const base = await modelOf([counted(240, 0), counted(240, 190), counted(280, 238)], {
    as: "llama.cpp",
    models: ["m-base"],
  });
  expect((await measure(base)).ok).toBe(true);
  expect(server?.completions().map(({ path }) => path)).toEqual(Array(3).fill("/v1/completions"));
});

test("when the time is up, what is known by then; when it is cancelled, nothing", async () => {
  const late = await measure(await modelOf([counted(240, 0), { hang: 60_000 }]), { mostMs: 400 });
  expect(late).toMatchObject({ ok: true, slow: true, branching: null });
  expect(late.ok ? late.read : null).toBeGreaterThan(0);
  await server?.until((all) => all.at(-1)?.aborted === true);
  await server?.close();
  const stop = new AbortController();
  const cancelled = measure(await modelOf([{ hang: 60_000 }]), { signal: stop.signal });
  setTimeout(() => stop.abort(), 100);
  expect(await cancelled).toMatchObject({ ok: false, kind: "cancelled" });
  await server?.until((all) => all.at(-1)?.aborted === true);
});

test("the first request that fails is the result", async () => {
  const refused: Row = { status: 400, body: { error: { message: "no chat template" } } };
  expect(await measure(await modelOf([refused]))).toMatchObject({ ok: false, kind: "refused" });
});
