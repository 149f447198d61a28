/**
 * Puts files into the tree, each whole or not at all: all are written beside their places and synced first, and only
 * when every one is there are they renamed into place. A full disk therefore shows before anything has changed. What stands in
 * a place is looked at when it has gone from there: what somebody has written there since it was last seen comes back.
 */
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  fchmodSync,
  fsyncSync,
  futimesSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  type Stats,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Blobs } from "./blobs.ts";
import { foldersAbove, syncFolder } from "./durable.ts";
import { type Entry, look, sameEntry } from "./snapshot.ts";
import { swap } from "./swap.ts";
import { errorCode, isBehindLink, lstatOrNull, STAGED_SUFFIX } from "./walls.ts";

/** What a path is to hold, and what it was found to hold; null means nothing. */
export interface Placement {
  path: string;
  entry: Entry | null;
  over: Entry | null;
}

/**
 * `tick`: mtime in seconds. `aside`: an absolute folder for what stands in the way (a folder, a link or a pipe where a check left
 * one); null: nothing can but what somebody has just made, which stays. `durable`: the files are on the disk itself when this returns; without, they survive the process but perhaps
 * not a power cut, and thousands take no longer than a copy.
 */
export interface PlaceOptions {
  root: string;
  blobs: Blobs;
  tick: number;
  aside: string | null;
  durable: boolean;
}

/** The folders that a write to this path would have to make, outermost first, relative to the root. */
export function missingFolders(root: string, path: string): string[] {
  const missing: string[] = [];
  for (
    let folder = dirname(path);
    folder !== "." && !existsSync(join(root, folder));
    folder = dirname(folder)
  )
    missing.unshift(folder);
  return missing;
}

/** Moves what is at a path out of the tree. */
function moveAside(path: string, root: string, aside: string): void {
  let target = join(aside, path);
  for (let n = 1; lstatOrNull(target); n += 1) target = join(aside, `${path}.${n}`);
  mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
  renameSync(join(root, path), target);
}

/** Makes the folders above a path real folders that can be written in; false where something is in their way that must stay. */
function clearWay(path: string, { root, aside }: PlaceOptions): boolean {
  const parts = path.split("/").slice(0, -1);
  return parts.every((_, index) => {
    const folder = parts.slice(0, index + 1).join("/");
    const absolute = join(root, folder);
    const stat = lstatOrNull(absolute) as Stats | null;
    if (stat && !stat.isDirectory()) {
      if (aside === null) return false;
      moveAside(folder, root, aside);
    }
    if (!stat?.isDirectory()) mkdirSync(absolute);
    else if ((stat.mode & 0o700) !== 0o700) chmodSync(absolute, stat.mode | 0o700);
    return true;
  });
}

/** Clears a place of what is neither file nor link; false where that must stay. */
function clear({ path, entry, over }: Placement, { root, aside }: PlaceOptions): boolean {
  const stat = lstatOrNull(join(root, path)) as Stats | null;
  if (stat === null || stat.isFile() || stat.isSymbolicLink()) return true;
  if (over !== null || aside === null) return false;
  if (entry !== null || !stat.isDirectory()) moveAside(path, root, aside);
  return true;
}

