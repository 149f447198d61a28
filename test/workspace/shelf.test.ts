import { afterAll, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Shelf } from "../../src/workspace/shelf.ts";

const ROOT = mkdtempSync(join(tmpdir(), "shelf-"));
afterAll(() => rmSync(ROOT, { recursive: true }));

let folder = "";
beforeEach(() => {
  folder = join(mkdtempSync(join(ROOT, "one-")), "made");
});

const put = (shelf: Shelf, key: string, text: string): Promise<boolean> =>
  shelf.put(key, async (path) => writeFileSync(path, text));
const textOf = async (path: string | null): Promise<string | null> =>
  path === null ? null : Bun.file(path).text();

test("gives what was put there, by key, to another process, too", async () => {
  expect(await new Shelf(folder, 100).find("a")).toBeNull();
  expect(await put(new Shelf(folder, 100), "a", "one")).toBe(true);
  expect(await put(new Shelf(folder, 100), "ab", "two")).toBe(true);
  expect(await textOf(await new Shelf(folder, 100).find("a"))).toBe("one");
  expect(await textOf(await new Shelf(folder, 100).find("ab"))).toBe("two");
  expect(await new Shelf(folder, 100).find("b")).toBeNull();
});

test("a damaged file is not there, and goes", async () => {
  const shelf = new Shelf(folder, 100);
  await put(shelf, "a", "whole");
  writeFileSync(join(folder, readdirSync(folder)[0] ?? ""), "whol");
  expect(await shelf.find("a")).toBeNull();
  expect(readdirSync(folder)).toEqual([]);
});

test("the file that was unused for longest makes room", async () => {
  const shelf = new Shelf(folder, 10);
  for (const [seconds, key] of ["a", "b"].entries()) {
    await put(shelf, key, "1234");
    const name = readdirSync(folder).find((one) => one.startsWith(`${key}.`)) ?? "";
    utimesSync(join(folder, name), seconds + 1, seconds + 1);
  }
  expect(await shelf.find("a")).not.toBeNull();
  await put(shelf, "c", "1234");
  expect(await shelf.find("b")).toBeNull();
  expect(await textOf(await shelf.find("a"))).toBe("1234");
  expect(await textOf(await shelf.find("c"))).toBe("1234");
});

test("what cannot be written leaves nothing behind", async () => {
  const shelf = new Shelf(folder, 100);
  const failing = await shelf.put("a", async (path) => {
    writeFileSync(path, "half");
    throw new Error("no room");
  });
  expect(failing).toBe(false);
  expect(readdirSync(folder)).toEqual([]);
  writeFileSync(join(ROOT, "file"), "");
  expect(await put(new Shelf(join(ROOT, "file", "below"), 100), "a", "x")).toBe(false);
});
