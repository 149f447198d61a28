/**
 * The graph's process is killed while it reads and writes: whoever asks next gets the answer of a graph made from nothing.
 * `SMALLCODE_KILLS=200` kills so many times (12 otherwise), `SMALLCODE_SEED` repeats a run.
 */
import { expect, test } from "bun:test";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ask, cleanGraph, folder, leftRunning, start, wellEnded, wholeGraph } from "../harness/graphed.ts";
import { binary } from "../harness/project.ts";

const KILLS = Number(process.env.SMALLCODE_KILLS ?? 12);
const SEED = Number(process.env.SMALLCODE_SEED ?? Date.now() % 1_000_000);

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const SOURCES = join(import.meta.dir, "..", "..", "src", "model");
/** Files that are changed between two graphs. */
const EDITED = ["budget.ts", "ladder.ts", "blocks.ts", "wire/reply.ts", "engine/packages.ts"];

/** Some of this project's own sources, enough to be read by workers. */
function sources(): string {
  const root = folder();
  cpSync(SOURCES, root, { recursive: true });
  return root;
}

const edited = (text: string): string =>
  `export function added_by_a_test(): number {\n  return 1;\n}\n${text}`;

async function killedAt(root: string, args: string[], ms: number): Promise<boolean> {
  const child = await start(root, args);
  await Bun.sleep(ms);
  child.kill("SIGKILL");
  await child.exited;
  return child.signalCode === "SIGKILL";
}

async function noneLeft(): Promise<void> {
  const path = await binary();
  for (const end = performance.now() + 10_000; performance.now() < end; await Bun.sleep(50))
    if (leftRunning(path).length === 0) return;
  expect(leftRunning(path)).toEqual([]);
}

test(
  `killed at ${KILLS} random moments (seed ${SEED}), the next answer is right`,
  async () => {
    const random = dice(SEED);
    const root = sources();
    const before = await cleanGraph(root);
    const took = (await ask(root, ["index"])).ms;
    const texts = EDITED.map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));
    for (const { path, text } of texts) writeFileSync(join(root, path), edited(text));
    const after = await cleanGraph(root);
    expect(after).not.toBe(before);
    let killed = 0;
    let changed = true;
    for (let kill = 0; kill < KILLS; kill++) {
      // Half of the time there is no graph, half of the time there is one of other texts.
      if (random() < 0.5) rmSync(join(root, ".smallcode"), { recursive: true, force: true });
      changed = !changed;
      for (const { path, text } of texts) writeFileSync(join(root, path), changed ? edited(text) : text);
      if (await killedAt(root, ["index"], random() * took * 1.1)) killed += 1;
      const { facts, said } = await wholeGraph(root);
      expect({ kill, right: facts === (changed ? after : before), said }).toEqual({
        kill,
        right: true,
        said: [],
      });
    }
    expect(killed).toBeGreaterThan(KILLS / 4);
    await noneLeft();
  },
  60_000 + KILLS * 20_000,
);

test(
  "of two processes that index at once one is killed, and both states are right",
  async () => {
    const random = dice(SEED + 1);
    const root = sources();
    const clean = await cleanGraph(root);
    const began = performance.now();
    wellEnded(await ask(root, ["index"]));
    const took = performance.now() - began;
    for (let round = 0; round < Math.max(3, KILLS / 4); round++) {
      rmSync(join(root, ".smallcode"), { recursive: true });
      const [other] = await Promise.all([
        ask(root, ["index"]),
        killedAt(root, ["index"], random() * took * 1.5),
      ]);
      wellEnded(other);
      const { facts, said } = await wholeGraph(root);
      expect({ round, right: facts === clean, said }).toEqual({ round, right: true, said: [] });
    }
  },
  60_000 + KILLS * 15_000,
);

test("two processes that index at once and readers beside them all answer right", async () => {
  const root = sources();
  const clean = await cleanGraph(root);
  const all = await Promise.all([wholeGraph(root), wholeGraph(root), ask(root, ["index"]), wholeGraph(root)]);
  for (const one of all)
    if ("facts" in one)
      expect({ right: one.facts === clean, said: one.said }).toEqual({ right: true, said: [] });
}, 120_000);
