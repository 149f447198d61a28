/**
 * A file as a small model should see it: what matters in full, the rest as heads. Only whole syntax nodes are folded
 * or left out, so that the text still parses.
 */
import { GRAMMARS } from "../../../grammars/manifest.ts";
import { estimateTokens } from "../../model/estimate.ts";
import type { Definition } from "../syntax/definitions.ts";
import type { Parsed } from "../syntax/parse.ts";
import { type Edit, splice } from "./splice.ts";
import { leftOut } from "./view.ts";

/** Shorter bodies cost less than the placeholder is worth. */
const LEAST_LINES = 3;

/** What stands for a body of so many lines, in the syntax of the language; null where the body cannot be folded. */
function placeholder({ language }: Parsed, body: string): string | null {
  const lines = body.split("\n").length;
  const grammar = GRAMMARS.find(({ id }) => id === language);
  if (!grammar || lines < LEAST_LINES) return null;
  const note = `${lines} lines folded`;
  if (grammar.closing === "indent") return `...  # ${note}`;
  if (grammar.closing === "end") return `${grammar.comment[0]} ${note}`;
  if (!body.startsWith("{") || !body.endsWith("}")) return null;
  return language === "bash" ? `{ : ${note}; }` : `{ /* ${note} */ }`;
}

/** One cut in the text: a body that is folded, or a definition that is left out. */
interface Cut extends Edit {
  of: Definition;
  drops: boolean;
}

/** Which definitions are kept (named, or inside a named one) and which hold a kept one. */
function marks({ definitions }: Parsed, keep: string[]): { kept: boolean[]; holds: boolean[] } {
  const named = ({ symbol }: Definition): boolean =>
    keep.some((name) => symbol.name === name || symbol.name.endsWith(`.${name}`));
  const kept: boolean[] = [];
  const holds: boolean[] = definitions.map(() => false);
  for (const [index, definition] of definitions.entries()) {
    const { parent } = definition;
    kept[index] = named(definition) || (parent !== null && kept[parent] === true);
    if (!kept[index]) continue;
    for (let up = parent; up !== null && !holds[up]; up = definitions[up]?.parent ?? null) holds[up] = true;
  }
  return { kept, holds };
}

type Marks = ReturnType<typeof marks>;

const isFunction = ({ symbol }: Definition): boolean =>
  symbol.kind === "function" || symbol.kind === "method";

/** The bodies that can be folded, outermost only. */
function folds(parsed: Parsed, { kept, holds }: Marks, wanted: (definition: Definition) => boolean): Cut[] {
  const cuts: Cut[] = [];
  let end = -1;
  for (const [index, definition] of parsed.definitions.entries()) {
    const { body } = definition;
    if (!body || kept[index] || holds[index] || body.start < end || !wanted(definition)) continue;
    const text = placeholder(parsed, parsed.text.slice(body.start, body.end));
    if (text === null) continue;
    cuts.push({ start: body.start, end: body.end, text, of: definition, drops: false });
    end = body.end;
  }
  return cuts;
}

/** The lines of a definition that stands on lines of its own, with the blank ones after it; null for any other. */
function wholeLines(text: string, { start, end }: Definition): Edit | null {
  const from = text.lastIndexOf("\n", start - 1) + 1;
  const rest = /^[ \t]*\n(?:[ \t]*\n)*/.exec(text.slice(end))?.[0];
  if (text.slice(from, start).trim() !== "" || rest === undefined) return null;
  return { start: from, end: end + rest.length, text: "" };
}

/** What can be left out without breaking the file. */
function drops(parsed: Parsed, { kept, holds }: Marks): Cut[] {
  const { definitions, text, language } = parsed;
  // JSON has no place for a word on what is left out, and a comma behind every member but the last.
  if (language === "json") return [];
  const indented = language === "python" || language === "scala";
  const anchored = definitions.filter((_, index) => kept[index]);
  return definitions.flatMap((definition, index) => {
    const { parent, start } = definition;
    if (kept[index] || holds[index] || (parent !== null && !holds[parent])) return [];
    const edit = wholeLines(text, definition);
    // An indented block that loses its only statement is no block.
    const nested = indented && parent === null && start !== edit?.start;
    // `var a, b = 1, 2`: two definitions in the same place.
    const shared = anchored.some((d) => d.start < definition.end && definition.start < d.end);
    return edit && !nested && !shared ? [{ ...edit, of: definition, drops: true }] : [];
  });
}

