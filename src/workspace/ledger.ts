/**
 * What each path of the workspace should hold during a turn, and whose change it is where it holds something else: a
 * check's (then it is brought back) or the user's (then it stays).
 */
import { rmSync, type Stats } from "node:fs";
import { join } from "node:path";
import type { Blobs } from "./blobs.ts";
import type { Matcher } from "./ignore.ts";
import type { Step, Window } from "./journal.ts";
import {
  changedAt,
  type Entry,
  isUnchanged,
  look,
  type Scan,
  type Seen,
  sameEntry,
  scan,
} from "./snapshot.ts";
import { lstatOrNull } from "./walls.ts";

/** The kernel stamps files with a clock that may lag this much behind ours. */
const CLOCK_LAG_MS = 15;

/** What was found where something else was expected; `found: null` where nothing is. */
export interface Difference {
  path: string;
  found: Seen | null;
  by: "check" | "user";
}

/** Whether a change at this time (ms since 1970, with fractions) fell into one of the windows, whose ends are whole ms. */
export const isWithin = (windows: Window[], at: number): boolean =>
  windows.some(({ from, to }) => at >= from - CLOCK_LAG_MS && at < (to ?? Number.POSITIVE_INFINITY) + 1);

export class Ledger {
  private readonly root: string;
  /** What each path should hold now; null: nothing. All files after protection, else those the turn has changed. */
  private readonly expected = new Map<string, Seen | null>();
  /** What each path that the turn has changed held before the turn. */
  readonly origin = new Map<string, Entry | null>();
  /** When checks ran. */
  readonly windows: Window[] = [];
  /** Paths of the turn that the user has changed since. */
  private readonly clashes = new Set<string>();
  private before: Set<string> | null = null;

  constructor(root: string) {
    this.root = root;
  }

  /** From now on these files are to stay as they were seen; what else the scan found was there before the turn. */
  protect(seen: Map<string, Seen>, found: Scan): void {
    for (const [path, one] of seen) this.expected.set(path, one);
    this.before = new Set([...found.files.keys(), ...found.folders]);
  }

  /** Notes that the turn is about to change a path that holds `before` now. */
  open(path: string, before: Entry | null): void {
    if (!this.origin.has(path)) this.origin.set(path, before);
    if (!this.expected.has(path)) this.expected.set(path, before && { entry: before, screen: "" });
  }

  /** Expects what is at a path now; with `blobs` a copy is taken. */
  accept(path: string, blobs: Blobs | null = null): void {
    this.expected.set(path, look(join(this.root, path), blobs));
  }

  /** What a path should hold. */
  entry(path: string): Entry | null {
    return this.expected.get(path)?.entry ?? null;
  }

  /** Nothing is known of this path any more. */
  release(path: string): void {
    this.expected.delete(path);
    this.origin.delete(path);
  }

  /** Everything that is not as expected. */
  differences(): Difference[] {
    const files = this.before ? scan(this.root).files : null;
    const different: Difference[] = [];
    for (const [path, seen] of this.expected) {
      const absolute = join(this.root, path);
      const stat = files?.get(path) ?? (lstatOrNull(absolute) as Stats | null);
      if (seen && stat && isUnchanged(seen, stat)) continue;
      const found = this.isBehindLink(path) ? null : look(absolute, null);
      if (sameEntry(found?.entry, seen?.entry)) this.expected.set(path, found);
      else different.push({ path, found, by: found ? this.whose(path, absolute) : "check" });
    }
    return different;
  }

  /** Whether a folder above a path has become a link: what is behind it is not the workspace's. */
  private isBehindLink(path: string): boolean {
    const parts = path.split("/");
    return parts.some(
      (_, n) => n > 0 && lstatOrNull(join(this.root, ...parts.slice(0, n)))?.isSymbolicLink() === true,
    );
  }

  /**
   * By the time of its last change: in a watched check, or outside. A turn that watches no check takes its own files'
   * changes for the user's and all others for a check's.
   */
  private whose(path: string, absolute: string): "check" | "user" {
    if (this.clashes.has(path)) return "user";
    if (this.windows.length === 0) return this.origin.has(path) ? "user" : "check";
    const open = this.windows.filter(({ sealed }) => sealed?.includes(path) !== true);
    return isWithin(open, changedAt(absolute)) ? "check" : "user";
  }

  /** The user's version of a file is the one to protect from now on; of a file that the turn has changed, it is a clash. */
  yieldTo(difference: Difference, blobs: Blobs): void {
    if (this.origin.has(difference.path)) this.clashes.add(difference.path);
    else this.accept(difference.path, blobs);
  }

  /** What the turn has changed so far, in path order. */
  net(): Step[] {
    return [...this.origin]
      .map(([path, before]) => ({ path, before, after: this.entry(path) }))
      .filter(({ before, after }) => !sameEntry(before, after))
      .sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  /**
   * New files born while the last check ran, at least so large, and all new folders, outermost first.
   */
  made(bytes: number): { files: string[]; folders: string[] } {
    const before = this.before;
    const window = this.windows.slice(-1);
    if (!before) return { files: [], folders: [] };
    const now = scan(this.root);
    const files = [...now.files]
      .filter(([path, stat]) => !before.has(path) && !this.entry(path) && stat.size >= bytes)
      .filter(([, stat]) => isWithin(window, stat.birthtimeMs) && isWithin(window, stat.ctimeMs))
      .map(([path]) => path);
    const folders = [...now.folders].filter((path) => !before.has(path)).sort();
    return { files, folders };
  }

  /** Removes litter that was absent before and gives the other new files, sorted. Nothing without protection. */
  sweep(isLitter: Matcher): string[] {
    const before = this.before;
    if (!before) return [];
    const now = scan(this.root);
    const isNew = (path: string): boolean => !before.has(path) && !this.entry(path);
    const holdsOurs = (folder: string): boolean =>
      [...this.origin.keys()].some((path) => path.startsWith(`${folder}/`) && this.entry(path));
    const inLitter = (path: string): boolean =>
      path.split("/").some((_, index, parts) => index > 0 && isLitter(parts.slice(0, index).join("/"), true));
    for (const path of now.folders)
      if (isNew(path) && isLitter(path, true) && !holdsOurs(path))
        rmSync(join(this.root, path), { recursive: true, force: true });
    const left: string[] = [];
    for (const path of now.files.keys()) {
      if (!isNew(path)) continue;
      if (isLitter(path, false) || inLitter(path)) rmSync(join(this.root, path), { force: true });
      else left.push(path);
    }
    return left.sort();
  }
}
