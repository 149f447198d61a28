/**
 * Puts files into the tree, each whole or not at all: all are written beside their places and synced first, and only
 * when every one is there are they renamed into place. A full disk therefore shows before anything has changed.
 */
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  fchmodSync,
  fsyncSync,
  futimesSync,
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
import type { Entry } from "./snapshot.ts";
import { errorCode, lstatOrNull, STAGED_SUFFIX } from "./walls.ts";

/** What a path is to hold; `entry: null` means nothing. */
export interface Placement {
  path: string;
  entry: Entry | null;
}

/**
 * `tick`: mtime in seconds. `aside`: an absolute folder for what stands in the way (a folder or link where a check left
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
  const staged = join(dirname(target), `.${basename(target).slice(0, 200)}${STAGED_SUFFIX}`);
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
 * between two renames. The paths must have passed the walls.
 */
export function place(placements: Placement[], options: PlaceOptions): void {
  const staged = new Map<string, string>();
  try {
    for (const { path, entry } of placements) {
      if (!entry) continue;
      clearWay(path, options);
      staged.set(
        path,
        join(dirname(join(options.root, path)), `.${basename(path).slice(0, 200)}${STAGED_SUFFIX}`),
      );
      staged.set(path, stage({ path, entry }, options));
    }
    for (const [path, from] of staged) {
      const target = join(options.root, path);
      if (lstatOrNull(target)?.isDirectory()) moveAside(path, options);
      renameSync(from, target);
      staged.delete(path);
    }
    for (const { path, entry } of placements) if (!entry) rmSync(join(options.root, path), { force: true });
  } finally {
    for (const from of staged.values()) rmSync(from, { force: true });
  }
  if (!options.durable) return;
  const paths = placements.map(({ path }) => path);
  for (const folder of foldersAbove(options.root, paths)) syncFolder(folder);
}

/** Like `place`, but passes over the paths whose stored copy is gone or damaged and names them in `lost`. */
export function placeAvailable(
  placements: Placement[],
  options: PlaceOptions,
): { placed: Placement[]; lost: string[] } {
  const lost: string[] = [];
  for (let placed = placements; ; placed = placed.filter(({ path }) => !lost.includes(path))) {
    try {
      place(placed, options);
      return { placed, lost };
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
