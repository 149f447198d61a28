/** GLM and LongCat: a name, then `arg_key` and `arg_value` in pairs, also where tags between them are lost. */
import { broken, type Found, type Source } from "./draft.ts";
import { skipSpaces, type Tag, tagAt } from "./tags.ts";
import { trimmed, valueEnd } from "./values.ts";

const PAIR_PARENTS = ["toolcall", "longcattoolcall"];
const ARG_END = ["argvalue", "longcatargvalue"];

/** The name in front of the first key, also where `<arg_key>` between them is lost and both are glued. */
function headOf(source: Source, head: string): { name: string; key: string | null } | null {
  const split = /^(.*?)<[^<>]*>?\s*([^<>]*)$/su.exec(head);
  if (split !== null && (split[1] ?? "").trim() !== "")
    return { name: (split[1] ?? "").trim(), key: (split[2] ?? "").trim() || null };
  const word = head.replace(/<[^<>]*>?/g, "").trim();
  const glued = source.tools.flatMap(({ name, parameters }) =>
    parameters
      .filter((key) => word.startsWith(name) && word.slice(name.length).trim() === key)
      .map((key) => ({ name, key })),
  );
  const [only, more] = glued;
  return only !== undefined && more === undefined ? only : null;
}

/** The keys and values of a call in the order they come in. */
class PairReader {
  readonly keys: string[] = [];
  readonly values: string[] = [];

  constructor(
    private readonly source: Source,
    public at: number,
  ) {}

  /** False at the end of the pairs; else a reason where one cannot be read. */
  step(): boolean | string {
    const { text, work } = this.source;
    this.at = skipSpaces(text, this.at);
    const tag = text[this.at] === "<" ? tagAt(text, this.at) : null;
    if (tag === null || work.spent) return false;
    const name = tag.name.replace("longcat", "");
    if (name === "argkey") return tag.close ? this.pass(tag.end) : this.key(tag.end);
    return name === "argvalue" && !tag.close ? this.value(tag.end) : false;
  }

  private pass(end: number): boolean {
    this.at = end;
    return true;
  }

  private key(from: number): boolean | string {
    const end = this.source.text.indexOf("<", from);
    if (end < 0) return "a key is not closed.";
    this.keys.push(this.source.text.slice(from, end).trim());
    return this.pass(end);
  }

  private value(from: number): boolean | string {
    const { text } = this.source;
    const value = valueEnd(this.source, from, {
      closers: ARG_END,
      parents: PAIR_PARENTS,
      keys: [],
      given: [],
    });
    const written = value === null ? null : text.slice(from, value.end);
    if (value === null || written === null || (value.closed === "parent" && written.includes("\n")))
      return `the value of "${this.keys.at(-1) ?? ""}" is not closed.`;
    this.values.push(trimmed(written, "both"));
    return this.pass(value.after);
  }
}

const FIRST = /<\/?(?:longcat_)?arg_(?:key|value)>/g;

/** A name, then `<arg_key>k</arg_key><arg_value>v</arg_value>` pairs, also all keys first. `from` is the name's place. */
export function readPairs(source: Source, from: number): Found | null {
  const { text } = source;
  FIRST.lastIndex = from;
  const mark = FIRST.exec(text.slice(0, from + 330));
  if (mark === null) return null;
  const before = text.slice(from, mark.index);
  const opens = !mark[0].startsWith("</");
  const head = opens ? { name: before.replace(/<[^<>]*>?/g, "").trim(), key: null } : headOf(source, before);
  if (head === null || head.name === "") return broken("The call has no tool's name.", mark.index);
  const pairs = new PairReader(source, opens ? mark.index : mark.index + mark[0].length);
  if (head.key !== null) pairs.keys.push(head.key);
  for (;;) {
    const more = pairs.step();
    if (typeof more === "string") return broken(`${head.name}: ${more}`, pairs.at + 1);
    if (!more) break;
  }
  const { keys, values, at } = pairs;
  if (keys.length !== values.length || keys.length === 0)
    return broken(`${head.name}: ${keys.length} keys and ${values.length} values do not pair.`, at);
  const fields = keys.map((key, index) => ({ key, node: null, text: values[index] ?? "" }));
  return {
    kind: "drafts",
    drafts: [{ name: head.name, given: { kind: "fields", fields }, closed: true }],
    end: at,
  };
}

/** Pairs outside any wrapper: the tag at `at` is the first key's, the name stands before it. */
export function readLoosePairs(source: Source, tag: Tag): Found | null {
  if (tag.name !== "argkey" && tag.name !== "longcatargkey") return null;
  const before = source.text.slice(Math.max(0, tag.from - 200), tag.from);
  const name = /([^<>\n]+)\s*$/.exec(before)?.[0] ?? "";
  const found = name.trim() === "" ? null : readPairs(source, tag.from - name.length);
  return found?.kind === "drafts" ? { ...found, from: tag.from - name.length } : found;
}
