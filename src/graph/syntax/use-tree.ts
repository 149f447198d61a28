/** Rust's `use a::{b, c::{self, D}, e::*}` taken apart: what is taken from which path. */
import type { Node } from "web-tree-sitter";

interface Branch {
  node: Node;
  /** The path that the node goes on from; "" at the top. */
  prefix: string;
}

const under = (prefix: string, path: string): string => (prefix === "" ? path : `${prefix}::${path}`);
const textOf = (node: Node | null): string => node?.text.replace(/\s+/g, "") ?? "";

/** One part of the tree: what it takes, or the branches in it. */
function taken({ node, prefix }: Branch): { module: string; name: string | null } | Branch[] {
  const { type } = node;
  if (type === "use_list") return node.namedChildren.map((child) => ({ node: child, prefix }));
  const path = node.childForFieldName("path");
  if (type === "scoped_use_list") {
    const list = node.childForFieldName("list");
    return list ? [{ node: list, prefix: path ? under(prefix, textOf(path)) : prefix }] : [];
  }
  if (type === "use_as_clause") return path ? [{ node: path, prefix }] : [];
  if (type === "use_wildcard") {
    const from = textOf(node.firstNamedChild);
    return { module: from === "" ? prefix : under(prefix, from), name: "*" };
  }
  if (type === "self" && prefix !== "") return { module: prefix, name: null };
  const whole = under(prefix, textOf(node));
  const cut = whole.lastIndexOf("::");
  return cut < 0
    ? { module: whole, name: null }
    : { module: whole.slice(0, cut), name: whole.slice(cut + 2) };
}

/** What a `use` declaration takes, by path, in text order; null: the node is no such declaration. */
export function useTree(node: Node): { module: string; names: string[] }[] | null {
  if (node.type !== "use_declaration") return null;
  const argument = node.childForFieldName("argument");
  const found = new Map<string, string[]>();
  const waiting: Branch[] = argument ? [{ node: argument, prefix: "" }] : [];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const result = taken(next);
    if (Array.isArray(result)) {
      waiting.push(...result.reverse());
      continue;
    }
    const names = found.get(result.module) ?? [];
    if (result.name !== null) names.push(result.name);
    found.set(result.module, names);
  }
  return [...found].map(([module, names]) => ({ module, names }));
}
