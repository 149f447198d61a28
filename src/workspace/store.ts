/**
 * Named texts in one folder of `.smallcode`, each whole or not there: what the code graph keeps its shards in. Reading and writing
 * are synchronous. Nothing is forced to the disk itself, since whoever reads checks what is there by its hash.
 */
import { lstatSync, readdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Result } from "../types.ts";
import { stateFolder } from "./state.ts";
import { diskReason, errorCode, STAGED_SUFFIX } from "./walls.ts";

export interface Store {
  /** Absolute. */
  readonly folder: string;
  /** The bytes of a regular file; null where there is none of that name, or it cannot be read. */
  read(name: string): Buffer | null;
  /** Puts a file in place of what was there; a reader sees the old bytes or the new ones. Refused: nothing has changed. */
  write(name: string, text: string): Result<object>;
  /** Names of everything in the folder; empty where it cannot be read. */
  list(): string[];
  /** When a file was last written or touched, in ms since 1970; null where there is none. */
  age(name: string): number | null;
  /** Makes a file count as written now. What cannot be touched stays as it is. */
  touch(name: string): void;
  /** What cannot be removed stays. */
  remove(name: string): void;
}

/** The store below `.smallcode/<name>` of a workspace. The folder is made where it is missing; where that fails there is a reason. */
export function openStore(root: string, name: string): Result<{ store: Store }> {
  const state = stateFolder(root, name);
  return state.ok ? { ok: true, store: new FolderStore(state.folder) } : state;
}

/** Whether a file is one that was being written; a dead process leaves it. */
export const isStaged = (name: string): boolean => /\.\d+\.smallcode-tmp$/.test(name);

/** A name is that of a file in the folder itself; anything else is a bug. */
function checked(name: string): string {
  if (/[/\\\0]/.test(name) || name === "" || name === "." || name === "..")
    throw new Error(`${JSON.stringify(name)} is no name of a file in a store.`);
  return name;
}

/** What the disk refuses is null; anything else is a bug and goes on. */
function orNull<T>(act: () => T): T | null {
  try {
    return act();
  } catch (error) {
    errorCode(error);
    return null;
  }
}

class FolderStore implements Store {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  private at(name: string): string {
    return join(this.folder, checked(name));
  }

  read(name: string): Buffer | null {
    const path = this.at(name);
    return orNull(() => (lstatSync(path).isFile() ? readFileSync(path) : null));
  }

  write(name: string, text: string): Result<object> {
    const path = this.at(name);
    const staged = join(this.folder, `${name}.${process.pid}${STAGED_SUFFIX}`);
    try {
      writeFileSync(staged, text, { mode: 0o600 });
      renameSync(staged, path);
      return { ok: true };
    } catch (error) {
      const reason = diskReason(error);
      orNull(() => rmSync(staged, { force: true }));
      return { ok: false, reason: `${path} cannot be written because ${reason}.` };
    }
  }

  list(): string[] {
    return orNull(() => readdirSync(this.folder)) ?? [];
  }

  age(name: string): number | null {
    return orNull(() => lstatSync(this.at(name)).mtimeMs);
  }

  touch(name: string): void {
    const now = new Date();
    orNull(() => utimesSync(this.at(name), now, now));
  }

  remove(name: string): void {
    orNull(() => rmSync(this.at(name), { force: true }));
  }
}
