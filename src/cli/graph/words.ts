/** The questions of `smallcode graph`, as a table that `args.ts`, the help and the answers share. It imports nothing heavy: `--help` starts at once. */
import { nearest } from "../../config/nearest.ts";

export interface GraphQueryRow {
  name: string;
  /** What follows, as the help shows it. */
  words: string;
  /** How many words there have to be, and at most. */
  least: number;
  most: number;
  /** How many results are shown without --max. */
  max: number;
  help: string;
}

const ONE = { least: 1, most: 1, max: 50 };
const SOME = { least: 1, most: Infinity, max: 50 };

export const GRAPH_QUERIES = [
  { name: "definition", words: "NAME", ...ONE, help: "where it is defined" },
  { name: "references", words: "NAME", ...ONE, help: "where it is used" },
  { name: "callers", words: "NAME", ...ONE, help: "what calls it" },
  { name: "callees", words: "NAME", ...ONE, help: "what it calls" },
  { name: "types", words: "NAME", ...ONE, help: "its bases and subclasses" },
  { name: "importers", words: "PATH|NAME", ...ONE, help: "files that import it" },
  { name: "imports", words: "PATH", ...ONE, max: 200, help: "what a file imports" },
  { name: "tests", words: "PATH|NAME", ...ONE, help: "the tests of it" },
  { name: "outline", words: "PATH", ...ONE, max: 500, help: "what a file defines, as a tree" },
  { name: "path", words: "FROM TO", least: 2, most: 2, max: 50, help: "how one thing leads to another" },
  { name: "impact", words: "PATH|NAME", ...ONE, help: "what a change of it may break" },
  { name: "affected", words: "PATH|NAME...", ...SOME, help: "which tests to run after a change of them" },
  { name: "find", words: "WORDS", ...SOME, help: "symbols by what you remember of the name" },
  { name: "text", words: "PATTERN", ...SOME, max: 100, help: "lines of all files (--regex)" },
  { name: "slice", words: "TASK", ...SOME, help: "the code that a task is about (--tokens, --why)" },
] as const satisfies readonly GraphQueryRow[];

export type GraphQuery = (typeof GRAPH_QUERIES)[number]["name"];

/** The row of a word; undefined: the word begins a task. */
export const graphQueryRow = (word: string | undefined): (GraphQueryRow & { name: GraphQuery }) | undefined =>
  GRAPH_QUERIES.find(({ name }) => name === word);

type GraphWords = { query: GraphQuery | null; words: string[] } | { mistake: string };

/**
 * What follows `graph` on the command line; null where it begins a task. `literal` is what stood behind "--"; `sure`: a flag says
 * that it is no task.
 */
export function readGraphWords(
  [first, ...rest]: string[],
  { literal, sure }: { literal: string[]; sure: boolean },
): GraphWords | null {
  if (first === undefined) return literal.length > 0 ? null : { query: null, words: [] };
  const row = graphQueryRow(first);
  const words = [...rest, ...literal];
  if (row === undefined) {
    const known = GRAPH_QUERIES.map(({ name }) => name);
    const guess = words.length <= 2 ? nearest(first, known, 1) : null;
    if (!sure && guess === null) return null;
    const meant = guess === null ? `it takes ${known.join(", ")}.` : `did you mean graph ${guess}?`;
    return { mistake: `graph has no query ${JSON.stringify(first)}: ${meant} (A task goes in quotes.)` };
  }
  const { name, words: wants, least, most } = row;
  if (words.length < least) return { mistake: `graph ${name} needs ${wants} after it.` };
  if (words.length > most)
    return {
      mistake: `graph ${name} takes ${wants} alone. (A task that begins with "graph" goes in quotes.)`,
    };
  return { query: name, words };
}

/** What `smallcode graph` alone prints. */
export const GRAPH_HELP = `Questions to the code graph:
${GRAPH_QUERIES.map(({ name, words, help }) => `  smallcode graph ${`${name} ${words}`.padEnd(22)} ${help}`).join("\n")}
  smallcode graph --html FILE            a page that draws the map
NAME is push, Stack.push, src/stack.ts:push. Flags: --max N, --json. More: smallcode help graph`;
