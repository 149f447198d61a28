/** Renames in projects of texts: the new texts of all files, what is left, or the refusal. */
import { type RenameOptions, rename } from "../../src/graph/rename/rename.ts";
import { graphOf } from "./texts.ts";

export type Texts = Record<string, string>;

export interface Outcome {
  texts: Texts;
  /** `path:line`, each once. */
  left: string[];
  places: number;
}

/** The project after a rename of a symbol; throws where it is refused. */
export async function renamedIn(
  files: Texts,
  from: string,
  to: string,
  options: Partial<RenameOptions> & { open?: (path: string) => boolean } = {},
): Promise<Outcome> {
  const made = await tried(files, from, to, options);
  if (!made.ok) throw new Error(made.reason);
  const { texts, moves, left, places } = made.renamed;
  const after: Texts = { ...files };
  for (const { path, text } of texts) after[path] = text;
  for (const { path, to: target } of moves) {
    after[target] = after[path] ?? "";
    delete after[path];
  }
  return { texts: after, left: [...new Set(left.map(({ path, line }) => `${path}:${line}`))], places };
}

/** Why a rename is refused; "" where it is not. */
export async function refusalOf(files: Texts, from: string, to: string): Promise<string> {
  const made = await tried(files, from, to, {});
  return made.ok ? "" : made.reason;
}

async function tried(
  files: Texts,
  from: string,
  to: string,
  {
    open = () => true,
    aloud = false,
    unsure = false,
  }: Partial<RenameOptions> & { open?: (path: string) => boolean },
) {
  const graph = await graphOf(files);
  const sources = {
    graph,
    files: Object.keys(files).sort(),
    read: async (path: string) => files[path] ?? null,
    open,
  };
  return rename(sources, { from, to, aloud, unsure });
}
