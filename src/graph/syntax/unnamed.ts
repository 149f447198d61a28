/**
 * Names and bodies that a grammar has no field for: Kotlin's properties and bodies, what Lua assigns, SQL's and YAML's parts.
 */
import type { Node } from "web-tree-sitter";

/** What holds a body without a field that says so. */
const HOLDERS = new Set([
  "class_declaration",
  "object_declaration",
  "companion_object",
  "function_declaration",
  "secondary_constructor",
  "anonymous_initializer",
  "create_table",
  "create_view",
  "create_materialized_view",
  "create_function",
  "subscript_declaration",
  "block_mapping_pair",
]);
const BODY =
  /^(?:(?:enum_)?class_body|function_body|computed_property|block|block_node|column_definitions|create_query)$/;

/** The body of a definition; null where it has none. */
export function bodyOf(node: Node): Node | null {
  const body = node.childForFieldName("body");
  if (body !== null || !HOLDERS.has(node.type)) return body;
  return node.namedChildren.find(({ type }) => BODY.test(type)) ?? null;
}

/** The names that a definition without a field for them binds: Kotlin's `val (a, b)`, Lua's `a, b =`. */
export function namesIn(node: Node): Node[] {
  if (node.type === "assignment_statement") return node.firstNamedChild?.namedChildren ?? [];
  if (node.type !== "property_declaration") return [];
  return node.namedChildren
    .flatMap((child) => (child.type === "multi_variable_declaration" ? child.namedChildren : [child]))
    .filter(({ type }) => type === "variable_declaration")
    .flatMap(({ namedChildren }) => namedChildren.filter(({ type }) => type === "identifier").slice(0, 1));
}

/** What Lua assigns to the last name. */
export const assignedIn = ({ type, lastNamedChild }: Node): Node | null =>
  type === "assignment_statement" ? (lastNamedChild?.lastNamedChild ?? null) : null;

/** The type that Kotlin writes before the name of an extension, without what it is generic over; "" where there is none. */
export function receiverOf(name: Node): string {
  const before = name.parent?.type === "variable_declaration" ? name.parent : name;
  const dot = before.previousSibling;
  const receiver = dot?.type === "." ? dot.previousSibling : null;
  return receiver === null || receiver === undefined ? "" : receiver.text.replace(/<.*>|[\s?()]/gs, "");
}

/** The names in Swift's patterns: `let a = 1, (b, c) = pair`. */
export const swiftNames = (node: Node): Node[] =>
  node
    .childrenForFieldName("name")
    .flatMap((pattern) => (pattern.type === "pattern" ? pattern.descendantsOfType("simple_identifier") : []));
