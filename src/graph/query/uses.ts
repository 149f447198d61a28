/**
 * Who uses a definition, and what it uses itself. A use means a definition by the rules of `Links.meaningOf`; how sure that is
 * stands with each row, and the surest come first.
 */
import type { CodeGraph } from "../graph.ts";
import {
  type CodeIndex,
  definitionAtLine,
  type FileId,
  qualifiedName,
  type Site,
} from "../index/code-index.ts";
import type { Role } from "../index/record.ts";
import type { Certainty, Meaning } from "../link/links.ts";
import { memo } from "../link/project.ts";
import type { Answer, Callee, Caller, Reference, Rows } from "./answers.ts";
import { doubtOf, orderOf } from "./order.ts";
import { firstOfSeveral, symbolsOf } from "./subject.ts";
import { Texts } from "./texts.ts";

/** `Links.meaningOf` gives at most so many; behind a full list of mere namesakes there may be more. */
const MOST_MEANINGS = 32;

/** A use with the definition that it stands in (-1: the top of its file). */
export interface Use {
  file: FileId;
  line: number;
  within: number;
  role: Role;
  certainty: Certainty;
}

const keyOf = ({ file, definition }: Site): string => `${file} ${definition}`;

/** All uses of a name that can mean one of these definitions, by file and line. */
export function usesOfSites({ index, links }: CodeGraph, name: string, sites: readonly Site[]): Use[] {
  const meant = new Set(sites.map(keyOf));
  // What stands before a name in its line says something about members alone.
  const members = sites.some((site) => isMember(index, site));
  const found: Use[] = [];
  const certaintyOf = memo((meanings: readonly Meaning[]): Certainty | null => {
    const one = meanings.find((meaning) => meant.has(keyOf(meaning)));
    const namesakes = meanings.length >= MOST_MEANINGS && meanings[0]?.certainty === "same name";
    return one?.certainty ?? (namesakes ? "same name" : null);
  });
  for (const { file, at } of index.usesOf(name)) {
    const definitions = index.definitionsIn(file);
    const inFile = certaintyOf(links.meaningOf(name, file));
    for (const { line, role } of at) {
      const byLine = members && role !== "import" && role !== "inherit";
      const certainty = byLine ? certaintyOf(links.meaningOf(name, file, line)) : inFile;
      if (certainty === null) continue;
      found.push({ file, line, role, certainty, within: definitionAtLine(definitions, line) });
    }
  }
  return found;
}

/** Whether it stands in another definition, or says so by its name. */
function isMember(index: CodeIndex, { file, definition }: Site): boolean {
  const one = index.definitionsIn(file)[definition];
  return one !== undefined && (one.parent >= 0 || one.name.includes("."));
}

/** The qualified name of a definition; null for the top of a file. */
export function nameAt({ index }: CodeGraph, file: FileId, position: number): string | null {
  return position < 0 ? null : qualifiedName(index.definitionsIn(file), position);
}

function bySureness({ index }: CodeGraph): (a: Use, b: Use) => number {
  return (a, b) =>
    doubtOf(a.certainty) - doubtOf(b.certainty) ||
    orderOf(index, a.file) - orderOf(index, b.file) ||
    a.file - b.file ||
    a.line - b.line;
}

/** Each use of a definition's name that can mean it: calls, mentions, imports and bases; the definition itself is none. */
export async function references(
  graph: CodeGraph,
  name: string,
  max: number,
): Promise<Answer<Rows<Reference>>> {
  const meant = symbolsOf(graph, name);
  if (!meant.ok) return meant;
  const all = usesOfSites(graph, meant.name, meant.sites).sort(bySureness(graph));
  const texts = new Texts(graph);
  const rows: Reference[] = [];
  for (const { file, line, role, certainty, within } of all.slice(0, max)) {
    const path = graph.index.files[file]?.path ?? "";
    const text = await texts.line(path, line);
    rows.push({ path, line, name: nameAt(graph, file, within), role, certainty, text });
  }
  return { ok: true, rows, more: all.length - rows.length, note: meant.note };
}

