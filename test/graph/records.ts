/** Records that are made up, and what an index must say of records. */
import { expect } from "bun:test";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CodeIndex } from "../../src/graph/index/code-index.ts";
import { FILE_KINDS, type FileRecord, ROLES, type UseRecord } from "../../src/graph/index/record.ts";
import type { Update } from "../../src/graph/store/disk.ts";
import { split } from "../../src/graph/store/front-coding.ts";
import {
  fieldsOf,
  type Packed,
  packRecord,
  readDefinitions,
  readImports,
  readUses,
} from "../../src/graph/store/packed.ts";
import type { FileStamp } from "../../src/graph/store/shards.ts";
import { Numbers } from "../../src/graph/store/vlq.ts";
import { SymbolKind } from "../../src/types.ts";
import { openStore, type Store } from "../../src/workspace/store.ts";
import { memoryIndex } from "../harness/memory-index.ts";

/** Numbers that look random and are the same in every run (mulberry32). */
export class Dice {
  private state: number;

  constructor(seed: number) {
    this.state = seed;
  }

  /** From 0 to `below` - 1. */
  roll(below: number): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  }

  pick<T>(list: readonly T[]): T {
    const one = list[this.roll(list.length)];
    if (one === undefined) throw new Error("There is nothing to pick from.");
    return one;
  }

  list<T>(below: number, make: (at: number) => T): T[] {
    return Array.from({ length: this.roll(below) }, (_, at) => make(at));
  }
}

const AWKWARD = [
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "",
  " ",
  "a b",
  " leading",
  "trailing ",
  "new\nline",
  "\r\n\t",
  'quo"te',
  "back\\slash",
  "Stack.push",
  "Stack.",
  ".",
  "größe",
  "名前",
  "😀",
  "\u{1F600}x",
  "\ud83d",
  "\ude00tail",
  "\u2028",
  "\u0000",
  "0",
  "10",
  "A",
  "x".repeat(300),
];

const nameOf = (dice: Dice): string =>
  dice.roll(4) === 0 ? dice.pick(AWKWARD) : `${dice.pick(["get", "set", "test_", "Model"])}${dice.roll(40)}`;

const large = (dice: Dice): number =>
  dice.pick([dice.roll(8), dice.roll(300), dice.roll(100_000), 2 ** 31 + dice.roll(9)]);

function usesOf(dice: Dice): UseRecord[] {
  const names = [...new Set(dice.list(12, () => nameOf(dice)))].sort();
  return names.map((name) => {
    const lines = [...new Set([1 + large(dice), ...dice.list(6, () => 1 + large(dice))])].sort(
      (a, b) => a - b,
    );
    return {
      name,
      at: lines.flatMap((line) => {
        const roles = ROLES.filter(() => dice.roll(3) === 0);
        return (roles.length > 0 ? roles : [dice.pick(ROLES)]).map((role) => ({ line, role }));
      }),
    };
  });
}

export function madeUpRecord(dice: Dice, path: string): FileRecord {
  return {
    path,
    language: dice.pick(["python", "typescript", 'odd "language"']),
    kind: dice.pick(FILE_KINDS),
    broken: dice.roll(2) === 0,
    definitions: dice.list(10, (at) => ({
      name: nameOf(dice),
      kind: dice.pick(SymbolKind.options),
      start: 1 + large(dice),
      end: 1 + large(dice),
      parent: dice.roll(at + 1) - 1,
      head: { at: large(dice), size: large(dice) },
    })),
    imports: dice.list(5, () => ({
      module: nameOf(dice),
      names: dice.list(4, () => nameOf(dice)),
      line: 1 + large(dice),
    })),
    uses: usesOf(dice),
  };
}

/** Paths that are awkward now and then; folders and files sort among each other. */
export const madeUpPath = (dice: Dice): string =>
  dice.roll(5) === 0
    ? `${dice.pick(["a", "a/b", "a b", "a.b", "ä/\n"])}/${dice.pick(AWKWARD.filter((name) => name !== ""))}`
    : `${dice.pick(["src", "src/a", "src/a/b", "test"])}/${dice.pick(["a", "b", "c", "index"])}${dice.roll(30)}.ts`;

