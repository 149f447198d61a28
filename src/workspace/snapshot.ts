/**
 * What stands in a workspace, file by file, and copies of it. A file is recognised by its stat (size, times, inode,
 * mode), so that a second look costs a stat per file; its content is kept as a blob under its hash.
 */
import {
  fstatSync,
  lstatSync,
  readFileSync,
  readlinkSync,
  renameSync,
  type Stats,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import type { Blobs } from "./blobs.ts";
import { entriesOf } from "./entries.ts";
import { hashOf } from "./files.ts";
import { isDependencyFolder, isMachinery } from "./ignore.ts";
import { errorCode, lstatOrNull, STAGED_SUFFIX } from "./walls.ts";

const MAX_FILE_BYTES = 10 * 1024 * 1024;
const MAX_TOTAL_BYTES = 512 * 1024 * 1024;
const MAX_FILES = 100_000;

/** A change within the kernel's clock step leaves the times as they are; a file that fresh is read again next time. */
const RACY_MS = 20;

/** What a path holds: a file's content and mode, or a symbolic link's target (`link`). */
export const Entry = z.object({ hash: z.string(), mode: z.int(), link: z.boolean() });
export type Entry = z.infer<typeof Entry>;

/** An entry and the stat it was seen with; "" where the stat proves nothing. */
const Seen = z.object({ entry: Entry, screen: z.string() });
export type Seen = z.infer<typeof Seen>;
const SeenFiles = z.record(z.string(), Seen);

/** Every file and link of a workspace but version control's and dependencies', which are in `skipped`. */
export interface Scan {
  files: Map<string, Stats>;
  /** By their mode. */
  folders: Map<string, number>;
  skipped: string[];
}

export const sameEntry = (a: Entry | null | undefined, b: Entry | null | undefined): boolean =>
  a === b || (!!a && !!b && a.hash === b.hash && a.link === b.link && (a.link || a.mode === b.mode));

/** The mode that somebody has given to what is ours otherwise; null where there is more to it, or less. */
export function ownMode(found: Entry | null | undefined, ours: Entry | null): number | null {
  const same = found && ours && found.hash === ours.hash && !found.link && !ours.link;
  return same && found.mode !== ours.mode ? found.mode : null;
}

function screenOf(stat: Stats): string {
  if (Date.now() - stat.ctimeMs < RACY_MS) return "";
  return `${stat.size}:${stat.mtimeMs}:${stat.ctimeMs}:${stat.ino}:${stat.mode}`;
}

/** Whether the stat proves that the file is still what was seen. */
export const isUnchanged = (seen: Seen, stat: Stats): boolean =>
  seen.screen !== "" &&
  seen.screen === `${stat.size}:${stat.mtimeMs}:${stat.ctimeMs}:${stat.ino}:${stat.mode}`;

/** The bytes an entry stands for: a file's content, or the target of a link as text. */
export function bytesAt(absolute: string, stat: Stats): Buffer {
  return stat.isSymbolicLink() ? Buffer.from(readlinkSync(absolute)) : readFileSync(absolute);
}

/** Looks at one file now; null where there is no file or link. With `blobs` its content is copied, too. */
export function look(absolute: string, blobs: Blobs | null): Seen | null {
  const stat = lstatOrNull(absolute) as Stats | null;
  if (!stat || !(stat.isFile() || stat.isSymbolicLink())) return null;
  const bytes = bytesAt(absolute, stat);
  const hash = blobs ? blobs.put(bytes, false) : hashOf(bytes);
  return {
    entry: { hash, mode: stat.mode & 0o7777, link: stat.isSymbolicLink() },
    screen: screenOf(stat),
  };
}

/** Files that this process's own output goes to (`> out.txt`): they change all the time and are nobody's damage. */
function ownOutput(): (stat: Stats) => boolean {
  const own = [1, 2].map((fd) => fstatSync(fd)).filter((stat) => stat.isFile());
  return (stat) => own.some(({ dev, ino }) => dev === stat.dev && ino === stat.ino);
}

/** Walks the workspace, but for what this process itself writes to. Links are not followed; unreadable folders count as empty. */
export function scan(root: string): Scan {
  const result: Scan = { files: new Map(), folders: new Map(), skipped: [] };
  const open = [""];
  const isOwn = ownOutput();
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    for (const entry of entriesOf(join(root, folder))) {
      const path = folder + entry.name;
      if (entry.isDirectory()) {
        result.folders.set(path, modeOf(join(root, path)));
        if (isMachinery(entry.name)) continue;
        if (isDependencyFolder(root, path) || result.files.size >= MAX_FILES) result.skipped.push(`${path}/`);
        else open.push(`${path}/`);
      } else if ((entry.isFile() || entry.isSymbolicLink()) && !entry.name.endsWith(STAGED_SUFFIX)) {
        const stat = lstatOrNull(join(root, path)) as Stats | null;
        if (stat && !isOwn(stat)) result.files.set(path, stat);
      }
    }
  }
  return result;
}

