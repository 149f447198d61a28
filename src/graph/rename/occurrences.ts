/**
 * Every place of a name in one text, as a word, with what the syntax says of it: which definition it names, whether a function
 * has bound it to something of its own, what stands before it, and whether it is text that only speaks of it.
 */
import type { Node } from "web-tree-sitter";
import type { Definition } from "../syntax/definitions.ts";
import { indexQuery, languageOf, loadLanguage, withTree } from "../syntax/languages.ts";
import { withoutMacros } from "../syntax/macros.ts";
import type { Sort, Written } from "../syntax/names.ts";
import { scan } from "../update/read-file.ts";
import { type Chain, chainBefore } from "./chain.ts";
import { type Range, shadowOf } from "./shadow.ts";

export interface Occurrence {
  /** Offset in the text, and its line from 1. */
  at: number;
  line: number;
  /** `name`: by itself. `key`: of an object, argument or field that is written out. `word`: in code that is not understood. */
  is: "definition" | "import" | "local" | "alias" | "member" | "name" | "key" | "string" | "comment" | "word";
  sort: Sort | null;
  /** The definition that it names, and the innermost one around it, by their positions; -1: none. */
  names: number;
  within: number;
  chain: Chain | null;
  /** The types of the nodes around it, nearest first, and the text of what is called or built where it is a key. */
  around: string[];
  of: string | null;
  /** Whether it stands for a key and its value at once: `{ name }`. */
  shorthand: boolean;
  /** Where `of` stands. */
  ofAt: number;
  /** The whole content of the string that it stands in. */
  string: string | null;
}

export interface Occurrences {
  path: string;
  language: string;
  text: string;
  definitions: Definition[];
  all: Occurrence[];
  /** Where functions have bound the name to something of their own. */
  shadows: Range[];
}

const MOST_MS = 4000;
const HAS_MACROS = new Set(["c", "cpp"]);
/** Nodes around a name that are looked at. */
const NEAR = 7;
const WORD = /[\p{L}\p{N}_$]/u;
const KEYS = new Set(["pair", "keyword_argument", "pair_pattern", "keyed_element", "field_initializer"]);

/** Offsets at which the name stands as a whole word. */
export function wordsOf(text: string, name: string): number[] {
  const found: number[] = [];
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + name.length)) {
    const before = [...text.slice(Math.max(0, at - 2), at)].at(-1) ?? "";
    const after = String.fromCodePoint(text.codePointAt(at + name.length) ?? 0);
    if (!WORD.test(before) && !WORD.test(after)) found.push(at);
  }
  return found;
}

/** Null where there is no grammar for the path, or the text is too long for it. */
export async function occurrencesOf(path: string, text: string, name: string): Promise<Occurrences | null> {
  const language = languageOf(path);
  if (language === null) return null;
  const loaded = await loadLanguage(language);
  const query = await indexQuery(loaded);
  const parsed = HAS_MACROS.has(language) ? withoutMacros(text) : text;
  return withTree(
    loaded,
    parsed,
    (root) => {
      const scanned = scan(query, root, { path, text, language });
      if (scanned === null) return null;
      const { definitions, own, names } = scanned;
      const top = definitions.filter(({ parent }) => parent === null).map(({ symbol }) => symbol.name);
      names.uses({ at: own, top: new Set(top) });
      const written = new Map(names.written(name).map((one) => [one.at, one]));
      const shadows = names.bindingsOf(name).flatMap((at) => shadowOf(root, at, language) ?? []);
      const lines = lineCounter(text);
      const all = wordsOf(text, name).map((at): Occurrence => {
        const known = written.get(at);
        const place = placeOf(root, { at, name, text });
        if (language === "markdown") place.prose = "comment";
        const defined = own.get(at) === "name" ? definedAt(definitions, at, name) : -1;
        const shadowed = isShadowed(shadows, at, known?.sort ?? null, language);
        const is = sortOf({ known, place, defined, shadowed });
        const within = definitions.findLastIndex(({ start, end }) => start <= at && at < end);
        const { chain, around, of, ofAt, shorthand, string } = place;
        return {
          at,
          line: lines(at),
          is,
          sort: known?.sort ?? null,
          names: defined,
          within,
          chain,
          around,
          of,
          ofAt,
          shorthand,
          string,
        };
      });
      return { path, language, text, definitions, all, shadows };
    },
    MOST_MS,
  );
}

