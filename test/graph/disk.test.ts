/** The stored graph says what the one in memory says, before and after any update, and reads and writes no more than it needs. */
import { expect, test } from "bun:test";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import type { FileRecord } from "../../src/graph/index/record.ts";
import { loadStored, type Stored, type Update, updateStored } from "../../src/graph/store/disk.ts";
import { readFileRecord } from "../../src/graph/update/read-file.ts";
import type { Store } from "../../src/workspace/store.ts";
import {
  bringing,
  Dice,
  expectIndexOf,
  madeUpPath,
  madeUpRecord,
  madeUpStamp,
  newStore,
  quiet,
  storeWith,
} from "./records.ts";

/** A store that notes which files are read and written. */
function watched(store: Store): { store: Store; read: string[]; written: string[] } {
  const read: string[] = [];
  const written: string[] = [];
  const noting = storeWith(store, {
    read: (name) => {
      read.push(name);
      return store.read(name);
    },
    write: (name, text) => {
      written.push(name);
      return store.write(name, text);
    },
  });
  return { store: noting, read, written };
}

function reloaded(store: Store): Stored {
  const stored = loadStored(store, quiet);
  if (stored === null) throw new Error("There is no graph.");
  return stored;
}

const kindsOf = (names: string[]): string[] => names.map((name) => name.replace(/[-.].*/, ""));

/** Records of distinct paths. */
function someRecords(dice: Dice, count: number): FileRecord[] {
  const paths = new Set<string>();
  while (paths.size < count) paths.add(madeUpPath(dice));
  return [...paths].map((path) => madeUpRecord(dice, path));
}

/** Files of one name each, so that the shards are many: `name<at>` is defined in file `at` alone. */
const manyFiles = (count: number, size: number): FileRecord[] =>
  Array.from({ length: count }, (_, at) => ({
    path: `src/f${String(at).padStart(5, "0")}.py`,
    language: "python",
    kind: "code",
    broken: false,
    definitions: Array.from({ length: size }, (_, n) => ({
      name: `name${at}_${n}`,
      kind: "function",
      start: n * 3 + 1,
      end: n * 3 + 2,
      parent: -1,
      head: { at: n * 40, size: 20 },
    })),
    imports: [],
    uses: [{ name: "shared", at: [{ line: at + 1, role: "call" }] }],
  }));

test("this project's own sources, stored and loaded", async () => {
  const root = join(import.meta.dir, "../../src");
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => relative(root, join(entry.parentPath, entry.name))).slice(0, 30);
  const read = await Promise.all(
    paths.map((path) => readFileRecord(path, readFileSync(join(root, path), "utf8"))),
  );
  const inOrder = (uses: FileRecord["uses"]): FileRecord["uses"] =>
    uses.map(({ name, at }) => ({
      name,
      at: [...at].sort((a, b) => a.line - b.line || (a.role === "call" ? 1 : -1)),
    }));
  const records = read.flatMap((record) =>
    record === null ? [] : [{ ...record, uses: inOrder(record.uses) }],
  );
  const store = newStore();
  const built = await updateStored(store, null, bringing(records), quiet);
  expectIndexOf(built.index, records, built.stamps);
  const loaded = reloaded(store);
  expectIndexOf(loaded.index, records, built.stamps);
  expect(loaded.stamps).toEqual(built.stamps);
});

/** An update that changes, touches and removes some of the files, which `now` then follows. */
function someUpdate(dice: Dice, now: Map<string, FileRecord>, most: number): Update {
  const removed = [...now.keys()].filter(() => dice.roll(12) === 0);
  for (const path of removed) now.delete(path);
  const touched = [...now.keys()].filter(() => dice.roll(6) === 0);
  const changed = someRecords(dice, dice.roll(most)).filter(({ path }) => !touched.includes(path));
  for (const record of changed) now.set(record.path, record);
  return {
    ...bringing(changed),
    removed: removed.filter((path) => !now.has(path)),
    touched: touched.map(madeUpStamp),
  };
}

test("any updates in any order give what a new index of the same files says, also after a restart", async () => {
  for (let seed = 1; seed <= 8; seed += 1) {
    const dice = new Dice(seed);
    const store = newStore();
    const now = new Map<string, FileRecord>();
    let stored: Stored | null = null;
    for (let step = 0; step < 10; step += 1) {
      const update = someUpdate(dice, now, step % 6 === 0 ? 90 : 8);
      const before: Stored | null = dice.roll(3) === 0 && stored !== null ? reloaded(store) : stored;
      stored = await updateStored(store, before, update, quiet);
      expectIndexOf(stored.index, [...now.values()], stored.stamps);
      for (const stamp of update.touched) expect(stored.stamps.get(stamp.path)).toEqual(stamp);
      const loaded = reloaded(store);
      expect(loaded.stamps).toEqual(stored.stamps);
      expectIndexOf(loaded.index, [...now.values()], stored.stamps);
    }
  }
});

