/**
 * What the index keeps of one file: the facts of its syntax, without anything that depends on other files. Paths are relative
 * to the workspace root; lines are 1-based; offsets are UTF-16 code units of the text with "\n" ends and without BOM.
 */
import type { SymbolKind } from "../../types.ts";

/** Raised whenever the same text gives another record, apart from grammars and their queries: stored graphs are then made anew. */
export const EXTRACTION = 1;

/** What a use of a name is, by its syntax; the position is its number on disk. */
export const ROLES = ["use", "call", "inherit", "import"] as const;
export type Role = (typeof ROLES)[number];

/**
 * What a file is to a person who looks for code. Only `code` and `test` are ranked as they are; `generated` and `vendored` are
 * indexed and rank low; `minified`, `large`, `slow` (its parse was given up) and `unreadable` hold no facts.
 */
export const FILE_KINDS = [
  "code",
  "test",
  "generated",
  "vendored",
  "minified",
  "large",
  "slow",
  "unreadable",
] as const;
export type FileKind = (typeof FILE_KINDS)[number];

export interface DefinitionRecord {
  /** Its own name; what encloses it is not part of it, except where the text says so (`Stack::push` is `Stack.push`). */
  name: string;
  kind: SymbolKind;
  /** Of the whole definition, decorators included. */
  start: number;
  end: number;
  /** Index of the enclosing definition in the same list, or -1. */
  parent: number;
  /** Where its head (the text up to its body) stands in the file's text: `signatureAt` makes the signature of it. */
  head: { at: number; size: number };
}

export interface ImportRecord {
  /** As written, without quotes: `./a`, `django.db.models`, `..utils`, `stdio.h`. */
  module: string;
  /** What is taken from it by name; `*` for everything; empty where the module itself is meant. */
  names: string[];
  line: number;
}

/** Uses of one name. */
export interface UseRecord {
  name: string;
  /** Ascending by line, then by role; each pair once. */
  at: { line: number; role: Role }[];
}

export interface FileRecord {
  path: string;
  /** A grammar's id. */
  language: string;
  kind: FileKind;
  /** Whether the text has syntax errors; what could be read is here all the same. */
  broken: boolean;
  /** In text order, outer before inner. */
  definitions: DefinitionRecord[];
  imports: ImportRecord[];
  /** Sorted by name. Definitions are no uses of their own names; local variables and parameters are left out. */
  uses: UseRecord[];
}
