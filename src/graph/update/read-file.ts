/** One file's text as its record: definitions, imports and uses of names, all from one parse and one pass of the language's query. */
import type { Node, Query } from "web-tree-sitter";
import type { DefinitionRecord, FileKind, FileRecord } from "../index/record.ts";
import { CaptureReader, type Definition, definitionsOf } from "../syntax/definitions.ts";
import { indexQuery, isMarkup, languageOf, loadLanguage, withTree } from "../syntax/languages.ts";
import { withoutMacros } from "../syntax/macros.ts";
import { NameReader } from "../syntax/names.ts";
import { kindOf } from "./classify.ts";

/**
 * Of a file, and in UTF-16 code units of its text, which are never more: larger ones hold no facts. Nothing that a person edits is
 * lost: of 9,800 files of code in public repositories one was larger, and a program had written it. A megabyte of Python takes
 * about a second of one core and 85 MB.
 */
export const MOST_BYTES = 1024 * 1024;
/** For the parse of one file, and again for reading it, in ms. */
const MOST_MS = 4000;
/** More definitions than that are data; those that come first are kept. */
const MOST_DEFINITIONS = 10_000;
const MOST_IN_MARKUP = 500;
const HAS_MACROS = new Set(["c", "cpp"]);
/** What is bound in them is no local variable of a function around. */
const CLASSES = /^definition\.(?:class|interface|enum|scope|module)$/;

type Facts = Pick<FileRecord, "broken" | "definitions" | "imports" | "uses">;
const NO_FACTS: Facts = { broken: false, definitions: [], imports: [], uses: [] };

/**
 * Null where there is no grammar for the path. A text that is longer than 1 Mi characters, minified or takes seconds is a record
 * without facts, of the kind `large`, `minified` or `slow`; one with syntax errors is read as far as it can be.
 */
export async function readFileRecord(path: string, text: string): Promise<FileRecord | null> {
  const language = languageOf(path);
  if (language === null) return null;
  const kind: FileKind = text.length > MOST_BYTES ? "large" : kindOf(path, text);
  const record = { path, language, kind };
  if (kind === "large" || kind === "minified") return { ...record, ...NO_FACTS };
  const loaded = await loadLanguage(language);
  const query = await indexQuery(loaded);
  const parsed = HAS_MACROS.has(language) ? withoutMacros(text) : text;
  const facts = withTree(loaded, parsed, (root) => read(query, root, { path, text, language }), MOST_MS);
  return facts ? { ...record, ...facts } : { ...record, kind: "slow", ...NO_FACTS };
}

/** What one pass of a language's query says of a text. */
export interface Scanned {
  definitions: Definition[];
  /** The offsets at which their own names stand. */
  own: ReadonlyMap<number, "name" | "parameter">;
  names: NameReader;
}

/** Null where it takes too long. */
export function scan(
  query: Query,
  root: Node,
  { path, text, language }: { path: string; text: string; language: string },
): Scanned | null {
  const end = performance.now() + MOST_MS;
  let given = false;
  const progressCallback = (): boolean => {
    given = performance.now() > end;
    return given;
  };
  const captures = query.captures(root, { progressCallback });
  if (given) return null;
  const reader = new CaptureReader();
  const names = new NameReader(text);
  for (const capture of captures) {
    const { name, node, patternIndex } = capture;
    const variable = name === "definition.variable" || name === "definition.property";
    if (!variable || !names.inFunction(node.startIndex)) reader.take(capture);
    if (CLASSES.test(name)) names.enterClass(node);
    else names.take(name, node, patternIndex);
  }
  const most = isMarkup(language) ? MOST_IN_MARKUP : MOST_DEFINITIONS;
  return { ...definitionsOf(reader.captures.slice(0, most), { root, text, path, wide: true }), names };
}

/** Null where it takes too long. */
function read(
  query: Query,
  root: Node,
  file: { path: string; text: string; language: string },
): Facts | null {
  const scanned = scan(query, root, file);
  if (scanned === null) return null;
  const { definitions, own, names } = scanned;
  const top = new Set(definitions.filter(({ parent }) => parent === null).map(({ symbol }) => symbol.name));
  return {
    broken: root.hasError,
    definitions: definitions.map((one) => recordOf(one, definitions)),
    imports: names.imports(),
    uses: names.uses({ at: own, top }),
  };
}

function recordOf({ symbol, head, parent }: Definition, all: Definition[]): DefinitionRecord {
  const outer = parent === null ? null : all[parent];
  const name = outer ? symbol.name.slice(outer.symbol.name.length + 1) : symbol.name;
  return {
    name,
    kind: symbol.kind,
    start: symbol.lines.start,
    end: symbol.lines.end,
    parent: parent ?? -1,
    head: { at: head.start, size: head.end - head.start },
  };
}
