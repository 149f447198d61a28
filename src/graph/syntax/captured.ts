/**
 * What a node that a query captured defines: its names, kind and body. The queries mostly name node types only
 * (a nested pattern costs time to compile); what is inside a node is read here from the grammars' field names,
 * which most share. Null where the node turns out to be something else: a use of a struct, a local variable.
 */
import type { Node } from "web-tree-sitter";
import type { SymbolKind } from "../../types.ts";
import type { Span } from "./extent.ts";
import { assignedIn, bodyOf, namesIn, receiverOf, swiftNames } from "./unnamed.ts";
import { createdIn } from "./unread.ts";

/**
 * `scope` holds definitions without being one; `property` is a variable that may stand inside a class; `field` belongs to the
 * class around the function that it is a parameter of; `unread` is an ERROR node, in whose text statements are looked for.
 */
export type CapturedKind = SymbolKind | "scope" | "property" | "field" | "unread";

export interface NamePlace {
  text: string;
  /** Offset of the name itself. */
  at: number;
  /** Where it is not that of the whole node. */
  kind?: SymbolKind;
  /** Where it is not the captured node that defines it. */
  span?: Span;
}

export interface Captured {
  names: NamePlace[];
  kind: SymbolKind | "scope";
  body: Node | null;
}

/** What a variable or a type is, told by its value. */
const BY_VALUE: Record<string, SymbolKind> = {
  arrow_function: "function",
  function_expression: "function",
  function_definition: "function",
  generator_function: "function",
  class: "class",
  struct_type: "class",
  interface_type: "interface",
};
const SPECIFIERS = new Set(["struct_specifier", "union_specifier", "enum_specifier", "class_specifier"]);
const DECLARATIONS = new Set(["declaration", "field_declaration", "constant_declaration"]);
const FIELDS = new Set(["field_definition", "public_field_definition", "pair", "field"]);
/** Members of a value: of them only functions count. */
export const ENTRIES: ReadonlySet<string> = new Set(["pair", "field"]);
const DECLARATORS = new Set(["reference_declarator", "parenthesized_declarator", "attributed_declarator"]);
/** Several names that are bound at once. */
const PATTERNS = new Set([
  "pattern_list",
  "tuple_pattern",
  "list_pattern",
  "left_assignment_list",
  "object_pattern",
  "array_pattern",
  "rest_pattern",
]);
/** What stands left of `=` without being a name. */
const PLACES = new Set(["subscript", "attribute", "element_reference", "call", "member_expression"]);

const field = (node: Node, name: string): Node | null => node.childForFieldName(name);

/** A name without spaces, template arguments and signs of its language: `Stack<T>::push` is `Stack.push`, `:size` is `size`. */
function clean(text: string): string {
  const name = text
    .replace(/^:(?!:)/, "")
    .replaceAll("::", ".")
    .replace(/\s+/g, " ");
  if (!/^[\w~].*[< ]/.test(name) || name.includes("operator"))
    return /^operator \w[^(]*/.exec(name)?.[0].trim() ?? name;
  let plain = name;
  for (let before = ""; before !== plain; ) {
    before = plain;
    plain = plain.replace(/<[^<>]*>/g, "");
  }
  // After a macro that the grammar took for a type.
  return plain.slice(plain.trimEnd().lastIndexOf(" ") + 1);
}

/** C declares a name inside as many declarators as its type needs. */
function declared(node: Node): Node | null {
  let at: Node | null = node;
  for (;;) {
    if (at.type === "operator_cast") return at;
    const inner: Node | null =
      field(at, "declarator") ?? (DECLARATORS.has(at.type) ? at.lastNamedChild : null);
    if (inner === null) return at.type === "variable_declarator" ? field(at, "name") : at;
    at = inner;
  }
}

/** Whether a declarator is a function's: `char *f(void)`, not `int (*f)(void)`. */
function declaresFunction(declarator: Node): boolean {
  for (let at: Node | null = declarator; at !== null; at = field(at, "declarator") ?? at.lastNamedChild) {
    if (at.type === "function_declarator")
      return field(at, "declarator")?.type !== "parenthesized_declarator";
    if (!/pointer_declarator|reference_declarator/.test(at.type)) return false;
  }
  return false;
}

/** `int a, *b;` and prototypes; what is initialised is captured by itself. */
function declarationNames(node: Node): NamePlace[] {
  return node.childrenForFieldName("declarator").flatMap((declarator) => {
    if (declarator.type === "init_declarator") return [];
    const name = declared(declarator);
    if (name === null) return [];
    const kind = declaresFunction(declarator) ? "function" : "variable";
    // A macro before a function reads as a variable without its ";".
    if (kind === "variable" && node.hasError) return [];
    return [{ text: clean(name.text), at: name.startIndex, kind }];
  });
}

/** The names bound by a pattern, however deep. */
function boundNames(pattern: Node): Node[] {
  const names: Node[] = [];
  const waiting = [pattern];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const inner = field(next, "value") ?? field(next, "left");
    if (inner !== null) waiting.push(inner);
    else if (PATTERNS.has(next.type)) waiting.push(...next.namedChildren.reverse());
    else if (!PLACES.has(next.type)) names.push(next);
  }
  return names;
}

