/**
 * Includes of C and C++: beside the file first where the name stands in quotes, then below the usual folders of headers, then
 * wherever a path ends so. A header and the source of its name belong together.
 */
import type { FileId } from "../index/code-index.ts";
import { C_STANDARD } from "./outside.ts";
import { below, folderOf, join, nameOf, outward, stemOf } from "./paths.ts";
import { memo, type Project, type Resolver } from "./project.ts";

const ROOTS = ["", "include", "src", "inc", "lib"];
const SOURCES = ["c", "cc", "cpp", "cxx", "c++", "m", "mm"];

const SYSTEM = /^(sys|net|netinet|arpa|linux|asm|mach|bits)\//;

export function cResolver(project: Project): Resolver {
  return ({ module }, from) => {
    const system = module.startsWith("<");
    const name = module.replace(/^[<"]|[>"]$/g, "");
    const folder = folderOf(project.path(from));
    const beside = system ? null : project.file(join(folder, name));
    if (beside !== null) return [beside];
    const places = outward(folder).flatMap((around) => ROOTS.map((root) => join(below(around, root), name)));
    const near = project.firstOf(places);
    if (near !== null) return near === from ? [] : [near];
    // A header of the language, or one of C++, which has no ending: not what a project merely calls so.
    if (system && (C_STANDARD.has(name) || SYSTEM.test(name) || !name.includes("."))) return [];
    const plain = join("", name.replace(/^(\.\.?\/)+/, ""));
    return plain === null
      ? []
      : project
          .filesEnding(plain, from)
          .filter((file) => file !== from)
          .slice(0, 1);
  };
}

/** The sources that a header declares: of its name, in its folder, else where there is one alone. */
export function sourcesOfHeader(project: Project): (header: FileId) => FileId[] {
  return memo((header) => {
    const path = project.path(header);
    if (!/\.(h|hh|hpp|hxx|h\+\+)$/i.test(path)) return [];
    const stem = stemOf(nameOf(path));
    const found = SOURCES.flatMap((ending) => project.filesNamed(`${stem}.${ending}`));
    const beside = found.filter((file) => folderOf(project.path(file)) === folderOf(path));
    return beside.length > 0 ? beside : found.length === 1 ? found : [];
  });
}
