/** Words of a task and of identifiers, made comparable: `parseHTMLFile`, `parse_html_file` and "parse html file" share theirs. */

const COMMON = new Set(
  "the a an and or of to in on is are be it its this that for with as by from at not no when then if else so do does should must can will fix bug make add change please function method class file code test tests return returns value error fails failing wrong instead into all any each which where use used using i we you".split(
    " ",
  ),
);

/** The parts of one identifier in lower case: split at `_`, `-`, digits' edges and humps. */
export function partsOf(identifier: string): string[] {
  return identifier
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((part) => part.length > 0);
}

export interface Words {
  /** Identifiers as written, in lower case: `kth`, `find_all`, `stack.push`. */
  whole: Set<string>;
  /** Their parts without the common words of any task. */
  parts: Set<string>;
  /** The common ones, which say something only where a symbol is called so (`add`, `change`). */
  common: Set<string>;
}

/** The words of a task that say something about code. */
export function wordsOf(words: string[]): Words {
  const whole = new Set<string>();
  const parts = new Set<string>();
  const common = new Set<string>();
  for (const word of words.flatMap((text) => text.match(/[\p{L}\p{N}_$][\p{L}\p{N}_$.-]*/gu) ?? [])) {
    const plain = word.replace(/[.-]+$/, "").toLowerCase();
    if (COMMON.has(plain)) {
      common.add(plain);
      continue;
    }
    whole.add(plain);
    for (const part of partsOf(word)) if (part.length > 1 && !COMMON.has(part)) parts.add(part);
  }
  return { whole, parts, common };
}
