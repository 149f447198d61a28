/**
 * Reads definitions and imports out of a syntax tree with the language's query, as plain values in the offsets of the
 * parsed text (UTF-16 code units). What the query captured is widened to what a person would call the definition:
 * `export`, decorators, attributes, `template<...>` and a closing `;` belong to it; comments before it do not.
 */
import type { Node, QueryMatch } from "web-tree-sitter";
import type { CodeSymbol, SymbolKind } from "../../types.ts";
import { type CapturedKind, readDefinition, readImport, requiredBy } from "./captured.ts";
import type { Loaded } from "./languages.ts";

export interface Span {
  start: number;
  end: number;
}

export interface Definition extends Span {
  symbol: CodeSymbol;
  body: Span | null;
  /** Index of the enclosing definition in the same list. */
  parent: number | null;
}

export interface Import {
  module: string;
  /** The whole top-level statement; null for an import inside a definition. */
  statement: Span | null;
}

export interface Extracted {
  definitions: Definition[];
  /** In text order. */
  imports: Import[];
  /** What holds definitions without being one: Rust's `impl`, Ruby's `class << self`. */
  scopes: Span[];
}

interface Found extends Span {
  name: string;
  kind: SymbolKind | "scope";
  node: Node;
  extent: Node;
  body: Span | null;
}

const WRAPPERS = new Set([
  "decorated_definition",
  "export_statement",
  "template_declaration",
  "global_statement",
  "lexical_declaration",
  "variable_declaration",
  "ambient_declaration",
  "type_declaration",
  "var_declaration",
  "const_declaration",
  "var_spec_list",
  "declaration_command",
  "declaration",
  "expression_statement",
]);
/** Captured as a variable, but a function that it holds counts wherever it stands outside functions. */
const ALSO_INSIDE = new Set(["variable_declarator"]);
const ATTRIBUTES = new Set(["attribute_item", "decorator"]);
const HOLDERS = new Set(["class", "interface", "enum", "type", "scope"]);

const span = (node: Node): Span => ({ start: node.startIndex, end: node.endIndex });
const within = (inner: Span, outer: Span): boolean =>
  outer.start <= inner.start && inner.end <= outer.end && outer.end - outer.start > inner.end - inner.start;
const capture = (match: QueryMatch, name: string): Node | undefined =>
  match.captures.find((c) => c.name === name)?.node;

/** The node with everything that belongs to the definition and lies around it, and where that begins and ends. */
function widen(node: Node): { extent: Node } & Span {
  let extent = node;
  for (let up = node.parent; up && WRAPPERS.has(up.type); up = extent.parent) {
    const type = extent.type;
    const alone =
      up.namedChildCount === 1 || up.namedChildren.filter((child) => child.type === type).length === 1;
    if (!alone) break;
    extent = up;
  }
  let start = extent.startIndex;
  for (let before = extent.previousSibling; before; before = before.previousSibling) {
    if (!ATTRIBUTES.has(before.type)) break;
    start = before.startIndex;
  }
  // One of several things declared together does not own the `;` of them all.
  const together = WRAPPERS.has(extent.parent?.type ?? "");
  const after = together ? null : extent.nextSibling;
  const end = after?.type === ";" && !after.isMissing ? after.endIndex : extent.endIndex;
  return { extent, start, end };
}

/** Whether only wrappers lie between the node and the root. */
function isTop(node: Node, root: Node): boolean {
  let up = node.parent;
  while (up && WRAPPERS.has(up.type)) up = up.parent;
  return up?.id === root.id;
}

function found(match: QueryMatch, root: Node): Found[] {
  const captured = match.captures.find(({ name }) => name.startsWith("definition."));
  if (!captured) return [];
  const { node } = captured;
  const kind = captured.name.slice("definition.".length) as CapturedKind;
  if (kind === "variable" && !ALSO_INSIDE.has(node.type) && !isTop(node, root)) return [];
  const name = capture(match, "name");
  const read = name ? null : readDefinition(node, kind);
  if (!name && !read) return [];
  const names = name ? [name.text.replace(/\s+/g, " ")] : (read?.names ?? []);
  const body = capture(match, "body") ?? read?.body;
  const is = read?.kind ?? (kind === "property" ? "variable" : kind);
  const place = widen(node);
  return names.map((each) => ({ name: each, kind: is, node, ...place, body: body ? span(body) : null }));
}

