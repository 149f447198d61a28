/**
 * Imports of Python. A dotted name is looked for below the folders that would be on the path when the importing file runs: the
 * one where its outermost package stands, those that the project's settings name, the folders around it, and at last any folder
 * where a package of that name stands.
 */
import type { FileId } from "../index/code-index.ts";
import { PYTHON_STANDARD } from "./outside.ts";
import { below, folderOf, join, outward, shared } from "./paths.ts";
import { memo, type Project, type Resolver } from "./project.ts";
import { fieldAt, isFields, readToml, textOf, textsOf } from "./settings.ts";

const ENDINGS = [".py", ".pyi"];

export function pythonResolver(project: Project): Resolver {
  const modules = new PythonModules(project);
  return ({ module, names }, from) => modules.resolve(module, names, from);
}

class PythonModules {
  private readonly project: Project;
  private readonly isPackage: (folder: string) => boolean;
  private readonly rootOf: (folder: string) => string;
  private readonly moduleAt: (path: string) => FileId | null;
  private readonly usual: (root: string) => string[];
  private readonly stands: (head: string) => boolean;
  private readonly begins: (root: string) => (head: string) => boolean;
  private heads: Map<string, Map<string, number>> | null = null;

  constructor(project: Project) {
    this.project = project;
    this.isPackage = memo((folder) => this.initOf(folder) !== null);
    this.rootOf = memo((folder) =>
      folder !== "" && this.isPackage(folder) ? this.rootOf(folderOf(folder)) : folder,
    );
    this.moduleAt = memo((path) => this.initOf(path) ?? (path === "" ? null : this.fileOf(path)));
    const configured = memo((folder: string) => configuredRoots(project, folder));
    this.usual = memo((root) => [...new Set([root, ...outward(root).flatMap(configured), ""])]);
    this.begins = memo((root) =>
      memo((head) => project.hasFolder(below(root, head)) || this.fileOf(below(root, head)) !== null),
    );
    this.stands = memo(
      (head) =>
        project.foldersNamed(head).length > 0 ||
        ENDINGS.some((ending) => project.filesNamed(head + ending).length > 0),
    );
  }

  resolve(module: string, names: readonly string[], from: FileId): FileId[] {
    const folder = folderOf(this.project.path(from));
    const dots = /^\.*/.exec(module)?.[0].length ?? 0;
    const path = module.slice(dots).replaceAll(".", "/");
    if (dots > 0) {
      const base = join(folder, "../".repeat(dots - 1));
      return base === null ? [] : this.targets(below(base, path), names);
    }
    const head = path.split("/")[0] ?? "";
    if (head === "" || !this.stands(head)) return [];
    for (const root of this.rootsFor(folder, head)) {
      if (!this.begins(root)(head)) continue;
      const found = this.targets(below(root, path), names);
      if (found.length > 0) return found;
    }
    return [];
  }

  /** A module's file, and the modules among the names that are taken from it, which come first. */
  private targets(path: string, names: readonly string[]): FileId[] {
    const own = this.moduleAt(path);
    // Only folders have modules in them: those with an `__init__`, and those that are nothing else.
    if (own !== null && !this.isPackage(path)) return [own];
    const inner = names.map((name) => (name === "*" ? null : this.moduleAt(below(path, importedName(name)))));
    const modules = inner.filter((one) => one !== null);
    const rest = names.length === 0 || modules.length < names.length;
    return [...new Set([...modules, ...(own !== null && rest ? [own] : [])])];
  }

  private initOf(folder: string): FileId | null {
    return this.fileOf(below(folder, "__init__"));
  }

  private fileOf(path: string): FileId | null {
    return this.project.firstOf(ENDINGS.map((ending) => path + ending));
  }

  /** Folders to look below, the likeliest first. */
  private *rootsFor(folder: string, head: string): Iterable<string> {
    const own = this.rootOf(folder);
    yield* this.usual(own);
    // What Python brings itself is not meant by the name of some folder that may not even be on the path.
    if (PYTHON_STANDARD.has(head)) return;
    yield* outward(own).filter((one) => !this.isPackage(one));
    yield* this.rootsWith(head, folder);
  }

  /** Where packages and modules of this name stand: near ones first, then the larger. */
  private rootsWith(head: string, folder: string): string[] {
    this.heads ??= this.readHeads();
    const roots = this.heads.get(head);
    if (roots === undefined) return [];
    const ranked = [...roots].map(([root, files]) => ({ root, files, near: shared(root, folder) }));
    return ranked.sort((a, b) => b.near - a.near || b.files - a.files).map(({ root }) => root);
  }

  /** For each first part of a dotted name: the folders where it stands, with how many files belong to it there. */
  private readHeads(): Map<string, Map<string, number>> {
    const heads = new Map<string, Map<string, number>>();
    for (const { path, language } of this.project.index.files) {
      if (language !== "python") continue;
      const root = this.rootOf(folderOf(path));
      const [first = ""] = path.slice(root === "" ? 0 : root.length + 1).split("/");
      const head = first.replace(/\.pyi?$/, "");
      const known = heads.get(head) ?? new Map<string, number>();
      heads.set(head, known.set(root, (known.get(root) ?? 0) + 1));
    }
    return heads;
  }
}

/** `b` of `b as c`. */
const importedName = (name: string): string => name.split(" ")[0] ?? name;

/** Folders that the settings beside a folder put on the path. */
function configuredRoots(project: Project, folder: string): string[] {
  const settings = readToml(project.text(below(folder, "pyproject.toml")));
  const tool = (...names: string[]): unknown => fieldAt(settings, "tool", ...names);
  const poetry = tool("poetry", "packages");
  const told = [
    ...textsOf(tool("pytest", "ini_options", "pythonpath")),
    ...textsOf(tool("setuptools", "packages", "find", "where")),
    ...textsOf(tool("setuptools", "package-dir", "")),
    ...(Array.isArray(poetry) ? poetry : []).flatMap((one) =>
      isFields(one) ? (textOf(one.from) ?? []) : [],
    ),
    ...iniRoots(project.text(below(folder, "setup.cfg"))),
    ...iniRoots(project.text(below(folder, "pytest.ini"))),
    "src",
  ];
  const roots = told.flatMap((path) => path.split(/[\s:]+/)).map((path) => join(folder, path));
  return [...new Set(roots.filter((root) => root !== null))];
}

/** `where = src`, `pythonpath = src tests`, and `package_dir` with `= src` below it. */
function iniRoots(text: string | null): string[] {
  if (text === null) return [];
  const found = text.matchAll(
    /^(?:where|pythonpath)[ \t]*=[ \t]*(\S[^\n]*)|^package_dir[ \t]*=\s*=[ \t]*(\S+)/gm,
  );
  return [...found].map((match) => match[1] ?? match[2] ?? "");
}
