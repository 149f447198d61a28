/**
 * What has to do with what around the likeliest files of a task, as a weighted graph of definitions: what is used there, and who
 * uses what is most likely meant. An edge weighs more the surer it is what a name means and the fewer definitions share it. Each
 * edge has its way back, since the code that a task means calls what its words name as often as it is called by it. Only what is
 * around those files is read: a walk that keeps going back to its seeds comes no further.
 */
import type { CodeGraph } from "../graph.ts";
import { type CodeIndex, type FileId, lastPart, type Site, type Uses } from "../index/code-index.ts";
import type { Role } from "../index/record.ts";
import type { Layout } from "./layout.ts";
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
] as const;
export type Relation = (typeof RELATIONS)[number];

export interface Network extends Rows {
  /** Of each edge, as a position in `RELATIONS`. */
  relation: Uint8Array;
  /** The nodes of the layout that take part, by their number here. */
  nodes: number[];
}

/** What the network is drawn around. */
export interface Centre {
  /** The likeliest files with their texts. */
  texts: ReadonlyMap<FileId, string>;
  /** The likeliest definitions, as nodes: all who use them come in. */
  nodes: number[];
}

const ROLE_NUMBER: Record<Role, number> = { use: 0, call: 1, inherit: 2, import: 3 };
/** How far from a relation to its way back in `RELATIONS`, of the four roles. */
const TO_BACK = 4;
/** Names that more definitions share say nothing. */
const MOST_SHARING = 50;
const MOST_MEANT = 32;
/** Of a name that more files use, only the uses in the likeliest files count. */
const MOST_USING = 60;
const [PART, HOLDS] = [RELATIONS.indexOf("part of"), RELATIONS.indexOf("holds")];

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

interface Near {
  imported(file: FileId): ReadonlySet<FileId>;
  folder(file: FileId): string;
}

/** What a name means in a file, all of the best certainty that there is, and how sure that is. */
function meant(sites: readonly Site[], file: FileId, near: Near): { sites: Site[]; sure: number } {
  const own = sites.filter((site) => site.file === file);
  if (own.length > 0) return { sites: own, sure: SURE.own };
  const [only] = sites;
  if (only !== undefined && sites.length === 1) return { sites: [only], sure: SURE.only };
  const imported = sites.filter((site) => near.imported(file).has(site.file));
  if (imported.length > 0) return { sites: imported.slice(0, MOST_MEANT), sure: SURE.imported };
  const here = near.folder(file);
  const beside = sites.filter((site) => near.folder(site.file) === here);
  if (beside.length > 0) return { sites: beside.slice(0, MOST_MEANT), sure: SURE.beside };
  return { sites: sites.slice(0, MOST_MEANT), sure: SURE.named };
}

const PACKAGE_HEAD = /(^|\/)(__init__|index|mod)\.\w+$/;

/** What files import, and what the heads of packages among that take from elsewhere: they pass on what their parts define. */
function nearIn({ index, links }: CodeGraph): Near {
  const known = new Map<FileId, Set<FileId>>();
  const direct = (file: FileId): FileId[] => links.importsOf(file).flatMap(({ files }) => files);
  return {
    imported(file) {
      const found = known.get(file);
      if (found !== undefined) return found;
      const all = new Set(direct(file));
      for (const one of [...all])
        if (PACKAGE_HEAD.test(index.files[one]?.path ?? ""))
          for (const further of direct(one)) all.add(further);
      known.set(file, all);
      return all;
    },
    folder: (file) => (index.files[file]?.path ?? "").replace(/[^/]*$/, ""),
  };
}

/** Names that stand in texts. */
function namesIn(texts: Iterable<string>): Set<string> {
  const names = new Set<string>();
  for (const text of texts)
    for (const name of text.match(/[A-Za-z_$\u0080-\uffff][\w$\u0080-\uffff]*/g) ?? []) names.add(name);
  return names;
}

/** Draws the network of one centre. */
class Drawing {
  readonly nodes: number[] = [];
  readonly edges = new Edges();
  private readonly numbers = new Map<number, number>();
  private readonly near: Near;

