/**
 * Failing tests by what they are about: those whose failures lead to one definition are one group. A failure leads to the innermost
 * place outside the judging files on its way; an assertion that failed in the test itself, to what that test calls.
 */
import type { Diagnostic, Target } from "../types.ts";
import type { CodeGraph } from "./graph.ts";
import { definitionAtLine, type FileId, qualifiedName, type Site } from "./index/code-index.ts";
import { readFileRecord } from "./update/read-file.ts";

export interface FailingGroup {
  /** Ids of failing tests, in order of report; empty where the failures are no tests'. */
  tests: string[];
  /** What they are about; null where nothing tells. Without a symbol: the file. */
  target: Target | null;
  /** The first of its failures. */
  first: Diagnostic;
}

/** What begins a test where tests are no definitions, and how far above an assertion it is looked for. */
const BEGINS = /^\s*(?:test|it|specify|TEST\w*|SCENARIO|t\.Run|Deno\.test|Bun\.test)\s*[.(]/;
const MOST_ABOVE = 60;

/** Groups in order of report. `judges`: whether a file only judges. Warnings are left out. */
export async function failingGroups(
  graph: CodeGraph,
  diagnostics: readonly Diagnostic[],
  judges: (path: string) => boolean,
): Promise<FailingGroup[]> {
  const finder = new Finder(graph, judges);
  const groups = new Map<string, FailingGroup>();
  for (const one of diagnostics) {
    if (one.severity !== "error") continue;
    const target = await finder.targetOf(one);
    const key =
      target === null
        ? `? ${one.test?.replace(/::.*$/s, "") ?? one.path ?? ""}`
        : `${target.path} ${target.symbol ?? ""}`;
    const known = groups.get(key);
    if (known === undefined)
      groups.set(key, { tests: one.test === undefined ? [] : [one.test], target, first: one });
    else if (one.test !== undefined && !known.tests.includes(one.test)) known.tests.push(one.test);
  }
  return [...groups.values()];
}

class Finder {
  private readonly records = new Map<FileId, Awaited<ReturnType<typeof readFileRecord>>>();

  constructor(
    private readonly graph: CodeGraph,
    private readonly judges: (path: string) => boolean,
  ) {}

  async targetOf({ path, line, frames, test }: Diagnostic): Promise<Target | null> {
    const own = path === undefined ? [] : [{ path, line: line ?? 1 }];
    const places = frames ?? own;
    const place = places.findLast(
      (one) => !this.judges(one.path) && this.graph.index.fileAt(one.path) !== null,
    );
    if (place !== undefined) return this.symbolAt(place.path, place.line);
    const inTest = [...places, ...own].findLast((one) => this.judges(one.path));
    const file = test?.split("::")[0];
    const at = inTest ?? (file === undefined ? undefined : { path: file, line: 0 });
    return at === undefined ? null : this.calledIn(at, test ?? "");
  }

  private symbolAt(path: string, line: number): Target {
    const { index } = this.graph;
    const file = index.fileAt(path);
    const definitions = file === null ? [] : index.definitionsIn(file);
    let at = definitionAtLine(definitions, line);
    while (at >= 0 && !/function|method|class/.test(definitions[at]?.kind ?? ""))
      at = definitions[at]?.parent ?? -1;
    return at < 0 ? { path } : { path, symbol: qualifiedName(definitions, at) };
  }

  /** What a test calls of the code that it judges: what its name speaks of first, then what fewest tests call. */
  private async calledIn(
    { path, line }: { path: string; line: number },
    test: string,
  ): Promise<Target | null> {
    const { index, links } = this.graph;
    const file = index.fileAt(path);
    if (file === null) return null;
    const record = await this.record(file, path);
    const span = await this.spanOf(file, { path, line, test });
    if (span === null || record === null) return null;
    const found: { site: Site; name: string; line: number }[] = [];
    for (const { name, at } of record.uses)
      for (const use of at) {
        if (use.line < span.start || use.line > span.end || use.role === "import") continue;
        const site = links
          .meaningOf(name, file, use.line)
          .find((one) => one.certainty !== "same name" && this.isCode(one));
        if (site !== undefined) found.push({ site, name, line: use.line });
      }
    const words = test.toLowerCase().replace(/[^a-z0-9]/g, "");
    const said = (name: string): number =>
      words.includes(name.toLowerCase().replace(/[^a-z0-9]/g, "")) ? name.length : 0;
    const uses = (name: string): number => record.uses.find((one) => one.name === name)?.at.length ?? 0;
    const [best] = found.sort(
      (a, b) => said(b.name) - said(a.name) || uses(a.name) - uses(b.name) || a.line - b.line,
    );
    if (best === undefined) return null;
    const definitions = index.definitionsIn(best.site.file);
    return {
      path: index.files[best.site.file]?.path ?? "",
      symbol: qualifiedName(definitions, best.site.definition),
    };
  }

  private isCode({ file, definition }: Site): boolean {
    const { index } = this.graph;
    const { path = "" } = index.files[file] ?? {};
    return (
      !this.judges(path) && /function|method|class/.test(index.definitionsIn(file)[definition]?.kind ?? "")
    );
  }

  /** The lines of a test: the definition of its name, or the one around the line, or from the call that begins it. */
  private async spanOf(
    file: FileId,
    { path, line, test }: { path: string; line: number; test: string },
  ): Promise<{ start: number; end: number } | null> {
    const definitions = this.graph.index.definitionsIn(file);
    const own =
      test
        .replace(/\[.*$/s, "")
        .split(/::|[.#>\s/]+/)
        .at(-1) ?? "";
    const named = definitions.find(({ name, kind }) => name === own && /function|method/.test(kind));
    const around = line > 0 ? definitions[definitionAtLine(definitions, line)] : undefined;
    const span = named ?? (around !== undefined && /function|method/.test(around.kind) ? around : undefined);
    if (span !== undefined) return { start: span.start, end: span.end };
    if (line === 0) return null;
    const lines = (await this.graph.text(path))?.split("\n") ?? [];
    const begin = lines.slice(0, line).findLastIndex((text) => BEGINS.test(text));
    return { start: begin < 0 || line - begin > MOST_ABOVE ? Math.max(1, line - 3) : begin + 1, end: line };
  }

  private async record(file: FileId, path: string) {
    const known = this.records.get(file);
    if (known !== undefined) return known;
    const text = await this.graph.text(path);
    const record = text === null ? null : await readFileRecord(path, text);
    this.records.set(file, record);
    return record;
  }
}

/** Those that call others behind them: what a definition calls comes before it. Circles stay in the order given. */
export function calleesFirst<T>(
  graph: CodeGraph,
  items: readonly T[],
  targetOf: (item: T) => Target | null,
): T[] {
  const { index } = graph;
  const siteOf = (target: Target | null): Site | null => {
    const file = target === null ? null : index.fileAt(target.path);
    if (file === null || target?.symbol === undefined) return null;
    const definitions = index.definitionsIn(file);
    const definition = definitions.findIndex((_, at) => qualifiedName(definitions, at) === target.symbol);
    return definition < 0 ? null : { file, definition };
  };
  const sites = items.map((item) => siteOf(targetOf(item)));
  const calls = (from: Site, to: Site): boolean => {
    const one = index.definitionsIn(from.file)[from.definition];
    const name = index.definitionsIn(to.file)[to.definition]?.name ?? "";
    const uses = index.usesOf(name.slice(name.lastIndexOf(".") + 1)).find(({ file }) => file === from.file);
    return (
      one !== undefined &&
      uses?.at.some(({ line, role }) => role === "call" && one.start <= line && line <= one.end) === true
    );
  };
  const done: T[] = [];
  const state = new Map<number, "open" | "done">();
  const visit = (at: number): void => {
    if (state.has(at)) return;
    state.set(at, "open");
    const own = sites[at];
    for (const [other, site] of sites.entries())
      if (own && site && other !== at && calls(own, site)) visit(other);
    const item = items[at];
    if (item !== undefined) done.push(item);
    state.set(at, "done");
  };
  for (const at of items.keys()) visit(at);
  return done;
}
