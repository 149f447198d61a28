/**
 * Lists of names as one text. Names that follow each other often begin alike (`test_get`, `test_get_all`; `django.db`,
 * `django.db.models`), so each is written as how many characters it shares with the one before (VLQ) and the rest of it; with
 * spaces between.
 */
import { BadShape } from "./shape.ts";
import { Numbers, shortAt, unsigned } from "./vlq.ts";

/** Names with spaces between; an array of them as they are where one has a space in it. */
export type Names = string | string[];

/** How many characters two names have in common at their beginning. */
export function shared(one: string, other: string): number {
  let at = 0;
  while (at < one.length && one.charCodeAt(at) === other.charCodeAt(at)) at += 1;
  return at;
}

/** How a name is written behind another. */
export function behind(last: string, name: string): string {
  const common = shared(last, name);
  return unsigned(common) + name.slice(common);
}

/** The name that was written behind another, as a text or the beginning of one. */
export function nameBehind(last: string, text: string, end = text.length): string {
  const short = end > 0 ? shortAt(text, 0) : -1;
  if (short === 0) return text.slice(1, end);
  const numbers = new Numbers(text, 0, end);
  const common = short < 0 ? numbers.unsigned() : short;
  if (common > last.length) throw new BadShape("has a name that shares more than there is");
  return last.slice(0, common) + text.slice(short < 0 ? numbers.at : 1, end);
}

export function joined(names: string[]): Names {
  if (names.some((name) => name.includes(" "))) return names;
  let last = "";
  const texts = names.map((name) => {
    const text = behind(last, name);
    last = name;
    return text;
  });
  return texts.join(" ");
}

/** Throws `BadShape` for what `joined` did not make. */
export function split(names: Names): string[] {
  if (typeof names !== "string") return names;
  if (names === "") return [];
  let last = "";
  return names.split(" ").map((text) => {
    last = nameBehind(last, text);
    return last;
  });
}

export const isNames = (value: unknown): value is Names =>
  typeof value === "string" || (Array.isArray(value) && value.every((name) => typeof name === "string"));
