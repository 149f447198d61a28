/**
 * What a rename is about: one thing, with every definition that carries its name along: overloads, a declaration and its
 * definition in C, a constructor with its class, a method with those that it overrides and that override it.
 */
import type { Result } from "../../types.ts";
import type { CodeGraph } from "../graph.ts";
import { lastPart, qualifiedName, type Site } from "../index/code-index.ts";
import type { Kin } from "../query/answers.ts";
import { types } from "../query/kin.ts";
import { symbolsOf } from "../query/subject.ts";

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

export const keyOf = ({ file, definition }: Site): string => `${file} ${definition}`;

const TYPES = new Set(["class", "interface", "enum", "type"]);
const C_LIKE = new Set(["c", "cpp"]);
/** Types of one family are asked of their kin, at most so many. */
const MOST_TYPES = 200;
/** What says in a head that it overrides something. */
const OVERRIDES = /@Override\b|\boverride\b/;

/** The type that a definition belongs to: its parent, or what its name says (`Stack.push` written outside of `Stack`). */
export function holderOf(
  { index }: CodeGraph,
  { file, definition }: Site,
): { name: string; site: Site | null } | null {
  const definitions = index.definitionsIn(file);
  const one = definitions[definition];
  if (one === undefined) return null;
  if (one.name.includes(".")) {
    const name = one.name.split(".").at(-2) ?? "";
    const site = index
      .definitionsNamed(name)
      .find((type) => isType(index.definitionsIn(type.file)[type.definition]?.kind));
    // What stands before may be a namespace, or JavaScript's `exports`.
    return site === undefined ? null : { name, site };
  }
  const parent = definitions[one.parent];
  if (parent === undefined || !isType(parent.kind)) return null;
  return { name: lastPart(parent.name), site: { file, definition: one.parent } };
}

const isType = (kind: string | undefined): boolean => kind !== undefined && TYPES.has(kind);

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
  const language = index.files[file]?.language ?? "";
  if (["markdown", "json", "yaml", "toml", "html", "css"].includes(language)) return false;
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

/** A type by its file and name; of C's, whose methods stand in other files than the type, by its name. */
function typeKey(graph: CodeGraph, holder: { name: string; site: Site | null } | null): string {
  if (holder === null) return "";
  const file = holder.site?.file ?? -1;
  const { language = "" } = graph.index.files[file] ?? {};
  return C_LIKE.has(language) ? `c ${holder.name}` : `${graph.index.files[file]?.path} ${holder.name}`;
}

const sameFamily = ({ index }: CodeGraph, a: Site, b: Site): boolean => {
  const [one = "", two = ""] = [a, b].map(({ file }) => index.files[file]?.language);
  const web = ["javascript", "typescript", "tsx"];
  return one === two || (C_LIKE.has(one) && C_LIKE.has(two)) || (web.includes(one) && web.includes(two));
};

/** The types that have a member in common with this one by inheritance, as keys; bases that do not define it are none. */
async function kinOf(
  graph: CodeGraph,
  holder: { name: string; site: Site | null },
  own: string,
): Promise<Set<string>> {
  const found = new Set([typeKey(graph, holder)]);
  const seen = new Set<string>();
  const queue = [holder];
  for (let next = queue.shift(); next !== undefined && seen.size < MOST_TYPES; next = queue.shift()) {
    const key = typeKey(graph, next);
    if (seen.has(key) || next.site === null) continue;
    seen.add(key);
    const { file, definition } = next.site;
    const path = graph.index.files[file]?.path ?? "";
    const kin = await types(
      graph,
      `${path}:${qualifiedName(graph.index.definitionsIn(file), definition)}`,
      MOST_TYPES,
    );
    const around = kin.ok
      ? [
          ...flat(kin.bases).map((one) => ({ one, base: true })),
          ...flat(kin.heirs).map((one) => ({ one, base: false })),
        ]
      : [];
    for (const { one, base } of around) {
      const site = siteOf(graph, one);
      if (site === null) continue;
      const type = { name: lastPart(one.name), site };
      // A subclass has it even where it does not define it; a base has it only where it does.
      if (base && !defines(graph, site, own)) continue;
      found.add(typeKey(graph, type));
      queue.push(type);
    }
    if (graph.index.files[file]?.language !== "go") continue;
    for (const type of await goKin(graph, next.site, own)) {
      queue.push(type);
      found.add(typeKey(graph, type));
    }
  }
  return found;
}

