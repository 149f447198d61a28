/**
 * Puts files into the tree, each whole or not at all: all are written beside their places and synced first, and only
 * when every one is there are they renamed into place. A full disk therefore shows before anything has changed. What stands in
 * a place is looked at once more in the moment it goes: what somebody has just written there stays.
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
import { errorCode, isBehindLink, lstatOrNull, STAGED_SUFFIX } from "./walls.ts";

/** What a path is to hold, and what it was found to hold; null means nothing. */
export interface Placement {
  path: string;
  entry: Entry | null;
  over: Entry | null;
}

/**
 * `tick`: mtime in seconds. `aside`: an absolute folder for what stands in the way (a folder, a link or a pipe where a check left
 * one). `durable`: the files are on the disk itself when this returns; without, they survive the process but perhaps
 * not a power cut, and thousands take no longer than a copy.
 */
export interface PlaceOptions {
  root: string;
  blobs: Blobs;
  tick: number;
  aside: string;
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
function moveAside(path: string, { root, aside }: PlaceOptions): void {
  let target = join(aside, path);
  for (let n = 1; lstatOrNull(target); n += 1) target = join(aside, `${path}.${n}`);
  mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
  renameSync(join(root, path), target);
}

/** Makes the folders above a path real folders that can be written in. A file or link in their way is moved aside. */
function clearWay(path: string, options: PlaceOptions): void {
  const parts = path.split("/").slice(0, -1);
  parts.forEach((_, index) => {
    const folder = parts.slice(0, index + 1).join("/");
    const absolute = join(options.root, folder);
    const stat = lstatOrNull(absolute) as Stats | null;
    if (stat && !stat.isDirectory()) moveAside(folder, options);
    if (!stat?.isDirectory()) mkdirSync(absolute);
    else if ((stat.mode & 0o700) !== 0o700) chmodSync(absolute, stat.mode | 0o700);
  });
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
 * Puts what is staged (null: nothing) in the place of `over`. Between the last look at that and its going are some microseconds; what
 * is written into the old file meanwhile is found afterwards, and the old file comes back.
 */
function exchange({ path, over, entry }: Placement, staged: string | null, { root }: PlaceOptions): void {
  const target = join(root, path);
  const now = look(target, null)?.entry ?? null;
  if (sameEntry(now, entry)) return;
  if (!sameEntry(now, over)) throw new Overtaken(path);
  const old = besideOf(target, ".smallcode-old");
  const isHeld = over !== null && !over.link && secondName(target, old);
  try {
    if (staged === null) rmSync(target, { force: true });
    else if (over !== null || entry?.link) renameSync(staged, target);
    else if (!secondName(staged, target)) {
      if (lstatOrNull(target)) throw new Overtaken(path);
      renameSync(staged, target);
    }
    if (!isHeld || sameEntry(look(old, null)?.entry, over)) return;
    renameSync(old, target);
    throw new Overtaken(path);
  } finally {
    if (isHeld) rmSync(old, { force: true });
  }
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
 * Puts every placement into the tree. Throws what the disk refuses; nothing has changed then, unless the disk failed
 * between two renames. Throws `Overtaken` at the first path that holds something else than it was found to; those before it are
 * in their places. What is in its place already stays as it is. The paths must have passed the walls.
 */
export function place(placements: Placement[], options: PlaceOptions): void {
  const staged = new Map<string, string>();
  try {
    for (const { path, entry } of placements) {
      if (!entry) continue;
      clearWay(path, options);
      staged.set(path, besideOf(join(options.root, path), ""));
      stage({ path, entry }, options);
    }
    for (const placement of placements) {
      const { path, entry } = placement;
      if (entry === null && isBehindLink(options.root, path)) continue;
      const stat = lstatOrNull(join(options.root, path)) as Stats | null;
      const isOther = stat !== null && !stat.isFile() && !stat.isSymbolicLink();
      if (isOther && (entry !== null || !stat.isDirectory())) moveAside(path, options);
      exchange(placement, staged.get(path) ?? null, options);
    }
  } finally {
    for (const from of staged.values()) rmSync(from, { force: true });
  }
  if (!options.durable) return;
  const paths = placements.map(({ path }) => path);
  for (const folder of foldersAbove(options.root, paths)) syncFolder(folder);
}

/** Which placements are in the tree, and the paths that are not: their stored copy is gone or damaged, or somebody has just changed them. */
export interface Placed {
  placed: Placement[];
  lost: string[];
  overtaken: string[];
}

/** Like `place`, but passes over what cannot be placed and names it. */
export function placeAvailable(placements: Placement[], options: PlaceOptions): Placed {
  const lost: string[] = [];
  const overtaken: string[] = [];
  for (;;) {
    const placed = placements.filter(({ path }) => !lost.includes(path) && !overtaken.includes(path));
    try {
      place(placed, options);
      return { placed, lost, overtaken };
    } catch (error) {
      if (error instanceof LostCopy) lost.push(error.path);
      else if (error instanceof Overtaken) overtaken.push(error.path);
      else throw error;
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
