/**
 * A file's record as one line of JSON, and its parts as the shards hold them. Numbers are VLQs (`vlq.ts`); lists of names are
 * one text (`names.ts`).
 *
 *     ["path", "language", kind, broken, definition names, definitions, modules, imported names, imports, used names, uses]
 *
 * - a definition: kind and 8 times the distance to its parent (0: none), lines from the last one's start (signed), lines to its end
 *   (signed), characters from the end of the last one's head to its own (signed), size of its head (signed)
 * - an import: lines from the last one (signed), how many of the imported names are its own
 * - the uses of one name: 5 times how many, and their role; then their lines, each from the one before. Where the roles differ the
 *   role is 4, and each use is its line times 4 and its role. With spaces between the names.
 */
import { SymbolKind } from "../../types.ts";
import {
  type DefinitionRecord,
  FILE_KINDS,
  type FileRecord,
  type ImportRecord,
  ROLES,
} from "../index/record.ts";
import { isNames, joined, type Names, split } from "./front-coding.ts";
import { BadShape } from "./shape.ts";
import { Numbers, signed, unsigned } from "./vlq.ts";

/**
 * A record as a text: what workers hand over, since a text crosses threads for a fraction of what the objects would cost, and
 * what shards are made of.
 */
export type Packed = string;

/** The parts of a packed record. */
export type Fields = [
  path: string,
  language: string,
  kind: number,
  broken: number,
  definitionNames: Names,
  definitions: string,
  modules: Names,
  importedNames: Names,
  imports: string,
  usedNames: Names,
  uses: string,
];

const KINDS = SymbolKind.options;
const WAYS = ROLES.length;
/** Stands for the role of uses that have different ones. */
const MIXED = WAYS;

/** Pure; quick enough for a worker to call after each parse. */
export function packRecord(record: FileRecord): Packed {
  const { path, language, kind, broken, definitions, imports, uses } = record;
  const fields: Fields = [
    path,
    language,
    FILE_KINDS.indexOf(kind),
    broken ? 1 : 0,
    joined(definitions.map(({ name }) => name)),
    packDefinitions(definitions),
    joined(imports.map(({ module }) => module)),
    joined(imports.flatMap(({ names }) => names)),
    packImports(imports),
    joined(uses.map(({ name }) => name)),
    uses.map(({ at }) => packUses(at)).join(" "),
  ];
  return JSON.stringify(fields);
}

function packDefinitions(definitions: readonly DefinitionRecord[]): string {
  let text = "";
  let line = 0;
  let at = 0;
  for (const [position, { kind, start, end, parent, head }] of definitions.entries()) {
    text += unsigned(KINDS.indexOf(kind) + KINDS.length * (parent < 0 ? 0 : position - parent));
    text += signed(start - line) + signed(end - start) + signed(head.at - at) + signed(head.size);
    line = start;
    at = head.at + head.size;
  }
  return text;
}

function packImports(imports: readonly ImportRecord[]): string {
  let text = "";
  let last = 0;
  for (const { line, names } of imports) {
    text += signed(line - last) + unsigned(names.length);
    last = line;
  }
  return text;
}

function packUses(at: FileRecord["uses"][number]["at"]): string {
  const roles = new Set(at.map(({ role }) => role));
  const [role] = roles;
  const way = roles.size === 1 && role !== undefined ? ROLES.indexOf(role) : MIXED;
  const codes = at.map(({ line, role }) => (way === MIXED ? line * WAYS + ROLES.indexOf(role) : line));
  const sorted = [...new Set(codes)].sort((a, b) => a - b);
  let text = unsigned(sorted.length * (WAYS + 1) + way);
  let last = 0;
  for (const code of sorted) {
    text += unsigned(code - last);
    last = code;
  }
  return text;
}

/** Definitions from their part of a record or shard; throws `BadShape`. */
export function readDefinitions(names: Names, text: string): DefinitionRecord[] {
  const numbers = new Numbers(text);
  let line = 0;
  let at = 0;
  const definitions = split(names).map((name, position) => {
    const code = numbers.unsigned();
    const distance = Math.floor(code / KINDS.length);
    const kind = KINDS[code % KINDS.length];
    line += numbers.signed();
    const end = line + numbers.signed();
    const from = at + numbers.signed();
    const size = numbers.signed();
    at = from + size;
    if (kind === undefined || distance > position)
      throw new BadShape("has a definition without kind or parent");
    const parent = distance === 0 ? -1 : position - distance;
    return { name, kind, start: line, end, parent, head: { at: from, size } };
  });
  if (!numbers.done) throw new BadShape("has more definitions than names");
  return definitions;
}

/** Imports from their part of a record or shard; throws `BadShape`. */
export function readImports(modules: Names, names: Names, text: string): ImportRecord[] {
  const numbers = new Numbers(text);
  const all = split(names);
  let line = 0;
  let taken = 0;
  const imports = split(modules).map((module) => {
    line += numbers.signed();
    const from = taken;
    taken += numbers.unsigned();
    return { module, names: all.slice(from, taken), line };
  });
  if (!numbers.done || taken !== all.length) throw new BadShape("has more or fewer imports than names");
  return imports;
}

/** One name's uses in one file, from where `numbers` stands; throws `BadShape`. */
export function readUses(numbers: Numbers): FileRecord["uses"][number]["at"] {
  const header = numbers.unsigned();
  const way = header % (WAYS + 1);
  const role = ROLES[way];
  const at: FileRecord["uses"][number]["at"] = [];
  let code = 0;
  for (let left = Math.floor(header / (WAYS + 1)); left > 0; left -= 1) {
    code += numbers.unsigned();
    if (role !== undefined) at.push({ line: code, role });
    else at.push({ line: Math.floor(code / WAYS), role: ROLES[code % WAYS] ?? "use" });
  }
  return at;
}

/** Passes over them. */
export function skipUses(numbers: Numbers): void {
  for (let left = Math.floor(numbers.unsigned() / (WAYS + 1)); left > 0; left -= 1) numbers.unsigned();
}

/** Checks that a parsed JSON value has the shape of a packed record; throws `BadShape`. */
export function fieldsOf(value: unknown): Fields {
  if (!Array.isArray(value) || value.length !== 11)
    throw new BadShape("has a record without its eleven parts");
  const texts = [0, 1, 5, 8, 10].every((at) => typeof value[at] === "string");
  const names = [4, 6, 7, 9].every((at) => isNames(value[at]));
  const kind = FILE_KINDS[value[2]];
  if (!texts || !names || kind === undefined || (value[3] !== 0 && value[3] !== 1))
    throw new BadShape("has a record with a part of another type");
  return value as Fields;
}
