/**
 * Modification times that build tools can judge by. make, cargo and Python's .pyc compare mtimes in whole seconds, so
 * each write and each restore of a workspace gets a later second than every write and every check before it. The last
 * second given lives in the undo folder, so the order holds across processes.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The kernel stamps files with a clock that may lag this much behind ours. */
const KERNEL_LAG_MS = 15;

export class Clock {
  private readonly file: string;
  private last: number;

  constructor(undoFolder: string) {
    this.file = join(undoFolder, "clock");
    const kept = existsSync(this.file) ? Number.parseInt(readFileSync(this.file, "utf8"), 10) : 0;
    this.last = Number.isSafeInteger(kept) ? kept : 0;
  }

  /** The mtime for the next batch of writes, in whole seconds since 1970; lies at least in the next second. */
  tick(): number {
    this.last = Math.max(this.last, Math.floor(Date.now() / 1000)) + 1;
    writeFileSync(this.file, String(this.last));
    return this.last;
  }

  /** Waits until this second has come: what is built from then on is newer than files of that time. */
  async reach(second: number): Promise<void> {
    const left = second * 1000 + KERNEL_LAG_MS - Date.now();
    if (left > 0) await Bun.sleep(left);
  }
}
