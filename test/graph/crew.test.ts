/** Reading in worker processes: the same result, whatever happens to them, and none that stays. */
import { expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import type { Progress } from "../../src/graph/graph.ts";
import { makeTree } from "../workspace/tree.ts";
import { afresh, contents, definers, grapherOf, manyFiles, WORKER, workers } from "./place.ts";

setDefaultTimeout(60_000);

/** Takes the parser of Python far longer than a test would wait. */
const SLOW = `def f():\n${Array.from({ length: 14_000 }, (_, n) => `    # ${n}\n`).join("")}    return 1\n`;

/** Waits until it holds; throws after 10 s. */
async function until(holds: () => boolean): Promise<void> {
  const end = performance.now() + 10_000;
  while (!holds()) {
    if (performance.now() > end) throw new Error("It never came to that.");
    await Bun.sleep(2);
  }
}

test("many files are read in several processes of low priority, with the same result, and progress to the end", async () => {
  const root = makeTree(manyFiles(300));
  const grapher = await grapherOf(root, { worker: WORKER });
  const seen: Progress[] = [];
  const nice = new Set<string>();
  let most = 0;
  const graph = await grapher.current({
    onProgress: (progress) => {
      seen.push(progress);
      const now = workers();
      most = Math.max(most, now.length);
      for (const pid of now)
        nice.add(readFileSync(`/proc/${pid}/stat`, "latin1").split(") ")[1]?.split(" ")[16] ?? "");
    },
  });
  expect(contents(graph)).toEqual(await afresh(root));
  expect(seen).toHaveLength(300);
  expect(seen.at(-1)).toMatchObject({ files: 300, done: seen[0]?.total });
  expect(most).toBeGreaterThan(1);
  expect([...nice]).toEqual(["10"]);
  await until(() => workers().length === 0);
});

test("a small update starts no process", async () => {
  const root = makeTree(manyFiles(20));
  const grapher = await grapherOf(root, { worker: WORKER });
  let most = 0;
  const onProgress = (): void => {
    most = Math.max(most, workers().length);
  };
  expect((await grapher.current({ onProgress })).index.files).toHaveLength(20);
  expect(most).toBe(0);
});

test("while a model works there is one process", async () => {
  const root = makeTree(manyFiles(200));
  const grapher = await grapherOf(root, { worker: WORKER });
  grapher.yieldTo(true);
  let most = 0;
  await grapher.current({ onProgress: () => (most = Math.max(most, workers().length)) });
  expect(most).toBe(1);
});

test("workers that are killed again and again: every file is read all the same", async () => {
  const root = makeTree(manyFiles(300));
  const grapher = await grapherOf(root, { worker: WORKER });
  let kills = 0;
  const graph = await grapher.current({
    onProgress: ({ files }) => {
      // Those that were before a killed process come last; a second kill would make them slow.
      if (files % 25 !== 0 || files > 200) return;
      for (const pid of workers().slice(0, 1)) {
        process.kill(pid, "SIGKILL");
        kills += 1;
      }
    },
  });
  expect(kills).toBeGreaterThan(3);
  expect(contents(graph)).toEqual(await afresh(root));
});

test("a file that hangs the parser costs itself and nothing else, and is not tried again before it changes", async () => {
  const root = makeTree({ ...manyFiles(120), "a_slow.py": SLOW });
  const grapher = await grapherOf(root, { worker: WORKER, fileMs: 1500 });
  const pids = new Set<number>();
  const { index } = await grapher.current({
    onProgress: () => {
      for (const pid of workers()) pids.add(pid);
    },
  });
  // The two that began, and one after each try.
  expect(pids.size).toBeGreaterThanOrEqual(3);
  const odd = index.files.filter(({ kind }) => kind !== "code");
  expect(odd).toMatchObject([{ path: "a_slow.py", kind: "slow", size: SLOW.length }]);
  expect(index.files).toHaveLength(121);
  let read = 0;
  const next = await grapherOf(root, { worker: WORKER, fileMs: 1500 });
  await next.current({ onProgress: () => (read += 1) });
  expect(read).toBe(0);
});

test("a process that cannot be started, or ends at once: everything is read here", async () => {
  const root = makeTree(manyFiles(100));
  for (const worker of [["/nowhere/at/all"], ["false"], ["sh", "-c", "echo nonsense; sleep 9"]]) {
    const grapher = await grapherOf(root, { worker, store: null, fileMs: 300 });
    expect({ worker, found: definers(await grapher.current(), "work_99_4") }).toEqual({
      worker,
      found: ["pkg1/module_99.py"],
    });
  }
});

test("an abort ends the workers at once and leaves what was there; the next call begins anew", async () => {
  const root = makeTree(manyFiles(400));
  const grapher = await grapherOf(root, { worker: WORKER });
  const stop = new AbortController();
  let asked = 0;
  const stopped = grapher.current({
    signal: stop.signal,
    onProgress: ({ files }) => {
      if (files !== 40) return;
      asked = performance.now();
      stop.abort("enough");
    },
  });
  expect(await stopped.catch((reason) => reason)).toBe("enough");
  expect(performance.now() - asked).toBeLessThan(100);
  await until(() => workers().length === 0);
  expect(performance.now() - asked).toBeLessThan(500);
  expect(readdirSync(`${root}/.smallcode/graph`)).toEqual([]);
  expect(contents(await grapher.current())).toEqual(await afresh(root));
});

test("a parent that is killed takes its workers with it, also one that is in the middle of a file", async () => {
  const root = makeTree({ ...manyFiles(200), "a_slow.py": SLOW, "b_slow.py": SLOW });
  const parent = Bun.spawn([process.execPath, WORKER[1] ?? "", "index", "--cwd", root], {
    env: { PATH: process.env.PATH ?? "", HOME: "/nonexistent" },
    stdout: "ignore",
    stderr: "ignore",
  });
  const children = (): number[] =>
    readFileSync(`/proc/${parent.pid}/task/${parent.pid}/children`, "latin1")
      .split(" ")
      .filter(Boolean)
      .map(Number);
  await until(() => children().length > 1);
  await Bun.sleep(300);
  const mine = children();
  parent.kill("SIGKILL");
  const alive = (pid: number): boolean => {
    try {
      return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
    } catch (error) {
      if (error instanceof Error && "code" in error) return false;
      throw error;
    }
  };
  const killed = performance.now();
  await until(() => !mine.some(alive));
  expect(performance.now() - killed).toBeLessThan(500);
});
