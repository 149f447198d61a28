/**
 * Where a value between tags ends. It is literal text, and may speak of tags itself: it ends at a closing tag behind which
 * the call goes on or ends.
 */
import type { Source } from "./draft.ts";
import { isStructure, nameIn, skipSpaces, type Tag, tagAt } from "./tags.ts";

/** Tags that hold one parameter and name it in their head. */
export const PARAMETER: ReadonlySet<string> = new Set(["parameter", "param", "arg", "argument", "field"]);

/** Behind a value's closing tag the call must go on, or end. */
function goesOn(source: Source, at: number, { keys, parents }: Element): boolean {
  const { text } = source;
  const next = skipSpaces(text, at);
  source.work.spend(next - at + 1);
  if (next >= text.length) return true;
  if (/^(?:```\s*(?:\n|$)|\[\/)/.test(text.slice(next, next + 40))) return true;
  if (text[next] !== "<") return false;
  const tag = tagAt(text, next);
  if (tag === null)
    return /^<\/?[\w:|｜-]*$/.test(text.slice(next, next + 40)) || /^<[|｜]/.test(text.slice(next, next + 2));
  if (!tag.ended && tag.end >= text.length) return true;
  return (
    isStructure(tag) ||
    parents.includes(tag.name) ||
    keys.includes(tag.written) ||
    /^<[|｜]/.test(text.slice(next, next + 2))
  );
}

export interface Element {
  /** Names of tags that close a value, in the form of `Tag.name`. */
  closers: string[];
  /** Names of the tags around, which close the last value where its own tag is forgotten. */
  parents: string[];
  /** Tags that may open the next value. */
  keys: string[];
  /** The names of the parameters that were read before. */
  given: string[];
}

/** `end`: of the text. `after`: of what closes it. `parent` and `next`: its own closing tag is forgotten. */
export type Value = { end: number; after: number; closed: "own" | "parent" | "next" };

/** Whether a `<parameter=…>` inside a value is the next one, the value's closing tag being forgotten. */
function isNext(source: Source, tag: Tag, element: Element): boolean {
  const key = nameIn(tag);
  if (!PARAMETER.has(tag.name) || key === undefined || tag.close) return false;
  if (!element.keys.includes(key) || element.given.includes(key)) return false;
  return /[\n>]\s*$/.test(source.text.slice(Math.max(0, tag.from - 80), tag.from));
}

/** Looks at the tags behind a value's beginning, one by one, for the one that ends it. */
class EndFinder {
  /** The first closing tag of its own behind which the call does not go on, if it stays the only one. */
  lone: Value | null = null;
  /** Where a tag around is closed while its own one is not. */
  parent: Value | null = null;
  /** Behind a closing tag of its own stands what may be the next value's tag, misspelt. */
  torn = false;
  private depth = 0;
  private count = 0;

  constructor(
    private readonly source: Source,
    private readonly element: Element,
  ) {}

  /** The end, where the tag tells it; "over" where no further tag can. */
  see(tag: Tag): Value | "over" | null {
    return tag.close ? this.closing(tag) : this.opening(tag);
  }

  private opening(tag: Tag): Value | "over" | null {
    if (isNext(this.source, tag, this.element))
      return this.lone ?? this.parent ?? { end: tag.from, after: tag.from, closed: "next" };
    const named = nameIn(tag) !== undefined && !tag.empty;
    if (PARAMETER.has(tag.name) && named) this.depth += 1;
    return /^(?:function|invoke)$/.test(tag.name) && named && this.parent !== null ? "over" : null;
  }

  private closing(tag: Tag): Value | null {
    if (!tag.ended && tag.end >= this.source.text.length) return null;
    const { closers, parents } = this.element;
    const own = closers.includes(tag.name);
    if (own && this.depth > 0) {
      this.depth -= 1;
      return null;
    }
    if (!own && (this.depth > 0 || !parents.includes(tag.name))) return null;
    const ends = goesOn(this.source, tag.end, this.element);
    if (!own) {
      if (ends) this.parent ??= { end: tag.from, after: tag.from, closed: "parent" };
      return null;
    }
    const value: Value = { end: tag.from, after: tag.end, closed: "own" };
    if (ends) return value;
    this.torn ||= /^\s*<\w[^<>\n]{0,40}=/.test(this.source.text.slice(tag.end, tag.end + 80));
    this.lone = this.count === 0 ? value : null;
    this.count += 1;
    return null;
  }
}

/** Where the value that begins at `from` ends; null where it is not closed. */
export function valueEnd(source: Source, from: number, element: Element): Value | null {
  const { text, work } = source;
  const finder = new EndFinder(source, element);
  for (let at = text.indexOf("<", from); at >= 0; at = text.indexOf("<", at + 1)) {
    if (work.spent) return null;
    const tag = tagAt(text, at);
    if (tag === null) continue;
    work.spend(tag.end - at);
    const end = finder.see(tag);
    if (end === "over") break;
    if (end !== null) return finder.torn ? null : end;
  }
  work.spend(text.length - from);
  const { parent, lone } = finder;
  return finder.torn || (parent !== null && lone !== null) ? null : (parent ?? lone);
}

/** Whether a value that its own tag does not close holds what may be a misspelt tag: two readings. */
export function isTorn(value: string, { keys }: Element): boolean {
  if (/>\s*$/.test(value) || value.includes("｜")) return true;
  return (
    keys.some((key) => value.includes(`<${key}>`)) || /<\/?(?:\w+:)?(?:parameter|param|arg_key)\b/.test(value)
  );
}

/** Without one line break at each end. */
export const oneLine = (text: string): string => text.replace(/^\r?\n/, "").replace(/\r?\n$/, "");

/** Which line breaks belong to the tags: each, only both together, or of both the first. */
export type Lines = "each" | "both" | "first";

/** A value without the line breaks that belong to its tags. */
export function trimmed(value: string, lines: Lines): string {
  if (lines === "each") return oneLine(value);
  if (!/^\r?\n/.test(value) || !/\n$/.test(value)) return value;
  return lines === "both" ? oneLine(value) : value.replace(/^\r?\n/, "");
}
