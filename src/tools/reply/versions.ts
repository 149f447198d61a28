/** Two versions of one thing in a reply: which of them is meant, where a person could tell. */
import { languageOf, loadLanguage } from "../../graph/syntax/languages.ts";
import type { Chosen } from "./choose.ts";
import { type Item, outlineOf, outlineOfPiece } from "./outline.ts";
import { isSame } from "./same.ts";

/** Words with which a model announces the version that counts. */
const FINAL =
  /\b(?:correct(?:ed|ion|ly)?|final(?:ly)?|fix(?:ed)?|updat\w+|full|complete|whole|entire|better|improved|actually|revised|wait|sorry|mistake|put(?:ting)? (?:it )?(?:all )?together)\b/i;
const EITHER =
  /\b(?:alternativ\w*|or you (?:could|can|may)|another (?:way|option|approach|version)|option \w+|either)\b/i;

/** The texts of all definitions that hold nothing themselves, by name. */
function leaves(text: string, items: Item[], above = ""): Map<string, string> {
  const found = new Map<string, string>();
  for (const item of items) {
    const name = `${above}${item.name}`;
    if (item.items !== null && item.items.length > 0)
      for (const [inner, code] of leaves(text, item.items, `${name}.`)) found.set(inner, code);
    else if (item.what === "definition")
      found.set(
        `${name} ${item.symbol?.kind === "variable" ? "" : item.head}`,
        text.slice(item.start, item.end),
      );
  }
  return found;
}

/** Why the blocks of one file cannot all be meant; null where they can. `before`: the file's text. */
export async function conflictIn(blocks: Chosen[], before: string): Promise<string | null> {
  const [first] = blocks;
  const language = first === undefined ? null : languageOf(first.path);
  if (first === undefined || blocks.length < 2 || language === null) return null;
  const loaded = await loadLanguage(language);
  const old = leaves(before, outlineOf(loaded, before) ?? []);
  const read = blocks.map(({ code, edits }) => {
    const piece = edits ? null : outlineOfPiece(loaded, code);
    return piece === null ? new Map<string, string>() : leaves(piece.text, piece.items);
  });
  for (const [at, later] of read.entries())
    for (const earlier of read.slice(0, at))
      for (const [name, code] of later) {
        const other = earlier.get(name);
        const had = old.get(name);
        if (
          other === undefined ||
          isSame(other, code) ||
          (had !== undefined && (isSame(had, other) || isSame(had, code)))
        )
          continue;
        const said = blocks[at]?.before ?? "";
        if (FINAL.test(said) && !EITHER.test(said)) continue;
        return `There are two versions of ${name.trim().split(" ")[0]} in the reply; send only the one that is meant.`;
      }
  return null;
}

/** The later of two versions counts, so what only repeats the file behind a real change must not undo it. */
export async function withoutRepeats(blocks: Chosen[], before: string): Promise<Chosen[]> {
  const language = blocks[0] === undefined ? null : languageOf(blocks[0].path);
  if (language === null || blocks.length < 2) return blocks;
  const loaded = await loadLanguage(language);
  const old = leaves(before, outlineOf(loaded, before) ?? []);
  const kept = blocks.filter(({ code, edits }) => {
    const piece = edits ? null : outlineOfPiece(loaded, code);
    if (piece === null) return true;
    const own = [...leaves(piece.text, piece.items)];
    return own.length === 0 || own.some(([name, text]) => !isSame(old.get(name) ?? "", text));
  });
  return kept.length === 0 ? blocks : kept;
}
