/**
 * What a name means where it stands: the definitions of the same file before those that its imports lead to, those before the
 * rest of its package, and a name that the project has only once before one that it has often. Nothing is known of types, so
 * what is called on a value is judged by the names alone.
 */
import { type CodeIndex, type FileId, lastPart, type Site } from "../index/code-index.ts";
import { isBarrel } from "./javascript.ts";
import type { ResolvedImport } from "./links.ts";
import { folderOf } from "./paths.ts";
import { memo, type Project } from "./project.ts";

/** How sure it is that a use means a definition, best first. */
export type Certainty = "same file" | "imported" | "same package" | "only one" | "same name";

export interface Meaning extends Site {
  certainty: Certainty;
}

/** A name is followed through so many files that give it on. */
const MOST_STEPS = 4;
const MOST_MEANINGS = 32;

/** Languages whose code speaks to each other. */
const FAMILIES: readonly (readonly string[])[] = [
  ["javascript", "typescript", "tsx"],
  ["java", "kotlin", "scala", "groovy"],
  ["c", "cpp"],
];
const familyOf = memo(
  (language: string): string => FAMILIES.find((family) => family.includes(language))?.[0] ?? language,
);

/** The definitions of a name in one family of languages. */
interface Named {
  sites: readonly Site[];
  byFile: Map<FileId, Site[]>;
}

interface Parts {
  importsOf: (file: FileId) => readonly ResolvedImport[];
  sourcesOfHeader: (file: FileId) => FileId[];
}

export class Meanings {
  private readonly index: CodeIndex;
  private readonly project: Project;
  private readonly parts: Parts;
  private readonly named: (family: string) => (name: string) => Named;
  /** With the number of files that stand between. */
  private readonly reached: (file: FileId) => ReadonlyMap<FileId, number>;
  private readonly taken: (file: FileId) => ReadonlyMap<string, readonly FileId[]>;
  private readonly known: (file: FileId) => Map<string, readonly Meaning[]>;

  constructor(project: Project, parts: Parts) {
    this.project = project;
    this.index = project.index;
    this.parts = parts;
    this.named = memo((family) => memo((name) => this.readNamed(family, name)));
    this.reached = memo((file) => this.readReached(file));
    this.taken = memo((file) => this.readTaken(file));
    this.known = memo(() => new Map());
  }

  /** See `Links.meaningOf`. */
  of(name: string, from: FileId, line?: number): readonly Meaning[] {
    const own = lastPart(name);
    const named = this.named(familyOf(this.project.language(from)))(own);
    if (named.sites.length === 0) return [];
    const known = this.known(from);
    let all = known.get(own);
    if (all === undefined) {
      all = this.compute(own, named, from);
      known.set(own, all);
    }
    const several = line !== undefined && all.length > 1 && all[0]?.certainty === "same file";
    return several ? this.innermost(all, line) : all;
  }

  private compute(name: string, named: Named, from: FileId): readonly Meaning[] {
    const own = named.byFile.get(from) ?? [];
    const explicit = this.taken(from).get(name);
    if (explicit !== undefined && !own.some((site) => this.isOuter(site))) {
      const found = this.given(explicit, named, name);
      if (found.length > 0) return this.best(found, "imported");
    }
    if (own.length > 0) return this.best(own, "same file");
    const imported = this.nearest(named, this.reached(from));
    if (imported.length > 0) return this.best(imported, "imported");
    const folder = folderOf(this.project.path(from));
    const beside = named.sites.filter(({ file }) => folderOf(this.project.path(file)) === folder);
    if (beside.length > 0) return this.best(beside, "same package");
    const real = named.sites.filter((site) => this.weight(site) === 0);
    if (real.length === 1) return this.best(real, "only one");
    return this.best(named.sites, named.sites.length === 1 ? "only one" : "same name");
  }

  private best(sites: readonly Site[], certainty: Certainty): readonly Meaning[] {
    const some = sites.length > MOST_MEANINGS * 8 ? sites.slice(0, MOST_MEANINGS * 8) : sites;
    const ordered = some.length < 2 ? some : [...some].sort((a, b) => this.weight(a) - this.weight(b));
    return ordered.slice(0, MOST_MEANINGS).map(({ file, definition }) => ({ file, definition, certainty }));
  }

