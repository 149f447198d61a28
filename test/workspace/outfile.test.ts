/** A file that a person asked for: whole or not at all, and never in the place of what is no file. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeOutfile } from "../../src/workspace/outfile.ts";

let root = "";
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "smallcode-outfile-")));
});
afterEach(() => rmSync(root, { recursive: true }));

test("a new file, an existing one with its mode, and one behind a link", () => {
  expect(writeOutfile(root, "new.html", "one")).toEqual({ ok: true, absolute: join(root, "new.html") });
  writeFileSync(join(root, "old.html"), "old");
  chmodSync(join(root, "old.html"), 0o640);
  symlinkSync("old.html", join(root, "link.html"));
  expect(writeOutfile(root, "link.html", "two")).toEqual({ ok: true, absolute: join(root, "old.html") });
  expect(readFileSync(join(root, "old.html"), "utf8")).toBe("two");
  expect(statSync(join(root, "old.html")).mode & 0o777).toBe(0o640);
  expect(readdirSync(root).sort()).toEqual(["link.html", "new.html", "old.html"]);
});

test("a folder, a missing folder and an empty name are refused by a sentence, and nothing is left behind", () => {
  mkdirSync(join(root, "folder"));
  const reasons = ["folder", "gone/x.html", "none/", ""].map((path) => writeOutfile(root, path, "x"));
  expect(reasons).toEqual([
    { ok: false, reason: "folder is a folder; name a file." },
    { ok: false, reason: "gone/x.html cannot be written because its folder does not exist." },
    { ok: false, reason: "none/ is a folder; name a file." },
    { ok: false, reason: "The name of a file is needed." },
  ]);
  expect(readdirSync(root)).toEqual(["folder"]);
});

test("a pipe is written to and stays a pipe", async () => {
  const pipe = join(root, "pipe");
  Bun.spawnSync(["mkfifo", pipe]);
  const reader = Bun.spawn(["cat", pipe], { stdout: "pipe" });
  const writer = Bun.spawn(
    [
      process.execPath,
      "-e",
      `const { writeOutfile } = await import(${JSON.stringify(join(import.meta.dir, "../../src/workspace/outfile.ts"))}); console.log(writeOutfile("/", ${JSON.stringify(pipe)}, "through").ok)`,
    ],
    { stdout: "pipe" },
  );
  expect(await new Response(writer.stdout).text()).toBe("true\n");
  expect(await new Response(reader.stdout).text()).toBe("through");
  expect(statSync(pipe).isFIFO()).toBe(true);
});
