/**
 * Imports of JavaScript and TypeScript: relative ones with the endings that bundlers and compilers add, the aliases of
 * tsconfig.json, and packages of the same repository by their names. What is built is looked for where it is built from.
 */
import type { FileId } from "../index/code-index.ts";
import { packagesOf } from "./javascript-packages.ts";
import { below, folderOf, join, outward, stemOf } from "./paths.ts";
import { memo, type Project, type Resolver } from "./project.ts";
import { type Aliases, aliasesIn } from "./tsconfig.ts";

/** The file, as each of them would look for it, that a path without or with ending means. */
export type FindFile = (path: string | null) => FileId | null;

const TYPED = ["ts", "tsx", "d.ts", "mts", "cts", "d.mts", "d.cts"];
const PLAIN = ["js", "jsx", "mjs", "cjs"];
const OTHERS = ["json", "css"];
/** What the ending that is written stands for when the source is TypeScript. */
const SOURCES: Record<string, string[]> = {
  js: ["ts", "tsx", "d.ts"],
  jsx: ["tsx", "d.ts"],
  mjs: ["mts", "d.mts"],
  cjs: ["cts", "d.cts"],
};

export function javascriptResolver(project: Project): Resolver {
  const findFrom = {
    typed: finder(project, [...TYPED, ...PLAIN, ...OTHERS]),
    plain: finder(project, [...PLAIN, ...TYPED, ...OTHERS]),
  };
  const aliases = memo((folder: string) => aliasesIn(project, folder));
  const packages = packagesOf(project, findFrom.typed);
  return ({ module }, from) => {
    const path = project.path(from);
    const find = /\.[cm]?tsx?$/.test(path) ? findFrom.typed : findFrom.plain;
    const folder = folderOf(path);
    const name = withoutQuery(module);
    if (name === "") return [];
    if (/^\.{1,2}(\/|$)/.test(name)) return listOf(find(join(folder, name)));
    if (name.startsWith("/")) return listOf(find(join("", name)));
    if (name.startsWith("#")) {
      const own = packages.privately(name, folder);
      if (own !== null) return [own];
    }
    return listOf(
      aliased(name, { folder, aliases, find }) ??
        packages.named(name, folder) ??
        habitual(name, folder, find),
    );
  };
}

/** Bundlers take a question behind a path. */
const withoutQuery = (module: string): string => (module.startsWith("?") ? "" : (module.split("?")[0] ?? ""));

const listOf = (file: FileId | null): FileId[] => (file === null ? [] : [file]);

function finder(project: Project, endings: string[]): FindFile {
  const at = (path: string): FileId | null => {
    if (path === "") return null;
    const ending = path.slice(path.lastIndexOf(".") + 1);
    const bare = path.slice(0, -ending.length - 1);
    const sources = (SOURCES[ending] ?? []).map((one) => `${bare}.${one}`);
    const written = endings[0] === "ts" ? [...sources, path] : [path, ...sources];
    return project.firstOf(written) ?? project.firstOf(endings.map((one) => `${path}.${one}`));
  };
  return (path) => {
    if (path === null) return null;
    return at(path) ?? project.firstOf(endings.map((one) => below(path, `index.${one}`)));
  };
}

interface Alias {
  folder: string;
  aliases: (folder: string) => Aliases | null;
  find: FindFile;
}

/** By the nearest configuration that has an answer. */
function aliased(name: string, { folder, aliases, find }: Alias): FileId | null {
  for (const around of outward(folder)) {
    const found = aliases(around)
      ?.meant(name)
      .map(find)
      .find((one) => one !== null);
    if (found !== undefined) return found;
  }
  return null;
}

/** `@/x` and `~/x` mean the folder of sources in nearly all projects, also where a bundler's configuration alone says so. */
function habitual(name: string, folder: string, find: FindFile): FileId | null {
  const inner = /^[@~]\/(.+)$/.exec(name)?.[1];
  if (inner === undefined) return null;
  for (const around of outward(folder))
    for (const source of ["src", "app", ""]) {
      const found = find(join(below(around, source), inner));
      if (found !== null) return found;
    }
  return null;
}

/** Whether a file gathers what others of its folder give away. */
export const isBarrel = (path: string): boolean => stemOf(path) === "index" || stemOf(path) === "__init__";
