/** A project of records by hand: what each file says, without the grammars that would read it from a text. */

import type { CodeIndex } from "../../src/graph/index/code-index.ts";
import type { DefinitionRecord, FileKind, ImportRecord, Role } from "../../src/graph/index/record.ts";
import { type Links, linksOf } from "../../src/graph/link/links.ts";
import { languageOf } from "../../src/graph/syntax/languages.ts";
import { isTestPath } from "../../src/graph/update/classify.ts";
import type { SymbolKind } from "../../src/types.ts";
import { memoryIndex } from "../harness/memory-index.ts";

export interface Said {
  /** `module` or `module: name, name`. */
  imports?: string[];
  /** `kind name start-end`, as they are nested by their lines. */
  defines?: string[];
  /** `name@line`, with `()` behind it where it is called. */
  uses?: string[];
  kind?: FileKind;
  /** Where the grammars of this build do not know the ending. */
  language?: string;
}

export interface Tree {
  index: CodeIndex;
  links: Links;
  /** Paths of what an import means, in order. */
  resolve(from: string, said: string): string[];
  path(file: number): string;
  id(path: string): number;
}

const importOf = (said: string, line: number): ImportRecord => {
  const [module = "", names] = said.split(": ");
  return { module, names: names === undefined ? [] : names.split(", "), line };
};

function definitionsOf(said: string[]): DefinitionRecord[] {
  const all: DefinitionRecord[] = [];
  for (const one of said) {
    const [, kind, name = "", start, end] = /^(\w+) (\S+) (\d+)-(\d+)$/.exec(one) ?? [];
    const lines = { start: Number(start), end: Number(end) };
    const parent = all.findLastIndex((outer) => outer.start <= lines.start && lines.end <= outer.end);
    all.push({ name, kind: kind as SymbolKind, ...lines, parent, head: { at: 0, size: 0 } });
  }
  return all;
}

function usesOf(said: string[]): { name: string; at: { line: number; role: Role }[] }[] {
  const uses = new Map<string, { line: number; role: Role }[]>();
  for (const one of said) {
    const [, name = "", line, call] = /^(\w+)@(\d+)(\(\))?$/.exec(one) ?? [];
    const at = { line: Number(line), role: call === undefined ? ("use" as const) : ("call" as const) };
    uses.set(name, [...(uses.get(name) ?? []), at]);
  }
  return [...uses].map(([name, at]) => ({ name, at }));
}

/** A text stands for a file that only says how modules are found. */
export function tree(files: Record<string, Said | string>): Tree {
  const records = Object.entries(files).flatMap(([path, said]) => {
    const told = typeof said === "string" ? {} : said;
    const language = told.language ?? languageOf(path);
    if (language === null) return [];
    return [
      {
        path,
        language,
        kind: told.kind ?? (isTestPath(path) ? ("test" as const) : ("code" as const)),
        broken: false,
        definitions: definitionsOf(told.defines ?? []),
        imports: (told.imports ?? []).map((one, at) => importOf(one, at + 1)),
        uses: usesOf(told.uses ?? []),
      },
    ];
  });
  const index = memoryIndex(records, () => 0);
  const read = (path: string): string | null => {
    const text = Object.hasOwn(files, path) ? files[path] : undefined;
    return typeof text === "string" ? text : null;
  };
  const path = (file: number): string => index.files[file]?.path ?? "?";
  const id = (one: string): number => {
    const found = index.fileAt(one);
    if (found === null) throw new Error(`There is no ${one} in the tree.`);
    return found;
  };
  return {
    index,
    links: linksOf(index, read),
    path,
    id,
    resolve(from, said) {
      const asking = records.map((one) =>
        one.path === from ? { ...one, imports: [importOf(said, 1)] } : one,
      );
      const links = linksOf(
        memoryIndex(asking, () => 0),
        read,
      );
      return (links.importsOf(id(from))[0]?.files ?? []).map(path);
    },
  };
}
