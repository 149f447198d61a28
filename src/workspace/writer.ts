/** How a turn's changes get into the tree and out of it again: all of them or none, journalled before anything is touched. */
import { join, relative } from "node:path";
import type { Change, Failed, Result } from "../types.ts";
import type { Blobs } from "./blobs.ts";
import { append, type Step } from "./journal.ts";
import { keep } from "./kept.ts";
import type { Ledger } from "./ledger.ts";
import { dropEmpty, missingFolders, Overtaken } from "./place.ts";
import type { Placer } from "./placer.ts";
import { type PrepareParts, prepare } from "./prepare.ts";
import { look, ownMode } from "./snapshot.ts";
import { diskReason } from "./walls.ts";

/** `folder`: the turn's. */
export interface WriterParts {
  root: string;
  folder: string;
  blobs: Blobs;
  allowWrite: PrepareParts["allowWrite"];
  ledger: Ledger;
  placer: Placer;
}

export class Writer {
  private readonly parts: WriterParts;
  /** Made by the turn, outermost first. */
  readonly folders: string[] = [];
  private last: { steps: Step[]; folders: string[] } | null = null;

  constructor(parts: WriterParts) {
    this.parts = parts;
  }

  /** As of `Transaction.apply`. */
  apply(changes: Change[]): Result<{ files: string[] }> {
    const { ledger } = this.parts;
    const steps: Step[] = [];
    try {
      for (const change of changes) {
        const step = prepare(change, { ...this.parts, origin: (path) => ledger.origin.get(path) });
        if ("ok" in step) return step;
        if (steps.some(({ path }) => path === step.path))
          return { ok: false, reason: `${step.path} is changed twice; give one change for each file.` };
        steps.push(step);
      }
      const folders = this.write(steps);
      this.last = { steps, folders };
      return { ok: true, files: steps.map(({ path }) => path).sort() };
    } catch (error) {
      // Looked at anew, it is refused by what it holds now.
      if (error instanceof Overtaken) return this.apply(changes);
      return { ok: false, reason: `Nothing was changed because ${diskReason(error)}.` };
    }
  }

  /** As of `Transaction.unapply`. */
  unapply(): Result<{ files: string[] }> {
    if (this.last === null) return { ok: true, files: [] };
    const { root, ledger } = this.parts;
    const { steps, folders } = this.last;
    const back = steps.map(({ path, before, after }) => {
      const now = look(join(root, path), null)?.entry ?? null;
      const mode = ownMode(now, after);
      const kept = before && mode !== null ? { ...before, mode } : before;
      return {
        path,
        step: { path, before: now, after: kept },
        theirs: now?.hash !== after?.hash,
      };
    });
    const clash = back.find(({ theirs }) => theirs);
    if (clash !== undefined) return this.leave(clash.path);
    try {
      this.write(back.map(({ step }) => step));
    } catch (error) {
      if (error instanceof Overtaken) return this.leave(error.path);
      return { ok: false, reason: `The change could not be taken back because ${diskReason(error)}.` };
    }
    dropEmpty(root, folders);
    this.last = null;
    return {
      ok: true,
      files: steps
        .map(({ path }) => path)
        .filter((path) => ledger.origin.has(path))
        .sort(),
    };
  }

  /** Leaves what somebody has made of a file of the last `apply`, and keeps ours aside. */
  private leave(path: string): Failed {
    const { root, folder, blobs } = this.parts;
    const after = this.last?.steps.find((step) => step.path === path)?.after;
    const bytes = after && blobs.get(after.hash);
    const where = bytes ? `; ours is in ${relative(root, keep(folder, path, bytes))}` : "";
    return { ok: false, reason: `${path} was changed by somebody else and was left alone${where}.` };
  }

  /** Gives the folders it makes. Where the disk fails in the middle, what was written is taken back before the error goes on. */
  private write(steps: Step[]): string[] {
    const { root, folder, ledger, placer } = this.parts;
    const folders = [
      ...new Set(steps.flatMap(({ path, after }) => (after ? missingFolders(root, path) : []))),
    ];
    append(folder, { op: "write", steps, folders });
    const fresh = steps.filter(({ path }) => !ledger.origin.has(path));
    for (const { path, before } of steps) ledger.open(path, before);
    try {
      placer.put(steps.map(({ path, before, after }) => ({ path, entry: after, over: before })));
    } catch (error) {
      const placements = steps.flatMap(({ path, before, after }) => {
        const over = look(join(root, path), null)?.entry ?? null;
        return over?.hash === after?.hash ? [{ path, entry: before, over }] : [];
      });
      const { lost } = placer.restore(placements, true);
      for (const { path } of fresh) if (!lost.includes(path)) ledger.origin.delete(path);
      dropEmpty(root, folders);
      throw error;
    }
    this.folders.push(...folders.filter((path) => !this.folders.includes(path)));
    return folders;
  }
}
