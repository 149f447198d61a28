/** Bytes that could not stay in the tree or could not go into it: a turn keeps them in its folder, for the user. */
import { existsSync, mkdirSync, readFileSync, rmSync, type Stats, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Blobs } from "./blobs.ts";
import { MAX_TEXT_BYTES } from "./files.ts";
import type { Difference, Ledger } from "./ledger.ts";
import { dropEmpty } from "./place.ts";
import { lstatOrNull } from "./walls.ts";

/** Where a turn with this folder keeps such bytes. */
export const keptFolder = (turnFolder: string): string => join(turnFolder, "kept");

/** Keeps bytes under a path, beside earlier ones of the same path, and gives the absolute place. */
export function keep(turnFolder: string, path: string, bytes: Uint8Array): string {
  let file = join(keptFolder(turnFolder), path);
  for (let n = 1; existsSync(file); n += 1) file = join(keptFolder(turnFolder), `${path}.${n}`);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, bytes, { mode: 0o600 });
  return file;
}

/**
 * Keeps what a check has left in the project's files before it is replaced: the user may have been at work at the same
 * time. By-products (what `list` does not name), links, and files over 2 MB are not kept.
 */
export async function keepFound(
  damage: Difference[],
  parts: { root: string; folder: string; blobs: Blobs; list: () => Promise<string[]> },
): Promise<void> {
  const unknown = damage.filter(
    ({ found }) => found && !found.entry.link && !parts.blobs.has(found.entry.hash),
  );
  if (unknown.length === 0) return;
  const project = new Set(await parts.list());
  for (const { path } of unknown) {
    const absolute = join(parts.root, path);
    const stat = lstatOrNull(absolute) as Stats | null;
    if (project.has(path) && stat?.isFile() && stat.size <= MAX_TEXT_BYTES)
      keep(parts.folder, path, readFileSync(absolute));
  }
}

/** A check makes no file so large but by flooding the disk. */
const FLOOD_BYTES = 256 * 1024 * 1024;
const MOST_KEPT = 100;

/**
 * Removes the new files of the last check where it had to be `stopped`, since they are half made, else only a flood. Small
 * ones are kept, since the user may have been at work at the same time. Gives the paths.
 */
export function dropHalfMade(
  ledger: Ledger,
  parts: { root: string; folder: string },
  stopped: boolean,
): string[] {
  const { files, folders } = ledger.made(stopped ? 0 : FLOOD_BYTES);
  let kept = 0;
  for (const path of files) {
    const absolute = join(parts.root, path);
    const stat = lstatOrNull(absolute) as Stats | null;
    if (stat?.isFile() && stat.size > 0 && stat.size <= MAX_TEXT_BYTES && kept < MOST_KEPT) {
      keep(parts.folder, path, readFileSync(absolute));
      kept += 1;
    }
    rmSync(absolute, { force: true });
  }
  if (stopped) dropEmpty(parts.root, folders);
  return files;
}