const modeOf = (absolute: string): number => ((lstatOrNull(absolute) as Stats | null)?.mode ?? 0) & 0o7777;

/** Reads what an earlier capture saw; nothing where the file is missing or damaged. */
export function readSeen(file: string): Map<string, Seen> {
  try {
    const parsed = SeenFiles.safeParse(JSON.parse(readFileSync(file, "utf8")));
    return new Map(parsed.success ? Object.entries(parsed.data) : []);
  } catch (error) {
    if (!(error instanceof SyntaxError)) errorCode(error);
    return new Map();
  }
}

/** Writes what was seen, whole or not at all. */
export function writeSeen(file: string, seen: Map<string, Seen>): void {
  writeFileSync(`${file}.new`, JSON.stringify(Object.fromEntries(seen)), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/**
 * Copies every scanned file that the blobs do not hold yet. `known` is what an earlier capture saw. What cannot be
 * copied (too large, unreadable) or was not scanned is named in `unprotected`.
 */
export async function capture(
  root: string,
  found: Scan,
  known: Map<string, Seen>,
  blobs: Blobs,
): Promise<{ seen: Map<string, Seen>; unprotected: string[] }> {
  const seen = new Map<string, Seen>();
  const unprotected = [...found.skipped];
  let total = 0;
  let copied = 0;
  for (const [path, stat] of found.files) {
    total += stat.size;
    if (stat.size > MAX_FILE_BYTES || total > MAX_TOTAL_BYTES) {
      total -= stat.size;
      unprotected.push(path);
      continue;
    }
    const before = known.get(path);
    if (before && isUnchanged(before, stat) && blobs.has(before.entry.hash)) {
      seen.set(path, before);
      continue;
    }
    const now = copy(join(root, path), blobs);
    if (now) seen.set(path, now);
    else unprotected.push(path);
    copied += 1;
    if (copied % 256 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  return { seen, unprotected: unprotected.sort() };
}

/** A copy of one file; null where it may not be read or has just gone. A full disk is thrown. */
function copy(absolute: string, blobs: Blobs): Seen | null {
  try {
    return look(absolute, blobs);
  } catch (error) {
    if (["EACCES", "EPERM", "ENOENT", "EIO"].includes(errorCode(error))) return null;
    throw error;
  }
}

/** The time of the last change of what is at a path, in ms since 1970; no program can set it back. */
export const changedAt = (absolute: string): number => lstatSync(absolute).ctimeMs;

/** The same for a path that holds nothing: when the nearest folder above it that is there has last changed. */
export function goneAt(root: string, path: string): number {
  for (let folder = dirname(path); folder !== "."; folder = dirname(folder)) {
    const stat = lstatOrNull(join(root, folder)) as Stats | null;
    if (stat) return stat.ctimeMs;
  }
  return changedAt(root);
}
