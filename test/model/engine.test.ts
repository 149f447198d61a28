/**
 * The embedded engine with a real model: needs weights (SMALLCODE_TEST_GGUF, a file of any chat or base model) and an
 * installed engine, and is skipped without.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { type RunningEngine, startEngine } from "../../src/model/engine/start.ts";
import type { Model } from "../../src/model/model.ts";
import {
  connected,
  enginesOf,
  env,
  FILE,
  FOLDER,
  LONG,
  never,
  ready,
  runs,
  started,
} from "./engine-trial.ts";
import { success } from "./scripted.ts";

let engine: RunningEngine;
let model: Model;

describe.skipIf(!ready)("the engine", () => {
  beforeAll(async () => {
    engine = await started();
    model = await connected(engine);
  }, LONG);
  afterAll(() => engine.end());

  test("tells its window and answers nobody without the token", async () => {
    expect(model.window).toBe(2048);
    for (const headers of [new Headers(), new Headers({ authorization: "Bearer x" })]) {
      const { status } = await fetch(`${engine.endpoint}/models`, { headers });
      expect(status).toBe(401);
    }
  });

  test(
    "what was read before is not read again, and the counts say so",
    async () => {
      const prompt = `${"# The sum of two numbers, and nothing else.\n".repeat(20)}def add(a, b):\n    return`;
      const first = success(await model.complete(prompt, { maxTokens: 8, temperature: 0 }));
      const again = success(await model.complete(prompt, { maxTokens: 8, temperature: 0 }));
      expect(first.tokens.cached).toBe(0);
      expect(again.tokens).toEqual({ ...first.tokens, cached: first.tokens.prompt - 1 });
      expect(again.text).toBe(first.text);
      const other = success(await model.complete(`${prompt} b`, { maxTokens: 8, temperature: 0 }));
      expect(other.tokens.cached).toBeGreaterThanOrEqual(first.tokens.prompt - 2);
    },
    LONG,
  );

  test(
    "a seed gives the same text again, another seed another",
    async () => {
      const write = async (seed: number): Promise<string> =>
        success(await model.complete("Once upon a time", { maxTokens: 24, temperature: 1, seed })).text;
      expect(await write(1)).toBe(await write(1));
      expect(await write(2)).not.toBe(await write(1));
    },
    LONG,
  );

  test(
    "a stop word ends the reply and is no part of it",
    async () => {
      const stop = ["\n"];
      const { text, finish } = success(
        await model.complete("1, 2, 3, 4,", { maxTokens: 200, temperature: 0, stop }),
      );
      expect(text).not.toContain("\n");
      expect(["stop", "length"]).toContain(finish);
    },
    LONG,
  );

  test(
    "reads a text along: the tokens join to it, each with its likelihood and the likeliest instead",
    async () => {
      const text = " a + b\n\n\ndef sub(a, b):\n    return a - b\n";
      const reading = await model.read?.("def add(a, b):\n    return", text, {
        maxTokens: 1,
        temperature: 0,
      });
      const tokens = reading?.tokens ?? [];
      expect(tokens.map((token) => token.text).join("")).toBe(text);
      for (const { logprob, alternatives } of tokens) {
        expect(logprob).toBeLessThanOrEqual(0);
        expect(alternatives).toHaveLength(8);
        expect(Math.max(...alternatives.map((one) => one.logprob))).toBeGreaterThanOrEqual(logprob);
        expect(alternatives.reduce((sum, one) => sum + Math.exp(one.logprob), 0)).toBeLessThanOrEqual(1.001);
      }
      // What it generates greedily is what it says is likeliest.
      const greedy = success(
        await model.complete("def add(a, b):\n    return", { maxTokens: 1, temperature: 0 }),
      );
      const first = tokens[0]?.alternatives.toSorted((a, b) => b.logprob - a.logprob)[0]?.text;
      expect(first).toBe(greedy.text);
    },
    LONG,
  );

  test(
    "a request that is given up leaves the engine free at once",
    async () => {
      const controller = new AbortController();
      const onText = (): void => controller.abort();
      const { signal } = controller;
      const given = await model.complete("Once upon a time", {
        maxTokens: 1900,
        temperature: 1,
        onText,
        signal,
      });
      expect(given.ok).toBe(false);
      const start = performance.now();
      success(await model.complete("Once upon a time", { maxTokens: 1, temperature: 0 }));
      expect(performance.now() - start).toBeLessThan(3000);
    },
    LONG,
  );

  test(
    "a prompt that does not fit is refused as such",
    async () => {
      const refused = await model.complete("one two three ".repeat(2000), { maxTokens: 8, temperature: 0 });
      expect(refused).toMatchObject({ ok: false, kind: "overflow" });
    },
    LONG,
  );

  test(
    "a chat model's choice fits its schema",
    async () => {
      if (model.ladder.rung !== "schema") return;
      const schema = {
        type: "object",
        properties: {
          colour: { type: "string", enum: ["red", "blue"] },
          why: { type: "string", maxLength: 20 },
        },
        required: ["colour", "why"],
        additionalProperties: false,
      };
      const messages = [{ role: "user" as const, content: "What colour is the sky?" }];
      const reply = success(await model.chat(messages, { schema, maxTokens: 100, temperature: 0 }));
      expect(["red", "blue"]).toContain(JSON.parse(reply.text).colour);
      expect(JSON.parse(reply.text).why.length).toBeLessThanOrEqual(20);
    },
    LONG,
  );
});

describe.skipIf(!ready)("the engine of a process that stays", () => {
  test(
    "goes away when nothing is asked for a while, but not in the middle of a reply",
    async () => {
      const idleMs = 150;
      const writing = await connected(await started({ idleMs }));
      const reply = await writing.complete("Once upon a time", { maxTokens: 100, temperature: 0 });
      expect(success(reply).ms).toBeGreaterThan(idleMs);
      await Bun.sleep(idleMs * 4);
      expect(await writing.complete("Once", { maxTokens: 1, temperature: 0 })).toMatchObject({
        kind: "unreachable",
      });
    },
    LONG,
  );

  test("a file that is no model, or is not there, is told", async () => {
    const broken = join(import.meta.dir, "engine.test.ts");
    const rest = { folder: FOLDER, window: null, env, signal: never };
    expect(await startEngine({ file: broken, ...rest })).toMatchObject({ ok: false, kind: "model" });
    expect(await startEngine({ file: "/nowhere.gguf", ...rest })).toMatchObject({ ok: false, kind: "model" });
    const given = AbortSignal.timeout(100);
    expect(await startEngine({ file: FILE, ...rest, signal: given })).toMatchObject({ kind: "cancelled" });
  });
});

describe.skipIf(!ready || process.platform !== "linux")("the engine ends with its parent", () => {
  test.each(["loading", "idle", "prefilling", "decoding"])(
    "killed while %s, it is gone in 2 s",
    async (stage) => {
      const command = [process.execPath, join(import.meta.dir, "engine-parent.ts"), FILE, FOLDER, stage];
      const parent = Bun.spawn(command, { stdout: "pipe", stderr: "inherit" });
      for await (const chunk of parent.stdout) if (new TextDecoder().decode(chunk).includes("now")) break;
      const engines = enginesOf(parent.pid);
      expect(engines).toHaveLength(1);
      parent.kill("SIGKILL");
      await parent.exited;
      const start = performance.now();
      while (engines.some(runs) && performance.now() - start < 5000) await Bun.sleep(20);
      const ms = performance.now() - start;
      for (const pid of engines.filter(runs)) process.kill(pid, "SIGKILL");
      expect(ms).toBeLessThan(2000);
    },
    LONG,
  );
});
