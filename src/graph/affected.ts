/**
 * Which tests a change is likely to break: those that use what was changed by name, then those that import the changed file or
 * something that imports it. What a graph of syntax cannot see (fixtures, templates, calls by text) is not among them, so that
 * these tests may refute a change but never prove one.
 */

import type { CodeGraph } from "./graph.ts";
import { type FileId, qualifiedName } from "./index/code-index.ts";
import { folderOf, nameOf } from "./link/paths.ts";
import { isNamesake, isTestFile } from "./link/tests.ts";

export interface Changed {
  path: string;
  /** The definitions that were changed (`Stack.push`), where that is known. */
  names?: readonly string[];
}

export interface AffectedTest {
  path: string;
  /** The tests in it that use what was changed; left out where the whole file is meant. */
  names?: string[];
  /** One phrase: `uses Stack.push`, `imports stack.py`. */
  why: string;
}

export interface Affected {
  /** Nearest first. */
  tests: AffectedTest[];
  /** Whether these are all that the graph knows of; not so where there are more, or where what was changed concerns every test. */
  complete: boolean;
}

type Graph = Pick<CodeGraph, "index" | "links">;

const MOST_AFFECTED = 100;
/** A name is followed through so many callers. */
const MOST_CALLERS = 2;
const MOST_FOLLOWED = 200;

/** Concerns every test of its folder, whatever it is called by. */
const CONCERNS_ALL =
  /(^|\/)(conftest\.py|(jest|vitest|vite|babel|mocha|karma|playwright|test)[.-]?(config|setup)[^/]*|[^/]*\.(toml|cfg|ini|lock|mod|sum|gradle|kts|xml|sbt|csproj)|(package|tsconfig)[^/]*\.json|Makefile|CMakeLists\.txt)$/;

export function affectedTests(
  { index, links }: Graph,
  changed: readonly Changed[],
  most = MOST_AFFECTED,
): Affected {
  const found = new Found({ index, links }, most);
  let complete = true;
  const files: FileId[] = [];
  for (const { path } of changed) {
    const file = index.fileAt(path);
    if (file === null || CONCERNS_ALL.test(path)) complete = false;
    if (file === null) continue;
    files.push(file);
    if (holdsTests({ index, links }, file)) found.add(file, "is changed");
  }
  found.byNames(changed);
  for (const file of files) found.byPairs(file);
  found.byImports(files);
  return { tests: found.tests(), complete: complete && !found.full };
}

/** Whether a runner finds tests in a file. */
export function holdsTests({ index }: Graph, file: FileId): boolean {
  const entry = index.files[file];
  if (entry === undefined) return false;
  if (entry.kind === "test" && nameOf(entry.path) !== "conftest.py") return isTestFile(entry.path);
  // Rust keeps them in a module of the file itself.
  return (
    entry.language === "rust" &&
    index.definitionsIn(file).some(({ name, kind }) => kind === "module" && /^tests?$/.test(name))
  );
}

interface Followed {
  file: FileId;
  name: string;
  /** What leads from it to the change. */
  after: string;
}

class Found {
  private readonly graph: Graph;
  private readonly most: number;
  private readonly byFile = new Map<FileId, { names: Set<string>; why: string }>();
  full = false;

  constructor(graph: Graph, most: number) {
    this.graph = graph;
    this.most = most;
  }

  tests(): AffectedTest[] {
    return [...this.byFile].map(([file, { names, why }]) => ({
      path: this.path(file),
      ...(names.size === 0 ? {} : { names: [...names] }),
      why,
    }));
  }

  add(file: FileId, why: string, name?: string): void {
    const known = this.byFile.get(file);
    if (known !== undefined) {
      if (name !== undefined && known.names.size > 0) known.names.add(name);
    } else if (this.byFile.size >= this.most) this.full = true;
    else this.byFile.set(file, { names: new Set(name === undefined ? [] : [name]), why });
  }

  /** Tests that use a changed name, then those that use what uses it. */
  byNames(changed: readonly Changed[]): void {
    const { index } = this.graph;
    let next = changed.flatMap(({ path, names = [] }): Followed[] => {
      const file = index.fileAt(path);
      return file === null ? [] : names.map((name) => ({ file, name, after: "" }));
    });
    const seen = new Set(next.map(({ file, name }) => `${file} ${name}`));
    for (let step = 0; step <= MOST_CALLERS && next.length > 0; step++) {
      const further: Followed[] = [];
      for (const one of next)
        for (const caller of this.follow(one)) {
          const key = `${caller.file} ${caller.name}`;
          if (seen.has(key) || further.length >= MOST_FOLLOWED) continue;
          seen.add(key);
          further.push(caller);
        }
      next = further;
    }
  }

  /** Notes the tests that use a definition, and gives what else uses it. */
  private follow({ file, name, after }: Followed): Followed[] {
    const { index, links } = this.graph;
    const said = `uses ${name}${after}`;
    const callers: Followed[] = [];
    for (const { file: user, within } of links.usersOf(file, name)) {
      const definitions = index.definitionsIn(user);
      const own = within < 0 ? null : qualifiedName(definitions, within);
      if (holdsTests(this.graph, user)) {
        this.add(user, said, own ?? undefined);
        // What is used at the top of the file concerns all in it.
        if (own === null) this.byFile.get(user)?.names.clear();
      } else if (own !== null) callers.push({ file: user, name: own, after: `, which ${said}` });
    }
    return callers;
  }

  byPairs(file: FileId): void {
    const { index, links } = this.graph;
    const [first] = links.testsOf(file);
    const path = this.path(file);
    // A test in the package itself imports nothing of it.
    const folder = folderOf(path);
    if (index.files[file]?.language === "go")
      for (const [one, { path: other }] of index.files.entries())
        if (folderOf(other) === folder && holdsTests(this.graph, one))
          this.add(one, `is in the package of ${path}`);
    if (first !== undefined && holdsTests(this.graph, first) && isNamesake(this.path(first), path))
      this.add(first, `tests ${path}`);
  }

  /** Whatever imports a file, and what imports that, to the end. */
  byImports(files: readonly FileId[]): void {
    const seen = new Set(files);
    let next = files.map((file) => ({ file, from: file }));
    for (let step = 0; next.length > 0; step++) {
      const further: { file: FileId; from: FileId }[] = [];
      for (const { file, from } of next)
        for (const importer of this.graph.links.importersOf(file)) {
          if (seen.has(importer)) continue;
          seen.add(importer);
          if (holdsTests(this.graph, importer)) this.add(importer, this.chain(file, from, step));
          further.push({ file: importer, from });
        }
      next = further;
    }
  }

  private chain(file: FileId, from: FileId, step: number): string {
    const via = step === 0 ? "" : step === 1 ? ", which imports " : `, which leads over ${step} imports to `;
    return `imports ${this.path(file)}${via}${step === 0 ? "" : this.path(from)}`;
  }

  private path(file: FileId): string {
    return this.graph.index.files[file]?.path ?? "";
  }
}
