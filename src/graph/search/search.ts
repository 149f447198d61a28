/**
 * Text search through a project's files, those without a grammar too. It reads every file and lets the engine look for the bytes
 * (`Buffer.indexOf`, or a regular expression that is made of plain texts, both vectorised); only a file that may match is decoded.
 * For a regular expression that is done with texts that each match must hold, and the lines around them go through an automaton
 * that reads each unit once (`automaton.ts`), so that no pattern can hang: the time is bounded by size of text times size
 * of pattern. What was weighed against it: a library for regular expressions (the engine's own backtracks without bound, and
 * RE2 comes as native code or 1 MB of WASM); the names of the index, which know nothing of strings, comments and files without a
 * grammar; a sketch of trigrams for each file, which would take more room than the index may have. Reading all of Django takes as
 * long as one look into a cold index.
 */
import type { Result } from "../../types.ts";
import { sweep, textOf } from "../../workspace/sweep.ts";
import type { Workspace } from "../../workspace/workspace.ts";
import type { Rows, TextLine } from "../query/answers.ts";
import { automatonOf } from "./automaton.ts";
import { requiredLiterals } from "./literals.ts";
import { readPattern } from "./pattern.ts";

/** What of a line is shown; the match stands within it. */
const MOST_SHOWN = 240;
const MOST_PATTERN = 1000;

export interface TextQuery {
  pattern: string;
  /** Else the pattern is plain text. */
  regex: boolean;
  max: number;
}

/** A pattern made ready. */
interface Matcher {
  /** Whether bytes may hold a match; never a false "no" for text in an encoding that has ASCII as it is. */
  mayHold(bytes: Buffer): boolean;
  /** Calls `found` with a place in each line that matches, in order, each line once. */
  lines(text: string, found: (at: number) => void): void;
  /** Where in a line that matches. */
  first(line: string): { at: number; length: number } | null;
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");

/** A capital that was typed is meant; without one case does not matter. Escapes such as `\W` are no capitals. */
const ignoresCase = (pattern: string, regex: boolean): boolean =>
  !/\p{Lu}/u.test(regex ? pattern.replace(/\\(?:p\{[^}]*\}|.)/giu, "") : pattern);

/** Whether bytes hold one of some ASCII texts. */
function seeker(texts: string[], anyCase: boolean): (bytes: Buffer) => boolean {
  const needles = texts.map((text) => Buffer.from(text, "latin1"));
  if (!anyCase || texts.every((text) => text.toLowerCase() === text.toUpperCase()))
    return (bytes) => needles.some((needle) => bytes.indexOf(needle) >= 0);
  const pattern = new RegExp(texts.map(escaped).join("|"), "i");
  return (bytes) => pattern.test(bytes.toString("latin1"));
}

/** In UTF-16 no ASCII text stands as it is. */
const isWide = (bytes: Buffer): boolean =>
  (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);

/** Calls `found` for each match of a pattern that cannot backtrack, at most once a line. */
function eachLine(text: string, pattern: RegExp, found: (at: number) => void): void {
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    found(match.index);
    const newline = text.indexOf("\n", match.index);
    if (newline < 0) return;
    pattern.lastIndex = newline + 1;
  }
}

function plainMatcher(text: string): Matcher {
  const anyCase = ignoresCase(text, false);
  const [needle = ""] = (text.match(/[\x00-\x7f]+/g) ?? []).sort((a, b) => b.length - a.length);
  const pattern = new RegExp(escaped(text), `g${anyCase ? "i" : ""}${/[^\x00-\x7f]/.test(text) ? "v" : ""}`);
  return {
    mayHold: needle === "" ? () => true : seeker([needle], anyCase),
    lines: (all, found) => eachLine(all, pattern, found),
    first(line) {
      pattern.lastIndex = 0;
      const match = pattern.exec(line);
      return match && { at: match.index, length: match[0].length };
    },
  };
}

function regexMatcher(source: string): Result<{ matcher: Matcher }> {
  const read = readPattern(source, ignoresCase(source, true));
  if (!read.ok) return read;
  const made = automatonOf(read.pattern);
  if (!made.ok) return made;
  const { automaton } = made;
  const literals = requiredLiterals(read.pattern);
  const pattern = new RegExp(literals.map(escaped).join("|"), "gi");
  const matcher: Matcher = {
    mayHold: literals.length === 0 ? () => true : seeker(literals, true),
    lines(text, found) {
      const end = text.endsWith("\n") ? text.length - 1 : text.length;
      if (literals.length === 0) return automaton.lines(text, { from: 0, to: end }, found);
      eachLine(text, pattern, (at) => {
        const from = text.lastIndexOf("\n", at - 1) + 1;
        const newline = text.indexOf("\n", at);
        automaton.lines(text, { from, to: newline < 0 ? text.length : newline }, found);
      });
    },
    first: (line) => automaton.first(line),
  };
  return { ok: true, matcher };
}

function matcherOf({ pattern, regex }: TextQuery): Result<{ matcher: Matcher }> {
  const refuse = (reason: string): { ok: false; reason: string } => ({ ok: false, reason });
  if (pattern === "") return refuse("There is nothing to search for: give a text.");
  if (pattern.length > MOST_PATTERN) return refuse(`A pattern has at most ${MOST_PATTERN} characters.`);
  if (/[\n\0]/.test(pattern)) return refuse("A pattern is for one line of text: it has no line end in it.");
  return regex ? regexMatcher(pattern) : { ok: true, matcher: plainMatcher(pattern) };
}

/** A line as it is shown: without its indentation, and of a long one the part around the match. */
function shown(path: string, line: number, whole: string, matcher: Matcher): TextLine {
  const match = matcher.first(whole) ?? { at: 0, length: 0 };
  const indent = whole.length - whole.trimStart().length;
  const from = match.at - indent > MOST_SHOWN / 2 ? match.at - MOST_SHOWN / 4 : indent;
  const text = whole
    .slice(from, from + MOST_SHOWN)
    .trimEnd()
    .toWellFormed();
  return { path, line, column: match.at + 1, length: match.length, text };
}

/**
 * The lines that match, by path and line, in text files of up to 2 MB; `more` are those beyond `max`, `files` how many files have
 * some. Refused: the pattern cannot be used.
 */
export async function searchText(
  workspace: Pick<Workspace, "root" | "list">,
  query: TextQuery,
): Promise<Result<Rows<TextLine> & { files: number }>> {
  const made = matcherOf(query);
  if (!made.ok) return made;
  const { matcher } = made;
  const rows: TextLine[] = [];
  let total = 0;
  let files = 0;
  sweep(workspace.root, await workspace.list(), (path, bytes) => {
    if (!matcher.mayHold(bytes) && !isWide(bytes)) return;
    const text = textOf(bytes);
    if (text === null || text === "") return;
    const before = total;
    let line = 1;
    let counted = 0;
    matcher.lines(text, (at) => {
      total += 1;
      if (rows.length >= query.max) return;
      const from = text.lastIndexOf("\n", at - 1) + 1;
      for (
        let next = text.indexOf("\n", counted);
        next >= 0 && next < from;
        next = text.indexOf("\n", counted)
      ) {
        line += 1;
        counted = next + 1;
      }
      const newline = text.indexOf("\n", at);
      rows.push(shown(path, line, text.slice(from, newline < 0 ? text.length : newline), matcher));
    });
    if (total > before) files += 1;
  });
  return { ok: true, rows, more: total - rows.length, files, note: null };
}
