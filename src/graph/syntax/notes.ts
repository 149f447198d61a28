/** What is written about a definition: the comments and documentation that stand next to it in its file. */
import type { CodeSymbol } from "../../types.ts";
import type { Parsed } from "./parse.ts";

const MOST_CHARS = 1500;
const DOCSTRING = /("""|''')([\s\S]*?)\1/g;
const BLOCK = /\/\*+([\s\S]*?)\*\//g;
const LINE = /^[ \t]*(?:\/\/+|#(?!!|include|define|if|endif|pragma)|--)[ \t]?(.*)$/gm;

/** The text of strings and comments that stand free in a piece of code, without their marks. */
function wordsIn(text: string, language: string): string {
  const marks = language === "python" ? [DOCSTRING, LINE] : [BLOCK, LINE];
  const found = marks.flatMap((mark) =>
    [...text.matchAll(mark)].map((match) => ({
      at: match.index,
      text: (match[2] ?? match[1] ?? "").replace(/^[ \t]*\* ?/gm, ""),
    })),
  );
  return found
    .sort((a, b) => a.at - b.at)
    .map((one) => one.text.trim())
    .filter((one) => one !== "")
    .join("\n");
}

/**
 * The notes next to a definition: in front of it and behind it, up to the next definitions, where they stand outside of
 * any; at most 1,500 characters, whole lines. "" where there are none.
 */
export function notesNear(parsed: Parsed, symbol: CodeSymbol): string {
  const { definitions, text, language } = parsed;
  const own = definitions.find(
    (one) => one.symbol.name === symbol.name && one.symbol.lines.start === symbol.lines.start,
  );
  if (own === undefined) return "";
  const beside = definitions.filter((one) => one !== own && one.parent === own.parent);
  const from = Math.max(0, ...beside.filter((one) => one.end <= own.start).map((one) => one.end));
  const to = Math.min(text.length, ...beside.filter((one) => one.start >= own.end).map((one) => one.start));
  const notes = [text.slice(from, own.start), text.slice(own.end, to)].map((piece) =>
    wordsIn(piece, language),
  );
  const joined = notes.filter((note) => note !== "").join("\n");
  if (joined.length <= MOST_CHARS) return joined;
  return joined.slice(0, Math.max(0, joined.lastIndexOf("\n", MOST_CHARS)));
}
