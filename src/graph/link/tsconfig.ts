/**
 * `paths` and `baseUrl` of tsconfig.json and jsconfig.json, with what they extend. A configuration that only refers to others
 * has their aliases.
 */
import { below, folderOf, join } from "./paths.ts";
import type { Project } from "./project.ts";
import { field, fieldAt, isFields, readJson, textOf, textsOf } from "./settings.ts";

export interface Aliases {
  /** The paths, without their endings as they may be, that a name can mean here; the best first. */
  meant(name: string): string[];
}

interface Settings {
  /** Folder that names are looked for below. */
  base: string | null;
  /** Patterns with their targets, and the folder that targets start from which do not say so themselves. */
  paths: { from: string; rows: Row[] } | null;
}

interface Row {
  pattern: string;
  targets: { path: string; from: string | null }[];
}

/** A path from the folder of the configuration that is at the end of a chain. */
const CONFIG_FOLDER = /^\$\{configDir\}\/?(.*)$/;

const NAMES = ["tsconfig.json", "jsconfig.json"];
/** One chain of configurations is never longer in earnest. */
const MOST_EXTENDED = 16;
const MOST_REFERENCES = 16;

/** The aliases of a folder's own configuration; null where there is none, or it has none. */
export function aliasesIn(project: Project, folder: string): Aliases | null {
  const path = NAMES.map((name) => below(folder, name)).find((name) => project.file(name) !== null);
  if (path === undefined) return null;
  const own = readSettings(project, path, { leaf: folder, seen: new Set() });
  const settings = own.base === null && own.paths === null ? referred(project, path) : own;
  if (settings === null) return null;
  return { meant: (name) => [...byPattern(name, settings), ...byBase(name, settings)] };
}

function byBase(name: string, { base }: Settings): string[] {
  const path = base === null ? null : join(base, name);
  return path === null ? [] : [path];
}

/** The pattern without a star first, then the one with the longest text before it. */
function byPattern(name: string, { paths }: Settings): string[] {
  if (paths === null) return [];
  const fitting = paths.rows.flatMap(({ pattern, targets }) => {
    const star = pattern.indexOf("*");
    if (star < 0) return pattern === name ? [{ length: Number.MAX_SAFE_INTEGER, targets, inner: "" }] : [];
    const [start, end] = [pattern.slice(0, star), pattern.slice(star + 1)];
    if (name.length < start.length + end.length || !name.startsWith(start) || !name.endsWith(end)) return [];
    return [{ length: star, targets, inner: name.slice(star, name.length - end.length) }];
  });
  const best = fitting.sort((a, b) => b.length - a.length)[0];
  if (best === undefined) return [];
  const found = best.targets.map(({ path, from }) =>
    join(
      from ?? paths.from,
      path.replace("*", () => best.inner),
    ),
  );
  return found.filter((path) => path !== null);
}

interface Chain {
  /** The folder of the configuration that the others are extended by. */
  leaf: string;
  seen: Set<string>;
}

function readSettings(project: Project, path: string, chain: Chain): Settings {
  const none: Settings = { base: null, paths: null };
  if (chain.seen.has(path) || chain.seen.size >= MOST_EXTENDED) return none;
  chain.seen.add(path);
  const json = readJson(project.text(path));
  const folder = folderOf(path);
  const options = field(json, "compilerOptions");
  const placed = (text: string): string | null => {
    const inLeaf = CONFIG_FOLDER.exec(text);
    return inLeaf === null ? join(folder, text) : join(chain.leaf, inLeaf[1] ?? "");
  };
  // The last of several wins.
  const extended = textsOf(field(json, "extends"))
    .slice(0, MOST_EXTENDED)
    .map((name) => extendedPath(project, folder, name))
    .filter((one) => one !== null)
    .map((one) => readSettings(project, one, chain))
    .reduce((all, one) => ({ base: one.base ?? all.base, paths: one.paths ?? all.paths }), none);
  const baseUrl = textOf(field(options, "baseUrl"));
  const base = baseUrl === null ? extended.base : placed(baseUrl);
  const rows = rowsOf(field(options, "paths"), chain.leaf);
  return { base, paths: rows === null ? extended.paths : { from: base ?? folder, rows } };
}

function rowsOf(paths: unknown, leaf: string): Row[] | null {
  if (!isFields(paths)) return null;
  return Object.entries(paths).map(([pattern, targets]) => ({
    pattern,
    targets: textsOf(targets).map((target) => {
      const inLeaf = CONFIG_FOLDER.exec(target);
      return inLeaf === null ? { path: target, from: null } : { path: inLeaf[1] ?? "", from: leaf };
    }),
  }));
}

/** A path beside the configuration, or a package of the project or below node_modules. */
function extendedPath(project: Project, folder: string, name: string): string | null {
  const withEnding = name.endsWith(".json") ? name : `${name}.json`;
  if (/^\.{0,2}\//.test(name)) return join(folder, withEnding);
  const inside = join(folder, withEnding);
  if (inside !== null && project.file(inside) !== null) return inside;
  const [scopeOrName = "", ...rest] = name.split("/");
  const inner = (scopeOrName.startsWith("@") ? rest.slice(1) : rest).join("/");
  const own = packageFolder(project, name.slice(0, inner === "" ? undefined : -inner.length - 1));
  if (own !== null) {
    const file = inner === "" ? "tsconfig.json" : inner.endsWith(".json") ? inner : `${inner}.json`;
    return join(own, file);
  }
  return null;
}

function packageFolder(project: Project, name: string): string | null {
  const manifest = project.filesNamed("package.json").find((one) => {
    const json = readJson(project.text(project.path(one)));
    return textOf(fieldAt(json, "name")) === name;
  });
  return manifest === undefined ? null : folderOf(project.path(manifest));
}

/** The aliases of the configurations that this one refers to: the first of them that has any. */
function referred(project: Project, path: string): Settings | null {
  const references = field(readJson(project.text(path)), "references");
  const list = Array.isArray(references) ? references.slice(0, MOST_REFERENCES) : [];
  for (const one of list) {
    const told = textOf(field(one, "path"));
    const target = told === null ? null : join(folderOf(path), told);
    if (target === null) continue;
    const file = target.endsWith(".json") ? target : below(target, "tsconfig.json");
    const settings = readSettings(project, file, { leaf: folderOf(file), seen: new Set() });
    if (settings.base !== null || settings.paths !== null) return settings;
  }
  return null;
}
