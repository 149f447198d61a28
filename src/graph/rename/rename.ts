/**
 * A rename across the project, computed: every place that means the thing gets the new name, places that only share the old one
 * stay, and what cannot be told is named. Nothing is written here.
 */
import type { Result } from "../../types.ts";
import type { CodeGraph } from "../graph.ts";
import { definitionAtLine, lastPart } from "../index/code-index.ts";
import { languageOf } from "../syntax/languages.ts";
import { whyClash } from "./clash.ts";
import { Decider, type Decision } from "./decide.ts";
import { keyOf } from "./holder.ts";
import { type Occurrence, type Occurrences, occurrencesOf, wordsOf } from "./occurrences.ts";
import { type Subject, subjectOf } from "./subject.ts";
import { whyNoName } from "./words.ts";

/** What the project is read by. */
export interface Sources {
  graph: CodeGraph;
  /** All files of the project, and the text of one; null where it cannot be read as text. */
  files: string[];
  read: (path: string) => Promise<string | null>;
  /** Whether a file may be changed where only the name in it changes. */
  open: (path: string) => boolean;
}

export interface RenameOptions {
  from: string;
  to: string;
  /** Also comments, documentation and strings that only hold the word. */
  aloud: boolean;
  /** Also places of which it cannot be told. */
  unsure: boolean;
}

export interface PlaceLeft {
  path: string;
  line: number;
}

export interface Renamed {
  /** What was renamed: `Stack.push`. */
  title: string;
  texts: { path: string; text: string }[];
  /** Files that go with it: Java's `Stack.java` of a class `Stack`. */
  moves: { path: string; to: string }[];
  places: number;
  /** Where the old name stands and it cannot be told whether it means this, or the file must not be changed. */
  left: PlaceLeft[];
}

/** What is decided of one text: the places that are renamed, ascending. */
export interface DecidedText {
  on: Occurrences;
  yes: Occurrence[];
}

export async function rename(
  sources: Sources,
  options: RenameOptions,
): Promise<Result<{ renamed: Renamed }>> {
  const { graph } = sources;
  const to = lastPart(options.to.replaceAll("::", ".").replaceAll("#", ".").replace(/\(\)$/, ""));
  const found = await subjectOf(graph, options.from);
  if (!found.ok) return found;
  const { subject } = found;
  if (to === subject.name) return { ok: false, reason: `${subject.title} is called ${to} already.` };
  const wrong = whyNoName(to, subject.language);
  if (wrong !== null) return { ok: false, reason: wrong };
  const { decided, left } = await decideAll(sources, subject, options);
  const clash = await whyClash({ graph, subject, to }, decided);
  if (clash !== null) return { ok: false, reason: clash };
  const moves = movesOf(sources, subject, to);
  if (!moves.ok) return moves;
  return {
    ok: true,
    renamed: {
      title: subject.title,
      texts: decided.map(({ on, yes }) => ({ path: on.path, text: edited(on.text, yes, subject, to) })),
      moves: moves.moves,
      places: decided.reduce((sum, { yes }) => sum + yes.length, 0),
      left,
    },
  };
}

/** Every text in which something is renamed, and what is left. */
async function decideAll(
  sources: Sources,
  subject: Subject,
  options: RenameOptions,
): Promise<{ decided: DecidedText[]; left: PlaceLeft[] }> {
  const decider = new Decider(sources.graph, subject);
  if (subject.member) decider.heads = await resultsOf(sources.graph, subject);
  const decided: DecidedText[] = [];
  const left: PlaceLeft[] = [];
  for (const path of sources.files) {
    const text = await sources.read(path);
    if (text === null || !text.includes(subject.name)) continue;
    const on = (await occurrencesOf(path, text, subject.name)) ?? asProse(path, text, subject.name);
    const decisions = on.all.map((o): [Occurrence, Decision] => [o, decider.of(o, on, options.aloud)]);
    const meant = decisions
      .filter(([, it]) => it === "yes" || (it === "unsure" && options.unsure))
      .map(([o]) => o);
    const unsure = decisions.filter(([, it]) => it === "unsure" && !options.unsure).map(([o]) => o);
    const open = sources.open(path);
    left.push(...(open ? unsure : [...unsure, ...meant]).map(({ line }) => ({ path, line })));
    if (open && meant.length > 0) decided.push({ on, yes: meant });
  }
  return { decided, left };
}

