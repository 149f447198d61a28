/** How much history is kept: the newest 20 turns, and only the blobs that these or the next protection may need. */
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Blobs } from "./blobs.ts";
import { blobsOf, forget, readTurns } from "./journal.ts";
import { readSeen } from "./snapshot.ts";

const MAX_TURNS = 20;

/** Drops old turns, with `cutRedo` also those that were undone (a new change makes them unreachable), and unused blobs. Needs the lock. */
export function tidy(undoFolder: string, blobs: Blobs, cutRedo: boolean): void {
  if (!existsSync(undoFolder)) return;
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
