/**
 * One turn's hold on the tree: it copies, writes, repairs and takes back. Nothing of the user's is ever overwritten:
 * where the user has changed a file that the turn wrote, the user's stays and ours goes to the turn's folder.
 */
import { join } from "node:path";
import type { Change, Result } from "../types.ts";
import type { Blobs } from "./blobs.ts";
import type { Clock } from "./clock.ts";
import { decode } from "./encoding.ts";
import { matcher } from "./ignore.ts";
import { endCommitted, endReverted, noteCheck, snapshotFile, type Window } from "./journal.ts";
import { dropHalfMade, keepFound } from "./kept.ts";
import { bring, dropLayer, type Layer, layerFolder, layOut } from "./layer.ts";
import { type Difference, Ledger } from "./ledger.ts";
import type { Lock } from "./lock.ts";
import { dropEmpty, type Placed } from "./place.ts";
import { Placer } from "./placer.ts";
import { tidy } from "./retention.ts";
import { capture, type Entry, readSeen, sameEntry, scan, writeSeen } from "./snapshot.ts";
import { Theirs } from "./theirs.ts";
import { diskReason } from "./walls.ts";
import { Writer } from "./writer.ts";

/** `list` gives the project's files; a `broad` folder ($HOME, the file system's root) is too large to protect. */
export interface TransactionParts {
  root: string;
  undoFolder: string;
  folder: string;
  blobs: Blobs;
  clock: Clock;
  lock: Lock;
  allowWrite: (path: string) => boolean;
  list: () => Promise<string[]>;
  broad: boolean;
}

const notAll = (error: unknown): string =>
  `Not every file could be brought back because ${diskReason(error)}.`;

const gone = (lost: string[]): string | null =>
  lost.length === 0
    ? null
    : `${lost.join(", ")} could not be brought back: the copies in .smallcode/undo are gone.`;

export class Transaction {
  private readonly parts: TransactionParts;
  private readonly ledger: Ledger;
  private readonly placer: Placer;
  private readonly theirs: Theirs;
  private readonly writer: Writer;
  private unprotected: string[] | null = null;
  private ended = false;

  constructor(parts: TransactionParts) {
    this.parts = parts;
    this.ledger = new Ledger(parts.root);
    this.placer = new Placer({ ...parts, ledger: this.ledger });
    this.theirs = new Theirs(this.ledger, parts);
    this.writer = new Writer({ ...parts, ledger: this.ledger, placer: this.placer });
  }

  /**
   * Copies what is needed to bring every existing file back after a check damages it; call before the first check.
   * `unprotected` names what could not be copied; `failed` says why nothing could. A further call does nothing.
   */
  async protect(): Promise<{ unprotected: string[]; failed: string | null }> {
    const { root, undoFolder, folder, blobs, broad } = this.parts;
    if (this.unprotected) return { unprotected: this.unprotected, failed: null };
    if (broad) return { unprotected: ["./"], failed: null };
    try {
      const cache = join(undoFolder, "seen.json");
      const found = scan(root);
      const { seen, unprotected } = await capture(root, found, readSeen(cache), blobs);
      writeSeen(cache, seen);
      for (const path of this.ledger.origin.keys()) seen.delete(path);
      writeSeen(snapshotFile(folder), seen);
      this.ledger.protect(seen, found);
      this.unprotected = unprotected;
      return { unprotected, failed: null };
    } catch (error) {
      return { unprotected: ["./"], failed: `The files could not be copied because ${diskReason(error)}.` };
    }
  }

  /**
   * Runs a check. What changes in files meanwhile counts as the check's doing, which clean() and revert() undo; what
   * changes at other times is the user's and stays. `sealed`, asked afterwards, names files that the check could not
   * change: a change of those is the user's at any time. A check that enters the `layer` cannot change any: all that changes is
   * the user's, and what it has made new is brought into the tree when it has ended.
   */
  async watch<T>(check: (layer: Layer | null) => Promise<T>, sealed: () => string[] = () => []): Promise<T> {
    const { lock, folder } = this.parts;
    await this.placer.settle();
    this.adopt(this.ledger.differences().filter(({ by }) => by === "user"));
    const window: Window = { from: Date.now(), to: null };
    this.ledger.windows.push(window);
    noteCheck(folder, { op: "check", from: window.from });
    lock.beat();
    try {
      return await check(this.layer(window));
    } finally {
      this.takeOver(window);
      window.to = Date.now();
      window.sealed = sealed();
      noteCheck(folder, { op: "checked", to: window.to });
    }
  }

