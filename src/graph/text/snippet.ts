/**
 * Reads a lone piece of code: what a model wrote for one definition. A method is no file by itself in most
 * languages, so the text is tried as it is and then inside a class, as the language's row in the manifest says.
 */
import type { Node } from "web-tree-sitter";
import { type Loaded, withTree } from "../syntax/languages.ts";
import { bodyOf } from "../syntax/unnamed.ts";

export interface Snippet {
  root: Node;
  /** What the code's own top-level nodes are children of: the root, or the body of the class around it. */
  container: Node;
  /** The text that was parsed, and where the code begins in it. */
  text: string;
  offset: number;
}

/** A statement that reads as a method's head once a class is around it. */
const STATEMENT = /^\s*(if|for|foreach|while|switch|catch|with|do|else|try|using|lock|return|print|echo)\b/;

function surroundings(loaded: Loaded, code: string): [string, string][] {
  if (loaded.grammar.id === "php" && code.includes("<?")) return [["", ""]];
  const [plain = ["", ""], inClass] = loaded.grammar.around;
  if (!inClass || STATEMENT.test(code)) return [plain];
  if (loaded.grammar.closing !== "indent") return [plain, inClass];
  return /^\s*\n*[ \t]/.test(code.replace(/^(\s*\n)+/, "")) ? [inClass] : [plain];
}

/** Gives `use` the code as a tree, once per way of reading it, until one answer is not null. No node may leave. */
export function readSnippet<T>(loaded: Loaded, code: string, use: (snippet: Snippet) => T | null): T | null {
  for (const [index, [before, after]] of surroundings(loaded, code).entries()) {
    const text = `${before}${code}\n${after}`;
    const inClass = index > 0 || before.startsWith("class");
    const answer = withTree(loaded, text, (root) => {
      const container = inClass ? root.lastNamedChild && bodyOf(root.lastNamedChild) : root;
      return container ? use({ root, container, text, offset: before.length }) : null;
    });
    if (answer !== null) return answer;
  }
  return null;
}
