/**
 * How far a definition reaches: what a query captured is widened to what a person would call the definition. `export`,
 * decorators, attributes, `template<...>` and a closing `;` belong to it; comments before it do not. Offsets are UTF-16 code
 * units of the parsed text.
 */
import type { Node } from "web-tree-sitter";

export interface Span {
  start: number;
  end: number;
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
  "field_declaration",
  "property_declaration",
  "expression_statement",
  "statement",
]);
const ATTRIBUTES = new Set(["attribute_item", "decorator"]);

/** The node with everything that belongs to the definition and lies around it, where that begins and ends, and where it begins without decorators. */
export function widen(node: Node): { extent: Node; undecorated: number } & Span {
  let extent = node;
  let undecorated: number | null = null;
  for (let up = node.parent; up && WRAPPERS.has(up.type); up = extent.parent) {
    const type = extent.type;
    const alone =
      up.namedChildCount === 1 || up.namedChildren.filter((child) => child.type === type).length === 1;
    if (!alone) break;
    if (up.type === "decorated_definition") undecorated = extent.startIndex;
    extent = up;
  }
  let start = extent.startIndex;
  undecorated ??= start;
  for (let before = extent.previousSibling; before; before = before.previousSibling) {
    if (!ATTRIBUTES.has(before.type)) break;
    start = before.startIndex;
  }
  // One of several things declared together does not own the `;` of them all.
  const together = WRAPPERS.has(extent.parent?.type ?? "");
  const after = together ? null : extent.nextSibling;
  const end = after?.type === ";" && !after.isMissing ? after.endIndex : extent.endIndex;
  return { extent, start, end, undecorated };
}

/** Whether only wrappers lie between the node and the root. */
export function isTop(node: Node, root: Node): boolean {
  let up = node.parent;
  while (up && WRAPPERS.has(up.type)) up = up.parent;
  return up?.id === root.id;
}

const DECORATOR =
  /\s*(?:@(?!interface\b)[\w.]+(?:\((?:[^()"']|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\((?:[^()]|\([^()]*\))*\))*\))?|#\[[^\]]*\]|\[[^\]]*\][ \t]*\n)\s*/y;
/** What may stand between a head and its body, or behind a definition. */
const COMMENT = /(?<=[:)])\s+(?:#|\/\/)[^\n]*\s*$/;
const BEHIND = /[\s;,]+$/;
/** In UTF-16 code units; a longer head is cut. */
const MOST_HEAD = 1000;

export interface HeadPlace extends Span {
  undecorated: number;
  /** Offset of its name. */
  name: number;
  body: Span | null;
  whole: boolean;
}

/** The text of a definition up to its body, without decorators; the first line where there is no body, unless it is `whole`. */
export function headOf(text: string, place: HeadPlace): Span {
  let start = place.undecorated;
  for (;;) {
    DECORATOR.lastIndex = start;
    const decorator = DECORATOR.exec(text);
    if (decorator === null || start + decorator[0].length > place.name) break;
    start += decorator[0].length;
  }
  let end = Math.min(place.body?.start ?? place.end, start + MOST_HEAD);
  const line = text.indexOf("\n", start);
  if (place.body === null && !place.whole && line >= 0) end = Math.min(end, line);
  let head = text.slice(start, end);
  if (place.body !== null) head = head.replace(COMMENT, "");
  return { start, end: start + head.replace(BEHIND, "").length };
}

/** Comments in a head, known by the end of a line behind or before them: a heading of Markdown may hold their marks. */
const COMMENTS =
  /(?<![^\s,([{])(?:\/\/|(?<!^)#+\s)[^\n]*(?=\n)|(?<=\n[ \t]*)(?:\/\/|#+(?:\s|$))[^\n]*$|\/\*[\s\S]*?\*\//g;

/** A head as a signature: one line of at most 200 characters, without comments and what opens the body. */
export const signatureOf = (text: string, { start, end }: Span): string =>
  text
    .slice(start, end)
    .replace(COMMENTS, " ")
    .replace(/\s+/g, " ")
    .trim()
    .replace(/\s*(\{|=>|:|=)$/, "")
    .slice(0, 200);
