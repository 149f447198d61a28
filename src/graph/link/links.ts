/**
 * What files have to do with each other: imports resolved to files, names to definitions, tests to what they test. Everything is
 * computed when it is first asked for, and kept.
 */
import {
  type CodeIndex,
  definitionAtLine,
  type FileId,
  lastPart,
  qualifiedName,
} from "../index/code-index.ts";
import { sourcesOfHeader } from "./c.ts";
import { type Meaning, Meanings } from "./meaning.ts";
import { memo, Project, type Resolver } from "./project.ts";
import { RESOLVERS } from "./resolvers.ts";
import { Tests } from "./tests.ts";

export type { Certainty, Meaning } from "./meaning.ts";

export interface ResolvedImport {
  module: string;
  names: string[];
  line: number;
  /** The project's files that it means, most likely first; empty: something outside the project. */
  files: FileId[];
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
  /**
   * What a name means where it stands in a file: all of the best certainty that there is, at most 32; code before tests before
   * what is generated or vendored. With its line, of several in the same file those of the innermost scope around it.
   */
  meaningOf(name: string, from: FileId, line?: number): readonly Meaning[];
  /** The test files of a file, and the code that a test file is about; nearest first. */
  testsOf(file: FileId): readonly FileId[];
  testedBy(file: FileId): readonly FileId[];
  /**
   * Who uses a definition of this file, by its name (`Stack.push`): each outermost function around a use of it, once. Uses that
   * only share its name with definitions elsewhere, too, are left out.
   */
  usersOf(file: FileId, name: string): readonly UseSite[];
  /** Those of them that are tests. */
  testsOfSymbol(file: FileId, name: string): readonly UseSite[];
}

/** `read` gives the text of a file that says how modules are found (`tsconfig.json`, `go.mod`, `Cargo.toml`, `pyproject.toml`); null: none. */
export function linksOf(index: CodeIndex, read: (path: string) => string | null): Links {
  const project = new Project(index, read);
  const resolverFor = memo((make: (project: Project) => Resolver) => make(project));
  const importsOf = memo((file: FileId): ResolvedImport[] => {
    const language = project.language(file);
    const make = Object.hasOwn(RESOLVERS, language) ? RESOLVERS[language] : undefined;
    const resolve = make === undefined ? null : resolverFor(make);
    return index.importsIn(file).map((one) => ({ ...one, files: resolve?.(one, file) ?? [] }));
  });
  let importers: FileId[][] | null = null;
  const importersOf = (file: FileId): readonly FileId[] => {
    importers ??= reversed(index, importsOf);
    return importers[file] ?? [];
  };
  const meanings = new Meanings(project, { importsOf, sourcesOfHeader: sourcesOfHeader(project) });
  const tests = new Tests(project, { importsOf, importersOf });
  const meaningOf = (name: string, from: FileId, line?: number) => meanings.of(name, from, line);
  const usersOf = (file: FileId, name: string) => findUsers({ index, meaningOf }, file, name);
  return {
    importsOf,
    importersOf,
    meaningOf,
    testsOf: tests.testsOf,
    testedBy: tests.testedBy,
    usersOf,
    testsOfSymbol: (file, name) => usersOf(file, name).filter((one) => tests.isTest(one.file)),
  };
}

function reversed(index: CodeIndex, importsOf: (file: FileId) => readonly ResolvedImport[]): FileId[][] {
  const importers: FileId[][] = index.files.map(() => []);
  for (const file of index.files.keys())
    for (const { files } of importsOf(file))
      for (const target of files) {
        const known = importers[target];
        if (target !== file && known !== undefined && known.at(-1) !== file) known.push(file);
      }
  return importers;
}

function findUsers(
  { index, meaningOf }: { index: CodeIndex; meaningOf: Links["meaningOf"] },
  file: FileId,
  name: string,
): UseSite[] {
  const own = lastPart(name);
  const found = new Map<string, UseSite>();
  for (const uses of index.usesOf(own))
    for (const { line, role } of uses.at) {
      if (role === "import") continue;
      const means = meaningOf(own, uses.file, line).some(
        (one) => one.certainty !== "same name" && one.file === file && namedSo(index, one, name),
      );
      if (!means) continue;
      const within = outermost(index, uses.file, line);
      const key = `${uses.file} ${within}`;
      if (!found.has(key)) found.set(key, { file: uses.file, line, within });
    }
  return [...found.values()];
}

/** Whether a definition has this name, or one that ends so. */
function namedSo(index: CodeIndex, { file, definition }: Meaning, name: string): boolean {
  const whole = qualifiedName(index.definitionsIn(file), definition);
  return whole === name || whole.endsWith(`.${name}`);
}

/** The function or method around a line that is in no other one; a class around it is not meant. */
function outermost(index: CodeIndex, file: FileId, line: number): number {
  const definitions = index.definitionsIn(file);
  let within = -1;
  for (let at = definitionAtLine(definitions, line); at >= 0; at = definitions[at]?.parent ?? -1)
    if (within < 0 || /^(function|method)$/.test(definitions[at]?.kind ?? "")) within = at;
  return within;
}
