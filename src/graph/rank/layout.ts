/** Numbers for what a ranking is about: each definition of a project is a node, and each file is one for what stands at its top. */
import type { CodeIndex, FileId, Site } from "../index/code-index.ts";

export interface Layout {
  /** Definitions come first, by file and position; then the files. */
  definitions: number;
  size: number;
  nodeOf(site: Site): number;
  nodeOfFile(file: FileId): number;
  /** The file of a node, and its definition; -1: the file itself. */
  siteOf(node: number): Site;
  /** The node that holds a line of a file: its innermost definition, else the file. */
  nodeAt(file: FileId, line: number): number;
}

function numbered(index: CodeIndex): Layout {
  const count = index.files.length;
  const starts = new Uint32Array(count + 1);
  for (let file = 0; file < count; file += 1)
    starts[file + 1] = (starts[file] as number) + index.definitionsIn(file).length;
  const definitions = starts[count] as number;
  const nodeOf = ({ file, definition }: Site): number => (starts[file] as number) + definition;
  const nodeOfFile = (file: FileId): number => definitions + file;
  const held = new Map<FileId, Uint32Array>();
  /** Of a file, by line: the innermost definition that holds it plus 1; 0: none. */
  const holders = (file: FileId): Uint32Array => {
    const known = held.get(file);
    if (known !== undefined) return known;
    const list = index.definitionsIn(file);
    const lines = new Uint32Array(list.reduce((last, { end }) => Math.max(last, end), 0) + 1);
    for (const [definition, { start, end }] of list.entries()) lines.fill(definition + 1, start, end + 1);
    held.set(file, lines);
    return lines;
  };
  return {
    definitions,
    size: definitions + count,
    nodeOf,
    nodeOfFile,
    siteOf(node) {
      if (node >= definitions) return { file: node - definitions, definition: -1 };
      let [low, high] = [0, count];
      while (high - low > 1) {
        const middle = (low + high) >> 1;
        if ((starts[middle] as number) <= node) low = middle;
        else high = middle;
      }
      return { file: low, definition: node - (starts[low] as number) };
    },
    nodeAt(file, line) {
      const definition = holders(file)[line] ?? 0;
      return definition === 0 ? nodeOfFile(file) : nodeOf({ file, definition: definition - 1 });
    },
  };
}

const made = new WeakMap<CodeIndex, Layout>();

/** The numbers of one state of a project; made once for each. */
export function layoutOf(index: CodeIndex): Layout {
  const known = made.get(index) ?? numbered(index);
  made.set(index, known);
  return known;
}
