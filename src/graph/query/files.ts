/** How files belong together: imports both ways, and the tests of a file or of a definition. */
import type { CodeGraph } from "../graph.ts";
import type { FileId } from "../index/code-index.ts";
import type { Answer, Imported, Importer, Rows, TestOf } from "./answers.ts";
import { doubtOf, orderOf } from "./order.ts";
import { fileOf, looksLikePath, type Symbols, symbolsOf } from "./subject.ts";
import { Texts } from "./texts.ts";
import { nameAt, type Use, usesOfSites } from "./uses.ts";

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

/** Test definitions that use one of some definitions; the file that uses it most is about it most likely and comes first. */
function usingTests(graph: CodeGraph, { name, sites }: Symbols): TestOf[] {
  const { index } = graph;
  const uses = usesOfSites(graph, name, sites).filter(
    ({ file, role }) => index.files[file]?.kind === "test" && role !== "import",
  );
  const byFile = Map.groupBy(uses, ({ file }) => file);
  const doubt = (some: Use[]): number => Math.min(...some.map(({ certainty }) => doubtOf(certainty)));
  const files = [...byFile].sort(
    ([a, some], [b, others]) => doubt(some) - doubt(others) || others.length - some.length || a - b,
  );
  return files.flatMap(([file, some]) => {
    const first = new Map<number, Use>();
    for (const use of some) if (!first.has(use.within)) first.set(use.within, use);
    return [...first.values()].map(
      ({ line, within }): TestOf => ({
        path: index.files[file]?.path ?? "",
        line,
        name: nameAt(graph, file, within),
        text: "",
        why: "uses it",
      }),
    );
  });
}

/** Tests of a definition, those that use it first, or of a file: the test files that are about it, nearest first. */
export async function tests(graph: CodeGraph, text: string, max: number): Promise<Answer<Rows<TestOf>>> {
  const { index, links } = graph;
  const meant = filesMeant(graph, text);
  if (!meant.ok) return meant;
  const symbols = looksLikePath(index, text) ? null : symbolsOf(graph, text);
  const all = symbols?.ok ? usingTests(graph, symbols) : [];
  const covered = new Set(all.map(({ path }) => path));
  for (const file of meant.files.flatMap((one) => [...links.testsOf(one)])) {
    const path = index.files[file]?.path;
    if (path === undefined || covered.has(path)) continue;
    covered.add(path);
    all.push({ path, line: 1, name: null, text: "", why: "tests the file" });
  }
  const texts = new Texts(graph);
  const rows = all.slice(0, max);
  for (const row of rows) if (row.why === "uses it") row.text = await texts.line(row.path, row.line);
  return { ok: true, rows, more: all.length - rows.length, note: meant.note };
}
