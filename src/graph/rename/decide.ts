/**
 * Whether a place of a name means what is renamed: by its syntax, by the links of the graph, and for members by the type of what
 * they are asked of, where the text tells it. What cannot be told is `unsure`.
 */
import type { CodeGraph } from "../graph.ts";
import { type FileId, lastPart } from "../index/code-index.ts";
import type { ResolvedImport } from "../link/links.ts";
import type { Chain } from "./chain.ts";
import { holderOf, keyOf } from "./holder.ts";
import { isNamesake } from "./namesakes.ts";
import type { Occurrence, Occurrences } from "./occurrences.ts";
import { isSpokenOf } from "./prose.ts";
import { Reach } from "./reach.ts";
import { toldOf } from "./receiver-type.ts";
import type { Subject } from "./subject.ts";
import { isCommonMember } from "./words.ts";

export type Decision = "yes" | "no" | "unsure";

/** Where a name of another file has to be imported to be known. */
const IMPORTED = new Set(["python", "javascript", "typescript", "tsx"]);
/** Where a member is also called without a receiver. */
const BARE_MEMBERS = new Set(["java", "cpp", "c", "c_sharp", "kotlin", "scala", "swift"]);
const OWN = new Set(["self", "this", "cls", "Self", "super()", "super", "static"]);
const MODULE_PATH = new Set(["crate", "self", "super"]);
/** What names a thing without a use of it: C's prototypes and destructors. */
const DECLARES = /^(destructor_name|function_declarator)$/;
const EXPORTS = new Set(["exports", "module.exports"]);

export class Decider {
  private readonly graph: CodeGraph;
  private readonly subject: Subject;
  private readonly reach: Reach;

  constructor(graph: CodeGraph, subject: Subject) {
    this.graph = graph;
    this.subject = subject;
    this.reach = new Reach(graph, subject);
  }

  /** `aloud`: whether comments and strings that only have the word count, too. */
  of(o: Occurrence, on: Occurrences, aloud: boolean): Decision {
    const file = this.graph.index.fileAt(on.path);
    const { member, inside } = this.subject;
    if (o.is === "comment" || o.is === "string") return this.spoken(o, on, { file, aloud });
    if (file === null || o.is === "alias" || isNamesake(o, on, this.reach.around(file))) return "no";
    if (o.is === "definition") return this.defines(o, file);
    if (o.shorthand && member && o.of !== null && this.subject.holders.has(o.of)) return "yes";
    if (o.is === "local") return "no";
    if (inside !== null && (!this.reach.homes.has(file) || o.line < inside.start || o.line > inside.end))
      return "no";
    if (o.is === "import") return this.imported(o, file);
    if (o.is === "key") return this.key(o, file, on);
    if (o.is === "member" && o.chain !== null)
      return member ? this.ofMember(o, o.chain, { on, file }) : this.ofModule(o, o.chain, { on, file });
    if (o.sort === "ignore" && !DECLARES.test(o.around[0] ?? "")) return "no";
    return member ? this.bareMember(o, file, on) : this.named(o, file, on);
  }

  private defines(o: Occurrence, file: FileId): Decision {
    const site = { file, definition: o.names };
    if (this.reach.keys.has(keyOf(site))) return "yes";
    // A method of an object that may be handed on as the type.
    const loose = this.subject.member && o.around.slice(0, 2).includes("object") && this.reach.reaches(file);
    return loose && holderOf(this.graph, site) === null ? "unsure" : "no";
  }

  private imported(o: Occurrence, file: FileId): Decision {
    const { name } = this.subject;
    const before = this.graph.links.importsOf(file).filter(({ line }) => line <= o.line);
    const line = Math.max(...before.map((one) => one.line));
    const here = before.filter((one) => one.line === line && one.names.includes(name));
    if (here.length === 0) return "no";
    return here.some((one) => this.reach.gives(one)) ? "yes" : "no";
  }

  private named(o: Occurrence, file: FileId, on: Occurrences): Decision {
    const { language } = on;
    const { name, inside } = this.subject;
    if (inside !== null) return "yes";
    const own = this.reach.homes.has(file) && IMPORTED.has(language) && !this.reach.hasNested(file);
    if (own || (!this.reach.homes.has(file) && this.reach.takes(file))) return "yes";
    const one =
      this.reach.meant(this.graph.links.meaningOf(name, file, o.line)) ??
      this.reach.meant(this.graph.links.meaningOf(name, file));
    if (BARE_MEMBERS.has(language) && this.isOwnMember(o, on)) return "no";
    if (!IMPORTED.has(language) && this.reach.alone()) return "yes";
    if (one === undefined) return "no";
    if (one.certainty === "same file" || one.certainty === "imported") return "yes";
    if (one.certainty === "same name") return "unsure";
    if (IMPORTED.has(language)) return this.reach.takesAll(file) ? "unsure" : "no";
    return one.certainty === "same package" || ["c", "cpp", "rust"].includes(language) ? "yes" : "unsure";
  }

