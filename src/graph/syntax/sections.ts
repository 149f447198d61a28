/**
 * Markdown's headings as sections: each reaches up to the next heading of its level or a higher one. The grammar nests some
 * headings, but not those underlined.
 */
import type { Node } from "web-tree-sitter";
import type { Span } from "./extent.ts";

interface Section extends Span {
  node: Node;
  body: Span | null;
}

const HEADING = /^(?:atx|setext)_heading$/;

export const isHeading = ({ type }: Node): boolean => HEADING.test(type);

/** From 1; 7 where it stands in a list or a quotation, and belongs to no section. */
function levelOf(heading: Node): number {
  for (let up = heading.parent; up !== null && up.type !== "document"; up = up.parent)
    if (up.type !== "section") return 7;
  const marks = heading.namedChildren.map(({ type }) => /_h([1-6])_/.exec(type)?.[1]);
  return Number(marks.find((level) => level !== undefined) ?? 7);
}

/** A heading's text as it is read: without links, code marks and emphasis. */
export const headingText = (text: string): string =>
  text
    .replace(/\s+#+\s*$/, "")
    .replace(/<[^<>]*>/g, "")
    .replace(/!?\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])/g, "$1")
    .replace(/(\*\*|__|[*`])(?=\S)(.*?\S)\1/g, "$2")
    .replace(/\\(\W)/g, "$1")
    .replace(/\s+/g, " ")
    .trim();

/** Headings, in text order, as sections of the text that end with their last line that is not blank. */
export function sectionsOf<T extends Section>(headings: T[], text: string): T[] {
  const sections: T[] = [];
  const open: { section: T; level: number }[] = [];
  const close = (level: number, at: number): void => {
    while (open.length > 0 && (open.at(-1)?.level ?? 0) >= level) {
      const section = open.pop()?.section;
      if (section === undefined) return;
      section.end = section.start + text.slice(section.start, at).trimEnd().length;
      section.body = { start: Math.min(section.node.endIndex, section.end), end: section.end };
    }
  };
  for (const section of headings) {
    const level = levelOf(section.node);
    if (level === 7) continue;
    close(level, section.start);
    open.push({ section, level });
    sections.push(section);
  }
  close(0, text.length);
  return sections;
}