let count = 0;

/** A stamp that is new each time. */
export function madeUpStamp(path: string): FileStamp {
  count += 1;
  return {
    path,
    size: count * 10,
    mtimeNs: 1_700_000_000_123_456_789n + BigInt(count),
    ino: BigInt(count),
    hash: `h${count}`,
  };
}

/** The record that was packed; a text that `packRecord` did not make throws. */
export function unpackRecord(packed: Packed): FileRecord {
  const [path, language, kind, broken, ...parts] = fieldsOf(JSON.parse(packed));
  const [definitionNames, definitions, modules, importedNames, imports, usedNames, uses] = parts;
  const chunks = uses.split(" ");
  return {
    path,
    language,
    kind: FILE_KINDS[kind] ?? "unreadable",
    broken: broken === 1,
    definitions: readDefinitions(definitionNames, definitions),
    imports: readImports(modules, importedNames, imports),
    uses: split(usedNames).map((name, at) => ({ name, at: readUses(new Numbers(chunks[at] ?? "")) })),
  };
}

/** A store below a folder, a new one if none is given. */
export function newStore(root = mkdtempSync(join(tmpdir(), "smallcode-graph-"))): Store {
  const opened = openStore(root, "graph");
  if (!opened.ok) throw new Error(opened.reason);
  return opened.store;
}

/** The same store with some of its doings replaced. */
export const storeWith = (store: Store, own: Partial<Store>): Store => ({
  folder: store.folder,
  read: (name) => store.read(name),
  write: (name, text) => store.write(name, text),
  list: () => store.list(),
  age: (name) => store.age(name),
  touch: (name) => store.touch(name),
  remove: (name) => store.remove(name),
  ...own,
});

/** For where nothing may be told. */
export const quiet = (sentence: string): never => {
  throw new Error(`trouble: ${sentence}`);
};

/** An update that brings in these records. */
export const bringing = (records: readonly FileRecord[]): Update => ({
  changed: records.map((record) => ({ stamp: madeUpStamp(record.path), packed: packRecord(record) })),
  touched: [],
  removed: [],
});

/** Everything that an index says, as one value. */
export function saidBy(index: CodeIndex): unknown {
  const byName = <T extends { name: string }>(facts: Iterable<T>): T[] =>
    [...facts].sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    files: index.files,
    ids: index.files.map(({ path }) => index.fileAt(path)),
    definitions: index.files.map((_, file) => index.definitionsIn(file)),
    imports: index.files.map((_, file) => index.importsIn(file)),
    names: [...index.names()].sort(),
    asked: [...index.names()]
      .sort()
      .map((name) => ({ name, sites: index.definitionsNamed(name), uses: index.usesOf(name) })),
    told: byName([...index.everyName()].map(({ name, sites, uses }) => ({ name, sites, uses }))),
  };
}

/** Expects an index to say of these records what the one in memory says. */
export function expectIndexOf(
  index: CodeIndex,
  records: readonly FileRecord[],
  stamps: ReadonlyMap<string, FileStamp>,
): void {
  const plain = memoryIndex(records, (path) => stamps.get(path)?.size ?? -1);
  const [said, right] = [saidBy(index), saidBy(plain)];
  // Quicker than the matcher, which is only wanted for its report.
  if (!Bun.deepEquals(said, right)) expect(said).toEqual(right);
  expect([...stamps.keys()].sort()).toEqual(records.map(({ path }) => path).sort());
  for (const name of ["absent", "__proto__x", "valueOf"]) {
    expect(index.definitionsNamed(name)).toEqual(plain.definitionsNamed(name));
    expect(index.usesOf(name)).toEqual(plain.usesOf(name));
  }
  expect(index.fileAt("no/such/file")).toBeNull();
  expect(index.definitionsIn(records.length)).toEqual([]);
}
