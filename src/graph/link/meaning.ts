/**
 * What a name means where it stands: the definitions of the same file before those that its imports lead to, those before the
 * rest of its package, and a name that the project has only once before one that it has often. What is asked of a type by its
 * name (`Stack.push`) is that type's; nothing is known of the types of values, so what is called on one is judged by the names.
 */
import {
  type CodeIndex,
  definitionAtLine,
  type FileId,
  lastPart,
  qualifiedName,
  type Site,
} from "../index/code-index.ts";
import { isBarrel } from "./javascript.ts";
import type { ResolvedImport } from "./links.ts";
import { folderOf, nameOf, stemOf } from "./paths.ts";
import { listAt, memo, type Project } from "./project.ts";
import { isOwnReceiver, isTypeLike, Receivers } from "./receiver.ts";

/** How sure it is that a use means a definition, best first. */
export type Certainty = "same file" | "imported" | "same package" | "only one" | "same name";

export interface Meaning extends Site {
  certainty: Certainty;
}

/** A name is followed through so many files that give it on. */
const MOST_STEPS = 4;
const MOST_MEANINGS = 32;
const HEADER = /\.(h|hh|hpp|hxx|h\+\+|inl|ipp)$/i;

/** Languages in which a field is written like a type: `server.Config.Load()`. */
const FIELDS_LIKE_TYPES = new Set(["go", "c_sharp"]);

/** Languages whose code speaks to each other. */
const FAMILIES: readonly (readonly string[])[] = [
  ["javascript", "typescript", "tsx"],
  ["java", "kotlin", "scala", "groovy"],
  ["c", "cpp"],
];
const familyOf = memo(
  (language: string): string => FAMILIES.find((family) => family.includes(language))?.[0] ?? language,
);

/** The definitions of a name in one family of languages: code before tests before what is nobody's work in the project. */
interface Named {
  sites: readonly Site[];
  byFile: Map<FileId, Site[]>;
  byFolder: Map<string, Site[]>;
}

interface Parts {
  importsOf: (file: FileId) => readonly ResolvedImport[];
  sourcesOfHeader: (file: FileId) => FileId[];
}

const meaningsOf = (sites: readonly Site[], certainty: Certainty): readonly Meaning[] =>
  sites.slice(0, MOST_MEANINGS).map(({ file, definition }) => ({ file, definition, certainty }));

export class Meanings {
  private readonly index: CodeIndex;
  private readonly project: Project;
  private readonly parts: Parts;
  private readonly receivers: Receivers;
  private readonly namedFor: (file: FileId) => (name: string) => Named;
  private readonly gathers: (file: FileId) => boolean;
  /** With the number of files that stand between. */
  private readonly reached: (file: FileId) => ReadonlyMap<FileId, number>;
  private readonly taken: (file: FileId) => ReadonlyMap<string, readonly FileId[]>;
  private readonly known: (file: FileId) => Map<string, readonly Meaning[]>;

  constructor(project: Project, parts: Parts) {
    this.project = project;
    this.index = project.index;
    this.parts = parts;
    this.receivers = new Receivers(project);
    const named = memo((family: string) => memo((name: string) => this.readNamed(family, name)));
    this.namedFor = memo((file) => named(familyOf(project.language(file))));
    this.gathers = memo((file) => isBarrel(project.path(file)));
    this.reached = memo((file) => this.readReached(file));
    this.taken = memo((file) => this.readTaken(file));
    this.known = memo(() => new Map());
  }

  /** See `Links.meaningOf`. */
  of(name: string, from: FileId, line?: number): readonly Meaning[] {
    const own = lastPart(name);
    const named = this.namedFor(from)(own);
    if (named.sites.length === 0) return [];
    const known = this.known(from);
    let all = known.get(own);
    if (all === undefined) {
      all = this.compute(own, named, from);
      known.set(own, all);
    }
    return line === undefined || named.sites.length < 2 ? all : this.inLine(own, named, { all, from, line });
  }

  /** Of what a name means in a file, what it means in one of its lines. */
  private inLine(
    name: string,
    named: Named,
    { all, from, line }: { all: readonly Meaning[]; from: FileId; line: number },
  ): readonly Meaning[] {
    const own = all[0]?.certainty === "same file";
    const holder = this.receivers.namesHolder(name, named.sites, { file: from, line });
    if (!own && !holder) return all;
    const receivers = this.receivers.at(name, from, line);
    const types = receivers.filter(isTypeLike);
    const held = types.flatMap((type) => this.receivers.heldBy(type, name, named.sites));
    if (held.length > 0) return this.compute(name, this.namedOf(held), from);
    if (!own) return all;
    if (receivers.every(isOwnReceiver)) return all.length > 1 ? this.innermost(all, line) : all;
    const outside = (type: string): boolean =>
      this.index.definitionsNamed(type).every(({ file }) => file !== from);
    const typed = types.length === receivers.length && !FIELDS_LIKE_TYPES.has(this.project.language(from));
    // A type of the line that has the name may stand there under an alias.
    if (typed && !holder && types.every(outside)) return [];
    return this.withOthers(name, named, { all, from });
  }

