/** A user's own places: where they are, what is trusted, and where a path really leads. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdir, mkdtemp, readdir, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { isTrusted, realPath, trust, userConfigPath, userStatePath } from "../src/config.ts";

let base: string;
let cwd: string;
let state: string;

beforeEach(async () => {
  base = await realpath(await mkdtemp(join(tmpdir(), "smallcode-place-")));
  cwd = join(base, "project");
  state = join(base, "home", "state");
  await Promise.all([mkdir(cwd), mkdir(join(base, "home"))]);
});
afterEach(() => rm(base, { recursive: true, force: true }));

test("the user's places on each platform", () => {
  const at = (platform: string, env: Record<string, string> = {}, where: string | null = "/h") => {
    const host = { platform, env, home: where };
    return [userConfigPath(host), userStatePath(host)];
  };
  expect(at("linux")).toEqual(["/h/.config/smallcode/config.json", "/h/.local/state/smallcode"]);
  expect(at("linux", { XDG_CONFIG_HOME: "/c", XDG_STATE_HOME: "/s" })).toEqual([
    "/c/smallcode/config.json",
    "/s/smallcode",
  ]);
  expect(at("linux", { XDG_CONFIG_HOME: "c" })[0]).toBe("/h/.config/smallcode/config.json");
  expect(at("darwin")[0]).toBe("/h/Library/Application Support/smallcode/config.json");
  expect(at("win32", { APPDATA: "/a", LOCALAPPDATA: "/l" })).toEqual([
    "/a/smallcode/config.json",
    "/l/smallcode",
  ]);
  expect(at("linux", {}, null)).toEqual([null, null]);
});

test("trust is for one folder, by its real path, and lasts", async () => {
  await mkdir(join(cwd, "sub"));
  await symlink(cwd, join(base, "alias"));
  expect(await isTrusted(cwd, state)).toBe(false);
  expect(await trust(join(base, "alias"), state)).toMatchObject({ ok: true });
  expect(await isTrusted(cwd, state)).toBe(true);
  expect(await isTrusted(join(base, "alias"), state)).toBe(true);
  expect(await isTrusted(join(cwd, "sub"), state)).toBe(false);
  expect(await isTrusted(base, state)).toBe(false);
  await Promise.all([trust(base, state), trust(join(cwd, "sub"), state)]);
  expect(await readdir(join(state, "trusted"))).toHaveLength(3);
});

test("trust that cannot be kept is a reason, and an entry for another folder is none", async () => {
  expect(await trust(cwd, null)).toMatchObject({ ok: false });
  expect(await isTrusted(cwd, null)).toBe(false);
  await writeFile(join(base, "home", "file"), "");
  const kept = await trust(cwd, join(base, "home", "file"));
  expect(kept.ok ? "" : kept.reason).toContain("cannot be remembered");
  const made = await trust(cwd, state);
  await writeFile(made.ok ? made.file : "", "/another\n");
  expect(await isTrusted(cwd, state)).toBe(false);
});

test("the real path follows links, also those whose target is not there", async () => {
  await symlink(join(base, "nowhere"), join(cwd, "dangling"));
  await symlink("loop", join(cwd, "loop"));
  expect(await realPath(join(cwd, "new", "file"))).toBe(join(cwd, "new", "file"));
  expect(await realPath(join(cwd, "dangling", "file"))).toBe(join(base, "nowhere", "file"));
  await expect(realPath(join(cwd, "loop"))).rejects.toThrow("leads to itself");
  expect(await realPath("/")).toBe("/");
  expect(dirname(await realPath(join(cwd, "dangling")))).toBe(base);
});
