/** How well the texts of definitions fit a task: BM25 over the lines of each that belong to no inner one. */
import type { CodeGraph } from "../graph.ts";
import type { FileId } from "../index/code-index.ts";
import { MOST_CHARS } from "../syntax/parse.ts";
import type { Layout } from "./layout.ts";
import { WEIGHTS } from "./weights.ts";

const READ_AT_ONCE = 16;
const LETTER = /\p{L}/u;

/** Texts of files in the order of `files`; those that cannot be read, or could not be parsed to be shown, are left out. */
export async function textsOf(graph: CodeGraph, files: FileId[]): Promise<Map<FileId, string>> {
  const texts = new Map<FileId, string>();
  for (let at = 0; at < files.length; at += READ_AT_ONCE) {
    const some = files.slice(at, at + READ_AT_ONCE);
    const read = await Promise.all(some.map((file) => graph.text(graph.index.files[file]?.path ?? "")));
    for (const [position, text] of read.entries()) {
      const file = some[position];
      if (file !== undefined && text !== null && text.length <= MOST_CHARS) texts.set(file, text);
    }
  }
  return texts;
}

/** The lines (1-based) of a text where a word of it begins with `stem`, which is in lower case. */
function linesWith(text: string, lower: string, starts: Uint32Array, stem: string): number[] {
  const lines: number[] = [];
  let line = 0;
  for (let at = lower.indexOf(stem); at >= 0; at = lower.indexOf(stem, at + stem.length)) {
    const before = text[at - 1] ?? " ";
    const first = text[at] ?? "";
    // A hump begins a word, too.
    if (LETTER.test(before) && !(first !== lower[at] && before === before.toLowerCase())) continue;
    while (line + 1 < starts.length && (starts[line + 1] as number) <= at) line += 1;
    lines.push(line + 1);
  }
  return lines;
}

function lineStarts(text: string): Uint32Array {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return Uint32Array.from(starts);
}

/** Of each node in the texts: how often it has each term, and how many lines are its own. */
interface Counted {
  times: Map<number, Map<string, number>>;
  lengths: Map<number, number>;
}

function count(texts: Map<FileId, string>, terms: Iterable<string>, layout: Layout): Counted {
  const times: Counted["times"] = new Map();
  const lengths: Counted["lengths"] = new Map();
  const stems = [...terms];
  for (const [file, text] of texts) {
    const lower = text.toLowerCase();
    // Some letters have lower forms of another length.
    if (lower.length !== text.length) continue;
    const starts = lineStarts(text);
    for (let line = 1; line <= starts.length; line += 1) {
      const node = layout.nodeAt(file, line);
      lengths.set(node, (lengths.get(node) ?? 0) + 1);
    }
    for (const stem of stems)
      for (const line of linesWith(text, lower, starts, stem)) {
        const node = layout.nodeAt(file, line);
        const own = times.get(node) ?? new Map<string, number>();
        own.set(stem, (own.get(stem) ?? 0) + 1);
        times.set(node, own);
      }
  }
  return { times, lengths };
}

/** Points by node; `terms` are stems with what each is worth. */
export function textPoints(
  texts: Map<FileId, string>,
  terms: ReadonlyMap<string, number>,
  layout: Layout,
): Map<number, number> {
  const { times, lengths } = count(texts, terms.keys(), layout);
  const holding = new Map<string, number>();
  for (const own of times.values())
    for (const stem of own.keys()) holding.set(stem, (holding.get(stem) ?? 0) + 1);
  const all = lengths.size;
  let sum = 0;
  for (const length of lengths.values()) sum += length;
  const mean = sum / Math.max(1, all);
  const points = new Map<number, number>();
  for (const [node, own] of times) {
    const long = WEIGHTS.k1 * (1 - WEIGHTS.b + (WEIGHTS.b * (lengths.get(node) ?? 0)) / mean);
    let total = 0;
    for (const [stem, often] of own) {
      const rare = Math.log(1 + (all - (holding.get(stem) ?? 0) + 0.5) / ((holding.get(stem) ?? 0) + 0.5));
      total += ((terms.get(stem) ?? 0) * rare * often * (WEIGHTS.k1 + 1)) / (often + long);
    }
    points.set(node, total);
  }
  return points;
}

/** The nodes whose text holds one of the messages as it is written. */
export function holdingAny(texts: Map<FileId, string>, messages: string[], layout: Layout): Set<number> {
  const nodes = new Set<number>();
  for (const [file, text] of texts)
    for (const message of messages)
      for (let at = text.indexOf(message); at >= 0; at = text.indexOf(message, at + message.length))
        nodes.add(layout.nodeAt(file, text.slice(0, at).split("\n").length));
  return nodes;
}
