/** One file of the index read from disk: its record, and the stamp of the state that the record is of. */
import { readStamped } from "../../workspace/stamp.ts";
import type { FileKind, FileRecord } from "../index/record.ts";
import { type Packed, packRecord } from "../store/packed.ts";
import type { FileStamp } from "../store/shards.ts";
import { languageOf } from "../syntax/languages.ts";
import { MOST_BYTES, readFileRecord } from "./read-file.ts";

export interface Entry {
  stamp: FileStamp;
  packed: Packed;
}

/** A record without facts, for what it says of the file. */
function bareRecord(path: string, kind: FileKind): FileRecord {
  const language = languageOf(path) ?? "";
  return { path, language, kind, broken: false, definitions: [], imports: [], uses: [] };
}

/** Reads and parses one file of the workspace. Null where it is none any more. */
export async function readEntry(root: string, path: string): Promise<Entry | null> {
  const read = readStamped(root, path, MOST_BYTES);
  if (read === null) return null;
  const stamp = { path, ...read.stamp };
  if (read.text === null) return { stamp, packed: packRecord(bareRecord(path, read.lacks ?? "unreadable")) };
  return { stamp, packed: packRecord((await readFileRecord(path, read.text)) ?? bareRecord(path, "slow")) };
}

/** The same for a file whose parse was given up. */
export function slowEntry(root: string, path: string): Entry | null {
  const read = readStamped(root, path, MOST_BYTES);
  return read === null
    ? null
    : { stamp: { path, ...read.stamp }, packed: packRecord(bareRecord(path, "slow")) };
}
