/** A file that is different from the base: its whole record, read from its packed form as far as somebody asks. */

import { lastPart } from "../index/code-index.ts";
import {
  type DefinitionRecord,
  FILE_KINDS,
  type FileKind,
  type ImportRecord,
  type UseRecord,
} from "../index/record.ts";
import { split } from "./front-coding.ts";
import { type Fields, fieldsOf, type Packed, readDefinitions, readImports, readUses } from "./packed.ts";
import type { FileLine, FileStamp } from "./shards.ts";
import { readingShard } from "./shards-read.ts";
import { Numbers } from "./vlq.ts";

export class ChangedFile {
  readonly stamp: FileStamp;
  /** Where it was read from, for errors. */
  private readonly source: string;
  private readonly fields: Fields;
  private text: Packed | null;
  private definitionList: DefinitionRecord[] | null = null;
  private importList: ImportRecord[] | null = null;
  private siteMap: Map<string, number[]> | null = null;
  private chunkMap: Map<string, string> | null = null;

  /** Throws `DamagedIndex` where the content is no packed record. */
  constructor(stamp: FileStamp, content: Packed | Fields, source: string) {
    this.stamp = stamp;
    this.source = source;
    this.text = typeof content === "string" ? content : null;
    this.fields = typeof content === "string" ? this.reading(() => fieldsOf(JSON.parse(content))) : content;
  }

  /** The same record with another stamp. */
  with(stamp: FileStamp): ChangedFile {
    return new ChangedFile(stamp, this.fields, this.source);
  }

  get packed(): Packed {
    this.text ??= JSON.stringify(this.fields);
    return this.text;
  }

  get language(): string {
    return this.fields[1];
  }

  get kind(): FileKind {
    return FILE_KINDS[this.fields[2]] ?? "unreadable";
  }

  get broken(): boolean {
    return this.fields[3] === 1;
  }

  /** As a files shard has it. */
  get line(): FileLine {
    const [, , , , ...line] = this.fields;
    const [definitionNames, definitions, modules, importedNames, imports] = line;
    return [definitionNames, definitions, modules, importedNames, imports];
  }

  get definitions(): DefinitionRecord[] {
    this.definitionList ??= this.reading(() => readDefinitions(this.fields[4], this.fields[5]));
    return this.definitionList;
  }

  get imports(): ImportRecord[] {
    this.importList ??= this.reading(() => readImports(this.fields[6], this.fields[7], this.fields[8]));
    return this.importList;
  }

  /** Each definition's name, its last part, with its position. */
  eachSite(): [name: string, position: number][] {
    return this.reading(() => split(this.fields[4])).map((name, position) => [lastPart(name), position]);
  }

  /** Each used name with its uses, as a names shard has them. */
  eachChunk(): [name: string, chunk: string][] {
    const chunks = this.fields[10].split(" ");
    return this.reading(() => split(this.fields[9])).map((name, at) => [name, chunks[at] ?? ""]);
  }

  /** Positions of its definitions by the last part of their names. */
  get sites(): ReadonlyMap<string, readonly number[]> {
    this.siteMap ??= grouped(this.eachSite());
    return this.siteMap;
  }

  get chunks(): ReadonlyMap<string, string> {
    this.chunkMap ??= new Map(this.eachChunk());
    return this.chunkMap;
  }

  /** Its uses of a name; null: none. */
  usesOf(name: string): UseRecord["at"] | null {
    const chunk = this.chunks.get(name);
    return chunk === undefined ? null : this.reading(() => readUses(new Numbers(chunk)));
  }

  private reading<T>(read: () => T): T {
    return readingShard(this.source, read);
  }
}

function grouped<K, V>(pairs: readonly [K, V][]): Map<K, V[]> {
  const groups = new Map<K, V[]>();
  for (const [key, value] of pairs) {
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [value]);
    else group.push(value);
  }
  return groups;
}
