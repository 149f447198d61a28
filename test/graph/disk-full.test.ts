/** A full or read-only disk under the stored graph: the old graph or the new one, and the state in memory all the same. */
import { expect, test } from "bun:test";
import { join } from "node:path";
import { canMount, onTinyDisk } from "../harness/tiny-disk.ts";

/** Runs a script on a tiny disk that has the store of a graph, and records to put into it. */
const onGraphDisk = (script: string): unknown =>
  onTinyDisk(`
    import { loadStored, updateStored } from ${JSON.stringify(join(import.meta.dir, "../../src/graph/store/disk.ts"))};
    import { openStore } from ${JSON.stringify(join(import.meta.dir, "../../src/workspace/store.ts"))};
    import { bringing, Dice, madeUpRecord, saidBy } from ${JSON.stringify(join(import.meta.dir, "records.ts"))};
    const { store } = openStore(root, "graph");
    const told = [];
    const tell = (sentence) => told.push(sentence);
    const some = (seed, count) => Array.from({ length: count }, (_, at) => madeUpRecord(new Dice(seed * 1000 + at), "f" + at));
    const loaded = () => loadStored(store, tell);
    const same = (a, b) => Bun.deepEquals(saidBy(a.index), saidBy(b.index));
    ${script}`);

test.skipIf(!canMount)("a graph that does not fit leaves the old one and nothing else", () => {
  const answer = onGraphDisk(`
    const first = await updateStored(store, null, bringing(some(1, 20)), tell);
    const before = store.list().sort();
    writeFileSync(root + "/spare", "s".repeat(100000));
    fill();
    unlinkSync(root + "/spare");
    const second = await updateStored(store, first, bringing(some(2, 600)), tell);
    const third = await updateStored(store, second, bringing(some(3, 1)), tell);
    console.log(JSON.stringify({
      told,
      left: Bun.deepEquals(store.list().sort(), before),
      onDisk: same(loaded(), first),
      inMemory: third.index.files.length,
    }));`);
  expect(answer).toEqual({
    told: [
      expect.stringMatching(
        /^The code graph lives in memory only: .* cannot be written because the disk is full\.$/,
      ),
    ],
    left: true,
    onDisk: true,
    inMemory: 600,
  });
});

test.skipIf(!canMount)("a graph on a read-only disk is read", () => {
  const answer = onGraphDisk(`
    const first = await updateStored(store, null, bringing(some(1, 20)), tell);
    Bun.spawnSync(["mount", "-o", "remount,ro", root]);
    const before = loaded();
    const second = await updateStored(store, before, bringing(some(2, 1)), tell);
    console.log(JSON.stringify({ told, before: same(before, first), inMemory: second.index.files.length, onDisk: same(loaded(), first) }));`);
  expect(answer).toEqual({
    told: [
      expect.stringMatching(
        /^The code graph lives in memory only: .* because the file system is read-only\.$/,
      ),
    ],
    before: true,
    inMemory: 20,
    onDisk: true,
  });
});
