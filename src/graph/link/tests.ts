/**
 * Tests and what they test: by the names of files, by what test files import, directly and through others, and where a
 * language has no imports that could be followed, by the names that they share.
 */
import { type FileId, lastPart } from "../index/code-index.ts";
import type { ResolvedImport } from "./links.ts";
import { folderOf, nameOf, shared, stemOf } from "./paths.ts";
import { listAt, memo, type Project } from "./project.ts";

/** Through so many files an import is followed. */
const MOST_STEPS = 3;
const MOST_TESTS = 200;
const MOST_TESTED = 50;
/** So many names in common make a test of a file where imports say nothing. */
const LEAST_SHARED = 2;

interface Parts {
  importsOf: (file: FileId) => readonly ResolvedImport[];
  importersOf: (file: FileId) => readonly FileId[];
}

/** What a runner takes as tests, by name alone: not the fixtures and models that stand beside them. */
export const isTestFile = (path: string): boolean =>
  testedStem(path) !== null ||
  /^tests?\.\w+$/i.test(nameOf(path)) ||
  /(^|\/)(__tests__|spec|test)\/[^/]+\.[cm]?[jt]sx?$/.test(path);

/** `stack` of `test_stack.py`, `StackTest.java`, `stack_spec.rb`, `stack.test.ts`; lower case, without marks between words. */
function testedStem(path: string): string | null {
  const stem = nameOf(path).replace(/\.\w+$/, "");
  const match =
    /^(?:tests?[_-])(.+)$/i.exec(stem) ??
    /^(.+?)(?:[._-](?:test|tests|spec|unittest|it|e2e))$/i.exec(stem) ??
    /^(.+?)(?:Tests?|TestCase|Spec|IT)$/.exec(stem) ??
    /^Test([A-Z].*)$/.exec(stem);
  return match?.[1] === undefined ? null : plain(match[1]);
}

/** Whether a test is named for a file. */
export const isNamesake = (test: string, path: string): boolean => testedStem(test) === plain(stemOf(path));

const plain = (stem: string): string => stem.toLowerCase().replace(/[^a-z0-9]/g, "");

export class Tests {
  readonly testsOf: (file: FileId) => readonly FileId[];
  readonly testedBy: (file: FileId) => readonly FileId[];
  private readonly project: Project;
  private readonly parts: Parts;
  private readonly isNamed: (file: FileId) => boolean;
  private stems: Map<string, FileId[]> | null = null;
  private testStems: Map<string, FileId[]> | null = null;

  constructor(project: Project, parts: Parts) {
    this.project = project;
    this.parts = parts;
    this.isNamed = memo((file) => isTestFile(project.path(file)));
    this.testsOf = memo((file) => this.readTestsOf(file));
    this.testedBy = memo((file) => this.readTestedBy(file));
  }

  isTest(file: FileId): boolean {
    return this.project.index.files[file]?.kind === "test";
  }

  private readTestsOf(file: FileId): FileId[] {
    if (this.isTest(file)) return [];
    const paired = this.pairsOf(file);
    const importing = this.importing(file);
    const direct = new Set(this.parts.importersOf(file));
    const first = paired.filter((test) => direct.has(test));
    const found = new Set([...first, ...paired, ...importing]);
    const named = [...found].filter(this.isNamed);
    if (named.length > 0) return named.slice(0, MOST_TESTS);
    if (found.size === 0) for (const test of this.sharing(file)) found.add(test);
    return [...found].slice(0, MOST_TESTS);
  }

  /** Tests that import the file, then those that import what imports it. */
  private importing(file: FileId): FileId[] {
    const found: FileId[] = [];
    const seen = new Set([file]);
    let next = [file];
    for (let step = 0; step < MOST_STEPS && next.length > 0; step++) {
      const further: FileId[] = [];
      for (const one of next)
        for (const importer of this.parts.importersOf(one)) {
          if (seen.has(importer)) continue;
          seen.add(importer);
          if (this.isTest(importer)) found.push(importer);
          further.push(importer);
        }
      next = further;
    }
    return found;
  }