/** The definitions that call it, each once with all its calls; a class is called where it is made an instance of. */
export async function callers(graph: CodeGraph, name: string, max: number): Promise<Answer<Rows<Caller>>> {
  const meant = symbolsOf(graph, name);
  if (!meant.ok) return meant;
  const groups = new Map<string, Use[]>();
  const calls = usesOfSites(graph, meant.name, meant.sites).filter(({ role }) => role === "call");
  for (const use of calls.sort(bySureness(graph))) {
    const key = `${use.file} ${use.within}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [use]);
    else group.push(use);
  }
  const texts = new Texts(graph);
  const rows: Caller[] = [];
  for (const group of [...groups.values()].slice(0, max)) {
    const [first] = group;
    if (first === undefined) continue;
    const path = graph.index.files[first.file]?.path ?? "";
    const { line, certainty } = first;
    const text = await texts.line(path, line);
    const within = nameAt(graph, first.file, first.within);
    rows.push({ path, line, name: within, lines: group.map((use) => use.line), certainty, text });
  }
  return { ok: true, rows, more: groups.size - rows.length, note: meant.note };
}

/** What may be a name in some language; with its last mark, Ruby's `empty?`. */
const NAMES = /[\p{L}_$@][\p{L}\p{N}_$]*[?!]?/gu;

/**
 * Names that are used between two lines of a file in these roles, with their lines: by the first of them, then as they stand in it; one
 * that is not written there (an alias stands for it) comes first.
 */
export async function namesUsedIn(
  texts: Texts,
  { path, start, end, roles }: { path: string; start: number; end: number; roles: readonly Role[] },
): Promise<{ name: string; lines: number[] }[]> {
  const found = (await texts.usesIn(path)).flatMap(({ name, at }) => {
    const here = at.filter((use) => roles.includes(use.role) && start <= use.line && use.line <= end);
    return here.length === 0 ? [] : [{ name, lines: here.map(({ line }) => line) }];
  });
  const { lines } = await texts.of(path);
  const placed = found.map((one) => {
    const line = one.lines[0] ?? 0;
    const written: readonly string[] = lines[line - 1]?.match(NAMES) ?? [];
    return { one, line, place: written.indexOf(one.name) };
  });
  return placed.sort((a, b) => a.line - b.line || a.place - b.place).map(({ one }) => one);
}

/** Of definitions of one name so many are looked at for one that calls something. */
const MOST_SITES = 20;

interface Calls {
  site: Site;
  used: { name: string; lines: number[] }[];
}

/** The first definition that calls something: a prototype, an interface's method and an overload without a body do not. */
async function firstThatCalls(graph: CodeGraph, texts: Texts, sites: readonly Site[]): Promise<Calls | null> {
  for (const site of sites.slice(0, MOST_SITES)) {
    const { file, definition } = site;
    const from = graph.index.definitionsIn(file)[definition];
    if (from === undefined) continue;
    const { start, end } = from;
    const path = graph.index.files[file]?.path ?? "";
    const used = await namesUsedIn(texts, { path, start, end, roles: ["call"] });
    if (used.length > 0) return { site, used };
  }
  return null;
}

/** What the calls of one name in a file mean, each definition with its lines. */
function calledBy({ links }: CodeGraph, file: FileId, name: string, lines: number[]) {
  const called = new Map<string, Site & { certainty: Certainty; lines: number[] }>();
  for (const line of lines)
    for (const meaning of links.meaningOf(name, file, line)) {
      const known = called.get(keyOf(meaning));
      if (known === undefined) called.set(keyOf(meaning), { ...meaning, lines: [line] });
      else known.lines.push(line);
    }
  return [...called.values()];
}

/** What a definition calls of the project's own, in the order of the first call; what is defined elsewhere is left out. */
export async function callees(graph: CodeGraph, name: string, max: number): Promise<Answer<Rows<Callee>>> {
  const meant = symbolsOf(graph, name);
  if (!meant.ok) return meant;
  const texts = new Texts(graph);
  const from = await firstThatCalls(graph, texts, meant.sites);
  const first = from?.site ?? meant.sites[0];
  const others = meant.sites.filter((site) => site !== first);
  const note = meant.note ?? firstOfSeveral(graph, name, first === undefined ? [] : [first, ...others]);
  if (from === null) return { ok: true, rows: [], more: 0, note };
  const { file } = from.site;
  const calls = from.used.flatMap((one) => calledBy(graph, file, one.name, one.lines));
  // What one call means stays in the order of `Links.meaningOf`.
  calls.sort((a, b) => doubtOf(a.certainty) - doubtOf(b.certainty) || (a.lines[0] ?? 0) - (b.lines[0] ?? 0));
  const rows: Callee[] = [];
  for (const { certainty, lines, ...callee } of calls.slice(0, max)) {
    const found = await texts.found(callee.file, callee.definition);
    if (found === null) continue;
    const { line, kind, signature } = found;
    rows.push({ path: found.path, line, name: found.name, kind, lines, certainty, signature });
  }
  return { ok: true, rows, more: calls.length - rows.length, note };
}
