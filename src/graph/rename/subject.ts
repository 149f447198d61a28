/**
 * What a rename is about: one thing, with every definition that carries its name along: overloads, a declaration and its
 * definition in C, a constructor with its class, a method with those that it overrides and that override it.
 */
import type { Result } from "../../types.ts";
import type { CodeGraph } from "../graph.ts";
import { lastPart, qualifiedName, type Site } from "../index/code-index.ts";
import { symbolsOf } from "../query/subject.ts";
import { isMarkup } from "../syntax/languages.ts";
import { decorated, holderOf, isType, keyOf, typeKey } from "./holder.ts";
import { kinOf } from "./kin.ts";

export interface Subject {
  name: string;
  /** As a person would call it: `Stack.push`. */
  title: string;
  sites: Site[];
  /** Whether it belongs to a type; the names of all types that have it so. */
  member: boolean;
  holders: ReadonlySet<string>;
  /** Whether nothing else of the project has this name. */
  unique: boolean;
  language: string;
  /** The function that it is only known in, by its lines; null: it is known beyond. */
  inside: { start: number; end: number } | null;
}

const C_LIKE = new Set(["c", "cpp"]);
/** What says in a head that it overrides something. */
const OVERRIDES = /@Override\b|\boverride\b/;

/** The subject by what a person typed (see `symbolsOf`), or a sentence on why it is not to be renamed. */
export async function subjectOf(graph: CodeGraph, typed: string): Promise<Result<{ subject: Subject }>> {
  const found = symbolsOf(graph, typed);
  if (!found.ok || found.note !== null) {
    const near = found.ok ? [found.name] : found.near;
    const hint = near.length > 0 ? ` Near it: ${near.slice(0, 3).join(", ")}.` : "";
    return {
      ok: false,
      reason: `${typed} cannot be renamed, since nothing in the project is called so.${hint}`,
    };
  }
  const { index } = graph;
  const kindOf = ({ file }: Site): string => index.files[file]?.kind ?? "";
  const wanted = found.sites.some((site) => kindOf(site) === "code") ? ["code"] : ["code", "test"];
  const nameable = found.sites.filter((site) => wanted.includes(kindOf(site)) && isNameable(graph, site));
  // A bare name means what stands by itself, where there is such a thing: a member would be called by its type.
  const alone = nameable.filter((site) => holderOf(graph, site) === null);
  const sites = alone.length > 0 ? alone : nameable;
  const [first] = sites;
  if (first === undefined)
    return { ok: false, reason: `${typed} cannot be renamed: it is not code of the project's own.` };
  const family = await familyOf(graph, first);
  const keys = new Set(family.sites.map(keyOf));
  const other = sites.find((site) => !keys.has(keyOf(site)));
  if (other !== undefined) {
    const [one, two] = [first, other].map((site) => placeOf(graph, site));
    return {
      ok: false,
      reason: `More than one thing is called ${typed}: ${one} and ${two}; say which is to be renamed.`,
    };
  }
  const language = index.files[first.file]?.language ?? "";
  const outside = await overridesOutside(graph, family);
  if (outside !== null) return { ok: false, reason: outside };
  const all = index
    .definitionsNamed(found.name)
    .filter(({ file }) => index.files[file]?.language !== "markdown");
  return {
    ok: true,
    subject: {
      name: found.name,
      title: nameOf(graph, first),
      sites: family.sites,
      member: family.holders.size > 0,
      holders: family.holders,
      unique: all.every((site) => keys.has(keyOf(site))),
      language,
      inside: functionAround(graph, first),
    },
  };
}

const nameOf = ({ index }: CodeGraph, { file, definition }: Site): string =>
  qualifiedName(index.definitionsIn(file), definition);

const placeOf = (graph: CodeGraph, site: Site): string =>
  `${nameOf(graph, site)} in ${graph.index.files[site.file]?.path}`;

