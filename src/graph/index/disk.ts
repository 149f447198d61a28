/**
 * The code graph on disk: a base in two tables of many shards, the files that have changed since in one small shard, and a manifest
 * that names them all. Shards never change; a new manifest is renamed into place when everything that it names is there. So a killed
 * process or a full disk leaves the old graph or the new one, and of two processes at once the last one wins.
 */
import { isStaged, type Store } from "../../workspace/store.ts";
import { Base } from "./base.ts";
import { Breath } from "./breath.ts";
import { ChangedFile } from "./changed-file.ts";
import type { CodeIndex } from "./code-index.ts";
import { fingerprint } from "./fingerprint.ts";
import { layeredIndex, layersOf, type Overlay } from "./layered.ts";
import { makeBase } from "./make-base.ts";
import type { Packed } from "./packed.ts";
import {
  changedText,
  type FileStamp,
  isShard,
  MANIFEST,
  type Manifest,
  manifestText,
  shardName,
} from "./shards.ts";
import { DamagedIndex, readChanged, readingShard, readManifest, readTable } from "./shards-read.ts";
import { Shelf } from "./shelf.ts";

/** One state of the graph with what is needed to bring it up to date. */
export interface Stored {
  readonly index: CodeIndex;
  /** One for each file of the index. */
  readonly stamps: ReadonlyMap<string, FileStamp>;
  /**
   * When the look at the disk began that this state comes from (`Update.sinceNs`). For git's racy rule: a file whose mtime is not
   * clearly before this may have changed since without showing it, and its hash decides.
   */
  readonly savedNs: bigint;
  /** For `updateStored` alone. */
  readonly inner: Inner;
}

interface Inner {
  base: Base;
  /** The shard of the base's table. */
  table: string;
  overlay: Overlay;
  /** The shard of the overlay that the manifest on disk names. */
  changed: string | null;
  /** Whether `trouble` knows that the graph cannot be written. */
  told: boolean;
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

type Trouble = (sentence: string) => void;

const NOTHING: Overlay = { changed: new Map(), touched: new Map(), removed: new Set() };

/** From so many changed files on the base is made anew: this many, or this share of all files if that is more. */
const MOST_CHANGED = 64;
const MOST_SHARE = 0.03;
/** A newer stamp is a fraction of a record. */
const TOUCHED_WEIGHT = 0.1;

/** A shard that nobody names may be part of what another process is about to name, or is still reading. */
const GARBAGE_MS = 60_000;

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
  return { index, stamps, savedNs: manifest.since, inner: { base, table, overlay, changed, told: false } };
}

function overlayIn(shard: string, shelf: Shelf): Overlay {
  const { changed, touched, removed } = readingShard(shard, () => readChanged(shelf.text(shard)));
  return {
    changed: new Map(changed.map(({ stamp, fields }) => [stamp.path, new ChangedFile(stamp, fields, shard)])),
    touched: new Map(touched.map((stamp) => [stamp.path, stamp])),
    removed: new Set(removed),
  };
}

const shardsOf = ({ table, changed, files, names }: Manifest): string[] => [
  table,
  ...(changed === null ? [] : [changed]),
  ...files.map(({ shard }) => shard),
  ...names.map(({ shard }) => shard),
];

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
    changed: null,
    told: false,
  };
  const stamps = stampsAfter(before?.stamps ?? new Map(), update);
  let overlay = overlayAfter(old, update);
  let layers = layersOf(old.base, overlay);
  let { base, table } = old;
  if (before === null || isLarge(overlay, stamps.size)) {
    ({ base, table } = await makeBase(layers, stamps, new Shelf(store)));
    overlay = NOTHING;
    layers = layersOf(base, overlay);
  }
  const inner: Inner = { base, table, overlay, changed: null, told: old.told };
  const stored = { index: layeredIndex(layers), stamps, savedNs: update.sinceNs, inner };
  if (store !== null) await publish(store, stored, old, trouble);
  return stored;
}

function stampsAfter(before: ReadonlyMap<string, FileStamp>, update: Update): Map<string, FileStamp> {
  const stamps = new Map(before);
  for (const path of update.removed) stamps.delete(path);
  for (const stamp of update.touched) stamps.set(stamp.path, stamp);
  for (const { stamp } of update.changed) stamps.set(stamp.path, stamp);
  return stamps;
}

function overlayAfter({ base, overlay }: Inner, update: Update): Overlay {
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
  }
  return { changed, touched, removed };
}

function isLarge({ changed, touched, removed }: Overlay, files: number): boolean {
  const weight = changed.size + removed.size + touched.size * TOUCHED_WEIGHT;
  return weight > Math.max(MOST_CHANGED, files * MOST_SHARE);
}

/** Writes what is not on disk yet, the manifest last, and removes what is no longer needed. */
async function publish(store: Store, stored: Stored, old: Inner, trouble: Trouble): Promise<void> {
  const { inner, savedNs } = stored;
  const { base, table } = inner;
  const { changed, touched, removed } = inner.overlay;
  const isSame = changed.size + touched.size + removed.size === 0;
  const text = isSame ? null : changedText([...changed.values()], [...touched.values()], [...removed]);
  const shard = text === null ? null : shardName("changed", text);
  const manifest = { since: savedNs, table, changed: shard, files: base.files, names: base.names };
  const there = new Set(store.list());
  const breath = new Breath();
  const refuse = (reason: string): void => {
    if (!inner.told) trouble(`The code graph lives in memory only: ${reason}`);
    inner.told = true;
  };
  for (const [name, fresh] of base.shelf.fresh) {
    const written = store.write(name, fresh);
    if (!written.ok) return refuse(written.reason);
    there.add(name);
    if (breath.due) await breath.take();
  }
  base.shelf.fresh.clear();
  if (shard !== null && text !== null) {
    const written = store.write(shard, text);
    if (!written.ok) return refuse(written.reason);
    there.add(shard);
  }
  const named = new Set(shardsOf(manifest));
  for (const name of named) if (!there.has(name)) throw new DamagedIndex(name, "is gone");
  const written = store.write(MANIFEST, manifestText(manifest, fingerprint()));
  if (!written.ok) return refuse(written.reason);
  inner.changed = shard;
  inner.told = false;
  if (old.changed !== null && old.changed !== shard) store.remove(old.changed);
  if (old.base !== base)
    for (const { shard } of [...old.base.files, ...old.base.names]) if (!named.has(shard)) store.touch(shard);
  collect(store, named);
}

/** Removes shards that nobody names, and what dead processes have left half written. */
function collect(store: Store, named: ReadonlySet<string>): void {
  for (const name of store.list()) {
    if (named.has(name) || !(isShard(name) || isStaged(name))) continue;
    const age = store.age(name);
    if (age !== null && Date.now() - age > GARBAGE_MS) store.remove(name);
  }
}
