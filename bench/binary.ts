/** The compiled program that a bench runs: a copy of its own, so that a build meanwhile changes nothing. */
import { copyFileSync, existsSync, readdirSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { Stop } from "./stop.ts";

const ROOT = join(import.meta.dir, "..");
const BINARY = join(ROOT, "dist", "smallcode");
const SOURCES = ["src", "grammars", "scripts/build.ts", "package.json", "bun.lock"];

function newest(path: string): number {
  if (!statSync(path).isDirectory()) return statSync(path).mtimeMs;
  return Math.max(...readdirSync(path).map((name) => newest(join(path, name))));
}

/** A copy of the binary in `place`, built first where it is missing or older than its sources. Gives its path. */
export function currentBinary(place: string): string {
  const sources = SOURCES.map((name) => join(ROOT, name)).filter((path) => existsSync(path));
  if (!existsSync(BINARY) || statSync(BINARY).mtimeMs < Math.max(...sources.map(newest))) {
    const { success, stderr } = Bun.spawnSync([process.execPath, join(ROOT, "scripts", "build.ts")]);
    if (!success) throw new Stop(`The binary cannot be built: ${stderr.toString().trim()}`, 2);
  }
  const copy = join(place, "smallcode");
  copyFileSync(BINARY, `${copy}.${process.pid}`);
  renameSync(`${copy}.${process.pid}`, copy);
  return copy;
}