  private readTestedBy(test: FileId): FileId[] {
    if (!this.isTest(test)) return [];
    const imported = this.importedBy([test]);
    const paired = this.pairsOfTest(test);
    const first = paired.filter((file) => imported.includes(file));
    const found = new Set([...first, ...paired, ...imported]);
    if (found.size === 0) {
      const through = this.parts.importsOf(test).flatMap(({ files }) => files);
      for (const file of this.importedBy(through)) found.add(file);
    }
    if (found.size === 0) for (const file of this.sharedBy(test)) found.add(file);
    return [...found].slice(0, MOST_TESTED);
  }

  private importedBy(files: readonly FileId[]): FileId[] {
    const all = files.flatMap((file) => this.parts.importsOf(file).flatMap((one) => one.files));
    return [...new Set(all)].filter((file) => !this.isTest(file));
  }

  private pairsOf(file: FileId): FileId[] {
    this.testStems ??= this.byStem((id, path) => (this.isTest(id) ? testedStem(path) : null));
    const path = this.project.path(file);
    // `django/utils/text.py` is also tested by `tests/utils/text/tests.py`, which the folder's name tells.
    return this.nearest(this.testStems.get(plain(stemOf(path))) ?? [], file);
  }

  private pairsOfTest(test: FileId): FileId[] {
    const stem = testedStem(this.project.path(test));
    if (stem === null) return [];
    this.stems ??= this.byStem((id, path) => (this.isTest(id) ? null : plain(stemOf(path))));
    return this.nearest(this.stems.get(stem) ?? [], test);
  }

  /** Those of the same ending that have the most folders in common, wherever in the path these stand. */
  private nearest(files: readonly FileId[], file: FileId): FileId[] {
    const path = this.project.path(file);
    const ending = endingOf(path);
    const alike = files.filter((one) => endingOf(this.project.path(one)) === ending);
    const near = new Map(alike.map((one) => [one, nearness(this.project.path(one), path)]));
    const most = Math.max(0, ...near.values());
    return alike.filter((one) => near.get(one) === most).slice(0, 4);
  }

  private byStem(stem: (file: FileId, path: string) => string | null): Map<string, FileId[]> {
    const found = new Map<string, FileId[]>();
    for (const [file, { path, kind }] of this.project.index.files.entries()) {
      const own = kind === "code" || kind === "test" ? stem(file, path) : null;
      if (own === null || own === "") continue;
      listAt(found, own).push(file);
    }
    return found;
  }

  /** Tests that use several names which this file alone defines. */
  private sharing(file: FileId): FileId[] {
    const counts = new Map<FileId, number>();
    for (const name of this.ownNames(file))
      for (const uses of this.project.index.usesOf(name))
        if (this.isTest(uses.file) && this.sameLanguage(uses.file, file))
          counts.set(uses.file, (counts.get(uses.file) ?? 0) + 1);
    return ranked(counts);
  }

  /** The same seen from the test: whose own names it uses. */
  private sharedBy(test: FileId): FileId[] {
    const counts = new Map<FileId, number>();
    const { index } = this.project;
    const own = new Set(this.project.filesIn(folderOf(this.project.path(test))));
    for (const [file, { kind }] of index.files.entries()) {
      if (kind !== "code" || !(own.has(file) || own.size < 2) || !this.sameLanguage(file, test)) continue;
      const count = this.ownNames(file).filter((name) => index.usesOf(name).some((one) => one.file === test));
      if (count.length > 0) counts.set(file, count.length);
    }
    return ranked(counts);
  }

  private sameLanguage(one: FileId, other: FileId): boolean {
    return this.project.language(one) === this.project.language(other);
  }

  private ownNames(file: FileId): string[] {
    const { index } = this.project;
    const names = new Set(index.definitionsIn(file).map(({ name }) => lastPart(name)));
    return [...names].filter((name) => name.length > 2 && index.definitionsNamed(name).length === 1);
  }
}

const endingOf = (path: string): string => path.slice(path.lastIndexOf(".") + 1);

/** Folders of one that the other has too; those of tests and of sources say nothing. */
function nearness(one: string, other: string): number {
  const folders = (path: string): string[] => folderOf(path).split("/");
  const theirs = new Set(folders(other));
  const common = folders(one).filter((folder) => folder !== "" && theirs.has(folder));
  return common.length * 2 + (shared(one, other) > 0 ? 1 : 0);
}

function ranked(counts: Map<FileId, number>): FileId[] {
  const some = [...counts].filter(([, count]) => count >= LEAST_SHARED);
  return some.sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([file]) => file);
}
