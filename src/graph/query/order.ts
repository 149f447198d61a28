/** The order in which files and definitions are shown. */
import type { CodeIndex, FileId, Site } from "../index/code-index.ts";
import type { FileKind } from "../index/record.ts";
import type { Certainty } from "../link/links.ts";

const ORDER: Record<FileKind, number> = {
  code: 0,
  test: 1,
  generated: 2,
  vendored: 3,
  minified: 4,
  large: 4,
  slow: 4,
  unreadable: 4,
};

/** Where a file comes among others: what a person works on first. */
export const orderOf = (index: CodeIndex, file: FileId): number => ORDER[index.files[file]?.kind ?? "code"];

/** Whether a definition is rarely what is meant: a variable, or a module as a whole. */
export function isMinor(index: CodeIndex, { file, definition }: Site): boolean {
  const kind = index.definitionsIn(file)[definition]?.kind;
  return kind === "variable" || kind === "module";
}

/** Code before tests before what nobody works on, functions and types before variables and modules; then by path and line. */
export function inOrder(index: CodeIndex, sites: readonly Site[]): Site[] {
  const minor = (site: Site): number => (isMinor(index, site) ? 1 : 0);
  return [...sites].sort(
    (a, b) =>
      orderOf(index, a.file) - orderOf(index, b.file) ||
      minor(a) - minor(b) ||
      a.file - b.file ||
      a.definition - b.definition,
  );
}

/** Best first. */
const CERTAINTIES: readonly Certainty[] = ["same file", "imported", "same package", "only one", "same name"];

/** Less is surer. */
export const doubtOf = (certainty: Certainty): number => CERTAINTIES.indexOf(certainty);
