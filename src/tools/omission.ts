/** Finds where a model left code out with a few words in its place: written to disk, that code would be gone. */

const PLACEHOLDER =
  /^\s*(#|\/\/|\/\*+|<!--|--|;|%)?\s*(\(?\[?(the )?(rest|remainder) of\b.*(\.\.\.|…|unchanged|same|here)|(\.\.\.|…)\s*[([{]?\s*(the |all |your )?(rest|remaining|existing|other|previous|unchanged|same|as before|omitted|more|your|keep)\b|[([{]?(existing|remaining|unchanged|previous|original) (code|lines?|methods?|functions?|content|implementation|logic)\b.*(\.\.\.|…|unchanged|here|as before|stays)|(same|unchanged) (as|from) (before|above|original)\b|(code|lines?|methods?|functions?|body) (unchanged|omitted)\b)/i;

/** A comment of nothing but dots; or dots alone, which only some languages know, and those as the body of something. */
const DOTS_COMMENT = /^\s*(?:#|\/\/|\/\*+|<!--|--)\s*(?:\.{3,}|…)\s*(?:\*\/|-->)?\s*$/;
const DOTS = /^\s*(?:\.{3,}|…)\s*$/;
const BEFORE_BODY = /(?::|"""|''')\s*(?:#.*)?$/;

/** The first line of `fresh` that stands for code left out and was not in the text before; null where there is none. */
export function omissionIn(fresh: string, before: string): string | null {
  const had = new Set(before.split("\n").map((line) => line.trim()));
  let above: string | null = null;
  for (const line of fresh.split("\n")) {
    const dots = DOTS.test(line) && above !== null && !BEFORE_BODY.test(above);
    if ((dots || DOTS_COMMENT.test(line) || PLACEHOLDER.test(line)) && !had.has(line.trim()))
      return line.trim();
    if (line.trim() !== "") above = line;
  }
  return null;
}

/** The refusal of it. */
export const whyNot = (omitted: string): string =>
  `"${omitted.slice(0, 60)}" would take the place of code; send the code itself, all of it.`;
