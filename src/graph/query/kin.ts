/** Inheritance around a type: what it is made from, upwards, and what is made from it, downwards. */
import type { CodeGraph } from "../graph.ts";
import { lastPart, qualifiedName, type Site } from "../index/code-index.ts";
import type { Answer, Kin } from "./answers.ts";
import { heirOf, traitsOf } from "./impls.ts";
import { orderOf } from "./order.ts";
import { firstOfSeveral, symbolsOf } from "./subject.ts";
import { Texts } from "./texts.ts";
import { namesUsedIn, usesOfSites } from "./uses.ts";

/** A chain of bases is never as long, unless it is a circle. */
const DEEPEST = 12;
/** Of types with one name so many are compared. */
const MOST_COUNTED = 20;

export interface Kinship {
  type: Kin;
  bases: Kin[];
  /** Subclasses. */
  heirs: Kin[];
  /** Of the heirs, how many are not shown. */
  more: number;
  note: string | null;
}

const keyOf = ({ file, definition }: Site): string => `${file} ${definition}`;

function kinOf({ index }: CodeGraph, { file, definition }: Site): Kin {
  const definitions = index.definitionsIn(file);
  const one = definitions[definition];
  return {
    name: qualifiedName(definitions, definition),
    path: index.files[file]?.path ?? null,
    line: one?.start ?? 0,
    kind: one?.kind ?? null,
    kin: [],
  };
}

/** Names that stand as bases in the definition of a type, not in those inside it. */
async function writtenBases(graph: CodeGraph, texts: Texts, site: Site): Promise<string[]> {
  const { file } = site;
  const definitions = graph.index.definitionsIn(file);
  const own = definitions[site.definition];
  if (own === undefined) return [];
  const { start, end } = own;
  const inner = definitions.filter(({ parent }) => parent === site.definition);
  const path = graph.index.files[file]?.path ?? "";
  const used = await namesUsedIn(texts, { path, start, end, roles: ["inherit"] });
  const names = used.filter(({ lines }) =>
    lines.some((line) => !inner.some((one) => one.start <= line && line <= one.end)),
  );
  return names.map(({ name }) => name);
}

/** The bases of a type, and theirs; one outside of the project is a name alone. */
async function basesOf(graph: CodeGraph, texts: Texts, site: Site, seen: Set<string>): Promise<Kin[]> {
  if (seen.size > DEEPEST) return [];
  const written = (await writtenBases(graph, texts, site)).map((name) => ({ name, file: site.file }));
  const names = new Map([...written, ...(await traitsOf(graph, texts, site))].map((one) => [one.name, one]));
  const bases: Kin[] = [];
  for (const { name, file } of names.values()) {
    const [meaning] = graph.links.meaningOf(name, file);
    if (meaning === undefined) bases.push({ name, path: null, line: 0, kind: null, kin: [] });
    else if (!seen.has(keyOf(meaning))) {
      const further = await basesOf(graph, texts, meaning, new Set([...seen, keyOf(meaning)]));
      bases.push({ ...kinOf(graph, meaning), kin: further });
    }
  }
  return bases;
}

interface Heirs {
  seen: Set<string>;
  left: number;
  more: number;
}

/** Subclasses, and theirs, each type once; counts down what may still be shown. */
async function heirsOf(graph: CodeGraph, texts: Texts, site: Site, state: Heirs): Promise<Kin[]> {
  const { index } = graph;
  const own = index.definitionsIn(site.file)[site.definition];
  if (own === undefined) return [];
  const uses = usesOfSites(graph, lastPart(own.name), [site])
    .filter(({ role, certainty }) => role === "inherit" && certainty !== "same name")
    .sort((a, b) => orderOf(index, a.file) - orderOf(index, b.file) || a.file - b.file || a.line - b.line);
  const heirs: Kin[] = [];
  for (const use of uses) {
    const heir = await heirOf(graph, texts, use);
    if (heir === null || state.seen.has(keyOf(heir))) continue;
    state.seen.add(keyOf(heir));
    if (state.left > 0) {
      state.left -= 1;
      heirs.push({ ...kinOf(graph, heir), kin: await heirsOf(graph, texts, heir, state) });
    } else {
      state.more += 1;
      await heirsOf(graph, texts, heir, state);
    }
  }
  return heirs;
}

/** Of several types with a name the one that most others are made from; the first of equals. */
function mostInherited(graph: CodeGraph, name: string, sites: Site[]): Site | null {
  const heirs = (site: Site): number =>
    usesOfSites(graph, name, [site]).filter(
      ({ role, certainty }) => role === "inherit" && certainty !== "same name",
    ).length;
  const [first = null] = sites;
  if (sites.length < 2) return first;
  const counted = sites.slice(0, MOST_COUNTED).map((site) => ({ site, heirs: heirs(site) }));
  return counted.reduce((best, one) => (one.heirs > best.heirs ? one : best)).site;
}

/** The tree of a type; of several with the name, the one that has most subclasses. `max` is for subclasses. */
export async function types(graph: CodeGraph, name: string, max: number): Promise<Answer<Kinship>> {
  const meant = symbolsOf(graph, name);
  if (!meant.ok) return meant;
  const kinds = ["class", "interface", "type", "enum"];
  const sites = meant.sites.filter(({ file, definition }) =>
    kinds.includes(graph.index.definitionsIn(file)[definition]?.kind ?? ""),
  );
  const site = mostInherited(graph, meant.name, sites);
  if (site === null) return { ok: false, reason: `${meant.name} is no type.`, near: [] };
  const seen = new Set([keyOf(site)]);
  const state = { seen: new Set(seen), left: max, more: 0 };
  const type = kinOf(graph, site);
  const texts = new Texts(graph);
  const heirs = await heirsOf(graph, texts, site, state);
  const others = sites.filter((one) => one !== site);
  const note = meant.note ?? firstOfSeveral(graph, name, [site, ...others]);
  const bases = await basesOf(graph, texts, site, seen);
  return { ok: true, type, bases, heirs, more: state.more, note };
}
