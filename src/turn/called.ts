/**
 * What failing tests call, by the graph: the definitions that a failure may be due to, the nearer the likelier. A function that
 * is only named counts as called: it may be handed on, and in a macro a call is a name to the grammar.
 */
import type { CodeGraph } from "../graph/graph.ts";
import { definitionAtLine, type Site } from "../graph/index/code-index.ts";
import { Texts } from "../graph/query/texts.ts";
import { namesUsedIn } from "../graph/query/uses.ts";
import type { Diagnostic, Suspect } from "../types.ts";

/** A score for what a failing test calls itself, and for what is one call further, and so on. */
const BY_DISTANCE = [0.6, 0.5, 0.4];
/** Of failing tests; the others say little more. */
const MOST_TESTS = 12;
/** Of definitions at one distance. */
const MOST_SITES = 60;

const keyOf = ({ file, definition }: Site): string => `${file} ${definition}`;

/** `end`: the definition's last line; `calls`: how many calls lie between the test's own and it. */
export interface Called extends Suspect {
  end: number;
  calls: number;
}

/** Each suspect is the first line of a function or method. A test in which none of the project's own is called leads nowhere. */
export async function calledSuspects(graph: CodeGraph, failures: Diagnostic[]): Promise<Called[]> {
  const texts = new Texts(graph);
  const seen = new Set<string>();
  let sites = failures.flatMap((failure) => testOf(graph, failure)).slice(0, MOST_TESTS);
  for (const site of sites) seen.add(keyOf(site));
  const suspects: Called[] = [];
  for (const [calls, score] of BY_DISTANCE.entries()) {
    const next: Site[] = [];
    for (const site of sites.slice(0, MOST_SITES))
      for (const called of await calledIn(graph, texts, site)) {
        if (seen.has(keyOf(called))) continue;
        seen.add(keyOf(called));
        next.push(called);
      }
    for (const { file, definition } of next) {
      const one = graph.index.definitionsIn(file)[definition];
      const path = graph.index.files[file]?.path;
      if (one === undefined || path === undefined) continue;
      if (one.kind === "function" || one.kind === "method")
        suspects.push({ path, line: one.start, score, end: one.end, calls });
    }
    sites = next;
  }
  return suspects;
}

/** The definition of the failing test: by its name in its file, or what stands around the line that failed; else the whole file (-1). */
function testOf({ index }: CodeGraph, { test, path, frames }: Diagnostic): Site[] {
  const places = [...(frames ?? []), ...(path === undefined ? [] : [{ path, line: 0 }])];
  const named = test === undefined ? [] : [test.replace(/::.*$/s, "")];
  const paths = [...new Set([...named, ...places.map((place) => place.path)])];
  const name =
    (test ?? "")
      .split(/::|[.#/\s]/)
      .at(-1)
      ?.replace(/\[.*$|\(.*$/s, "") ?? "";
  for (const one of paths) {
    const file = index.fileAt(one);
    if (file === null || index.files[file]?.kind !== "test") continue;
    const definitions = index.definitionsIn(file);
    const byName = definitions.findIndex((definition) => name !== "" && definition.name === name);
    const line = places.find((place) => place.path === one && place.line > 0)?.line;
    const byLine = line === undefined ? -1 : definitionAtLine(definitions, line);
    return [{ file, definition: byName === -1 ? byLine : byName }];
  }
  const site = name === "" ? undefined : index.definitionsNamed(name)[0];
  return site === undefined ? [] : [site];
}

/** What a definition, or the whole file, calls of the project's own; a class that is made leads to what makes it. */
async function calledIn(graph: CodeGraph, texts: Texts, { file, definition }: Site): Promise<Site[]> {
  const { index, links } = graph;
  const path = index.files[file]?.path;
  if (path === undefined) return [];
  const { start, end } = index.definitionsIn(file)[definition] ?? { start: 1, end: Number.MAX_SAFE_INTEGER };
  const used = await namesUsedIn(texts, { path, start, end, roles: ["call", "use"] });
  const meant = used.flatMap(({ name, lines }) => links.meaningOf(name, file, lines[0]));
  return meant
    .filter(({ certainty }) => certainty !== "same name")
    .flatMap((site) => {
      const one = index.definitionsIn(site.file)[site.definition];
      if (one === undefined || one.kind === "function" || one.kind === "method") return [site];
      return madeBy(graph, site);
    });
}

const MAKES = /^(__init__|constructor|initialize|new|init)$/;

function madeBy({ index }: CodeGraph, { file, definition }: Site): Site[] {
  const definitions = index.definitionsIn(file);
  const name = definitions[definition]?.name;
  return definitions.flatMap((one, at) =>
    one.parent === definition && (MAKES.test(one.name) || one.name === name)
      ? [{ file, definition: at }]
      : [],
  );
}
