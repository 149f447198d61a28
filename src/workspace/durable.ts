/** What makes the names in a folder, new, changed or gone, survive a power cut: fsync of a file alone does not promise that. */
import { closeSync, existsSync, fsyncSync, openSync } from "node:fs";
import { dirname, join } from "node:path";

/** Does nothing where the folder is gone. */
export function syncFolder(absolute: string): void {
  if (!existsSync(absolute)) return;
  const fd = openSync(absolute, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Each folder above these paths (relative to the root), the root included, once. */
export function foldersAbove(root: string, paths: string[]): string[] {
  const folders = new Set([root]);
  for (const path of paths)
    for (let folder = dirname(path); folder !== "."; folder = dirname(folder))
      folders.add(join(root, folder));
  return [...folders];
}
