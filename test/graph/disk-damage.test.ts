/** A stored graph that was damaged, removed, replaced or cannot be written: the right answer, or none; never a wrong one. */
import { afterEach, expect, setSystemTime, test } from "bun:test";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadStored, type Stored, updateStored } from "../../src/graph/store/disk.ts";
import { shardHash } from "../../src/graph/store/shards.ts";
import { DamagedIndex } from "../../src/graph/store/shards-read.ts";
import type { Store } from "../../src/workspace/store.ts";
import {
  bringing,
  Dice,
  expectIndexOf,
  madeUpRecord,
  newStore,
  quiet,
  saidBy,
  storeWith,
} from "./records.ts";

afterEach(() => {
  setSystemTime();
});

const records = (seed: number, count: number) =>
  Array.from({ length: count }, (_, at) => madeUpRecord(new Dice(seed * 1000 + at), `src/f${at}.py`));

/** A small graph with a base and changes. */
async function stored(store: Store): Promise<Stored> {
  const built = await updateStored(store, null, bringing(records(1, 6)), quiet);
  return updateStored(store, built, { ...bringing(records(2, 2)), removed: ["src/f5.py"] }, quiet);
}

/** What a reader gets of the store: everything, or how it was told that there is nothing. */
function attempt(store: Store): unknown {
  const told: string[] = [];
  const loaded = loadStored(store, (sentence) => told.push(sentence));
  if (loaded === null) return told;
  try {
    return saidBy(loaded.index);
  } catch (error) {
    if (error instanceof DamagedIndex) return "damaged";
    throw error;
  }
}

/** Expects the right answers, one sentence, or the typed error. */
function expectNothingWrong(found: unknown, right: unknown, what: string): "right" | "refused" {
  if (found === "damaged") return "refused";
  if (Array.isArray(found)) {
    expect([what, found.length]).toEqual([what, 1]);
    expect(found[0]).toMatch(/^The code graph on disk .*made anew\.$/s);
    return "refused";
  }
  if (!Bun.deepEquals(found, right)) throw new Error(`${what} gave a wrong answer`);
  return "right";
}

test("no truncation and no flipped bit of any file gives a wrong answer", async () => {
  const store = newStore();
  const right = saidBy((await stored(store)).index);
  expect(attempt(store)).toEqual(right);
  for (const name of store.list()) {
    const path = join(store.folder, name);
    const bytes = readFileSync(path);
    const step = Math.max(1, Math.floor(bytes.length / 150));
    const seen = { right: 0, refused: 0 };
    for (let at = 0; at < bytes.length; at += step) {
      writeFileSync(path, bytes.subarray(0, at));
      seen[expectNothingWrong(attempt(store), right, `${name} cut at ${at}`)] += 1;
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8));
      writeFileSync(path, flipped);
      seen[expectNothingWrong(attempt(store), right, `${name} flipped at ${at}`)] += 1;
    }
    expect([name, seen.right, seen.refused > 0]).toEqual([name, 0, true]);
    writeFileSync(path, bytes);
  }
  expect(attempt(store)).toEqual(right);
});

test("what is whole but of another shape is refused, whatever its name says", async () => {
  const store = newStore();
  await stored(store);
  const others = [
    "null",
    "[]",
    "{}",
    '{"files":{}}',
    '{"files":[1]}',
    '{"files":[["a"]],"names":["A"]}',
    '{"names":["~ A A"]}',
    "no json",
    `{"files":[${'["f","","","","",""],'.repeat(6)}["f","","","","",""]]}`,
    '{"names":["Aget fA "]}',
    '{"names":["Aget  fFB"]}',
  ];
  const manifest = readFileSync(join(store.folder, "manifest.json"), "utf8");
  const rest = (text: string): string => text.slice(text.indexOf("\n") + 1);
  for (const name of store.list().filter((one) => one !== "manifest.json"))
    for (const text of others) {
      const other = name.replace(/[0-9a-f]{20}/, shardHash(text));
      writeFileSync(join(store.folder, other), text);
      const forged = rest(manifest).replace(name, other);
      writeFileSync(join(store.folder, "manifest.json"), `{"check":"${shardHash(forged)}",\n${forged}`);
      const found = attempt(store);
      if (found !== "damaged")
        expect(found).toEqual([
          expect.stringMatching(/^The code graph on disk is damaged: .* It is made anew\.$/),
        ]);
      rmSync(join(store.folder, other));
    }
});

