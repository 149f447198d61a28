/** What files have to do with each other: imports resolved to files, names to definitions, tests to what they test. */
import { type CodeIndex, type FileId, lastPart, type Site } from "../index/code-index.ts";

export interface ResolvedImport {
  module: string;
  names: string[];
  line: number;
  /** The project's files that it means, most likely first; empty: something outside the project. */
  files: FileId[];
}

/** How sure it is that a use means a definition, best first. */
export type Certainty = "same file" | "imported" | "same package" | "only one" | "same name";

export interface Meaning extends Site {
  certainty: Certainty;
}

/** A use of a name, with the definition that it stands in (-1: at the top of its file). */
export interface UseSite {
  file: FileId;
  line: number;
  within: number;
}

export interface Links {
  importsOf(file: FileId): readonly ResolvedImport[];
  /** Files that import this one, ascending. */
  importersOf(file: FileId): readonly FileId[];
  /** What a name means where it stands in a file: all of the best certainty that there is, at most 32. */
  meaningOf(name: string, from: FileId): readonly Meaning[];
  /** The test files of a file, and the code that a test file is about; nearest first. */
  testsOf(file: FileId): readonly FileId[];
  testedBy(file: FileId): readonly FileId[];
}

/** `read` gives the text of a file that says how modules are found (`tsconfig.json`, `go.mod`, `Cargo.toml`, `pyproject.toml`); null: none. */
export function linksOf(index: CodeIndex, read: (path: string) => string | null): Links {
  void read;
  return {
    importsOf: (file) => index.importsIn(file).map((one) => ({ ...one, files: [] })),
    importersOf: () => [],
    meaningOf: (name, from) => {
      const sites = index.definitionsNamed(lastPart(name));
      const own = sites.filter(({ file }) => file === from);
      const certainty = own.length > 0 ? "same file" : sites.length === 1 ? "only one" : "same name";
      return (own.length > 0 ? own : sites).slice(0, 32).map((site) => ({ ...site, certainty }));
    },
    testsOf: () => [],
    testedBy: () => [],
  };
}