  /** Code of the project before its tests, and what is nobody's work in it last. */
  private weight({ file }: Site): number {
    const kind = this.index.files[file]?.kind;
    return kind === "code" ? 0 : kind === "test" ? 1 : 2;
  }

  private isOuter({ file, definition }: Site): boolean {
    return (this.index.definitionsIn(file)[definition]?.parent ?? -1) < 0;
  }

  /** Of several definitions in one file those in the innermost scope around a line that has one. */
  private innermost(all: readonly Meaning[], line: number): readonly Meaning[] {
    const [first] = all;
    if (first === undefined) return all;
    const definitions = this.index.definitionsIn(first.file);
    const around = definitions.flatMap(({ start, end }, at) => (start <= line && line <= end ? [at] : []));
    for (const scope of [...around.reverse(), -1]) {
      const inside = all.filter(({ definition }) => definitions[definition]?.parent === scope);
      if (inside.length > 0) return inside;
    }
    return all;
  }

  /** The definitions that files give under a name, by themselves or through others. */
  private given(files: readonly FileId[], named: Named, name: string): Site[] {
    const seen = new Set<FileId>();
    let next = files;
    for (let step = 0; step <= MOST_STEPS && next.length > 0; step++) {
      const found = next.flatMap((file) =>
        (named.byFile.get(file) ?? []).filter((site) => this.isOuter(site)),
      );
      if (found.length > 0) return found;
      const inner = next.flatMap((file) => named.byFile.get(file) ?? []);
      if (inner.length > 0) return inner;
      for (const file of next) seen.add(file);
      const further = next.flatMap((file) => [
        ...(this.taken(file).get(name) ?? []),
        ...(this.taken(file).get("*") ?? []),
        ...this.parts.sourcesOfHeader(file),
      ]);
      next = [...new Set(further)].filter((file) => !seen.has(file));
    }
    return [];
  }

  /** The definitions in the files that are reached in the fewest steps. */
  private nearest({ byFile }: Named, reached: ReadonlyMap<FileId, number>): Site[] {
    let found: Site[] = [];
    let least = MOST_STEPS;
    const look = (sites: Site[] | undefined, steps: number | undefined): void => {
      if (sites === undefined || steps === undefined || steps > least) return;
      found = steps < least ? [...sites] : [...found, ...sites];
      least = steps;
    };
    if (byFile.size <= reached.size) for (const [file, sites] of byFile) look(sites, reached.get(file));
    else for (const [file, steps] of reached) look(byFile.get(file), steps);
    return found;
  }

  private readNamed(family: string, name: string): Named {
    const sites = this.index
      .definitionsNamed(name)
      .filter(({ file }) => familyOf(this.project.language(file)) === family);
    const byFile = new Map<FileId, Site[]>();
    for (const site of sites) {
      const known = byFile.get(site.file);
      if (known === undefined) byFile.set(site.file, [site]);
      else known.push(site);
    }
    return { sites, byFile };
  }

  /** Names that a file takes from others, with the files; "*" for all names. */
  private readTaken(file: FileId): ReadonlyMap<string, readonly FileId[]> {
    const taken = new Map<string, readonly FileId[]>();
    for (const { names, files } of this.parts.importsOf(file))
      if (files.length > 0) for (const name of names) taken.set(name, [...(taken.get(name) ?? []), ...files]);
    return taken;
  }

  /** The files that a file imports, those whose names they give on, and the sources of headers. */
  private readReached(file: FileId): ReadonlyMap<FileId, number> {
    const reached = new Map<FileId, number>();
    let next: FileId[] = this.parts.importsOf(file).flatMap(({ files }) => files);
    for (let step = 0; step < MOST_STEPS && next.length > 0; step++) {
      const further: FileId[] = [];
      for (const one of next) {
        if (reached.has(one)) continue;
        reached.set(one, step);
        further.push(...this.parts.sourcesOfHeader(one));
        const barrel = isBarrel(this.project.path(one));
        for (const { names, files } of this.parts.importsOf(one))
          if (barrel || names.includes("*")) further.push(...files);
      }
      next = further;
    }
    reached.delete(file);
    return reached;
  }
}
