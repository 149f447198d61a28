/** A file with what tells its states apart: its content's hash, and what the disk says of it without reading it. */
import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync } from "node:fs";
import { decode } from "./encoding.ts";
import { isSettled } from "./entries.ts";
import { BOM, unixed } from "./eol.ts";
import { errorCode, locate } from "./walls.ts";

export interface Stamp {
  /** Bytes. */
  size: number;
  /** 0: written so shortly before it was read that a later change may not show; only the hash can tell. */
  mtimeNs: bigint;
  ino: bigint;
  /** 128 bits of the sha256 of the bytes, in base64url; "size N" for a file that is too large to be read. */
  hash: string;
}

/** `text` has "\n" ends and no BOM; the reason where there is none is a word. */
export interface Stamped {
  stamp: Stamp;
  text: string | null;
  lacks: "large" | "unreadable" | null;
}

export const sameStamp = (a: Stamp, b: Stamp): boolean =>
  a.size === b.size && a.mtimeNs === b.mtimeNs && a.ino === b.ino && a.hash === b.hash;

/** Whether the disk says of a file what its stamp says, to the nanosecond; false where only the hash can tell. */
export function isStamped(absolute: string, { size, mtimeNs, ino }: Stamp): boolean {
  if (mtimeNs === 0n) return false;
  try {
    const stat = lstatSync(absolute, { bigint: true });
    return stat.mtimeNs === mtimeNs && stat.size === BigInt(size) && stat.ino === ino;
  } catch (error) {
    errorCode(error);
    return false;
  }
}

function hashOf(bytes: Uint8Array): string {
  return new Bun.CryptoHasher("sha256").update(bytes).digest("base64url").slice(0, 22);
}

/**
 * Reads a file inside the walls with its stamp: whatever is written after this began gives it another stamp. One of more than
 * `most` bytes is not read. Null where there is no plain file.
 */
export function readStamped(root: string, path: string, most: number): Stamped | null {
  const place = locate(root, path);
  if (!place.ok) return null;
  try {
    const fd = openSync(place.absolute, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      return readOpen(fd, most);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    return whereUnreadable(error);
  }
}

function readOpen(fd: number, most: number): Stamped | null {
  const stat = fstatSync(fd, { bigint: true });
  if (!stat.isFile()) return null;
  const size = Number(stat.size);
  const mtimeNs = isSettled(Number(stat.mtimeNs) / 1e6) ? stat.mtimeNs : 0n;
  const stamped = { size, mtimeNs, ino: stat.ino };
  if (size > most) return { stamp: { ...stamped, hash: `size ${size}` }, text: null, lacks: "large" };
  const bytes = readFileSync(fd);
  const decoded = decode(bytes);
  const stamp = { ...stamped, hash: hashOf(bytes) };
  if (decoded === null) return { stamp, text: null, lacks: "unreadable" };
  const { text } = decoded;
  return { stamp, text: unixed(text.startsWith(BOM) ? text.slice(1) : text), lacks: null };
}

/** A file that may not be read is there all the same; no stamp of it ever holds, so that it is tried again. */
function whereUnreadable(error: unknown): Stamped | null {
  if (["ENOENT", "ENOTDIR", "ELOOP", "ENXIO", "EISDIR"].includes(errorCode(error))) return null;
  return { stamp: { size: 0, mtimeNs: 0n, ino: 0n, hash: "unreadable" }, text: null, lacks: "unreadable" };
}