test("a shard that is gone is found out when the graph is loaded, or when it is read", async () => {
  const store = newStore();
  const { index } = await stored(store);
  const loaded = loadStored(store, quiet);
  for (const name of store.list()) {
    const bytes = readFileSync(join(store.folder, name));
    rmSync(join(store.folder, name));
    const told: string[] = [];
    expect(loadStored(store, (sentence) => told.push(sentence))).toBeNull();
    expect(told).toEqual(
      name === "manifest.json"
        ? []
        : [`The code graph on disk is damaged: ${name} is gone. It is made anew.`],
    );
    writeFileSync(join(store.folder, name), bytes);
  }
  for (const name of store.list()) if (/^(names|files)/.test(name)) rmSync(join(store.folder, name));
  expect(() => loaded?.index.definitionsIn(2)).toThrow(DamagedIndex);
  expect(() => [...(loaded?.index.names() ?? [])]).toThrow(DamagedIndex);
  expect(() => saidBy(index)).toThrow(DamagedIndex);
  await expect(updateStored(store, loaded, bringing(records(3, 1)), quiet)).rejects.toThrow(DamagedIndex);
});

test("a damaged graph is whole again after it was made anew", async () => {
  const store = newStore();
  const update = bringing(records(1, 80));
  await updateStored(store, null, update, quiet);
  for (const name of store.list()) writeFileSync(join(store.folder, name), "");
  const anew = await updateStored(store, null, update, quiet);
  expectIndexOf(anew.index, records(1, 80), anew.stamps);
  expect(attempt(store)).toEqual(saidBy(anew.index));
});

