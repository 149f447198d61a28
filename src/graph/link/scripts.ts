/** Languages that name files: Ruby, shell scripts, Lua, style sheets and pages. */
import type { FileId } from "../index/code-index.ts";
import { below, folderOf, join, outward } from "./paths.ts";
import type { Project, Resolver } from "./project.ts";

const without = (found: FileId | null, from: FileId): FileId[] =>
  found === null || found === from ? [] : [found];

/** The file with this end, where there is one alone. */
function theOnly(project: Project, end: string | null, from: FileId): FileId | null {
  if (end === null || end === "") return null;
  const found = project.filesEnding(end, from);
  return found.length === 1 ? (found[0] ?? null) : null;
}

const RUBY_ROOTS = ["lib", "", "spec", "test", "app", "app/models", "app/controllers", "ext"];

export function rubyResolver(project: Project): Resolver {
  return ({ module }, from) => {
    const folder = folderOf(project.path(from));
    const name = module.endsWith(".rb") ? module : `${module}.rb`;
    const beside = project.file(join(folder, name));
    if (/^\.{1,2}\//.test(name)) return without(beside, from);
    const places = outward(folder).flatMap((around) =>
      RUBY_ROOTS.map((root) => join(below(around, root), name)),
    );
    const found = project.firstOf(places) ?? beside;
    return without(found ?? (name.includes("/") ? theOnly(project, name, from) : null), from);
  };
}

export function bashResolver(project: Project): Resolver {
  return ({ module }, from) => {
    const folder = folderOf(project.path(from));
    // What a variable or a command gives is mostly the script's own folder, or one around it.
    const path = module
      .replace(/^["']|["']$/g, "")
      .replace(/^(?:\$\{[^}]*\}|\$\([^)]*\)|`[^`]*`|\$\w+)+"?\/?/, "");
    if (path === "" || path.startsWith("/") || path.includes("$")) return [];
    const places = outward(folder).map((around) => join(around, path));
    return without(project.firstOf(places) ?? theOnly(project, join("", path), from), from);
  };
}

const LUA_ROOTS = ["", "lua", "src", "lib"];

export function luaResolver(project: Project): Resolver {
  return ({ module }, from) => {
    const path = module.includes("/") ? module.replace(/\.lua$/, "") : module.replaceAll(".", "/");
    const ends = [`${path}.lua`, `${path}/init.lua`];
    const folders = outward(folderOf(project.path(from)));
    const places = folders.flatMap((around) =>
      LUA_ROOTS.flatMap((root) => ends.map((end) => join(below(around, root), end))),
    );
    const found = project.firstOf(places);
    return without(found ?? theOnly(project, join("", ends[0] ?? ""), from), from);
  };
}

const WEB_ROOTS = ["", "public", "static", "src", "assets", "www"];

/** Of pages and style sheets: beside the file, or from a folder that a server shows as its root. */
export function webResolver(project: Project): Resolver {
  return ({ module }, from) => {
    const [path = ""] = module.replace(/^url\(["']?|["']?\)$/g, "").split(/[?#]/);
    if (path === "" || /^([a-z][a-z+.-]*:|\/\/)/i.test(path)) return [];
    const folder = folderOf(project.path(from));
    const beside = path.startsWith("/") ? null : project.file(join(folder, path));
    const places = outward(folder).flatMap((around) =>
      WEB_ROOTS.map((root) => join(below(around, root), path)),
    );
    return without(beside ?? project.firstOf(places), from);
  };
}
