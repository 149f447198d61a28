/** A name in strings and comments: where it is unmistakably the thing that is renamed, and where it is only the word. */
import type { Occurrence, Occurrences } from "./occurrences.ts";

/**
 * `listed`: in Python's `__all__`. `path`: behind its module or type, as `mock.patch("shop.cart.total")` has it. `quoted`: in
 * backticks or a reference of a documentation. `exact`: the whole of a string. `word`: in a comment or documentation. `other`: in another string.
 */
export type Said = "listed" | "path" | "quoted" | "exact" | "word" | "other";

export interface Spoken {
  name: string;
  holders: string[];
  /** The files that define it, without their endings. */
  modules: string[];
}

const REFERENCE =
  /(?:`+|\{@(?:link|linkplain|code)\s+|@see\s+|:(?:py:)?(?:func|class|meth|attr|data|exc|obj|mod):`~?)(?:[\w.]+[.#]|[\w:]+::|#)?$/;
const LISTS = /__all__\s*(?::[^=\n]+)?(?:\+?=|\.(?:extend|append)\()\s*[[(]?[^\])]*$/;

export function isSpokenOf(
  o: Occurrence,
  { text, language }: Pick<Occurrences, "text" | "language">,
  about: Spoken,
): Said {
  const { name, holders, modules } = about;
  const before = text.slice(Math.max(0, o.at - 300), o.at);
  const after = text.slice(o.at + name.length, o.at + name.length + 20);
  const prose = o.is === "comment" || isDocumentation(o) || language === "markdown";
  const prefix =
    /((?:[\p{L}_][\p{L}\p{N}_]*(?:\.|::|#|:))+)$/u.exec(before)?.[1]?.replace(/[.:#]+$/, "") ?? "";
  const owner = prefix.split(/\.|::|#/).at(-1) ?? "";
  const isPath =
    prefix !== "" &&
    (holders.length > 0 ? holders.includes(owner) : modules.some((path) => endsLike(path, prefix)));
  if (isPath) return "path";
  if (
    o.is === "string" &&
    o.string === name &&
    language === "python" &&
    LISTS.test(text.slice(Math.max(0, o.at - 4000), o.at))
  )
    return "listed";
  if (REFERENCE.test(before) && prefix === "" && /^(?:\([^)`]*\))?[`}\s]/.test(after)) return "quoted";
  // In Go a comment begins with the name of what it documents.
  if (
    language === "go" &&
    o.is === "comment" &&
    /(?:^|\n)(?!\/\/)[^\n]*\n\/\/ (?:An? |The )?$/.test(`\n${before}`)
  )
    return "quoted";
  if (prose) return "word";
  return o.string === name ? "exact" : "other";
}

/** Whether dotted names are the end of a path: `shop.cart` of `src/shop/cart`. */
function endsLike(path: string, dotted: string): boolean {
  const names = dotted.split(/\.|::|:/);
  const segments = path.split("/");
  return (
    names.length <= segments.length &&
    names.every((one, at) => one === segments[segments.length - names.length + at])
  );
}

/** A string that stands by itself as a statement. */
const isDocumentation = ({ around }: Occurrence): boolean =>
  around.slice(0, 2).includes("expression_statement") ||
  (around[0] === "string" && around[1] === "expression_statement");
