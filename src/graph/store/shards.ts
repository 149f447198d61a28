/**
 * The texts of the stored graph. Every file is JSON with one line for each file or name, sorted, and but for the manifest its name
 * holds a hash of its bytes: what is read is what was written, or is found out. Where paths follow each other, a line with a
 * folder holds for the files below it.
 *
 * - `table`: language, kind and stamp of every file of the base
 * - `files`: definitions and imports, a range of the table in each shard
 * - `names`: where each name is defined and used, a range of the sorted names in each shard. A line is how many characters the
 *   name shares with the one before (VLQ), the rest of it, a space, its sites, a space, its uses.
 * - `changed`: what is different from the base: whole records, newer stamps, paths that are gone
 * - `manifest.json`: which shards make up the graph; its first line holds a hash of the rest
 */

import { FILE_KINDS, type FileKind } from "../index/record.ts";
import { behind, type Names, shared } from "./front-coding.ts";
import type { Fields } from "./packed.ts";

/** Raised whenever a shard changes shape. */
export const FORMAT = 1;

export const MANIFEST = "manifest.json";

/** Whether a file of the store is a shard by its name; anything else in the folder is somebody else's. */
export const isShard = (name: string): boolean =>
  /^(table|files-[0-9a-f]+|names-[0-9a-f]+|changed)-[0-9a-f]{20}\.json$/.test(name);

/** What tells whether a file is as it was; `hash` is of its bytes on disk, any text that has no other meaning here. */
export interface FileStamp {
  path: string;
  size: number;
  mtimeNs: bigint;
  ino: bigint;
  hash: string;
}

/** The hash in a shard's name: 80 bits of sha256, in hex. */
export function shardHash(text: string | Uint8Array): string {
  return new Bun.CryptoHasher("sha256").update(text).digest("hex").slice(0, 20);
}

export const shardName = (kind: string, text: string): string => `${kind}-${shardHash(text)}.json`;

/** One file of the base. */
export interface Row {
  path: string;
  language: string;
  kind: FileKind;
  broken: boolean;
  stamp: FileStamp;
}

/** Definitions and imports of one file, as they are in a packed record. */
export type FileLine = [
  definitionNames: Names,
  definitions: string,
  modules: Names,
  importedNames: Names,
  imports: string,
];

/** One name: its sites and uses as VLQs, both from file to file of the base. */
export interface NameLine {
  name: string;
  sites: string;
  uses: string;
}

/** What is different from the base. */
export interface ChangedLines {
  changed: { stamp: FileStamp; fields: Fields }[];
  touched: FileStamp[];
  removed: string[];
}

/** Which shards make up the graph. `files`: how many rows of the table each holds; `names`: what no name of the shard comes before. */
export interface Manifest {
  table: string;
  changed: string | null;
  files: { shard: string; count: number }[];
  names: { shard: string; from: string }[];
}

/** The names of all shards of a graph. */
export const shardsOf = ({ table, changed, files, names }: Manifest): string[] => [
  table,
  ...(changed === null ? [] : [changed]),
  ...files.map(({ shard }) => shard),
  ...names.map(({ shard }) => shard),
];

const list = (lines: readonly string[]): string => `[\n${lines.join(",\n")}\n]`;
const folderOf = (path: string): string => path.slice(0, path.lastIndexOf("/") + 1);

/** A shard of files, line by line in the order of their paths; a line with a folder comes before its files. */
class FileLines {
  private readonly lines: string[] = [];
  private folder = "";
  /** How many files. */
  count = 0;
  /** In characters, but for the folders. */
  size = 0;

  /** `rest`: what follows the file's name in its line, as JSON without brackets. */
  protected put(path: string, rest: string): void {
    const folder = folderOf(path);
    if (folder !== this.folder) this.lines.push(JSON.stringify(folder));
    this.folder = folder;
    this.lines.push(`[${JSON.stringify(path.slice(folder.length))},${rest}]`);
    this.count += 1;
    this.size += rest.length;
  }

  get text(): string {
    return `{"files":${list(this.lines)}}\n`;
  }
}

const stampParts = ({ size, mtimeNs, ino, hash }: FileStamp): [number, string, string, string] => [
  size,
  String(mtimeNs),
  String(ino),
  hash,
];

export class TableLines extends FileLines {
  add({ path, language, kind, broken, stamp }: Row): void {
    const parts = [language, FILE_KINDS.indexOf(kind), broken ? 1 : 0, ...stampParts(stamp)];
    this.put(path, JSON.stringify(parts).slice(1, -1));
  }
}

export class DefinitionLines extends FileLines {
  add(path: string, line: FileLine): void {
    this.put(path, JSON.stringify(line).slice(1, -1));
  }
}

/** The lines of a names shard, and where it begins: as much of the first name as tells it from the last one before. */
export function namesText(lines: readonly NameLine[], before: string): { text: string; from: string } {
  let last = "";
  const texts = lines.map(({ name, sites, uses }) => {
    const text = `${behind(last, name)} ${sites} ${uses}`;
    last = name;
    return JSON.stringify(text);
  });
  const first = lines[0]?.name ?? "";
  return { text: `{"names":${list(texts)}}\n`, from: first.slice(0, shared(before, first) + 1) };
}

/** `packed`: the text of a packed record. */
export function changedText(
  changed: readonly { stamp: FileStamp; packed: string }[],
  touched: readonly FileStamp[],
  removed: readonly string[],
): string {
  const records = changed.map(({ stamp, packed }) => `[${JSON.stringify(stampParts(stamp))},${packed}]`);
  const stamps = touched.map((stamp) => JSON.stringify([stamp.path, ...stampParts(stamp)]));
  const gone = removed.map((path) => JSON.stringify(path));
  return `{"changed":${list(records)},\n"touched":${list(stamps)},\n"removed":${list(gone)}}\n`;
}

export function manifestText({ table, changed, files, names }: Manifest, fingerprint: string): string {
  const head = JSON.stringify({ format: FORMAT, fingerprint, table, changed });
  const rest = [
    `${head.slice(1, -1)},`,
    `"files":${list(files.map(({ shard, count }) => JSON.stringify([shard, count])))},`,
    `"names":${list(names.map(({ shard, from }) => JSON.stringify([shard, from])))}}\n`,
  ].join("\n");
  return `{"check":"${shardHash(rest)}",\n${rest}`;
}
