/** What a model puts into code that is no part of it: words for what it left out, examples of use; and what it leaves out by habit. */
import type { Loaded } from "../../graph/syntax/languages.ts";
import type { Result } from "../../types.ts";
import { omissionIn, whyNot } from "../omission.ts";
import { type Item, outlineOfPiece } from "./outline.ts";
import { aboutOf } from "./whole.ts";

/** Statements that only run something: beside definitions they are examples of use. */
export const runsOnly = ({ type, name }: Item): boolean => RUNS.test(type) && !ASSIGNS.test(name);
const RUNS =
  /^(?:expression_statement|call|command|pipeline|if_statement|for_statement|while_statement|with_statement|assert_statement|print_statement|try_statement|labeled_statement)$/;
const ASSIGNS = /^[\w.$[\]"']+\s*(?::[^=]+)?=[^=]/;
/** Comments that stand for what is left out between definitions, in fewer words than would be sure elsewhere. */
const OTHERS =
  /^\s*(?:#|\/\/|\/\*|--)\s*[[(]?\s*(?:(?:\.{3}|…)\s*)?(?:the\s+|all\s+|your\s+)*(?:other|remaining|rest|existing|previous|unchanged)\s+(?:of\s+)?(?:the\s+)?(?:methods?|functions?|code|members?|fields?|imports?|definitions?|class(?:es)?|file)\b[^;{}]{0,50}$/i;

const refused = (reason: string): { ok: false; reason: string } => ({ ok: false, reason });

/** The code without lines that say that something was left out, which only stand between definitions; a refusal where one stands in a body. */
export function withoutOmissions(
  loaded: Loaded,
  code: string,
  before: string,
): Result<{ code: string; omits: boolean }> {
  const lines = code.split("\n");
  const gone: { line: number; sure: boolean }[] = [];
  const known = new Set(before.split("\n").map((line) => line.trim()));
  const take = (said: string, sure: boolean): boolean => {
    const at = lines.findIndex((line) => line.trim() === said);
    // Line by line, so that the numbers of lines stay.
    if (at >= 0) lines[at] = "";
    gone.push({ line: at + 1, sure });
    return at >= 0;
  };
  const sure = (): string | null => omissionIn(lines.join("\n"), before);
  for (let said = sure(); said !== null; said = sure()) if (!take(said, true)) return refused(whyNot(said));
  for (const line of [...lines]) if (OTHERS.test(line) && !known.has(line.trim())) take(line.trim(), false);
  if (gone.length === 0) return { ok: true, code, omits: false };
  const rest = lines.join("\n");
  const outline = outlineOfPiece(loaded, rest);
  const said = (line: number): string => whyNot(code.split("\n")[line - 1]?.trim() ?? "");
  if (outline === null) return refused(said(gone[0]?.line ?? 1));
  const offset = outline.text.indexOf(rest);
  const lineOf = (at: number): number => outline.text.slice(offset, at).split("\n").length;
  const leaves = (items: Item[]): Item[] =>
    items.flatMap((item) => (item.items === null || item.items.length === 0 ? [item] : leaves(item.items)));
  const spans = leaves(outline.items).map(({ start, end }) => ({ from: lineOf(start), to: lineOf(end) }));
  const inside = (line: number): boolean => spans.some(({ from, to }) => from < line && line <= to);
  const torn = gone.find(({ line, sure: is }) => is && inside(line));
  if (torn !== undefined) return refused(said(torn.line));
  // In a body such words are a comment like any other.
  for (const { line } of gone) if (inside(line)) lines[line - 1] = code.split("\n")[line - 1] ?? "";
  return { ok: true, code: lines.join("\n"), omits: gone.some(({ line }) => !inside(line)) };
}

/** Example calls at the end of a whole file, behind a comment that calls them so, go; the file had none of them. */
export function withoutExamples(text: string, items: Item[], old: Item[]): string {
  const had = new Set(old.map(({ name }) => name));
  const about = new Set(old.map(aboutOf));
  let cut = items.length;
  while (cut > 0) {
    const item = items[cut - 1];
    const goes =
      item !== undefined &&
      (item.what === "comment" || (item.what === "other" && runsOnly(item))) &&
      !had.has(item.name) &&
      !about.has(aboutOf(item));
    if (!goes) break;
    cut -= 1;
  }
  const first = items
    .slice(cut)
    .find(
      ({ what, name }) =>
        what === "comment" && /\b(?:example|usage|demo|test(?:s|ing|ed)?|try it|output)\b/i.test(name),
    );
  const runs = items.slice(cut).some(({ what }) => what === "other");
  return first === undefined || !runs ? text : `${text.slice(0, first.start).trimEnd()}\n`;
}

/** The comment that a file begins with, where the new text begins without any. */
export function headComment(before: string, old: Item[], fresh: Item[]): string {
  if (fresh[0]?.what === "comment") return "";
  let end = 0;
  for (const item of old) {
    if (item.what !== "comment" || !/^\s*$/.test(before.slice(end, item.start))) break;
    end = item.end;
  }
  const next = old.find(({ start }) => start >= end);
  // What stands directly above the first thing speaks of that thing.
  const apart =
    next === undefined || /\n[ \t]*\n/.test(before.slice(end, next.start)) || before.startsWith("#!");
  return end > 0 && apart && old.some(({ what }) => what !== "comment")
    ? before.slice(0, end + (before.slice(end).match(/^\s*\n/)?.[0].length ?? 0))
    : "";
}
