/** Content-addressed store of file contents below the undo folder: `blobs/ab/cdef...` by sha256, written whole or not at all. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { syncFolder } from "./durable.ts";
import { hashOf } from "./files.ts";

export class Blobs {
  private readonly folder: string;
  private known: Set<string> | null = null;
  private readonly synced = new Set<string>();

  constructor(undoFolder: string) {
    this.folder = join(undoFolder, "blobs");
  }

  private at(hash: string): string {
    return join(this.folder, hash.slice(0, 2), hash.slice(2));
  }

  private all(): Set<string> {
    if (this.known) return this.known;
    const known = new Set<string>();
    for (const prefix of existsSync(this.folder) ? readdirSync(this.folder) : [])
      for (const rest of readdirSync(join(this.folder, prefix))) known.add(prefix + rest);
    this.known = known;
    return known;
  }

  has(hash: string): boolean {
    return this.all().has(hash);
  }

  /** Stores bytes and gives their hash. `durable`: they are on the disk itself when this returns. Throws what the disk refuses. */
  put(bytes: Uint8Array, durable: boolean): string {
    const hash = hashOf(bytes);
    if (this.synced.has(hash) || (this.has(hash) && !durable)) return hash;
    const file = this.at(hash);
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const staged = `${file}.new`;
    try {
      const fd = openSync(staged, "w", 0o600);
      try {
        writeFileSync(fd, bytes);
        if (durable) fsyncSync(fd);
      } finally {
        closeSync(fd);
      }
      renameSync(staged, file);
      if (durable)
        for (const folder of [dirname(file), this.folder, dirname(this.folder)]) syncFolder(folder);
    } catch (error) {
      rmSync(staged, { force: true });
      throw error;
    }
    this.all().add(hash);
    if (durable) this.synced.add(hash);
    return hash;
  }

  /** The bytes, or null where they are gone or damaged. */
  get(hash: string): Buffer | null {
    const file = this.at(hash);
    if (!existsSync(file)) return null;
    const bytes = readFileSync(file);
    return hashOf(bytes) === hash ? bytes : null;
  }

  /** Drops every blob that is not in `wanted`. */
  sweep(wanted: Set<string>): void {
    for (const hash of this.all()) {
      if (wanted.has(hash)) continue;
      rmSync(this.at(hash), { force: true });
      this.all().delete(hash);
    }
  }
}
