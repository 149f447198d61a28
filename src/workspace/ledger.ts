/**
 * What each path of the workspace should hold during a turn, and whose change it is where it holds something else: a
 * check's (then it is brought back) or the user's (then it stays).
 */
import { chmodSync, rmSync, type Stats } from "node:fs";
import { join } from "node:path";
import type { Blobs } from "./blobs.ts";
import { hashOf } from "./files.ts";
import type { Matcher } from "./ignore.ts";
import type { Step, Window } from "./journal.ts";
import { type Brought, printOf } from "./layer.ts";
import {
  changedAt,
  type Entry,
  goneAt,
  isUnchanged,
  look,
  ownMode,
  type Scan,
  type Seen,
  sameEntry,
  scan,
} from "./snapshot.ts";
import { isBehindLink, lstatOrNull } from "./walls.ts";

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
  windows.some(
    ({ from, to, apart }) =>
      apart !== true && at >= from - CLOCK_LAG_MS && at < (to ?? Number.POSITIVE_INFINITY) + 1,
  );

export class Ledger {
  private readonly root: string;
  /** What each path should hold now; null: nothing. All files after protection, else those the turn has changed. */
  private readonly expected = new Map<string, Seen | null>();
  /** What each path that the turn has changed held before the turn. */
  readonly origin = new Map<string, Entry | null>();
  /** Of those, the paths that held something of the user's when the turn wrote them once more; until it is told. */
  readonly overtaken = new Set<string>();
  /** When checks ran. */
  readonly windows: Window[] = [];
  /** Paths of the turn that the user has changed since. */
  private readonly clashes = new Set<string>();
  /** Paths that a check has damaged and that could not be brought back yet. */
  private readonly blamed = new Set<string>();
  private before: Set<string> | null = null;
  /** What was there when last looked at; null without protection. */
  private present: Scan | null = null;
  /** What the last check has made, where it ran apart from the tree. */
  brought: Brought = { files: new Map(), folders: [] };
  /** The modes of folders. */
  private readonly modes = new Map<string, number>();

  constructor(root: string) {
    this.root = root;
  }

  /** From now on these files are to stay as they were seen; what else the scan found was there before the turn. */
  protect(seen: Map<string, Seen>, found: Scan): void {
    for (const [path, one] of seen) this.expected.set(path, one);
    this.before = new Set([...found.files.keys(), ...found.folders.keys()]);
    for (const [path, mode] of found.folders) this.modes.set(path, mode);
  }

  /** What each path that is not the turn's own should hold. */
  seen(): Map<string, Seen> {
    return new Map(
      [...this.expected].flatMap(([path, one]) => (one && !this.origin.has(path) ? [[path, one]] : [])),
    );
  }

  /** Whether all that is in the tree is known. */
  isWhole(): boolean {
    return this.present !== null;
  }

  /** Whether something was at a path before the turn, or when last looked at; nothing is known of dependencies' folders. */
  hasKnown(path: string): boolean {
    const { before, present } = this;
    return before?.has(path) || present?.files.has(path) || present?.folders.has(path) || false;
  }

  /**
   * Notes that the turn is about to change a path that holds `before` now. Where that is not what the turn has left there, it is
   * the user's, and from then on what is brought back; so is a mode that the user has given it.
   */
  open(path: string, before: Entry | null): void {
    if (!this.origin.has(path)) this.origin.set(path, before);
    else if (this.entry(path)?.hash !== before?.hash) {
      this.origin.set(path, before);
      this.overtaken.add(path);
    } else {
      const mode = ownMode(before, this.entry(path));
      const origin = this.origin.get(path);
      if (origin && mode !== null) this.origin.set(path, { ...origin, mode });
    }
    if (!this.expected.has(path)) this.expected.set(path, before && { entry: before, screen: "" });
  }

  /** Expects at a path what was put or found there, whatever somebody has made of it since. The mode is what the disk makes of it. */
  holds(path: string, entry: Entry | null): void {
    const found = look(join(this.root, path), null);
    const isIt = found !== null && found.entry.hash === entry?.hash && found.entry.link === entry.link;
    this.expected.set(path, isIt ? found : entry && { entry, screen: "" });
    this.blamed.delete(path);
  }

