/** A parameter gets another name: in its function, in what documents it there, and where Python's callers give it by name. */
import type { Result } from "../../types.ts";
import { lastPart, type Site } from "../index/code-index.ts";
import { Decider } from "./decide.ts";
import { holderOf } from "./holder.ts";
import { type Occurrence, type Occurrences, occurrencesOf } from "./occurrences.ts";
import { type DecidedText, edited, type PlaceLeft, type Renamed, type Sources } from "./rename.ts";
import type { Range } from "./shadow.ts";
import { type Subject, subjectOf } from "./subject.ts";
import { whyNoName } from "./words.ts";

export interface ParameterOptions {
  /** The function, see `symbolsOf`, and its parameter. */
  of: string;
  from: string;
  to: string;
}

/** Lines above a function in which it may be documented. */
const ABOVE = 40;

export async function renameParameter(
  sources: Sources,
  { of, from, to }: ParameterOptions,
): Promise<Result<{ renamed: Renamed }>> {
  const { graph } = sources;
  const found = await subjectOf(graph, of);
  if (!found.ok) return found;
  const { subject } = found;
  const wrong = whyNoName(to, subject.language);
  if (wrong !== null) return { ok: false, reason: wrong };
  const texts = new Map<string, DecidedText>();
  let owners = 0;
  for (const site of await bodiesOf(sources, subject)) {
    const path = graph.index.files[site.file]?.path ?? "";
    const on = texts.get(path)?.on ?? (await occurrencesIn(sources, path, from));
    if (on === null) continue;
    const own = inFunction(on, site.definition, to);
    if (typeof own === "string") return { ok: false, reason: own };
    if (own.length === 0) continue;
    owners += 1;
    texts.set(path, { on, yes: [...(texts.get(path)?.yes ?? []), ...own] });
  }
  if (owners === 0) return { ok: false, reason: `${subject.title} has no parameter ${from}.` };
  const left = subject.language === "python" ? await atCalls(sources, subject, { from, to, texts }) : [];
  if (typeof left === "string") return { ok: false, reason: left };
  const all = [...texts.values()];
  return {
    ok: true,
    renamed: {
      title: `the parameter ${from} of ${subject.title}`,
      texts: all.map(({ on, yes }) => ({
        path: on.path,
        text: edited(on.text, inOrder(yes), { name: from, member: false }, to),
      })),
      moves: [],
      places: all.reduce((sum, { yes }) => sum + yes.length, 0),
      left,
    },
  };
}

const inOrder = (places: Occurrence[]): Occurrence[] =>
  [...new Map(places.map((o) => [o.at, o])).values()].sort((a, b) => a.at - b.at);

async function occurrencesIn(
  { read, open }: Sources,
  path: string,
  name: string,
): Promise<Occurrences | null> {
  const text = open(path) ? await read(path) : null;
  return text === null || !text.includes(name) ? null : occurrencesOf(path, text, name);
}

/** The functions that have the parameters: of a class, its constructor. */
async function bodiesOf({ graph }: Sources, subject: Subject): Promise<Site[]> {
  const { index } = graph;
  return subject.sites.flatMap((site) => {
    const definitions = index.definitionsIn(site.file);
    if (definitions[site.definition]?.kind !== "class") return [site];
    return definitions.flatMap(({ parent, name }, definition) =>
      parent === site.definition && ["__init__", "constructor", subject.name].includes(name)
        ? [{ file: site.file, definition }]
        : [],
    );
  });
}

const within = ({ at }: Occurrence, { start, end }: Range): boolean => start <= at && at < end;

/** The smallest range that holds a place. */
const innermost = (o: Occurrence, ranges: Range[]): Range | undefined =>
  ranges.filter((range) => within(o, range)).sort((a, b) => a.end - a.start - (b.end - b.start))[0];