  /** Whether a type around the place has a member of the name, which it means there. */
  private isOwnMember(o: Occurrence, { definitions }: Occurrences): boolean {
    const around = definitions[o.within]?.symbol.name.split(".") ?? [];
    return this.graph.index
      .definitionsNamed(this.subject.name)
      .some(
        (site) =>
          !this.reach.keys.has(keyOf(site)) && around.includes(holderOf(this.graph, site)?.name ?? ""),
      );
  }

  /** A member without a receiver: inside its type, where the language allows that. */
  private bareMember(o: Occurrence, file: FileId, on: Occurrences): Decision {
    const { name, holders } = this.subject;
    const { language, definitions } = on;
    const names = definitions[o.within]?.symbol.name.split(".") ?? [];
    if (language === "python") {
      // In the body of the class itself: `@size.setter`, `alias = size`.
      const parent = definitions[o.within]?.parent ?? -1;
      const inClass = o.around.includes("decorator") ? definitions[parent]?.symbol.name : names.join(".");
      const kind = o.around.includes("decorator")
        ? definitions[parent]?.symbol.kind
        : definitions[o.within]?.symbol.kind;
      return kind === "class" && holders.has(lastPart(inClass ?? "")) ? "yes" : "no";
    }
    if (BARE_MEMBERS.has(language) && names.some((part) => holders.has(part))) return "yes";
    if (!BARE_MEMBERS.has(language) && language !== "rust") return "no";
    const one = this.reach.meant(this.graph.links.meaningOf(name, file, o.line));
    if (one === undefined || one.certainty === "only one") return "no";
    return one.certainty === "same name" ? "unsure" : "yes";
  }

  /** A key of an object, an argument by name, a field of a literal. */
  private key(o: Occurrence, file: FileId, { language }: Occurrences): Decision {
    const { member, holders } = this.subject;
    if (!member) return o.of === "exports" && this.reach.homes.has(file) ? "yes" : "no";
    if (o.of !== null && holders.has(o.of)) return "yes";
    return ["typescript", "tsx"].includes(language) && this.reach.reaches(file) && o.of === null
      ? "unsure"
      : "no";
  }

  /** `module.name`, where the name stands at the top of its file. */
  private ofModule(o: Occurrence, chain: Chain, { on, file }: { on: Occurrences; file: FileId }): Decision {
    const { name } = this.subject;
    const { parts, operator } = chain;
    const last = parts.at(-1) ?? "";
    const path = parts.join(".");
    if (EXPORTS.has(path)) return this.reach.homes.has(file) ? "yes" : "no";
    if (last === "" || last.endsWith("()"))
      return operator === "::" && parts.length === 0 ? this.named(o, file, on) : "no";
    if (OWN.has(last) && operator === ".") return "no";
    if (operator === "::") {
      const one = this.reach.meant(this.graph.links.meaningOf(name, file, o.line));
      if (one === undefined) return "no";
      return one.certainty === "same name" && !this.reach.isModuleOfHome(last) && !MODULE_PATH.has(last)
        ? "unsure"
        : "yes";
    }
    if (this.graph.links.importsOf(file).some((one) => this.gives(one, parts, on))) return "yes";
    if (on.language === "python" && this.reach.byPackage(parts, file)) return "yes";
    if (["globalThis", "window", "global"].includes(last)) return "unsure";
    return ["java", "kotlin", "scala", "c_sharp"].includes(on.language) && this.reach.isModuleOfHome(last)
      ? "yes"
      : "no";
  }

  /** Whether an import makes these names in front of a dot a module that has the name. */
  private gives(
    { module, names, files, line }: ResolvedImport,
    parts: string[],
    { text, language }: Occurrences,
  ): boolean {
    if (!files.some((to) => this.reach.leads(to))) return false;
    const [first = ""] = parts;
    const last = parts.at(-1) ?? "";
    const statement = statementAt(text, line);
    if (
      !new RegExp(`(?<![\\p{L}\\p{N}_$])${RegExp.escape(first)}(?![\\p{L}\\p{N}_$])`, "u").test(statement)
    ) {
      // Go knows a package by the last part of its path.
      return parts.length === 1 && module.split("/").at(-1) === first;
    }
    // What `import a.b` gives is known as `a.b` alone.
    if (language === "python" && names.length === 0 && !/\bas\b/.test(statement))
      return parts.join(".") === module;
    return (
      parts.length === 1 ||
      names.includes(last) ||
      module.split(/[./:]+/).at(-1) === last ||
      this.reach.isModuleOfHome(last)
    );
  }

