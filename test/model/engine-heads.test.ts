/** The state of a prompt's head on disk, with a real model; skipped without weights or engine. */
import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Answered, answered, LONG, ready, started } from "./engine-trial.ts";

const folder = mkdtempSync(join(tmpdir(), "heads-"));
afterAll(() => rmSync(folder, { recursive: true }));

const HEAD = `${Array.from({ length: 150 }, (_, i) => `line ${i + 100}`).join("\n")}\n`;
const ask = { prompt: `${HEAD}line 250\nline 251\nline`, max_tokens: 12, temperature: 0 };

/** The same question to a new engine. */
async function fresh(options: { window?: number; prompt?: string } = {}): Promise<Answered> {
  const { window = 2048, prompt = ask.prompt } = options;
  const engine = await started({ window, heads: { folder, texts: ["You are", HEAD] } });
  try {
    return await answered(engine, { ...ask, prompt });
  } finally {
    engine.end();
  }
}

const cachedOf = ({ usage }: Answered): number => usage.prompt_tokens_details.cached_tokens;

describe.skipIf(!ready)("the head of a prompt", () => {
  test(
    "is read once for all engines, up to where prompts differ",
    async () => {
      const first = await fresh();
      expect(cachedOf(first)).toBe(0);
      expect(readdirSync(folder)).toHaveLength(1);
      const again = await fresh();
      const cached = cachedOf(again);
      const length = again.usage.prompt_tokens ?? 0;
      expect(cached).toBeGreaterThan(length - 20);
      expect(cached).toBeLessThan(length - 5);
      expect(again.texts).toEqual(first.texts);
      const other = await fresh({ prompt: `${HEAD}def add(a, b):\n    return` });
      expect(cachedOf(other)).toBe(cached);
      expect(readdirSync(folder)).toHaveLength(1);
    },
    LONG,
  );

  test(
    "is read again with another window, without it, and where the file is damaged",
    async () => {
      expect(cachedOf(await fresh({ window: 1792 }))).toBe(0);
      const names = readdirSync(folder);
      expect(names).toHaveLength(2);
      expect(cachedOf(await fresh({ prompt: ask.prompt.slice(7) }))).toBe(0);
      for (const name of names) writeFileSync(join(folder, name), "damaged");
      const first = await fresh();
      expect(cachedOf(first)).toBe(0);
      expect((await fresh()).texts).toEqual(first.texts);
    },
    LONG,
  );
});
