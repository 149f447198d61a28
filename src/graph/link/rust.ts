/**
 * Paths of Rust: `crate`, `super` and `self` from where the file stands in its crate, crates of the same repository by their
 * names, and `mod`. Of a path the longest part that has a file is meant; what is left are names in it.
 */
import type { FileId } from "../index/code-index.ts";
import { below, folderOf, join, nameOf, outward, stemOf } from "./paths.ts";
import { memo, type Project, type Resolver } from "./project.ts";
import { field, fieldAt, readToml, textOf } from "./settings.ts";

interface Crate {
  name: string;
  folder: string;
  /** The files that its library and its programs begin with, without ending; the folder of the modules of one is its own. */
  roots: string[];
}

export function rustResolver(project: Project): Resolver {
  const crates = new Crates(project);
  return ({ module, names }, from) => {
    const parts = module
      .replace(/^::/, "")
      .split("::")
      .map(plainName)
      .filter((part) => part !== "");
    const found = new Set<FileId>();
    for (const name of names.length === 0 ? [null] : names) {
      const taken = name === null || name === "*" || name === "self" ? [] : plainName(name).split("::");
      const file = crates.meant([...parts, ...taken], from);
      if (file !== null) found.add(file);
    }
    found.delete(from);
    return [...found];
  };
}

/** `r#type` is `type`, and `b` of `b as c`. */
const plainName = (part: string): string => (part.trim().split(" ")[0] ?? "").replace(/^r#/, "");

class Crates {
  private readonly project: Project;
  private readonly crateIn: (folder: string) => Crate | null;
  private byName: Map<string, Crate> | null = null;

  constructor(project: Project) {
    this.project = project;
    this.crateIn = memo((folder) => this.readCrate(folder));
  }

  meant(parts: string[], from: FileId): FileId | null {
    const path = this.project.path(from);
    const [first = "", ...rest] = parts;
    const base = this.rootFolder(path);
    if (first === "crate") return this.below(base, rest) ?? this.rootOf(path);
    if (first === "self" || first === "super") return this.fromHere(path, parts);
    const crate = this.named(first);
    if (crate !== null)
      return this.below(folderOf(mainRoot(crate)), rest) ?? this.project.file(`${mainRoot(crate)}.rs`);
    return this.below(modulesOf(path, this.isRoot(path)), parts) ?? this.below(base, parts);
  }

  private fromHere(path: string, parts: string[]): FileId | null {
    const ups = parts.findIndex((part) => part !== "self" && part !== "super");
    const steps = ups < 0 ? parts : parts.slice(0, ups);
    const up = steps.filter((part) => part === "super").map(() => "..");
    const folder = join(modulesOf(path, this.isRoot(path)), up.join("/"));
    if (folder === null) return null;
    return this.below(folder, parts.slice(steps.length)) ?? this.moduleAt(folder);
  }

  /** The file of the longest beginning of these names, as modules below a folder. */
  private below(folder: string, names: string[]): FileId | null {
    for (let size = names.length; size > 0; size--) {
      const found = this.moduleAt(below(folder, names.slice(0, size).join("/")));
      if (found !== null) return found;
    }
    return null;
  }

  /** The file of the module whose inner modules stand in this folder. */
  private moduleAt(folder: string): FileId | null {
    const roots = ["mod", "lib", "main"].map((name) => `${below(folder, name)}.rs`);
    return this.project.firstOf([folder === "" ? null : `${folder}.rs`, ...roots]);
  }

  private crateOf(path: string): Crate | null {
    for (const folder of outward(folderOf(path))) {
      const crate = this.crateIn(folder);
      if (crate !== null) return crate;
    }
    return null;
  }

  /** Whether a crate, a test, an example or a program of its own begins with this file. */
  private isRoot(path: string): boolean {
    const crate = this.crateOf(path);
    if (/^(lib|main)\.rs$/.test(nameOf(path))) return true;
    if (crate === null) return false;
    const inner = path.slice(crate.folder === "" ? 0 : crate.folder.length + 1);
    return (
      crate.roots.some((root) => `${root}.rs` === path) ||
      /^((tests|examples|benches|src\/bin)\/[^/]+|build)\.rs$/.test(inner)
    );
  }

  /** The folder of the outermost modules of the crate that a file is of. */
  private rootFolder(path: string): string {
    if (this.isRoot(path)) return folderOf(path);
    const crate = this.crateOf(path);
    if (crate === null) return folderOf(path);
    const root = rootAround(crate, path);
    if (root !== null) return folderOf(root);
    const inner = path.slice(crate.folder === "" ? 0 : crate.folder.length + 1);
    return below(crate.folder, inner.split("/")[0] ?? "");
  }

  private rootOf(path: string): FileId | null {
    if (this.isRoot(path)) return this.project.file(path);
    const crate = this.crateOf(path);
    if (crate === null) return null;
    const folder = this.rootFolder(path);
    const own = crate.roots.filter((root) => folderOf(root) === folder);
    return this.project.firstOf([...own, below(folder, "main")].map((root) => `${root}.rs`));
  }

  /** A crate of the project by the name that code uses for it. */
  private named(name: string): Crate | null {
    if (this.byName === null) {
      const folders = new Set<string>();
      for (const { path, language } of this.project.index.files)
        if (language === "rust") for (const folder of outward(folderOf(path))) folders.add(folder);
      const all = [...folders].map(this.crateIn).filter((one) => one !== null);
      this.byName = new Map(all.map((crate) => [crate.name, crate]));
    }
    return this.byName.get(name) ?? null;
  }

  private readCrate(folder: string): Crate | null {
    const settings = readToml(this.project.text(below(folder, "Cargo.toml")));
    const name = textOf(fieldAt(settings, "lib", "name")) ?? textOf(fieldAt(settings, "package", "name"));
    if (name === null) return null;
    const bins = fieldAt(settings, "bin");
    const told = [fieldAt(settings, "lib"), ...(Array.isArray(bins) ? bins : [])].map((one) => {
      const path = textOf(field(one, "path"));
      return path === null ? null : join(folder, path.replace(/\.rs$/, ""));
    });
    const usual = ["src/lib", "src/main"].map((root) => below(folder, root));
    const roots = [...told.filter((root) => root !== null), ...usual];
    const there = roots.filter((root) => this.project.file(`${root}.rs`) !== null);
    return { name: name.replaceAll("-", "_"), folder, roots: there.length > 0 ? there : usual };
  }
}

const mainRoot = ({ roots }: Crate): string => roots[0] ?? "";

/** The innermost of a crate's roots whose folder is around a file. */
function rootAround({ roots }: Crate, path: string): string | null {
  const around = roots.filter((root) => folderOf(root) === "" || path.startsWith(`${folderOf(root)}/`));
  return around.sort((a, b) => folderOf(b).length - folderOf(a).length)[0] ?? null;
}

/** The folder where the inner modules of a file's module stand. */
function modulesOf(path: string, isRoot: boolean): string {
  const folder = folderOf(path);
  return isRoot || nameOf(path) === "mod.rs" ? folder : below(folder, stemOf(path));
}
