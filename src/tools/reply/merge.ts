/**
 * A piece of code put into a file: as its whole new text where it is that, else definition by definition, each in the place of the
 * old one. What the code does not speak of stays as it is.
 */
import { type Loaded, loadedLanguage } from "../../graph/syntax/languages.ts";
import { type Parsed, parse, parseAgain } from "../../graph/syntax/parse.ts";
import type { Result } from "../../types.ts";
import { omissionIn, whyNot } from "../omission.ts";
import { headComment, runsOnly, withoutExamples, withoutOmissions } from "./clean.ts";
import { Merge } from "./definitions.ts";
import { type Item, leafOf, namesOf, type Outline, outlineOf, outlineOfPiece, wordOf } from "./outline.ts";
import { isNamed, isWhole, seemsWhole } from "./whole.ts";

const refused = (reason: string): { ok: false; reason: string } => ({ ok: false, reason });

/** The new text of a file; `changed` names what is another one in it, null: all of it. */
export type Merged = Result<{ text: string; changed: string[] | null }>;

const whole = (text: string): string => `${text.replace(/^(?:[ \t]*\n)+/, "").trimEnd()}\n`;

/** Text of no known language: only as a whole, where enough of its lines are there again. */
function mergeText(path: string, before: string, code: string): Merged {
  const omitted = omissionIn(code, before);
  if (omitted !== null) return refused(whyNot(omitted));
  const lines = (text: string): string[] =>
    text
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "");
  const [had, has] = [lines(before), new Set(lines(code))];
  const kept = had.filter((line) => has.has(line)).length;
  if (had.length > 0 && kept / had.length < 0.5)
    return refused(
      `It is unclear where that belongs in ${path}; send SEARCH and REPLACE, or the whole file.`,
    );
  return { ok: true, text: whole(code), changed: null };
}

/** `found`: the file's text as the turn found it; null: as it is. */
interface Merging {
  before: string;
  found: string | null;
  code: string;
}

/** What the turn itself has brought, and the code does not speak of: a name that it got wrong may go again. */
function dropsIn(loaded: Loaded, { found, code }: Merging): (item: Item) => boolean {
  if (found === null) return () => false;
  const had = new Set(namesOf(outlineOf(loaded, found) ?? []));
  const words = new Set(code.match(/[\w$]+/g));
  return ({ name }) => !had.has(leafOf(name)) && !words.has(wordOf(name));
}

/** Puts code into a file; `before` is the file's text. A refusal says what to send instead. */
export async function mergeCode(path: string, merging: Merging): Promise<Merged> {
  const { before, code } = merging;
  const parsed = await parse(path, before);
  if (parsed === null) return mergeText(path, before, code);
  const loaded = loadedLanguage(parsed.language);
  const clean = withoutOmissions(loaded, whole(code), before);
  if (!clean.ok) return clean;
  const old = outlineOf(loaded, before);
  const piece = outlineOfPiece(loaded, clean.code) ?? closedPiece(loaded, clean.code);
  const file = { text: before, mayGo: dropsIn(loaded, merging) };
  if (old === null) return refused(`${path} takes too long to read; send SEARCH and REPLACE.`);
  if (piece === null) {
    // The grammar may not know all that the language does: what reads as the whole file is for the checks to judge.
    return !clean.omits && seemsWhole(clean.code, old, file)
      ? { ok: true, text: whole(clean.code), changed: null }
      : refused(syntaxReason(parsed, clean.code));
  }
  if (!clean.omits && !piece.bare && isWhole(piece.items, old, file)) {
    const text = withoutExamples(clean.code, piece.items, old);
    return { ok: true, text: headComment(before, old, piece.items) + whole(text), changed: null };
  }
  if (
    !piece.items.some(isNamed) &&
    !piece.items.some((item) => item.what === "import" || (item.what === "other" && !runsOnly(item)))
  )
    return refused(`The code for ${path} defines nothing; send whole definitions, or SEARCH and REPLACE.`);
  const merge = new Merge(parsed, old, { ...piece, omits: clean.omits });
  const failed = merge.run();
  return failed === null ? { ok: true, text: merge.text, changed: merge.changed } : refused(failed);
}

/** A class of C++ that lacks the mark behind it. */
const closedPiece = (loaded: Loaded, code: string): Outline | null =>
  /^(?:c|cpp)$/.test(loaded.grammar.id) && /\}\s*$/.test(code)
    ? outlineOfPiece(loaded, `${code.trimEnd()};`)
    : null;

function syntaxReason(parsed: Parsed, code: string): string {
  const [error] = parseAgain(parsed, code)?.errors ?? [];
  return error === undefined
    ? `The code for ${parsed.path} cannot be read; send whole definitions.`
    : `Line ${error.line} of the code for ${parsed.path} is wrong: ${error.message} Send it again, corrected and whole.`;
}
