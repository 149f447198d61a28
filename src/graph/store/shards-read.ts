/**
 * Reads the texts of the stored graph (`shards.ts`) and believes nothing: each function throws `BadShape` for what
 * was not written so, and `readingShard` makes of that an error with the name of the shard.
 */

import { FILE_KINDS } from "../index/record.ts";
import { isNames, nameBehind } from "./front-coding.ts";
import { fieldsOf } from "./packed.ts";
import { BadShape } from "./shape.ts";
import {
  type ChangedLines,
  type FileLine,
  type FileStamp,
  FORMAT,
  type Manifest,
  type Row,
  shardHash,
} from "./shards.ts";

/**
 * A part of the stored graph is damaged, or gone because another process has made the graph anew. Any read of a loaded index can
 * throw it, and so can `updateStored`; nothing wrong was given out before. Whoever holds the index calls `loadStored` again, once;
 * where that gives null, or its index throws as well, the graph is made anew from the sources.
 */
export class DamagedIndex extends Error {
  constructor(shard: string, why: string) {
    super(`The code graph on disk is damaged: ${shard} ${why}.`);
  }
}

function object(text: string): Record<string, unknown> {
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null) throw new BadShape("is no object");
  return { ...value };
}

function array(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new BadShape("has something else where a list should be");
  return value;
}

function string(value: unknown): string {
  if (typeof value !== "string") throw new BadShape("has something else where a text should be");
  return value;
}

function whole(value: unknown): bigint {
  if (typeof value !== "string" || !/^-?\d{1,30}$/.test(value))
    throw new BadShape("has no number where one should be");
  return BigInt(value);
}

function stampOf(path: string, [size, mtimeNs, ino, hash]: unknown[]): FileStamp {
  if (typeof size !== "number") throw new BadShape("has a file without a size");
  return { path, size, mtimeNs: whole(mtimeNs), ino: whole(ino), hash: string(hash) };
}

/** The lines of files, each with its path in place of its name. */
function unfoldered(lines: unknown[]): { path: string; parts: unknown[] }[] {
  const files: { path: string; parts: unknown[] }[] = [];
  let folder = "";
  for (const line of lines) {
    if (typeof line === "string") folder = line;
    else {
      const [name, ...parts] = array(line);
      files.push({ path: folder + string(name), parts });
    }
  }
  return files;
}

/** Sorted by path, each path once. */
export function readTable(text: string): Row[] {
  const rows = unfoldered(array(object(text).files)).map(({ path, parts }) => {
    const [language, number, broken, ...stamp] = parts;
    const kind = typeof number === "number" ? FILE_KINDS[number] : undefined;
    if (kind === undefined) throw new BadShape("has a file of no kind");
    return { path, language: string(language), kind, broken: broken === 1, stamp: stampOf(path, stamp) };
  });
  const unsorted = rows.some(({ path }, at) => at > 0 && path <= (rows[at - 1]?.path ?? ""));
  if (unsorted) throw new BadShape("is not sorted");
  return rows;
}

export function readFiles(text: string): FileLine[] {
  return unfoldered(array(object(text).files)).map(({ parts }) => {
    const [definitionNames, definitions, modules, importedNames, imports] = parts;
    if (!isNames(definitionNames) || !isNames(modules) || !isNames(importedNames))
      throw new BadShape("has something else where names should be");
    return [definitionNames, string(definitions), modules, importedNames, string(imports)];
  });
}

/** One line of a names shard: the name, and where in the line its sites and its uses begin. The sites end one before its uses. */
export interface ReadName {
  name: string;
  line: string;
  sites: number;
  uses: number;
}

/** Sorted by name, each name once. */
export function readNames(text: string): ReadName[] {
  const names: ReadName[] = [];
  let last: string | null = null;
  for (const one of array(object(text).names)) {
    const line = string(one);
    const second = line.lastIndexOf(" ");
    const first = line.lastIndexOf(" ", second - 1);
    const name = nameBehind(last ?? "", line, Math.max(0, first));
    if (last !== null && name <= last) throw new BadShape("is not sorted");
    names.push({ name, line, sites: first + 1, uses: second + 1 });
    last = name;
  }
  return names;
}

export function readChanged(text: string): ChangedLines {
  const { changed, touched, removed } = object(text);
  return {
    changed: array(changed).map((one) => {
      const [stamp, packed] = array(one);
      const fields = fieldsOf(packed);
      return { stamp: stampOf(fields[0], array(stamp)), fields };
    }),
    touched: array(touched).map((one) => {
      const [path, ...stamp] = array(one);
      return stampOf(string(path), stamp);
    }),
    removed: array(removed).map(string),
  };
}

/** `foreign`: written by a program with another format, grammars or extraction. Throws for what is no whole manifest at all. */
export function readManifest(text: string, fingerprint: string): Manifest | "foreign" {
  const { check, format, table, changed, files, names, ...other } = object(text);
  const intact = check === shardHash(text.slice(text.indexOf("\n") + 1));
  if (typeof format === "number" && format !== FORMAT) return "foreign";
  if (!intact) throw new BadShape("does not match its checksum");
  if (other.fingerprint !== fingerprint) return "foreign";
  return {
    table: string(table),
    changed: changed === null ? null : string(changed),
    files: array(files).map((one) => {
      const [shard, count] = array(one);
      if (typeof count !== "number") throw new BadShape("has a shard of no size");
      return { shard: string(shard), count };
    }),
    names: array(names).map((one) => {
      const [shard, from] = array(one);
      return { shard: string(shard), from: string(from) };
    }),
  };
}

/** Runs a reader of a shard; what it finds wrong becomes a `DamagedIndex` that names the shard. */
export function readingShard<T>(shard: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof BadShape) throw new DamagedIndex(shard, error.message);
    if (error instanceof SyntaxError) throw new DamagedIndex(shard, "is no JSON");
    throw error;
  }
}
