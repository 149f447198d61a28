/** The imports of a file and those that came with new code as one list: none twice, no name bound twice. */

import type { Item } from "./outline.ts";
import { compact } from "./outline.ts";

/** One thing that a statement imports, where a language declares several in one statement, each on a line of its own. */
const GO_BLOCK = /^import\s*\(([\s\S]*)\)$/;
const BRACES = /\{([^{}]*)\}/;
/** What is bound from where, in languages in which binding a name twice is an error. */
const BOUND = new Set(["javascript", "typescript", "tsx", "rust"]);

/** Each import as a statement of its own. */
function statements(text: string, language: string): string[] {
  const block = language === "go" ? GO_BLOCK.exec(text.trim())?.[1] : undefined;
  if (block === undefined) return [text.trim()];
  return block
    .split("\n")
    .map((line) => line.replace(/\/\/.*$/, "").trim())
    .filter((line) => line !== "")
    .map((line) => `import ${line}`);
}

const sourceOf = (text: string): string =>
  /["'`]([^"'`]+)["'`]\s*\)?\s*;?$/.exec(text)?.[1] ??
  /^(?:pub\s+)?use\s+([\w:]+?)(?:::\{|::\w+;?$|;)/.exec(text)?.[1] ??
  text;

const namesIn = (text: string): string[] =>
  (BRACES.exec(text)?.[1] ?? "")
    .split(",")
    .map(compact)
    .filter((name) => name !== "");

/** Both statements as one; null where they cannot be. */
function united(old: string, fresh: string): string | null {
  const [had, has] = [namesIn(old), namesIn(fresh)];
  const outside = (text: string): string => compact(text.replace(BRACES, "{}"));
  if (had.length === 0 || has.length === 0 || outside(old) !== outside(fresh)) return null;
  const missing = has.filter((name) => !had.includes(name));
  return missing.length === 0 ? old : old.replace(BRACES, `{ ${[...had, ...missing].join(", ")} }`);
}

/** What is to become of the imports of a file: texts that take the place of its items, and statements that it lacks. */
export interface Imports {
  changed: { item: Item; text: string }[];
  fresh: string[];
}

/** `text`: of the file that `old` are items of. */
export function mergeImports(text: string, old: Item[], fresh: string[], language: string): Imports {
  const had = old.map((item) => ({ item, text: text.slice(item.start, item.end) }));
  const known = new Set(had.flatMap((one) => statements(one.text, language).map(compact)));
  const found: Imports = { changed: [], fresh: [] };
  for (const statement of fresh.flatMap((one) => statements(one, language))) {
    if (known.has(compact(statement))) continue;
    known.add(compact(statement));
    const same = BOUND.has(language)
      ? had.find((one) => sourceOf(one.text.trim()) === sourceOf(statement))
      : undefined;
    if (same === undefined) {
      found.fresh.push(statement);
      continue;
    }
    const whole = united(same.text, statement);
    if (whole === null && language === "rust") found.fresh.push(statement);
    else if (whole !== same.text) found.changed.push({ item: same.item, text: whole ?? statement });
  }
  return found;
}
