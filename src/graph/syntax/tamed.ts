/**
 * Texts that would make a grammar's own code write where it must not. The scanners of Markdown and YAML keep the blocks that are
 * open at a place in a buffer that holds about 250 of them, and do not look whether they fit.
 */

/** So many may be open at once; the buffer has room for some more that a line cannot be seen to open. */
const MOST_OPEN = 200;

/** What stands before a line's text: marks of quotations and lists, and white space that goes on with them. */
const MARKDOWN_PREFIX = /^[ \t>*+\-\d.)]{101,}/gm;

/** A line that begins with so many spaces and marks of blocks; each level takes a column at least. */
const YAML_LINE = new RegExp(`^[ \\t?:-]{${MOST_OPEN + 1},}.*`, "gm");

const TAMERS: Readonly<Record<string, (text: string) => string>> = {
  markdown: (text) =>
    text.replace(MARKDOWN_PREFIX, (prefix) => {
      // A tab goes on with two lists at most, any other character with one block.
      const open = prefix.length + (prefix.match(/\t/g)?.length ?? 0);
      return open > MOST_OPEN ? blank(prefix) : prefix;
    }),
  yaml: (text) => text.replace(YAML_LINE, blank),
};

const blank = (text: string): string => text.replace(/\S/g, " ");

/** A text of the same length that is safe to parse in this language; where nothing is wrong with it, the same. */
export const tamed = (language: string, text: string): string => TAMERS[language]?.(text) ?? text;
