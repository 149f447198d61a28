/** How far a local variable reaches: where a name means it and not what the file or its imports call so. */
import type { Node } from "web-tree-sitter";

export interface Range {
  start: number;
  end: number;
}

/** Python has no blocks: what a function binds anywhere is its own everywhere in it. */
const PYTHON = /^(function_definition|lambda|\w+_comprehension|generator_expression)$/;
const BLOCK =
  /^(\w*block|\w*statement_list|compound_statement|declaration_list|closure_expression|match_arm|switch_\w+|\w+_case|\w*for\w*_(statement|expression|loop)|(if|while)_(statement|expression)|catch_clause|lambda_expression|arrow_function|func_literal|function_\w+|generator_function\w*|method_\w+|constructor_\w+|compact_constructor_\w+)$/;
/** What is bound in them is only known behind them: `let x = x();`. */
const DECLARES = /^(let_declaration|short_var_declaration|var_declaration|const_declaration)$/;

/** Where the binding at an offset is what its name means; null: nowhere. */
export function shadowOf(root: Node, at: number, language: string): Range | null {
  const pattern = language === "python" ? PYTHON : BLOCK;
  let start: number | null = null;
  for (let node = root.descendantForIndex(at, at)?.parent ?? null; node !== null; node = node.parent) {
    if (DECLARES.test(node.type) && (language === "go" || language === "rust")) start ??= node.endIndex;
    if (!pattern.test(node.type)) continue;
    const parameters = node.childForFieldName("parameters") ?? node.childForFieldName("declarator");
    // A function's own name is not inside it; nor is a default inside a comprehension's first source, which is rare.
    return {
      start: Math.min(start ?? parameters?.startIndex ?? node.startIndex, Math.max(at, start ?? 0)),
      end: node.endIndex,
    };
  }
  return null;
}
