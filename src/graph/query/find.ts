/**
 * Search for symbols by what a person remembers of their names. The names of an index are made ready once; then each search goes
 * through all of them, a bit mask of letters first. Definitions are looked up only for names that fit.
 */
import type { CodeGraph } from "../graph.ts";
import { type CodeIndex, type FileId, qualifiedName, type Site } from "../index/code-index.ts";
import { type Hit, MATCHES, type Match, type Rows } from "./answers.ts";
import { byFit, type Fit, fit, keyOf, type Prepared, prepare } from "./fuzzy.ts";
import { isMinor, orderOf } from "./order.ts";
import { Texts } from "./texts.ts";

/** Definitions that are looked at for a word at most, best names first. */
const MOST_SITES = 4000;

/** Names that are suggested, and such as are looked at for it. */
const NEAR = 3;
const MOST_NEAR = 200;

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
  key: number;
}

const byName = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Names that fit a word, best first; some may only be used. */
function fitting(index: CodeIndex, word: string): Fitting[] {
  const typed = prepare(word);
  const found: Fitting[] = [];
  for (const name of namesOf(index)) {
    const how = fit(typed, name);
    if (how !== null) found.push({ name: name.name, fit: how, key: keyOf(how) });
  }
  return found.sort((a, b) => a.key - b.key || byName(a.name, b.name));
}

/**
 * Names of definitions that a wrong one may have been meant to be, at most three: those in the same qualifier first, then slips.
 * They are qualified where the wrong one was.
 */
export function nearNames(index: CodeIndex, name: string): string[] {
  const last = name.slice(name.lastIndexOf(".") + 1);
  const all = fitting(index, last);
  const slips = all.filter(({ fit: { match } }) => match === "typo");
  const ordered = [...slips, ...all].slice(0, MOST_NEAR).map((one) => one.name);
  if (last === name) {
    const defined = ordered.filter((other) => index.definitionsNamed(other).length > 0);
    return [...new Set(defined)].slice(0, NEAR);
  }
  const qualified = ordered.flatMap((other) =>
    index
      .definitionsNamed(other)
      .map((site) => qualifiedName(index.definitionsIn(site.file), site.definition)),
  );
  const before = name.slice(0, -last.length).toLowerCase();
  const inside = qualified.filter((one) => one.toLowerCase().includes(before));
  return [...new Set(inside.length > 0 ? inside : qualified)].slice(0, NEAR);
}

interface Candidate extends Site {
  fit: Fit;
  name: string;
  order: number;
  /** How many of the other words stand in the path alone. */
  apart: number;
}

/** Finds the words around a definition: in what encloses it or in its path. */
class Surroundings {
  private readonly paths = new Map<FileId, string>();
  private readonly words: string[];

  constructor(
    private readonly index: CodeIndex,
    words: string[],
  ) {
    this.words = words.map((word) => word.toLowerCase());
  }

  /** How many of the words stand in the path alone; null where one stands nowhere. */
  apart({ file, definition }: Site): number | null {
    const { index, words } = this;
    if (words.length === 0) return 0;
    const path = this.paths.get(file) ?? (index.files[file]?.path ?? "").toLowerCase();
    this.paths.set(file, path);
    const name = qualifiedName(index.definitionsIn(file), definition).toLowerCase();
    const outside = words.filter((word) => !name.includes(word));
    return outside.every((word) => path.includes(word)) ? outside.length : null;
  }
}

/**
 * The best fits of what was typed: one word is the name (or fits it), all others stand in what encloses it or in its path. Or the
 * words are one name together.
 */
function candidates(index: CodeIndex, words: string): Candidate[] {
  const parts = words.split(/[\s./:#]+/).filter((part) => part !== "");
  const found = new Map<number, Candidate>();
  const add = (word: string, others: string[]): void => {
    const around = new Surroundings(index, others);
    let left = MOST_SITES;
    for (const { name, fit: how } of fitting(index, word)) {
      if (left <= 0) break;
      for (const site of index.definitionsNamed(name)) {
        left -= 1;
        const key = site.file * 2 ** 24 + site.definition;
        const before = found.get(key);
        if (before !== undefined && byFit(how, before.fit) >= 0) continue;
        const apart = around.apart(site);
        if (apart !== null) found.set(key, { ...site, name, fit: how, order: orderIn(index, site), apart });
      }
    }
  };
  for (const [at, part] of parts.entries()) add(part, parts.toSpliced(at, 1));
  if (parts.length > 1) add(parts.join(""), []);
  return [...found.values()];
}

/** Code before tests before the rest; in each, variables and modules last. */
const orderIn = (index: CodeIndex, site: Site): number =>
  2 * orderOf(index, site.file) + (isMinor(index, site) ? 1 : 0);

/** Symbols whose names fit what was typed, best first: by how they fit, then code before tests before the rest. */
export async function find(graph: CodeGraph, words: string, max: number): Promise<Rows<Hit>> {
  const { index } = graph;
  const rank = (match: Match): number => MATCHES.indexOf(match);
  const all = candidates(index, words).sort(
    (a, b) =>
      rank(a.fit.match) - rank(b.fit.match) ||
      a.order - b.order ||
      a.apart - b.apart ||
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
