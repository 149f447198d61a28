/**
 * The packages that the engine is made of, as the program has them pinned: a manifest, and a lock file of the package
 * manager with each package's version and hash. Both come from `bun install --lockfile-only` on the manifest.
 */
import { z } from "zod";
import manifest from "./packages/manifest.json" with { type: "text" };
import lock from "./packages/packages.lock" with { type: "text" };

/** One package in its place. */
export interface Pin {
  /** `name@version`. */
  id: string;
  /** From the folder of the engine. */
  path: string;
  /** `sha512-` and base64, of the package as registries serve it (.tgz). */
  integrity: string;
  /** The engine runs without it. */
  optional: boolean;
}

const List = z.union([z.string(), z.array(z.string())]).optional();
const Info = z.object({
  os: List,
  cpu: List,
  optionalDependencies: z.record(z.string(), z.string()).optional(),
});
const Lock = z.object({
  packages: z.record(z.string(), z.tuple([z.string(), z.string(), Info, z.string()])),
});

/** What the package manager reads, by file name. */
export const PACKAGE_FILES: Record<string, string> = {
  "package.json": String(manifest),
  "bun.lock": lock,
};

const suits = (list: z.infer<typeof List>, mine: string): boolean =>
  list === undefined || [list].flat().includes(mine);

/** The packages for this platform. Keys of the lock file are names, below those of the packages that they are nested in. */
export function pins(platform: string, arch: string): Pin[] {
  const { packages } = Lock.parse(Bun.JSONC.parse(lock));
  const entries = Object.entries(packages);
  const extras = new Set(entries.flatMap(([, [, , info]]) => Object.keys(info.optionalDependencies ?? {})));
  // A build for another processor says that it suits this one, too, where it can be compiled for.
  const build = `@node-llama-cpp/${platform === "darwin" ? "mac" : platform}-${arch}`;
  return entries
    .filter(([, [, , info]]) => suits(info.os, platform) && suits(info.cpu, arch))
    .map(([key, [id, , , integrity]]) => ({
      id,
      path: `node_modules/${key.match(/(@[^/]+\/)?[^/]+/g)?.join("/node_modules/") ?? key}`,
      integrity,
      optional: extras.has(key) && key !== build,
    }));
}
