/** The estimate is an upper one: checked against the tokenizer of a real llama-server where one runs on its usual port. */
import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { estimateTokens } from "../../src/model/estimate.ts";

const ROOT = join(import.meta.dir, "..", "..");
const SERVER = "http://127.0.0.1:9931";

async function realCount(text: string): Promise<number> {
  const response = await fetch(`${SERVER}/tokenize`, {
    method: "POST",
    body: JSON.stringify({ content: text }),
  });
  const { tokens } = (await response.json()) as { tokens: unknown[] };
  return tokens.length;
}

const running = await realCount("x").then(
  () => true,
  () => false,
);

describe("without a tokenizer", () => {
  test("nothing is nothing, and more text is never less", () => {
    expect(estimateTokens("")).toBe(0);
    const text = readFileSync(join(ROOT, "src", "types.ts"), "utf8");
    let last = 0;
    for (let end = 0; end < text.length; end += 500) {
      const now = estimateTokens(text.slice(0, end));
      expect(now).toBeGreaterThanOrEqual(last);
      last = now;
    }
  });

  // Counted once by the tokenizers of Gemma 3 (262,000 tokens) and SmolLM2 (49,000 tokens); the greater one stands here.
  const counted: [string, number][] = [
    ["self.assertEqual(a, b)", 8],
    ["SOME_CONSTANT_NAME", 8],
    ["getUserByIdentifier", 4],
    ["0x7fffffff", 6],
    ["日本語のテキストです。これは長い文章で", 34],
    ["привет мир, как дела? это текст по русски", 32],
  ];
  for (const [text, count] of counted) {
    test(`${text} is at least ${count}`, () => expect(estimateTokens(text)).toBeGreaterThanOrEqual(count));
  }

  test("a megabyte takes less than a second", () => {
    const text = "    for item in self.items:\n        total += item.price * 2\n".repeat(16_000);
    const start = performance.now();
    expect(estimateTokens(text)).toBeGreaterThan(200_000);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});

describe.skipIf(!running)(`against the tokenizer of the llama-server at ${SERVER}`, () => {
  test("source code, in parts of 2,000 characters: never under by more than 5 %, above by at most half", async () => {
    const files = ["src", "test"].flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
        .map((entry) => join(entry.parentPath, entry.name)),
    );
    let [sum, real] = [0, 0];
    for (const file of files.slice(0, 60)) {
      const part = readFileSync(file, "utf8").slice(0, 2000);
      const count = await realCount(part);
      const estimate = estimateTokens(part);
      expect({ file, enough: estimate >= 0.95 * count }).toEqual({ file, enough: true });
      sum += estimate;
      real += count;
    }
    expect(sum / real).toBeLessThan(1.5);
  });
});
