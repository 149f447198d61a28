/**
 * How much is kept: the newest 20 turns, only the blobs that these or the next protection may need, and what toolchains cache
 * until it has grown too large.
 */
import { existsSync, readdirSync, rmSync, type Stats } from "node:fs";
import { dirname, join } from "node:path";
import type { Blobs } from "./blobs.ts";
import { entriesOf } from "./entries.ts";
import { blobsOf, forget, readTurns } from "./journal.ts";
import { readSeen } from "./snapshot.ts";
import { diskReason, lstatOrNull } from "./walls.ts";

const MAX_TURNS = 20;
export const MAX_CACHE_BYTES = 2 * 1024 ** 3;

/** Drops old turns, with `cutRedo` also those that were undone (a new change makes them unreachable), and unused blobs. Needs the lock. */
export function tidy(undoFolder: string, blobs: Blobs, cutRedo: boolean): void {
  if (!existsSync(undoFolder)) return;
  boundCache(join(dirname(undoFolder), "cache"));
  const turns = readTurns(undoFolder);
  const excess = new Set(turns.slice(0, Math.max(0, turns.length - MAX_TURNS)));
  const dropped = turns.filter((turn) => excess.has(turn) || (cutRedo && turn.state === "undone"));
  for (const turn of dropped) forget(turn);
  for (const name of readdirSync(undoFolder))
    if (name.endsWith(".gone")) rmSync(join(undoFolder, name), { recursive: true, force: true });
  const kept = turns.filter((turn) => !dropped.includes(turn));
  const seen = [...readSeen(join(undoFolder, "seen.json")).values()].map(({ entry }) => entry.hash);
  blobs.sweep(new Set([...kept.flatMap(blobsOf), ...seen]));
}

/** Whether the files below a folder hold more than so many bytes. */
function isLarger(folder: string, most: number): boolean {
  let left = most;
  const open = [folder];
  for (let at = open.pop(); at !== undefined && left >= 0; at = open.pop()) {
    for (const entry of entriesOf(at)) {
      const path = join(at, entry.name);
      if (entry.isDirectory()) open.push(path);
      else left -= (lstatOrNull(path) as Stats | null)?.size ?? 0;
    }
  }
  return left < 0;
}

/** A cache that has grown too large goes as a whole: what is needed of it is made again. What cannot go now goes the next time. */
function boundCache(folder: string): void {
  try {
    if (isLarger(folder, MAX_CACHE_BYTES)) rmSync(folder, { recursive: true, force: true });
  } catch (error) {
    diskReason(error);
  }
}
