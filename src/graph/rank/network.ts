/**
 * The definitions of a project as one weighted graph: who calls, uses or inherits whom, what encloses what, which files import
 * and test which. An edge weighs more the surer it is what a name means and the fewer definitions share it. Each edge has its
 * way back, since the code that a task means calls what its words name as often as it is called by it.
 */
import type { CodeIndex, FileId, Site, Uses } from "../index/code-index.ts";
import type { Role } from "../index/record.ts";
import type { Links } from "../link/links.ts";
import type { Rows } from "./pagerank.ts";
import { EDGES, SURE } from "./weights.ts";

/** What the node that an edge leads to is to the one that it comes from; the position is its number. */
export const RELATIONS = [
  "used by",
  "called by",
  "inherited by",
  "imported by",
  "uses",
  "calls",
  "inherits",
  "imports",
  "part of",
  "holds",
  "tested by",
  "tests",
] as const;
export type Relation = (typeof RELATIONS)[number];

/** Definitions come first, by file and position; then each file as a node of its own: what stands at its top. */
export interface Network extends Rows {
  /** Of each edge, as a position in `RELATIONS`. */
  relation: Uint8Array;
  definitions: number;
  size: number;
  nodeOf(site: Site): number;
  nodeOfFile(file: FileId): number;
  /** The file of a node, and its definition; -1: the file itself. */
  siteOf(node: number): Site;
  /** The node that holds a line of a file: its innermost definition, else the file. */
  nodeAt(file: FileId, line: number): number;
}

const ROLE_NUMBER: Record<Role, number> = { use: 0, call: 1, inherit: 2, import: 3 };
/** How far from a relation to its way back in `RELATIONS`, of the four roles. */
const TO_BACK = 4;
/** Names that more definitions share say nothing without an import. */
const MOST_SHARING = 50;
const MOST_MEANT = 32;

/** Edges as they are found; the arrays grow. */
class Edges {
  count = 0;
  from = new Uint32Array(1 << 12);
  to = new Uint32Array(1 << 12);
  weight = new Float32Array(1 << 12);
  relation = new Uint8Array(1 << 12);

  add(from: number, to: number, weight: number, relation: number): void {
    if (this.count === this.from.length) this.grow();
    this.from[this.count] = from;
    this.to[this.count] = to;
    this.weight[this.count] = weight;
    this.relation[this.count] = relation;
    this.count += 1;
  }

  private grow(): void {
    const longer = <T extends Uint32Array | Float32Array | Uint8Array>(old: T, fresh: T): T => {
      fresh.set(old);
      return fresh;
    };
    const size = this.count * 2;
    this.from = longer(this.from, new Uint32Array(size));
    this.to = longer(this.to, new Uint32Array(size));
    this.weight = longer(this.weight, new Float32Array(size));
    this.relation = longer(this.relation, new Uint8Array(size));
  }

  /** The edges sorted by the node that they lead to, in the order in which they were found. */
  rows(size: number): Rows & { relation: Uint8Array } {
    const { count, from, to, weight } = this;
    const out = new Float64Array(size);
    const starts = new Uint32Array(size + 1);
    for (let edge = 0; edge < count; edge += 1) {
      out[from[edge] as number] = (out[from[edge] as number] as number) + (weight[edge] as number);
      starts[(to[edge] as number) + 1] = (starts[(to[edge] as number) + 1] as number) + 1;
    }
    for (let node = 0; node < size; node += 1)
      starts[node + 1] = (starts[node + 1] as number) + (starts[node] as number);
    const next = starts.slice();
    const rows = {
      starts,
      from: new Uint32Array(count),
      share: new Float32Array(count),
      relation: new Uint8Array(count),
    };
    for (let edge = 0; edge < count; edge += 1) {
      const at = next[to[edge] as number] as number;
      next[to[edge] as number] = at + 1;
      rows.from[at] = from[edge] as number;
      rows.share[at] = (weight[edge] as number) / Math.max(EDGES.least, out[from[edge] as number] as number);
      rows.relation[at] = this.relation[edge] as number;
    }
    return rows;
  }
}

/** Where definitions and lines of each file begin in arrays over all files. */
interface Layout {
  definitions: Uint32Array;
  lines: Uint32Array;
  /** By line of all files: the definition that holds it plus 1; 0: none. */
  within: Uint32Array;
  fileOf: Uint32Array;
}

function layoutOf(index: CodeIndex): Layout {
  const count = index.files.length;
  const definitions = new Uint32Array(count + 1);
  const lines = new Uint32Array(count + 1);
  for (let file = 0; file < count; file += 1) {
    const list = index.definitionsIn(file);
    let last = 0;
    for (const { end } of list) last = Math.max(last, end);
    definitions[file + 1] = (definitions[file] as number) + list.length;
    lines[file + 1] = (lines[file] as number) + last + 1;
  }
  const within = new Uint32Array(lines[count] as number);
  const fileOf = new Uint32Array(definitions[count] as number);
  for (let file = 0; file < count; file += 1) {
    const [base, line] = [definitions[file] as number, lines[file] as number];
    fileOf.fill(file, base, definitions[file + 1]);
    for (const [position, { start, end }] of index.definitionsIn(file).entries())
      within.fill(position + 1, line + start, line + end + 1);
  }
  return { definitions, lines, within, fileOf };
}

