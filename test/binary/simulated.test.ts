/**
 * The binary with a SIMULATED chat model: how many requests and tokens it takes to bring its code in. The two small exercises
 * need nothing; one exercise of each language comes from ../shared where that and the language's toolchain are there.
 */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { currentBinary } from "../../bench/binary.ts";
import type { Mode } from "../../bench/simulated/model.ts";
import { type SimulatedRow, simulate } from "../../bench/simulated/run.ts";
import { exercises, stubTask } from "../../bench/tasks/polyglot.ts";
import type { Language, Task } from "../../bench/tasks/task.ts";
import { defaultCache } from "../../bench/tasks/toolchain.ts";
import { SMALL } from "../simulated/exercises.ts";

setDefaultTimeout(120_000);
const ROOT = join(import.meta.dir, "..", "..");
const POLYGLOT = join(ROOT, "..", "shared", "data", "polyglot");
/** With it a step of one place is one request. */
const direct = existsSync(join(ROOT, "src", "turn", "direct.ts"));

const place = mkdtempSync(join(tmpdir(), "simulated-"));
let binary = "";
beforeAll(() => {
  binary = currentBinary(place);
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

let number = 0;
async function tried(task: Task, mode: Mode, cache = join(place, "cache")): Promise<SimulatedRow> {
  number += 1;
  const own = join(place, String(number));
  mkdirSync(own);
  const flags = ["--max-time", "60s"];
  const setting = { binary, cache, flags, env: {}, limitMs: 60_000, place: own, keep: false };
  const row = await simulate(setting, task, { mode, seed: "1", as: "llama.cpp" });
  expect({ damage: row.damage, falseDone: row.falseDone }).toEqual({ damage: [], falseDone: false });
  return row;
}

/** Requests, prompt tokens and generated tokens at most, by the simulated server's count of four characters a token. */
const MOST: Record<Exclude<Mode, "conditional">, { requests: number; prompt: number; generated: number }> = {
  right: { requests: 1, prompt: 1500, generated: 400 },
  third: { requests: 4, prompt: 8000, generated: 1500 },
  parts: { requests: 4, prompt: 8000, generated: 1500 },
};

function within(row: SimulatedRow, mode: keyof typeof MOST): void {
  const { requests = Infinity, tokens } = row.account ?? {};
  const most = MOST[mode];
  const said = { said: row.said, message: row.message };
  expect({ solved: row.solved, breaches: row.breaches, ...said }).toEqual({
    solved: true,
    breaches: [],
    ...said,
  });
  expect(requests).toBeLessThanOrEqual(most.requests);
  expect(tokens?.prompt).toBeLessThanOrEqual(most.prompt);
  expect(tokens?.generated).toBeLessThanOrEqual(most.generated);
}

for (const { task, needs } of SMALL) {
  const ready = direct && Bun.which(needs) !== null;
  const why = ready ? "" : direct ? ` (skipped: no ${needs})` : " (skipped: no direct form)";
  describe(`${task.language}, simulated`, () => {
    test.skipIf(!ready)(`a model that is right at once gets one request${why}`, async () => {
      within(await tried(task, "right"), "right");
    });
    test.skipIf(!ready)(`a model that is right at the third try gets feedback first${why}`, async () => {
      within(await tried(task, "third"), "third");
    });
    test.skipIf(!ready)(`a model that writes one part at a time gets there${why}`, async () => {
      within(await tried(task, "parts"), "parts");
    });
    test.skipIf(!ready)(
      `the first prompt shows the failing assertion and what the code needs${why}`,
      async () => {
        const { said, breaches } = await tried(task, "conditional");
        expect(said[0]).not.toMatch(/not shown|no failing assertion/);
        expect(breaches).toEqual([]);
      },
    );
  });
}

/** One quick exercise for each language, and how many tests its reference passes. C++ takes half a minute: its header is compiled each time. */
const QUICK: { id: [Language, string]; tests: number; needs: string[]; cached?: true }[] = [
  { id: ["python", "beer-song"], tests: 8, needs: ["python3"] },
  { id: ["javascript", "beer-song"], tests: 8, needs: ["node"], cached: true },
  { id: ["go", "octal"], tests: 1, needs: ["go"], cached: true },
  { id: ["rust", "accumulate"], tests: 12, needs: ["cargo"] },
  { id: ["java", "pig-latin"], tests: 22, needs: ["mvn"], cached: true },
];

for (const { id, tests, needs, cached } of QUICK) {
  const [language, name] = id;
  const lacking = [
    ...(existsSync(POLYGLOT) ? [] : ["../shared"]),
    ...needs.filter((one) => Bun.which(one) === null),
    ...(cached && !existsSync(join(defaultCache(), language, "warm"))
      ? ["warm cache: bun bench/simulated.ts"]
      : []),
    ...(direct ? [] : ["direct form"]),
  ];
  const why = lacking.length === 0 ? "" : ` (skipped: no ${lacking.join(", ")})`;
  test.skipIf(lacking.length > 0)(`${id.join("/")}, simulated: one request${why}`, async () => {
    const one = exercises(POLYGLOT, [language]).find((exercise) => exercise.name === name);
    if (one === undefined) throw new Error(`There is no ${id.join("/")}.`);
    const task = { ...stubTask(one), tests: { visible: tests, judge: tests } };
    const row = await tried(task, "right", cached ? defaultCache() : undefined);
    expect({ solved: row.solved, breaches: row.breaches, message: row.message }).toMatchObject({
      solved: true,
      breaches: [],
    });
    expect(row.account?.requests).toBe(1);
    expect(row.account?.tokens.prompt).toBeLessThanOrEqual(4000);
  });
}