  /** Takes what somebody else has changed for what is protected from now on, by the next start, too. */
  private adopt(theirs: Difference[]): void {
    const { ledger, parts } = this;
    this.theirs.accept(theirs);
    if (this.unprotected === null || theirs.every(({ path }) => ledger.origin.has(path))) return;
    try {
      writeSeen(snapshotFile(parts.folder), ledger.seen());
    } catch (error) {
      diskReason(error);
    }
  }

  /** A layer for the check of this window; null where nothing is known of what is in the tree. */
  private layer(window: Window): Layer | null {
    const { root, folder } = this.parts;
    const places = this.ledger.isWhole() && layOut(root, folder);
    if (!places) return null;
    const enter = (): void => {
      if (!window.apart) noteCheck(folder, { op: "apart" });
      window.apart = true;
    };
    const leave = (): void => {
      if (!window.apart) return;
      Object.assign(window, { apart: false, from: Date.now() });
      noteCheck(folder, { op: "check", from: window.from });
    };
    return { ...places, enter, leave };
  }

  /** Ends the layer of a check: what it has made new goes into the tree. */
  private takeOver(window: Window): void {
    const { root, folder } = this.parts;
    const { ledger } = this;
    if (window.apart)
      ledger.brought = bring(join(layerFolder(folder), "upper"), root, (path) => ledger.hasKnown(path));
    dropLayer(folder);
  }

  /**
   * Writes all changes or none. Refuses a path outside the walls or not allowed, and a file that is not what the change
   * was made from: the user's bytes stay, and ours are kept in the turn's folder.
   */
  async apply(changes: Change[]): Promise<Result<{ files: string[] }>> {
    return this.writer.apply(changes);
  }

  /**
   * Takes back what the last `apply` has written, byte for byte, and the folders that it made. Refuses, and touches nothing,
   * where somebody else has changed one of these files since.
   */
  async unapply(): Promise<Result<{ files: string[] }>> {
    return this.writer.unapply();
  }

  /**
   * Takes back what checks did to files and keeps the candidate; of a check that had to be `stopped`, new files go, too.
   * `left`: other new files, and files of the turn that the user has changed. `theirs`: other files that the user has changed
   * or removed since the last call; they stay so. `failed`: why not everything could be brought back; the next start tries
   * again.
   */
  async clean(
    litter: string[],
    stopped = false,
  ): Promise<{ repaired: string[]; left: string[]; theirs: string[]; failed: string | null }> {
    const { ledger } = this;
    const repaired = new Set<string>();
    const lost = new Set<string>();
    const clashes = new Set<string>();
    let left: string[] = [];
    try {
      ledger.restoreModes();
      // Before anything goes: the time of a folder tells when a file in it went.
      let differences = ledger.differences();
      left = ledger.sweep(matcher(litter));
      const dropped = new Set(dropHalfMade(ledger, this.parts, stopped));
      left = left.filter((path) => !dropped.has(path));
      for (;;) {
        const theirs = differences.filter(({ by }) => by === "user");
        this.adopt(theirs);
        for (const { path } of theirs) if (ledger.origin.has(path)) clashes.add(path);
        const done = await this.repair(
          differences.filter(({ by, path }) => by === "check" && !lost.has(path)),
        );
        for (const { path } of done.placed) repaired.add(path);
        for (const path of done.lost) lost.add(path);
        if (done.overtaken.length === 0) break;
        differences = ledger.differences();
      }
      if (repaired.size > 0) this.placer.freshen();
      return {
        repaired: [...repaired].sort(),
        left: [...left, ...clashes].sort(),
        theirs: this.theirs.take(),
        failed: gone([...lost]),
      };
    } catch (error) {
      return { repaired: [], left, theirs: [], failed: notAll(error) };
    }
  }

