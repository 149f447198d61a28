/**
 * What a name is asked of where it is used, as the text of the line has it: `Stack` in `Stack::new()` and `Stack.push(1)`,
 * nothing in `push(1)`.
 */
import { type FileId, qualifiedName, type Site } from "../index/code-index.ts";
import { listAt, type Project } from "./project.ts";

/** What a method calls its own object or class. */
const OWN = new Set(["", "this", "$this", "self", "Self", "cls", "super", "parent", "static", "@self"]);
const OPERATOR = /(?:\?\.|!\.|&\.|!!\.|\.|->|::)\s*(?:<[^<>]*>\s*::\s*)?$/;
/** The last name of what stands before an operator, with what its type is made of: `Stack`, `Stack<T>::`, `Stack[int]`. */
const LAST = /([\p{L}_$@][\p{L}\p{N}_$]*)(?:(?:::)?<[^<>]*>|\[[^[\]]*\])?$/u;
const WORD = /[\p{L}\p{N}_$]/u;

/** For each place of the name in the line: the name before it, "" where there is none, "?" for another expression. */
export function receiversIn(line: string, name: string): string[] {
  const found: string[] = [];
  for (let at = line.indexOf(name); at >= 0; at = line.indexOf(name, at + name.length)) {
    if (WORD.test(line[at - 1] ?? "") || WORD.test(line[at + name.length] ?? "")) continue;
    const before = line.slice(0, at);
    const operator = OPERATOR.exec(before);
    if (operator === null) found.push("");
    else found.push(LAST.exec(before.slice(0, operator.index).trimEnd())?.[1] ?? "?");
  }
  return found;
}

/** Whether what stands before a name is the object or class itself, or nothing. */
export const isOwnReceiver = (receiver: string): boolean => OWN.has(receiver);

/** Whether it is written like a type, by the habit of nearly all languages: `Stack`, not `STACK`, `T` or `stack`. */
export const isTypeLike = (receiver: string): boolean => /^\p{Lu}[\p{L}\p{N}_]*\p{Ll}/u.test(receiver);

/** The types that define a name, by their own names, and the lines in which those types are used where the name is, too. */
interface Holders {
  byType: ReadonlyMap<string, readonly Site[]>;
  lines: ReadonlyMap<FileId, ReadonlySet<number>>;
}

/** A name that more types define says little; to look them all up would take longer than a question may. */
const MOST_HOLDERS = 400;

/** So many files are kept as lines. */
const MOST_TEXTS = 256;

/** Receivers in the files of a project. */
export class Receivers {
  private readonly project: Project;
  private readonly known = new Map<readonly Site[], Holders>();
  private texts = new Map<FileId, readonly string[]>();

  constructor(project: Project) {
    this.project = project;
  }

  /** See `receiversIn`; none where the text cannot be read. */
  at(name: string, file: FileId, line: number): string[] {
    let lines = this.texts.get(file);
    if (lines === undefined) {
      if (this.texts.size >= MOST_TEXTS) this.texts = new Map();
      lines = this.project.source(file)?.split("\n") ?? [];
      this.texts.set(file, lines);
    }
    return receiversIn(lines[line - 1] ?? "", name);
  }

  /** Of the definitions of a name those in a type of this name. */
  heldBy(type: string, name: string, sites: readonly Site[]): readonly Site[] {
    return this.holders(name, sites).byType.get(type) ?? [];
  }

  /** Whether a line uses a type that defines the name. */
  namesHolder(name: string, sites: readonly Site[], { file, line }: { file: FileId; line: number }): boolean {
    return this.holders(name, sites).lines.get(file)?.has(line) === true;
  }

  private holders(name: string, sites: readonly Site[]): Holders {
    const known = this.known.get(sites);
    if (known !== undefined) return known;
    const { index } = this.project;
    const byType = new Map<string, Site[]>();
    for (const site of sites) {
      const type = qualifiedName(index.definitionsIn(site.file), site.definition).split(".").at(-2);
      if (type !== undefined) listAt(byType, type).push(site);
    }
    const lines = new Map<FileId, Set<number>>();
    const users = new Set(index.usesOf(name).map(({ file }) => file));
    for (const type of byType.size > MOST_HOLDERS ? [] : byType.keys())
      for (const { file, at } of index.usesOf(type)) {
        if (!users.has(file)) continue;
        const here = lines.get(file) ?? new Set();
        lines.set(file, here);
        for (const { line } of at) here.add(line);
      }
    const holders = { byType, lines };
    this.known.set(sites, holders);
    return holders;
  }
}