/** What is the name in `Stack<T>`, `a::Stack` or `$stack`. */
function innerName(named: Node): Node | null {
  if (named.type === "variable_name") return named.firstNamedChild;
  return field(named, "type") ?? (named.type.startsWith("scoped_") ? field(named, "name") : null);
}

function nameNodes(node: Node): Node[] {
  const { type } = node;
  if (type.endsWith("_spec") || type === "field_declaration" || type === "enum_entry")
    return node.childrenForFieldName("name").filter(({ isNamed }) => isNamed);
  const left = field(node, "left");
  if (type === "assignment_expression") {
    const name = left && (field(left, "property") ?? left);
    return name ? [name] : [];
  }
  if (type === "assignment" && left) return boundNames(left);
  const named = field(node, "name") ?? field(node, "property") ?? field(node, "key") ?? field(node, "type");
  const plain = type === "function_definition" || type === "type_definition" || type === "init_declarator";
  const inDeclarator = plain && field(node, "declarator");
  if (inDeclarator) return [declared(inDeclarator) ?? node];
  if (type === "const_element" && node.firstNamedChild) return [node.firstNamedChild];
  if (named && PATTERNS.has(named.type)) return boundNames(named);
  if (named?.type === "pattern") return swiftNames(node);
  const inner = named && innerName(named);
  return named ? [inner ?? named] : namesIn(node);
}

/** Go and Kotlin write the type before the method's name. */
function ownerOf(node: Node, name: Node | undefined): string {
  if (name && (node.type === "function_declaration" || node.type === "property_declaration")) {
    const receiver = receiverOf(name);
    return receiver === "" ? "" : `${receiver}.`;
  }
  if (node.type !== "method_declaration") return "";
  const owner = field(node, "receiver")?.descendantsOfType("type_identifier")[0];
  return owner ? `${owner.text}.` : "";
}

/** The last part of `Stack::push`, or of Lua's `M.f` and `M:f`. */
function lastOf(name: Node): Node {
  const key = field(name, "method") ?? (name.type === "dot_index_expression" ? field(name, "field") : null);
  if (key) return key;
  if (name.type !== "qualified_identifier") return name;
  let last = name;
  for (let next: Node | null = name; next?.type === "qualified_identifier"; next = field(next, "name"))
    last = next;
  return field(last, "name") ?? name;
}

/** What a captured kind is, as a symbol: a property that holds a function is a method. */
export function kindOf(captured: CapturedKind, told: SymbolKind | undefined): SymbolKind | "scope" {
  const kind = told ?? captured;
  if (captured === "property" && kind === "function") return "method";
  return kind === "property" || kind === "field" || kind === "unread" ? "variable" : kind;
}

/** The names, kind and body behind a captured node. `wide` counts variables inside classes. */
export function readDefinition(node: Node, captured: CapturedKind, wide: boolean): Captured | null {
  const { type } = node;
  if (captured === "unread") return { names: createdIn(node), kind: "variable", body: null };
  if (DECLARATIONS.has(type) && (type === "declaration" || field(node, "declarator")))
    return { names: declarationNames(node), kind: "variable", body: null };
  const value =
    field(node, "value") ??
    field(node, "right") ??
    (type === "type_spec" ? field(node, "type") : assignedIn(node));
  const told = value === null ? undefined : BY_VALUE[value.type];
  const inValue =
    told && value ? (field(value, "body") ?? (told === "class" ? value.firstNamedChild : null)) : null;
  const body = bodyOf(node) ?? inValue;
  if (SPECIFIERS.has(type) && !body) return null;
  if (captured === "property" && told === undefined && FIELDS.has(type) && (!wide || ENTRIES.has(type)))
    return null;
  if (type === "assignment_expression" && !told) return null;
  const nodes = nameNodes(node);
  const owner = ownerOf(node, nodes[0]);
  const names = nodes.map((name) => ({
    text: owner + clean(name.type === "method_index_expression" ? name.text.replace(":", ".") : name.text),
    at: lastOf(name).startIndex,
  }));
  if (captured === "scope") return { names: names.slice(0, 1), kind: "scope", body };
  return { names, kind: kindOf(captured, told), body };
}