function sortOf(of: {
  known: Written | undefined;
  place: Place;
  defined: number;
  shadowed: boolean;
}): Occurrence["is"] {
  const { known, place, defined, shadowed } = of;
  if (place.prose !== null) return place.prose;
  // `const { name } = require(...)` is both.
  if (known?.sort === "import") return "import";
  if (defined >= 0) return "definition";
  if (known?.alias) return "alias";
  if (known?.imported) return "import";
  if (place.key) return "key";
  if (place.chain !== null) return "member";
  if (shadowed) return "local";
  return known === undefined ? "word" : "name";
}

/** In Java methods and types have names of their own. */
function isShadowed(shadows: Range[], at: number, sort: Sort | null, language: string): boolean {
  if (sort === "type" || (sort === "method" && language === "java")) return false;
  return shadows.some(({ start, end }) => start <= at && at < end);
}

/** The innermost definition of the name around its own name. */
function definedAt(definitions: Definition[], at: number, name: string): number {
  return definitions.findLastIndex(
    ({ symbol, start, end }) =>
      start <= at &&
      at < end &&
      symbol.name.slice(-name.length) === name &&
      !WORD.test(symbol.name.at(-name.length - 1) ?? ""),
  );
}

interface Place {
  prose: "string" | "comment" | null;
  key: boolean;
  chain: Chain | null;
  around: string[];
  of: string | null;
  ofAt: number;
  shorthand: boolean;
  string: string | null;
}

function placeOf(root: Node, { at, name, text }: { at: number; name: string; text: string }): Place {
  const node = root.descendantForIndex(at, at + name.length - 1) ?? root;
  const around: string[] = [];
  for (let up = node.parent; up !== null && around.length < NEAR; up = up.parent) around.push(up.type);
  const prose = proseOf(node);
  const string = prose === "string" ? node.text.replace(/^["'`]|["'`]$/g, "") : null;
  const parent = node.parent?.type === "literal_element" ? node.parent.parent : node.parent;
  const first = parent?.firstNamedChild;
  const key =
    parent !== null &&
    parent !== undefined &&
    KEYS.has(parent.type) &&
    first?.startIndex === at &&
    !/^\s*[({]/.test(text.slice(at + name.length));
  const shorthand = /^shorthand_/.test(node.type) || parent?.type === "shorthand_field_initializer";
  const pair = node.type.startsWith("shorthand_property") ? node : (parent ?? node);
  const designated = parent?.type === "field_designator";
  const built = designated ? declaredAround(node) : key || shorthand ? builtBy(pair, text) : null;
  return {
    prose,
    key: key || designated,
    chain: prose === null ? chainBefore(text, at) : null,
    around,
    of: built?.name ?? null,
    ofAt: built?.at ?? -1,
    shorthand,
    string,
  };
}

function proseOf(node: Node): Place["prose"] {
  if (/comment/.test(node.type) || /comment/.test(node.parent?.type ?? "")) return "comment";
  return /string|char_literal|fragment|heredoc|template_chars/.test(node.type) &&
    !/identifier|name/.test(node.type)
    ? "string"
    : null;
}

/** The type of C's initializer that a place stands in: `{ .size = 1 }`. */
function declaredAround(node: Node): { name: string; at: number } | null {
  for (let up = node.parent; up !== null; up = up.parent) {
    if (!/^(declaration|compound_literal_expression)$/.test(up.type)) continue;
    const type = up.childForFieldName("type");
    const name = /([\p{L}_][\p{L}\p{N}_]*)\W*$/u.exec(type?.text ?? "")?.[1];
    return type === null || name === undefined ? null : { name, at: type.startIndex };
  }
  return null;
}

/** What is called or built where a key stands, with its offset: `Stack` of `Stack(size=1)`, `Stack{size: 1}`; `exports` of `exports = { a }`. */
function builtBy(pair: Node, text: string): { name: string; at: number } | null {
  const list = pair.parent;
  if (list === null) return null;
  const type = list.type === "struct_pattern" ? list.childForFieldName("type") : null;
  if (type !== null) return { name: type.text.split("::").at(-1) ?? "", at: type.endIndex };
  const before = text.slice(Math.max(0, list.startIndex - 200), list.startIndex);
  const found = /([\p{L}_$][\p{L}\p{N}_$]*)(?:\[[^[\]]*\]|<[^<>]*>)?\s*(?<given>=?)\s*$/u.exec(before);
  const name = found?.[1];
  if (found === null || name === undefined || (found.groups?.given === "=" && name !== "exports"))
    return null;
  return { name, at: list.startIndex - before.length + found.index };
}

/** Lines of ascending offsets. */
function lineCounter(text: string): (at: number) => number {
  let line = 1;
  let seen = 0;
  return (at) => {
    for (let next = text.indexOf("\n", seen); next >= 0 && next < at; next = text.indexOf("\n", seen)) {
      line += 1;
      seen = next + 1;
    }
    return line;
  };
}
