/**
 * Which definitions a task speaks of by itself, before what uses what is asked: by their names, by the texts of the likeliest
 * files, by traces, named files, failing tests and recent edits. Each point has its reason.
 */
import type { Target } from "../../types.ts";
import type { CodeGraph } from "../graph.ts";
import { type CodeIndex, type FileId, qualifiedName } from "../index/code-index.ts";
import type { Network } from "./network.ts";
import { holdingAny, textPoints, textsOf } from "./texts.ts";
import { WEIGHTS } from "./weights.ts";
import { partsOf, stemOf, type Words, wordsOf } from "./words.ts";

export interface RankQuery {
  /** The task, or words of it; the first line of the first counts most. */
  words: string[];
  /** Paths that the task names; a file name or the end of a path is enough. */
  paths: string[];
  /** Where errors were raised or reported, innermost first. */
  frames: { path: string; line: number }[];
  /** Files of tests that fail. */
  tests?: string[];
  /** Files that were edited last. */
  recent?: string[];
  /** What is known to be meant. */
  about?: Target;
  /** Files that are never meant. */
  without?: (path: string) => boolean;
}

/** Points with their reasons. */
export type Points = [reason: string, points: number][];

export interface Seeds {
  /** Points by node, definitions and files; 0 for most. */
  weight: Float64Array;
  why(node: number): Points;
}

/** What a task's words are worth by their stems, before how rare they are. */
interface Terms {
  words: Words;
  worth: Map<string, number>;
}

function termsOf({ words: texts, paths }: RankQuery): Terms {
  const [first = "", ...others] = texts;
  const [subject = ""] = first.split("\n");
  const worth = new Map<string, number>();
  const add = (parts: Set<string>, value: number): void => {
    for (const part of parts) worth.set(stemOf(part), Math.max(value, worth.get(stemOf(part)) ?? 0));
  };
  const words = wordsOf(texts);
  add(words.parts, WEIGHTS.later);
  // A path that is named speaks of its file; its words say little of what is in it.
  const names = paths.flatMap((path) => [path, path.slice(path.lastIndexOf("/") + 1)]);
  const plain = names.reduce((text, name) => text.replaceAll(name, " "), subject);
  add(wordsOf([plain, ...others]).parts, 1);
  return { words, worth };
}

const rarity = (all: number, holding: number): number =>
  Math.log(1 + (all - holding + 0.5) / (holding + 0.5));

interface NamePoints {
  points: number;
  reasons: Points;
}

