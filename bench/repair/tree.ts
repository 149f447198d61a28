/**
 * A folder as it is, to tell what became of it: every file's bytes, every link's target, every mode. Left out are only what
 * git keeps inside `.git` (the folder itself must stay) and `.smallcode`, both at the root.
 */
import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";

/** Relative path ("/" between parts) to what is there, as one line that differs where the entry does. */
export type Tree = Map<string, string>;

export interface Difference {
  path: string;
  how: "changed" | "created" | "deleted";
}

export function readTree(root: string): Tree {
  const tree: Tree = new Map();
  const visit = (folder: string): void => {
    for (const name of readdirSync(join(root, folder))) {
      const path = folder === "" ? name : `${folder}/${name}`;
      if (path === ".smallcode") continue;
      const entry = describe(join(root, path));
      tree.set(path, entry);
      if (entry.startsWith("folder") && path !== ".git") visit(path);
    }
  };
  visit("");
  return tree;
}

function describe(path: string): string {
  const stat = lstatSync(path);
  const mode = (stat.mode & 0o7777).toString(8);
  if (stat.isDirectory()) return `folder ${mode}`;
  if (stat.isSymbolicLink()) return `link ${readlinkSync(path)}`;
  if (!stat.isFile()) return `special ${mode}`;
  return `file ${mode} ${createHash("sha256").update(readFileSync(path)).digest("hex")}`;
}

/** What is not in `after` as it was in `before`, by path. */
export function differences(before: Tree, after: Tree): Difference[] {
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort();
  return paths.flatMap((path): Difference[] => {
    if (before.get(path) === after.get(path)) return [];
    const how = !before.has(path) ? "created" : !after.has(path) ? "deleted" : "changed";
    return [{ path, how }];
  });
}
