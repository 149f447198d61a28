/** A code index of records that lives in memory: the plain form that the stored one is compared with. */
import { type CodeIndex, lastPart, type Site, type Uses } from "../../src/graph/index/code-index.ts";
import type { FileRecord } from "../../src/graph/index/record.ts";

/** Of records in any order; `size` gives the bytes of a file. */
export function memoryIndex(records: readonly FileRecord[], size: (path: string) => number): CodeIndex {
  const sorted = [...records].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  const ids = new Map(sorted.map(({ path }, id) => [path, id]));
  const sites = new Map<string, Site[]>();
  const uses = new Map<string, Uses[]>();
  for (const [file, record] of sorted.entries()) {
    for (const [definition, { name }] of record.definitions.entries())
      listAt(sites, lastPart(name)).push({ file, definition });
    for (const { name, at } of record.uses) listAt(uses, name).push({ file, at });
  }
  const names = (): Set<string> => new Set([...sites.keys(), ...uses.keys()]);
  return {
    files: sorted.map(({ path, language, kind, broken }) => ({
      path,
      language,
      kind,
      broken,
      size: size(path),
    })),
    fileAt: (path) => ids.get(path) ?? null,
    definitionsIn: (file) => sorted[file]?.definitions ?? [],
    importsIn: (file) => sorted[file]?.imports ?? [],
    definitionsNamed: (name) => sites.get(name) ?? [],
    usesOf: (name) => uses.get(name) ?? [],
    names,
    everyName: () =>
      [...names()].map((name) => ({ name, sites: sites.get(name) ?? [], uses: uses.get(name) ?? [] })),
  };
}

/** The list under a key, made where it is missing. */
function listAt<K, V>(map: Map<K, V[]>, key: K): V[] {
  const found = map.get(key);
  if (found !== undefined) return found;
  const list: V[] = [];
  map.set(key, list);
  return list;
}
