/**
 * The base of a stored graph: its two tables, by file and by name, read shard by shard as they are needed and kept in memory from
 * then on. Files are numbered by their place in the base's own table.
 */
import type { NameFacts, Site, Uses } from "../index/code-index.ts";
import type { DefinitionRecord, ImportRecord } from "../index/record.ts";
import { readDefinitions, readImports, readUses, skipUses } from "./packed.ts";
import { BadShape } from "./shape.ts";
import type { FileLine, Manifest, Row } from "./shards.ts";
import { DamagedIndex, type ReadName, readFiles, readingShard, readNames } from "./shards-read.ts";
import type { Shelf } from "./shelf.ts";
import { Numbers, unsigned } from "./vlq.ts";

/** What a file is told of a name, still as text: a chunk holds the uses of the name in it. */
export interface RawFacts {
  name: string;
  sites: Site[];
  chunks: [file: number, chunk: string][];
}

export class Base {
  readonly rows: readonly Row[];
  readonly files: Manifest["files"];
  readonly names: Manifest["names"];
  readonly shelf: Shelf;
  /** The first row of each files shard. */
  private readonly starts: number[];
  private readonly lines = new Map<number, FileLine[]>();
  private readonly named = new Map<number, ReadName[]>();
  private readonly definitions = new Map<number, DefinitionRecord[]>();
  private readonly imports = new Map<number, ImportRecord[]>();

  constructor(rows: readonly Row[], { files, names }: Pick<Manifest, "files" | "names">, shelf: Shelf) {
    this.rows = rows;
    this.files = files;
    this.names = names;
    this.shelf = shelf;
    let start = 0;
    this.starts = files.map(({ count }) => {
      start += count;
      return start - count;
    });
    if (start !== rows.length) throw new DamagedIndex("manifest.json", "has not the files of its table");
  }

  has(path: string): boolean {
    return this.rows[lastAtMost(this.rows, path, (row) => row.path)]?.path === path;
  }

  /** One file's line; throws `DamagedIndex`. */
  lineOf(file: number): FileLine {
    const at = lastAtMost(this.starts, file);
    const line = this.filesShard(at)[file - (this.starts[at] ?? 0)];
    if (line === undefined) throw new DamagedIndex("manifest.json", "names a file that is not there");
    return line;
  }

  private filesShard(at: number): FileLine[] {
    const kept = this.lines.get(at);
    if (kept !== undefined) return kept;
    const { shard, count } = this.files[at] ?? { shard: "a shard", count: 0 };
    const lines = readingShard(shard, () => readFiles(this.shelf.text(shard)));
    if (lines.length !== count) throw new DamagedIndex(shard, "has not as many files as it should");
    this.lines.set(at, lines);
    return lines;
  }

  private namesShard(at: number): ReadName[] {
    const kept = this.named.get(at);
    if (kept !== undefined) return kept;
    const { shard } = this.names[at] ?? { shard: "a shard" };
    const lines = readingShard(shard, () => readNames(this.shelf.text(shard)));
    this.named.set(at, lines);
    return lines;
  }

  definitionsIn(file: number): DefinitionRecord[] {
    const kept = this.definitions.get(file);
    if (kept !== undefined) return kept;
    const [names, text] = this.lineOf(file);
    const definitions = readingShard(this.shardOf(file), () => readDefinitions(names, text));
    this.definitions.set(file, definitions);
    return definitions;
  }

  importsIn(file: number): ImportRecord[] {
    const kept = this.imports.get(file);
    if (kept !== undefined) return kept;
    const [, , modules, names, text] = this.lineOf(file);
    const imports = readingShard(this.shardOf(file), () => readImports(modules, names, text));
    this.imports.set(file, imports);
    return imports;
  }

  private shardOf(file: number): string {
    return this.files[lastAtMost(this.starts, file)]?.shard ?? "a shard";
  }

