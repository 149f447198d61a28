/**
 * What a model wrote to replace one definition, taken apart: the definition, the imports and new helpers that came
 * with it. Anything else is refused with what to send instead, since running a model's example calls or losing a
 * second definition silently would both be wrong.
 */
import type { Node } from "web-tree-sitter";
import type { Failed, Result } from "../../types.ts";
import { type Definition, extract, type Span } from "../syntax/definitions.ts";
import { type Loaded, withTree } from "../syntax/languages.ts";
import { syntaxErrors } from "../syntax/syntax-errors.ts";
import { readSnippet, type Snippet } from "./snippet.ts";

/** Lines of the code for one definition, with the indexes of those that begin inside a string. */
export interface Piece {
  name: string;
  lines: string[];
  frozen: Set<number>;
}

export interface Written {
  definition: Piece;
  /** The comment just above the definition, as lines; empty where there is none. */
  comment: string[];
  helpers: Piece[];
  imports: string[];
}

const STRINGS = /^(?!concatenated_|string_array).*(string|heredoc)/;
const IGNORED = /comment|php_tag|package_clause|package_declaration|attribute_item|^decorator$/;

const leaf = (name: string): string => name.slice(name.lastIndexOf(".") + 1);
const refused = (reason: string): Failed => ({ ok: false, reason });

/** Rows that begin inside a string, docstrings aside: those are text whose indentation follows the code. */
function stringRows(node: Node, rows = new Set<number>()): Set<number> {
  if (node.startPosition.row === node.endPosition.row) return rows;
  const docstring = node.parent?.type === "expression_statement" && node.parent.parent?.type === "block";
  if (STRINGS.test(node.type) && !docstring) {
    for (let row = node.startPosition.row + 1; row <= node.endPosition.row; row++) rows.add(row);
    return rows;
  }
  if (!STRINGS.test(node.type)) for (const child of node.children) stringRows(child, rows);
  return rows;
}

class Reader {
  private readonly all: Definition[];
  private readonly scopes: Span[];
  private readonly importSpans: Span[];
  private readonly rows: Set<number>;

  constructor(
    loaded: Loaded,
    private readonly snippet: Snippet,
  ) {
    const { root, text, offset } = snippet;
    const { definitions, scopes, imports } = extract(loaded, root, text, "");
    this.all = definitions;
    this.scopes = scopes.filter(({ start }) => start >= offset);
    this.importSpans = imports;
    this.rows = stringRows(root);
  }

  private piece(definition: Definition): Piece {
    const { text } = this.snippet;
    const from = text.lastIndexOf("\n", definition.start - 1) + 1;
    const row = text.slice(0, from).split("\n").length - 1;
    const before = text.slice(from, definition.start);
    const lead = before.trim() === "" ? before : "";
    const lines = (lead + text.slice(definition.start, definition.end)).split("\n");
    const frozen = new Set(lines.flatMap((_, index) => (this.rows.has(row + index) ? [index] : [])));
    return { name: definition.symbol.name.replace(/^__?\./, ""), lines, frozen };
  }

  /** Definitions at the top of what was written. */
  tops(): Definition[] {
    const { offset } = this.snippet;
    const isAround = (index: number | null): boolean =>
      index === null || (this.all[index]?.start ?? 0) < offset;
    const inScope = (d: Definition): boolean => this.scopes.some((s) => s.start <= d.start && d.end <= s.end);
    return this.all.filter((d) => d.start >= offset && isAround(d.parent) && !inScope(d));
  }

  names(): string[] {
    return this.tops().map(({ symbol }) => symbol.name.replace(/^__?\./, ""));
  }

