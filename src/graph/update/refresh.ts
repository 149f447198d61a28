/**
 * From what the index last knew to what is on disk: which files are new, changed, only touched, or gone. Size, mtime and inode
 * decide where they are the same; where one is not, or the file was written too shortly before it was read (git's racy rule),
 * the hash of its bytes does.
 */
import { Breath } from "../../workspace/breath.ts";
import { type Sight, sameSight } from "../../workspace/entries.ts";
import type { Seen } from "../../workspace/listing.ts";
import { isStamped, readStamped, sameStamp } from "../../workspace/stamp.ts";
import type { FileStamp } from "../store/shards.ts";
import type { Wanted } from "./crew.ts";
import { MOST_BYTES } from "./read-file.ts";

export interface Difference {
  /** To be read. */
  changed: Wanted[];
  touched: FileStamp[];
  removed: string[];
}

/** What is remembered between the looks of one process: under which sight the stamp of each file was found to hold. */
export class Screen {
  private holds = new Map<string, { sight: Sight; stamp: FileStamp }>();
  private readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  /** Sets the files of a look against the stamps of the index. */
  async compare(
    files: Seen[],
    stamps: ReadonlyMap<string, FileStamp>,
    signal: AbortSignal,
  ): Promise<Difference> {
    const holds = new Map<string, { sight: Sight; stamp: FileStamp }>();
    const difference: Difference = { changed: [], touched: [], removed: [] };
    const breath = new Breath();
    let known = 0;
    for (const { path, sight } of files) {
      if (breath.due) await breath.take(signal);
      const stamp = stamps.get(path);
      if (stamp === undefined) {
        difference.changed.push({ path, size: sight.size });
        continue;
      }
      known += 1;
      const before = this.holds.get(path);
      const same =
        before?.stamp === stamp ? sameSight(before.sight, sight) : isStamped(`${this.root}/${path}`, stamp);
      if (same || this.hasSameBytes(stamp, sight, difference)) holds.set(path, { sight, stamp });
    }
    this.holds = holds;
    if (known < stamps.size) {
      const there = new Set(files.map(({ path }) => path));
      difference.removed.push(...[...stamps.keys()].filter((path) => !there.has(path)));
    }
    return difference;
  }

  /** Whether the hash shows that the stamp holds after all, and will until something is seen; what does not is noted. */
  private hasSameBytes(stamp: FileStamp, sight: Sight, difference: Difference): boolean {
    const { path } = stamp;
    const read = readStamped(this.root, path, MOST_BYTES);
    if (read === null) difference.removed.push(path);
    else if (read.stamp.hash !== stamp.hash) difference.changed.push({ path, size: sight.size });
    else if (sameStamp(stamp, read.stamp)) return stamp.mtimeNs !== 0n;
    else difference.touched.push({ path, ...read.stamp });
    return false;
  }
}
