/**
 * Syntax errors as diagnostics a small model can act on: the line, what stands there, and what was expected where the
 * grammar knows. An unclosed bracket is reported where it opens.
 */
import type { Node } from "web-tree-sitter";
import type { Diagnostic } from "../../types.ts";
import type { Loaded } from "./languages.ts";

const MOST = 20;
const CLOSER: Record<string, string> = { "(": ")", "[": "]", "{": "}" };

/** The first bracket directly inside the node that nothing in it closes. */
function unclosed(node: Node): Node | null {
  const open: Node[] = [];
  for (const child of node.children) {
    if (CLOSER[child.type]) open.push(child);
    else if (open.length && CLOSER[open.at(-1)?.type ?? ""] === child.type) open.pop();
  }
  return open[0] ?? null;
}

/** What the grammar would accept here, if that is few enough things to be worth saying. */
function expected({ language }: Loaded, state: number): string[] {
  const iterator = language.lookaheadIterator(state);
  if (!iterator) return [];
  try {
    const names = [...iterator].filter((name) => name !== "ERROR" && name !== "end" && !name.startsWith("_"));
    return names.length <= 4 ? names.map((name) => (/^\w+$/.test(name) ? name : `"${name}"`)) : [];
  } finally {
    iterator.delete();
  }
}

function messageOf(loaded: Loaded, node: Node, text: string): { at: Node; message: string } {
  if (node.isMissing) return { at: node, message: `Syntax error: "${node.type}" is missing here.` };
  const bracket = unclosed(node);
  if (bracket) return { at: bracket, message: `Syntax error: this "${bracket.type}" is never closed.` };
  let leaf = node;
  while (leaf.firstChild) leaf = leaf.firstChild;
  const here = (text.slice(node.startIndex).split("\n", 1)[0] ?? "").trim().slice(0, 40);
  const wanted = expected(loaded, leaf.parseState);
  const hint = wanted.length ? `, expected ${wanted.join(" or ")}` : "";
  return { at: node, message: `Syntax error at "${here}"${hint}.` };
}

/** ERROR and MISSING nodes in text order, the outermost of each, one a line, at most 20. `text` is what `root` was parsed from. */
export function syntaxErrors(loaded: Loaded, root: Node, text: string, path: string): Diagnostic[] {
  const found = new Map<number, Diagnostic>();
  const visit = (node: Node): void => {
    if (!node.hasError || found.size >= MOST) return;
    if (!node.isError && !node.isMissing) {
      for (const child of node.children) visit(child);
      return;
    }
    const { at, message } = messageOf(loaded, node, text);
    const line = at.startPosition.row + 1;
    const column = at.startPosition.column + 1;
    if (!found.has(line)) found.set(line, { path, line, column, severity: "error", code: "syntax", message });
  };
  visit(root);
  return [...found.values()];
}