  constructor(
    private readonly graph: CodeGraph,
    private readonly layout: Layout,
  ) {
    this.near = nearIn(graph);
  }

  private numberOf(node: number): number {
    const known = this.numbers.get(node);
    if (known !== undefined) return known;
    this.numbers.set(node, this.nodes.length);
    return this.nodes.push(node) - 1;
  }

  private both(from: number, to: number, weight: number, role: Role): void {
    const [a, b] = [this.numberOf(from), this.numberOf(to)];
    this.edges.add(a, b, weight, ROLE_NUMBER[role]);
    this.edges.add(b, a, weight * EDGES.back, ROLE_NUMBER[role] + TO_BACK);
  }

  /** What a name means, from each definition that uses it: in the files that pass, or everywhere, where few files use it. */
  uses({ name, sites }: Shared, wanted: (file: FileId) => boolean, everywhere: boolean): void {
    const uses = this.graph.index.usesOf(name);
    const worth = 1 / Math.log2(2 + uses.length) / Math.sqrt(sites.length);
    const all = everywhere && uses.length <= MOST_USING;
    for (const one of uses)
      if (all || wanted(one.file)) this.usesIn(one, meant(sites, one.file, this.near), worth);
  }

  private usesIn({ file, at }: Uses, { sites, sure }: { sites: Site[]; sure: number }, worth: number): void {
    let last = -1;
    for (const { line, role } of at) {
      const holder = this.layout.nodeAt(file, line);
      if (holder === last) continue;
      last = holder;
      const weight = (EDGES[role] * sure * worth) / sites.length;
      for (const site of sites) {
        const node = this.layout.nodeOf(site);
        if (node !== holder) this.both(holder, node, weight, role);
      }
    }
  }

  /** What a file holds, and the files that it imports among those that pass. */
  file(file: FileId, wanted: (file: FileId) => boolean): void {
    const top = this.layout.nodeOfFile(file);
    for (const [definition, { parent }] of this.graph.index.definitionsIn(file).entries()) {
      const node = this.numberOf(this.layout.nodeOf({ file, definition }));
      const outer = this.numberOf(parent < 0 ? top : this.layout.nodeOf({ file, definition: parent }));
      this.edges.add(outer, node, parent < 0 ? EDGES.ofFile : EDGES.part, PART);
      this.edges.add(node, outer, parent < 0 ? EDGES.toFile : EDGES.holds, HOLDS);
    }
    for (const { files } of this.graph.links.importsOf(file))
      for (const to of files.slice(0, 1))
        if (wanted(to)) this.both(top, this.layout.nodeOfFile(to), EDGES.imports, "import");
  }
}

interface Shared {
  name: string;
  sites: Site[];
}

/** The definitions of each of these names that is defined at all, and not everywhere. */
function definersOf(names: Set<string>, index: CodeIndex): Shared[] {
  const found = new Map<string, Site[]>();
  for (let file = 0; file < index.files.length; file += 1)
    for (const [definition, one] of index.definitionsIn(file).entries()) {
      const name = lastPart(one.name);
      if (!names.has(name)) continue;
      const sites = found.get(name);
      if (sites === undefined) found.set(name, [{ file, definition }]);
      else sites.push({ file, definition });
    }
  return [...found]
    .filter(([, sites]) => sites.length <= MOST_SHARING)
    .map(([name, sites]) => ({ name, sites }));
}

/** The network around a centre; the same one gives the same network. */
export function networkAround({ texts, nodes }: Centre, graph: CodeGraph, layout: Layout): Network {
  const drawing = new Drawing(graph, layout);
  const inside = (file: FileId): boolean => texts.has(file);
  for (const file of texts.keys()) drawing.file(file, inside);
  const { index } = graph;
  const meant = new Set(
    nodes.flatMap((node) => {
      const { file, definition } = layout.siteOf(node);
      return lastPart(index.definitionsIn(file)[definition]?.name ?? "");
    }),
  );
  for (const one of definersOf(namesIn(texts.values()).union(meant), index))
    drawing.uses(one, inside, meant.has(one.name));
  return { ...drawing.edges.rows(drawing.nodes.length), nodes: drawing.nodes };
}