  private compute(name: string, named: Named, from: FileId): readonly Meaning[] {
    const own = named.byFile.get(from) ?? [];
    const explicit = this.taken(from).get(name);
    if (explicit !== undefined && !own.some((site) => this.isOuter(site))) {
      const found = this.given(explicit, named, name);
      if (found.length > 0) return meaningsOf(found, "imported");
      // A module itself, or something of another project: no definition of the name is meant.
      if (own.length === 0 && explicit.every((file) => this.isModule(file, name))) return [];
    }
    if (own.length > 0) return meaningsOf(own, "same file");
    const imported = this.withSources(named, this.nearest(named, this.reached(from)));
    if (imported.length > 0) return meaningsOf(imported, "imported");
    const beside = named.byFolder.get(folderOf(this.project.path(from)));
    if (beside !== undefined) return meaningsOf(beside, "same package");
    const [first, second] = named.sites;
    const single = second === undefined || (this.weight(first) === 0 && this.weight(second) > 0);
    return single ? meaningsOf(named.sites.slice(0, 1), "only one") : meaningsOf(named.sites, "same name");
  }

  /** What a name may mean on a value, whose type may be of another file, too: those are guesses. */
  private withOthers(
    name: string,
    named: Named,
    { all, from }: { all: readonly Meaning[]; from: FileId },
  ): readonly Meaning[] {
    const key = `${name}.`;
    let both = this.known(from).get(key);
    if (both === undefined) {
      const others = this.namedOf(named.sites.filter(({ file }) => file !== from));
      const guessed = others.sites.length === 0 ? [] : this.compute(name, others, from);
      both = [...all, ...meaningsOf(guessed, "same name")];
      this.known(from).set(key, both);
    }
    return both;
  }

  private weight(site: Site | undefined): number {
    const kind = this.index.files[site?.file ?? -1]?.kind;
    return kind === "code" ? 0 : kind === "test" ? 1 : 2;
  }

  /** Whether a file is the module that a name stands for. */
  private isModule(file: FileId, name: string): boolean {
    const path = this.project.path(file);
    return stemOf(path) === name || (this.gathers(file) && nameOf(folderOf(path)) === name);
  }

  private isOuter({ file, definition }: Site): boolean {
    return (this.index.definitionsIn(file)[definition]?.parent ?? -1) < 0;
  }

  /** Of several definitions in one file those in the innermost scope around a line that has one. */
  private innermost(all: readonly Meaning[], line: number): readonly Meaning[] {
    const [first] = all;
    if (first === undefined) return all;
    const definitions = this.index.definitionsIn(first.file);
    const scopes: number[] = [];
    for (let at = definitionAtLine(definitions, line); at >= 0; at = definitions[at]?.parent ?? -1)
      scopes.push(at);
    for (const scope of [...scopes, -1]) {
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

  /** What a header declares, behind its definition, where that is in one source that includes the header. */
  private withSources({ sites }: Named, found: Site[]): Site[] {
    const headers = new Set(
      found.map(({ file }) => file).filter((file) => HEADER.test(this.project.path(file))),
    );
    if (headers.size === 0) return found;
    const declared = new Set(found.map((site) => this.lastTwo(site)));
    const sources = sites.filter(
      (site) =>
        !HEADER.test(this.project.path(site.file)) &&
        this.weight(site) === 0 &&
        declared.has(this.lastTwo(site)) &&
        [...headers].some((header) => this.reached(site.file).has(header)),
    );
    if (new Set(sources.map(({ file }) => file)).size !== 1) return found;
    return [...sources, ...found.filter((site) => !sources.includes(site))];
  }

  /** Its name and that of its type or namespace. */
  private lastTwo({ file, definition }: Site): string {
    return qualifiedName(this.index.definitionsIn(file), definition).split(".").slice(-2).join(".");
  }

  private readNamed(family: string, name: string): Named {
    const sites = this.index
      .definitionsNamed(name)
      .filter(({ file }) => familyOf(this.project.language(file)) === family);
    if (sites.length > 1) sites.sort((a, b) => this.weight(a) - this.weight(b));
    return this.namedOf(sites);
  }

  private namedOf(sites: readonly Site[]): Named {
    const byFile = new Map<FileId, Site[]>();
    const byFolder = new Map<string, Site[]>();
    for (const site of sites) {
      listAt(byFile, site.file).push(site);
      listAt(byFolder, folderOf(this.project.path(site.file))).push(site);
    }
    return { sites, byFile, byFolder };
  }

  /** Names that a file takes from others, with the files; none where they are of another project; "*" for all names. */
  private readTaken(file: FileId): ReadonlyMap<string, readonly FileId[]> {
    const taken = new Map<string, readonly FileId[]>();
    for (const { names, files } of this.parts.importsOf(file))
      for (const name of names) taken.set(name, [...(taken.get(name) ?? []), ...files]);
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
        const barrel = this.gathers(one);
        for (const { names, files } of this.parts.importsOf(one))
          if (barrel || names.includes("*")) further.push(...files);
      }
      next = further;
    }
    reached.delete(file);
    return reached;
  }
}