/** A text without a grammar: all in it is said, nothing is code. */
function asProse(path: string, text: string, name: string): Occurrences {
  const bare = {
    sort: null,
    names: -1,
    within: -1,
    chain: null,
    around: [],
    of: null,
    ofAt: -1,
    shorthand: false,
    string: null,
  };
  const all = wordsOf(text, name).map((at): Occurrence => {
    const line = text.slice(0, at).split("\n").length;
    return { at, line, is: "comment", ...bare };
  });
  return { path, language: languageOf(path) ?? "markdown", text, definitions: [], all, shadows: [] };
}

/** What functions give whose heads speak of a type that has the member, by their keys: the text of the result alone. */
async function resultsOf(graph: CodeGraph, { holders, sites }: Subject): Promise<Map<string, string>> {
  const { index } = graph;
  const found = new Map<string, string>();
  for (const site of sites) {
    const one = index.definitionsIn(site.file)[site.definition];
    const text = await graph.text(index.files[site.file]?.path ?? "");
    const body =
      text
        ?.split("\n")
        .slice((one?.start ?? 1) - 1, one?.end)
        .join("\n") ?? "";
    if (/\breturn\s+\*?(?:self|this)\b\s*;?\s*$/m.test(body)) found.set(keyOf(site), [...holders].join(" "));
  }
  for (const type of holders)
    for (const { file, at } of index.usesOf(type)) {
      const definitions = index.definitionsIn(file);
      const { path = "", language = "" } = index.files[file] ?? {};
      const text = await graph.text(path);
      for (const { line } of at) {
        const definition = definitionAtLine(definitions, line);
        const one = definitions[definition];
        if (one === undefined || text === null || !/function|method/.test(one.kind)) continue;
        const head = text.slice(one.head.at, one.head.at + one.head.size);
        found.set(keyOf({ file, definition }), resultIn(head, lastPart(one.name), language));
      }
    }
  return found;
}

/** The part of a head that tells the result: before the name in C's manner, else behind the parameters. */
function resultIn(head: string, name: string, language: string): string {
  const at = head.search(new RegExp(`(?<![\\p{L}\\p{N}_$])${RegExp.escape(name)}(?![\\p{L}\\p{N}_$])`, "u"));
  if (["java", "c", "cpp", "c_sharp"].includes(language)) return head.slice(0, Math.max(0, at));
  let depth = 0;
  for (let place = head.indexOf("(", Math.max(0, at)); place >= 0 && place < head.length; place++) {
    if (head[place] === "(") depth += 1;
    if (head[place] === ")") depth -= 1;
    if (depth === 0) return head.slice(place + 1);
  }
  return "";
}

/** The text with the new name in these places. */
export function edited(
  text: string,
  places: Occurrence[],
  { name, member }: Pick<Subject, "name" | "member">,
  to: string,
): string {
  let made = "";
  let done = 0;
  for (const o of places) {
    made += text.slice(done, o.at) + written(o, { name, member, to });
    done = o.at + name.length;
  }
  return made + text.slice(done);
}

/** `{ name }` is the key and its value: one of them keeps the old name, but for what is exported or imported by it. */
function written(o: Occurrence, { name, member, to }: { name: string; member: boolean; to: string }): string {
  if (!o.shorthand || o.is === "import" || o.of === "exports") return to;
  return member ? `${to}: ${name}` : `${name}: ${to}`;
}

/** In Java a public class and its file have one name. */
function movesOf(
  { graph, files, open }: Sources,
  { sites, name, language }: Subject,
  to: string,
): Result<Pick<Renamed, "moves">> {
  if (language !== "java") return { ok: true, moves: [] };
  const moves = sites.flatMap(({ file, definition }) => {
    const path = graph.index.files[file]?.path ?? "";
    const outer = (graph.index.definitionsIn(file)[definition]?.parent ?? -1) < 0;
    return (outer && path.endsWith(`/${name}.java`)) || path === `${name}.java` ? [path] : [];
  });
  const made = [...new Set(moves)].map((path) => ({
    path,
    to: `${path.slice(0, -`${name}.java`.length)}${to}.java`,
  }));
  const taken = made.find((one) => files.includes(one.to));
  if (taken !== undefined) return { ok: false, reason: `${taken.to} exists already; choose another name.` };
  const shut = made.find(({ path }) => !open(path));
  return shut === undefined
    ? { ok: true, moves: made }
    : { ok: false, reason: `${shut.path} must stay as it is.` };
}
