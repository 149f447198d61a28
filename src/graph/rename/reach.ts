/** Which files can know a thing by its name, and how: those that define it, give it on, import it, or have something else of that name. */
import type { CodeGraph } from "../graph.ts";
import type { FileId } from "../index/code-index.ts";
import type { Meaning, ResolvedImport } from "../link/links.ts";
import { holderOf, isType, keyOf } from "./holder.ts";
import { type Around, takesFrom } from "./namesakes.ts";
import type { Subject } from "./subject.ts";

export class Reach {
  /** The definitions that carry the name, and the files that they stand in. */
  readonly keys: ReadonlySet<string>;
  readonly homes: ReadonlySet<FileId>;
  private readonly leading = new Map<FileId, boolean>();
  private gates: FileId[] | null = null;

  constructor(
    private readonly graph: CodeGraph,
    private readonly subject: Subject,
  ) {
    this.keys = new Set(subject.sites.map(keyOf));
    this.homes = new Set(subject.sites.map(({ file }) => file));
  }

  meant(meanings: readonly Meaning[]): Meaning | undefined {
    return meanings.find((one) => this.keys.has(keyOf(one)));
  }

  /** Whether a file defines the name or gives it on. */
  leads(file: FileId): boolean {
    if (this.homes.has(file)) return true;
    const known = this.leading.get(file);
    if (known !== undefined) return known;
    this.leading.set(file, false);
    const one = this.meant(this.graph.links.meaningOf(this.subject.name, file));
    const leads =
      one?.certainty === "imported" &&
      this.graph.index
        .importsIn(file)
        .some(({ names }) => names.includes(this.subject.name) || names.includes("*"));
    this.leading.set(file, leads);
    return leads;
  }

  /** Whether the file imports it by its name, and has nothing of that name itself. */
  takes(file: FileId): boolean {
    const lines = new Set(this.graph.index.importsIn(file).map(({ line }) => line));
    const own = this.graph.index
      .definitionsIn(file)
      .some(({ name, parent, start }) => name === this.subject.name && parent < 0 && !lines.has(start));
    if (own) return false;
    return this.graph.links
      .importsOf(file)
      .some((one) => one.names.includes(this.subject.name) && this.gives(one));
  }

  /** Whether an import takes its names out of a file that has it, be it for the package that gives it on. */
  gives(one: ResolvedImport): boolean {
    const { index } = this.graph;
    return one.files.some((to) => {
      if (!this.leads(to)) return false;
      const { path = "" } = index.files[to] ?? {};
      const package_ = index.fileAt(path.replace(/[^/]*$/, "__init__.py"));
      return takesFrom(one, path) || (package_ !== null && package_ !== to && this.leads(package_));
    });
  }

  /** What tells modules of its name from it. */
  around(file: FileId): Around {
    const { index, links } = this.graph;
    const { name, sites } = this.subject;
    const kinds = sites.map((site) => index.definitionsIn(site.file)[site.definition]?.kind);
    return {
      name,
      isType: kinds.some((kind) => isType(kind)),
      imports: links.importsOf(file),
      pathOf: (one) => index.files[one]?.path ?? "",
      gives: (one) => this.gives(one),
    };
  }

  takesAll(file: FileId): boolean {
    return this.graph.index.importsIn(file).some(({ names }) => names.includes("*"));
  }

  /** Whether all that has this name, but for members of types, is what is renamed. */
  alone(): boolean {
    const { index } = this.graph;
    return index
      .definitionsNamed(this.subject.name)
      .every(
        (site) =>
          this.keys.has(keyOf(site)) ||
          holderOf(this.graph, site) !== null ||
          index.files[site.file]?.kind === "vendored",
      );
  }

  /** Whether a word is the module, package or namespace that the name is defined in. */
  isModuleOfHome(word: string): boolean {
    return [...this.homes].some((file) => {
      const segments = (this.graph.index.files[file]?.path ?? "").replace(/\.\w+$/, "").split("/");
      return segments.slice(-2).includes(word) || this.subject.title.split(".").slice(0, -1).includes(word);
    });
  }

  /** In Python `import shop.cart` gives `shop`, too, with all that the package has. */
  byPackage(parts: string[], file: FileId): boolean {
    const { index } = this.graph;
    const known = index
      .importsIn(file)
      .some(({ module, names }) => names.length === 0 && `${module}.`.startsWith(`${parts.join(".")}.`));
    const end = `${parts.join("/")}/__init__.py`;
    return known && this.gateways().some((gate) => `/${index.files[gate]?.path}`.endsWith(`/${end}`));
  }

  isType(name: string): boolean {
    return this.graph.index
      .definitionsNamed(name)
      .some(({ file, definition }) =>
        ["class", "interface", "enum", "type"].includes(
          this.graph.index.definitionsIn(file)[definition]?.kind ?? "",
        ),
      );
  }

  /** Whether the file can know the type at all. */
  reaches(file: FileId): boolean {
    const { index } = this.graph;
    if (this.homes.has(file)) return true;
    return (
      [...this.subject.holders].some((type) => index.usesOf(type).some((uses) => uses.file === file)) ||
      this.graph.links.importsOf(file).some(({ files }) => files.some((to) => this.homes.has(to)))
    );
  }

  /** The packages that give it on: `click` of `click.echo`, which is defined in `click/utils.py`. */
  gateways(): FileId[] {
    this.gates ??= [...this.graph.index.files.entries()].flatMap(([file, { path }]) =>
      /(^|\/)(__init__\.py|index\.[cm]?[jt]sx?)$/.test(path) && this.leads(file) ? [file] : [],
    );
    return this.gates;
  }

  /** Whether a function of the file has a definition of this name of its own. */
  hasNested(file: FileId): boolean {
    const definitions = this.graph.index.definitionsIn(file);
    return definitions.some(
      ({ name, parent }) =>
        name === this.subject.name && /function|method/.test(definitions[parent]?.kind ?? ""),
    );
  }
}