test("a state that was given out stays as it is while others follow", async () => {
  const store = newStore();
  const records = someRecords(new Dice(40), 90);
  const first = await updateStored(store, null, bringing(records), quiet);
  const [changed, ...others] = records;
  if (changed === undefined) throw new Error("There is no record.");
  const next = await updateStored(store, first, bringing([{ ...changed, definitions: [], uses: [] }]), quiet);
  const last = await updateStored(
    store,
    next,
    { ...bringing([]), removed: records.map(({ path }) => path) },
    quiet,
  );
  expectIndexOf(first.index, records, first.stamps);
  expectIndexOf(next.index, [{ ...changed, definitions: [], uses: [] }, ...others], next.stamps);
  expectIndexOf(last.index, [], last.stamps);
});

test("what has changed names a file once, whatever became of it before", async () => {
  const store = newStore();
  const records = manyFiles(70, 1);
  const paths = records.slice(0, 3).map(({ path }) => path);
  let stored = await updateStored(store, null, bringing(records), quiet);
  stored = await updateStored(store, stored, { ...bringing([]), removed: paths }, quiet);
  stored = await updateStored(
    store,
    stored,
    { ...bringing([]), touched: [madeUpStamp("src/f00009.py")] },
    quiet,
  );
  await updateStored(store, stored, bringing([...records.slice(0, 3), ...records.slice(9, 10)]), quiet);
  const shard = store.list().find((name) => name.startsWith("changed")) ?? "";
  const { changed, touched, removed } = JSON.parse(store.read(shard)?.toString() ?? "");
  expect([changed.length, touched, removed]).toEqual([4, [], []]);
});

test("a project without files is a graph as well", async () => {
  const store = newStore();
  await updateStored(store, null, bringing([]), quiet);
  expectIndexOf(reloaded(store).index, [], new Map());
});

test("every file is JSON, and a line holds one file or one name", async () => {
  const store = newStore();
  const records = someRecords(new Dice(50), 100);
  const built = await updateStored(store, null, bringing(records), quiet);
  await updateStored(store, built, bringing(records.slice(0, 3)), quiet);
  const names = new Set(built.index.names());
  const lines = { files: 0, names: 0, changed: 0 };
  for (const name of store.list()) {
    const text = readFileSync(join(store.folder, name), "utf8");
    expect(() => JSON.parse(text)).not.toThrow();
    if (name.startsWith("files"))
      lines.files += text.split("\n").filter((line) => line.startsWith("[")).length;
    if (name.startsWith("names")) lines.names += text.split("\n").length - 3;
    if (name.startsWith("changed"))
      lines.changed += text.split("\n").filter((line) => line.startsWith("[[")).length;
  }
  expect(lines).toEqual({ files: 100, names: names.size, changed: 3 });
});

test("the same files give the same shards, and one changed file another changed shard and manifest only", async () => {
  const records = manyFiles(2_000, 12);
  const update = bringing(records);
  const [one, other] = [newStore(), newStore()];
  const built = await updateStored(one, null, update, quiet);
  await updateStored(other, null, { ...update, changed: [...update.changed].reverse() }, quiet);
  expect(one.list().sort()).toEqual(other.list().sort());
  const { store, written } = watched(one);
  const next = await updateStored(store, built, bringing(manyFiles(1, 1)), quiet);
  await updateStored(store, next, bringing(manyFiles(2, 1)), quiet);
  expect(kindsOf(written)).toEqual(["changed", "manifest", "changed", "manifest"]);
  expect(kindsOf(one.list()).filter((kind) => kind === "changed")).toHaveLength(1);
});

test("a definition is found with one shard of names and one of files, once", async () => {
  const plain = newStore();
  await updateStored(plain, null, bringing(manyFiles(2_000, 12)), quiet);
  const sizes = plain.list().map((name) => statSync(join(plain.folder, name)).size);
  expect(plain.list().length).toBeGreaterThan(10);
  expect(Math.max(...sizes)).toBeLessThan(400_000);
  const { store, read } = watched(plain);
  const { index } = reloaded(store);
  for (let times = 0; times < 2; times += 1) {
    const [site, ...more] = index.definitionsNamed("name777_5");
    expect(more).toEqual([]);
    expect(site && index.definitionsIn(site.file)[site.definition]?.name).toBe("name777_5");
    expect(index.files[site?.file ?? -1]?.path).toBe("src/f00777.py");
  }
  expect(kindsOf(read)).toEqual(["manifest", "table", "names", "files"]);
});

test("the base is made anew when too much has changed", async () => {
  const store = newStore();
  const records = manyFiles(100, 3);
  const built = await updateStored(store, null, bringing(records), quiet);
  const few = await updateStored(store, built, bringing(records.slice(0, 64)), quiet);
  expect(kindsOf(store.list())).toContain("changed");
  const many = await updateStored(store, few, bringing(records.slice(64, 65)), quiet);
  expect(kindsOf(store.list())).not.toContain("changed");
  expectIndexOf(reloaded(store).index, records, many.stamps);
});

test("making a base lets the event loop go round", async () => {
  const update = bringing(manyFiles(4_000, 20));
  let rounds = 0;
  const timer = setInterval(() => {
    rounds += 1;
  }, 1);
  await updateStored(newStore(), null, update, quiet);
  clearInterval(timer);
  expect(rounds).toBeGreaterThan(5);
});
