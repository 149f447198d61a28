/**
 * The code graph on disk: a base in two tables of many shards, the files that have changed since in one small shard, and a manifest
 * that names them all. Shards never change; a new manifest is renamed into place when everything that it names is there. So a killed
 * process or a full disk leaves the old graph or the new one, and of two processes at once the last one wins.
 */

import { Breath } from "../../workspace/breath.ts";
import type { Store } from "../../workspace/store.ts";
import type { CodeIndex } from "../index/code-index.ts";
import { Base } from "./base.ts";
import { ChangedFile } from "./changed-file.ts";
import { fingerprint } from "./fingerprint.ts";
import { layeredIndex, layersOf, type Overlay } from "./layered.ts";
import { makeBase } from "./make-base.ts";
import type { Packed } from "./packed.ts";
import { publish } from "./publish.ts";
import { changedText, type FileStamp, MANIFEST, type Manifest, shardName, shardsOf } from "./shards.ts";
import { DamagedIndex, readChanged, readingShard, readManifest, readTable } from "./shards-read.ts";
import { Shelf } from "./shelf.ts";

export { type Packed, packRecord } from "./packed.ts";
export type { FileStamp } from "./shards.ts";
export { DamagedIndex } from "./shards-read.ts";

/** One state of the graph with what is needed to bring it up to date. */
export interface Stored {
  readonly index: CodeIndex;
  /** One for each file of the index. */
  readonly stamps: ReadonlyMap<string, FileStamp>;
  /** For `updateStored` alone. */
  readonly inner: Inner;
}

interface Inner {
  base: Base;
  /** The shard of the base's table. */
  table: string;
  overlay: Overlay;
  /** The last manifest that this process has read or written. */
  onDisk: Manifest | null;
  /** When the store refused to write, in ms since 1970; null: it did not. */
  refused: number | null;
}

export interface Update {
  /** New files, and files with other contents. The path of both parts is the same. */
  changed: { stamp: FileStamp; packed: Packed }[];
  /** Files with the same hash and another size, mtime or inode. */
  touched: FileStamp[];
  removed: string[];
}

type Trouble = (sentence: string) => void;

const NOTHING: Overlay = { changed: new Map(), touched: new Map(), removed: new Set() };

/** From so many changed files on the base is made anew: this many, or this share of all files if that is more. */
const MOST_CHANGED = 64;
const MOST_SHARE = 0.03;
/** A newer stamp is a fraction of a record. */
const TOUCHED_WEIGHT = 0.1;

const RETRY_MS = 60_000;

/** The graph in a store. Null: there is none yet, or none that can be used; `trouble` was then told why, in one sentence. */
export function loadStored(store: Store, trouble: Trouble): Stored | null {
  for (let last: string | null = null; ; ) {
    const text = store.read(MANIFEST)?.toString("utf8") ?? null;
    if (text === null) return null;
    try {
      const manifest = readingShard(MANIFEST, () => readManifest(text, fingerprint()));
      if (manifest !== "foreign") return loaded(store, manifest);
      trouble("The code graph on disk was made by another version of smallcode; it is made anew.");
      return null;
    } catch (error) {
      if (!(error instanceof DamagedIndex)) throw error;
      // Another process may have put a new manifest in place and collected what this one names.
      if (last === null && store.read(MANIFEST)?.toString("utf8") !== text) last = text;
      else {
        trouble(`${error.message} It is made anew.`);
        return null;
      }
    }
  }
}

function loaded(store: Store, manifest: Manifest): Stored {
  const shelf = new Shelf(store);
  const { table, changed } = manifest;
  const rows = readingShard(table, () => readTable(shelf.text(table)));
  const there = new Set(store.list());
  for (const name of shardsOf(manifest)) if (!there.has(name)) throw new DamagedIndex(name, "is gone");
  const base = new Base(rows, manifest, shelf);
  const overlay = changed === null ? NOTHING : overlayIn(changed, shelf);
  const stamps = new Map<string, FileStamp>();
  for (const { path, stamp } of rows)
    if (!overlay.removed.has(path)) stamps.set(path, overlay.touched.get(path) ?? stamp);
  for (const [path, { stamp }] of overlay.changed) stamps.set(path, stamp);
  const index = layeredIndex(layersOf(base, overlay));
  return {
    index,
    stamps,
    inner: { base, table, overlay, onDisk: manifest, refused: null },
  };
}

