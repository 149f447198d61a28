/** Where things are defined: by name, and all of a file as a tree. */
import type { CodeGraph } from "../graph.ts";
import type { Answer, Found, Outlined, Rows } from "./answers.ts";
import { fileOf, symbolsOf } from "./subject.ts";
import { Texts } from "./texts.ts";

/** Definitions of a name: see `symbolsOf` for how it may be written. */
export async function definition(graph: CodeGraph, name: string, max: number): Promise<Answer<Rows<Found>>> {
  const meant = symbolsOf(graph, name);
  if (!meant.ok) return meant;
  const texts = new Texts(graph);
  const rows: Found[] = [];
  for (const { file, definition: at } of meant.sites.slice(0, max)) {
    const found = await texts.found(file, at);
    if (found !== null) rows.push(found);
  }
  return { ok: true, rows, more: meant.sites.length - rows.length, note: meant.note };
}

/** All definitions of a file, nested as they stand; `max` counts them all. Names are not qualified: the nesting says it. */
export async function outline(graph: CodeGraph, path: string, max: number): Promise<Answer<Rows<Outlined>>> {
  const meant = fileOf(graph, path);
  if (!meant.ok) return meant;
  const definitions = graph.index.definitionsIn(meant.file);
  const texts = new Texts(graph);
  const made: Outlined[] = [];
  const rows: Outlined[] = [];
  for (const [position, { parent, name }] of definitions.slice(0, max).entries()) {
    const found = await texts.found(meant.file, position);
    if (found === null) continue;
    const one: Outlined = { ...found, name, children: [] };
    made[position] = one;
    (made[parent]?.children ?? rows).push(one);
  }
  const note = meant.path === path ? null : `This is ${meant.path}.`;
  return { ok: true, rows, more: Math.max(0, definitions.length - max), note };
}
