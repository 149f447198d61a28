/** Languages whose code is found by namespaces: C# by who defines one, PHP by composer.json's table, else both by their folders. */
import type { FileId } from "../index/code-index.ts";
import { below, folderOf, join, outward } from "./paths.ts";
import { memo, type Project, type Resolver } from "./project.ts";
import { fieldAt, isFields, readJson, textsOf } from "./settings.ts";

/** A namespace of more files is linked to so many of them. */
const MOST_FILES = 200;

export function csharpResolver(project: Project): Resolver {
  const filesOf = memo((namespace: string): FileId[] => {
    const parts = namespace.split(".");
    const defining = project.index
      .definitionsNamed(parts.at(-1) ?? "")
      .filter(({ file, definition }) => isNamespace(project, file, definition, namespace));
    if (defining.length > 0) return [...new Set(defining.map(({ file }) => file))].slice(0, MOST_FILES);
    return inFolder(project, parts);
  });
  return ({ module }, from) => {
    // `using static A.B.C` and `using X = A.B.C` mean a class.
    const name = module.replace(/^(?:global\s+)?(?:static\s+)?(?:\w+\s*=\s*)?(?:global::)?/, "").trim();
    const own = filesOf(name);
    const outer = name.includes(".") ? name.slice(0, name.lastIndexOf(".")) : "";
    const last = name.slice(name.lastIndexOf(".") + 1);
    const found = own.length > 0 || outer === "" ? own : project.filesEnding(`${last}.cs`, from).slice(0, 1);
    return found.filter((file) => file !== from);
  };
}

function isNamespace(project: Project, file: FileId, definition: number, namespace: string): boolean {
  const definitions = project.index.definitionsIn(file);
  const own = definitions[definition];
  if (own?.kind !== "module" || project.language(file) !== "c_sharp") return false;
  const outer = own.parent < 0 ? "" : `${definitions[own.parent]?.name ?? ""}.`;
  return own.name === namespace || `${outer}${own.name}` === namespace;
}

/** The folder that ends like the namespace, at least with its last two parts. */
function inFolder(project: Project, parts: string[]): FileId[] {
  for (let from = 0; from <= Math.max(0, parts.length - 2); from++) {
    const [folder] = project.foldersEnding(parts.slice(from).join("/"));
    if (folder !== undefined)
      return project
        .filesIn(folder)
        .filter((file) => project.language(file) === "c_sharp")
        .slice(0, MOST_FILES);
  }
  return [];
}

export function phpResolver(project: Project): Resolver {
  const tables = memo((folder: string) => prefixesIn(project, folder));
  return ({ module, names }, from) => {
    if (/\.(php|inc|phtml)$|^\.{0,2}\//.test(module)) return included(project, module, from);
    const base = module.replace(/^(?:function|const)\s+/, "").replace(/^\\/, "");
    const taken = names.length === 0 ? [base] : names.map((name) => `${base}\\${name.split(" ")[0]}`);
    const files = taken.map((one) => classFile(project, one, { tables, from }));
    return [...new Set(files.filter((file) => file !== null && file !== from))] as FileId[];
  };
}

/** Beside the file, or from the root; what stands before it (`__DIR__ .`) is the folder of the file. */
function included(project: Project, module: string, from: FileId): FileId[] {
  const folder = folderOf(project.path(from));
  const path = module.replace(/^.*(?:__DIR__|dirname\([^)]*\))\s*\.\s*['"]/, "").replace(/^\/+/, "");
  const places = outward(folder).map((around) => join(around, path));
  const found = project.firstOf(places);
  return found === null || found === from ? [] : [found];
}

interface Prefix {
  prefix: string;
  folder: string;
}

/** The folders of namespaces that a folder's composer.json names, longest namespace first. */
function prefixesIn(project: Project, folder: string): Prefix[] {
  const path = below(folder, "composer.json");
  const json = project.file(path) === null ? null : readJson(project.text(path));
  const rows = ["autoload", "autoload-dev"].flatMap((part) =>
    ["psr-4", "psr-0"].flatMap((kind) => {
      const table = fieldAt(json, part, kind);
      return isFields(table)
        ? Object.entries(table).map(([prefix, folders]) => ({ kind, prefix, folders }))
        : [];
    }),
  );
  const found = rows.flatMap(({ kind, prefix, folders }) =>
    textsOf(folders).flatMap((one): Prefix[] => {
      const target = join(folder, one);
      if (target === null) return [];
      const whole =
        kind === "psr-0" ? below(target, prefix.replaceAll("\\", "/").replace(/\/$/, "")) : target;
      return [{ prefix, folder: whole }];
    }),
  );
  return found.sort((a, b) => b.prefix.length - a.prefix.length);
}

function classFile(
  project: Project,
  name: string,
  { tables, from }: { tables: (folder: string) => Prefix[]; from: FileId },
): FileId | null {
  for (const around of outward(folderOf(project.path(from))))
    for (const { prefix, folder } of tables(around)) {
      if (!name.startsWith(prefix)) continue;
      const inner = name.slice(prefix.length).replaceAll("\\", "/").replace(/^\//, "");
      const found = project.file(`${below(folder, inner)}.php`);
      if (found !== null) return found;
    }
  const parts = name.split("\\");
  for (let at = 0; at < parts.length; at++) {
    const end = `${parts.slice(at).join("/")}.php`;
    const found = project.filesEnding(end, from);
    if (found.length === 1 || (found.length > 0 && at < parts.length - 1)) return found[0] ?? null;
  }
  return null;
}
