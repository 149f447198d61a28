/** The types that share a member by inheritance: bases that define it, and all that are made of these. */
import type { CodeGraph } from "../graph.ts";
import { lastPart, qualifiedName, type Site } from "../index/code-index.ts";
import type { Kin } from "../query/answers.ts";
import { types } from "../query/kin.ts";
import { decorated, holderOf, keyOf, typeKey } from "./holder.ts";

/** Types of one family are asked of their kin, at most so many. */
const MOST_TYPES = 200;

/** The types that have a member in common with this one by inheritance, as keys; bases that do not define it are none. */
export async function kinOf(
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
