/** What places say of a task: traces, named files, failing tests, recent edits. */
import type { Target } from "../../types.ts";
import type { CodeGraph } from "../graph.ts";
import { type CodeIndex, type FileId, qualifiedName } from "../index/code-index.ts";
import type { Layout } from "./layout.ts";
import type { Points } from "./names.ts";
import { WEIGHTS } from "./weights.ts";

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

/** The files that a path, or the end of one, names. */
function filesNamed(index: CodeIndex, named: string): FileId[] {
  const plain = named.replace(/^\.\//, "");
  const exact = index.fileAt(plain);
  if (exact !== null) return [exact];
  return [...index.files.keys()].filter((file) => {
    const path = index.files[file]?.path ?? "";
    return path.endsWith(`/${plain}`) || plain.endsWith(`/${path}`);
  });
}

/** Points by node, of definitions and of files. */
export function placePoints(
  query: RankQuery,
  { index, links }: CodeGraph,
  layout: Layout,
): Map<number, Points> {
  const points = new Map<number, Points>();
  const add = (node: number, reason: string, value: number): void => {
    const own = points.get(node) ?? [];
    if (!own.some(([known]) => known === reason)) points.set(node, [...own, [reason, value]]);
  };
  const addFile = (file: FileId, reason: string, value: number): void =>
    add(layout.nodeOfFile(file), reason, value);
  const about = query.about === undefined ? null : index.fileAt(query.about.path);
  if (about !== null) {
    const list = index.definitionsIn(about);
    const definition = list.findIndex((_, position) => qualifiedName(list, position) === query.about?.symbol);
    add(
      definition < 0 ? layout.nodeOfFile(about) : layout.nodeOf({ file: about, definition }),
      "what it is about",
      WEIGHTS.about,
    );
  }
  for (const [depth, { path, line }] of query.frames.entries())
    for (const file of filesNamed(index, path)) {
      add(
        layout.nodeAt(file, line),
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
