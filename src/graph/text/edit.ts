/** Replaces one definition in a file by name: there is no text to match, and what is around it stays as it was. */
import type { CodeSymbol, Result } from "../../types.ts";
import type { Definition } from "../syntax/definitions.ts";
import { loadedLanguage } from "../syntax/languages.ts";
import { type Parsed, parseAgain } from "../syntax/parse.ts";
import { lacksFirstIndent, moveTo, unitOf } from "./indent.ts";
import { type Edit, splice } from "./splice.ts";
import { type Piece, readWritten, type Written } from "./written.ts";

const DECORATORS = /^(?:(?:@[\w.]+(?:\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))?|#\[[^\n]*\])\s*)+/;
const ATTRIBUTES = /^(?:\[[^\]\n]*\]\s*)+/;
const EXPORT = /^export\s+(?:default\s+)?/;
const COMMENT_LINE =
  /^[ \t]*(\/\/|\/\*|\*|#(?!\[|!|\s*(include|define|if|ifdef|ifndef|endif|pragma|else|elif)\b)|--)/;

const compact = (text: string): string => text.replace(/\s+/g, " ").trim();
const lineStart = (text: string, offset: number): number => text.lastIndexOf("\n", offset - 1) + 1;

function locate({ definitions }: Parsed, symbol: CodeSymbol): Definition | null {
  const same = definitions.filter((d) => d.symbol.name === symbol.name);
  const distance = (d: Definition): number => Math.abs(d.symbol.lines.start - symbol.lines.start);
  return same.sort((a, b) => distance(a) - distance(b))[0] ?? null;
}

/** Decorators, attributes and `export` that the old text begins with and the new one lacks. */
function keptHead(language: string, old: string, fresh: string): string {
  const decorators = language === "c_sharp" ? ATTRIBUTES : DECORATORS;
  const before = decorators.exec(old)?.[0] ?? "";
  const has = decorators.test(fresh);
  const exported = EXPORT.exec(old.slice(before.length))?.[0] ?? "";
  const freshExported = EXPORT.test(fresh.replace(decorators, ""));
  return (has ? "" : before) + (freshExported ? "" : exported);
}

function hasCommentAbove(text: string, at: number): boolean {
  const start = lineStart(text, at);
  if (start === 0) return false;
  return COMMENT_LINE.test(text.slice(lineStart(text, start - 1), start - 1));
}

/** The new imports as an edit at the file's place for them. */
function importEdit({ text, importAt, importStatements }: Parsed, imports: string[]): Edit | null {
  const known = new Set(importStatements.map(compact));
  const fresh = imports.filter((statement) => !known.has(compact(statement)));
  if (fresh.length === 0) return null;
  const lines = fresh.join("\n");
  if (importAt === 0) return { start: 0, end: 0, text: `${lines}\n\n` };
  const gap = importStatements.length ? "\n" : "\n\n";
  const put = text.charAt(importAt - 1) === "\n" ? `${lines}\n` : `${gap}${lines}`;
  return { start: importAt, end: importAt, text: put };
}

/** Helpers that the file lacks; null with the first one's name where the file has another one of that name beside the definition. */
function newHelpers(
  parsed: Parsed,
  old: Definition,
  helpers: Piece[],
): { fresh: Piece[]; clash: string | null } {
  const beside = parsed.definitions.filter((d) => d.parent === old.parent);
  const fresh: Piece[] = [];
  for (const helper of helpers) {
    const last = (name: string): string => name.slice(name.lastIndexOf(".") + 1);
    const there = beside.find((d) => last(d.symbol.name) === last(helper.name));
    if (!there) fresh.push(helper);
    else if (compact(parsed.text.slice(there.start, there.end)) !== compact(helper.lines.join("\n")))
      return { fresh: [], clash: helper.name };
  }
  return { fresh, clash: null };
}

/** The new text of the definition's place, helpers and comment before it, beginning where the old one's text began. */
function placed(parsed: Parsed, old: Definition, written: Written, helpers: Piece[]): string {
  const { text, language } = parsed;
  const from = lineStart(text, old.start);
  const place = /^[ \t]*/.exec(text.slice(from, old.start))?.[0] ?? "";
  const unit = unitOf(text.split("\n"));
  const closing = loadedLanguage(language).grammar.closing === "indent" ? "indent" : "token";
  const move = ({ lines, frozen }: Piece): string =>
    moveTo(lines, { place, unit, frozen, firstLineOnly: lacksFirstIndent(lines, place, closing) });
  const body = move(written.definition).slice(place.length);
  const head = keptHead(language, text.slice(old.start, old.end), body);
  const comment = hasCommentAbove(text, old.start) ? [] : written.comment;
  const above = comment.length
    ? `${moveTo(comment, { place, unit, frozen: new Set(), firstLineOnly: false })}\n`
    : "";
  const before = helpers.map((helper) => `${move(helper)}\n\n`).join("");
  return `${(before + above + place).slice(place.length)}${head}${body}`;
}

/**
 * The file's text with the definition `symbol` replaced by `code`, moved to the old one's indentation (also from
 * spaces to tabs or back; lines inside strings keep their blanks).
 *
 * Kept of the old definition where the code lacks them: decorators, attributes, `export`, and the comment above it.
 * The code may come with imports (added if the file lacks them), with new helpers (put before the definition), with
 * definitions that are in the file unchanged, inside its class alone, and with comments (left out, except the one
 * just above a definition that had none).
 *
 * Refused, with what to send instead: code with a syntax error, without a definition of that name, with two of them,
 * with a changed version of another definition, or with any other statement at the top (example calls, tests); also
 * whatever would leave a file with syntax errors that had none, or without the symbol.
 */
export function replaceSymbol(parsed: Parsed, symbol: CodeSymbol, code: string): Result<{ text: string }> {
  const old = locate(parsed, symbol);
  if (!old) return { ok: false, reason: `${parsed.path} has no definition named ${symbol.name}.` };
  const clean = code
    .replaceAll("\r\n", "\n")
    .replace(/^(?:[ \t]*\n)+/, "")
    .trimEnd();
  const read = readWritten(loadedLanguage(parsed.language), clean, symbol.name);
  if (!read.ok) return read;
  const { fresh, clash } = newHelpers(parsed, old, read.written.helpers);
  if (clash)
    return {
      ok: false,
      reason: `The code also changes ${clash}. Send only the definition of ${symbol.name}.`,
    };
  const edits: Edit[] = [{ start: old.start, end: old.end, text: placed(parsed, old, read.written, fresh) }];
  const imports = importEdit(parsed, read.written.imports);
  if (imports) edits.push(imports);
  const text = splice(parsed.text, edits);
  const after = parseAgain(parsed, text);
  if (!after)
    return { ok: false, reason: `With this code ${parsed.path} is too long to be read; send less.` };
  const [error] = after.errors;
  if (error && parsed.errors.length === 0)
    return {
      ok: false,
      reason: `With this code, line ${error.line} of ${parsed.path} is wrong: ${error.message}`,
    };
  if (!after.definitions.some((d) => d.symbol.name === symbol.name))
    return { ok: false, reason: `With this code ${parsed.path} would no longer define ${symbol.name}.` };
  return { ok: true, text };
}
