/** The graph follows the disk: what has changed is seen, whatever it looks like, and what has not is not read again. */
import { expect, test } from "bun:test";
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type CodeGraph, type Grapher, GrapherClosed } from "../../src/graph/graph.ts";
import type { FileStamp } from "../../src/graph/store/disk.ts";
import { Screen } from "../../src/graph/update/refresh.ts";
import { Updater } from "../../src/graph/update/update.ts";
import { sightOf } from "../../src/workspace/entries.ts";
import { readStamped } from "../../src/workspace/stamp.ts";
import { openWorkspace } from "../../src/workspace/workspace.ts";
import { fill, makeTree } from "../workspace/tree.ts";
import { afresh, contents, definers, grapherOf } from "./place.ts";

/** Longer ago than any clock of a file system is coarse. */
const LONG_AGO = Date.now() / 1000 - 1000;

/** The files were all written long ago, as those of a project that nobody is working in. */
function age(root: string, paths: string[], seconds = LONG_AGO): void {
  for (const path of paths) utimesSync(join(root, path), seconds, seconds);
}

/** How many files one call reads. */
async function readBy(grapher: Grapher): Promise<number> {
  let read = 0;
  await grapher.current({ onProgress: ({ files }) => (read = files) });
  return read;
}

test("new, changed and removed files; a call that finds nothing gives the same graph", async () => {
  const root = makeTree({ "a.py": "def one(): pass\n", "b/c.py": "def two(): pass\n", "notes.txt": "x" });
  const grapher = await grapherOf(root);
  const first = await grapher.current();
  expect(first.index.files.map(({ path }) => path)).toEqual(["a.py", "b/c.py"]);
  expect(await grapher.current()).toBe(first);
  fill(root, { "a.py": "def three(): pass\n", "b/d.ts": "export function four() {}\n" });
  rmSync(join(root, "b/c.py"));
  const second = await grapher.current();
  expect(definers(second, "three")).toEqual(["a.py"]);
  expect([...definers(second, "one"), ...definers(second, "two")]).toEqual([]);
  expect(definers(second, "four")).toEqual(["b/d.ts"]);
  expect(contents(second)).toEqual(await afresh(root));
  expect(await second.text("a.py")).toBe("def three(): pass\n");
});

test("a change in the same tick, of the same size, with the same mtime and inode is seen, by this process and the next", async () => {
  const root = makeTree({ "a.py": "def one(): pass\n" });
  const tick = Math.floor(Date.now() / 1000);
  age(root, ["a.py"], tick);
  const grapher = await grapherOf(root);
  await grapher.current();
  writeFileSync(join(root, "a.py"), "def two(): pass\n");
  age(root, ["a.py"], tick);
  const other = await grapherOf(root);
  expect(definers(await other.current(), "two")).toEqual(["a.py"]);
  expect(definers(await grapher.current(), "two")).toEqual(["a.py"]);
});

test("in a running process a change is seen even where size, mtime and inode say nothing and the file is old", async () => {
  const root = makeTree({ "a.py": "def one(): pass\n" });
  age(root, ["a.py"]);
  const grapher = await grapherOf(root);
  await grapher.current();
  await grapher.current();
  writeFileSync(join(root, "a.py"), "def two(): pass\n");
  age(root, ["a.py"]);
  expect(definers(await grapher.current(), "two")).toEqual(["a.py"]);
});

test("what was only touched is not read again, and once its stamp is known nothing is written", async () => {
  const root = makeTree({ "a.py": "def one(): pass\n", "b.py": "def two(): pass\n" });
  age(root, ["a.py", "b.py"]);
  const grapher = await grapherOf(root);
  await grapher.current();
  const written = (): number => statSync(join(root, ".smallcode/graph/manifest.json")).mtimeMs;
  const first = written();
  await Bun.sleep(20);
  age(root, ["a.py"], LONG_AGO + 10);
  expect(await readBy(grapher)).toBe(0);
  const second = written();
  expect(second).toBeGreaterThan(first);
  await Bun.sleep(20);
  const next = await grapherOf(root);
  expect(await readBy(next)).toBe(0);
  expect(written()).toBe(second);
});

test("a process that starts later reads only what has changed since", async () => {
  const files = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`m${n}.py`, `def f${n}(): pass\n`]));
  const root = makeTree(files);
  age(root, Object.keys(files));
  await (await grapherOf(root)).current();
  fill(root, { "m3.py": "def other(): pass\n", "new.py": "def fresh(): pass\n" });
  const next = await grapherOf(root);
  expect(await readBy(next)).toBe(2);
  expect(contents(await next.current())).toEqual(await afresh(root));
});

