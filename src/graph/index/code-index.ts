/**
 * The index as its readers see it: facts by file and by name. A file is a number here, its place in the sorted list of paths.
 * Reading is synchronous, since what is on disk is small; what a question does not need is never read.
 */
import { signatureOf } from "../syntax/extent.ts";
import type { DefinitionRecord, FileKind, ImportRecord, Role } from "./record.ts";

/** Position of a file in `CodeIndex.files`. */
export type FileId = number;

export interface IndexedFile {
  path: string;
  language: string;
  kind: FileKind;
  /** Whether its text has syntax errors. */
  broken: boolean;
  /** Of the file, in bytes. */
  size: number;
}

/** One definition: the file, and its position in the file's list. */
export interface Site {
  file: FileId;
  definition: number;
}

/** All uses of a name in one file. */
export interface Uses {
  file: FileId;
  at: { line: number; role: Role }[];
}

/** All there is of one name: what `definitionsNamed` and `usesOf` give. `uses` may be read from its text when it is first asked for. */
export interface NameFacts {
  name: string;
  sites: readonly Site[];
  uses: readonly Uses[];
}

/** One state of a project's code. Nothing in it changes once it was given out. */
export interface CodeIndex {
  /** Sorted by path. */
  readonly files: readonly IndexedFile[];
  fileAt(path: string): FileId | null;
  definitionsIn(file: FileId): readonly DefinitionRecord[];
  importsIn(file: FileId): readonly ImportRecord[];
  /** Definitions whose own name, or its last part after a ".", is `name`; by file, then by position. */
  definitionsNamed(name: string): readonly Site[];
  usesOf(name: string): readonly Uses[];
  /** Every name that is defined or used, in no particular order. Reads the whole index. */
  names(): Iterable<string>;
  /** The same with all that is known of each name: for readers of everything, without the cost of a call for each name. */
  everyName(): Iterable<NameFacts>;
}

/** The last part of a name: `Stack.push` is found as `push`. */
export const lastPart = (name: string): string => name.slice(name.lastIndexOf(".") + 1);

/** The name of a definition with everything that encloses it: `Stack.push`. */
export function qualifiedName(definitions: readonly DefinitionRecord[], position: number): string {
  const parts: string[] = [];
  for (let at = position; at >= 0; ) {
    const one = definitions[at];
    if (one === undefined) break;
    parts.unshift(one.name);
    at = one.parent;
  }
  return parts.join(".");
}

/** The innermost definition that holds a line, as its position; -1: none. */
export function definitionAtLine(definitions: readonly DefinitionRecord[], line: number): number {
  return definitions.findLastIndex(({ start, end }) => start <= line && line <= end);
}

/** A definition's head as one line, at most 200 characters, from the text of its file. */
export function signatureAt(text: string, { head }: DefinitionRecord): string {
  return signatureOf(text, { start: head.at, end: head.at + head.size });
}
