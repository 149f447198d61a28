/**
 * Undo and redo of whole turns, with and without git. The newest committed turn is undone, the oldest undone one is
 * redone; both refuse, before anything is touched, where the user has changed a file since.
 */

import { realpathSync } from "node:fs";
import { join } from "node:path";
import type { Result } from "../types.ts";
import { Blobs } from "./blobs.ts";
import { Clock } from "./clock.ts";
import { append, readTurns, type Turn } from "./journal.ts";
import { type Lock, takeLock } from "./lock.ts";
import { dropEmpty, LostCopy, Overtaken, type Placement, place, placeAvailable } from "./place.ts";
import { type Recovery, recover } from "./recover.ts";
import { look } from "./snapshot.ts";
import { stateFolder } from "./state.ts";
import { diskReason, locate, lstatOrNull } from "./walls.ts";

/** The undo folder of a workspace, locked, with every turn in a whole state. */
export interface OpenHistory {
  root: string;
  undoFolder: string;
  lock: Lock;
  blobs: Blobs;
  clock: Clock;
  recovery: Recovery;
}

/** Takes the lock and recovers what a dead process left. The caller releases the lock. `root` must be a real path. */
export function openHistory(root: string): Result<{ history: OpenHistory }> {
  const state = stateFolder(root, "undo");
  if (!state.ok) return state;
  const undoFolder = state.folder;
  const taken = takeLock(root, join(undoFolder, ".."));
  if (!taken.ok) return taken;
  const { lock } = taken;
  try {
    const [blobs, clock] = [new Blobs(undoFolder), new Clock(undoFolder)];
    const recovery = recover(readTurns(undoFolder), { root, blobs, clock, died: lock.died });
    return { ok: true, history: { root, undoFolder, lock, blobs, clock, recovery } };
  } catch (error) {
    lock.release();
    return {
      ok: false,
      reason: `A turn that broke off cannot be taken back because ${diskReason(error)}; nothing is lost, try again.`,
    };
  }
}

/** Undoes the last turn. Where a turn had broken off, taking that back is the undo. */
export function undo(root: string): Promise<Result<{ files: string[] }>> {
  return step(root, "undo");
}

/** Brings the last undone turn back. */
export function redo(root: string): Promise<Result<{ files: string[] }>> {
  return step(root, "redo");
}

type Direction = "undo" | "redo";

async function step(root: string, direction: Direction): Promise<Result<{ files: string[] }>> {
  const opened = openHistory(realpathSync(root));
  if (!opened.ok) return opened;
  const { history } = opened;
  try {
    const { files, notices } = history.recovery;
    if (notices.length > 0) return { ok: false, reason: notices.join(" ") };
    if (direction === "undo" && files.length > 0) return { ok: true, files };
    const turn = pick(readTurns(history.undoFolder), direction);
    if (!turn) return { ok: false, reason: `There is nothing to ${direction}.` };
    return move(turn, direction, history);
  } catch (error) {
    return { ok: false, reason: `The ${direction} did not work because ${diskReason(error)}.` };
  } finally {
    history.lock.release();
  }
}

/** An undone turn can be redone as long as no later turn was committed. */
function pick(turns: Turn[], direction: Direction): Turn | undefined {
  const last = turns.findLast(({ state }) => state === "committed");
  if (direction === "undo") return last;
  return turns.find(({ state, id }) => state === "undone" && id > (last?.id ?? 0));
}

/** What has to be put where, or which file is in the way. */
function plan(turn: Turn, direction: Direction, root: string): Result<{ placements: Placement[] }> {
  const placements: Placement[] = [];
  for (const { path, before, after } of turn.steps) {
    const [from, to] = direction === "undo" ? [after, before] : [before, after];
    const at = locate(root, path);
    if (!at.ok || at.path !== path)
      return {
        ok: false,
        reason: `The ${direction} was not begun: ${path} is no longer a plain path in the workspace.`,
      };
    const now = look(at.absolute, null)?.entry ?? null;
    const isThere = lstatOrNull(at.absolute) !== null;
    if (now?.hash === to?.hash && isThere === (to !== null)) continue;
    if (now?.hash !== from?.hash || isThere !== (from !== null))
      return {
        ok: false,
        reason: `The ${direction} was not begun: ${path} was ${isThere ? "changed" : "removed"} since.`,
      };
    const hasOwnMode = now && from && now.mode !== from.mode;
    placements.push({ path, entry: to && hasOwnMode ? { ...to, mode: now.mode } : to, over: now });
  }
  return { ok: true, placements };
}

function move(turn: Turn, direction: Direction, history: OpenHistory): Result<{ files: string[] }> {
  const { root, blobs, clock } = history;
  const planned = plan(turn, direction, root);
  if (!planned.ok) return planned;
  const { placements } = planned;
  const options = () => ({ root, blobs, tick: clock.tick(), aside: null, durable: true });
  append(turn.folder, { op: direction === "undo" ? "undoing" : "redoing" });
  try {
    const [overtaken] = place(placements, options());
    if (overtaken !== undefined) throw new Overtaken(overtaken);
  } catch (error) {
    const back = placements.flatMap(({ path, entry, over }) => {
      const now = look(join(root, path), null)?.entry ?? null;
      return now?.hash === entry?.hash ? [{ path, entry: over, over: now }] : [];
    });
    placeAvailable(back, options());
    append(turn.folder, { op: direction === "undo" ? "redone" : "undone" });
    const why = whyNot(error);
    if (why === null) throw error;
    return { ok: false, reason: `The ${direction} was not begun: ${why}.` };
  }
  if (direction === "undo") dropEmpty(root, turn.folders);
  append(turn.folder, { op: direction === "undo" ? "undone" : "redone" });
  return { ok: true, files: placements.map(({ path }) => path).sort() };
}

function whyNot(error: unknown): string | null {
  if (error instanceof Overtaken) return `${error.path} was changed since`;
  return error instanceof LostCopy ? `the copy of ${error.path} in .smallcode/undo is gone` : null;
}