function overlayIn(shard: string, shelf: Shelf): Overlay {
  const { changed, touched, removed } = readingShard(shard, () => readChanged(shelf.text(shard)));
  return {
    changed: new Map(changed.map(({ stamp, fields }) => [stamp.path, new ChangedFile(stamp, fields, shard)])),
    touched: new Map(touched.map((stamp) => [stamp.path, stamp])),
    removed: new Set(removed),
  };
}

/**
 * The next state, written to the store. Where there is no store, or it cannot be written, the state lives in memory all the same,
 * and `trouble` is told once. Yields to the event loop every few ms while it makes a base. Rejects with `DamagedIndex` where
 * `before` cannot be read; nothing was written then. One update of a store at a time in one process.
 */
export async function updateStored(
  store: Store | null,
  before: Stored | null,
  update: Update,
  trouble: Trouble,
): Promise<Stored> {
  const old: Inner = before?.inner ?? {
    base: new Base([], { files: [], names: [] }, new Shelf(store)),
    table: "",
    overlay: NOTHING,
    onDisk: null,
    refused: null,
  };
  const stamps = stampsAfter(before?.stamps ?? new Map(), update);
  let overlay = await overlayAfter(old, update);
  let layers = layersOf(old.base, overlay);
  let { base, table } = old;
  if (before === null || isLarge(overlay, stamps.size)) {
    ({ base, table } = await makeBase(layers, stamps, new Shelf(store)));
    overlay = NOTHING;
    layers = layersOf(base, overlay);
  }
  const inner: Inner = { base, table, overlay, onDisk: old.onDisk, refused: old.refused };
  const stored = { index: layeredIndex(layers), stamps, inner };
  if (store !== null && !isRecent(old.refused)) await save(store, stored, trouble);
  return stored;
}

function stampsAfter(before: ReadonlyMap<string, FileStamp>, update: Update): Map<string, FileStamp> {
  const stamps = new Map(before);
  for (const path of update.removed) stamps.delete(path);
  for (const stamp of update.touched) stamps.set(stamp.path, stamp);
  for (const { stamp } of update.changed) stamps.set(stamp.path, stamp);
  return stamps;
}

async function overlayAfter({ base, overlay }: Inner, update: Update): Promise<Overlay> {
  const breath = new Breath();
  const changed = new Map(overlay.changed);
  const touched = new Map(overlay.touched);
  const removed = new Set(overlay.removed);
  for (const path of update.removed) {
    changed.delete(path);
    touched.delete(path);
    if (base.has(path)) removed.add(path);
  }
  for (const stamp of update.touched) {
    const file = changed.get(stamp.path);
    if (file === undefined) touched.set(stamp.path, stamp);
    else changed.set(stamp.path, file.with(stamp));
  }
  for (const { stamp, packed } of update.changed) {
    removed.delete(stamp.path);
    touched.delete(stamp.path);
    changed.set(stamp.path, new ChangedFile(stamp, packed, stamp.path));
    if (breath.due) await breath.take();
  }
  return { changed, touched, removed };
}

function isLarge({ changed, touched, removed }: Overlay, files: number): boolean {
  const weight = changed.size + removed.size + touched.size * TOUCHED_WEIGHT;
  return weight > Math.max(MOST_CHANGED, files * MOST_SHARE);
}

/** A disk that was full a moment ago is not tried again with every update. */
const isRecent = (refused: number | null): boolean => refused !== null && Date.now() - refused < RETRY_MS;

async function save(store: Store, { inner }: Stored, trouble: Trouble): Promise<void> {
  const { base, table, overlay, onDisk } = inner;
  const text = overlayText(overlay);
  const changed = text === null ? null : shardName("changed", text);
  const manifest = { table, changed, files: base.files, names: base.names };
  const written = await publish(store, {
    manifest,
    fresh: new Map(
      text === null || changed === null ? base.shelf.fresh : [...base.shelf.fresh, [changed, text]],
    ),
    before: onDisk,
  });
  if (written.ok) {
    base.shelf.fresh.clear();
    inner.onDisk = manifest;
    inner.refused = null;
    return;
  }
  if (inner.refused === null) trouble(`The code graph lives in memory only: ${written.reason}`);
  inner.refused = Date.now();
}

/** The overlay as its shard; null where there is nothing in it. */
function overlayText({ changed, touched, removed }: Overlay): string | null {
  if (changed.size + touched.size + removed.size === 0) return null;
  const inOrder = <T>(files: ReadonlyMap<string, T>): T[] =>
    [...files].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, file]) => file);
  return changedText(inOrder(changed), inOrder(touched), [...removed].sort());
}
