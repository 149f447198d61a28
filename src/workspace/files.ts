/**
 * Text files as the rest of the program sees them: "\n" line ends and no byte order mark in memory, the file's own on
 * disk. Only UTF-8 text is read; everything else is refused with a reason.
 */
import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import type { Result } from "../types.ts";
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

const BOM = "\uFEFF";

/** sha256 in hex. */
export function hashOf(bytes: Uint8Array | string): string {
  return new Bun.CryptoHasher("sha256").update(bytes).digest("hex");
}

/** Bytes as text, byte for byte reversible; null where they are not UTF-8 text. */
export function decode(bytes: Uint8Array): string | null {
  if (bytes.includes(0)) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

function dominantEol(raw: string): "\n" | "\r\n" {
  const all = raw.split("\n").length - 1;
  const windows = raw.split("\r\n").length - 1;
  return windows * 2 > all ? "\r\n" : "\n";
}

/** The lines of a raw text with their ends. */
const splitLines = (raw: string): string[] => raw.match(/[^\n]*\n|[^\n]+$/g) ?? [];

const unixed = (text: string): string => text.replaceAll("\r\n", "\n");

/**
 * New text (with "\n" ends) as bytes for a file that held `before`: its BOM and line ends are given back. In a file
 * with mixed ends, the unchanged lines at the top and at the bottom keep theirs, and what is between takes the ends of
 * the lines it replaces. `before: null` is a new file.
 */
export function encode(text: string, before: string | null): Uint8Array {
  const plain = unixed(text.startsWith(BOM) ? text.slice(1) : text);
  if (before === null) return Buffer.from(plain);
  const bom = before.startsWith(BOM) ? BOM : "";
  const old = splitLines(before.slice(bom.length));
  const fresh = splitLines(plain);
  const same = (a: string | undefined, b: string | undefined): boolean =>
    a !== undefined && b !== undefined && unixed(a) === b;
  let top = 0;
  while (top < fresh.length && same(old[top], fresh[top])) top += 1;
  let bottom = 0;
  const room = Math.min(old.length, fresh.length) - top;
  while (bottom < room && same(old.at(-1 - bottom), fresh.at(-1 - bottom))) bottom += 1;
  const replaced = old.slice(top, old.length - bottom).join("");
  const eol = dominantEol(replaced.includes("\n") ? replaced : before);
  const middle = fresh.slice(top, fresh.length - bottom).map((line) => line.replace(/\n$/, eol));
  const tail = bottom === 0 ? [] : old.slice(-bottom);
  return Buffer.from(bom + [...old.slice(0, top), ...middle, ...tail].join(""));
}

/** Describes bytes that are known to be a text file of the workspace; null where they are not UTF-8 text. */
function describe(path: string, bytes: Uint8Array, mode: number): FileText | null {
  const raw = decode(bytes);
  if (raw === null) return null;
  const bom = raw.startsWith(BOM);
  const text = unixed(bom ? raw.slice(1) : raw);
  const lines = text === "" ? 0 : text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
  return { path, text, hash: hashOf(bytes), eol: dominantEol(raw), bom, mode: mode & 0o7777, lines };
}

/** Reads one text file inside the walls. Refuses missing, folder, special file, > 2 MB, binary, not UTF-8, secret. */
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
      return refuse(
        bytes.includes(0) ? "is a binary file." : "is not UTF-8 text; convert it to UTF-8 first.",
      );
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    return refuse(`cannot be read because ${diskReason(error)}.`);
  }
}
