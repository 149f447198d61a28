/** The first line of what is written about a definition: of its docstring, or of the comment directly above it. */
import { GRAMMARS } from "../../../grammars/manifest.ts";
import type { DefinitionRecord } from "../index/record.ts";

const MOST = 160;
/** Lines of comment that are looked through upwards. */
const REACH = 60;
const DOCSTRING = /^[\s:]*[rRuU]?("""|'''|"|')([\s\S]*?)\1/;
/** Marks around the words of a comment. */
const MARKS = /^\s*(?:\/\*[*!]?|\*\/|\*(?!\/)|\/\/[/!]?|#+|--+|<!--|%+)[ \t]?|\s*(?:\*\/|-->)\s*$/g;
/** Comments that speak to a tool, tags, and rules of dashes. */
const FOR_TOOLS =
  /^(?:[-=*_~#/\s]*$|@|!|type:|noqa|pylint|mypy:|eslint|biome|prettier|ts-|go:|nolint|region|endregion|\+build)/i;

const marks = new Map(GRAMMARS.map(({ id, comment }) => [id, comment[0]]));

/** The words of comment lines, without marks; the first that says something. */
function firstWords(lines: string[]): string {
  for (const line of lines) {
    const words = line.replace(MARKS, "").replace(MARKS, "").trim();
    if (words !== "" && !FOR_TOOLS.test(words)) return words.slice(0, MOST).toWellFormed();
  }
  return "";
}

/** The lines of the comment that ends right above line `at` (0-based), in order. */
function commentAbove(lines: string[], at: number, mark: string): string[] {
  const found: string[] = [];
  const begins = mark === "/*" || mark === "<!--" ? "//" : mark;
  let inBlock = false;
  for (let row = at - 1; row >= 0 && found.length < REACH; row -= 1) {
    const line = (lines[row] ?? "").trim();
    if (!inBlock && /^(?:#!?\[|@\w)/.test(line)) continue;
    inBlock ||= line.endsWith("*/") || line.endsWith("-->");
    if (!inBlock && !(line.startsWith(begins) && begins !== "") && !(mark === "//" && line.startsWith("//")))
      break;
    found.unshift(line);
    if (inBlock && /^(?:\/\*|<!--)/.test(line)) inBlock = false;
    else if (inBlock && /\/\*/.test(line)) return [];
  }
  return inBlock ? [] : found;
}

/** At most 160 characters; "" where nothing is written. `text` is that of the definition's file, `lines` the same in lines. */
export function docLine(
  { text, lines }: { text: string; lines: string[] },
  language: string,
  { start, head }: DefinitionRecord,
): string {
  if (language === "python") {
    const docstring = DOCSTRING.exec(text.slice(head.at + head.size, head.at + head.size + 4000));
    if (docstring !== null) return firstWords((docstring[2] ?? "").split("\n"));
  }
  return firstWords(commentAbove(lines, start - 1, marks.get(language) ?? "//"));
}
