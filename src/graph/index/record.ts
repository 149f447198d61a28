/**
 * What the index keeps of one file: the facts of its syntax, without anything that depends on other files. Paths are relative
 * to the workspace root; lines are 1-based; offsets are UTF-16 code units of the text with "\n" ends and without BOM.
 */
import type { SymbolKind } from "../../types.ts";

/** Raised whenever the same text gives another record, apart from grammars and their queries: stored graphs are then made anew. */
export const EXTRACTION = 3;

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

/**
 * One imported module. By language:
 * - Python: `from ..a import b` is `..a` with `b`, `from . import b` is `.` with `b`; `import a.b` is `a.b` without names.
 * - JavaScript, TypeScript: the local name of a default import and of `const x = require("y")` is among the names; `* as x` and
 *   `export * from` are `*`.
 * - Go: the path; names only for a dot import (`*`).
 * - Rust: `use a::{b, c::{self, D}};` is `a` with `b`, and `a::c` with `D`; `mod x;` is `self::x`, `extern crate x;` is `x`.
 * - Java: the whole path, `java.util.List` with `List`; `a.b.*` is `a.b` with `*`; of `import static a.B.max` it is `a.B.max` with `max`.
 * - C, C++: `"x.h"` is `x.h`, `<x.h>` keeps its brackets; both with `*`, as all that is included as text: Ruby's `require` and
 *   `require_relative "x"` (`./x`), PHP's `include`, Bash's `source`, CSS's `@import`.
 * - C#: a namespace with `*`. PHP: `use A\{B, C}` is `A` with `B` and `C`, `use A\B` is `A\B` with `B`.
 * - HTML: the address of a script, style sheet or image, without names.
 * The package or namespace that a file says it is in (Go, Java, C#, PHP, C++) is a definition of the kind `module`.
 */
export interface ImportRecord {
  /** As written, without quotes: `./a`, `django.db.models`, `..utils`, `stdio.h`. */
  module: string;
  /** What is taken from it by name (its name there, not an alias); `*` for everything; empty where the module itself is meant. */
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
  /** Sorted by name; an alias that an import gives is the name it was given to. Definitions are no uses of their own names; local variables and parameters are left out. */
  uses: UseRecord[];
}
