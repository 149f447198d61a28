/**
 * A folder of large files that can be made again. Each is found by its key and is whole, or is not there: it takes its name,
 * which holds the hash of its content, once it is written. Those unused for longest make room for new ones.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";

const hashOf = async (path: string): Promise<string> =>
  Bun.hash.xxHash64(await Bun.file(path).arrayBuffer()).toString(16);

export class Shelf {
  /** `most`: bytes of all files together. */
  constructor(
    private readonly folder: string,
    private readonly most: number,
  ) {}

  /** The file of this key; null where there is none, or a damaged one, which goes. */
  async find(key: string): Promise<string | null> {
    try {
      const name = readdirSync(this.folder).find((one) => one.startsWith(`${key}.`));
      if (name === undefined) return null;
      const path = join(this.folder, name);
      const now = new Date();
      if (name === `${key}.${await hashOf(path)}`) {
        utimesSync(path, now, now);
        return path;
      }
      rmSync(path);
      return null;
    } catch {
      // No folder yet, no permission, or another process has just removed it.
      return null;
    }
  }

  /** Takes up the file that `write` writes at the path it is given; false where that did not come about. */
  async put(key: string, write: (path: string) => Promise<unknown>): Promise<boolean> {
    const draft = join(this.folder, `draft-${crypto.randomUUID()}`);
    try {
      mkdirSync(this.folder, { recursive: true, mode: 0o700 });
      await write(draft);
      renameSync(draft, join(this.folder, `${key}.${await hashOf(draft)}`));
      this.makeRoom();
      return true;
    } catch {
      // No room on the disk or no permission, whoever says so: it is done without.
      if (existsSync(draft)) rmSync(draft);
      return false;
    }
  }

  private makeRoom(): void {
    const files = readdirSync(this.folder)
      .map((name) => join(this.folder, name))
      .map((path) => ({ path, stat: statSync(path) }))
      .filter(({ stat }) => stat.isFile())
      .sort((a, b) => b.stat.mtimeMs - a.stat.mtimeMs);
    let bytes = 0;
    for (const { path, stat } of files) {
      bytes += stat.size;
      if (bytes > this.most) rmSync(path, { force: true });
    }
  }
}