/** Where a parameter stands in its function and its documentation; none where it has no such parameter. A sentence: why it cannot be. */
function inFunction(on: Occurrences, definition: number, to: string): Occurrence[] | string {
  const one = on.definitions[definition];
  if (one === undefined) return [];
  const head = { start: one.start, end: one.body?.start ?? one.end };
  const first = on.all.find((o) => within(o, head) && o.is === "local");
  const own = first === undefined ? undefined : innermost(first, on.shadows);
  if (first === undefined || own === undefined) return [];
  if (
    first.shorthand ||
    (first.around[0]?.includes("pattern") === true && first.around[1]?.includes("pattern") === true)
  )
    return `${one.symbol.name} takes it out of an object by that name, so it cannot be renamed alone.`;
  const same = (o: Occurrence): boolean => {
    const range = innermost(o, on.shadows);
    return range !== undefined && range.start === own.start && range.end === own.end;
  };
  const taken = new RegExp(`(?<![\\p{L}\\p{N}_$.])${RegExp.escape(to)}(?![\\p{L}\\p{N}_$])`, "u");
  if (taken.test(on.text.slice(one.start, one.end)))
    return `${one.symbol.name} uses the name ${to} already; choose another one.`;
  const from = on.text
    .split("\n")
    .slice(0, Math.max(0, one.symbol.lines.start - 1 - ABOVE))
    .join("\n").length;
  const documented = on.all.filter((o) => from <= o.at && o.at < one.end && isParameterOf(o, on, one.start));
  return inOrder([...on.all.filter((o) => o.is === "local" && within(o, one) && same(o)), ...documented]);
}

const TAG = /(?::param\s+(?:[^:\n]*\s)?|@param\s+(?:\{[^}]*\}\s*)?\[?|@arg\s+|\\param\s+)$/;

/** Whether a place in prose names a parameter: `:param x:`, `@param x`, `x (int): ...` in a docstring. */
function isParameterOf(o: Occurrence, { text }: Occurrences, start: number): boolean {
  if (o.is !== "string" && o.is !== "comment") return false;
  // Above the function only in the comment right before it.
  if (o.at < start && /\n[ \t]*\n|[{};][ \t]*\n/.test(text.slice(o.at, start))) return false;
  const before = text.slice(Math.max(0, o.at - 120), o.at);
  if (TAG.test(before) || before.endsWith("`")) return true;
  return (
    o.is === "string" &&
    /\n[ \t]+$/.test(before) &&
    /^\w+(?: \([^)\n]*\))?\s*:/.test(text.slice(o.at, o.at + 120))
  );
}

/** Adds the arguments that Python's callers give by this name, and tells which of them are not sure. */
async function atCalls(
  sources: Sources,
  subject: Subject,
  { from, to, texts }: { from: string; to: string; texts: Map<string, DecidedText> },
): Promise<PlaceLeft[] | string> {
  const { graph, files } = sources;
  const holder =
    subject.name === "__init__" ? subject.sites.map((site) => holderOf(graph, site)?.name)[0] : undefined;
  const called = holder === undefined ? { ok: true as const, subject } : await subjectOf(graph, holder);
  if (!called.ok) return called.reason;
  const decider = new Decider(graph, called.subject);
  const name = lastPart(called.subject.name);
  const left: PlaceLeft[] = [];
  for (const path of files) {
    const on = texts.get(path)?.on ?? (await occurrencesIn(sources, path, from));
    const keys = on?.all.filter(({ is, of }) => is === "key" && of === name) ?? [];
    if (on === null || keys.length === 0) continue;
    const calls = await occurrencesOf(path, on.text, name);
    const decisions = new Map(calls?.all.map((o) => [o.at, decider.of(o, calls, false)]));
    const yes = keys.filter(({ ofAt }) => decisions.get(ofAt) === "yes");
    left.push(
      ...keys.filter(({ ofAt }) => decisions.get(ofAt) === "unsure").map(({ line }) => ({ path, line })),
    );
    if (yes.length === 0) continue;
    const again = await occurrencesOf(path, on.text, to);
    const clash = again?.all.find(({ is, ofAt }) => is === "key" && yes.some((one) => one.ofAt === ofAt));
    if (clash !== undefined)
      return `${path}:${clash.line} gives ${name} an argument ${to} already; choose another name.`;
    texts.set(path, { on, yes: [...(texts.get(path)?.yes ?? []), ...yes] });
  }
  return left;
}
