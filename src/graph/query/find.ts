/**
 * Search for symbols by what a person remembers of their names. The names of an index are made ready once; then each search goes
 * through all of them, a bit mask of letters first. Definitions are looked up only for names that fit.
 */
import type { CodeGraph } from "../graph.ts";
import { type CodeIndex, qualifiedName, type Site } from "../index/code-index.ts";
import { type Hit, MATCHES, type Match, type Rows } from "./answers.ts";
import { byFit, type Fit, fit, type Prepared, prepare } from "./fuzzy.ts";
import { orderOf } from "./order.ts";
import { Texts } from "./texts.ts";

/** Names that are looked up at most, best first. */
const MOST_NAMES = 600;

const prepared = new WeakMap<CodeIndex, Prepared[]>();

/** All names of definitions and uses, ready for comparison. */
function namesOf(index: CodeIndex): Prepared[] {
  const known = prepared.get(index);
  if (known !== undefined) return known;
  const names = [...index.names()].map(prepare);
  prepared.set(index, names);
  return names;
}

interface Fitting {
  name: string;
  fit: Fit;
}

const byName = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Names that fit a word, best first. */
function fitting(index: CodeIndex, word: string): Fitting[] {
  const typed = prepare(word);
  const found: Fitting[] = [];
  for (const name of namesOf(index)) {
    const how = fit(typed, name);
    if (how !== null) found.push({ name: name.name, fit: how });
  }
  return found.sort((a, b) => byFit(a.fit, b.fit) || byName(a.name, b.name));
}

/** Names of definitions that a wrong one may have been meant to be, at most three, best first; qualified where that tells them apart. */
export function nearNames(index: CodeIndex, name: string): string[] {
  const last = name.slice(name.lastIndexOf(".") + 1);
  const near: string[] = [];
  for (const { name: other } of fitting(index, last)) {
    if (near.length === 3) break;
    const [site] = index.definitionsNamed(other);
    if (site === undefined) continue;
    near.push(last === name ? other : qualifiedName(index.definitionsIn(site.file), site.definition));
  }
  return [...new Set(near)];
}

interface Candidate extends Site {
  fit: Fit;
  name: string;
  order: number;
}

/** Whether all words stand somewhere in what encloses a definition, or in its path. */
function around(index: CodeIndex, { file, definition }: Site, words: string[]): boolean {
  const where =
    `${index.files[file]?.path} ${qualifiedName(index.definitionsIn(file), definition)}`.toLowerCase();
  return words.every((word) => where.includes(word));
}

/**
 * The best fits of what was typed: the last word is (or ends with) the name, words and qualifiers before it stand in what
 * encloses it or in its path. Where none fits so, the words in any order.
 */
function candidates(index: CodeIndex, words: string): Candidate[] {
  const parts = words.split(/[\s./:#]+/).filter((part) => part !== "");
  const joined = parts.join("");
  const found = new Map<string, Candidate>();
  const add = (word: string, others: string[]): void => {
    const lower = others.map((one) => one.toLowerCase());
    let taken = 0;
    for (const { name, fit: how } of fitting(index, word)) {
      if (taken >= MOST_NAMES) break;
      const sites = index.definitionsNamed(name);
      if (sites.length > 0) taken += 1;
      for (const site of sites) {
        const key = `${site.file} ${site.definition}`;
        const before = found.get(key);
        if (lower.length > 0 && !around(index, site, lower)) continue;
        if (before === undefined || byFit(how, before.fit) < 0)
          found.set(key, { ...site, name, fit: how, order: orderOf(index, site.file) });
      }
    }
  };
  for (const [at, part] of parts.entries()) add(part, parts.toSpliced(at, 1));
  if (parts.length > 1) add(joined, []);
  return [...found.values()];
}

const isVariable = (index: CodeIndex, { file, definition }: Site): number =>
  index.definitionsIn(file)[definition]?.kind === "variable" ? 1 : 0;

/** Symbols whose names fit what was typed, best first: by how they fit, then code before tests before the rest. */
export async function find(graph: CodeGraph, words: string, max: number): Promise<Rows<Hit>> {
  const { index } = graph;
  const rank = (match: Match): number => MATCHES.indexOf(match);
  const all = candidates(index, words).sort(
    (a, b) =>
      rank(a.fit.match) - rank(b.fit.match) ||
      a.order - b.order ||
      isVariable(index, a) - isVariable(index, b) ||
      a.fit.cost - b.fit.cost ||
      byName(a.name, b.name) ||
      a.file - b.file ||
      a.definition - b.definition,
  );
  const texts = new Texts(graph);
  const rows: Hit[] = [];
  for (const { file, definition, fit: how } of all.slice(0, max)) {
    const found = await texts.found(file, definition);
    if (found !== null) rows.push({ ...found, match: how.match });
  }
  return { rows, more: all.length - rows.length, note: null };
}
