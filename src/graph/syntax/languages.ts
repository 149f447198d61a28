/**
 * Which language a file is in, and the parser for it. Nothing is read until a file needs its grammar: the first call
 * of `loadLanguage` starts the WASM runtime, each grammar is compiled once per process.
 */
import type { Language, Node, Parser, Query } from "web-tree-sitter";
import { EMBEDDED, PARSER_WASM } from "../../../grammars/embedded.ts";
import { GRAMMARS, type Grammar } from "../../../grammars/manifest.ts";
import { tamed } from "./tamed.ts";

export interface Loaded {
  grammar: Grammar;
  language: Language;
  /** Definitions and imports: what edits need of the language's query file (`grammars/README.md`). */
  query: Query;
  parser: Parser;
}

const byExtension = new Map(GRAMMARS.flatMap((grammar) => grammar.extensions.map((e) => [e, grammar.id])));
const byName = new Map(GRAMMARS.flatMap((grammar) => grammar.names.map((name) => [name, grammar.id])));
const loading = new Map<string, Promise<Loaded>>();
const loaded = new Map<string, Loaded>();
const whole = new Map<string, Query>();
let runtime: Promise<typeof import("web-tree-sitter")> | null = null;
/** Begins the part of a query file that edits can do without. */
const INDEX_ONLY = "\n;;; index only";

/** The id of the grammar for a path, by its name or extension (case does not matter in the extension); null: none. */
export function languageOf(path: string): string | null {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const dot = name.lastIndexOf(".");
  const extension = dot < 0 ? "" : name.slice(dot + 1).toLowerCase();
  return byName.get(name) ?? byExtension.get(extension) ?? null;
}

const MARKUP = new Set(["html", "css", "json", "yaml", "toml", "markdown"]);

/** Whether a grammar is of data or markup: what is defined in it does nothing. */
export const isMarkup = (id: string): boolean => MARKUP.has(id);

async function start(): Promise<typeof import("web-tree-sitter")> {
  const treeSitter = await import("web-tree-sitter");
  await treeSitter.Parser.init({ wasmBinary: await Bun.file(PARSER_WASM).arrayBuffer() });
  return treeSitter;
}

async function load(grammar: Grammar): Promise<Loaded> {
  runtime ??= start();
  const { Language, Parser, Query } = await runtime;
  const files = EMBEDDED[grammar.id];
  if (!files)
    throw new Error(`The grammar ${grammar.id} is in the manifest but not in grammars/embedded.ts.`);
  const language = await Language.load(await Bun.file(files.wasm).bytes());
  const parser = new Parser().setLanguage(language);
  const entry = {
    grammar,
    language,
    parser,
    query: new Query(language, files.query.split(INDEX_ONLY, 1)[0] ?? ""),
  };
  loaded.set(grammar.id, entry);
  return entry;
}

/** The whole query file of a language, compiled when it is first asked for: only the index needs uses of names. */
export async function indexQuery({ grammar, language }: Loaded): Promise<Query> {
  runtime ??= start();
  const { Query } = await runtime;
  const query = whole.get(grammar.id) ?? new Query(language, EMBEDDED[grammar.id]?.query ?? "");
  whole.set(grammar.id, query);
  return query;
}

/** The parser and query of a grammar id that `languageOf` gave; an unknown id is a bug and throws. */
export function loadLanguage(id: string): Promise<Loaded> {
  const known = loading.get(id);
  if (known) return known;
  const grammar = GRAMMARS.find((row) => row.id === id);
  if (!grammar) throw new Error(`There is no grammar named ${id}.`);
  const started = load(grammar);
  loading.set(id, started);
  return started;
}

/** The same without waiting, for callers that hold a `Parsed` of this language; not loaded is a bug and throws. */
export function loadedLanguage(id: string): Loaded {
  const entry = loaded.get(id);
  if (!entry) throw new Error(`The grammar ${id} has not been loaded yet.`);
  return entry;
}

/** Some grammars take quadratic time over a long run of comments. */
const MOST_MS = 2000;

/**
 * Parses and hands the root to `use`; the tree is gone when it returns, so no node may leave. Null where parsing takes longer
 * than `most` ms and is given up.
 */
export function withTree<T>(
  { grammar, parser }: Loaded,
  text: string,
  use: (root: Node) => T,
  most = MOST_MS,
): T | null {
  const end = performance.now() + most;
  const tree = parser.parse(tamed(grammar.id, text), null, {
    progressCallback: () => performance.now() > end,
  });
  if (!tree) {
    parser.reset();
    return null;
  }
  try {
    return use(tree.rootNode);
  } finally {
    tree.delete();
  }
}
