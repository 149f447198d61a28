/** How well names of definitions and paths fit the words of a task: what is rare counts more. */
import type { CodeIndex, FileId } from "../index/code-index.ts";
import { WEIGHTS } from "./weights.ts";
import { partsOf, stemOf, type Words, wordsOf } from "./words.ts";

/** Points with their reasons. */
export type Points = [reason: string, points: number][];

export const sum = (points: Points): number => {
  let total = 0;
  for (const [, value] of points) total += value;
  return total;
};

/** What a task's words are worth by their stems, before how rare they are. */
export interface Terms {
  words: Words;
  worth: Map<string, number>;
}

/** `texts` are the task and words of it, `paths` the files that it names. */
export function termsOf(texts: string[], paths: string[]): Terms {
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

export interface NamePoints {
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

/** What may share a word with the task: a quick look before the exact one. */
function lookFor({ words, worth }: Terms): RegExp {
  const some = [...worth.keys(), ...words.whole, ...words.common].map((word) =>
    word.replace(/[^\p{L}\p{N}]/gu, "\\$&"),
  );
  return new RegExp(some.length === 0 ? "(?!)" : some.join("|"), "i");
}

/** What each name that shares a word with the task is worth; `all` is the number of definitions. */
export function namePoints(index: CodeIndex, terms: Terms, all: number): Map<string, NamePoints> {
  const { words, worth } = terms;
  const counts = countNames(index);
  const look = lookFor(terms);
  const matched = new Map<string, { shared: string[]; parts: number }>();
  const holding = new Map<string, number>();
  for (const [name, count] of counts) {
    if (!look.test(name)) continue;
    const parts = partsOf(name).map(stemOf);
    const shared = [...new Set(parts)].filter((part) => worth.has(part));
    const lower = name.toLowerCase();
    if (shared.length === 0 && !words.whole.has(lower) && !words.common.has(lower)) continue;
    matched.set(name, { shared, parts: parts.length });
    for (const part of shared) holding.set(part, (holding.get(part) ?? 0) + count);
  }
  const points = new Map<string, NamePoints>();
  for (const [name, { shared, parts }] of matched) {
    const reasons: Points = [];
    let value = 0;
    for (const part of shared) value += (worth.get(part) ?? 0) * rarity(all, holding.get(part) ?? 0);
    const covered = 1 - WEIGHTS.cover + (WEIGHTS.cover * shared.length) / Math.max(1, parts);
    if (value > 0) reasons.push([`words in the name (${shared.join(", ")})`, value * covered]);
    const exact = exactPoints(name.toLowerCase(), words) * rarity(all, counts.get(name) ?? 1);
    if (exact > 0) reasons.push(["name in the task", exact]);
    points.set(name, { points: sum(reasons), reasons });
  }
  return points;
}

/** How much it says that a name stands in the task, by how it is written there; 0: it does not. */
function exactPoints(name: string, { code, whole, common }: Words): number {
  if (code.has(name)) return WEIGHTS.exact * WEIGHTS.code;
  if (whole.has(name)) return WEIGHTS.exact;
  return common.has(name) ? WEIGHTS.exact * WEIGHTS.common : 0;
}

/** What the paths of files are worth, by their folders and names, and the words that they share with the task. */
export function pathPoints(
  index: CodeIndex,
  terms: Terms,
): { points: Float64Array; shared: Map<FileId, string[]> } {
  const { words, worth } = terms;
  const look = lookFor(terms);
  const holding = new Map<string, number>();
  const shared = new Map<FileId, string[]>();
  for (const [file, { path }] of index.files.entries()) {
    if (!look.test(path)) continue;
    const parts = new Set(partsOf(path.replace(/\.\w+$/, "")).map(stemOf));
    const found = [...parts].filter((part) => worth.has(part));
    if (found.length > 0) shared.set(file, found);
    for (const part of found) holding.set(part, (holding.get(part) ?? 0) + 1);
  }
  const all = index.files.length;
  const points = new Float64Array(all);
  for (const [file, found] of shared) {
    const stem = (index.files[file]?.path.split("/").at(-1) ?? "").replace(/\.\w+$/, "").toLowerCase();
    let value = 0;
    for (const part of found) value += (worth.get(part) ?? 0) * rarity(all, holding.get(part) ?? 0);
    points[file] = WEIGHTS.path * value * (words.whole.has(stem) ? 1.5 : 1);
  }
  return { points, shared };
}
