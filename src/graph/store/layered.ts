/**
 * The index over a base and what has changed since. A changed or removed file hides its row of the base; files are numbered anew
 * over both, and since both are sorted by path, the base's order holds.
 */

import type { CodeIndex, FileId, IndexedFile, NameFacts, Site, Uses } from "../index/code-index.ts";
import { type Base, LateFacts } from "./base.ts";
import type { ChangedFile } from "./changed-file.ts";
import type { FileStamp } from "./shards.ts";

/** What is different from the base. */
export interface Overlay {
  /** New and changed files by path. */
  changed: ReadonlyMap<string, ChangedFile>;
  /** Files of the base that have only another stamp. */
  touched: ReadonlyMap<string, FileStamp>;
  /** Paths of the base that are gone. */
  removed: ReadonlySet<string>;
}

/** Where a current file is: its number in the base, or its record. */
export type Place = number | ChangedFile;

/** Base and overlay with the numbers of the one in the other. */
export interface Layers {
  base: Base;
  /** By current number. */
  places: readonly Place[];
  files: readonly IndexedFile[];
  /** Current number by number in the base; -1: hidden. */
  now: Int32Array;
  /** The changed files by current number, ascending. */
  over: readonly [FileId, ChangedFile][];
}

export function layersOf(base: Base, { changed, touched, removed }: Overlay): Layers {
  const files: IndexedFile[] = [];
  const places: Place[] = [];
  const now = new Int32Array(base.rows.length).fill(-1);
  const over: [FileId, ChangedFile][] = [];
  const waiting = [...changed.keys()].sort();
  let next = 0;
  const add = (path: string): void => {
    const file = changed.get(path);
    if (file === undefined) return;
    over.push([files.length, file]);
    places.push(file);
    files.push({
      path,
      language: file.language,
      kind: file.kind,
      broken: file.broken,
      size: file.stamp.size,
    });
  };
  for (const [number, { path, language, kind, broken, stamp }] of base.rows.entries()) {
    for (let one = waiting[next]; one !== undefined && one < path; one = waiting[next]) {
      add(one);
      next += 1;
    }
    if (changed.has(path) || removed.has(path)) continue;
    now[number] = files.length;
    places.push(number);
    files.push({ path, language, kind, broken, size: (touched.get(path) ?? stamp).size });
  }
  for (const one of waiting.slice(next)) add(one);
  return { base, places, files, now, over };
}

/** The index that readers see. Any of its methods can throw `DamagedIndex`. */
export function layeredIndex(layers: Layers): CodeIndex {
  const { base, places, files } = layers;
  const everyName = function* (): Iterable<NameFacts> {
    if (isBare(layers)) return yield* base.everyName();
    const over = overByName(layers.over);
    for (const found of base.everyName()) {
      const facts = merged(layers.now, found, over.get(found.name) ?? []);
      over.delete(found.name);
      if (facts.sites.length > 0 || facts.uses.length > 0) yield facts;
    }
    for (const [name, files] of over) yield merged(layers.now, { name, sites: [], uses: [] }, files);
  };
  const factsOf = (name: string): NameFacts =>
    merged(layers.now, base.factsOf(name) ?? { name, sites: [], uses: [] }, layers.over);
  return {
    files,
    fileAt: (path) => placeOf(files, path),
    definitionsIn: (file) =>
      read(places[file], (at) => (typeof at === "number" ? base.definitionsIn(at) : at.definitions)),
    importsIn: (file) =>
      read(places[file], (at) => (typeof at === "number" ? base.importsIn(at) : at.imports)),
    definitionsNamed: (name) => factsOf(name).sites,
    usesOf: (name) => factsOf(name).uses,
    names: function* () {
      if (isBare(layers)) return yield* base.everyOwnName();
      for (const { name } of everyName()) yield name;
    },
    everyName,
  };
}

/** Whether the base is all there is, with its own numbers. */
const isBare = ({ base, files, over }: Layers): boolean =>
  over.length === 0 && files.length === base.rows.length;

const read = <T>(place: Place | undefined, list: (place: Place) => T[]): T[] =>
  place === undefined ? [] : list(place);

/** What the base found of a name and what changed files know of it, in current numbers. */
function merged(now: Int32Array, found: NameFacts, over: Layers["over"]): NameFacts {
  const { name } = found;
  const sites: Site[] = [];
  for (const { file, definition } of found.sites) {
    const current = now[file] ?? -1;
    if (current >= 0) sites.push({ file: current, definition });
  }
  for (const [file, changed] of over)
    for (const definition of changed.sites.get(name) ?? []) sites.push({ file, definition });
  if (over.length > 0) sites.sort((a, b) => a.file - b.file);
  return new LateFacts(name, sites, () => mergedUses(now, found, over));
}

function mergedUses(now: Int32Array, { name, uses: found }: NameFacts, over: Layers["over"]): Uses[] {
  const uses: Uses[] = [];
  for (const { file, at } of found) {
    const current = now[file] ?? -1;
    if (current >= 0) uses.push({ file: current, at });
  }
  for (const [file, changed] of over) {
    const at = changed.usesOf(name);
    if (at !== null) uses.push({ file, at });
  }
  return over.length > 0 ? uses.sort((a, b) => a.file - b.file) : uses;
}

/** The changed files that know of each name. */
function overByName(over: Layers["over"]): Map<string, [FileId, ChangedFile][]> {
  const byName = new Map<string, [FileId, ChangedFile][]>();
  for (const [file, changed] of over)
    for (const name of new Set([...changed.sites.keys(), ...changed.chunks.keys()])) {
      const files = byName.get(name);
      if (files === undefined) byName.set(name, [[file, changed]]);
      else files.push([file, changed]);
    }
  return byName;
}

function placeOf(files: readonly IndexedFile[], path: string): FileId | null {
  let low = 0;
  let high = files.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((files[middle]?.path ?? path) < path) low = middle + 1;
    else high = middle;
  }
  return files[low]?.path === path ? low : null;
}
