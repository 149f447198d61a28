/** Whether a new name would mean something else somewhere: taken by a definition, an import or a variable where it is to stand. */
import type { CodeGraph } from "../graph.ts";
import { lastPart, type Site } from "../index/code-index.ts";
import { folderOf } from "../link/paths.ts";
import { holderOf } from "./holder.ts";
import { type Occurrence, type Occurrences, occurrencesOf } from "./occurrences.ts";
import type { DecidedText } from "./rename.ts";
import type { Subject } from "./subject.ts";

interface Asked {
  graph: CodeGraph;
  subject: Subject;
  to: string;
}

/** Languages in which all files of a folder know each other's names. */
const SHARED = new Set(["go", "java", "kotlin", "scala", "c_sharp"]);
const C_LIKE = new Set(["c", "cpp"]);

/** One sentence that names the place; null: the name is free. */
export async function whyClash(asked: Asked, decided: DecidedText[]): Promise<string | null> {
  const { graph, subject, to } = asked;
  const defined = graph.index.definitionsNamed(to).find((site) => isInTheWay(asked, site));
  if (defined !== undefined) {
    const path = graph.index.files[defined.file]?.path;
    const line = graph.index.definitionsIn(defined.file)[defined.definition]?.start;
    return `${subject.title} cannot be called ${to}: ${path}:${line} defines that name already; choose another one.`;
  }
  const unseen = whyUnseen(asked, decided);
  if (unseen !== null) return unseen;
  for (const { on, yes } of decided) {
    if (!on.text.includes(to)) continue;
    const there = await occurrencesOf(on.path, on.text, to);
    const taken = there === null ? undefined : there.all.find((o) => takes(o, there, { subject, yes }));
    if (taken !== undefined)
      return `${subject.title} cannot be called ${to}: ${on.path}:${taken.line} uses that name already; choose another one.`;
  }
  return null;
}

function isInTheWay({ graph, subject }: Asked, site: Site): boolean {
  const { index } = graph;
  const [first] = subject.sites;
  if (first === undefined) return false;
  const holder = holderOf(graph, site);
  if (subject.member)
    return holder !== null && subject.holders.has(holder.name) && known(graph, subject, site);
  if (holder !== null || (index.definitionsIn(site.file)[site.definition]?.parent ?? -1) >= 0) return false;
  const [own, other] = [first, site].map(({ file }) => index.files[file]);
  if (own?.language !== other?.language || other?.kind === "vendored") return false;
  if (subject.sites.some(({ file }) => file === site.file)) return true;
  if (C_LIKE.has(subject.language)) return !lastPart(other?.path ?? "").startsWith("test");
  return SHARED.has(subject.language) && folderOf(own?.path ?? "") === folderOf(other?.path ?? "");
}

/** A type of another language may have the same name. */
const known = ({ index }: CodeGraph, { language }: Subject, { file }: Site): boolean =>
  index.files[file]?.language === language;

/** Whether a place of the new name, in a text where it is to stand, means something that it would hide or that would hide it. */
function takes(
  o: Occurrence,
  on: Occurrences,
  { subject, yes }: { subject: Subject; yes: Occurrence[] },
): boolean {
  if (o.is === "string" || o.is === "comment" || o.is === "key" || o.sort === "ignore") return false;
  const bare = yes.filter(({ is }) => is !== "member" && is !== "string" && is !== "comment");
  if (subject.member) {
    const own = o.is === "member" && ["self", "this", "cls"].includes(o.chain?.parts.join(".") ?? "");
    const within = on.definitions[o.within]?.symbol.name.split(".") ?? [];
    if (own) return within.some((part) => subject.holders.has(part));
    // Where members need no receiver a variable of that name would hide it.
    return o.is !== "member" && bare.some((one) => one.is === "name" && one.within === o.within);
  }
  if (bare.length === 0 || o.is === "member") return false;
  if (o.is === "local" || o.is === "word" || on.shadows.some(({ start, end }) => start <= o.at && o.at < end))
    return on.shadows.some(({ start, end }) => bare.some(({ at }) => start <= at && at < end));
  if (o.is === "definition") return on.definitions[o.names]?.parent === null;
  return true;
}

/** In Go a name that begins with a small letter is known in its package alone. */
function whyUnseen({ graph, subject, to }: Asked, decided: DecidedText[]): string | null {
  if (subject.language !== "go" || !/^\p{Lu}/u.test(subject.name) || /^\p{Lu}/u.test(to)) return null;
  const homes = subject.sites.map(({ file }) => folderOf(graph.index.files[file]?.path ?? ""));
  const user = decided.find(({ on }) => !homes.includes(folderOf(on.path)) && languageIsGo(on));
  return user === undefined
    ? null
    : `${to} begins with a small letter, so ${user.on.path} in another package could not use it; begin it with a capital.`;
}

const languageIsGo = ({ language }: Occurrences): boolean => language === "go";
