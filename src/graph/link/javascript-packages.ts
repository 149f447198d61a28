/**
 * Packages of a repository by their names: `exports`, `imports` and `main` of each package.json. They mostly name what is built;
 * the file that it is built from is what is meant here.
 */
import type { FileId } from "../index/code-index.ts";
import type { FindFile } from "./javascript.ts";
import { below, folderOf, join, outward } from "./paths.ts";
import { memo, type Project } from "./project.ts";
import { field, isFields, readJson, textOf } from "./settings.ts";

export interface Packages {
  /** What a bare name means: a package of the project, or a file of one. */
  named(name: string, folder: string): FileId | null;
  /** The same for a name with "#", which the package around the importing file defines. */
  privately(name: string, folder: string): FileId | null;
}

/** Conditions in the order in which they lead to sources. */
const CONDITIONS = [
  "source",
  "types",
  "development",
  "import",
  "module",
  "bun",
  "node",
  "browser",
  "require",
  "default",
];
const BUILT = /^(?:dist|build|lib|out|output|esm|cjs|es|umd|types|\.output)\//;
const FIELDS = ["source", "types", "typings", "module", "main", "browser"];
/** Deeper nesting of conditions is no package's. */
const MOST_DEPTH = 8;
const MOST_TARGETS = 32;

export function packagesOf(project: Project, find: FindFile): Packages {
  const manifestIn = memo((folder: string): unknown => {
    const path = below(folder, "package.json");
    return project.file(path) === null ? null : readJson(project.text(path));
  });
  let folders: Map<string, string> | null = null;
  const folderOfPackage = (name: string): string | undefined => {
    folders ??= new Map(
      project.filesNamed("package.json").flatMap((file) => {
        const folder = folderOf(project.path(file));
        const own = textOf(field(manifestIn(folder), "name"));
        return own === null ? [] : [[own, folder] as const];
      }),
    );
    return folders.get(name);
  };
  const firstIn = (folder: string, targets: string[]): FileId | null => {
    for (const target of targets) {
      const found = sourceOf(folder, target, find);
      if (found !== null) return found;
    }
    return null;
  };
  return {
    named: (name) => {
      const [packageName, inner] = splitName(name);
      const folder = folderOfPackage(packageName);
      if (folder === undefined) return null;
      const manifest = manifestIn(folder);
      const exported = targetsOf(field(manifest, "exports"), inner === "" ? "." : `./${inner}`);
      const mains = inner === "" ? FIELDS.map((one) => textOf(field(manifest, one))) : [];
      const usual = inner === "" ? ["index", "src/index", "src/main"] : [inner, `src/${inner}`];
      return firstIn(folder, [...exported, ...mains.filter((one) => one !== null), ...usual]);
    },
    privately: (name, folder) => {
      const around = outward(folder).find((one) => manifestIn(one) !== null);
      return around === undefined
        ? null
        : firstIn(around, targetsOf(field(manifestIn(around), "imports"), name));
    },
  };
}

/** `@scope/name/inner` as the package's name and the path inside it. */
function splitName(name: string): [string, string] {
  const parts = name.split("/");
  const size = name.startsWith("@") ? 2 : 1;
  return [parts.slice(0, size).join("/"), parts.slice(size).join("/")];
}

/** The targets that `exports` or `imports` give for a name, the likeliest first. */
function targetsOf(table: unknown, name: string): string[] {
  const found: string[] = [];
  const bySubpath = isFields(table) && Object.keys(table).some((key) => /^[.#]/.test(key));
  if (!bySubpath) {
    if (name === ".") leaves(table, { inner: "", depth: 0, found });
    return found;
  }
  const exact = field(table, name);
  if (exact !== undefined) leaves(exact, { inner: "", depth: 0, found });
  const patterns = Object.keys(table)
    .filter((key) => key.includes("*") || key.endsWith("/"))
    .sort((a, b) => b.length - a.length);
  for (const key of patterns) {
    const star = key.includes("*") ? key.indexOf("*") : key.length;
    const [start, end] = [key.slice(0, star), key.slice(star + 1)];
    if (name.length < start.length + end.length || !name.startsWith(start) || !name.endsWith(end)) continue;
    leaves(field(table, key), { inner: name.slice(star, name.length - end.length), depth: 0, found });
  }
  return found;
}

function leaves(value: unknown, at: { inner: string; depth: number; found: string[] }): void {
  const { inner, depth, found } = at;
  if (depth > MOST_DEPTH || found.length >= MOST_TARGETS) return;
  if (typeof value === "string") {
    const whole = value.endsWith("/") ? `${value}*` : value;
    found.push(whole.replaceAll("*", () => inner));
  } else if (Array.isArray(value)) {
    for (const one of value.slice(0, MOST_TARGETS)) leaves(one, { ...at, depth: depth + 1 });
  } else if (isFields(value)) {
    const keys = Object.keys(value);
    const known = CONDITIONS.filter((key) => keys.includes(key));
    const others = keys.filter((key) => !CONDITIONS.includes(key));
    for (const key of [...known, ...others]) leaves(field(value, key), { ...at, depth: depth + 1 });
  }
}

/** The file itself, or where it is built: the one of the same name among the sources. */
function sourceOf(folder: string, target: string, find: FindFile): FileId | null {
  const path = target.replace(/^\.\//, "");
  const direct = find(join(folder, path));
  if (direct !== null || !BUILT.test(path)) return direct;
  const inner = path.replace(BUILT, "").replace(BUILT, "");
  const bare = inner.replace(/\.d\.([cm]?)ts$/, ".$1js");
  return find(join(folder, `src/${bare}`)) ?? find(join(folder, bare));
}
