/**
 * What questions to the code graph are answered with: plain values, the same for the screen, for `--json` and for a turn. Lines
 * are 1-based; names are qualified inside their file (`Stack.push`); order is stable: it depends on nothing but the project.
 */
import type { SymbolKind } from "../../types.ts";
import type { FileKind, Role } from "../index/record.ts";
import type { Certainty } from "../link/links.ts";

/** The rows that there was room for, and how many more there are. */
export interface Rows<T> {
  rows: T[];
  more: number;
  /** What a reader should know about how it was understood; null: nothing. */
  note: string | null;
}

export type Answer<T> = ({ ok: true } & T) | NotThere;

/** There is no such name or file, in one sentence; `near` are names that it may have been meant to be, best first. */
export interface NotThere {
  ok: false;
  reason: string;
  near: string[];
}

/** A place in a file, with what encloses it; `name` is null at the top of a file. */
export interface Place {
  path: string;
  line: number;
  name: string | null;
}

/** A definition. */
export interface Found {
  path: string;
  line: number;
  end: number;
  name: string;
  kind: SymbolKind;
  /** Its head on one line; "" where the text cannot be read. */
  signature: string;
  /** The first line of its documentation; "": none. */
  doc: string;
}

/** A symbol that a search found. */
export interface Hit extends Found {
  /** How it fits, best first; see `MATCHES`. */
  match: Match;
}

/** The ways in which a name fits what was typed, best first. */
export const MATCHES = ["exact", "prefix", "humps", "substring", "fuzzy", "typo"] as const;
export type Match = (typeof MATCHES)[number];

/** A use of a name. */
export interface Reference extends Place {
  role: Role;
  certainty: Certainty;
  /** The source line, trimmed. */
  text: string;
}

/** A definition (or the top of a file) that calls something, with all lines where it does. */
export interface Caller extends Place {
  lines: number[];
  certainty: Certainty;
  text: string;
}

/** A definition that is called, with the lines of the calls. */
export interface Callee extends Place {
  name: string;
  kind: SymbolKind;
  lines: number[];
  certainty: Certainty;
  signature: string;
}

/** A file that imports another, and the line and text of its import where that is known. */
export interface Importer {
  path: string;
  line: number;
  kind: FileKind;
  text: string;
}

/** One import of a file; no `files`: something outside of the project. */
export interface Imported {
  path: string;
  line: number;
  module: string;
  names: string[];
  files: string[];
}

/** A test of something: a test that names it, or else a test file of its file. */
export interface TestOf extends Place {
  /** The line of the use; "" where a file is meant. */
  text: string;
  why: "uses it" | "tests the file";
}

/** A definition of a file and those inside it. */
export interface Outlined extends Found {
  children: Outlined[];
}

/** One step of a chain: `from` has to do with `to`, and where that stands. */
export interface Hop {
  path: string;
  /** Where the use stands. */
  line: number;
  from: Place;
  to: Place;
  why: "calls" | "uses" | "inherits" | "imports" | "has";
  certainty: Certainty | null;
}

/** Something that a change may break; distance 1 uses it itself. */
export interface Broken extends Place {
  distance: number;
  why: Hop["why"];
  /** What it uses of what was reached before. */
  what: string;
  certainty: Certainty | null;
  test: boolean;
}

/** A type in a tree of inheritance; a base that is not in the project has no path. */
export interface Kin {
  name: string;
  path: string | null;
  line: number;
  kind: SymbolKind | null;
  kin: Kin[];
}

/** A line that a text search found; `column` is 1-based, in UTF-16 code units, `length` is of the first match in the line. */
export interface TextLine {
  path: string;
  line: number;
  column: number;
  length: number;
  text: string;
}
