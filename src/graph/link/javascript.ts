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
/** In the order in which they are looked for, from a file of TypeScript and from one of JavaScript. */
const FROM_TYPED = [...TYPED, ...PLAIN, ...OTHERS];
const FROM_PLAIN = [...PLAIN, ...TYPED, ...OTHERS];
const ENDINGS = new Set(FROM_TYPED);
/** What the ending that is written stands for when the source is TypeScript. */
const SOURCES: ReadonlyMap<string, string[]> = new Map([
  ["js", ["ts", "tsx", "d.ts"]],
  ["jsx", ["tsx", "d.ts"]],
  ["mjs", ["mts", "d.mts"]],
  ["cjs", ["cts", "d.cts"]],
]);

export function javascriptResolver(project: Project): Resolver {
  let known: Map<string, Map<string, FileId>> | null = null;
  const bases = () => {
    known ??= byBase(project);
    return known;
  };
  const findFrom = { typed: finder(project, bases, FROM_TYPED), plain: finder(project, bases, FROM_PLAIN) };
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

/** The files that a path without its ending may mean, by their endings. */
function byBase(project: Project): Map<string, Map<string, FileId>> {
  const bases = new Map<string, Map<string, FileId>>();
  for (const [file, { path }] of project.index.files.entries()) {
    const [, base = "", ending = ""] = /^(.*?)\.((?:d\.)?\w+)$/.exec(path) ?? [];
    if (!ENDINGS.has(ending)) continue;
    const known = bases.get(base);
    if (known === undefined) bases.set(base, new Map([[ending, file]]));
    else known.set(ending, file);
  }
  return bases;
}

function finder(
  project: Project,
  bases: () => Map<string, Map<string, FileId>>,
  endings: string[],
): FindFile {
  const pick = (base: string, wanted: string[]): FileId | null => {
    const there = bases().get(base);
    const ending = there === undefined ? undefined : wanted.find((one) => there.has(one));
    return ending === undefined ? null : (there?.get(ending) ?? null);
  };
  const written = (path: string): FileId | null => {
    const dot = path.lastIndexOf(".");
    const sources = SOURCES.get(path.slice(dot + 1));
    if (sources === undefined) return project.file(path);
    const source = pick(path.slice(0, dot), sources);
    return endings === FROM_TYPED ? (source ?? project.file(path)) : (project.file(path) ?? source);
  };
  return memo((path: string | null) => {
    if (path === null) return null;
    const own = path === "" ? null : (written(path) ?? pick(path, endings));
    return own ?? pick(below(path, "index"), endings);
  });
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