  /**
   * Back to the state at begin(), bytes and modes. Files the turn made go. `left`: new files of others, and files the user has
   * changed since we wrote them (ours is kept in the turn's folder). `failed`: as of `clean`.
   */
  async revert(litter: string[]): Promise<{ files: string[]; left: string[]; failed: string | null }> {
    const { ledger } = this;
    const files = new Set<string>();
    const lost = new Set<string>();
    let left: string[] = [];
    try {
      ledger.restoreModes();
      let differences = ledger.differences();
      left = ledger.sweep(matcher(litter));
      for (;;) {
        const ours = differences.filter(({ path }) => ledger.origin.has(path));
        const clashes = this.theirs.giveWay(ours.filter(({ by }) => by === "user"));
        left.push(...clashes);
        const others = differences.filter(({ path }) => !ledger.origin.has(path) && !clashes.includes(path));
        this.adopt(others.filter(({ by }) => by === "user"));
        await keepFound(
          ours.filter(({ by }) => by === "check"),
          this.parts,
        );
        const repaired = await this.repair(
          others.filter(({ by, path }) => by === "check" && !lost.has(path)),
        );
        const backward = this.theirs.backward(ours).filter(({ path }) => !lost.has(path));
        const odd = new Set(ours.flatMap(({ path, found }) => (found === null ? [path] : [])));
        const away = backward.filter(({ path, over, entry }) => odd.has(path) || !sameEntry(over, entry));
        const restored = this.placer.restore(away, true);
        for (const { path } of [...repaired.placed, ...restored.placed]) files.add(path);
        for (const path of [...repaired.lost, ...restored.lost]) lost.add(path);
        const stays = new Set([...restored.lost, ...restored.overtaken]);
        for (const { path, entry } of backward) if (!stays.has(path)) ledger.goneBack(path, entry);
        if (repaired.overtaken.length + restored.overtaken.length === 0) break;
        differences = ledger.differences();
      }
      dropEmpty(this.parts.root, this.writer.folders);
      return { files: [...files].sort(), left: left.sort(), failed: gone([...lost]) };
    } catch (error) {
      return { files: [], left, failed: notAll(error) };
    }
  }

  /** Brings back what checks have damaged; what stood there is kept aside. */
  private async repair(damage: Difference[]): Promise<Placed> {
    await keepFound(damage, this.parts);
    return this.placer.restore(
      damage.map(({ path, found }) => ({
        path,
        entry: this.ledger.entry(path),
        over: found?.entry ?? null,
      })),
      false,
    );
  }

  /**
   * Tells the states of the whole tree apart: names, contents and modes of all files, and what the disk says of those that are
   * too large to be copied and of the dependencies' folders. Null where the tree is not protected.
   */
  fingerprint(): string | null {
    return this.unprotected === null ? null : this.ledger.fingerprint(this.unprotected);
  }

  /** Files of the turn that somebody else has changed since it wrote them. They stay as they are. */
  disturbed(): string[] {
    return this.ledger.differences().flatMap(({ path }) => (this.ledger.origin.has(path) ? [path] : []));
  }

  /** Before and after of each file the turn has changed, in path order, as on disk (line ends and BOM included). */
  async changes(): Promise<{ path: string; before: string | null; after: string | null }[]> {
    const text = (entry: Entry | null): string | null =>
      entry && (decode(this.parts.blobs.get(entry.hash) ?? new Uint8Array())?.text ?? null);
    return this.ledger
      .net()
      .map(({ path, before, after }) => ({ path, before: text(before), after: text(after) }));
  }

  /**
   * Ends the turn and keeps its changes, which can be undone from then on. Where that cannot be written down (a full
   * disk) the changes are taken back and the reason is given.
   */
  async commit(): Promise<Result<{ undoable: boolean }>> {
    if (this.ended) return { ok: true, undoable: false };
    const { folder } = this.parts;
    const steps = this.ledger.net();
    try {
      if (steps.length > 0) endCommitted({ folder }, steps, this.writer.folders);
      else endReverted({ folder });
    } catch (error) {
      const reason = `The changes were taken back because they could not be journalled: ${diskReason(error)}.`;
      await this.close();
      return { ok: false, reason };
    }
    await this.placer.settle();
    this.end(steps.length > 0);
    return { ok: true, undoable: steps.length > 0 };
  }

  /** Ends the turn without its changes: what revert() has not taken back yet is taken back now, else by the next start. */
  async close(): Promise<void> {
    if (this.ended) return;
    const failed = this.ledger.net().length > 0 ? (await this.revert([])).failed : null;
    if (failed === null) endReverted(this.parts);
    await this.placer.settle();
    this.end(false);
  }

  private end(cutRedo: boolean): void {
    this.ended = true;
    try {
      tidy(this.parts.undoFolder, this.parts.blobs, cutRedo);
    } finally {
      this.parts.lock.release();
    }
  }
}
