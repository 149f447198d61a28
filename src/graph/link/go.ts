/** Imports of Go: a package is a folder, named from the module that go.mod says, or from one beside it that go.work or a replacement names. */
import type { FileId } from "../index/code-index.ts";
import { below, folderOf, join, outward } from "./paths.ts";
import { memo, type Project, type Resolver } from "./project.ts";

interface Module {
  name: string;
  folder: string;
}

export function goResolver(project: Project): Resolver {
  const moduleIn = memo((folder: string): Module | null => {
    const text = project.text(below(folder, "go.mod"));
    const name = text === null ? undefined : /^\s*module\s+"?([^\s"]+)/m.exec(text)?.[1];
    return name === undefined ? null : { name, folder };
  });
  const around = memo((folder: string): Module[] => {
    const own = outward(folder).map(moduleIn);
    const beside = outward(folder).flatMap((one) => neighbours(project, one, moduleIn));
    return [...own, ...beside].filter((one) => one !== null).sort((a, b) => b.name.length - a.name.length);
  });
  const packageAt = memo((folder: string): FileId[] =>
    project
      .filesIn(folder)
      .filter((file) => project.language(file) === "go" && !project.path(file).endsWith("_test.go")),
  );
  const vendored = project.foldersNamed("vendor").length > 0;
  const meant = (folder: string, module: string): FileId[] => {
    const places = around(folder).flatMap((one) =>
      module === one.name || module.startsWith(`${one.name}/`)
        ? [below(one.folder, module.slice(one.name.length + 1))]
        : [],
    );
    if (vendored) places.push(...outward(folder).map((one) => below(one, `vendor/${module}`)));
    return places.map(packageAt).find((files) => files.length > 0) ?? [];
  };
  const known = memo((folder: string) =>
    memo((module: string): FileId[] => {
      if (!/^\.{1,2}(\/|$)/.test(module)) return meant(folder, module);
      const target = join(folder, module);
      return target === null ? [] : packageAt(target);
    }),
  );
  return ({ module }, from) => known(folderOf(project.path(from)))(module);
}

/** Modules that a folder's go.work uses, and those that its go.mod puts in the place of others. */
function neighbours(
  project: Project,
  folder: string,
  moduleIn: (folder: string) => Module | null,
): (Module | null)[] {
  const work = project.text(below(folder, "go.work")) ?? "";
  const used = [...work.matchAll(/^\s*(?:use\s+)?"?(\.{1,2}(?:\/[^\s"]*)?)"?\s*(?:\/\/.*)?$/gm)].map(
    (match) => {
      const target = join(folder, match[1] ?? "");
      return target === null ? null : moduleIn(target);
    },
  );
  const mod = project.text(below(folder, "go.mod")) ?? "";
  const replaced = [...mod.matchAll(/^\s*(?:replace\s+)?(\S+)(?:\s+v\S+)?\s+=>\s+(\.{1,2}\/\S*)/gm)].map(
    (match) => {
      const target = join(folder, match[2] ?? "");
      return target === null ? null : { name: match[1] ?? "", folder: target };
    },
  );
  return [...used, ...replaced];
}
