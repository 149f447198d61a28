/**
 * Where a confined check writes instead of into the tree: the upper folder of an overlay that lies over the workspace in the
 * check's own view of the disk. What changes in the tree meanwhile is therefore somebody else's. Afterwards what the check has
 * made new is brought into the tree; what it did to things that were there goes with the layer.
 */
import {
  chmodSync,
  chownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  utimesSync,
} from "node:fs";
import { basename, join } from "node:path";
import { entriesOf } from "./entries.ts";
import { isDependencyFolder, isMachinery } from "./ignore.ts";
import { diskReason, lstatOrNull } from "./walls.ts";

/** The layer's folder in that of its turn; on the tree's own file system, so that what is brought over is not copied. */
export const layerFolder = (turnFolder: string): string => join(turnFolder, "layer");

/** A layer that is ready for one check. `enter`: the check is about to start on it; `leave`: it could not, and starts without. */
export interface Layer {
  folder: string;
  upper: string;
  work: string;
  enter(): void;
  leave(): void;
}

/** What was brought over: new files, by what tells them from what others put in their place (`printOf`), and new folders, outermost first. */
export interface Brought {
  files: Map<string, string>;
  folders: string[];
}

/** Another one after each write, unlike the time of the last change the same under any name. */
export const printOf = ({ ino, size, mtimeMs }: Stats): string => `${ino}:${size}:${mtimeMs}`;

/** Lays out an empty layer and gives its folders; null where the disk refuses, then the check goes without. */
export function layOut(root: string, turnFolder: string): Pick<Layer, "folder" | "upper" | "work"> | null {
  const folder = layerFolder(turnFolder);
  const upper = join(folder, "upper");
  const work = join(folder, "work");
  dropLayer(turnFolder);
  try {
    for (const path of [upper, work]) mkdirSync(path, { recursive: true, mode: 0o700 });
    // What the check sees of the root itself comes from the upper folder.
    const { mode, uid, gid, atime, mtime } = statSync(root);
    if (process.getuid?.() === 0) chownSync(upper, uid, gid);
    chmodSync(upper, mode & 0o7777);
    utimesSync(upper, atime, mtime);
    return { folder, upper, work };
  } catch (error) {
    diskReason(error);
    return null;
  }
}

/** Removes the layer of a turn, folders that a check has shut, too. What cannot go now goes with the next layer. */
export function dropLayer(turnFolder: string): void {
  const folder = layerFolder(turnFolder);
  try {
    unlock(folder);
    rmSync(folder, { recursive: true, force: true });
  } catch (error) {
    diskReason(error);
  }
}

function unlock(folder: string): void {
  const stat = lstatOrNull(folder) as Stats | null;
  if (!stat?.isDirectory()) return;
  if ((stat.mode & 0o700) !== 0o700) chmodSync(folder, 0o700);
  for (const entry of entriesOf(folder)) if (entry.isDirectory()) unlock(join(folder, entry.name));
}

/**
 * Brings what is new in an upper folder into the tree, never over something that is there by now, nor in place of a file or folder
 * that was there (`was`) and has gone since. Dependencies' folders, which nobody writes by hand, take everything over. Times
 * and modes stay. What the disk refuses is left out.
 */
export function bring(upper: string, root: string, was: (path: string) => boolean): Brought {
  const over = new TakingOver(upper, root, was);
  over.within("", false);
  return over.brought;
}

class TakingOver {
  readonly brought: Brought = { files: new Map(), folders: [] };

  constructor(
    private readonly upper: string,
    private readonly root: string,
    private readonly was: (path: string) => boolean,
  ) {}

  /** Everything in a folder ("" or with a "/" at the end); `all`: changes and removals, too. */
  within(folder: string, all: boolean): void {
    for (const entry of entriesOf(join(this.upper, folder))) {
      const path = folder + entry.name;
      if (entry.isDirectory()) this.through(path, all || isDependencyFolder(this.root, path));
      else if (all) replace(join(this.upper, path), join(this.root, path), entry.isCharacterDevice());
      else if ((entry.isFile() || entry.isSymbolicLink()) && !this.was(path)) this.add(path);
    }
  }

  private add(path: string): void {
    const [from, to] = [join(this.upper, path), join(this.root, path)];
    // A second name, which the layer's end makes the only one: unlike a rename it never replaces anything.
    if (isDone(() => linkSync(from, to))) this.brought.files.set(path, printOf(lstatSync(from)));
  }

  private through(path: string, all: boolean): void {
    const [from, to] = [join(this.upper, path), join(this.root, path)];
    const known = this.was(path);
    const there = lstatOrNull(to) as Stats | null;
    if (there ? !there.isDirectory() || (known && isMachinery(basename(path))) : known) return;
    const stat = lstatSync(from);
    if ((stat.mode & 0o700) !== 0o700) chmodSync(from, 0o700);
    if (!there && !isDone(() => mkdirSync(to, { mode: 0o700 }))) return;
    if (!there) this.brought.folders.push(path);
    this.within(`${path}/`, all);
    if (there) return;
    chmodSync(to, stat.mode & 0o7777);
    utimesSync(to, stat.atime, stat.mtime);
  }
}

/** In the upper folder a character device stands for what was removed. */
function replace(from: string, to: string, isGone: boolean): void {
  isDone(() => (isGone ? rmSync(to, { recursive: true, force: true }) : renameSync(from, to)));
}

/** Whether the disk let it be done. */
function isDone(deed: () => void): boolean {
  try {
    deed();
    return true;
  } catch (error) {
    diskReason(error);
    return false;
  }
}
