/**
 * Rust says outside of a type what it implements: `impl Trait for Type`. The index knows the trait as a base and nothing that
 * it is a base of; the line says that.
 */
import type { CodeGraph } from "../graph.ts";
import { type FileId, lastPart, type Site } from "../index/code-index.ts";
import type { Texts } from "./texts.ts";
import { type Use, usesOfSites } from "./uses.ts";

const IMPL = /^(?:unsafe\s+)?impl\b/;
/** The name of the trait and that of the type: `impl<T> a::Trait<T> for b::Type<T>`. */
const PAIR = /(\w+)(?:<.*>)?\s+for\s+(?:&\s*)?(?:'\w+\s+)?(?:mut\s+)?(?:\w+::)*(\w+)/;
/** A head is so many lines at most. */
const MOST_LINES = 6;
/** So many files are looked through for what is implemented for a type. */
const MOST_FILES = 50;

/** What an `impl` at a line (from 0) is of; null where there is none. */
function implAt(lines: readonly string[], at: number): { trait: string; type: string } | null {
  if (!IMPL.test(lines[at]?.trimStart() ?? "")) return null;
  const [head = ""] = lines
    .slice(at, at + MOST_LINES)
    .join(" ")
    .split("{");
  const [, trait, type] = PAIR.exec(head) ?? [];
  return trait === undefined || type === undefined ? null : { trait, type };
}

/** The type that a use of a base is written for; null: none of the project, as of `impl<T: A> B for T`. */
export async function heirOf(graph: CodeGraph, texts: Texts, use: Use): Promise<Site | null> {
  const { file, line, within } = use;
  const at = graph.index.files[file];
  const impl = at?.language === "rust" ? implAt((await texts.of(at.path)).lines, line - 1) : null;
  if (impl === null) return within < 0 ? null : { file, definition: within };
  const [type] = graph.links.meaningOf(impl.type, file, line);
  return type === undefined || type.certainty === "same name" ? null : type;
}

/** The traits that are implemented for a type, each with the file that says so. */
export async function traitsOf(
  graph: CodeGraph,
  texts: Texts,
  site: Site,
): Promise<{ name: string; file: FileId }[]> {
  const { index } = graph;
  const own = index.definitionsIn(site.file)[site.definition];
  if (own === undefined || index.files[site.file]?.language !== "rust") return [];
  const name = lastPart(own.name);
  // The type of an `impl` is no use of it in the index: looked through are the files that name it otherwise.
  const sure = usesOfSites(graph, name, [site]).filter(({ certainty }) => certainty !== "same name");
  const files = new Set([site.file, ...sure.map(({ file }) => file)]);
  const found: { name: string; file: FileId }[] = [];
  for (const file of [...files].slice(0, MOST_FILES)) {
    const { lines } = await texts.of(index.files[file]?.path ?? "");
    for (const at of lines.keys()) {
      const impl = implAt(lines, at);
      if (impl?.type === name) found.push({ name: impl.trait, file });
    }
  }
  return found;
}
