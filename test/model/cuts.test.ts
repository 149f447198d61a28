/** Prompts that a server cut without a word, and tools it left out: named where the counts prove it, and only there. */
import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Calibration } from "../../src/model/calibration.ts";
import { PromptWatch, type Sent } from "../../src/model/cuts.ts";
import { estimateTokens, leastTokens } from "../../src/model/estimate.ts";
import type { ChatMessage, ToolSpec } from "../../src/model/model.ts";
import type { Counts } from "../harness/rows.ts";
import { scripted, success } from "./scripted.ts";

const { modelWith, failure } = scripted();

const SOURCE = readdirSync(join(import.meta.dir, "..", "..", "src"), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
  .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
  .sort((a, b) => a.length - b.length)
  .slice(-40)
  .join("\n");
/** Code of about so many tokens; a real vocabulary makes between 0.7 and 1 of the estimate of it. */
const code = (tokens: number): string => SOURCE.slice(0, tokens * 3);
const real = (text: string, ratio: number): number => Math.round(estimateTokens(text) * ratio) + 20;

const chat = (prompt: string, tools = ""): Sent => ({ prompt, tools, kept: prompt });
const fresh = (window: number | null = null): [PromptWatch, Calibration] => {
  const calibration = new Calibration();
  return [new PromptWatch(calibration, window), calibration];
};

describe("a cut", () => {
  test("at the end of a window, whatever the vocabulary", () => {
    for (const window of [2048, 4096, 8192, 16_384]) {
      const prompt = code(window * 2);
      for (const reported of [window, window - 1])
        expect(fresh()[0].cut(chat(prompt), reported)).toBeGreaterThan(window * 1.5);
    }
    expect(fresh(6000)[0].cut(chat(code(12_000)), 6000)).toBeGreaterThan(8000);
  });

  test("anywhere, where more words are gone than a token can hold", () => {
    const prompt = code(10_000);
    expect(fresh()[0].cut(chat(prompt), Math.floor(leastTokens(prompt) * 0.95))).not.toBeNull();
  });

  test("of a conversation that has grown, as soon as the count does not grow with it", () => {
    const [watch] = fresh();
    const opening = code(3000);
    watch.learn(chat(opening), real(opening, 0.8), false);
    const grown = `${opening}\n${code(1200)}`;
    expect(watch.cut(chat(grown), real(grown, 0.8))).toBeNull();
    expect(watch.cut({ ...chat(grown), kept: code(400) }, real(opening, 0.8) - 40)).not.toBeNull();
  });
});

describe("no cut", () => {
  test("for honest counts of any vocabulary, at any length", () => {
    for (const ratio of [0.65, 0.8, 1, 1.3])
      for (const tokens of [100, 500, 1500, 2500, 4000, 4200, 8300, 12_000]) {
        const prompt = code(tokens);
        expect({ ratio, tokens, cut: fresh(4096)[0].cut(chat(prompt), real(prompt, ratio)) }).toEqual({
          ratio,
          tokens,
          cut: null,
        });
      }
  });

  const odd: [string, string, number][] = [
    [
      "digits, three to a token",
      Array.from({ length: 3000 }, (_, i) => `${(i * 7919) % 1000}`).join(" "),
      3020,
    ],
    ["rules of dashes", `${"-".repeat(75)}\n`.repeat(400), 820],
    ["indentation", `${" ".repeat(60)}x\n`.repeat(1500), 3010],
    ["Chinese, two signs to a token", "这是一个很长的中文文本，用来测试词汇表。".repeat(250), 2510],
    ["Russian, a word to a token", "привет мир, как дела? это текст по русски ".repeat(300), 3010],
    ["long names", "getElementByIdAndClassNameFromDocument ".repeat(500), 3510],
  ];
  for (const [name, prompt, tokens] of odd)
    test(name, () => {
      expect(estimateTokens(prompt)).toBeGreaterThan(2048);
      expect(fresh()[0].cut(chat(prompt), tokens)).toBeNull();
    });

  test("where only what was not cached is counted", () => {
    const [watch] = fresh();
    const opening = code(4000);
    watch.learn(chat(opening), real(opening, 0.8), false);
    const grown = `${opening}\n${code(1500)}`;
    expect(watch.cut({ ...chat(grown), kept: code(400) }, real(code(1500), 0.8))).toBeNull();
  });

  test("for counts that say nothing: a few tokens, always the same, far too many", () => {
    const prompt = code(6000);
    for (const reported of [1, 10, 128, 60_000]) expect(fresh()[0].cut(chat(prompt), reported)).toBeNull();
  });

  test("over a long conversation with the same head", () => {
    for (const ratio of [0.7, 0.95]) {
      const [watch] = fresh(8192);
      let prompt = "";
      for (let n = 0; n < 20; n += 1) {
        prompt += `${SOURCE.slice(n * 1000, n * 1000 + 900)}\n`;
        const reported = real(prompt, ratio);
        expect(watch.cut(chat(prompt), reported)).toBeNull();
        watch.learn(chat(prompt), reported, false);
      }
    }
  });
});

describe("tools", () => {
  const tools = JSON.stringify(
    ["look", "edit", "run"].map((name) => ({
      type: "function",
      function: {
        name,
        description: `Does ${name} with a file of the project and tells what came of it.`,
        parameters: {
          type: "object",
          properties: { path: { type: "string", description: "the path of the file" } },
          required: ["path"],
        },
      },
    })),
  );
  const prompt = code(300);

  test("left out: where the server counts no more than the messages", () => {
    const dropped = real(prompt, 0.8);
    expect(fresh()[0].toolsDropped(chat(prompt, tools), dropped, dropped - 15)).toBe(true);
    const [watch] = fresh();
    watch.learn(chat(code(400)), real(code(400), 0.8), false);
    expect(watch.toolsDropped(chat(prompt, tools), dropped, null)).toBe(true);
    const hello = "Name a fruit.";
    expect(fresh()[0].toolsDropped(chat(hello, tools), 14, null)).toBe(true);
  });

  test("there: never said to be left out, in any vocabulary, as JSON or written tersely", () => {
    for (const ratio of [0.65, 0.8, 1])
      for (const terse of [0.6, 1, 1.5]) {
        const reported = real(prompt, ratio) + Math.round(estimateTokens(tools) * ratio * terse);
        expect(fresh()[0].toolsDropped(chat(prompt, tools), reported, null)).toBe(false);
        expect(fresh()[0].toolsDropped(chat(prompt, tools), reported, real(prompt, ratio) - 15)).toBe(false);
        const [watch] = fresh();
        watch.learn(chat(code(400)), real(code(400), ratio), false);
        expect(watch.toolsDropped(chat(prompt, tools), reported, null)).toBe(false);
      }
  });

  test("nothing is learnt of a prompt while it is open whether they are part of it", () => {
    const [watch, calibration] = fresh();
    const before = calibration.upper(prompt);
    watch.learn(chat(code(900), tools), real(code(900), 0.6), false);
    expect(calibration.upper(prompt)).toBe(before);
    watch.toolsArrive = true;
    watch.learn(chat(code(900), tools), real(code(900), 0.6), false);
    expect(calibration.upper(prompt)).toBeLessThan(before);
  });

  test("once a call has come, there is no more doubt", () => {
    const [watch] = fresh();
    watch.toolsArrive = true;
    expect(watch.toolsDropped(chat("Name a fruit.", tools), 14, null)).toBe(false);
  });
});

describe("over HTTP", () => {
  const messages = (tokens: number): ChatMessage[] => [
    { role: "system", content: "You repair code." },
    { role: "user", content: code(tokens) },
  ];
  const G = { maxTokens: 50, temperature: 0 };

  test("Ollama that cuts is named, with the cure; the window is what it has read", async () => {
    const model = await modelWith([{ text: "hi" }], { as: "ollama", models: ["m"], trained: 4096 });
    const found = failure(await model.chat(messages(9900), G));
    expect(found.kind).toBe("overflow");
    expect(found.reason).toMatch(
      /read only 4,096 of about [\d,]+ tokens, Ollama cut the rest: set "window": 16384/,
    );
    expect(found).toMatchObject({ window: 4096 });
  });

  test("an unknown server that cuts", async () => {
    const usage = { prompt: 4096, cached: 0, generated: 3 };
    const found = failure(await (await modelWith([{ text: "hi", usage }])).chat(messages(9000), G));
    expect(found).toMatchObject({ kind: "overflow", window: 4096 });
  });

  test("LM Studio that answers nothing to what is over its window; an empty reply to less is one", async () => {
    const model = await modelWith([{ text: "" }], {
      as: "lmstudio",
      models: ["m"],
      overflow: "empty",
      window: 2048,
    });
    const found = failure(await model.chat(messages(4000), G));
    expect(found).toMatchObject({ kind: "overflow", window: 2048 });
    expect(found.reason).toMatch(
      /answered nothing.*window of 2,048: load it with lms load m --context-length/,
    );
    expect(success(await model.chat(messages(200), G)).text).toBe("");
  });

  test("counts that are none raise no alarm", async () => {
    const counts: (Counts | "zero" | "negative" | "strings" | "large" | "small" | null)[] = [
      null,
      "zero",
      "negative",
      "strings",
      "large",
      "small",
      { prompt: 7, cached: 0, generated: 1 },
    ];
    const model = await modelWith(counts.map((usage) => ({ text: "hi", usage })));
    for (const usage of counts) {
      const reply = success(await model.chat(messages(5000), G));
      expect({ usage, text: reply.text, notices: reply.notices }).toEqual({
        usage,
        text: "hi",
        notices: undefined,
      });
    }
  });

  const tool: ToolSpec = {
    name: "look",
    description: "Looks at a file of the project and tells what stands there.",
    parameters: {
      type: "object",
      properties: { path: { type: "string" }, line: { type: "integer" } },
      required: ["path"],
    },
  };

  test("tools that are dropped are named, once, and are known from then on", async () => {
    const model = await modelWith([{ text: "hi" }, { text: "hi" }], { as: "llama.cpp", tools: "dropped" });
    model.profile.tools = true;
    const ask = () => model.chat([{ role: "user", content: "Name a fruit." }], { ...G, tools: [tool] });
    expect(success(await ask()).notices?.[0]).toMatch(/does not pass tools on/);
    expect(model.profile.tools).toBe(false);
    expect(success(await ask()).notices).toBeUndefined();
  });

  test("tools that arrive are not", async () => {
    const model = await modelWith([{ text: "hi" }, { text: "hi" }], { as: "llama.cpp", tools: "native" });
    for (const tokens of [20, 1200]) {
      const reply = success(await model.chat(messages(tokens), { ...G, tools: [tool] }));
      expect(reply.notices).toBeUndefined();
    }
    expect(model.profile.tools).toBe(true);
  });
});
