/** Which definitions of a file a change touches, from its text before and after. */
import { type Parsed, parse } from "./syntax/parse.ts";

/**
 * The names of definitions that were changed, added or taken away, innermost alone (`Stack.push`, not `Stack`). Empty where only
 * what stands outside of definitions is different. A text that cannot be parsed counts as one without definitions.
 */
export async function changedNames(
  path: string,
  before: string | null,
  after: string | null,
): Promise<string[]> {
  const [was, is] = await Promise.all([before, after].map((text) => textsByName(path, text)));
  if (was === undefined || is === undefined) return [];
  const names = new Set([...was.keys(), ...is.keys()]);
  return [...names].filter((name) => was.get(name) !== is.get(name));
}

/** The text of each definition without those inside it; of several with one name all together. */
async function textsByName(path: string, text: string | null): Promise<Map<string, string>> {
  const parsed = text === null ? null : await parse(path, text);
  const texts = new Map<string, string>();
  if (parsed === null) return texts;
  for (const [at, { symbol }] of parsed.definitions.entries())
    texts.set(symbol.name, (texts.get(symbol.name) ?? "") + ownText(parsed, at));
  return texts;
}

function ownText({ text, definitions }: Parsed, at: number): string {
  const own = definitions[at];
  if (own === undefined) return "";
  let from = own.start;
  let kept = "";
  for (const inner of definitions.filter(({ parent }) => parent === at)) {
    kept += text.slice(from, Math.max(from, inner.start));
    from = Math.max(from, inner.end);
  }
  // Space between definitions moves with them.
  return (kept + text.slice(from, own.end)).replace(/\s+/g, " ");
}