  /** All that the base knows of a name; null: nothing. */
  factsOf(name: string): NameFacts | null {
    const at = lastAtMost(this.names, name, ({ from }) => from);
    if (at < 0) return null;
    const lines = this.namesShard(at);
    const line = lines[lastAtMost(lines, name, (one) => one.name)];
    return line?.name === name ? this.factsIn(at, line) : null;
  }

  private factsIn(at: number, { name, line, sites, uses }: ReadName): NameFacts {
    const shard = this.names[at]?.shard ?? "a shard";
    return new LateFacts(
      name,
      readingShard(shard, () => this.readSites(new Numbers(line, sites, uses - 1))),
      () => readingShard(shard, () => this.readAllUses(new Numbers(line, uses))),
    );
  }

  *everyOwnName(): Iterable<string> {
    for (const at of this.names.keys()) for (const { name } of this.namesShard(at)) yield name;
  }

  *everyName(): Iterable<NameFacts> {
    for (const at of this.names.keys()) for (const line of this.namesShard(at)) yield this.factsIn(at, line);
  }

  /** The same with uses as they were written, for who writes them again. */
  *everyRaw(): Iterable<RawFacts> {
    for (const at of this.names.keys())
      for (const { name, line, sites, uses } of this.namesShard(at))
        yield readingShard(this.names[at]?.shard ?? "a shard", () => ({
          name,
          sites: this.readSites(new Numbers(line, sites, uses - 1)),
          chunks: this.chunksIn(line, uses),
        }));
  }

  private readSites(numbers: Numbers): Site[] {
    const sites: Site[] = [];
    for (let file = 0; !numbers.done; ) {
      file += numbers.unsigned();
      sites.push({ file: this.checked(file), definition: numbers.unsigned() });
    }
    return sites;
  }

  private readAllUses(numbers: Numbers): Uses[] {
    const uses: Uses[] = [];
    for (let file = 0; !numbers.done; ) {
      file += numbers.unsigned();
      uses.push({ file: this.checked(file), at: readUses(numbers) });
    }
    return uses;
  }

  private chunksIn(text: string, start: number): [number, string][] {
    const numbers = new Numbers(text, start);
    const chunks: [number, string][] = [];
    for (let file = 0; !numbers.done; ) {
      file += numbers.unsigned();
      const from = numbers.at;
      skipUses(numbers);
      chunks.push([this.checked(file), text.slice(from, numbers.at)]);
    }
    return chunks;
  }

  private checked(file: number): number {
    if (file >= this.rows.length) throw new BadShape("has a name in a file that is not there");
    return file;
  }
}

/** Uses are read when somebody asks for them: of most names that a project does not define nobody does. */
export class LateFacts implements NameFacts {
  readonly name: string;
  readonly sites: readonly Site[];
  private readonly read: () => readonly Uses[];
  private known: readonly Uses[] | null = null;

  constructor(name: string, sites: readonly Site[], read: () => readonly Uses[]) {
    this.name = name;
    this.sites = sites;
    this.read = read;
  }

  get uses(): readonly Uses[] {
    this.known ??= this.read();
    return this.known;
  }
}

/** Sites and uses of a name as a names shard has them; both sorted by file. */
export function namePostings(
  sites: readonly Site[],
  chunks: readonly [number, string][],
): { sites: string; uses: string } {
  let last = 0;
  let written = "";
  for (const { file, definition } of sites) {
    written += unsigned(file - last) + unsigned(definition);
    last = file;
  }
  last = 0;
  let uses = "";
  for (const [file, chunk] of chunks) {
    uses += unsigned(file - last) + chunk;
    last = file;
  }
  return { sites: written, uses };
}

/** The last place in a sorted list whose key is at most this one; -1: none. */
function lastAtMost<K extends string | number>(list: readonly K[], key: K): number;
function lastAtMost<T, K extends string | number>(list: readonly T[], key: K, keyOf: (one: T) => K): number;
function lastAtMost<T>(list: readonly T[], key: unknown, keyOf: (one: T) => unknown = (one) => one): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const one = list[middle];
    if (one !== undefined && (keyOf(one) as string) <= (key as string)) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
