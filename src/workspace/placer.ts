/** How files go into the tree during a turn: one mtime for each batch, and the ledger expects them there from then on. */
import { utimesSync } from "node:fs";
import { join } from "node:path";
import type { Blobs } from "./blobs.ts";
import type { Clock } from "./clock.ts";
import { keptFolder } from "./kept.ts";
import type { Ledger } from "./ledger.ts";
import { Overtaken, type Placed, type Placement, type PlaceOptions, place, placeAvailable } from "./place.ts";
import { look, sameEntry } from "./snapshot.ts";

/** `folder`: the turn's, where what stands in the way is kept. */
export interface PlacerParts {
  root: string;
  folder: string;
  blobs: Blobs;
  clock: Clock;
  ledger: Ledger;
}

export class Placer {
  private readonly parts: PlacerParts;
  /** The mtime of the build products that were last brought back from a check's damage, in seconds since 1970. */
  private repairedAt = 0;

  constructor(parts: PlacerParts) {
    this.parts = parts;
  }

  /** How the next batch of files goes into the tree. */
  private options(durable: boolean, aside: string | null): PlaceOptions {
    const { root, blobs, clock } = this.parts;
    return { root, blobs, tick: clock.tick(), aside, durable };
  }

  /** Puts all files into the tree and expects them there from now on. Throws `Overtaken` where it could not be all. */
  put(placements: Placement[]): void {
    const [overtaken] = place(placements, this.options(true, null));
    if (overtaken !== undefined) throw new Overtaken(overtaken);
    for (const { path, entry } of placements) this.parts.ledger.holds(path, entry);
  }

  /** Restores what it has copies of and nobody has changed meanwhile. */
  restore(placements: Placement[], durable: boolean): Placed {
    if (placements.length === 0) return { placed: [], lost: [], overtaken: [] };
    const { ledger, folder } = this.parts;
    const options = this.options(durable, keptFolder(folder));
    const done = placeAvailable(placements, options);
    if (!durable && done.placed.some((one) => this.isProduct(one))) this.repairedAt = options.tick;
    for (const { path, entry } of done.placed) ledger.holds(path, entry);
    for (const path of done.overtaken) ledger.absolve(path);
    return done;
  }

  /** Gives the candidate's files a later mtime than restored build products, which were made from older sources. */
  freshen(): void {
    const { root, clock, ledger } = this.parts;
    const tick = clock.tick();
    for (const { path, after } of ledger.net()) {
      if (!after || !sameEntry(look(join(root, path), null)?.entry, after)) continue;
      utimesSync(join(root, path), tick, tick);
      ledger.holds(path, after);
    }
  }

  /** What holds a zero byte is no source: tools make it, and go by its age. Python goes by what is written in a .pyc. */
  private isProduct({ path, entry }: Placement): boolean {
    if (entry === null || path.endsWith(".pyc")) return false;
    return this.parts.blobs.get(entry.hash)?.subarray(0, 8000).includes(0) ?? false;
  }

  /** A build product that was brought back must not be newer than what make builds next. */
  settle(): Promise<void> {
    return this.parts.clock.reach(this.repairedAt);
  }
}
