/** `smallcode graph affected`: which tests to run after a change of files, by their paths, or of definitions, by their names. */
import { affectedTests, type Changed } from "../../graph/affected.ts";
import type { CodeGraph } from "../../graph/graph.ts";
import { qualifiedName } from "../../graph/index/code-index.ts";
import type { Answer } from "../../graph/query/answers.ts";
import { filesMeant } from "../../graph/query/files.ts";
import { looksLikePath, symbolsOf } from "../../graph/query/subject.ts";
import type { Asked, NotShown, Shown } from "./answers.ts";
import type { Row } from "./screen.ts";

/** What is meant to have changed: files by their paths, definitions by their names. */
function changedBy(graph: CodeGraph, word: string): Answer<{ changed: Changed[] }> {
  const { index } = graph;
  const pathOf = (file: number): string => index.files[file]?.path ?? "";
  if (looksLikePath(index, word)) {
    const meant = filesMeant(graph, word);
    return meant.ok ? { ok: true, changed: meant.files.map((file) => ({ path: pathOf(file) })) } : meant;
  }
  const meant = symbolsOf(graph, word);
  if (!meant.ok) return meant;
  const changed = meant.sites.map(({ file, definition }) => ({
    path: pathOf(file),
    names: [qualifiedName(index.definitionsIn(file), definition)],
  }));
  return { ok: true, changed };
}

/** The tests, nearest first, each with why it is one. */
export async function affectedAnswer(graph: CodeGraph, { words, max }: Asked): Promise<Shown | NotShown> {
  const all: Changed[] = [];
  for (const word of words) {
    const meant = changedBy(graph, word);
    if (!meant.ok) return meant;
    all.push(...meant.changed);
  }
  const { tests: found, complete } = affectedTests(graph, all, max);
  const lines = found.map(
    (one): Row => ({
      at: { path: one.path, line: 1 },
      cells: [one.names?.join(", ") ?? "(the whole file)"],
      tag: one.why,
    }),
  );
  const note =
    complete || found.length === 0 ? null : "There may be more: not all that depends on it is known.";
  const none = "No test is known to depend on it.";
  return { ok: true, fields: { tests: found, complete }, lines, more: 0, note, none, missed: false };
}
