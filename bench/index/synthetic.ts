/** Trees of a wanted number of lines: a folder's own files again and again, each time with other names for what they define. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { openGrapher } from "../../src/graph/graph.ts";
import { openWorkspace } from "../../src/workspace/workspace.ts";

export interface Source {
  path: string;
  text: string;
  lines: number;
}

/** The files that the graph reads of a folder, and the names that they define. */
export async function sourcesOf(root: string): Promise<{ sources: Source[]; names: Set<string> }> {
  const opened = await openWorkspace(root, { ignore: [], allowWrite: () => false });
  if (!opened.ok) throw new Error(opened.reason);
  const { index } = await openGrapher(opened.workspace, { store: null }).current();
  const sources: Source[] = [];
  const names = new Set<string>();
  for (const [id, { path, kind }] of index.files.entries()) {
    if (kind !== "code" && kind !== "test") continue;
    const text = readFileSync(join(root, path), "utf8");
    sources.push({ path, text, lines: text.split("\n").length });
    for (const { name } of index.definitionsIn(id)) if (/^\w{3,}$/.test(name)) names.add(name);
  }
  return { sources, names };
}

/** Writes at least so many lines below `root`; gives how many. */
export function layLines(
  root: string,
  { sources, names }: { sources: Source[]; names: Set<string> },
  lines: number,
): number {
  let laid = 0;
  for (let copy = 0; laid < lines; copy += 1)
    for (const { path, text, lines: more } of sources) {
      if (laid >= lines) break;
      const at = join(root, `copy${copy}`, path);
      mkdirSync(dirname(at), { recursive: true });
      writeFileSync(
        at,
        text.replace(/[A-Za-z_]\w*/g, (word) => (names.has(word) ? `${word}_${copy}` : word)),
      );
      laid += more;
    }
  return laid;
}
