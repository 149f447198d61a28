/**
 * One file's text as plain values: its symbols, imports and syntax errors. The syntax tree itself is gone when `parse`
 * returns; what later steps need of it (where bodies lie, where an import may go) is kept as offsets.
 */
import type { Node } from "web-tree-sitter";
import type { CodeSymbol, Diagnostic } from "../../types.ts";
import { type Definition, extract, type Span } from "./definitions.ts";
import { type Loaded, languageOf, loadedLanguage, loadLanguage, withTree } from "./languages.ts";
import { syntaxErrors } from "./syntax-errors.ts";

export interface Parsed {
  language: string;
  path: string;
  symbols: CodeSymbol[];
  /** ERROR and MISSING nodes, at most 20. */
  errors: Diagnostic[];
  text: string;
  /** The symbols again, in the same order, with their offsets in `text`. */
  definitions: Definition[];
  /** Offset where a further import statement belongs: after the last import before the first definition, else after the file's head. */
  importAt: number;
  /** The text of each import statement at the top of the file. */
  importStatements: string[];
}

/** Of a text that is parsed while somebody waits, in UTF-16 code units: a parse blocks the thread, about 1 s per megabyte. */
export const MOST_CHARS = 256 * 1024;

const HEAD = new Set([
  "hash_bang_line",
  "package_clause",
  "package_declaration",
  "package_header",
  "php_tag",
  "namespace_definition",
  "file_scoped_namespace_declaration",
  "inner_attribute_item",
]);

/** Offset after what must stay first: `#!`, licence comment, docstring or "use strict", package, namespace, `<?php`. */
function afterHead(root: Node): number {
  let end = 0;
  for (const node of root.namedChildren) {
    const next = node.nextSibling;
    const apart = !next || next.startPosition.row - node.endPosition.row > 1;
    const comment = /comment/.test(node.type) && (apart || node.text.startsWith("#!"));
    const literal = node.type === "expression_statement" && node.firstNamedChild?.type === "string";
    const block = node.type === "namespace_definition" && node.childForFieldName("body") !== null;
    if (block || !(HEAD.has(node.type) || comment || literal)) break;
    end = node.endIndex;
  }
  return end;
}

/** Import statements at the top of the file: those before its first definition that is code. */
function topImports(imports: Span[], definitions: Definition[]): Span[] {
  const code = definitions.find(({ symbol }) => symbol.kind !== "variable");
  return imports.filter(({ end }) => !code || end <= code.start);
}

function read(loaded: Loaded, root: Node, path: string, text: string): Parsed {
  const { definitions, imports } = extract(loaded, root, text, path);
  const top = topImports(imports, definitions);
  return {
    language: loaded.grammar.id,
    path,
    symbols: definitions.map(({ symbol }) => symbol),
    errors: root.hasError && !loaded.grammar.dialects ? syntaxErrors(loaded, root, text, path) : [],
    text,
    definitions,
    importAt: top.at(-1)?.end ?? afterHead(root),
    importStatements: [...new Set(top.map(({ start, end }) => text.slice(start, end).trim()))],
  };
}

/** Null where there is no grammar for the path, or the text is longer than 256 Ki characters or takes seconds. Text with errors is parsed as far as it can be read. */
export async function parse(path: string, text: string): Promise<Parsed | null> {
  const language = languageOf(path);
  if (!language || text.length > MOST_CHARS) return null;
  const loaded = await loadLanguage(language);
  return withTree(loaded, text, (root) => read(loaded, root, path, text));
}

/** The same without waiting, for a new text of a file that has been parsed. */
export function parseAgain({ language, path }: Parsed, text: string): Parsed | null {
  const loaded = loadedLanguage(language);
  return withTree(loaded, text, (root) => read(loaded, root, path, text));
}
