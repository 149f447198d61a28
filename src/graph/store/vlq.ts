/**
 * Whole numbers as text: the variable-length base64 of source maps (ECMA-426, "Base64 VLQ"), five bits to a digit, the lowest
 * first, and a sixth that says whether another digit follows. Source maps keep the sign in the lowest bit of every number;
 * here only numbers that can be negative have one (`signed`), the others (`unsigned`) are one bit shorter.
 */
import { BadShape } from "./shape.ts";

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const MORE = 32;

/** The value of a digit by its character code; 255: no digit. */
const VALUES = new Uint8Array(128).fill(255);
for (let value = 0; value < 64; value += 1) VALUES[DIGITS.charCodeAt(value)] = value;

/** A number from 0 to 2^53 - 1; anything else is a bug and throws. */
export function unsigned(value: number): string {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} cannot be written as a VLQ.`);
  let text = "";
  let rest = value;
  for (; rest >= MORE; rest = Math.floor(rest / MORE)) text += DIGITS.charAt((rest & 31) | MORE);
  return text + DIGITS.charAt(rest);
}

/** A number of at most 52 bits with its sign. */
export const signed = (value: number): string => unsigned(value < 0 ? -value * 2 + 1 : value * 2);

/** The number that a text begins with where it is below 32, for who reads very many of them; -1: a longer one, or none. */
export function shortAt(text: string, at: number): number {
  const digit = VALUES[text.charCodeAt(at)] ?? 255;
  return digit < MORE ? digit : -1;
}

/** Reads numbers one after the other. */
export class Numbers {
  private readonly text: string;
  private readonly end: number;
  /** Where the next digit stands. */
  at: number;

  constructor(text: string, at = 0, end = text.length) {
    this.text = text;
    this.at = at;
    this.end = end;
  }

  get done(): boolean {
    return this.at >= this.end;
  }

  /** The next number that `unsigned` wrote; throws `BadShape` where there is none. */
  unsigned(): number {
    const digit = this.digit();
    return digit < MORE ? digit : this.longer(digit - MORE);
  }

  private digit(): number {
    const digit = this.at < this.end ? (VALUES[this.text.charCodeAt(this.at)] ?? 255) : 255;
    if (digit === 255) throw new BadShape("has a number that is cut off or none");
    this.at += 1;
    return digit;
  }

  /** The rest of a number of more than one digit. */
  private longer(first: number): number {
    let value = first;
    for (let scale = MORE; ; scale *= MORE) {
      const digit = this.digit();
      value += (digit & (MORE - 1)) * scale;
      if (value > Number.MAX_SAFE_INTEGER) throw new BadShape("has a number that is too large");
      if (digit < MORE) return value;
    }
  }

  /** The next number that `signed` wrote. */
  signed(): number {
    const value = this.unsigned();
    return value % 2 === 0 ? value / 2 : -(value - 1) / 2;
  }
}
