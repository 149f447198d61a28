/**
 * Brings the tree into one of its whole states after a process died: a turn that was open is reverted, an undo or redo
 * that had begun is completed. What the user has changed since stays, and ours goes to the turn's folder.
 */
import type { Stats } from "node:fs";
import { join, relative } from "node:path";
import type { Blobs } from "./blobs.ts";
import type { Clock } from "./clock.ts";
import { append, endReverted, snapshotFile, type Turn } from "./journal.ts";
import { keep, keptFolder } from "./kept.ts";
import { dropLayer } from "./layer.ts";
import { isWithin } from "./ledger.ts";
import { BEAT_MS } from "./lock.ts";
import { dropEmpty, dropStaged, type Placement, placeAvailable } from "./place.ts";
import { bytesAt, changedAt, type Entry, look, ownMode, readSeen, type Seen, sameEntry } from "./snapshot.ts";
import { isBehindLink, isReserved, lstatOrNull } from "./walls.ts";

/** The process may have lived, and its check with it, this long after its last sign of life: a change in that time counts as the check's, and what is replaced is kept. */
const GRACE_MS = 4 * BEAT_MS;
/** A change this soon after that may still have been the check's: it stays, and is reported. */
const DOUBT_MS = 1000;

/** `files` were brought back; `notices` are sentences for the user about what was not. */
export interface Recovery {
  files: string[];
  notices: string[];
}

export interface RecoveryParts {
  root: string;
  blobs: Blobs;
  clock: Clock;
  /** The last moment (ms since 1970) at which the dead process certainly lived, where that is known. */
  died: number | null;
}

/** Whether a journal's path is spelled like one of ours; a damaged or forged journal leads nowhere else. */
function isPlain(path: string): boolean {
  return !isReserved(path) && path.split("/").every((part) => part !== "" && part !== "." && part !== "..");
}

const isSafe = (root: string, path: string): boolean => isPlain(path) && !isBehindLink(root, path);

/** Puts placements into the tree; what cannot be restored for want of a copy becomes a notice. */
function restore(turn: Turn, placements: Placement[], parts: RecoveryParts, durable: boolean): Recovery {
  const { root, blobs, clock } = parts;
  if (placements.length === 0) return { files: [], notices: [] };
  const options = { root, blobs, tick: clock.tick(), aside: keptFolder(turn.folder), durable };
  const { placed, lost, overtaken } = placeAvailable(placements, options);
  const notices = lost.map(
    (path) => `${path} could not be brought back: its copy in .smallcode/undo is gone.`,
  );
  for (const path of overtaken)
    notices.push(giveWay(turn, path, placements.find((one) => one.path === path)?.entry, parts));
  return { files: placed.map(({ path }) => path), notices };
}

/** Leaves a file as it is and puts ours beside the journal. */
function giveWay(turn: Turn, path: string, ours: Entry | null | undefined, parts: RecoveryParts): string {
  const bytes = ours && parts.blobs.get(ours.hash);
  const where = bytes ? `; ours is in ${relative(parts.root, keep(turn.folder, path, bytes))}` : "";
  return `${path} was changed after the last turn broke off and was left alone${where}.`;
}

/** The goal with the mode that the user has given to what was left there. */
function withMode(goal: Entry | null, now: Entry | null, known: (Entry | null)[]): Entry | null {
  const left = known.findLast((entry) => entry?.hash === now?.hash) ?? null;
  const mode = ownMode(now, left);
  return goal && mode !== null ? { ...goal, mode } : goal;
}

/** Brings each path from any of the states `known` to its goal; another state is the user's. */
function settle(
  turn: Turn,
  goals: { path: string; goal: Entry | null; known: (Entry | null)[]; ours: Entry | null | undefined }[],
  parts: RecoveryParts,
): Recovery {
  const placements: Placement[] = [];
  const notices: string[] = [];
  for (const { path, goal, known, ours } of goals) {
    if (!isPlain(path)) continue;
    if (isBehindLink(parts.root, path)) {
      notices.push(giveWay(turn, path, ours, parts));
      continue;
    }
    const absolute = join(parts.root, path);
    const stat = lstatOrNull(absolute) as Stats | null;
    const now = look(absolute, null)?.entry ?? null;
    if (sameEntry(now, goal) && (now || !stat)) continue;
    const isLeft = now !== null && known.some((entry) => entry?.hash === now.hash);
    const isChecks = now !== null && isWithin(turn.windows, changedAt(absolute));
    if (stat && !isLeft && !isChecks) {
      notices.push(giveWay(turn, path, ours, parts));
      continue;
    }
    if (stat && !isLeft) keep(turn.folder, path, bytesAt(absolute, stat));
    const entry = isChecks ? goal : withMode(goal, now, known);
    if (!now || !sameEntry(now, entry)) placements.push({ path, entry, over: now });
  }
  const restored = restore(turn, placements, parts, true);
  return { files: restored.files, notices: [...notices, ...restored.notices] };
}