/** Distinct names of definitions with how many are called so. */
function countNames(index: CodeIndex): Map<string, number> {
  const counts = new Map<string, number>();
  for (let file = 0; file < index.files.length; file += 1)
    for (const { name } of index.definitionsIn(file)) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** What each name that shares a word with the task is worth. */
function namePoints(
  counts: Map<string, number>,
  { words, worth }: Terms,
  all: number,
): Map<string, NamePoints> {
  const stems = [...worth.keys()];
  const matched = new Map<string, { shared: string[]; parts: number }>();
  const holding = new Map<string, number>();
  for (const [name, count] of counts) {
    const lower = name.toLowerCase();
    if (!stems.some((stem) => lower.includes(stem)) && !words.whole.has(lower) && !words.common.has(lower))
      continue;
    const parts = partsOf(name).map(stemOf);
    const shared = [...new Set(parts)].filter((part) => worth.has(part));
    matched.set(name, { shared, parts: parts.length });
    for (const part of shared) holding.set(part, (holding.get(part) ?? 0) + count);
  }
  const points = new Map<string, NamePoints>();
  for (const [name, { shared, parts }] of matched) {
    const lower = name.toLowerCase();
    const reasons: Points = [];
    const value = shared.reduce(
      (sum, part) => sum + (worth.get(part) ?? 0) * rarity(all, holding.get(part) ?? 0),
      0,
    );
    const covered = shared.length / Math.max(1, parts);
    if (value > 0)
      reasons.push([
        `words in the name (${shared.join(", ")})`,
        value * (1 - WEIGHTS.cover + WEIGHTS.cover * covered),
      ]);
    const rare = rarity(all, counts.get(name) ?? 1);
    if (words.code.has(lower)) reasons.push(["name in the task", WEIGHTS.exact * WEIGHTS.code * rare]);
    else if (words.whole.has(lower)) reasons.push(["name in the task", WEIGHTS.exact * rare]);
    else if (words.common.has(lower))
      reasons.push(["name in the task, a common word", WEIGHTS.common * rare]);
    points.set(name, { points: reasons.reduce((sum, [, one]) => sum + one, 0), reasons });
  }
  return points;
}

/** What the path of each file is worth, by its folders and its name. */
function pathPoints(index: CodeIndex, { words, worth }: Terms): { points: Float64Array; shared: string[][] } {
  const holding = new Map<string, number>();
  const shared = index.files.map(({ path }) => {
    const found = [...new Set(partsOf(path.replace(/\.\w+$/, "")).map(stemOf))].filter((part) =>
      worth.has(part),
    );
    for (const part of found) holding.set(part, (holding.get(part) ?? 0) + 1);
    return found;
  });
  const points = new Float64Array(index.files.length);
  for (const [file, found] of shared.entries()) {
    const stem = (index.files[file]?.path.split("/").at(-1) ?? "").replace(/\.\w+$/, "").toLowerCase();
    for (const part of found)
      points[file] =
        (points[file] ?? 0) +
        WEIGHTS.path *
          (worth.get(part) ?? 0) *
          rarity(index.files.length, holding.get(part) ?? 0) *
          (words.whole.has(stem) ? 1.5 : 1);
  }
  return { points, shared };
}

/** The files that a path, or the end of one, names. */
export function filesNamed(index: CodeIndex, named: string): FileId[] {
  const plain = named.replace(/^\.\//, "");
  const exact = index.fileAt(plain);
  if (exact !== null) return [exact];
  return [...index.files.keys()].filter((file) => {
    const path = index.files[file]?.path ?? "";
    return path.endsWith(`/${plain}`) || plain.endsWith(`/${path}`);
  });
}

/** Points that places give: traces, named files, failing tests, recent edits. */
function placePoints(query: RankQuery, { index, links }: CodeGraph, network: Network): Map<number, Points> {
  const points = new Map<number, Points>();
  const add = (node: number, reason: string, value: number): void => {
    const own = points.get(node) ?? [];
    if (!own.some(([known]) => known === reason)) points.set(node, [...own, [reason, value]]);
  };
  const addFile = (file: FileId, reason: string, value: number): void =>
    add(network.nodeOfFile(file), reason, value);
  const about = query.about === undefined ? null : index.fileAt(query.about.path);
  if (about !== null) {
    const list = index.definitionsIn(about);
    const definition = list.findIndex((_, position) => qualifiedName(list, position) === query.about?.symbol);
    add(
      definition < 0 ? network.nodeOfFile(about) : network.nodeOf({ file: about, definition }),
      "what it is about",
      WEIGHTS.about,
    );
  }
  for (const [depth, { path, line }] of query.frames.entries())
    for (const file of filesNamed(index, path)) {
      add(
        network.nodeAt(file, line),
        "holds a line of a trace",
        Math.max(WEIGHTS.frame / 2, WEIGHTS.frame - depth * 5),
      );
      addFile(file, "in a trace", Math.max(WEIGHTS.named / 3, WEIGHTS.named / 2 - depth * 3));
    }
  for (const path of query.paths)
    for (const file of filesNamed(index, path)) addFile(file, "named file", WEIGHTS.named);
  for (const path of query.tests ?? [])
    for (const test of filesNamed(index, path))
      for (const [place, file] of links.testedBy(test).entries())
        addFile(file, "tested by what fails", WEIGHTS.failing / (1 + place));
  for (const path of query.recent ?? [])
    for (const file of filesNamed(index, path)) addFile(file, "edited last", WEIGHTS.recent);
  return points;
}

const sum = (points: Points): number => points.reduce((total, [, value]) => total + value, 0);

/** Points of all definitions and files for a query. */
export async function seedsOf(query: RankQuery, graph: CodeGraph, network: Network): Promise<Seeds> {
  const { index } = graph;
  const terms = termsOf(query);
  const counts = countNames(index);
  const names = namePoints(counts, terms, network.definitions);
  const paths = pathPoints(index, terms);
  const places = placePoints(query, graph, network);
  const without = query.without ?? (() => false);
  const ofFile = Float64Array.from(index.files, ({ path }, file) =>
    without(path) ? -1 : (paths.points[file] ?? 0) + sum(places.get(network.nodeOfFile(file)) ?? []),
  );
  const outerOf = (file: FileId, parent: number): number =>
    names.get(index.definitionsIn(file)[parent]?.name ?? "")?.points ?? 0;
  const ownName = (node: number): Points => {
    const { file, definition } = network.siteOf(node);
    const own = index.definitionsIn(file)[definition];
    if (own === undefined) return [];
    const reasons = [...(names.get(own.name)?.reasons ?? [])];
    if (own.parent >= 0) {
      const outer = outerOf(file, own.parent);
      if (outer > 0) reasons.push(["in what the task names", WEIGHTS.outer * outer]);
      if (reasons.length > 0 && own.parent >= 0) {
        const full = qualifiedName(index.definitionsIn(file), definition).toLowerCase();
        if (terms.words.whole.has(full)) reasons.push(["qualified name in the task", WEIGHTS.named]);
      }
    }
    return reasons;
  };
  // The files that are read: those of the best definitions.
  const best = Float64Array.from(index.files, (_, file) => {
    if ((ofFile[file] ?? 0) < 0) return -1;
    let most = 0;
    for (const { name, parent } of index.definitionsIn(file)) {
      const value = (names.get(name)?.points ?? 0) + WEIGHTS.outer * (parent < 0 ? 0 : outerOf(file, parent));
      if (value > most) most = value;
    }
    return (most + (ofFile[file] ?? 0)) * (index.files[file]?.kind === "code" ? 1 : WEIGHTS.test);
  });
  const files = [...index.files.keys()]
    .filter(
      (file) => (best[file] ?? 0) > 0 || (index.files.length <= WEIGHTS.scanned && (ofFile[file] ?? 0) >= 0),
    )
    .sort((a, b) => (best[b] ?? 0) - (best[a] ?? 0) || a - b)
    .slice(0, WEIGHTS.scanned);
  const texts = await textsOf(graph, files);
  const inText = textPoints(texts, terms.worth, network);
  const quoting = holdingAny(texts, terms.words.quoted, network);
  const factor = (node: number): number => {
    const { file, definition } = network.siteOf(node);
    const kind = index.files[file]?.kind;
    const named = places.has(network.nodeOfFile(file));
    const list = index.definitionsIn(file);
    const own = list[definition];
    const of = kind === "code" || named ? 1 : WEIGHTS.test;
    const outer = own === undefined || own.parent < 0 ? undefined : list[own.parent];
    const inner =
      outer !== undefined && (outer.kind === "function" || outer.kind === "method") ? WEIGHTS.inner : 1;
    return of * inner * (own?.kind === "variable" ? WEIGHTS.variable : 1);
  };
  const why = (node: number): Points => {
    const { file, definition } = network.siteOf(node);
    const points: Points = [...ownName(node), ...(places.get(node) ?? [])];
    const text = inText.get(node);
    if (text !== undefined) points.push(["words in the text", WEIGHTS.body * text]);
    if (quoting.has(node)) points.push(["text in quotes", WEIGHTS.quoted]);
    if ((paths.points[file] ?? 0) > 0)
      points.push([`words in the path (${paths.shared[file]?.join(", ")})`, paths.points[file] ?? 0]);
    if (definition >= 0) points.push(...(places.get(network.nodeOfFile(file)) ?? []));
    const by = factor(node);
    return points.map(([reason, value]) => [reason, value * by]);
  };
  const weight = new Float64Array(network.size);
  for (let file = 0; file < index.files.length; file += 1) {
    if ((ofFile[file] ?? 0) < 0) continue;
    for (const [definition, { name, parent }] of index.definitionsIn(file).entries()) {
      const node = network.nodeOf({ file, definition });
      const plain = ofFile[file] ?? 0;
      const silent = !names.has(name) && !inText.has(node) && !places.has(node) && !quoting.has(node);
      if (silent && plain === 0 && (parent < 0 || outerOf(file, parent) === 0)) continue;
      weight[node] = sum(why(node));
    }
  }
  return { weight, why };
}