const flat = (kin: Kin[]): Kin[] => kin.flatMap((one) => [one, ...flat(one.kin)]);

function siteOf({ index }: CodeGraph, { path, line, name }: Kin): Site | null {
  const file = path === null ? null : index.fileAt(path);
  if (file === null) return null;
  const definition = index
    .definitionsIn(file)
    .findIndex(({ start }, at) => start === line && qualifiedName(index.definitionsIn(file), at) === name);
  return definition < 0 ? null : { file, definition };
}

/** The names of a type's members: those inside it, and those written for it elsewhere. */
function membersOf(graph: CodeGraph, { file, definition }: Site): Set<string> {
  const { index } = graph;
  const definitions = index.definitionsIn(file);
  const type = lastPart(definitions[definition]?.name ?? "");
  const folder = (path: string): string => path.slice(0, path.lastIndexOf("/") + 1);
  const here = folder(index.files[file]?.path ?? "");
  const inside = definitions.filter(({ parent }) => parent === definition).map(({ name }) => name);
  const beside = index.files.flatMap(({ path }, id) =>
    folder(path) === here
      ? index
          .definitionsIn(id)
          .filter(({ name }) => name.startsWith(`${type}.`))
          .map(({ name }) => lastPart(name))
      : [],
  );
  return new Set([...inside, ...beside]);
}

const defines = (graph: CodeGraph, type: Site, own: string): boolean => membersOf(graph, type).has(own);

/**
 * In Go a type says nowhere what it implements: an interface's method goes with those of the types that have all its methods, this
 * one with as many parameters.
 */
async function goKin(graph: CodeGraph, type: Site, own: string): Promise<{ name: string; site: Site }[]> {
  const { index } = graph;
  const inside = ({ file, definition }: Site): boolean =>
    index.definitionsIn(file).some(({ parent, kind }) => parent === definition && kind === "method");
  const methods = index.definitionsNamed(own).filter(({ file }) => index.files[file]?.language === "go");
  const rows = await Promise.all(
    methods.map(async (method) => ({
      holder: holderOf(graph, method),
      arity: arityOf(await decorated(graph, method), own),
    })),
  );
  const here = rows.find(({ holder }) => holder?.site && keyOf(holder.site) === keyOf(type));
  return rows.flatMap(({ holder, arity }) => {
    if (!holder?.site || inside(holder.site) === inside(type) || arity !== here?.arity) return [];
    const [theirs, ours] = [membersOf(graph, holder.site), membersOf(graph, type)];
    const [face, has] = inside(holder.site) ? [theirs, ours] : [ours, theirs];
    return [...face].every((name) => has.has(name)) ? [{ name: holder.name, site: holder.site }] : [];
  });
}

/** Parameters of a function by its head, by the commas between them. */
function arityOf(head: string, name: string): number {
  const list =
    new RegExp(`\\b${RegExp.escape(name)}\\s*\\(([^()]*(?:\\([^()]*\\)[^()]*)*)\\)`, "u").exec(head)?.[1] ??
    "";
  return list.trim() === "" ? 0 : list.split(",").length;
}

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

/** A definition's head with its annotations, from the beginning of its first line. */
async function decorated(graph: CodeGraph, { file, definition }: Site): Promise<string> {
  const one = graph.index.definitionsIn(file)[definition];
  const text = await graph.text(graph.index.files[file]?.path ?? "");
  if (one === undefined || text === null) return "";
  const lines = text.split("\n");
  const start = lines.slice(0, one.start - 1).reduce((sum, line) => sum + line.length + 1, 0);
  return text.slice(start, one.head.at + one.head.size);
}

function functionAround({ index }: CodeGraph, { file, definition }: Site): Subject["inside"] {
  const definitions = index.definitionsIn(file);
  const parent = definitions[definitions[definition]?.parent ?? -1];
  return parent !== undefined && ["function", "method"].includes(parent.kind)
    ? { start: parent.start, end: parent.end }
    : null;
}
