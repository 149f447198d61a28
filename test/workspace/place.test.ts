/** Files that somebody changes in the moment in which they are to be replaced, or right after. */
import { expect, test } from "bun:test";
import { chmodSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Blobs } from "../../src/workspace/blobs.ts";
import { Ledger } from "../../src/workspace/ledger.ts";
import { type Placement, place, placeAvailable } from "../../src/workspace/place.ts";
import type { Entry } from "../../src/workspace/snapshot.ts";
import { swap } from "../../src/workspace/swap.ts";
import { makeTree, picture } from "./tree.ts";

function around(files: Record<string, string>) {
  const root = makeTree(files);
  const blobs = new Blobs(join(root, ".smallcode"));
  const options = {
    root,
    blobs,
    tick: 2_000_000_000,
    aside: join(root, ".smallcode", "kept"),
    durable: true,
  };
  const entry = (text: string, mode = 0o644): Entry => ({
    hash: blobs.put(Buffer.from(text), false),
    mode,
    link: false,
  });
  return { root, options, entry };
}

/** Where each is, what it holds by then, and that nothing else is beside it. */
function expectTree(root: string, tree: Record<string, string>): void {
  expect(picture(root)).toEqual(tree);
  expect(readdirSync(root).sort()).toEqual([".smallcode", ...Object.keys(tree)].sort());
}

test("what is found in its place is replaced, removed or made", () => {
  const { root, options, entry } = around({ a: "1", b: "1", c: "1" });
  place(
    [
      { path: "a", over: entry("1"), entry: entry("2") },
      { path: "b", over: entry("1"), entry: null },
      { path: "d", over: null, entry: entry("2", 0o755) },
    ],
    options,
  );
  expectTree(root, { a: "644 2", c: "644 1", d: "755 2" });
});

test("what somebody has changed, shut, removed, made or made a link since stays as it is", () => {
  const { root, options, entry } = around({ a: "1", b: "1", c: "1", d: "1", e: "1" });
  writeFileSync(join(root, "a"), "theirs");
  chmodSync(join(root, "b"), 0o600);
  rmSync(join(root, "c"));
  writeFileSync(join(root, "d"), "theirs");
  rmSync(join(root, "e"));
  symlinkSync("a", join(root, "e"));
  writeFileSync(join(root, "f"), "theirs");
  const tree = picture(root);
  const all: Placement[] = [
    ...["a", "b", "c", "e"].map((path) => ({ path, over: entry("1"), entry: entry("2") })),
    { path: "d", over: entry("1"), entry: null },
    { path: "f", over: null, entry: entry("2") },
  ];
  for (const one of all) expect(place([one], options)).toEqual([one.path]);
  const done = placeAvailable([...all, { path: "g", over: null, entry: entry("2") }], options);
  expect({ ...done, placed: done.placed.map(({ path }) => path) }).toEqual({
    placed: ["g"],
    lost: [],
    overtaken: ["a", "b", "c", "e", "d", "f"],
  });
  expectTree(root, { ...tree, g: "644 2" });
});

test("what holds already what it should is left alone, whatever it was found to hold", () => {
  const { root, options, entry } = around({ a: "2" });
  place([{ path: "a", over: entry("1"), entry: entry("2") }], options);
  place([{ path: "b", over: entry("1"), entry: null }], options);
  expectTree(root, { a: "644 2" });
});

test("a pipe or a folder in the way goes aside; nothing is removed behind a link, and no folder", () => {
  const { root, options, entry } = around({ "real/a": "1", "folder/a": "1", "full/a": "1" });
  for (const name of ["pipe", "other"]) Bun.spawnSync(["mkfifo", join(root, name)]);
  symlinkSync("real", join(root, "link"));
  const to = { over: null, entry: entry("2") };
  place(
    [
      { path: "pipe", ...to },
      { path: "folder", ...to },
    ],
    options,
  );
  const away = { over: null, entry: null };
  place(
    ["other", "link/a", "full"].map((path) => ({ path, ...away })),
    options,
  );
  expect(picture(root)).toEqual({
    folder: "644 2",
    "full/a": "644 1",
    link: "-> real",
    pipe: "644 2",
    "real/a": "644 1",
  });
  expect(readdirSync(options.aside).sort()).toEqual(["folder", "other", "pipe"]);
});

test("a folder or a pipe that has come since stays, and so does what has come in the way to a place", () => {
  const { root, options, entry } = around({ "a/theirs": "1", way: "1" });
  Bun.spawnSync(["mkfifo", join(root, "pipe")]);
  for (const path of ["a", "pipe"])
    expect(place([{ path, over: entry("1"), entry: entry("2") }], options)).toEqual([path]);
  for (const path of ["a", "pipe", "way/b"])
    expect(place([{ path, over: null, entry: entry("2") }], { ...options, aside: null })).toEqual([path]);
  expect(readdirSync(root).sort()).toEqual([".smallcode", "a", "pipe", "way"]);
  expect(picture(join(root, "a"))).toEqual({ theirs: "644 1" });
});

test("two names change places, or nothing changes", () => {
  const root = makeTree({ a: "1", b: "2" });
  const isSwapped = swap(join(root, "a"), join(root, "b"));
  // Not every file system can.
  expect(picture(root)).toEqual(isSwapped ? { a: "644 2", b: "644 1" } : { a: "644 1", b: "644 2" });
  expect(swap(join(root, "a"), join(root, "c"))).toBe(false);
  expect(readdirSync(root).sort()).toEqual(["a", "b"]);
});

test("what somebody writes right behind ours is theirs", () => {
  const { root, options, entry } = around({ a: "1", b: "1" });
  const ledger = new Ledger(root);
  for (const path of ["a", "b"]) ledger.open(path, entry("1"));
  place(
    ["a", "b"].map((path) => ({ path, over: entry("1"), entry: entry("2") })),
    options,
  );
  writeFileSync(join(root, "a"), "theirs");
  for (const path of ["a", "b"]) ledger.holds(path, entry("2"));
  expect(ledger.differences().map(({ path, by }) => ({ path, by }))).toEqual([{ path: "a", by: "user" }]);
});