test("another version's graph is made anew, with one sentence", async () => {
  const store = newStore();
  await stored(store);
  const path = join(store.folder, "manifest.json");
  const text = readFileSync(path, "utf8");
  const sealed = (rest: string): string => `{"check":"${shardHash(rest)}",\n${rest}`;
  const rest = text.slice(text.indexOf("\n") + 1);
  const versions = [
    sealed(rest.replace('"format":1', '"format":2')),
    '{"format":7,"anything":["else"]}',
    sealed(rest.replace(/"fingerprint":"./, '"fingerprint":"x')),
  ];
  for (const version of versions) {
    writeFileSync(path, version);
    expect(attempt(store)).toEqual([
      "The code graph on disk was made by another version of smallcode; it is made anew.",
    ]);
  }
});

test("two writers on one store: the last manifest wins, and neither damages the other", async () => {
  const root = mkdtempSync(join(tmpdir(), "smallcode-two-"));
  const [one, other] = [newStore(root), newStore(root)];
  const built = await updateStored(one, null, bringing(records(1, 90)), quiet);
  let [mine, theirs]: [Stored, Stored | null] = [built, loadStored(other, quiet)];
  for (let round = 0; round < 6; round += 1) {
    const [first, second] = await Promise.all([
      updateStored(one, mine, bringing(records(10 + round, 40)), quiet),
      updateStored(other, theirs, { ...bringing(records(20 + round, 30)), removed: ["src/f89.py"] }, quiet),
    ]);
    [mine, theirs] = [first, second];
    const says = saidBy(loadStored(one, quiet)?.index ?? built.index);
    expect(Bun.deepEquals(says, saidBy(mine.index)) || Bun.deepEquals(says, saidBy(theirs.index))).toBe(true);
  }
});

test("shards that nobody names go when they are a minute old; what is not ours stays", async () => {
  const store = newStore();
  const built = await updateStored(store, null, bringing(records(1, 3)), quiet);
  const garbage = [
    `names-00-${"a".repeat(20)}.json`,
    `changed-${"b".repeat(20)}.json`,
    "manifest.json.99.smallcode-tmp",
  ];
  const foreign = ["notes.txt", "names.json", "names-00-abc.json", "other.json"];
  for (const name of [...garbage, ...foreign]) {
    writeFileSync(join(store.folder, name), "x");
    utimesSync(join(store.folder, name), 1000, 1000);
  }
  const young = `files-00-${"c".repeat(20)}.json`;
  writeFileSync(join(store.folder, young), "x");
  mkdirSync(join(store.folder, `names-01-${"d".repeat(20)}.json`));
  await updateStored(store, built, bringing(records(2, 1)), quiet);
  const left = store.list();
  expect(left.filter((name) => garbage.includes(name))).toEqual([]);
  expect(left).toEqual(expect.arrayContaining([...foreign, young]));
});

test("a reader of the last graph has a minute after a new base was made", async () => {
  const store = newStore();
  const old = records(1, 70);
  const built = await updateStored(store, null, bringing(old), quiet);
  for (const name of store.list()) utimesSync(join(store.folder, name), 1000, 1000);
  const reader = loadStored(store, quiet);
  const next = await updateStored(store, built, bringing(records(2, 66)), quiet);
  expectIndexOf(reader?.index ?? next.index, old, built.stamps);
  for (const name of store.list())
    if (/^(names|files)/.test(name)) utimesSync(join(store.folder, name), 1000, 1000);
  await updateStored(store, next, bringing(records(3, 1)), quiet);
  expect(() => saidBy(loadStored(store, quiet)?.index ?? built.index)).not.toThrow();
});

test("a manifest that is put in place while the last one is being read is read instead", async () => {
  const store = newStore();
  const first = await updateStored(store, null, bringing(records(1, 3)), quiet);
  const next = await updateStored(store, first, bringing(records(2, 1)), quiet);
  const old = store.read("manifest.json");
  const last = await updateStored(store, next, bringing(records(3, 1)), quiet);
  let reads = 0;
  const late = storeWith(store, {
    read: (name) => (name === "manifest.json" && reads++ === 0 ? old : store.read(name)),
  });
  expect(saidBy(loadStored(late, quiet)?.index ?? first.index)).toEqual(saidBy(last.index));
  const told: string[] = [];
  const stale = storeWith(store, { read: (name) => (name === "manifest.json" ? old : store.read(name)) });
  expect(loadStored(stale, (sentence) => told.push(sentence))).toBeNull();
  expect(told).toHaveLength(1);
});

test("without a store the graph lives in memory", async () => {
  const built = await updateStored(null, null, bringing(records(1, 80)), quiet);
  expectIndexOf(built.index, records(1, 80), built.stamps);
  const next = await updateStored(null, built, bringing(records(2, 70)), quiet);
  expectIndexOf(next.index, [...records(2, 70), ...records(1, 80).slice(70)], next.stamps);
});

test("a store that refuses is told of once; the graph lives in memory, and what was on disk stays", async () => {
  const store = newStore();
  const first = await updateStored(store, null, bringing(records(1, 3)), quiet);
  const before = store.list().sort();
  let left = 2;
  const failing = storeWith(store, {
    write: (name, text) => {
      left -= 1;
      return left < 0
        ? { ok: false, reason: "it cannot be written because the disk is full." }
        : store.write(name, text);
    },
  });
  const told: string[] = [];
  const tell = (sentence: string): void => {
    told.push(sentence);
  };
  const second = await updateStored(failing, first, bringing(records(2, 80)), tell);
  left = 2;
  const hasty = await updateStored(failing, second, bringing(records(4, 1)), tell);
  expect(left).toBe(2);
  setSystemTime(Date.now() + 61_000);
  const third = await updateStored(failing, hasty, bringing(records(3, 2)), tell);
  expect(left).toBe(-1);
  expect(told).toEqual([
    "The code graph lives in memory only: it cannot be written because the disk is full.",
  ]);
  expectIndexOf(third.index, [...records(3, 2), ...records(2, 80).slice(2)], third.stamps);
  expect(store.list().sort()).toEqual(before);
  expect(attempt(store)).toEqual(saidBy(first.index));
  setSystemTime(Date.now() + 61_000);
  const last = await updateStored(store, third, bringing([]), tell);
  expect(attempt(store)).toEqual(saidBy(last.index));
  expect(saidBy(last.index)).toEqual(saidBy(third.index));
  await updateStored(failing, last, bringing(records(5, 1)), tell);
  expect(told).toHaveLength(2);
});

test("a folder in the manifest's place is a refusal", async () => {
  const store = newStore();
  mkdirSync(join(store.folder, "manifest.json"));
  expect(loadStored(store, quiet)).toBeNull();
  const told: string[] = [];
  const built = await updateStored(store, null, bringing(records(1, 3)), (sentence) => told.push(sentence));
  expectIndexOf(built.index, records(1, 3), built.stamps);
  expect(told).toHaveLength(1);
  expect(readdirSync(store.folder)).toEqual(["manifest.json"]);
});
