/** Packages from an archive: by their hashes alone, all or nothing. */
import { afterAll, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Part, replaceFolder, unpack } from "../../src/workspace/unpack.ts";

const root = mkdtempSync(join(tmpdir(), "unpack-"));
afterAll(() => rmSync(root, { recursive: true }));

async function tarball(files: Record<string, string>): Promise<Uint8Array<ArrayBuffer>> {
  return new Bun.Archive(files, { compress: "gzip" }).bytes();
}
const part = (id: string, bytes: Uint8Array, optional = false): Part => ({
  id,
  path: `node_modules/${id}`,
  integrity: `sha512-${createHash("sha512").update(bytes).digest("base64")}`,
  optional,
});

const one = await tarball({ "package/index.js": "one", "package/lib/deep.js": "deep" });
const two = await tarball({ "anything/index.js": "two" });
const hostile = await tarball({ "package/../../../outside.js": "out", "package/index.js": "in" });
const packs = join(root, "packs");
mkdirSync(packs);
writeFileSync(join(packs, "whatever.tgz"), one);
writeFileSync(join(packs, "b.tgz"), two);
writeFileSync(join(packs, "stranger.tgz"), hostile);
const parts = [part("one", one), part("two", two), part("extra", new Uint8Array([1]), true)];

const installed = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
const WHOLE = ["node_modules/one/index.js", "node_modules/one/lib/deep.js", "node_modules/two/index.js"];

test("a folder or an archive of packages is unpacked, whatever its files are called; strangers are left alone", async () => {
  const archive = join(root, "all.tgz");
  const entries = readdirSync(packs).map((name) => [`x/${name}`, readFileSync(join(packs, name))] as const);
  await Bun.write(archive, await new Bun.Archive(Object.fromEntries(entries), { compress: "gzip" }).bytes());
  for (const from of [packs, archive]) {
    const folder = join(root, "engine");
    expect(await replaceFolder(folder, (draft) => unpack(from, parts, draft))).toEqual({ ok: true });
    expect(installed(folder)).toEqual(WHOLE);
  }
});

test("a package that is missing or changed leaves what was there as it was", async () => {
  const folder = join(root, "kept");
  mkdirSync(folder);
  writeFileSync(join(folder, "old"), "old");
  const changed = join(root, "changed");
  mkdirSync(changed);
  writeFileSync(join(changed, "one.tgz"), one);
  writeFileSync(join(changed, "two.tgz"), new Uint8Array([...two, 0]));
  const done = await replaceFolder(folder, (draft) => unpack(changed, parts, draft));
  expect(done).toMatchObject({ ok: false, reason: expect.stringContaining("lacks two") });
  expect(installed(folder)).toEqual(["old"]);
  expect(readdirSync(root).filter((name) => name.startsWith("kept."))).toEqual([]);
});

test("nothing is written outside, and what is no archive is told", async () => {
  const folder = join(root, "inside", "engine");
  const done = await replaceFolder(folder, (draft) => unpack(packs, [part("bad", hostile)], draft));
  expect(done).toEqual({ ok: true });
  expect(installed(folder)).toEqual(["node_modules/bad/index.js"]);
  expect(existsSync(join(root, "inside", "outside.js"))).toBe(false);
  const text = join(root, "text");
  writeFileSync(text, "no archive");
  for (const from of [text, join(root, "nowhere")])
    expect(await unpack(from, parts, join(root, "none"))).toMatchObject({ ok: false });
});
