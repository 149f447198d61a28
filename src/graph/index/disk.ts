/** The code graph on disk. */
import type { Store } from "../../workspace/store.ts";
import { type CodeIndex, memoryIndex } from "./code-index.ts";
import type { FileRecord } from "./record.ts";

/** What tells whether a file is as it was; `hash` is of its bytes on disk, see `contentHash`. */
export interface FileStamp {
  path: string;
  size: number;
  mtimeNs: bigint;
  ino: bigint;
  hash: string;
}

/**
 * A file's record as one line of text: what workers hand over, since a text crosses threads for a fraction of what the objects
 * would cost, and what is written as it is. Made by `packRecord`.
 */
export type Packed = string;

/** Pure; quick enough for a worker to call after each parse. */
export function packRecord(record: FileRecord): Packed {
  return JSON.stringify(record);
}

/** The record that was packed. */
export function unpackRecord(packed: Packed): FileRecord {
  return JSON.parse(packed) as FileRecord;
}

/** The hash that stamps hold: sha256, its first 22 characters in base64url (132 bits). */
export function contentHash(bytes: Uint8Array): string {
  return new Bun.CryptoHasher("sha256").update(bytes).digest("base64url").slice(0, 22);
}

/**
 * A part of the stored graph is damaged, or gone because another process has made the graph anew. Any read of a loaded index can
 * throw it; nothing wrong was given out before. Whoever holds the index calls `loadStored` again, once, and where that gives
 * null, or throws again when it is read, makes the graph anew from the sources (`updateStored` with `before` null).
 */
export class DamagedIndex extends Error {}

/** One state of the graph with what is needed to bring it up to date. */
export interface Stored {
  index: CodeIndex;
  stamps: ReadonlyMap<string, FileStamp>;
  /**
   * When the look at the disk began that this state comes from (`Update.sinceNs`). For git's racy rule: a file whose mtime is not
   * clearly before this may have changed since without showing it, and its hash decides.
   */
  savedNs: bigint;
}

export interface Update {
  /** New files, and files with other contents. The path of both parts is the same. */
  changed: { stamp: FileStamp; packed: Packed }[];
  /** Files with the same hash and another size, mtime or inode. */
  touched: FileStamp[];
  removed: string[];
  /** When the look at the disk began that found this, in ns since 1970: before the first of the stamps was taken. */
  sinceNs: bigint;
}

/** The graph in a store. Null: there is none yet, or none that can be used; `trouble` was then told why, in one sentence. */
export function loadStored(store: Store, trouble: (sentence: string) => void): Stored | null {
  void store;
  void trouble;
  return null;
}

/**
 * The next state, written to the store. Where there is no store, or it cannot be written, the state lives in memory all the same,
 * and `trouble` is told once. Yields to the event loop at least every 20 ms while it makes a whole graph.
 */
export async function updateStored(
  store: Store | null,
  before: Stored | null,
  update: Update,
  trouble: (sentence: string) => void,
): Promise<Stored> {
  void store;
  void trouble;
  const records = new Map<string, FileRecord>();
  const stamps = new Map(before?.stamps);
  for (const [path, record] of recordsOf.get(before ?? empty) ?? []) records.set(path, record);
  for (const path of update.removed) {
    records.delete(path);
    stamps.delete(path);
  }
  for (const stamp of update.touched) stamps.set(stamp.path, stamp);
  for (const { stamp, packed } of update.changed) {
    stamps.set(stamp.path, stamp);
    records.set(stamp.path, unpackRecord(packed));
  }
  const stored = {
    index: memoryIndex([...records.values()], (path) => stamps.get(path)?.size ?? 0),
    stamps,
    savedNs: update.sinceNs,
  };
  recordsOf.set(stored, records);
  return stored;
}
const empty = {};
const recordsOf = new WeakMap<object, Map<string, FileRecord>>();
