/**
 * Reads definitions out of what a language's query captured in a syntax tree, as plain values in the offsets of the parsed
 * text (UTF-16 code units). Edits see functions, classes and the variables at the top of a file; the index sees fields and
 * variables inside classes and conditions as well.
 */
import type { Node, QueryCapture } from "web-tree-sitter";
import type { CodeSymbol, SymbolKind } from "../../types.ts";
import {
  type Captured,
  type CapturedKind,
  ENTRIES,
  kindOf,
  type NamePlace,
  readDefinition,
} from "./captured.ts";
import { headOf, isTop, type Span, signatureOf, widen } from "./extent.ts";
import type { Loaded } from "./languages.ts";
import { headingText, isHeading, sectionsOf } from "./sections.ts";
import { bodyOf } from "./unnamed.ts";

export type { Span } from "./extent.ts";

export interface Definition extends Span {
  symbol: CodeSymbol;
  body: Span | null;
  /** Index of the enclosing definition in the same list. */
  parent: number | null;
  /** What its signature is made of: the text up to its body, without decorators. */
  head: Span;
}

export interface Extracted {
  definitions: Definition[];
  /** Import statements outside of definitions, each with the whole statement at the top that it is in; in text order. */
  imports: Span[];
  /** What holds definitions without being one: Rust's `impl`, Ruby's `class << self`. */
  scopes: Span[];
}

/** What one pattern captured as a definition. */
export interface Capture {
  node: Node;
  kind: CapturedKind;
  name: Node | null;
  body: Node | null;
}

/** Where the definitions stand: `path` and `text` of the file, parsed as `root`; `wide` is the index's view. */
export interface Source {
  root: Node;
  text: string;
  path: string;
  wide: boolean;
}

interface Found extends Span {
  name: string;
  /** Where the name stands, each time. */
  at: number[];
  kind: SymbolKind | "scope";
  node: Node;
  extent: Node;
  body: Span | null;
  head: Span;
  promoted: boolean;
}

/** Captured as a variable, but a function that it holds counts wherever it stands outside functions. */
const ALSO_INSIDE = new Set(["variable_declarator"]);
const MACRO = /^(?:macro|preproc)_/;
const HOLDERS = new Set(["class", "interface", "enum", "type", "scope"]);

const span = (node: Node): Span => ({ start: node.startIndex, end: node.endIndex });
const within = (inner: Span, outer: Span): boolean =>
  outer.start <= inner.start && inner.end <= outer.end && outer.end - outer.start > inner.end - inner.start;

/** Definitions deeper inside others are left out: what is asked of a node costs time by its depth. */
const DEEPEST = 100;

/** Puts the captures of definitions together, in text order: a name or body belongs to the last definition of its pattern. */
export class CaptureReader {
  readonly captures: Capture[] = [];
  private readonly last = new Map<number, Capture>();
  /** Where the definitions end that are open. */
  private readonly ends: number[] = [];

  /** A capture in text order; others than of definitions are ignored. */
  take({ name, node, patternIndex }: QueryCapture): void {
    if (name.startsWith("definition.")) {
      while ((this.ends.at(-1) ?? Number.POSITIVE_INFINITY) <= node.startIndex) this.ends.pop();
      if (this.ends.push(node.endIndex) > DEEPEST) return;
      const capture = { node, kind: name.slice(11) as CapturedKind, name: null, body: null };
      this.last.set(patternIndex, capture);
      this.captures.push(capture);
      return;
    }
    const last = this.last.get(patternIndex);
    if (last && name === "name") last.name ??= node;
    else if (last && name === "body") last.body ??= node;
  }
}

const selectorName = (node: Node): NamePlace => ({
  text: node.text.replace(/\s+/g, " "),
  at: node.startIndex,
});