test("a branch switch: only what differs is read, and the graph is that of the branch", async () => {
  const git = (...args: string[]): void => {
    const done = Bun.spawnSync(["git", "-c", "user.name=a", "-c", "user.email=a@b", ...args], { cwd: root });
    if (!done.success) throw new Error(done.stderr.toString());
  };
  const files = Object.fromEntries(
    Array.from({ length: 200 }, (_, n) => [`p${n % 10}/m${n}.py`, `def f${n}(): pass\n`]),
  );
  const root = makeTree(files);
  git("init", "-q", "-b", "main");
  git("add", ".");
  git("commit", "-qm", "one");
  git("checkout", "-qb", "other");
  for (let n = 0; n < 120; n += 1) fill(root, { [`p${n % 10}/m${n}.py`]: `def g${n}(): return ${n}\n` });
  for (let n = 190; n < 200; n += 1) rmSync(join(root, `p${n % 10}/m${n}.py`));
  git("commit", "-qam", "two");
  const grapher = await grapherOf(root);
  const other = contents(await grapher.current());
  git("checkout", "-q", "main");
  expect(await readBy(grapher)).toBe(130);
  expect(contents(await grapher.current())).toEqual(await afresh(root));
  git("checkout", "-q", "other");
  expect(contents(await grapher.current())).toEqual(other);
});

test("ignore files, globs of the settings and what may not be read are respected, also when they change", async () => {
  const root = makeTree({
    "a.py": "def one(): pass\n",
    "gen/b.py": "def two(): pass\n",
    "out/c.py": "def three(): pass\n",
    "deny/d.py": "def four(): pass\n",
    ".gitignore": "gen/\n",
  });
  const grapher = await grapherOf(root, {
    ignore: ["out/"],
    allowRead: (path) => !path.startsWith("deny/"),
  });
  const paths = async (): Promise<string[]> => (await grapher.current()).index.files.map(({ path }) => path);
  expect(await paths()).toEqual(["a.py"]);
  fill(root, { ".gitignore": "a.py\n" });
  expect(await paths()).toEqual(["gen/b.py"]);
  rmSync(join(root, ".gitignore"));
  expect(await paths()).toEqual(["a.py", "gen/b.py"]);
});

test("large, binary and unreadable files are there without facts, and come back when they change", async () => {
  const large = `def one(): pass\n${"# x\n".repeat(300_000)}`;
  const root = makeTree({
    "a.py": large,
    "b.py": new Uint8Array([0x64, 0, 1]),
    "c.py": "def three(): pass\n",
  });
  const grapher = await grapherOf(root);
  const kinds = async (): Promise<string[]> => (await grapher.current()).index.files.map(({ kind }) => kind);
  expect(await kinds()).toEqual(["large", "unreadable", "code"]);
  fill(root, { "a.py": "def one(): pass\n", "b.py": "def two(): pass\n", "c.py": large });
  expect(await kinds()).toEqual(["code", "code", "large"]);
});

test("a folder in the place of a file, a renamed folder, a file that becomes a link", async () => {
  const root = makeTree({
    "a.py": "def one(): pass\n",
    "b/c.py": "def two(): pass\n",
    "d.py": "def three(): pass\n",
  });
  const grapher = await grapherOf(root);
  await grapher.current();
  rmSync(join(root, "a.py"));
  mkdirSync(join(root, "a.py"));
  renameSync(join(root, "b"), join(root, "e"));
  rmSync(join(root, "d.py"));
  Bun.spawnSync(["ln", "-s", "e/c.py", join(root, "d.py")]);
  expect((await grapher.current()).index.files.map(({ path }) => path)).toEqual(["e/c.py"]);
});

test("calls at once share one update; one that comes after an edit sees it, whatever is still running", async () => {
  const root = makeTree({ "a.py": "def one(): pass\n", "b.py": "def two(): pass\n" });
  const grapher = await grapherOf(root);
  const [first, second] = await Promise.all([grapher.current(), grapher.current()]);
  expect(first).toBe(second);
  fill(root, { "b.py": "def three(): pass\n" });
  let later: Promise<CodeGraph> | null = null;
  await grapher.current({
    onProgress: () => {
      // The look at the disk is over by now.
      fill(root, { "a.py": "def edited(): pass\n" });
      later = grapher.current();
    },
  });
  const graph: CodeGraph | null = await later;
  expect(graph === null ? [] : definers(graph, "edited")).toEqual(["a.py"]);
});

