/** Puts a new state of the graph in the place of the old one, and collects what nobody needs any more. */

import type { Result } from "../../types.ts";
import { Breath } from "../../workspace/breath.ts";
import { isStaged, type Store } from "../../workspace/store.ts";
import { fingerprint } from "./fingerprint.ts";
import { isShard, MANIFEST, type Manifest, manifestText, shardsOf } from "./shards.ts";
import { DamagedIndex } from "./shards-read.ts";

/** A shard that nobody names may be part of what another process is about to name, or is still reading. */
const GARBAGE_MS = 60_000;

export interface Publication {
  manifest: Manifest;
  /** Shards that are not on disk yet, by name. */
  fresh: ReadonlyMap<string, string>;
  /** What the new manifest takes the place of; null: nothing that this process knows. */
  before: Manifest | null;
}

/**
 * Writes shards and then the manifest. Refused: the old graph is as it was. Throws `DamagedIndex` where another process has
 * removed a shard that the manifest names; nothing is published then.
 */
export async function publish(
  store: Store,
  { manifest, fresh, before }: Publication,
): Promise<Result<object>> {
  const breath = new Breath();
  const kept = new Set(before === null ? [] : shardsOf(before));
  const written: string[] = [];
  const takeBack = (): void => {
    for (const name of written) if (!kept.has(name)) store.remove(name);
  };
  for (const [name, text] of fresh) {
    const wrote = store.write(name, text);
    if (!wrote.ok) {
      takeBack();
      return wrote;
    }
    written.push(name);
    if (breath.due) await breath.take();
  }
  const named = new Set(shardsOf(manifest));
  const there = new Set(store.list());
  for (const name of named) if (!there.has(name)) throw new DamagedIndex(name, "is gone");
  const wrote = store.write(MANIFEST, manifestText(manifest, fingerprint()));
  if (!wrote.ok) takeBack();
  else collect(store, named, before);
  return wrote;
}

/**
 * Removes shards that nobody names, and what dead processes have left half written. What others may still read of the graph before
 * stays for a while: its base is read lazily, its changes and its table only together with their manifest.
 */
function collect(store: Store, named: ReadonlySet<string>, before: Manifest | null): void {
  if (before !== null) {
    if (before.changed !== null && !named.has(before.changed)) store.remove(before.changed);
    for (const { shard } of [...before.files, ...before.names]) if (!named.has(shard)) store.touch(shard);
  }
  for (const name of store.list()) {
    if (named.has(name) || !(isShard(name) || isStaged(name))) continue;
    const age = store.age(name);
    if (age !== null && Date.now() - age > GARBAGE_MS) store.remove(name);
  }
}
