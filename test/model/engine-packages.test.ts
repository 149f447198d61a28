/** The pinned packages: each with a hash, the right build for each platform, and the version that the engine's folder is called by. */
import { expect, test } from "bun:test";
import { PACKAGE_FILES, pins } from "../../src/model/engine/packages.ts";
import { ENGINE_VERSION } from "../../src/model/engine/start.ts";

test("every package has a version and a hash, and a place of its own", () => {
  const all = pins("linux", "x64");
  for (const { id, integrity } of all) {
    expect(id).toMatch(/^(@[^/@]+\/)?[^/@]+@\d+\.\d+\.\d+/);
    expect(integrity).toMatch(/^sha512-[A-Za-z0-9+/]{86}==$/);
  }
  expect(new Set(all.map(({ path }) => path)).size).toBe(all.length);
  // Nested ones lie below the package that needs them.
  expect(all.map(({ path }) => path)).toContain("node_modules/cross-spawn/node_modules/which");
});

test("each platform needs its own build alone", () => {
  const builds = (arch: string): string[] =>
    pins("linux", arch)
      .filter(({ id, optional }) => !optional && id.startsWith("@node-llama-cpp/"))
      .map(({ id }) => id);
  expect(builds("x64")).toEqual([`@node-llama-cpp/linux-x64@${ENGINE_VERSION}`]);
  expect(builds("arm64")).toEqual([`@node-llama-cpp/linux-arm64@${ENGINE_VERSION}`]);
});

test("the manifest asks for exact versions", () => {
  const { dependencies } = JSON.parse(PACKAGE_FILES["package.json"] ?? "") as { dependencies: object };
  expect(new Set(Object.values(dependencies))).toEqual(new Set([ENGINE_VERSION]));
});