/** A heading, a key of data or a namespace is no name that code uses. */
function isNameable({ index }: CodeGraph, { file, definition }: Site): boolean {
  if (isMarkup(index.files[file]?.language ?? "")) return false;
  // A constructor goes with its class.
  const definitions = index.definitionsIn(file);
  const one = definitions[definition];
  const parent = definitions[one?.parent ?? -1];
  if (one === undefined || one.kind === "module" || /(^|\.)([^.]+)\.\2$/.test(one.name)) return false;
  return !(parent !== undefined && isType(parent.kind) && parent.name === one.name);
}

interface Family {
  sites: Site[];
  holders: Set<string>;
}

/** All definitions that are one thing with this one. */
async function familyOf(graph: CodeGraph, first: Site): Promise<Family> {
  const holder = holderOf(graph, first);
  const own = lastPart(graph.index.definitionsIn(first.file)[first.definition]?.name ?? "");
  if (holder === null) return { sites: await alike(graph, first, own), holders: new Set() };
  const holders = await kinOf(graph, holder, own);
  const sites = graph.index
    .definitionsNamed(own)
    .filter((site) => sameFamily(graph, site, first) && holders.has(typeKey(graph, holderOf(graph, site))));
  return { sites, holders: new Set([...holders].map((key) => key.slice(key.lastIndexOf(" ") + 1))) };
}

const sameFamily = ({ index }: CodeGraph, a: Site, b: Site): boolean => {
  const [one = "", two = ""] = [a, b].map(({ file }) => index.files[file]?.language);
  const web = ["javascript", "typescript", "tsx"];
  return one === two || (C_LIKE.has(one) && C_LIKE.has(two)) || (web.includes(one) && web.includes(two));
};

/** What is defined more than once as one thing at the top of files: overloads, conditional definitions, C's declarations. */
async function alike(graph: CodeGraph, first: Site, name: string): Promise<Site[]> {
  const { index } = graph;
  const title = nameOf(graph, first);
  const one = index.definitionsIn(first.file)[first.definition];
  const language = index.files[first.file]?.language ?? "";
  const own = await Promise.all(
    index.definitionsNamed(name).map(async (site) => ((await isStatic(graph, site)) ? [] : [site])),
  );
  const open = new Set(own.flat());
  const firstIsOpen = [...open].some((site) => keyOf(site) === keyOf(first));
  return index.definitionsNamed(name).filter((site) => {
    const it = index.definitionsIn(site.file)[site.definition];
    if (it === undefined) return false;
    const parent = index.definitionsIn(site.file)[it.parent];
    // A constructor, which has its class's name.
    if (parent?.name === name && isType(parent.kind) && isType(one?.kind))
      return site.file === first.file || C_LIKE.has(language);
    if (isType(one?.kind) && it.name.endsWith(`${name}.${name}`)) return sameFamily(graph, site, first);
    if (site.file === first.file) return nameOf(graph, site) === title && it.parent === one?.parent;
    return (
      C_LIKE.has(language) &&
      sameFamily(graph, site, first) &&
      nameOf(graph, site) === title &&
      open.has(site) &&
      firstIsOpen
    );
  });
}

const isStatic = async (graph: CodeGraph, site: Site): Promise<boolean> =>
  /(^|\n)\s*static\b[^\n]*$/.test(await decorated(graph, site));

/** A method that overrides what no type of the project defines must keep its name. */
async function overridesOutside(graph: CodeGraph, { sites, holders }: Family): Promise<string | null> {
  if (holders.size === 0) return null;
  const heads = await Promise.all(sites.map((site) => decorated(graph, site)));
  return heads.length > 0 && heads.every((head) => OVERRIDES.test(head))
    ? `${placeOf(graph, sites[0] ?? { file: 0, definition: 0 })} overrides something that is not the project's, so its name must stay.`
    : null;
}

function functionAround({ index }: CodeGraph, { file, definition }: Site): Subject["inside"] {
  const definitions = index.definitionsIn(file);
  const parent = definitions[definitions[definition]?.parent ?? -1];
  return parent !== undefined && ["function", "method"].includes(parent.kind)
    ? { start: parent.start, end: parent.end }
    : null;
}
