/**
 * Imports of Java, Kotlin, Scala and Groovy: the class by the end of its file's path, whichever folders of sources stand before
 * it, or by its definition where the folders do not follow the package; `*` for all files of a package.
 */
import type { FileId } from "../index/code-index.ts";
import { folderOf } from "./paths.ts";
import { memo, type Project, type Resolver } from "./project.ts";

export const JVM = new Set(["java", "kotlin", "scala", "groovy"]);
const ENDINGS = ["java", "kt", "scala", "groovy", "kts"];
/** A package of more files is linked to so many of them. */
const MOST_FILES = 200;

export function jvmResolver(project: Project): Resolver {
  const packageFiles = memo((name: string): FileId[] => {
    const folders = project.foldersEnding(name.replaceAll(".", "/"));
    const files = folders.flatMap((folder) => project.filesIn(folder));
    return files.filter((file) => JVM.has(project.language(file))).slice(0, MOST_FILES);
  });
  const filesOfClass = (name: string, from: FileId): FileId[] => {
    const path = name.replaceAll(".", "/");
    for (const ending of ENDINGS) {
      const [found] = project.filesEnding(`${path}.${ending}`, from);
      if (found !== undefined) return [found];
    }
    return byDefinition(project, name);
  };
  return ({ module, names }, from) => {
    const name = module.replace(/^static\s+/, "").replace(/\s+as\s+\w+$/, "");
    const taken = names.length === 0 ? [name] : names.map((one) => `${name}.${one.split(" ")[0]}`);
    const found = new Set<FileId>();
    for (const one of taken)
      for (const file of resolveOne(one.replace(/\._$/, ".*"), from, { packageFiles, filesOfClass }))
        found.add(file);
    found.delete(from);
    return [...found];
  };
}

interface Lookup {
  packageFiles: (name: string) => FileId[];
  filesOfClass: (name: string, from: FileId) => FileId[];
}

/** What stands behind a class, a member or an inner class, is in the same file. */
function resolveOne(name: string, from: FileId, { packageFiles, filesOfClass }: Lookup): FileId[] {
  const wild = name.endsWith(".*");
  const parts = (wild ? name.slice(0, -2) : name).split(".");
  for (let size = parts.length; size > Math.max(1, parts.length - 3); size--) {
    const found = filesOfClass(parts.slice(0, size).join("."), from);
    if (found.length > 0) return found;
    if (wild && size === parts.length) {
      const files = packageFiles(parts.join("."));
      if (files.length > 0) return files;
    }
  }
  // Functions of Kotlin and Scala stand in a package without a class.
  return wild ? [] : packageFiles(parts.join(".")).slice(0, 1);
}

/** Kotlin's extension functions of one name stand in as many files as they extend types, at most so many. */
const MOST_OVERLOADS = 8;

/** The files that define it at their top and are of its package: of a class one alone, of a function several. */
function byDefinition(project: Project, name: string): FileId[] {
  const dot = name.lastIndexOf(".");
  const files = new Set<FileId>();
  for (const { file, definition } of project.index.definitionsNamed(name.slice(dot + 1)))
    if (JVM.has(project.language(file)) && isOuter(project, file, definition)) files.add(file);
  const found = [...files].filter((file) => isOfPackage(project, file, name.slice(0, Math.max(0, dot))));
  const isFunction = /^\p{Ll}/u.test(name.slice(dot + 1));
  return found.length <= (isFunction ? MOST_OVERLOADS : 1) ? found : [];
}

/** Folders that sources begin below. */
const SOURCES = /^(java|kotlin|scala|groovy|src|source|main|test)$/;

/** By the package that the file says, else by its folders: they may leave out the beginning of a package. */
function isOfPackage(project: Project, file: FileId, name: string): boolean {
  const said = project.index.definitionsIn(file).find(({ kind, parent }) => kind === "module" && parent < 0);
  if (said !== undefined) return said.name === name;
  const folders = folderOf(project.path(file)).split("/").reverse();
  const parts = name.split(".").reverse();
  const same = parts.findIndex((part, at) => folders[at] !== part);
  const next = folders[same < 0 ? parts.length : same];
  return same !== 0 && (same < 0 || next === undefined || SOURCES.test(next));
}

const isOuter = (project: Project, file: FileId, definition: number): boolean => {
  const parent = project.index.definitionsIn(file)[definition]?.parent ?? -1;
  return parent < 0 || project.index.definitionsIn(file)[parent]?.kind === "module";
};

/** Swift has modules, which are folders of the package: all files of one are meant. */
export function swiftResolver(project: Project): Resolver {
  return ({ module }, from) => {
    const [name = ""] = module.split(".");
    const folder = project.foldersNamed(name).find((one) => /(^|\/)Sources\/[^/]+$/.test(one));
    if (folder === undefined) return [];
    const files = project.filesIn(folder).filter((file) => project.language(file) === "swift");
    return files.filter((file) => file !== from).slice(0, MOST_FILES);
  };
}
