/**
 * Text files as the rest of the program sees them: "\n" line ends and no byte order mark in memory, the file's own line
 * ends, mark and encoding on disk. What is no text, or text that cannot be given back byte for byte, is refused.
 */
import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import type { Result } from "../types.ts";
import { decode, toBytes, whyNotText } from "./encoding.ts";
import { BOM, dominantEol, unixed, withEndsOf } from "./eol.ts";
import { diskReason, locate, lstatOrNull } from "./walls.ts";

/** Larger files are data, not something to read to a model. */
export const MAX_TEXT_BYTES = 2 * 1024 * 1024;

/** A file's text with "\n" ends and without BOM. `hash`: sha256 of the bytes on disk, in hex. `lines`: how many lines a person would count. */
export interface FileText {
  path: string;
  text: string;
  hash: string;
  eol: "\n" | "\r\n";
  bom: boolean;
  mode: number;
  lines: number;
}

/** sha256 in hex. */
export function hashOf(bytes: Uint8Array | string): string {
  return new Bun.CryptoHasher("sha256").update(bytes).digest("hex");
}

/** The new text of a file as its bytes; refused where they cannot say it. See `encoding.ts` and `eol.ts`. */
export function encode(text: string, before: Uint8Array | null): Result<{ bytes: Uint8Array }> {
  const old = before && decode(before);
  if (old === null) return { ok: true, bytes: Buffer.from(withEndsOf(text, null)) };
  return toBytes(withEndsOf(text, old.text), old);
}

/** Describes bytes that are known to be a text file of the workspace; null where they are no text. */
function describe(path: string, bytes: Uint8Array, mode: number): FileText | null {
  const decoded = decode(bytes);
  if (decoded === null) return null;
  const raw = decoded.text;
  const bom = raw.startsWith(BOM);
  const text = unixed(bom ? raw.slice(1) : raw);
  const lines = text === "" ? 0 : text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
  const hash = hashOf(bytes);
  return { path, text, hash, eol: dominantEol(raw), bom, mode: mode & 0o7777, lines };
}

/** Reads one text file inside the walls. Refuses missing, folder, special file, > 2 MB, binary, broken text, secret. */
export function readText(root: string, path: string): Result<{ file: FileText }> {
  const place = locate(root, path);
  if (!place.ok) return place;
  const refuse = (why: string): { ok: false; reason: string } => ({ ok: false, reason: `${path} ${why}` });
  try {
    const stat = lstatOrNull(place.absolute);
    if (stat?.isDirectory()) return refuse("is a folder; name a file in it.");
    if (stat && !stat.isFile()) return refuse("is not a regular file.");
    if (!stat) return refuse("does not exist.");
    const fd = openSync(place.absolute, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const { size, mode } = fstatSync(fd);
      if (size > MAX_TEXT_BYTES)
        return refuse(`has ${(size / 1048576).toFixed(1)} MB; files over 2 MB are not read.`);
      const bytes = readFileSync(fd);
      const file = describe(place.path, bytes, mode);
      if (file) return { ok: true, file };
      return refuse(whyNotText(bytes));
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    return refuse(`cannot be read because ${diskReason(error)}.`);
  }
}