/** Writes an entry beside its place and gives the name. Its mtime is later than that of the file it replaces. */
function stage({ path, entry }: { path: string; entry: Entry }, options: PlaceOptions): string {
  const bytes = options.blobs.get(entry.hash);
  if (!bytes) throw new LostCopy(path);
  const target = join(options.root, path);
  const staged = besideOf(target, "");
  rmSync(staged, { force: true, recursive: true });
  const old = lstatOrNull(target) as Stats | null;
  const mtime = Math.max(options.tick, old?.isDirectory() ? 0 : Math.floor((old?.mtimeMs ?? 0) / 1000) + 1);
  if (entry.link) {
    symlinkSync(bytes.toString(), staged);
    lutimesSync(staged, mtime, mtime);
    return staged;
  }
  const fd = openSync(staged, "wx", 0o600);
  try {
    writeFileSync(fd, bytes);
    if (old && process.getuid?.() === 0 && old.uid !== 0) chownSync(staged, old.uid, old.gid);
    fchmodSync(fd, entry.mode);
    futimesSync(fd, mtime, mtime);
    if (options.durable) fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  return staged;
}

/** The name beside a target that a file has while it is no part of the tree. */
const besideOf = (target: string, mark: string): string =>
  join(dirname(target), `.${basename(target).slice(0, 200)}${mark}${STAGED_SUFFIX}`);

/** Somebody has changed what stands at a path since it was looked at. It stands there still. */
export class Overtaken extends Error {
  readonly path: string;
  constructor(path: string) {
    super(`${path} was changed by somebody else in this moment`);
    this.path = path;
  }
}

/**
 * Puts what is staged (null: nothing) in the place of `over`; false where something else is there, which stays. What is there already
 * stays, too. Where names cannot be swapped, what is written in the microseconds between a look and a rename is lost.
 */
function exchange({ path, over, entry }: Placement, staged: string | null, root: string): boolean {
  const target = join(root, path);
  const now = look(target, null)?.entry ?? null;
  if (sameEntry(now, entry)) return true;
  if (!sameEntry(now, over)) return false;
  if (staged === null) return isRemoved(target, over);
  return over === null ? isMade(target, staged, entry) : isReplaced(target, staged, over);
}

/** Whether this is at a path. What may not be read is something else. */
function holds(absolute: string, entry: Entry | null): boolean {
  try {
    return sameEntry(look(absolute, null)?.entry ?? null, entry);
  } catch (error) {
    errorCode(error);
    return false;
  }
}

function isRemoved(target: string, over: Entry | null): boolean {
  const old = besideOf(target, ".smallcode-old");
  try {
    renameSync(target, old);
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
    return true;
  }
  const isIt = holds(old, over);
  if (!isIt && !secondName(old, target) && !lstatOrNull(target)) renameSync(old, target);
  rmSync(old, { force: true });
  return isIt;
}

function isMade(target: string, staged: string, entry: Entry | null): boolean {
  // A second name for a link is one for what it leads to on some systems.
  if (entry?.link || !secondName(staged, target)) {
    if (lstatOrNull(target)) return false;
    renameSync(staged, target);
  }
  rmSync(staged, { force: true });
  return true;
}

function isReplaced(target: string, staged: string, over: Entry): boolean {
  if (!swap(staged, target)) {
    if (!holds(target, over)) return false;
    renameSync(staged, target);
    return true;
  }
  const isIt = holds(staged, over);
  if (!isIt && !swap(staged, target)) renameSync(staged, target);
  rmSync(staged, { force: true });
  return isIt;
}

/** A second name for a file, unlike a rename never in the place of anything; false where there is none here. */
function secondName(file: string, name: string): boolean {
  try {
    linkSync(file, name);
    return true;
  } catch (error) {
    errorCode(error);
    return false;
  }
}

/** The stored copy of a file is gone or damaged. */
export class LostCopy extends Error {
  readonly path: string;
  constructor(path: string) {
    super(`the stored copy of ${path} is gone or damaged`);
    this.path = path;
  }
}

/**
 * Puts every placement into the tree, and gives the paths that hold something else than they were found to: those stay. Throws what
 * the disk refuses; nothing has changed then, unless the disk failed between two renames. The paths must have passed the walls.
 */
export function place(placements: Placement[], options: PlaceOptions): string[] {
  const staged = new Map<string, string>();
  const overtaken: string[] = [];
  try {
    for (const { path, entry } of placements) {
      if (entry === null) continue;
      if (!clearWay(path, options)) {
        overtaken.push(path);
        continue;
      }
      staged.set(path, besideOf(join(options.root, path), ""));
      stage({ path, entry }, options);
    }
    for (const placement of placements) {
      const { path, entry } = placement;
      const isAway = entry === null && isBehindLink(options.root, path);
      if (isAway || overtaken.includes(path)) continue;
      const isDone = clear(placement, options) && exchange(placement, staged.get(path) ?? null, options.root);
      if (!isDone) overtaken.push(path);
    }
  } finally {
    for (const from of staged.values()) rmSync(from, { force: true });
  }
  const paths = placements.map(({ path }) => path);
  if (options.durable) for (const folder of foldersAbove(options.root, paths)) syncFolder(folder);
  return overtaken;
}

/** Which placements are in the tree, and the paths that are not: their stored copy is gone or damaged, or somebody has just changed them. */
export interface Placed {
  placed: Placement[];
  lost: string[];
  overtaken: string[];
}

/** Like `place`, but passes over the paths whose stored copy is gone or damaged, too. */
export function placeAvailable(placements: Placement[], options: PlaceOptions): Placed {
  const lost: string[] = [];
  for (let left = placements; ; left = left.filter(({ path }) => !lost.includes(path))) {
    try {
      const overtaken = place(left, options);
      return { placed: left.filter(({ path }) => !overtaken.includes(path)), lost, overtaken };
    } catch (error) {
      if (!(error instanceof LostCopy)) throw error;
      lost.push(error.path);
    }
  }
}

/** Removes these folders (relative to the root, outermost first) where they are empty. */
export function dropEmpty(root: string, folders: string[]): void {
  for (const folder of [...folders].reverse()) {
    try {
      rmdirSync(join(root, folder));
    } catch (error) {
      if (!["ENOENT", "ENOTEMPTY", "EEXIST", "ENOTDIR"].includes(errorCode(error))) throw error;
    }
  }
}

/** Removes half-written files that a dead process left beside these paths. */
export function dropStaged(root: string, paths: Iterable<string>): void {
  for (const folder of new Set([...paths].map((path) => dirname(join(root, path))))) {
    if (!existsSync(folder)) continue;
    for (const name of readdirSync(folder))
      if (name.endsWith(STAGED_SUFFIX)) rmSync(join(folder, name), { force: true });
  }
}
