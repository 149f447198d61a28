/**
 * Rust says outside of a type what it implements: `impl Trait for Type`. The index knows the trait as a base and nothing that
 * it is a base of; the line says that.
 */
import type { CodeGraph } from "../graph.ts";
import { definitionAtLine, type FileId, lastPart, type Site } from "../index/code-index.ts";
import type { Texts } from "./texts.ts";
import { type Use, usesOfSites } from "./uses.ts";

const IMPL = /^(?:unsafe\s+)?impl\b/;
/** The name of the trait and that of the type: `impl<T> a::Trait<T> for b::Type<T>`. */
const PAIR = /(\w+)(?:<.*>)?\s+for\s+(?:&\s*)?(?:'\w+\s+)?(?:mut\s+)?(?:\w+::)*(\w+)/;
/** A head is so many lines at most. */
const MOST_LINES = 6;

/** What an `impl` at a line is of; null where there is none. */
async function implAt({ index }: CodeGraph, texts: Texts, { file, line }: { file: FileId; line: number }) {
  const at = index.files[file];
  if (at?.language !== "rust") return null;
  const { lines } = await texts.of(at.path);
  if (!IMPL.test(lines[line - 1]?.trim() ?? "")) return null;
  const [head = ""] = lines
    .slice(line - 1, line - 1 + MOST_LINES)
    .join(" ")
    .split("{");
  const [, trait, type] = PAIR.exec(head) ?? [];
  return trait === undefined || type === undefined ? null : { trait, type };
}

/** The type that a use of a base is written for; null: none of the project, as of `impl<T: A> B for T`. */
export async function heirOf(graph: CodeGraph, texts: Texts, use: Use): Promise<Site | null> {
  const { file, line, within } = use;
  const impl = await implAt(graph, texts, use);
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
  const found: { name: string; file: FileId }[] = [];
  for (const use of usesOfSites(graph, name, [site])) {
    const around = index.definitionsIn(use.file)[definitionAtLine(index.definitionsIn(use.file), use.line)];
    const inside = around !== undefined && around.kind !== "module";
    if (use.certainty === "same name" || inside) continue;
    const impl = await implAt(graph, texts, use);
    if (impl !== null && impl.type === name) found.push({ name: impl.trait, file: use.file });
  }
  return found;
}
