/** What is in a folder, and whether a folder or file may have changed since it was looked at. */
import { type Dirent, lstatSync, readdirSync } from "node:fs";
import { errorCode } from "./walls.ts";

/** A folder that is gone, closed, or cannot be reached by its name is passed over; what is wrong otherwise must not look like an empty one. */
const PASSED_OVER = ["ENOENT", "ENOTDIR", "EACCES", "EPERM", "ENAMETOOLONG", "ELOOP"];

/** What is in a folder; nothing where it cannot be read. */
export function entriesOf(absolute: string): Dirent[] {
  try {
    return readdirSync(absolute, { withFileTypes: true });
  } catch (error) {
    if (PASSED_OVER.includes(errorCode(error))) return [];
    throw error;
  }
}

/**
 * What a look at a file or folder saw of it, but for its content. Times are milliseconds as the runtime gives them, exact to a
 * quarter of a microsecond: enough to see that something has changed, since no clock of a file system ticks faster.
 */
export interface Sight {
  size: number;
  ino: number;
  mtimeMs: number;
  ctimeMs: number;
  isFile: boolean;
}

/** Null where nothing is, or nothing can be seen. */
export function sightOf(absolute: string): Sight | null {
  try {
    const { size, ino, mtimeMs, ctimeMs, mode } = lstatSync(absolute);
    return { size, ino, mtimeMs, ctimeMs, isFile: (mode & 0o170000) === 0o100000 };
  } catch (error) {
    if (PASSED_OVER.includes(errorCode(error))) return null;
    throw error;
  }
}

export const sameSight = (a: Sight | null, b: Sight | null): boolean =>
  a === b ||
  (a !== null &&
    b !== null &&
    a.mtimeMs === b.mtimeMs &&
    a.size === b.size &&
    a.ctimeMs === b.ctimeMs &&
    a.ino === b.ino);

/**
 * A file system's clock may tick once in two seconds, and be another machine's: what was changed so shortly before it was read
 * may have been changed after that without a trace.
 */
export const RACY_MS = 2500;

/** Whether a thing with this mtime, read now, would show every later change. A time in the future shows nothing. */
export const isSettled = (mtimeMs: number, nowMs = Date.now()): boolean => mtimeMs + RACY_MS < nowMs;

/** What comes of reading a thing on disk, read again only when the thing may have changed. */
export class Kept<T> {
  private before: { sight: Sight | null; settled: boolean; value: T } | null = null;
  private readonly absolute: string;
  private readonly read: () => T;

  constructor(absolute: string, read: () => T) {
    this.absolute = absolute;
    this.read = read;
  }

  /** The same object as long as nothing has changed. */
  get(): T {
    const sight = sightOf(this.absolute);
    const { before } = this;
    if (before?.settled && sameSight(before.sight, sight)) return before.value;
    const value = this.read();
    this.before = { sight, settled: sight === null || isSettled(sight.mtimeMs), value };
    return value;
  }
}
