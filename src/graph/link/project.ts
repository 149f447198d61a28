/**
 * A project as the resolvers see it: its files by path, folder and name, and the texts that say how its modules are found. Each
 * part is made when it is first asked for, and no path that leaves the project is ever read.
 */
import type { CodeIndex, FileId } from "../index/code-index.ts";
import type { ImportRecord } from "../index/record.ts";
import { folderOf, nameOf, outward, shared } from "./paths.ts";

/** The files that an import means, most likely first; empty where it means something outside the project. */
export type Resolver = (one: ImportRecord, from: FileId) => FileId[];

/** A longer text is no configuration that a person wrote. */
const MOST_CONFIG = 1 << 20;

export class Project {
  readonly index: CodeIndex;
  private readonly readText: (path: string) => string | null;
  private readonly texts = new Map<string, string | null>();
  private folders: Map<string, FileId[]> | null = null;
  private names: Map<string, FileId[]> | null = null;
  private inner: Map<string, string[]> | null = null;

  constructor(index: CodeIndex, read: (path: string) => string | null) {
    this.index = index;
    this.readText = read;
  }

  path(file: FileId): string {
    return this.index.files[file]?.path ?? "";
  }

  language(file: FileId): string {
    return this.index.files[file]?.language ?? "";
  }

  /** The file of a path; null also stands for a path that leaves the project. */
  file(path: string | null): FileId | null {
    return path === null ? null : this.index.fileAt(path);
  }

  /** The first of these paths that is there. */
  firstOf(paths: Iterable<string | null>): FileId | null {
    for (const path of paths) {
      const found = this.file(path);
      if (found !== null) return found;
    }
    return null;
  }

  /** Files that stand in the folder itself, ascending. */
  filesIn(folder: string): readonly FileId[] {
    this.folders ??= groupBy(this.index, folderOf);
    return this.folders.get(folder) ?? [];
  }

  /** Files by their name with its ending, ascending. */
  filesNamed(name: string): readonly FileId[] {
    this.names ??= groupBy(this.index, nameOf);
    return this.names.get(name) ?? [];
  }

  /** Whether a file stands in the folder or below it. */
  hasFolder(folder: string): boolean {
    return folder === "" || this.foldersNamed(nameOf(folder)).includes(folder);
  }

  /** Folders with files in them or below them, by their own name. */
  foldersNamed(name: string): readonly string[] {
    this.inner ??= this.readFolders();
    return this.inner.get(name) ?? [];
  }

  /** Folders that end with these parts: `a/b` finds `src/main/java/a/b`. */
  foldersEnding(end: string): string[] {
    return this.foldersNamed(nameOf(end)).filter((one) => one === end || one.endsWith(`/${end}`));
  }

  /** Files that end with these parts, those nearest to `from` first. */
  filesEnding(end: string, from: FileId): FileId[] {
    const here = this.path(from);
    const found = this.filesNamed(nameOf(end)).filter((one) => {
      const path = this.path(one);
      return path === end || path.endsWith(`/${end}`);
    });
    if (found.length < 2) return found;
    const near = new Map(found.map((one) => [one, shared(this.path(one), here)]));
    return found.sort((a, b) => (near.get(b) ?? 0) - (near.get(a) ?? 0) || a - b);
  }

  /** The text of a file that says how modules are found; null: none, or too long to be one. */
  text(path: string | null): string | null {
    if (path === null) return null;
    const known = this.texts.get(path);
    if (known !== undefined) return known;
    const text = this.readText(path);
    const kept = text === null || text.length > MOST_CONFIG ? null : text;
    this.texts.set(path, kept);
    return kept;
  }

  /** The text of one of its files; null where it cannot be read. */
  source(file: FileId): string | null {
    return this.readText(this.path(file));
  }

  private readFolders(): Map<string, string[]> {
    this.folders ??= groupBy(this.index, folderOf);
    const all = new Set<string>();
    for (const folder of this.folders.keys())
      for (const one of outward(folder)) {
        if (all.has(one)) break;
        all.add(one);
      }
    const byName = new Map<string, string[]>();
    for (const folder of [...all].sort()) listAt(byName, nameOf(folder)).push(folder);
    return byName;
  }
}

function groupBy({ files }: CodeIndex, key: (path: string) => string): Map<string, FileId[]> {
  const groups = new Map<string, FileId[]>();
  for (const [id, { path }] of files.entries()) {
    listAt(groups, key(path)).push(id);
  }
  return groups;
}

/** The list under a key, made where it is missing. */
export function listAt<K, V>(map: Map<K, V[]>, key: K): V[] {
  const found = map.get(key);
  if (found !== undefined) return found;
  const list: V[] = [];
  map.set(key, list);
  return list;
}

/** A function that computes each answer once. */
export function memo<K, V>(compute: (key: K) => V): (key: K) => V {
  const known = new Map<K, V>();
  return (key) => {
    const found = known.get(key);
    if (found !== undefined || known.has(key)) return found as V;
    const value = compute(key);
    known.set(key, value);
    return value;
  };
}
