/**
 * SQL has more dialects than its grammar. What a `CREATE` statement defines that it cannot read is told by the statement's first
 * words; the statement reaches to the next one, or as far as the grammar was lost.
 */
import type { Node } from "web-tree-sitter";
import type { SymbolKind } from "../../types.ts";
import type { NamePlace } from "./captured.ts";

const PART = String.raw`(?:"[^"\n]+"|${"`[^`\\n]+`"}|\[[^\]\n]+\]|[\w$]+)`;
const CREATE = new RegExp(
  String.raw`^[ \t]*CREATE\s+(?:(?:OR\s+(?:REPLACE|ALTER)|GLOBAL|LOCAL|TEMP|TEMPORARY|UNLOGGED|EXTERNAL|VIRTUAL|FOREIGN|UNIQUE|RECURSIVE|MATERIALIZED|DEFINER\s*=\s*\S+)\s+)*` +
    String.raw`(TABLE|VIEW|FUNCTION|PROCEDURE|AGGREGATE|PACKAGE(?:\s+BODY)?|TRIGGER|EVENT|TYPE|DOMAIN|INDEX|SEQUENCE)\s+` +
    String.raw`(?:CONCURRENTLY\s+)?(?:IF\s+NOT\s+EXISTS\s+)?(${PART}(?:\.${PART})*)`,
  "gim",
);

const KINDS: Record<string, SymbolKind> = {
  table: "class",
  view: "class",
  function: "function",
  procedure: "function",
  aggregate: "function",
  trigger: "function",
  event: "function",
  package: "module",
  type: "type",
  domain: "type",
};

/** What the text of an ERROR node creates; nothing in a grammar of other words. */
export function createdIn(node: Node): NamePlace[] {
  const { text, startIndex } = node;
  const starts = [...text.matchAll(CREATE)];
  return starts.map((match, index) => {
    const [whole, sort = "", name = ""] = match;
    const until = starts[index + 1]?.index ?? text.length;
    const start = match.index + whole.search(/\S/);
    const last = name.slice(name.lastIndexOf(".") + 1);
    return {
      text: name.replace(/["`[\]]/g, ""),
      at: startIndex + match.index + whole.length - last.length,
      kind: KINDS[sort.toLowerCase().split(/\s/)[0] ?? ""] ?? "variable",
      span: {
        start: startIndex + start,
        end: startIndex + start + text.slice(start, until).trimEnd().length,
      },
    };
  });
}
