/**
 * What a node that a query captured defines or imports: its name, kind and body. The queries only name node types
 * (a nested pattern costs up to 0.1 s to compile); what is inside a node is read here from the grammars' field names,
 * which most share. Null where the node turns out to be something else: a use of a struct, a local variable.
 */
import type { Node } from "web-tree-sitter";
import type { SymbolKind } from "../../types.ts";

/** `scope` holds definitions without being one; `property` is a variable that may stand inside a class. */
export type CapturedKind = SymbolKind | "scope" | "property";

export interface Captured {
  names: string[];
  kind: SymbolKind | "scope";
  body: Node | null;
}

/** What a variable or a type is, told by its value. */
const BY_VALUE: Record<string, SymbolKind> = {
  arrow_function: "function",
  function_expression: "function",
  generator_function: "function",
  class: "class",
  struct_type: "class",
  interface_type: "interface",
};
const SPECIFIERS = new Set(["struct_specifier", "union_specifier", "enum_specifier", "class_specifier"]);
const DECLARATORS = new Set(["reference_declarator", "parenthesized_declarator", "attributed_declarator"]);

const field = (node: Node, name: string): Node | null => node.childForFieldName(name);
const clean = (text: string): string => text.replaceAll("::", ".").replace(/\s+/g, " ");

/** C declares a name inside as many declarators as its type needs. */
function declared(node: Node): Node | null {
  const inner = field(node, "declarator");
  if (inner) return declared(inner);
  if (!DECLARATORS.has(node.type)) return node;
  return node.lastNamedChild && declared(node.lastNamedChild);
}

function nameNodes(node: Node): Node[] {
  if (node.type.endsWith("_spec")) return node.childrenForFieldName("name");
  if (node.type === "assignment_expression") {
    const left = field(node, "left");
    const name = left && (field(left, "property") ?? left);
    return name ? [name] : [];
  }
  const named = field(node, "name") ?? field(node, "property") ?? field(node, "left") ?? field(node, "type");
  const plain =
    node.type === "function_definition" || node.type === "type_definition" || node.type === "init_declarator";
  const inDeclarator = plain && field(node, "declarator");
  if (inDeclarator) return [declared(inDeclarator) ?? node];
  if (node.type === "const_element" && node.firstNamedChild) return [node.firstNamedChild];
  const inner =
    named && (field(named, "type") ?? (named.type.startsWith("scoped_") ? field(named, "name") : null));
  return named ? [inner ?? named] : [];
}

/** Go writes the type before the method's name. */
function ownerOf(node: Node): string {
  const owner = field(node, "receiver")?.descendantsOfType("type_identifier")[0];
  return owner ? `${owner.text}.` : "";
}

/** The name, kind and body behind a captured node. */
export function readDefinition(node: Node, captured: CapturedKind): Captured | null {
  const value =
    field(node, "value") ?? field(node, "right") ?? (node.type === "type_spec" ? field(node, "type") : null);
  const told = value && BY_VALUE[value.type];
  const body =
    field(node, "body") ??
    (told && value ? (field(value, "body") ?? (told === "class" ? value.firstNamedChild : null)) : null);
  if (SPECIFIERS.has(node.type) && !body) return null;
  const kind = told ?? captured;
  if (kind === "property" && (node.type === "field_definition" || node.type === "public_field_definition"))
    return null;
  if (node.type === "assignment_expression" && !told) return null;
  const owner = ownerOf(node);
  const names = nameNodes(node).map((name) => owner + clean(name.text));
  if (captured === "scope") return { names: [names[0] ?? ""], kind: "scope", body };
  const method = captured === "property" && kind === "function";
  return { names, kind: method ? "method" : kind === "property" ? "variable" : kind, body };
}

const LOADERS = new Set(["require", "require_relative", "load", "source", "."]);
const unquoted = (text: string): string => text.replace(/^["'<`]|["'>`]$/g, "");

/** The modules that a captured node loads, as written, without quotes; none where it is another call or export. */
export function readImport(node: Node): string[] {
  if (node.type === "call" || node.type === "command") {
    const name = field(node, "method") ?? field(node, "name");
    const argument = field(node, "argument") ?? field(node, "arguments")?.firstNamedChild;
    return name && argument && LOADERS.has(name.text) ? [unquoted(argument.text)] : [];
  }
  const source =
    field(node, "source") ?? field(node, "path") ?? field(node, "module_name") ?? field(node, "argument");
  if (source) return [unquoted(source.text)];
  if (node.type === "export_statement") return [];
  const names = node.childrenForFieldName("name");
  if (names.length) return names.map((name) => (field(name, "name") ?? name).text);
  const last = node.namedChildren.filter((child) => child.type !== "asterisk").at(-1);
  return last ? [unquoted(last.text)] : [];
}

/** `const x = require("y")` as well. */
export function requiredBy(node: Node): string[] {
  const value = node.type === "variable_declarator" ? field(node, "value") : null;
  if (value?.type !== "call_expression" || field(value, "function")?.text !== "require") return [];
  const argument = field(value, "arguments")?.firstNamedChild;
  return argument?.type === "string" ? [unquoted(argument.text)] : [];
}
