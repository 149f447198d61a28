/**
 * A file as a small model should see it: what matters in full, the rest as heads. Only whole syntax nodes are folded
 * or left out, so that the text still parses.
 */
import { GRAMMARS } from "../../grammars/manifest.ts";
import type { Definition } from "./definitions.ts";
import type { Parsed } from "./parse.ts";
import { type Edit, splice } from "./splice.ts";

/** Shorter bodies cost less than the placeholder is worth. */
const LEAST_LINES = 3;

/** What stands for a body of so many lines, in the syntax of the language; null where the body cannot be folded. */
function placeholder({ language }: Parsed, body: string): string | null {
  const lines = body.split("\n").length;
  const grammar = GRAMMARS.find(({ id }) => id === language);
  if (!grammar || lines < LEAST_LINES) return null;
  const note = `${lines} lines folded`;
  if (grammar.closing === "indent") return `...  # ${note}`;
  if (grammar.closing === "end") return `# ${note}`;
  if (!body.startsWith("{") || !body.endsWith("}")) return null;
  return language === "bash" ? `{ : ${note}; }` : `{ /* ${note} */ }`;
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

/** The bodies to fold, outermost only. */
function folds(parsed: Parsed, { kept, holds }: Marks, also: (definition: Definition) => boolean): Edit[] {
  const edits: Edit[] = [];
  let end = -1;
  for (const [index, definition] of parsed.definitions.entries()) {
    const { body } = definition;
    if (!body || kept[index] || holds[index] || body.start < end) continue;
    if (!isFunction(definition) && !also(definition)) continue;
    const text = placeholder(parsed, parsed.text.slice(body.start, body.end));
    if (text === null) continue;
    edits.push({ start: body.start, end: body.end, text });
    end = body.end;
  }
  return edits;
}

/** The lines of a definition that stands on lines of its own, with the blank ones after it; null for any other. */
function wholeLines(text: string, { start, end }: Definition): Edit | null {
  const from = text.lastIndexOf("\n", start - 1) + 1;
  const rest = /^[ \t]*\n(?:[ \t]*\n)*/.exec(text.slice(end))?.[0];
  if (text.slice(from, start).trim() !== "" || rest === undefined) return null;
  return { start: from, end: end + rest.length, text: "" };
}

/** What can be left out without breaking the file, farthest from what is kept first. */
function droppable(parsed: Parsed, { kept, holds }: Marks): Edit[] {
  const { definitions, text, language } = parsed;
  const indented = language === "python";
  const anchored = definitions.filter((_, index) => kept[index]);
  const anchors = anchored.map(({ start }) => start);
  const distance = ({ start }: Edit): number =>
    anchors.length ? Math.min(...anchors.map((a) => Math.abs(a - start))) : start;
  return definitions
    .flatMap((definition, index) => {
      const { parent, start } = definition;
      if (kept[index] || holds[index] || (parent !== null && !holds[parent])) return [];
      const edit = wholeLines(text, definition);
      // An indented block that loses its only statement is no block.
      const nested = indented && parent === null && start !== edit?.start;
      // `var a, b = 1, 2`: two definitions in the same place.
      const shared = anchored.some((d) => d.start < definition.end && definition.start < d.end);
      return edit && !nested && !shared ? [edit] : [];
    })
    .sort((a, b) => distance(b) - distance(a));
}

/**
 * The file's text with function bodies folded to one placeholder line, except of the symbols in `keep` (qualified
 * names, or their last part) and what is inside them. Where that is longer than `maxChars`, other bodies (classes,
 * interfaces) are folded too, then whole symbols are left out, those farthest from the kept ones first, and at last
 * everything but the kept ones. What is kept is never cut, so the result can still be longer than `maxChars`.
 */
export function fold(parsed: Parsed, keep: string[], maxChars: number): string {
  const { text, definitions } = parsed;
  const marked = marks(parsed, keep);
  const functions = splice(
    text,
    folds(parsed, marked, () => false),
  );
  if (functions.length <= maxChars) return functions;
  let edits = folds(parsed, marked, () => true);
  let result = splice(text, edits);
  if (parsed.language === "json") return result;
  for (const drop of droppable(parsed, marked)) {
    if (result.length <= maxChars) return result;
    edits = [...edits.filter(({ start }) => start < drop.start || start >= drop.end), drop];
    result = splice(text, edits);
  }
  if (result.length <= maxChars || !marked.kept.includes(true)) return result;
  const alone = definitions.filter(
    ({ parent }, i) => marked.kept[i] && !(parent !== null && marked.kept[parent]),
  );
  return `${alone.map(({ start, end }) => text.slice(text.lastIndexOf("\n", start - 1) + 1, end)).join("\n\n")}\n`;
}
