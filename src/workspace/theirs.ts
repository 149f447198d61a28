/**
 * What somebody else changes in the tree during a turn: it stays, and becomes what is protected from then on; where the turn has
 * written the same file, ours is kept aside.
 */
import type { Blobs } from "./blobs.ts";
import { keep } from "./kept.ts";
import type { Difference, Ledger } from "./ledger.ts";
import type { Placement } from "./place.ts";
import { ownMode, sameEntry } from "./snapshot.ts";

export class Theirs {
  private readonly ledger: Ledger;
  private readonly parts: { folder: string; blobs: Blobs };
  private readonly noticed = new Set<string>();

  /** `folder`: the turn's. */
  constructor(ledger: Ledger, parts: { folder: string; blobs: Blobs }) {
    this.ledger = ledger;
    this.parts = parts;
  }

  /** From now on these are as they should be; a file that the turn has written is a clash. */
  accept(differences: Difference[]): void {
    for (const difference of differences) {
      if (!this.ledger.origin.has(difference.path)) this.noticed.add(difference.path);
      this.ledger.yieldTo(difference, this.parts.blobs);
    }
  }

  /**
   * Paths that somebody else has changed or removed since this was last asked, sorted: of those that the turn has written, the ones
   * that it has written once more since.
   */
  take(): string[] {
    const { overtaken } = this.ledger;
    const paths = [...new Set([...this.noticed, ...overtaken])].sort();
    this.noticed.clear();
    overtaken.clear();
    return paths;
  }

  /** Before everything is taken back: leaves their version of files that the turn has written, keeps ours aside, and gives the paths. */
  giveWay(theirs: Difference[]): string[] {
    const { ledger } = this;
    const clashes = theirs.filter(
      ({ path, found }) =>
        !sameEntry(found?.entry, ledger.origin.get(path)) &&
        ownMode(found?.entry, ledger.entry(path)) === null,
    );
    for (const { path } of clashes) {
      const ours = ledger.entry(path);
      const bytes = ours && this.parts.blobs.get(ours.hash);
      if (bytes) keep(this.parts.folder, path, bytes);
      ledger.release(path);
    }
    return clashes.map(({ path }) => path);
  }

  /** What brings every path that the turn has written back to what it held before; a mode that somebody has given it stays. */
  backward(ours: Difference[]): Placement[] {
    const { ledger } = this;
    return [...ledger.origin].map(([path, before]) => {
      const one = ours.find((other) => other.path === path);
      const over = one === undefined ? ledger.entry(path) : (one.found?.entry ?? null);
      const mode = one?.by === "user" ? ownMode(over, ledger.entry(path)) : null;
      return { path, over, entry: before && mode !== null ? { ...before, mode } : before };
    });
  }
}