  /** `value.name`, where the name belongs to a type. */
  private ofMember(
    o: Occurrence,
    { parts }: Chain,
    { on, file }: { on: Occurrences; file: FileId },
  ): Decision {
    const { holders } = this.subject;
    const { language, text, definitions } = on;
    const last = parts.at(-1) ?? "";
    const enclosing = (definitions[o.within]?.symbol.name.split(".") ?? []).filter((part) =>
      this.reach.isType(part),
    );
    if (parts.length === 1 && OWN.has(last)) {
      const own = enclosing.at(-1);
      if (own === undefined) return this.byName(file, o);
      return holders.has(own) ? "yes" : "no";
    }
    const word = last.replace(/\(\)$/, "");
    if (word === "") return this.byName(file, o);
    if (holders.has(word)) return "yes";
    if (last.endsWith("()")) return this.byResult(word, { o, file });
    if (this.reach.isType(word) && /^\p{Lu}/u.test(word)) return "no";
    const around = this.functionAround(o, on);
    const told = [around, text]
      .map((part) => toldOf(word, part, language))
      .find(({ types, builtin }) => types.length > 0 || builtin);
    if (told === undefined) return this.byName(file, o);
    told.types = told.types.map((type) => aliasOf(type, text) ?? type);
    if (told.types.some((type) => holders.has(type)))
      return told.builtin || told.types.some((type) => this.reach.isType(type) && !holders.has(type))
        ? "unsure"
        : "yes";
    if (told.builtin && told.types.length === 0) return "no";
    const results = told.types.map((type) =>
      this.reach.isType(type) ? "no" : this.byResult(type, { o, file }),
    );
    return results.includes("yes") ? "yes" : results.every((one) => one === "no") ? "no" : "unsure";
  }

  /** The text of the outermost function around a place. */
  private functionAround(o: Occurrence, { definitions, text }: Occurrences): string {
    let found = definitions[o.within];
    for (let at = o.within; at >= 0; at = definitions[at]?.parent ?? -1)
      if (/function|method/.test(definitions[at]?.symbol.kind ?? "")) found = definitions[at];
    return found === undefined ? "" : text.slice(found.start, found.end);
  }

  /** What a function gives, by its head: `-> Stack`, `*Stack`, `Stack make(`. */
  private byResult(name: string, { o, file }: { o: Occurrence; file: FileId }): Decision {
    const { index, links } = this.graph;
    const made = links.meaningOf(name, file).filter(({ certainty }) => certainty !== "same name");
    if (made.length === 0) return this.byName(file, o);
    const heads = made.map((one) => this.heads.get(keyOf(one)) ?? "");
    if (
      heads.some((head) =>
        [...this.subject.holders].some((type) => new RegExp(`\\b${RegExp.escape(type)}\\b`, "u").test(head)),
      )
    )
      return "yes";
    return made.every((one) =>
      /class|interface|enum|type/.test(index.definitionsIn(one.file)[one.definition]?.kind ?? ""),
    )
      ? "no"
      : this.byName(file, o);
  }

  /** The heads of functions that speak of a holder, for `byResult`. */
  heads: ReadonlyMap<string, string> = new Map();

  /** Nothing tells the type: the name alone speaks, where it is the only one and no common word. */
  private byName(file: FileId, { chain }: Occurrence): Decision {
    const { name, unique } = this.subject;
    if (unique && !isCommonMember(name)) return "yes";
    return this.reach.reaches(file) || (unique && chain?.operator !== "::") ? "unsure" : "no";
  }

  private spoken(
    o: Occurrence,
    on: Occurrences,
    { file, aloud }: { file: FileId | null; aloud: boolean },
  ): Decision {
    const { name, holders, member, unique } = this.subject;
    const knows =
      file !== null &&
      (member
        ? this.reach.reaches(file)
        : this.reach.leads(file) || this.reach.meant(this.graph.links.meaningOf(name, file)) !== undefined);
    const modules = [...this.reach.homes, ...this.reach.gateways()].map((home) =>
      (this.graph.index.files[home]?.path ?? "").replace(/\.\w+$/, "").replace(/\/(__init__|index|mod)$/, ""),
    );
    const said = isSpokenOf(o, on, { name, holders: [...holders], modules });
    if (aloud && said !== "other") return "yes";
    if (said === "listed") return knows ? "yes" : "no";
    if (said === "path") return "yes";
    if (said === "quoted") return knows || unique ? "yes" : "no";
    return said === "exact" && (knows || unique) ? "unsure" : "no";
  }
}

/** The statement that begins in a line, at most ten lines. */
const statementAt = (text: string, line: number): string =>
  text
    .split("\n")
    .slice(line - 1, line + 9)
    .join("\n")
    .split(/;|\n(?![\s)}\]])/, 1)[0] ?? "";

/** What an import gives a name to: `Stack` of `Stack as S`. */
const aliasOf = (name: string, text: string): string | undefined =>
  new RegExp(`([\\p{L}_$][\\p{L}\\p{N}_$]*)\\s+as\\s+${RegExp.escape(name)}(?![\\p{L}\\p{N}_$])`, "u").exec(
    text,
  )?.[1];
