/**
 * The shards of one graph by name: on disk, or in memory while they are not there yet. What is read from disk is checked against
 * the hash in its name.
 */
import type { Store } from "../../workspace/store.ts";
import { shardHash, shardName } from "./shards.ts";
import { DamagedIndex } from "./shards-read.ts";

export class Shelf {
  private readonly store: Store | null;
  /** Texts that the store does not hold. */
  readonly fresh: Map<string, string>;

  constructor(store: Store | null, fresh: Map<string, string> = new Map()) {
    this.store = store;
    this.fresh = fresh;
  }

  /** Keeps a text in memory and gives its name. */
  put(kind: string, text: string): string {
    const name = shardName(kind, text);
    this.fresh.set(name, text);
    return name;
  }

  /** The text of a shard; throws `DamagedIndex` where it is gone or not what was written. */
  text(name: string): string {
    const kept = this.fresh.get(name);
    if (kept !== undefined) return kept;
    const bytes = this.store?.read(name) ?? null;
    if (bytes === null) throw new DamagedIndex(name, "is gone");
    if (!name.endsWith(`-${shardHash(bytes)}.json`)) throw new DamagedIndex(name, "is not what was written");
    return bytes.toString("utf8");
  }
}