/** Brings back files that a check of the dead turn has damaged or removed. */
function repair(turn: Turn, seen: Map<string, Seen>, parts: RecoveryParts): Recovery {
  const placements: Placement[] = [];
  const notices: string[] = [];
  if (turn.windows.length === 0) return { files: [], notices };
  const end = turn.windows.at(-1)?.to ?? 0;
  for (const [path, { entry }] of seen) {
    if (turn.touched.has(path) || !isPlain(path)) continue;
    if (isBehindLink(parts.root, path)) {
      notices.push(giveWay(turn, path, entry, parts));
      continue;
    }
    const absolute = join(parts.root, path);
    const stat = lstatOrNull(absolute) as Stats | null;
    const over = look(absolute, null)?.entry ?? null;
    if (sameEntry(over, entry)) continue;
    const at = stat ? changedAt(absolute) : 0;
    if (!stat || (!stat.isDirectory() && isWithin(turn.windows, at))) {
      if (over && stat && stat.size < 1024 * 1024) keep(turn.folder, path, bytesAt(absolute, stat));
      placements.push({ path, entry, over });
    } else if (at <= end + DOUBT_MS) {
      notices.push(giveWay(turn, path, entry, parts));
    }
  }
  const restored = restore(turn, placements, parts, false);
  return { files: restored.files, notices: [...notices, ...restored.notices] };
}

/** Ends the windows that the process could not end itself, in the journal too, so that a second recovery sees the same. */
function closeWindows(turn: Turn, died: number | null): void {
  const last = turn.windows.at(-1);
  if (!last || last.to !== null) return;
  last.to = (died ?? last.from) + GRACE_MS;
  append(turn.folder, { op: "checked", to: last.to });
}

/** Reverts an open turn. */
function revertDead(turn: Turn, parts: RecoveryParts): Recovery {
  closeWindows(turn, parts.died);
  const seen = readSeen(snapshotFile(turn.folder));
  dropStaged(
    parts.root,
    [...turn.touched.keys(), ...seen.keys()].filter((path) => isSafe(parts.root, path)),
  );
  const repaired = repair(turn, seen, parts);
  const goals = [...turn.touched].map(([path, { origin, written }]) => ({
    path,
    goal: origin,
    known: [origin, ...written],
    ours: written.at(-1),
  }));
  const settled = settle(turn, goals, parts);
  dropEmpty(
    parts.root,
    turn.folders.filter((path) => isSafe(parts.root, path)),
  );
  dropLayer(turn.folder);
  endReverted(turn);
  return {
    files: [...repaired.files, ...settled.files].sort(),
    notices: [...repaired.notices, ...settled.notices],
  };
}

/** Completes an undo or a redo that had begun. */
function complete(turn: Turn, parts: RecoveryParts): Recovery {
  const isUndo = turn.state === "undoing";
  dropStaged(
    parts.root,
    turn.steps.map(({ path }) => path).filter((path) => isSafe(parts.root, path)),
  );
  const goals = turn.steps.map(({ path, before, after }) => ({
    path,
    goal: isUndo ? before : after,
    known: [before, after],
    ours: isUndo ? before : after,
  }));
  const settled = settle(turn, goals, parts);
  if (isUndo)
    dropEmpty(
      parts.root,
      turn.folders.filter((path) => isSafe(parts.root, path)),
    );
  append(turn.folder, { op: isUndo ? "undone" : "redone" });
  return settled;
}

/** Settles every turn that was left in between. Needs the lock. Throws what the disk refuses; the next start tries again. */
export function recover(turns: Turn[], parts: RecoveryParts): Recovery {
  const all: Recovery = { files: [], notices: [] };
  for (const turn of turns) {
    if (!["open", "undoing", "redoing"].includes(turn.state)) continue;
    const one = turn.state === "open" ? revertDead(turn, parts) : complete(turn, parts);
    all.files.push(...one.files);
    all.notices.push(...one.notices);
  }
  return all;
}
