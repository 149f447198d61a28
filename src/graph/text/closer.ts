/**
 * Tells, while a model streams a definition, the moment it has closed, so that the stream can be stopped there. Text
 * is scanned once for the few places where a definition can end (a `}`, a `;`, an `end`, a line that falls back);
 * only there is it parsed. A place counts if the text before it has no syntax error and begins, after imports,
 * comments and constants, with a whole definition that nothing further could belong to.
 */
import type { Node } from "web-tree-sitter";
import { type Definition, extract, type Span } from "../syntax/definitions.ts";
import { type Loaded, languageOf, loadLanguage } from "../syntax/languages.ts";
import { readSnippet, type Snippet } from "./snippet.ts";

/** `line`: before a line that begins at `column`; `token`: just after a closing token; `final`: no more text will come. */
type Place = { at: number; by: "token" | "final" } | { at: number; by: "line"; column: number };

export type Closer = (text: string, final: boolean) => number | null;

/** A line that begins so goes on with what stands before it. */
const CONTINUES = /[)}\]{.,;:?&|+\-*/%=<>^]/;
/** Ends only with `;` or where another statement begins: `}` can be followed by a call or an operator. */
const OPEN_ENDED = new Set([
  "lexical_declaration",
  "variable_declaration",
  "expression_statement",
  "type_alias_declaration",
  "public_field_definition",
  "field_definition",
]);

function isOpenEnded(node: Node): boolean {
  if (node.type !== "export_statement") return OPEN_ENDED.has(node.type);
  const inner = node.childForFieldName("declaration") ?? node.childForFieldName("value");
  return inner === null || OPEN_ENDED.has(inner.type);
}

const columnOf = (text: string, offset: number): number => offset - (text.lastIndexOf("\n", offset - 1) + 1);

/** The column of an indented body; one on the line of its head begins right of the head. */
function bodyColumn(text: string, { start, body }: Definition): number {
  const at = body?.start ?? start;
  const column = columnOf(text, at);
  const ownLine = text.slice(at - column, at).trim() === "";
  return ownLine ? column : columnOf(text, start) + 1;
}

const hasStatement = (text: string, body: Span | null): boolean =>
  body !== null && /^[ \t]*[^#\s]/m.test(text.slice(body.start, body.end));

function isWhole(definition: Definition, text: string, loaded: Loaded): boolean {
  const { kind } = definition.symbol;
  if (kind === "variable") return false;
  if (loaded.grammar.closing === "indent") return hasStatement(text, definition.body);
  return definition.body !== null || (kind !== "function" && kind !== "method");
}

/** The first top-level node that is a whole definition, with that definition; a scope like `impl` has none. */
function firstDefinition(loaded: Loaded, { root, container, text, offset }: Snippet) {
  const { definitions, scopes } = extract(loaded, root, text, "");
  const nodes = container.namedChildren;
  for (const [index, node] of nodes.entries()) {
    const covers = ({ start, end }: Span): boolean =>
      start >= offset && start <= node.startIndex && end >= node.endIndex;
    const definition = definitions.find((d) => covers(d) && isWhole(d, text, loaded)) ?? null;
    const scope = scopes.find(covers);
    const end = definition?.end ?? scope?.end;
    if (end === undefined) continue;
    const followed = nodes.slice(index + 1).some((next) => !next.isExtra && next.startIndex >= end);
    return { node, definition, end, followed };
  }
  return null;
}

function endAt(loaded: Loaded, text: string, place: Place): number | null {
  const before = text.slice(0, place.at);
  return readSnippet(loaded, before, (snippet) => {
    if (snippet.root.hasError) return null;
    const first = firstDefinition(loaded, snippet);
    if (!first || first.end > snippet.offset + before.length) return null;
    const { node, definition, followed } = first;
    const end = first.end - snippet.offset;
    if (followed) return end;
    if (place.by === "token") return isOpenEnded(node) && before.at(-1) !== ";" ? null : end;
    if (loaded.grammar.closing !== "indent" || !definition) return end;
    // Comments after the last statement belong to the body as long as they stand as deep.
    if (place.by === "line" && place.column >= bodyColumn(snippet.text, definition)) return null;
    return Math.max(end, before.trimEnd().length);
  });
}

/** Walks over a growing text and gives each place where a definition could end, once. */
class Scanner {
  private text = "";
  private next = 0;
  private lineStart = 0;
  /** Column of the line's first character that is no blank; null until it is there. */
  private column: number | null = null;
  private base: number | null = null;
  private previous = 0;

  constructor(private readonly closing: "indent" | "brace" | "end") {}

  /** Text that does not go on from the last one starts over. */
  *places(text: string): Generator<Place> {
    if (!text.startsWith(this.text)) this.restart();
    this.text = text;
    while (this.next < text.length) {
      const at = this.next++;
      const place = this.step(text, at);
      if (place) yield place;
    }
  }

  private restart(): void {
    this.next = 0;
    this.lineStart = 0;
    this.column = null;
    this.base = null;
    this.previous = 0;
  }

  private step(text: string, at: number): Place | null {
    const char = text.charAt(at);
    const afterEnd =
      this.closing === "end" &&
      /\W/.test(char) &&
      /(^|[^\w.:@$])end$/.test(text.slice(Math.max(0, at - 4), at));
    if (char === "\n") {
      if (this.column !== null) this.previous = this.column;
      this.lineStart = at + 1;
      this.column = null;
    }
    if (afterEnd) return { at, by: "token" };
    if (this.column === null) return /\s/.test(char) ? null : this.beginLine(char, at);
    if (this.closing !== "brace") return null;
    const closes = char === "}" || (char === ";" && this.column <= (this.base ?? 0));
    return closes ? { at: at + 1, by: "token" } : null;
  }

  private beginLine(char: string, at: number): Place | null {
    const column = at - this.lineStart;
    this.column = column;
    if (this.base === null) {
      this.base = column;
      return null;
    }
    if (char === "}" && this.closing === "brace") return { at: at + 1, by: "token" };
    const back = column <= this.base || (this.closing === "indent" && column < this.previous);
    const escaped = this.text.charAt(this.lineStart - 2) === "\\";
    const continues = escaped || (this.closing !== "indent" && CONTINUES.test(char) && char !== "/");
    return back && !continues ? { at: this.lineStart, by: "line", column } : null;
  }
}

/**
 * For a streamed text that starts a definition in the language of `path`: called with all the text so far, gives the
 * offset just past the first whole top-level definition once it is certain that it has closed, else null; a
 * definition that is open or has a syntax error never has an end. With `final` no more text will come, and a
 * definition that only awaited the next line is closed too. Null instead of a function where there is no grammar, or
 * the language has no definitions that close (HTML, JSON).
 */
export async function definitionCloser(path: string): Promise<Closer | null> {
  const language = languageOf(path);
  if (!language) return null;
  const loaded = await loadLanguage(language);
  const { closing } = loaded.grammar;
  if (!closing) return null;
  const scanner = new Scanner(closing);
  let closed: { text: string; end: number } | null = null;
  return (text, final) => {
    if (closed && text.startsWith(closed.text)) return closed.end;
    closed = null;
    const places = [...scanner.places(text), ...(final ? [{ at: text.length, by: "final" } as const] : [])];
    for (const place of places) {
      const end = endAt(loaded, text, place);
      if (end === null) continue;
      closed = { text: text.slice(0, end), end };
      return end;
    }
    return null;
  };
}
