/**
 * What each sign counts in a ranking. Those for words, texts and edges were chosen by recall of real fixes (`bench/recall.ts`) in the
 * histories of boltons, networkx, mpmath, sqlparse and glom. The optimum is flat: half or double of one that was tried changes the
 * recall at 1,000 tokens by less than 0.02; without `walk` it falls by 0.03. Points for places are by judgement: few commits name one.
 */
export const WEIGHTS = {
  /** Of a name's rarity: a name that stands in the task, times this where it is written as only code is, or a common word. */
  exact: 1.2,
  code: 2,
  common: 0.3,
  /** How much of the points of shared words depends on how much of the name they cover. */
  cover: 0.5,
  /** Of its points: what encloses a definition, and words in the path. */
  outer: 0.5,
  path: 0.5,
  /** Words below the first line of a task. */
  later: 0.6,
  /** BM25 of a definition's text, with its two parameters; of so many files, the likeliest. */
  body: 1,
  k1: 1.2,
  b: 0.5,
  scanned: 20,
  /** Points for places: what is known to be meant, the innermost line of a trace, a named file, and weaker ones. */
  about: 60,
  frame: 40,
  named: 30,
  quoted: 12,
  failing: 6,
  recent: 4,
  /** Times the points: files that are no code of the project's own, data and markup, variables, definitions inside functions. */
  test: 0.2,
  markup: 0.4,
  variable: 0.6,
  inner: 0.7,
  /** Of the highest points: the most that a walk over the graph gives. */
  walk: 1.5,
};

/** What edges of the graph weigh, before how sure and how rare the name is; the way back weighs `back` of it. */
export const EDGES = {
  use: 1,
  call: 2,
  inherit: 2,
  import: 1,
  /** From a class to what is in it, and from there to the class; from a file, and to it. */
  part: 1,
  holds: 0.25,
  ofFile: 0.1,
  toFile: 0.08,
  imports: 0.3,
  back: 0.5,
  /** What leaves a node weighs at least this, so that a weak edge stays weak where there is no other. */
  least: 2,
};

/** How sure it is that a use means a definition. */
export const SURE = { own: 1, only: 0.8, imported: 1, beside: 0.5, named: 0.25 };
