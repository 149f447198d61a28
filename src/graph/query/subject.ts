/**
 * What a question is about, from what a person types: `Stack.push`, `push`, `Stack::push`, `push()`, `src/stack.ts:Stack.push`,
 * `collections.stack.Stack` (the module in front), a path, or the end of a path.
 */
import type { CodeGraph } from "../graph.ts";
import { type CodeIndex, type FileId, lastPart, qualifiedName, type Site } from "../index/code-index.ts";
import { languageOf } from "../syntax/languages.ts";
import type { Answer } from "./answers.ts";
import { nearNames } from "./find.ts";
import { inOrder } from "./order.ts";

export interface Symbols {
  /** As it is written in the project, without what is in front of it. */
  name: string;
  /** At least one; code before tests before the rest, then by path and line. */
  sites: Site[];
  /** How the words were understood where they do not stand so in the project. */
  note: string | null;
}

/** The files that a path means: itself, or those whose path ends with it; sorted. */
export function filesOf(index: CodeIndex, text: string): FileId[] {
  const path = text.replace(/^(?:\.\/)+/, "");
  const exact = index.fileAt(path);
  if (exact !== null) return [exact];
  if (path === "") return [];
  return [...index.files.keys()].filter((id) => index.files[id]?.path.endsWith(`/${path}`));
}

/** `a/b/__init__.py` and `a/b.py` are the module `a.b`. */
const moduleOf = (path: string): string =>
  path
    .replace(/\.\w+$/, "")
    .replace(/\/(?:__init__|index|mod)$/, "")
    .replaceAll("/", ".");

/** Whether a definition is what a qualified name means: by what encloses it, or by its module or package too. */
function isMeant(index: CodeIndex, { file, definition }: Site, name: string): boolean {
  const own = qualifiedName(index.definitionsIn(file), definition);
  if (own === name || own.endsWith(`.${name}`)) return true;
  if (!name.endsWith(`.${own}`)) return false;
  const module = name.slice(0, -own.length - 1);
  const path = moduleOf(index.files[file]?.path ?? "");
  return (
    path === module ||
    path.endsWith(`.${module}`) ||
    path.startsWith(`${module}.`) ||
    path.includes(`.${module}.`)
  );
}

function sitesNamed(index: CodeIndex, name: string): Site[] {
  return index.definitionsNamed(lastPart(name)).filter((site) => isMeant(index, site, name));
}

/** The same without regard to case: the spelling that has most definitions. */
function inOtherCase(index: CodeIndex, name: string): { name: string; sites: Site[] } | null {
  const wanted = lastPart(name).toLowerCase();
  const before = name.slice(0, name.length - wanted.length).toLowerCase();
  let best: { name: string; sites: Site[] } | null = null;
  for (const other of [...index.names()].filter((one) => one.toLowerCase() === wanted).sort()) {
    const sites = index.definitionsNamed(other).filter((site) => {
      const own = qualifiedName(index.definitionsIn(site.file), site.definition).toLowerCase();
      return before === "" || own.endsWith(before + wanted);
    });
    if (sites.length > (best?.sites.length ?? 0)) best = { name: other, sites };
  }
  return best;
}

/** `path:Name` in its two parts; no path: the whole is a name. */
function splitPath(index: CodeIndex, text: string): { files: FileId[] | null; name: string } {
  const match = /^(.+?):{1,2}([^:].*)$/.exec(text);
  const files = match === null ? [] : filesOf(index, match[1] ?? "");
  return match !== null && files.length > 0 ? { files, name: match[2] ?? "" } : { files: null, name: text };
}

/** The definitions that are meant, or the names nearest to it. */
export function symbolsOf({ index }: CodeGraph, text: string): Answer<Symbols> {
  const { files, name: typed } = splitPath(index, text.trim());
  const name = typed
    .replace(/\(.*\)$/, "")
    .replaceAll("::", ".")
    .replaceAll("#", ".");
  const inFiles = (site: Site): boolean => files === null || files.includes(site.file);
  const sites = sitesNamed(index, name).filter(inFiles);
  if (sites.length > 0) return { ok: true, name: lastPart(name), sites: inOrder(index, sites), note: null };
  const other = inOtherCase(index, name);
  const left = other?.sites.filter(inFiles) ?? [];
  if (other !== null && left.length > 0) {
    const note = `There is no ${name}; this is ${other.name}.`;
    return { ok: true, name: other.name, sites: inOrder(index, left), note };
  }
  const where = files === null ? "" : ` in ${files.map((id) => index.files[id]?.path).join(", ")}`;
  return { ok: false, reason: `Nothing is called ${name}${where}.`, near: nearNames(index, name) };
}

/** The one file that is meant, or why there is none. */
export function fileOf({ index }: CodeGraph, text: string): Answer<{ file: FileId; path: string }> {
  const files = filesOf(index, text);
  const paths = files.flatMap((id) => index.files[id]?.path ?? []);
  const [file, path] = [files[0], paths[0]];
  if (files.length === 1 && file !== undefined && path !== undefined) return { ok: true, file, path };
  if (files.length > 1)
    return { ok: false, reason: `${text} could be one of ${files.length} files.`, near: paths.slice(0, 5) };
  const base = text.slice(text.lastIndexOf("/") + 1).toLowerCase();
  const near = index.files.filter(
    (one) => one.path.toLowerCase().endsWith(`/${base}`) || one.path.toLowerCase() === base,
  );
  return {
    ok: false,
    reason: `There is no file ${text} that the graph knows.`,
    near: near.slice(0, 5).map((one) => one.path),
  };
}

/** Whether what was typed looks like a path rather than a name: by a "/", by a file, or by the ending of a language. */
export function looksLikePath(index: CodeIndex, text: string): boolean {
  if (text.includes("/")) return splitPath(index, text).files === null;
  if (filesOf(index, text).length > 0) return true;
  return languageOf(text) !== null && index.definitionsNamed(lastPart(text)).length === 0;
}

/** What to say where only the first of several definitions was looked at; null for one. */
export function firstOfSeveral({ index }: CodeGraph, name: string, sites: readonly Site[]): string | null {
  const [first] = sites;
  if (first === undefined || sites.length === 1) return null;
  const own = qualifiedName(index.definitionsIn(first.file), first.definition);
  const path = index.files[first.file]?.path;
  return `${sites.length} definitions are called ${name}; this is ${path}:${own}.`;
}