test("an aborted call rejects with its reason and leaves the update to the others", async () => {
  const root = makeTree({ "a.py": "def one(): pass\n" });
  const grapher = await grapherOf(root);
  const stop = new AbortController();
  const left = grapher.current({ signal: stop.signal });
  const stays = grapher.current();
  stop.abort("enough");
  expect(await left.catch((reason) => reason)).toBe("enough");
  expect(definers(await stays, "one")).toEqual(["a.py"]);
  expect(await grapher.current({ signal: AbortSignal.abort("early") }).catch((reason) => reason)).toBe(
    "early",
  );
});

test("two graphers at once on one folder, with edits in between: both are right, and so is the next", async () => {
  const root = makeTree(
    Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`m${n}.py`, `def f${n}(): pass\n`])),
  );
  const [one, two] = [await grapherOf(root), await grapherOf(root)];
  for (let round = 0; round < 6; round += 1) {
    fill(root, { [`m${round}.py`]: `def edited_${round}(): pass\n`, [`n${round}.py`]: "x = 1\n" });
    const [a, b] = await Promise.all([one.current(), two.current()]);
    expect(contents(a)).toEqual(contents(b));
  }
  expect(contents(await (await grapherOf(root)).current())).toEqual(await afresh(root));
});

test("in a folder that cannot be written the graph lives in memory, and that is said once", async () => {
  const root = makeTree({ "a.py": "def one(): pass\n", ".smallcode": "no folder" });
  const troubles: string[] = [];
  const grapher = await grapherOf(root, { trouble: (text) => troubles.push(text) });
  expect(definers(await grapher.current(), "one")).toEqual(["a.py"]);
  fill(root, { "a.py": "def two(): pass\n" });
  expect(definers(await grapher.current(), "two")).toEqual(["a.py"]);
  expect(troubles).toHaveLength(1);
});

test("what is damaged of a store is made anew, in one sentence, also where only a question meets it", async () => {
  for (const damaged of [/^(table|files)/, /^files/, /^table/, /^manifest/]) {
    const root = makeTree({ "a.py": "def one(): pass\n", "b.py": "def two(): one()\n" });
    await (await grapherOf(root)).current();
    const folder = join(root, ".smallcode/graph");
    const names = readdirSync(folder).filter((name) => damaged.test(name));
    expect(names).not.toEqual([]);
    for (const name of names) writeFileSync(join(folder, name), "{}");
    const troubles: string[] = [];
    const grapher = await grapherOf(root, { trouble: (text) => troubles.push(text) });
    expect(await grapher.ask(contents)).toEqual(await afresh(root));
    expect({ damaged, count: troubles.length }).toEqual({ damaged, count: 1 });
    const next = await grapherOf(root, { trouble: (text) => troubles.push(text) });
    expect(await next.ask(contents)).toEqual(await afresh(root));
    expect(troubles).toHaveLength(1);
  }
});

test("an index that is forgotten while an update goes on from it is not built upon", async () => {
  const root = makeTree({ "a.py": "def one(): pass\n" });
  const opened = await openWorkspace(root, { ignore: [], allowWrite: () => false });
  if (!opened.ok) throw new Error(opened.reason);
  const trouble = (): void => undefined;
  const rest = { worker: null, store: null, trouble, fileMs: 1000 };
  const updater = new Updater({ workspace: opened.workspace, ...rest });
  const { signal } = new AbortController();
  await updater.update(signal, () => undefined);
  fill(root, { "a.py": "def two(): pass\n" });
  const built = await updater.update(signal, () => updater.forget({ anew: true }));
  const anew = await updater.update(signal, () => undefined);
  expect(anew).not.toBe(built);
  expect(anew.index.definitionsNamed("two")).toHaveLength(1);
  expect(await updater.update(signal, () => undefined)).toBe(anew);
});

test("what was found to hold is not taken to hold for another state of the store", async () => {
  const root = makeTree({ "a.py": "def one(): pass\n" });
  age(root, ["a.py"]);
  const looked = sightOf(join(root, "a.py"));
  const read = readStamped(root, "a.py", 1000);
  if (looked === null || read === null) throw new Error("The file is gone.");
  const stamp = { path: "a.py", ...read.stamp };
  const screen = new Screen(root);
  const compare = (one: FileStamp) =>
    screen.compare([{ path: "a.py", sight: looked }], new Map([["a.py", one]]), new AbortController().signal);
  expect((await compare(stamp)).changed).toEqual([]);
  expect((await compare(stamp)).changed).toEqual([]);
  const older = { ...stamp, mtimeNs: stamp.mtimeNs - 5n, hash: "another" };
  expect((await compare(older)).changed).toHaveLength(1);
});

test("a closed grapher refuses", async () => {
  const grapher = await grapherOf(makeTree({ "a.py": "x = 1\n" }));
  grapher.close();
  expect(await grapher.current().catch((reason) => reason)).toBeInstanceOf(GrapherClosed);
});
