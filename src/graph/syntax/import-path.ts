/** Scala's `import a.b.{C, D => E}, f.g._` taken apart: the parts of a path are nodes of their own. */
import type { Node } from "web-tree-sitter";

interface Taken {
  module: string;
  names: string[];
}

const isAll = ({ type, text }: Node): boolean => type === "namespace_wildcard" && text !== "given";

/** What is chosen in braces, or all of it; `given` takes no names. */
function chosen(node: Node): string[] {
  if (node.type === "namespace_wildcard") return isAll(node) ? ["*"] : [];
  return node.namedChildren.flatMap((child) => {
    if (child.type === "namespace_wildcard") return chosen(child);
    return [(child.childForFieldName("name") ?? child).text];
  });
}

/**
 * What a Scala import takes, by path, in text order; null: the node is no such import. A path without braces takes its last name,
 * and is told whole, as in Java.
 */
export function importPaths(node: Node): Taken[] | null {
  if (node.type !== "import_declaration" || node.childForFieldName("path") === null) return null;
  const found: Taken[] = [];
  let path: string[] = [];
  let names: string[] | null = null;
  const close = (): void => {
    if (path.length > 0) found.push({ module: path.join("."), names: names ?? path.slice(-1) });
    path = [];
    names = null;
  };
  for (const child of node.children) {
    if (child.type === ",") close();
    else if (child.type === "identifier") path.push(child.text);
    else if (child.type === "namespace_selectors" || child.type === "namespace_wildcard")
      names = chosen(child);
    else if (child.type === "as_renamed_identifier" || child.type === "arrow_renamed_identifier")
      path.push((child.childForFieldName("name") ?? child).text);
  }
  close();
  return found;
}