/** Least relevant first: not in `order`, or late in it; then farthest from what is kept. */
function byRelevance(parsed: Parsed, { kept }: Marks, order: string[]): (a: Cut, b: Cut) => number {
  const anchors = parsed.definitions.filter((_, index) => kept[index]).map(({ start }) => start);
  const ranks = new Map(order.map((name, rank) => [name, rank]));
  const rank = ({ of }: Cut): number => ranks.get(of.symbol.name) ?? order.length;
  const distance = ({ start }: Edit): number =>
    anchors.length ? Math.min(...anchors.map((a) => Math.abs(a - start))) : start;
  return (a, b) => rank(b) - rank(a) || distance(b) - distance(a);
}

/** The text with the cuts made; neighbours that are left out share one line that says so. */
function render({ text, language }: Parsed, cuts: Cut[]): string {
  const grammar = GRAMMARS.find(({ id }) => id === language);
  if (grammar === undefined) return text;
  const edits: Edit[] = [];
  let run: (Edit & { count: number }) | null = null;
  for (const cut of cuts.sort((a, b) => a.start - b.start)) {
    if (cut.drops && run?.end === cut.start) {
      run.end = cut.end;
      run.count += 1;
    } else if (cut.drops) {
      run = { start: cut.start, end: cut.end, text: "", count: 1 };
      edits.push(run);
    } else edits.push(cut);
    if (run === null || !cut.drops) continue;
    const indent = /^[ \t]*/.exec(text.slice(run.start, cut.end))?.[0] ?? "";
    run.text = leftOut(grammar, {
      indent,
      count: run.count === 1 ? "1 definition" : `${run.count} definitions`,
    });
  }
  return splice(text, edits);
}

/** Tokens of a line on what is left out. */
const NOTE = 18;

/**
 * Makes cuts in their order until the text fits. Cuts inside a later one go with it. What it may still cost is reckoned piece by
 * piece; the whole is only estimated where that could fit.
 */
function cutUntil(
  parsed: Parsed,
  { size, cuts, most }: { size: number; cuts: Cut[]; most: number },
): string | null {
  const { text } = parsed;
  const made = new Map<Cut, number>();
  let left = size;
  for (const cut of cuts) {
    for (const [inner, saved] of made) {
      if (inner.start < cut.start || inner.end > cut.end) continue;
      made.delete(inner);
      left += saved;
    }
    const saved = estimateTokens(text.slice(cut.start, cut.end)) - estimateTokens(cut.text) - 1;
    made.set(cut, saved);
    left -= saved;
    if (left > most + NOTE) continue;
    const shown = render(parsed, [...made.keys()]);
    if (estimateTokens(shown) <= most) return shown;
  }
  return null;
}

export interface FoldOptions {
  /** What is never cut: qualified names, or their last part; what is inside them neither. */
  keep: string[];
  /** Tokens. */
  most: number;
  /** The names of other symbols, the most relevant first. */
  order?: string[];
}

/**
 * The file's text in at most `most` tokens: whole where it fits; else with function bodies folded to one placeholder line, the
 * least relevant first, as many as must be; then other bodies (classes, interfaces), too; then whole symbols are left out with a
 * line that says so. Null where all that is not enough.
 */
export function fold(parsed: Parsed, { keep, most, order = [] }: FoldOptions): string | null {
  const { text } = parsed;
  if (text.length <= most * 40 && estimateTokens(text) <= most) return text;
  const marked = marks(parsed, keep);
  const first = byRelevance(parsed, marked, order);
  const dropped = drops(parsed, marked).sort(first);
  // A file of which nothing is left shows nothing.
  if (!marked.kept.includes(true)) dropped.pop();
  const cuts = [
    ...folds(parsed, marked, isFunction).sort(first),
    ...folds(parsed, marked, (definition) => !isFunction(definition)).sort(first),
    ...dropped,
  ];
  return cutUntil(parsed, { size: estimateTokens(text), cuts, most });
}
