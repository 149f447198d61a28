/**
 * The embedded engine with a real model: needs weights (SMALLCODE_TEST_GGUF, a file of any chat or base model) and an
 * installed engine, and is skipped without.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { engineFolder } from "../../src/cli/reach.ts";
import { environment } from "../../src/config.ts";
import { connect } from "../../src/model/client.ts";
import { isInstalled, type RunningEngine, startEngine } from "../../src/model/engine/start.ts";
import type { Model } from "../../src/model/model.ts";
import { success } from "./scripted.ts";

const FILE = process.env.SMALLCODE_TEST_GGUF ?? "";
const FOLDER = engineFolder(environment()) ?? "";
const ready = FILE !== "" && (await isInstalled(FOLDER));
const LONG = 60_000;
const env = { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "" };
const never = new AbortController().signal;

let engine: RunningEngine;
let model: Model;

const connected = async (): Promise<Model> => {
  const { endpoint, key } = engine;
  const found = await connect({ endpoint, key, model: null, rung: null, window: null, silenceMs: LONG });
  if (!found.ok) throw new Error(found.reason);
  return found.model;
};

describe.skipIf(!ready)("the engine", () => {
  beforeAll(async () => {
    const started = await startEngine({ file: FILE, folder: FOLDER, window: 2048, env, signal: never });
    if (!started.ok) throw new Error(started.reason);
    engine = started.engine;
    model = await connected();
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
    "several candidates come from one reading of the prompt",
    async () => {
      const ask = async (n: number): Promise<{ texts: string[]; usage: Record<string, number> }> => {
        const response = await fetch(`${engine.endpoint}/completions`, {
          method: "POST",
          headers: { authorization: `Bearer ${engine.key}`, "content-type": "application/json" },
          body: JSON.stringify({
            prompt: `${n} little pigs went to`,
            max_tokens: 12,
            temperature: 1,
            seed: 5,
            n,
          }),
        });
        const events = (await response.text())
          .split("\n")
          .filter((line) => line.startsWith("data: {"))
          .map((line) => JSON.parse(line.slice(6)));
        const texts = Array.from({ length: n }, () => "");
        for (const { choices } of events)
          for (const { index, text } of choices) texts[index] = `${texts[index]}${text}`;
        return { texts, usage: events.at(-1).usage };
      };
      const { texts, usage } = await ask(6);
      expect(new Set(texts).size).toBe(6);
      expect(usage.completion_tokens).toBeGreaterThan(12);
      expect((await ask(6)).texts).toEqual(texts);
    },
    LONG,
  );

  test(
    "a chat model's choice fits its schema",
    async () => {
      if (model.rung !== "schema") return;
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

/** A file of /proc; "" where the process has gone meanwhile. */
function proc(pid: number | string, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch {
    return "";
  }
}

/** State and parent, the fields behind the name. A process that has ended and only waits for its parent to look is "Z". */
const stat = (pid: number): string[] => proc(pid, "stat").split(") ").at(-1)?.split(" ") ?? [];
const runs = (pid: number): boolean => !["", "Z", undefined].includes(stat(pid)[0]);
const isEngine = (pid: number): boolean => proc(pid, "cmdline").includes("engine/program/main.ts");

const childrenOf = (parent: number): number[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => stat(pid)[1] === String(parent));

describe.skipIf(!ready)("the engine of a process that stays", () => {
  test(
    "goes away when nothing is asked for a while, but not in the middle of a reply",
    async () => {
      const idleMs = 150;
      const started = await startEngine({
        file: FILE,
        folder: FOLDER,
        window: 2048,
        env,
        idleMs,
        signal: never,
      });
      if (!started.ok) throw new Error(started.reason);
      engine = started.engine;
      const writing = await connected();
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
      const children = childrenOf(parent.pid);
      const engines = children.filter(isEngine);
      expect(engines).toHaveLength(1);
      parent.kill("SIGKILL");
      await parent.exited;
      const start = performance.now();
      while (engines.some(runs) && performance.now() - start < 5000) await Bun.sleep(20);
      const ms = performance.now() - start;
      for (const pid of children.filter(runs)) process.kill(pid, "SIGKILL");
      expect(ms).toBeLessThan(2000);
    },
    LONG,
  );
});