  /** The first top-level node that is no definition, import or comment: its line in the code and its text. */
  stray(): { line: number; text: string } | null {
    const spans = [...this.tops(), ...this.scopes, ...this.importSpans];
    const { container, text, offset } = this.snippet;
    for (const node of container.namedChildren) {
      const { startIndex } = node;
      const endIndex = startIndex + text.slice(startIndex, node.endIndex).trimEnd().length;
      const known = spans.some(({ start, end }) => start <= startIndex && endIndex <= end);
      if (known || IGNORED.test(node.type) || startIndex < offset) continue;
      const line = text.slice(offset, startIndex).split("\n").length;
      return { line, text: (node.text.split("\n", 1)[0] ?? "").slice(0, 60) };
    }
    return null;
  }

  /** The definition that is meant: at the top, or the only member of its class written around it. */
  find(name: string): Definition[] {
    const direct = this.tops().filter(({ symbol }) => leaf(symbol.name) === leaf(name));
    if (direct.length || !name.includes(".")) return direct;
    const owner = leaf(name.slice(0, name.lastIndexOf(".")));
    const inClass = this.all.filter(({ symbol }) => symbol.name.endsWith(`${owner}.${leaf(name)}`));
    const members = this.all.filter(
      ({ symbol }) =>
        new RegExp(`(^|\\.)${RegExp.escape(owner)}\\.[^.]+$`).test(symbol.name) && symbol.kind !== "variable",
    );
    return members.length === 1 ? inClass : [];
  }

  take(definition: Definition): Written {
    const around = this.all.find((d) => d.start < definition.start && definition.end <= d.end);
    const helpers = this.tops().filter((top) => top !== definition && top !== around);
    const imports = this.importSpans.map(({ start, end }) => this.snippet.text.slice(start, end).trim());
    return {
      definition: this.piece(definition),
      comment: this.commentBefore(definition),
      helpers: helpers.map((helper) => this.piece(helper)),
      imports: [...new Set(imports)],
    };
  }

  private commentBefore({ start }: Definition): string[] {
    const { container, text, offset } = this.snippet;
    const comments = container.namedChildren.filter((n) => /comment/.test(n.type) && n.endIndex <= start);
    let from = start;
    for (const comment of comments.reverse()) {
      if (!/^[ \t]*\n?[ \t]*$/.test(text.slice(comment.endIndex, from)) || comment.startIndex < offset) break;
      from = comment.startIndex;
    }
    if (from === start) return [];
    const lineStart = text.lastIndexOf("\n", from - 1) + 1;
    return text.slice(lineStart, start).trimEnd().split("\n");
  }
}

function judged(reader: Reader, name: string): Result<{ written: Written }> {
  const [definition, second] = reader.find(name);
  const names = reader.names();
  if (!definition) {
    const gave = names.length ? `It defines ${names.join(", ")}.` : "It defines nothing.";
    return refused(
      `The code does not define ${leaf(name)}. ${gave} Send only the whole definition of ${leaf(name)}.`,
    );
  }
  if (second) return refused(`The code defines ${leaf(name)} more than once. Send it once.`);
  const stray = reader.stray();
  if (!stray) return { ok: true, written: reader.take(definition) };
  return refused(
    `Line ${stray.line} of the code (${stray.text}) is not part of ${leaf(name)}. Send only the definition and the imports it needs.`,
  );
}

function syntaxProblem(loaded: Loaded, code: string, name: string): Failed {
  const [first] = withTree(loaded, code, (root) => syntaxErrors(loaded, root, code, "")) ?? [];
  const where = first ? `line ${first.line} of the code: ${first.message}` : "the code cannot be read.";
  return refused(
    `The code for ${leaf(name)} is not valid ${loaded.grammar.title}; ${where} Send the whole definition.`,
  );
}

/** Takes `code` apart as a replacement of the definition `name` (qualified as in CodeSymbol). */
export function readWritten(loaded: Loaded, code: string, name: string): Result<{ written: Written }> {
  let refusal: Failed | null = null;
  const accepted = readSnippet(loaded, code, (snippet) => {
    if (snippet.root.hasError) return null;
    const result = judged(new Reader(loaded, snippet), name);
    if (result.ok) return result;
    refusal ??= result;
    return null;
  });
  return accepted ?? refusal ?? syntaxProblem(loaded, code, name);
}
