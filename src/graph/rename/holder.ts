/** The type that a definition belongs to, and its head as it is written. */
import type { CodeGraph } from "../graph.ts";
import { lastPart, type Site } from "../index/code-index.ts";

export const keyOf = ({ file, definition }: Site): string => `${file} ${definition}`;

const TYPES = new Set(["class", "interface", "enum", "type"]);
const C_LIKE = new Set(["c", "cpp"]);

export interface Holder {
  name: string;
  site: Site | null;
}

/** The type that a definition belongs to: its parent, or what its name says (`Stack.push` written outside of `Stack`). */
export function holderOf(
  { index }: CodeGraph,
  { file, definition }: Site,
): { name: string; site: Site | null } | null {
  const definitions = index.definitionsIn(file);
  const one = definitions[definition];
  if (one === undefined) return null;
  if (one.name.includes(".")) {
    const name = one.name.split(".").at(-2) ?? "";
    const site = index
      .definitionsNamed(name)
      .find((type) => isType(index.definitionsIn(type.file)[type.definition]?.kind));
    // What stands before may be a namespace, or JavaScript's `exports`.
    return site === undefined ? null : { name, site };
  }
  const parent = definitions[one.parent];
  if (parent === undefined || !isType(parent.kind)) return null;
  return { name: lastPart(parent.name), site: { file, definition: one.parent } };
}

export const isType = (kind: string | undefined): boolean => kind !== undefined && TYPES.has(kind);

/** A type by its file and name; of C's, whose methods stand in other files than the type, by its name. */
export function typeKey(graph: CodeGraph, holder: { name: string; site: Site | null } | null): string {
  if (holder === null) return "";
  const file = holder.site?.file ?? -1;
  const { language = "" } = graph.index.files[file] ?? {};
  return C_LIKE.has(language) ? `c ${holder.name}` : `${graph.index.files[file]?.path} ${holder.name}`;
}

/** A definition's head with its annotations, from the beginning of its first line. */
export async function decorated(graph: CodeGraph, { file, definition }: Site): Promise<string> {
  const one = graph.index.definitionsIn(file)[definition];
  const text = await graph.text(graph.index.files[file]?.path ?? "");
  if (one === undefined || text === null) return "";
  const lines = text.split("\n");
  const start = lines.slice(0, one.start - 1).reduce((sum, line) => sum + line.length + 1, 0);
  return text.slice(start, one.head.at + one.head.size);
}