/** A name on one line, without the quotes around it or a part of it. */
const unquoted = (text: string): string =>
  text.replace(/\s+/g, " ").replace(/(^|\.)(["'`])([^"'`]*)\2(?=\.|$)/g, "$1$3");

function readCapture({ node, kind, name, body }: Capture, wide: boolean): Captured | null {
  if (name === null) {
    const read = readDefinition(node, kind, wide);
    return read && { ...read, body: body ?? read.body };
  }
  if (wide && name.type === "selectors")
    return { names: name.namedChildren.map(selectorName), kind: "class", body };
  const sign = name.type === "simple_symbol" ? 1 : 0;
  const text = isHeading(node) ? headingText(name.text) : unquoted(name.text.slice(sign));
  const last = name.type === "object_reference" ? name.childForFieldName("name") : null;
  const own = body ?? bodyOf(node);
  // A key with keys of its own.
  const holds = node.type === "block_mapping_pair" && own?.lastNamedChild?.type === "block_mapping";
  const at = (last ?? name).startIndex;
  return { names: [{ text, at }], kind: holds ? "module" : kindOf(kind, undefined), body: own };
}

/** Where the names of a definition stand; of a module, each part of its path. */
const ownNames = ({ kind, at }: Found, text: string): number[] =>
  kind === "module" ? at.flatMap((one) => [...partsAt(text, one)]) : at;

/** Where the parts of a path of names begin. */
function* partsAt(text: string, at: number): Generator<number> {
  const part = /[\w$]+(?:\s*(?:\.|::|\\)\s*)?/y;
  part.lastIndex = at;
  for (let next = at; part.test(text); next = part.lastIndex) {
    yield next;
    if (/[\w$]/.test(text[part.lastIndex - 1] ?? "")) return;
  }
}

function found(capture: Capture, { root, text, wide }: Source): Found[] {
  const { node, kind } = capture;
  if (!wide && kind === "variable" && !ALSO_INSIDE.has(node.type) && !isTop(node, root)) return [];
  const read = readCapture(capture, wide);
  if (read === null || read.names.length === 0) return [];
  const body = read.body ? span(read.body) : null;
  const all = widen(node);
  // Some nodes take the end of their line, or blank lines behind it.
  while (all.end > all.start && /\s/.test(text[all.end - 1] ?? "")) all.end -= 1;
  return read.names.map((name) => {
    const is = name.kind ?? read.kind;
    const whole = (is === "function" || is === "method") && !MACRO.test(node.type);
    const place = name.span ? { ...all, ...name.span, undecorated: name.span.start } : all;
    const head = headOf(text, { ...place, body, name: name.at, whole });
    return {
      name: name.text,
      at: [name.at],
      kind: is,
      node,
      ...place,
      body,
      head,
      promoted: kind === "field",
    };
  });
}

/** Functions handed to a variable inside another function, and its other variables, are not the file's symbols. */
function isSymbol(item: Found, parent: Found | null, { root, wide }: Source): boolean {
  const inFunction = parent?.kind === "function" || parent?.kind === "method";
  if (inFunction) return item.kind !== "variable" && item.node.type !== "variable_declarator";
  if (ENTRIES.has(item.node.type)) return parent !== null || item.kind === "variable";
  if (item.kind !== "variable") return true;
  if (parent) return parent.kind !== "variable" || item.node.type === "field_declaration";
  const keyed = item.node.type === "block_mapping_pair";
  return wide || keyed || item.extent.parent?.id === root.id || isTop(item.node, root);
}

/** A function in a class is a method, also where it is written outside (`Stack::push`); a method in nothing is a function. */
function placedKind(
  kind: SymbolKind,
  { name, node }: Pick<Found, "name" | "node">,
  parent: Found | null,
): SymbolKind {
  // In SQL what stands before the "." is a schema.
  if (node.isError || node.type.startsWith("create_")) return kind;
  if (kind === "function" && parent) return HOLDERS.has(parent.kind) ? "method" : kind;
  if (kind !== "function" && kind !== "method") return kind;
  return parent || name.includes(".") ? "method" : "function";
}

/** Outer before inner; each thing once, also where two patterns met it (`typedef struct B {...} B;`). */
function inOrder(items: Found[]): Found[] {
  items.sort((a, b) => a.start - b.start || b.end - a.end);
  const kept: Found[] = [];
  for (const item of items) {
    const last = kept.at(-1);
    const again = last !== undefined && last.name === item.name && item.end <= last.end;
    if (!again || (last.kind !== "type" && item.start > last.start)) {
      kept.push(item);
      continue;
    }
    last.at.push(...item.at);
    if (last.kind === "type") Object.assign(last, { kind: item.kind, body: item.body });
  }
  return kept;
}

/**
 * Definitions in text order, outer before inner, their names qualified by what encloses them; `own` has the offsets at which the
 * names themselves stand, and whether that is a parameter as well.
 */
export function definitionsOf(captures: readonly Capture[], source: Source) {
  const { text, path } = source;
  const own = new Map<number, "name" | "parameter">();
  const lineOf = lineFinder(text);
  const definitions: Definition[] = [];
  const scopes: Span[] = [];
  const open: { item: Found; name: string; index: number | null }[] = [];
  const items = captures.flatMap((capture) => found(capture, source));
  const [first] = items;
  for (const item of inOrder(first && isHeading(first.node) ? sectionsOf(items, text) : items)) {
    let parent = open.at(-1);
    while (parent && !within(item, parent.item)) {
      open.pop();
      parent = open.at(-1);
    }
    if (item.promoted) parent = open.findLast(({ item: { kind } }) => HOLDERS.has(kind));
    if (!isSymbol(item, parent?.item ?? null, source)) continue;
    for (const at of ownNames(item, text)) own.set(at, item.promoted ? "parameter" : "name");
    const name = [parent?.name, item.name].filter(Boolean).join(".");
    const outer = parent?.index ?? null;
    if (item.kind === "scope") {
      open.push({ item, name, index: outer });
      scopes.push({ start: item.start, end: item.end });
      continue;
    }
    open.push({ item, name, index: definitions.length });
    const kind = placedKind(item.kind, { name, node: item.node }, parent?.item ?? null);
    const { start, end, body, head } = item;
    const lines = { start: lineOf(start), end: lineOf(Math.max(start, end - 1)) };
    const symbol = { name, kind, path, lines, signature: signatureOf(text, head) };
    definitions.push({ symbol, start, end, body, parent: outer, head });
  }
  return { definitions, scopes, own };
}

function importsOf(nodes: Node[], root: Node, definitions: Definition[]): Span[] {
  const code = definitions.filter(({ symbol }) => symbol.kind !== "variable");
  return nodes.flatMap((node) => {
    let top = node;
    for (let up = node.parent; up && up.id !== root.id; up = up.parent) top = up;
    const inCode = code.some((d) => d.start <= node.startIndex && node.endIndex <= d.end);
    return inCode ? [] : [span(top)];
  });
}

/** What edits need to know of a text that `root` was parsed from. */
export function extract({ query }: Loaded, root: Node, text: string, path: string): Extracted {
  const reader = new CaptureReader();
  const imports: Node[] = [];
  for (const capture of query.captures(root)) {
    reader.take(capture);
    if (capture.name === "import") imports.push(capture.node);
  }
  const { definitions, scopes } = definitionsOf(reader.captures, { root, text, path, wide: false });
  return { definitions, imports: importsOf(imports, root, definitions), scopes };
}

/** Gives the 1-based line of an offset. */
function lineFinder(text: string): (offset: number) => number {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  };
}