/** What a name means in a file, all of the best certainty that there is, and how sure that is; null: nothing that counts. */
function meant(
  sites: readonly Site[],
  file: FileId,
  near: { imported: ReadonlySet<FileId>; folder: (file: FileId) => string },
): { sites: Site[]; sure: number } | null {
  const own = sites.filter((site) => site.file === file);
  if (own.length > 0) return { sites: own, sure: SURE.own };
  const imported = sites.filter((site) => near.imported.has(site.file));
  if (imported.length > 0) return { sites: imported.slice(0, MOST_MEANT), sure: SURE.imported };
  if (sites.length > MOST_SHARING) return null;
  const here = near.folder(file);
  const beside = sites.filter((site) => near.folder(site.file) === here);
  if (beside.length > 0) return { sites: beside.slice(0, MOST_MEANT), sure: SURE.beside };
  return { sites: sites.slice(0, MOST_MEANT), sure: SURE.named };
}

/** The files that each file imports, and what those take from elsewhere: a package's head passes on what its parts define. */
function importsOf(index: CodeIndex, links: Links): Set<FileId>[] {
  const direct = index.files.map((_, file) => new Set(links.importsOf(file).flatMap(({ files }) => files)));
  return direct.map((files) => {
    const all = new Set(files);
    for (const one of files)
      if (/(^|\/)(__init__|index|mod)\.\w+$/.test(index.files[one]?.path ?? ""))
        for (const further of direct[one] ?? []) all.add(further);
    return all;
  });
}

function networkOf(index: CodeIndex, links: Links): Network {
  const layout = layoutOf(index);
  const definitions = layout.definitions[index.files.length] as number;
  const size = definitions + index.files.length;
  const edges = new Edges();
  const imported = importsOf(index, links);
  const folders = index.files.map(({ path }) => path.slice(0, path.lastIndexOf("/") + 1));
  const near = (file: FileId) => ({
    imported: imported[file] ?? new Set<FileId>(),
    folder: (one: FileId) => folders[one] ?? "",
  });
  const both = (from: number, to: number, weight: number, [there, back]: [number, number]): void => {
    edges.add(from, to, weight, there);
    edges.add(to, from, weight * EDGES.back, back);
  };
  const nodeAt = (file: FileId, line: number): number => {
    const start = layout.lines[file] as number;
    const inside = start + line < (layout.lines[file + 1] as number) ? layout.within[start + line] : 0;
    return inside ? (layout.definitions[file] as number) + inside - 1 : definitions + file;
  };
  const useEdges = ({ file, at }: Uses, found: { sites: Site[]; sure: number }, worth: number): void => {
    let last = -1;
    for (const { line, role } of at) {
      const holder = nodeAt(file, line);
      if (holder === last) continue;
      last = holder;
      const weight = (EDGES[role] * found.sure * worth) / found.sites.length;
      for (const site of found.sites) {
        const node = (layout.definitions[site.file] as number) + site.definition;
        if (node !== holder) both(holder, node, weight, [ROLE_NUMBER[role], ROLE_NUMBER[role] + TO_BACK]);
      }
    }
  };
  for (const { sites, uses } of index.everyName()) {
    if (sites.length === 0) continue;
    const worth = 1 / Math.log2(2 + uses.length) / Math.sqrt(sites.length);
    for (const one of uses) {
      const found = meant(sites, one.file, near(one.file));
      if (found !== null) useEdges(one, found, worth);
    }
  }
  const [part, holds] = [RELATIONS.indexOf("part of"), RELATIONS.indexOf("holds")];
  for (let file = 0; file < index.files.length; file += 1) {
    const base = layout.definitions[file] as number;
    for (const [position, { parent }] of index.definitionsIn(file).entries()) {
      const outer = parent < 0 ? definitions + file : base + parent;
      edges.add(outer, base + position, parent < 0 ? EDGES.ofFile : EDGES.part, part);
      edges.add(base + position, outer, parent < 0 ? EDGES.toFile : EDGES.holds, holds);
    }
    for (const one of links.importsOf(file))
      for (const to of one.files.slice(0, 1))
        both(definitions + file, definitions + to, EDGES.imports, [3, 3 + TO_BACK]);
    for (const test of links.testsOf(file))
      both(definitions + test, definitions + file, EDGES.tests, [
        RELATIONS.indexOf("tested by"),
        RELATIONS.indexOf("tests"),
      ]);
  }
  return {
    ...edges.rows(size),
    definitions,
    size,
    nodeOf: ({ file, definition }) => (layout.definitions[file] as number) + definition,
    nodeOfFile: (file) => definitions + file,
    siteOf: (node) => {
      if (node >= definitions) return { file: node - definitions, definition: -1 };
      const file = layout.fileOf[node] as number;
      return { file, definition: node - (layout.definitions[file] as number) };
    },
    nodeAt,
  };
}

const made = new WeakMap<CodeIndex, Network>();

/** The network of one state of a project; made once for each. */
export function networkIn({ index, links }: { index: CodeIndex; links: Links }): Network {
  const known = made.get(index) ?? networkOf(index, links);
  made.set(index, known);
  return known;
}