/** One line: the head of the definition, without decorators and without what opens the body. */
function signatureOf(text: string, { start, end, body }: Span & { body: Span | null }): string {
  let head = text.slice(start, body?.start ?? end);
  const decorator = /^\s*(@[\w.]+(\([^)\n]*\))?|#\[[^\]]*\])\s*/;
  for (let match = decorator.exec(head); match; match = decorator.exec(head))
    head = head.slice(match[0].length);
  if (!body) head = head.split("\n", 1)[0] ?? "";
  const line = head.replace(/\s+/g, " ").trim();
  return line.replace(/\s*(\{|=>|:|=)$/, "").slice(0, 200);
}

/** Functions handed to a variable inside another function, and its other variables, are not the file's symbols. */
function isSymbol(item: Found, parent: Found | null, root: Node): boolean {
  const inFunction = parent?.kind === "function" || parent?.kind === "method";
  if (inFunction) return item.kind !== "variable" && item.node.type !== "variable_declarator";
  if (item.kind !== "variable") return true;
  if (parent) return parent.kind !== "variable";
  return item.extent.parent?.id === root.id || item.node.type === "pair" || isTop(item.node, root);
}

/** A function in a class is a method, also where it is written outside (`Stack::push`); a method in nothing is a function. */
function placedKind(kind: SymbolKind, name: string, parent: Found | null): SymbolKind {
  if (kind === "function" && parent) return HOLDERS.has(parent.kind) ? "method" : kind;
  if (kind !== "function" && kind !== "method") return kind;
  return parent || name.includes(".") ? "method" : "function";
}

function importsOf(matches: QueryMatch[], root: Node, definitions: Definition[]): Import[] {
  const code = definitions.filter(({ symbol }) => symbol.kind !== "variable");
  return matches.flatMap((match) => {
    const written = capture(match, "module");
    const loads = capture(match, "import");
    const node = loads ?? capture(match, "definition.variable");
    if (!node) return [];
    const modules = written
      ? [written.text.replace(/^["']|["']$/g, "")]
      : loads
        ? readImport(node)
        : requiredBy(node);
    if (modules.length === 0) return [];
    let top = node;
    for (let up = node.parent; up && up.id !== root.id; up = up.parent) top = up;
    const inCode = code.some((d) => d.start <= node.startIndex && node.endIndex <= d.end);
    return modules.map((module) => ({ module, statement: inCode ? null : span(top) }));
  });
}

/** Outer before inner; each thing once, also where two patterns met it (`typedef struct B {...} B;`). */
function inOrder(matches: QueryMatch[], root: Node): Found[] {
  const items = matches.flatMap((match) => found(match, root));
  items.sort((a, b) => a.start - b.start || b.end - a.end);
  const kept: Found[] = [];
  for (const item of items) {
    const last = kept.at(-1);
    const again = last !== undefined && last.name === item.name && item.end <= last.end;
    if (!again || (last.kind !== "type" && item.start > last.start)) kept.push(item);
    else if (last.kind === "type") Object.assign(last, { kind: item.kind, body: item.body });
  }
  return kept;
}

/** Definitions in text order, outer before inner. Names are qualified by what encloses them. `text` is what `root` was parsed from. */
export function extract({ query }: Loaded, root: Node, text: string, path: string): Extracted {
  const matches = query.matches(root);
  const lineOf = lineFinder(text);
  const definitions: Definition[] = [];
  const scopes: Span[] = [];
  const open: { item: Found; name: string; index: number | null }[] = [];
  for (const item of inOrder(matches, root)) {
    let parent = open.at(-1);
    while (parent && !within(item, parent.item)) {
      open.pop();
      parent = open.at(-1);
    }
    if (!isSymbol(item, parent?.item ?? null, root)) continue;
    const name = [parent?.name, item.name].filter(Boolean).join(".");
    const outer = parent?.index ?? null;
    if (item.kind === "scope") {
      open.push({ item, name, index: outer });
      scopes.push({ start: item.start, end: item.end });
      continue;
    }
    open.push({ item, name, index: definitions.length });
    const kind = placedKind(item.kind, name, parent?.item ?? null);
    const { start, end, body } = item;
    const lines = { start: lineOf(start), end: lineOf(Math.max(start, end - 1)) };
    const symbol = { name, kind, path, lines, signature: signatureOf(text, item) };
    definitions.push({ symbol, start, end, body, parent: outer });
  }
  return { definitions, imports: importsOf(matches, root, definitions), scopes };
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
