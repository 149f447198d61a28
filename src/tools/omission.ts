/** Finds where a model left code out with a few words in its place: written to disk, that code would be gone. */

const PLACEHOLDER =
  /^\s*(#|\/\/|\/\*|<!--|--|;)?\s*(\(?(rest|remainder) of\b.*(\.\.\.|…)|(\.\.\.|…)\s*\(?\s*(the )?(rest|remaining|existing|other|previous|unchanged|same|as before|omitted|more|your)\b|\[?(existing|remaining|unchanged|previous|original) (code|lines?|methods?|functions?|content|implementation)\b.*(\.\.\.|…|unchanged|here|as before|stays))/i;

/** The first line of `fresh` that stands for code left out and was not in the text before; null where there is none. */
export function omissionIn(fresh: string, before: string): string | null {
  const had = new Set(before.split("\n").map((line) => line.trim()));
  const found = fresh.split("\n").find((line) => PLACEHOLDER.test(line) && !had.has(line.trim()));
  return found?.trim() ?? null;
}

/** The refusal of it. */
export const whyNot = (omitted: string): string =>
  `"${omitted.slice(0, 60)}" would take the place of code; send the code itself, all of it.`;
