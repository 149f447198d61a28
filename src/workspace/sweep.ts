/**
 * Many files read for a look at their bytes: one buffer for all, nothing is decoded or hashed. A search goes through thousands of
 * files and needs the text of few.
 */
import { closeSync, constants, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { decode } from "./encoding.ts";
import { BOM, unixed } from "./eol.ts";
import { MAX_TEXT_BYTES } from "./files.ts";
import { errorCode } from "./walls.ts";

const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;

/** What a read of one file can meet when it has gone, changed its kind or is not ours to read. */
const PASSED_OVER = ["ENOENT", "ENOTDIR", "EACCES", "EPERM", "ELOOP", "EISDIR", "ENXIO", "EIO", "EAGAIN"];

/** The bytes in the buffer; -1 for a file that is longer than it or cannot be read. */
function readInto(buffer: Buffer, absolute: string): number {
  let fd: number | null = null;
  try {
    fd = openSync(absolute, FLAGS);
    let size = 0;
    for (;;) {
      const got = readSync(fd, buffer, size, buffer.length - size, null);
      size += got;
      if (size === buffer.length) return -1;
      if (got === 0) return size;
    }
  } catch (error) {
    if (PASSED_OVER.includes(errorCode(error))) return -1;
    throw error;
  } finally {
    if (fd !== null) closeSync(fd);
  }
}

/**
 * Hands over the bytes of each file in turn, for the length of the call only: the buffer is the next file's. `paths` must come from
 * `Workspace.list`, which has looked at the walls; files over 2 MB and such that cannot be read are passed over.
 */
export function sweep(
  root: string,
  paths: readonly string[],
  use: (path: string, bytes: Buffer) => void,
): void {
  const buffer = Buffer.allocUnsafe(MAX_TEXT_BYTES + 1);
  for (const path of paths) {
    const size = readInto(buffer, join(root, path));
    if (size >= 0) use(path, buffer.subarray(0, size));
  }
}

/** Bytes as the text that `Workspace.read` gives; null where they are none. */
export function textOf(bytes: Uint8Array): string | null {
  const decoded = decode(bytes);
  if (decoded === null) return null;
  const { text } = decoded;
  return unixed(text.startsWith(BOM) ? text.slice(1) : text);
}
