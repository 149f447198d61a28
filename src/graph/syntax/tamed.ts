/**
 * Texts that would make a grammar's own code write where it must not. The scanner of Markdown keeps the blocks that are open at a
 * place in a buffer that holds about 250 of them, and does not look whether they fit.
 */

/** So many may be open at once; the buffer has room for some more that a line cannot be seen to open. */
const MOST_OPEN = 200;

/** What stands before a line's text: quotation marks, marks of lists, and white space that goes on with them. */
const PREFIX = /^[ \t>*+\-\d.)]{101,}/gm;

/** A text of the same length that is safe to parse in this language; where nothing is wrong with it, the same. */
export function tamed(language: string, text: string): string {
  if (language !== "markdown") return text;
  return text.replace(PREFIX, (prefix) => {
    // A tab goes on with two lists at most, any other character with one block.
    const open = prefix.length + (prefix.match(/\t/g)?.length ?? 0);
    return open > MOST_OPEN ? prefix.replace(/\S/g, " ") : prefix;
  });
}
