/** The calibrated estimate stays above the true count and below waste; the server is asked only near a limit, and seldom. */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Calibration } from "../../src/model/calibration.ts";
import { TokenCounter } from "../../src/model/counting.ts";
import { estimateTokens, leastTokens } from "../../src/model/estimate.ts";
import { scripted } from "./scripted.ts";

const { server, modelWith } = scripted();
const SOURCE = readFileSync(join(import.meta.dir, "..", "..", "src", "types.ts"), "utf8");
const part = (from: number, length: number): string => SOURCE.slice(from, from + length);

describe("calibration", () => {
  test("knows nothing at first: the estimate itself, with room for the template", () => {
    const upper = new Calibration().upper(part(0, 3000));
    expect(upper).toBeGreaterThanOrEqual(estimateTokens(part(0, 3000)));
    expect(upper).toBeLessThan(estimateTokens(part(0, 3000)) + 50);
  });

  test("a vocabulary with more words brings the upper bound down, one with fewer up; it stays above both", () => {
    for (const ratio of [0.6, 0.75, 0.9, 1.2]) {
      const calibration = new Calibration();
      calibration.observe(part(0, 3000), Math.round(estimateTokens(part(0, 3000)) * ratio));
      const text = part(4000, 3000);
      const real = estimateTokens(text) * ratio;
      expect(calibration.upper(text)).toBeGreaterThanOrEqual(real);
      expect(calibration.lower(text)).toBeLessThanOrEqual(real);
      expect(calibration.estimate(text)).toBeCloseTo(real, -1);
      if (ratio <= 0.75) expect(calibration.upper(text)).toBeLessThan(estimateTokens(text));
    }
  });

  test("a prompt that goes on from a counted one is counted from there", () => {
    const calibration = new Calibration();
    calibration.observe(part(0, 4000), 900);
    const more = `${part(0, 4000)}\nand more`;
    expect(calibration.estimate(more)).toBeLessThan(910);
    expect(calibration.upper(more)).toBeLessThan(900 + 60);
    expect(calibration.least(more)).toBeGreaterThanOrEqual(900 - 40);
  });

  test("a short prompt says nothing of the vocabulary", () => {
    const calibration = new Calibration();
    calibration.observe("Hi", 40);
    expect(calibration.upper(part(0, 3000))).toBeLessThan(estimateTokens(part(0, 3000)) + 50);
  });
});

describe("the least count", () => {
  // Counted once by the tokenizers of Gemma 3 (262,000 tokens) and SmolLM2 (49,000 tokens); the smaller one stands here.
  const counted: [string, number][] = [
    ["the a of in to is it on as at by we he do go no so up ".repeat(60), 1081],
    ["a b c d e f g h ".repeat(200), 1601],
    ["self.assertEqual(a, b)", 7],
    ["0x7fffffff", 5],
  ];
  for (const [text, count] of counted)
    test(`${text.slice(0, 30)}: at most ${count}`, () =>
      expect(leastTokens(text)).toBeLessThanOrEqual(count));

  test("of code it is a good part of the estimate", () => {
    expect(leastTokens(SOURCE)).toBeGreaterThan(estimateTokens(SOURCE) / 4);
  });
});

describe("the server's tokenizer", () => {
  const asked = (): number => server().requests.filter(({ path }) => path === "/tokenize").length;

  for (const as of ["llama.cpp", "vllm"] as const)
    test(`${as} counts`, async () => {
      const model = await modelWith([], { as });
      expect(await model.count("def add(a, b): return a + b")).toBe(7);
      expect(asked()).toBe(1);
    });

  test("another server does not, and is not asked", async () => {
    const model = await modelWith([], { as: "ollama" });
    expect(await model.count("x")).toBeNull();
    expect(asked()).toBe(0);
  });

  test("is asked near a limit alone, at most twice for one request", async () => {
    const model = await modelWith([], { as: "llama.cpp" });
    const counter = new TokenCounter(model);
    const text = part(0, 2000);
    const upper = model.calibration.upper(text);
    expect(await counter.count(text, upper * 2)).toBe(upper);
    expect(asked()).toBe(0);
    for (let n = 0; n < 3; n += 1) expect(await counter.count(text, upper - 10)).toBe(n < 2 ? 500 : upper);
    expect(asked()).toBe(2);
  });

  test("that does not answer leaves the estimate", async () => {
    const model = await modelWith([], { as: "llama.cpp", routes: { "/tokenize": { error: "no" } } });
    const text = part(0, 2000);
    expect(await new TokenCounter(model).count(text, 10)).toBe(model.calibration.upper(text));
  });
});
