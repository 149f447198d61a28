/**
 * Bytes to text and back, byte for byte: UTF-8; UTF-16 with a byte order mark; and, for other text without NUL, one character
 * a byte as Windows-1252 has them. The last may be a wrong guess, but a harmless one: every byte comes back as it was, and
 * only characters that the file has already, or ASCII, can be added.
 */
import type { Result } from "../types.ts";

export type Encoding = "utf-8" | "utf-16le" | "utf-16be" | "windows-1252";

export interface Decoded {
  text: string;
  encoding: Encoding;
}

/** NUL, and control characters that no text has. */
const BINARY = /[\x00-\x07\x0E-\x1A\x1C-\x1F]/;

const SINGLE = new TextDecoder("windows-1252").decode(Uint8Array.from({ length: 256 }, (_, byte) => byte));
const BYTES = new Map([...SINGLE].map((char, byte) => [char, byte]));

function strictly(bytes: Uint8Array, encoding: "utf-8" | "utf-16le" | "utf-16be"): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

const wide = (bytes: Uint8Array): "utf-16le" | "utf-16be" | null =>
  bytes[0] === 0xff && bytes[1] === 0xfe
    ? "utf-16le"
    : bytes[0] === 0xfe && bytes[1] === 0xff
      ? "utf-16be"
      : null;

/** Characters of more than one byte among bytes that are not UTF-8 throughout: then it is UTF-8 with broken places. */
const isBrokenUtf8 = (bytes: Uint8Array): boolean =>
  /[^\x00-\x7F\uFFFD]/.test(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes));

/** Bytes as text, a byte order mark included; null where they are no text that comes back the same. */
export function decode(bytes: Uint8Array): Decoded | null {
  const encoding = wide(bytes);
  if (encoding !== null) {
    const text = strictly(bytes, encoding);
    if (text === null || text.includes("\0")) return null;
    return Buffer.from(bytes).equals(fromWide(text, encoding)) ? { text, encoding } : null;
  }
  if (bytes.includes(0)) return null;
  const text = strictly(bytes, "utf-8");
  if (text !== null) return { text, encoding: "utf-8" };
  const single = new TextDecoder("windows-1252").decode(bytes);
  return BINARY.test(single) || isBrokenUtf8(bytes) ? null : { text: single, encoding: "windows-1252" };
}

/** What is the matter with bytes that `decode` refuses, as the end of a sentence that begins with the path. */
export function whyNotText(bytes: Uint8Array): string {
  if (wide(bytes) !== null) return "is not whole UTF-16 text; repair it or convert it to UTF-8 first.";
  if (BINARY.test(new TextDecoder("windows-1252").decode(bytes))) return "is a binary file.";
  return "is UTF-8 text with broken bytes; repair it first.";
}

function fromWide(text: string, encoding: Encoding): Buffer {
  const bytes = Buffer.from(text, "utf16le");
  return encoding === "utf-16be" ? bytes.swap16() : bytes;
}

/** Text as bytes in the encoding of what the file had before; refused, as the end of a sentence, where it cannot say it safely. */
export function toBytes(text: string, before: Decoded): Result<{ bytes: Uint8Array }> {
  if (before.encoding === "utf-8") return { ok: true, bytes: Buffer.from(text) };
  if (before.encoding !== "windows-1252") return { ok: true, bytes: fromWide(text, before.encoding) };
  const had = new Set(before.text);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at] ?? "";
    const byte = BYTES.get(char);
    if (byte === undefined || (byte > 0x7f && !had.has(char)))
      return {
        ok: false,
        reason: `is not UTF-8 text, and the change brings in "${String.fromCodePoint(text.codePointAt(at) ?? 0)}", which it does not have; use ASCII, or convert it to UTF-8 first.`,
      };
    bytes[at] = byte;
  }
  return { ok: true, bytes };
}
