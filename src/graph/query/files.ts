/** How files belong together: imports both ways, and the tests of a file or of a definition. */
import type { CodeGraph } from "../graph.ts";
import type { FileId } from "../index/code-index.ts";
import type { Answer, Imported, Importer, Rows, TestOf } from "./answers.ts";
import { orderOf } from "./order.ts";
import { fileOf, looksLikePath, symbolsOf } from "./subject.ts";
import { Texts } from "./texts.ts";
import { nameAt, usesOfSites } from "./uses.ts";

interface Files {
  files: FileId[];
  note: string | null;
}

/** The file of a path, or the files that define a name. */
export function filesMeant(graph: CodeGraph, text: string): Answer<Files> {
  if (looksLikePath(graph.index, text)) {
    const meant = fileOf(graph, text);
    return meant.ok ? { ok: true, files: [meant.file], note: noteOf(text, meant.path) } : meant;
  }
  const meant = symbolsOf(graph, text);
  if (!meant.ok) return meant;
  return { ok: true, files: [...new Set(meant.sites.map(({ file }) => file))], note: meant.note };
}

const noteOf = (typed: string, path: string): string | null =>
  typed.replace(/^(?:\.\/)+/, "") === path ? null : `This is ${path}.`;

/** Files that import a file, or one that defines a name; code first. */
export async function importers(
  graph: CodeGraph,
  text: string,
  max: number,
): Promise<Answer<Rows<Importer>>> {
  const meant = filesMeant(graph, text);
  if (!meant.ok) return meant;
  const { index, links } = graph;
  const wanted = new Set(meant.files);
  const all = [...new Set(meant.files.flatMap((file) => [...links.importersOf(file)]))].sort(
    (a, b) => orderOf(index, a) - orderOf(index, b) || a - b,
  );
  const texts = new Texts(graph);
  const rows: Importer[] = [];
  for (const file of all.slice(0, max)) {
    const one = index.files[file];
    if (one === undefined) continue;
    const { path, kind } = one;
    const line = links.importsOf(file).find(({ files }) => files.some((to) => wanted.has(to)))?.line ?? 1;
    rows.push({ path, line, kind, text: await texts.line(path, line) });
  }
  return { ok: true, rows, more: all.length - rows.length, note: meant.note };
}

/** What a file imports, in the order of its text, with the project's files that are meant. */
export async function imports(graph: CodeGraph, path: string, max: number): Promise<Answer<Rows<Imported>>> {
  const meant = fileOf(graph, path);
  if (!meant.ok) return meant;
  const all = graph.links.importsOf(meant.file);
  const rows = all.slice(0, max).map(({ line, module, names, files }) => ({
    path: meant.path,
    line,
    module,
    names,
    files: files.flatMap((file) => graph.index.files[file]?.path ?? []),
  }));
  return { ok: true, rows, more: all.length - rows.length, note: noteOf(path, meant.path) };
}

/** Tests of a definition, those that use it first, or of a file: the test files that are about it, nearest first. */
export async function tests(graph: CodeGraph, text: string, max: number): Promise<Answer<Rows<TestOf>>> {
  const { index, links } = graph;
  const all = new Map<string, TestOf>();
  const covered = new Set<FileId>();
  const symbols = looksLikePath(index, text) ? null : symbolsOf(graph, text);
  if (symbols?.ok)
    for (const { file, line, within, role } of usesOfSites(graph, symbols.name, symbols.sites)) {
      const one = index.files[file];
      if (one?.kind !== "test" || role === "import") continue;
      const name = nameAt(graph, file, within);
      const key = `${file} ${within}`;
      covered.add(file);
      if (!all.has(key)) all.set(key, { path: one.path, line, name, why: "uses it" });
    }
  const meant = filesMeant(graph, text);
  if (!meant.ok) return meant;
  for (const file of meant.files.flatMap((one) => [...links.testsOf(one)])) {
    const path = index.files[file]?.path;
    if (path === undefined || covered.has(file)) continue;
    covered.add(file);
    all.set(path, { path, line: 1, name: null, why: "tests the file" });
  }
  return {
    ok: true,
    rows: [...all.values()].slice(0, max),
    more: Math.max(0, all.size - max),
    note: meant.note,
  };
}
