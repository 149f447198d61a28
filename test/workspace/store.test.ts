/** Named texts below `.smallcode`: whole or not there, and every refusal a value. */
import { expect, test } from "bun:test";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isStaged, openStore, type Store } from "../../src/workspace/store.ts";

function opened(): { root: string; store: Store } {
  const root = mkdtempSync(join(tmpdir(), "smallcode-store-"));
  const made = openStore(root, "graph");
  if (!made.ok) throw new Error(made.reason);
  return { root, store: made.store };
}

test("what is written is read, replaced, listed and removed", () => {
  const { root, store } = opened();
  expect(store.read("a.json")).toBeNull();
  expect(store.write("a.json", "one")).toEqual({ ok: true });
  expect(store.write("a.json", "größe")).toEqual({ ok: true });
  expect(store.read("a.json")?.toString()).toBe("größe");
  expect(store.list()).toEqual(["a.json"]);
  expect(readFileSync(join(root, ".smallcode/.gitignore"), "utf8")).toBe("*\n");
  store.remove("a.json");
  store.remove("a.json");
  expect(store.list()).toEqual([]);
});

test("a touch makes a file count as new", () => {
  const { store } = opened();
  store.write("a", "1");
  utimesSync(join(store.folder, "a"), 1000, 1000);
  expect(store.age("a")).toBe(1_000_000);
  store.touch("a");
  expect(Math.abs((store.age("a") ?? 0) - Date.now())).toBeLessThan(10_000);
  store.touch("absent");
  expect(store.age("absent")).toBeNull();
});

test("a folder, a link or a file in the way is a refusal or nothing, never a throw", () => {
  const { root, store } = opened();
  mkdirSync(join(store.folder, "folder"));
  writeFileSync(join(root, "outside"), "secret");
  symlinkSync(join(root, "outside"), join(store.folder, "link"));
  expect(store.read("folder")).toBeNull();
  expect(store.read("link")).toBeNull();
  const refused = store.write("folder", "x");
  expect(refused).toEqual({
    ok: false,
    reason: `${join(store.folder, "folder")} cannot be written because it is a folder.`,
  });
  expect(store.list().filter(isStaged)).toEqual([]);
  store.remove("folder");
  expect(store.write("link", "ours")).toEqual({ ok: true });
  expect(readFileSync(join(root, "outside"), "utf8")).toBe("secret");
  const blocked = mkdtempSync(join(tmpdir(), "smallcode-store-"));
  mkdirSync(join(blocked, ".smallcode"));
  writeFileSync(join(blocked, ".smallcode/graph"), "");
  expect(openStore(blocked, "graph")).toMatchObject({
    ok: false,
    reason: expect.stringContaining("is in the way"),
  });
});

test("a store whose folder is gone refuses and reads nothing", () => {
  const { store } = opened();
  rmSync(store.folder, { recursive: true });
  expect(store.write("a", "x").ok).toBe(false);
  expect(store.list()).toEqual([]);
  expect(store.read("a")).toBeNull();
});

test("a name that leaves the folder is a bug", () => {
  const { store } = opened();
  for (const name of ["../a", "a/b", "..", ".", "", "a\0"]) expect(() => store.write(name, "x")).toThrow();
  expect(readdirSync(store.folder)).toEqual([]);
});
