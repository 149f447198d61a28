/** Several candidates of one prompt from the embedded engine, with a real model; skipped without weights or engine. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { RunningEngine } from "../../src/model/engine/start.ts";
import { answered, LONG, post, ready, started } from "./engine-trial.ts";

/** Goes on in one way only, which the whole of it tells: rounding differs with how many sequences a batch has. */
const PATTERN = `${Array.from({ length: 60 }, (_, i) => `line ${i + 100}`).join("\n")}\nline`;

describe.skipIf(!ready)("several candidates", () => {
  let engine: RunningEngine;
  beforeAll(async () => {
    engine = await started();
  }, LONG);
  afterAll(() => engine.end());

  test(
    "are as many as asked for, more than there are sequences, each drawn with a seed of its own",
    async () => {
      const ask = { prompt: "The little pigs went to", max_tokens: 12, temperature: 1, seed: 5, n: 6 };
      const { texts, finishes, usage } = await answered(engine, ask);
      expect(texts).toHaveLength(6);
      expect(new Set(texts).size).toBe(6);
      for (const finish of finishes) expect(["stop", "length"]).toContain(finish);
      expect((await answered(engine, ask)).texts).toEqual(texts);
      const unseeded = { ...ask, seed: null };
      expect(new Set((await answered(engine, unseeded)).texts).size).toBe(6);
      expect(usage.completion_tokens).toBeGreaterThan(12);
    },
    LONG,
  );

  test(
    "come from one reading of the prompt, which counts once",
    async () => {
      const one = { prompt: PATTERN, max_tokens: 20, temperature: 0 };
      const alone = await answered(engine, one);
      const { usage, texts } = await answered(engine, { ...one, n: 4 });
      expect(usage.prompt_tokens).toBe(alone.usage.prompt_tokens ?? 0);
      expect(usage.prompt_tokens_details.cached_tokens).toBe((usage.prompt_tokens ?? 0) - 1);
      expect(usage.completion_tokens).toBe(4 * (alone.usage.completion_tokens ?? 0));
      // Copied states go on as the one that was read does.
      expect(texts).toEqual(Array.from({ length: 4 }, () => alone.texts[0] ?? ""));
      // So do the copies themselves, now that they are asked alone.
      const again = await Promise.all([1, 2, 3, 4].map(() => answered(engine, one)));
      for (const { texts, usage } of again) {
        expect(texts).toEqual(alone.texts);
        expect(usage.prompt_tokens_details.cached_tokens).toBe((usage.prompt_tokens ?? 0) - 1);
      }
    },
    LONG,
  );

  test(
    "are written at the same time",
    async () => {
      const { order } = await answered(engine, {
        prompt: "Once upon a time",
        max_tokens: 24,
        temperature: 1,
        seed: 1,
        n: 3,
      });
      expect(order.indexOf(2)).toBeLessThan(order.lastIndexOf(0));
      expect(order.indexOf(0)).toBeLessThan(order.lastIndexOf(2));
    },
    LONG,
  );

  test(
    "each obey the grammar",
    async () => {
      const grammar = 'root ::= ("cat" | "dog" | "hen") " " [0-9] [0-9] "!"';
      const ask = { prompt: "Once upon a time", max_tokens: 40, temperature: 1.5, seed: 3, n: 5, grammar };
      const { texts, finishes } = await answered(engine, ask);
      for (const text of texts) expect(text).toMatch(/^(cat|dog|hen) \d\d!$/);
      expect(finishes).toEqual(Array.from({ length: 5 }, () => "stop"));
    },
    LONG,
  );

  test(
    "end together when nobody waits for them, and leave every sequence free",
    async () => {
      const gone = new AbortController();
      const ask = { prompt: "Once upon a time", max_tokens: 1900, temperature: 1, n: 8 };
      const response = await post(engine, "/completions", ask, gone.signal);
      await response.body?.getReader().read();
      gone.abort();
      const start = performance.now();
      const short = { prompt: "Once upon a time", max_tokens: 1, temperature: 0, n: 4 };
      expect((await answered(engine, short)).texts).toHaveLength(4);
      expect(performance.now() - start).toBeLessThan(5000);
    },
    LONG,
  );
});
