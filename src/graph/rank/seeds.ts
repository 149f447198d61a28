/**
 * Which definitions a task speaks of by itself, before what uses what is asked: by their names, by the texts of the likeliest
 * files, by traces, named files, failing tests and recent edits. Each point has its reason.
 */
import type { CodeGraph } from "../graph.ts";
import { type FileId, qualifiedName } from "../index/code-index.ts";
import { isMarkup } from "../syntax/languages.ts";
import type { Layout } from "./layout.ts";
import { namePoints, type Points, pathPoints, sum, termsOf } from "./names.ts";
import { placePoints, type RankQuery } from "./places.ts";
import { holdingAny, textPoints, textsOf } from "./texts.ts";
import { WEIGHTS } from "./weights.ts";

export interface Seeds {
  /** Points by node of the layout; those of files are 0. */
  weight: Float64Array;
  why(node: number): Points;
  /** The likeliest files with their texts. */
  texts: Map<FileId, string>;
}

/** What is known of a query before any text is read. */
class Signs {
  private readonly terms;
  private readonly names;
  private readonly paths;
  private readonly places;
  private readonly index;
  /** By file: what speaks for all that is in it; -1: it is never meant. */
  readonly ofFile: Float64Array;
  private inText = new Map<number, number>();
  private quoting = new Set<number>();

  constructor(
    query: RankQuery,
    private readonly graph: CodeGraph,
    private readonly layout: Layout,
  ) {
    this.index = graph.index;
    this.terms = termsOf(query.words, query.paths);
    this.names = namePoints(this.index, this.terms, layout.definitions);
    this.paths = pathPoints(this.index, this.terms);
    this.places = placePoints(query, graph, layout);
    this.ofFile = this.paths.points.slice();
    for (const [file, { path }] of this.index.files.entries()) {
      if (query.without?.(path) === true) this.ofFile[file] = -1;
      else this.ofFile[file] = (this.ofFile[file] ?? 0) + sum(this.places.get(layout.nodeOfFile(file)) ?? []);
    }
  }

  /** What the names of a definition and of what encloses it are worth. */
  private nameValue(file: FileId, definition: number): number {
    const list = this.index.definitionsIn(file);
    const own = list[definition];
    if (own === undefined) return 0;
    const outer = own.parent < 0 ? undefined : list[own.parent];
    const ofOuter = outer === undefined ? 0 : (this.names.get(outer.name)?.points ?? 0);
    return (this.names.get(own.name)?.points ?? 0) + WEIGHTS.outer * ofOuter;
  }

  /** Reads the likeliest files: those of the best definitions, all of a small project. */
  async read(): Promise<Map<FileId, string>> {
    const { files } = this.index;
    const small = files.length <= WEIGHTS.scanned;
    const best = this.ofFile.map((plain, file) => {
      if (plain < 0) return -1;
      let most = 0;
      const count = this.index.definitionsIn(file).length;
      for (let position = 0; position < count; position += 1)
        most = Math.max(most, this.nameValue(file, position));
      return (most + plain) * (files[file]?.kind === "code" ? 1 : WEIGHTS.test);
    });
    const likely = [...best.keys()]
      .filter((file) => (best[file] ?? 0) > 0 || (small && (best[file] ?? 0) >= 0))
      .sort((a, b) => (best[b] ?? 0) - (best[a] ?? 0) || a - b)
      .slice(0, WEIGHTS.scanned);
    const texts = await textsOf(this.graph, likely);
    this.inText = textPoints(texts, this.terms.worth, this.layout);
    this.quoting = holdingAny(texts, this.terms.words.quoted, this.layout);
    return texts;
  }

  /** What its kind and that of its file take off the points of a definition. */
  private factor(file: FileId, definition: number): number {
    const list = this.index.definitionsIn(file);
    const own = list[definition];
    const outer = own === undefined || own.parent < 0 ? undefined : list[own.parent];
    const named = this.places.has(this.layout.nodeOfFile(file));
    const { kind, language } = this.index.files[file] ?? { kind: "code", language: "" };
    const code = named ? 1 : (kind === "code" ? 1 : WEIGHTS.test) * (isMarkup(language) ? WEIGHTS.markup : 1);
    const inner = outer?.kind === "function" || outer?.kind === "method" ? WEIGHTS.inner : 1;
    return code * inner * (own?.kind === "variable" ? WEIGHTS.variable : 1);
  }

  private nameReasons(file: FileId, definition: number): Points {
    const list = this.index.definitionsIn(file);
    const own = list[definition];
    if (own === undefined) return [];
    const reasons = [...(this.names.get(own.name)?.reasons ?? [])];
    const outer = own.parent < 0 ? 0 : (this.names.get(list[own.parent]?.name ?? "")?.points ?? 0);
    if (outer > 0) reasons.push(["in what the task names", WEIGHTS.outer * outer]);
    if (own.parent >= 0 && reasons.length > 0) {
      const full = qualifiedName(list, definition).toLowerCase();
      if (this.terms.words.whole.has(full)) reasons.push(["qualified name in the task", WEIGHTS.named]);
    }
    return reasons;
  }

  why(node: number): Points {
    const { file, definition } = this.layout.siteOf(node);
    const points: Points = [...this.nameReasons(file, definition), ...(this.places.get(node) ?? [])];
    const text = this.inText.get(node);
    if (text !== undefined) points.push(["words in the text", WEIGHTS.body * text]);
    if (this.quoting.has(node)) points.push(["text in quotes", WEIGHTS.quoted]);
    const shared = this.paths.shared.get(file);
    if (shared !== undefined)
      points.push([`words in the path (${shared.join(", ")})`, this.paths.points[file] ?? 0]);
    if (definition >= 0) points.push(...(this.places.get(this.layout.nodeOfFile(file)) ?? []));
    const by = this.factor(file, definition);
    return points.map(([reason, value]) => [reason, value * by]);
  }

  /** The sum of what `why` tells; where nothing speaks for a definition but its file, without asking it. */
  weigh(file: FileId, definition: number): number {
    const plain = this.ofFile[file] ?? 0;
    if (plain < 0) return 0;
    const node = this.layout.nodeOf({ file, definition });
    const speaks = this.inText.has(node) || this.places.has(node) || this.quoting.has(node);
    if (speaks || this.nameValue(file, definition) > 0) return sum(this.why(node));
    return plain === 0 ? 0 : plain * this.factor(file, definition);
  }
}

/** Points of all definitions for a query. */
export async function seedsOf(query: RankQuery, graph: CodeGraph, layout: Layout): Promise<Seeds> {
  const signs = new Signs(query, graph, layout);
  const texts = await signs.read();
  const weight = new Float64Array(layout.size);
  for (let file = 0; file < graph.index.files.length; file += 1) {
    const count = graph.index.definitionsIn(file).length;
    for (let definition = 0; definition < count; definition += 1)
      weight[layout.nodeOf({ file, definition })] = signs.weigh(file, definition);
  }
  return { weight, why: (node) => signs.why(node), texts };
}