  /** A path that the turn has changed holds again what it did before, but perhaps for its mode, which is the user's then. */
  goneBack(path: string, entry: Entry | null): void {
    this.holds(path, entry);
    const now = this.entry(path);
    if (now !== null && now.hash === this.origin.get(path)?.hash) this.origin.set(path, now);
  }

  /** A path that a check has damaged was changed again by somebody else. */
  absolve(path: string): void {
    this.blamed.delete(path);
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

  /** Names what every path should hold; of the `unprotected` paths, what the disk says of them now. */
  fingerprint(unprotected: string[]): string {
    const known = [...this.expected].flatMap(([path, seen]) =>
      seen ? [`${path}\0${seen.entry.hash} ${seen.entry.mode}`] : [],
    );
    const others = unprotected.map((path) => {
      const stat = lstatOrNull(join(this.root, path)) as Stats | null;
      return `${path}\0${stat?.size} ${stat?.mtimeMs} ${stat?.ctimeMs}`;
    });
    return hashOf(Buffer.from([...known, ...others].sort().join("\0")));
  }

  /** Everything that is not as expected. */
  differences(): Difference[] {
    this.present = this.before && scan(this.root);
    const files = this.present?.files;
    const different: Difference[] = [];
    for (const [path, seen] of this.expected) {
      const absolute = join(this.root, path);
      const stat = files?.get(path) ?? (lstatOrNull(absolute) as Stats | null);
      if (seen && stat && isUnchanged(seen, stat)) continue;
      const found = isBehindLink(this.root, path) ? null : look(absolute, null);
      if (sameEntry(found?.entry, seen?.entry)) {
        this.expected.set(path, found);
        this.blamed.delete(path);
        continue;
      }
      const by = this.whose(path, found);
      if (by === "check") this.blamed.add(path);
      different.push({ path, found, by });
    }
    return different;
  }

  /** By the time of its last change: in a watched check, or outside. */
  private whose(path: string, found: Seen | null): "check" | "user" {
    if (this.clashes.has(path)) return "user";
    if (this.blamed.has(path)) return "check";
    const open = this.windows.filter(({ sealed }) => sealed?.includes(path) !== true);
    const at = found === null ? goneAt(this.root, path) : changedAt(join(this.root, path));
    return isWithin(open, at) ? "check" : "user";
  }

  /** Gives folders whose mode a check has changed their old one, outermost first; a mode that the user has set is the new one. */
  restoreModes(): void {
    for (const [path, mode] of this.modes) {
      const absolute = join(this.root, path);
      const stat = lstatOrNull(absolute) as Stats | null;
      if (!stat?.isDirectory() || (stat.mode & 0o7777) === mode) continue;
      if (isWithin(this.windows, stat.ctimeMs)) chmodSync(absolute, mode);
      else this.modes.set(path, stat.mode & 0o7777);
    }
  }

  /** The user's version of a file is the one to protect from now on; of a file that the turn has changed, it is a clash. */
  yieldTo({ path }: Difference, blobs: Blobs): void {
    if (this.origin.has(path)) {
      this.clashes.add(path);
      return;
    }
    this.expected.set(path, look(join(this.root, path), blobs));
    this.blamed.delete(path);
  }

  /** What the turn has changed so far, in path order. */
  net(): Step[] {
    return [...this.origin]
      .map(([path, before]) => ({ path, before, after: this.entry(path) }))
      .filter(({ before, after }) => !sameEntry(before, after))
      .sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  /**
   * New files of the last check, at least so large, and new folders, outermost first. Where it ran in the tree itself: files born
   * meanwhile, and all new folders.
   */
  made(bytes: number): { files: string[]; folders: string[] } {
    const before = this.before;
    const window = this.windows.slice(-1);
    if (!before) return { files: [], folders: [] };
    const now = scan(this.root);
    const isApart = window[0]?.apart === true;
    const byCheck = (path: string, stat: Stats): boolean =>
      isApart
        ? this.brought.files.get(path) === printOf(stat)
        : isWithin(window, stat.birthtimeMs) && isWithin(window, stat.ctimeMs);
    const files = [...now.files]
      .filter(([path, stat]) => !before.has(path) && !this.entry(path) && stat.size >= bytes)
      .filter(([path, stat]) => byCheck(path, stat))
      .map(([path]) => path);
    const folders = isApart ? this.brought.folders : [...now.folders.keys()];
    return { files, folders: folders.filter((path) => !before.has(path)).sort() };
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
    for (const path of now.folders.keys())
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
