/**
 * Makes a base of everything that is current: the old base with what has changed since, without a look at the sources. A first
 * base is the same with nothing before it.
 */

import { Breath } from "../../workspace/breath.ts";
import type { Site } from "../index/code-index.ts";
import { Base, namePostings } from "./base.ts";
import type { Layers } from "./layered.ts";
import {
  DefinitionLines,
  type FileStamp,
  type Manifest,
  type NameLine,
  namesText,
  type Row,
  TableLines,
} from "./shards.ts";
import type { Shelf } from "./shelf.ts";

/** About how large a shard is, in characters. */
const SHARD_SIZE = 64_000;

/** How many names are sorted at once. */
const RUN = 2048;

interface Facts {
  sites: Site[];
  chunks: [file: number, chunk: string][];
}

/** A base whose shards all lie in memory, in `shelf.fresh`, `table` among them. Throws `DamagedIndex` where the old base is. */
export async function makeBase(
  layers: Layers,
  stamps: ReadonlyMap<string, FileStamp>,
  shelf: Shelf,
): Promise<{ base: Base; table: string }> {
  const breath = new Breath();
  const rows: Row[] = [];
  const lines = new TableLines();
  for (const { path, language, kind, broken } of layers.files) {
    const stamp = stamps.get(path);
    if (stamp === undefined) throw new Error(`${path} has no stamp.`);
    const row = { path, language, kind, broken, stamp };
    rows.push(row);
    lines.add(row);
    if (breath.due) await breath.take();
  }
  const table = shelf.put("table", lines.text);
  const files = await putFiles(layers, shelf, breath);
  const facts = await gather(layers, breath);
  const names = await putNames(facts, shelf, breath);
  return { base: new Base(rows, { files, names }, shelf), table };
}

async function putFiles(layers: Layers, shelf: Shelf, breath: Breath): Promise<Manifest["files"]> {
  const shards: Manifest["files"] = [];
  let lines = new DefinitionLines();
  const put = (): void => {
    const number = shards.length.toString(16).padStart(2, "0");
    shards.push({ shard: shelf.put(`files-${number}`, lines.text), count: lines.count });
    lines = new DefinitionLines();
  };
  for (const [at, { path }] of layers.files.entries()) {
    const place = layers.places[at];
    if (place === undefined) continue;
    lines.add(path, typeof place === "number" ? layers.base.lineOf(place) : place.line);
    if (lines.size >= SHARD_SIZE) put();
    if (breath.due) await breath.take();
  }
  if (lines.count > 0) put();
  return shards;
}

/** Everything that is known of each name, in current numbers. */
async function gather({ base, now, over }: Layers, breath: Breath): Promise<Map<string, Facts>> {
  const all = new Map<string, Facts>();
  const factsOf = (name: string): Facts => {
    const found = all.get(name) ?? { sites: [], chunks: [] };
    if (found.sites.length + found.chunks.length === 0) all.set(name, found);
    return found;
  };
  for (const { name, sites, chunks } of base.everyRaw()) {
    for (const { file, definition } of sites) {
      const current = now[file] ?? -1;
      if (current >= 0) factsOf(name).sites.push({ file: current, definition });
    }
    for (const [file, chunk] of chunks) {
      const current = now[file] ?? -1;
      if (current >= 0) factsOf(name).chunks.push([current, chunk]);
    }
    if (breath.due) await breath.take();
  }
  for (const [file, changed] of over) {
    for (const [name, definition] of changed.eachSite()) factsOf(name).sites.push({ file, definition });
    for (const [name, chunk] of changed.eachChunk()) factsOf(name).chunks.push([file, chunk]);
    if (breath.due) await breath.take();
  }
  return all;
}

async function putNames(all: Map<string, Facts>, shelf: Shelf, breath: Breath): Promise<Manifest["names"]> {
  const shards: Manifest["names"] = [];
  let lines: NameLine[] = [];
  let size = 0;
  let before = "";
  const put = (): void => {
    const { text, from } = namesText(lines, before);
    shards.push({ shard: shelf.put(`names-${shards.length.toString(16).padStart(2, "0")}`, text), from });
    before = lines.at(-1)?.name ?? "";
    lines = [];
    size = 0;
  };
  for (const name of await sorted([...all.keys()], breath)) {
    const { sites, chunks } = all.get(name) ?? { sites: [], chunks: [] };
    sites.sort((a, b) => a.file - b.file);
    chunks.sort(([a], [b]) => a - b);
    const line = { name, ...namePostings(sites, chunks) };
    lines.push(line);
    size += name.length + line.sites.length + line.uses.length;
    if (size >= SHARD_SIZE) put();
    if (breath.due) await breath.take();
  }
  if (lines.length > 0) put();
  return shards;
}

/** Names in order, by a merge sort that can stop for breath. */
async function sorted(names: string[], breath: Breath): Promise<string[]> {
  let runs: string[][] = [];
  for (let at = 0; at < names.length; at += RUN) {
    runs.push(names.slice(at, at + RUN).sort());
    if (breath.due) await breath.take();
  }
  while (runs.length > 1) {
    const longer: string[][] = [];
    for (let at = 0; at < runs.length; at += 2)
      longer.push(await mergedRuns(runs[at] ?? [], runs[at + 1] ?? [], breath));
    runs = longer;
  }
  return runs[0] ?? [];
}

async function mergedRuns(one: string[], other: string[], breath: Breath): Promise<string[]> {
  const all: string[] = [];
  let first = 0;
  let second = 0;
  while (first < one.length || second < other.length) {
    const a = one[first];
    const b = other[second];
    if (b === undefined || (a !== undefined && a <= b)) {
      all.push(a ?? "");
      first += 1;
    } else {
      all.push(b);
      second += 1;
    }
    if (all.length % RUN === 0 && breath.due) await breath.take();
  }
  return all;
}
