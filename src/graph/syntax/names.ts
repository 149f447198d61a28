/**
 * Uses of names and imports, from the captures of a language's whole query in text order (`grammars/README.md` says what each
 * capture means). No node is walked: where a name ends is read from its text, what encloses it from the scopes captured.
 */
import type { Node } from "web-tree-sitter";
import { type ImportRecord, ROLES, type Role, type UseRecord } from "../index/record.ts";
import { importPaths } from "./import-path.ts";
import { useTree } from "./use-tree.ts";

/** What a captured name is; `use` and `call` may turn out to be a local variable, a `member` is never an alias. */
const ROLE_OF = {
  use: "use",
  type: "use",
  member: "use",
  call: "call",
  method: "call",
  inherit: "inherit",
  import: "import",
  ignore: null,
} as const satisfies Record<string, Role | null>;
export type Sort = keyof typeof ROLE_OF;

interface Name {
  at: number;
  text: string;
  line: number;
  sort: Sort;
  /** Of the pattern that said so: the last of the file decides. */
  pattern: number;
  scope: Scope | null;
  statement: Statement | null;
}

/** A function, or a class (`bound` is null): what is bound in a class is no local variable. */
interface Scope {
  end: number;
  outer: Scope | null;
  bound: Set<string> | null;
  /** Names that imports in it give to others. */
  aliases: Map<string, string> | null;
}

/** One place of a name. */
export interface Written {
  at: number;
  sort: Sort;
  /** Whether it stands in an import. */
  imported: boolean;
  alias: boolean;
}

/** What the definitions of the same file say of its names. */
interface Own {
  /** The offsets at which a definition's own name stands: what is bound there is no local either. */
  at: ReadonlyMap<number, "name" | "parameter">;
  /** The names that are defined at its top. */
  top: ReadonlySet<string>;
}

interface Statement {
  end: number;
  line: number;
  modules: string[];
  names: Set<string>;
  /** What `useTree` or `importPaths` said of it, before its names are met. */
  told: { module: string; names: string[] }[] | null;
}

/** Names that mean the object itself; and those of one character are no uses either. */
const RECEIVERS = new Set(["self", "this", "cls", "super", "Self", "base"]);
const WORD = /[\w$\u0080-\uffff]+/y;
/** What may go on with a name in some language: `empty?`, `a-b`, `A\B`. */
const MORE = /[?!\\-]/;
/** What stands before a name that is a member of something: never an alias. */
const MEMBER = /(?:(?:^|[^.])\.|->|\\|[\w$>)\]]::)[^\S\n]*$/;
/** How much of the text before a name is looked at for that. */
const BEFORE = 8;
/** Between a name and its alias: `b as c`, `b => c`, `b: c`. */
const BECOMES = /^\s*(?:as\s|=>|:)\s*$/;
/** Behind an alias that stands first: `c "a/b"`, `c = a.b`; the last part is its name, in Go not the number of a version. */
const STANDS_FOR = /\s*(?:=\s*|["`])(?:[^\s"`;<]*[./:])?(?!v\d+["`])([\w$]+)(?:[./]v\d+)?\s*["`;<]/y;
const unquoted = (text: string): string => text.replace(/^(["'`])(.*)\1$/s, "$2");
/** A path from the folder of the file itself. */
const relative = (path: string): string => (/^\.\.?\//.test(path) ? path : `./${path.replace(/^\//, "")}`);

/** The text of a node that is one name. Asking a node for its end costs more than finding it. */
function nameAt(text: string, node: Node): string {
  WORD.lastIndex = node.startIndex;
  const word = WORD.exec(text)?.[0] ?? "";
  if (word !== "" && !MORE.test(text[WORD.lastIndex] ?? "")) return word;
  return unquoted(text.slice(node.startIndex, node.endIndex));
}

/** Takes the captures of one file one by one. */
export class NameReader {
  private readonly names: Name[] = [];
  private readonly statements: Statement[] = [];
  private readonly notLocal: Name[] = [];
  private readonly bindings: Name[] = [];
  private scope: Scope | null = null;
  /** Those of imports outside of all scopes. */
  private readonly aliases = new Map<string, string>();
  /** All that is an alias somewhere in the file, with the offsets at which it is made one. */
  private readonly aliased = new Map<string, Set<number>>();

  constructor(private readonly text: string) {}

  /** Whether what begins here is inside a function, and not in a class in it. */
  inFunction(at: number): boolean {
    this.leave(at);
    return this.scope !== null && this.scope.bound !== null;
  }

  /** What is bound inside belongs to a class or a module. */
  enterClass(node: Node): void {
    this.enter(node, null);
  }

  /** A capture that is about uses, scopes and imports; others are ignored. */
  take(capture: string, node: Node, pattern: number): void {
    if (capture.startsWith("reference.")) this.name(node, capture.slice(10) as Sort, pattern);
    else if (capture === "local.scope") this.enter(node, new Set());
    else if (capture === "local.definition") this.bind(this.name(node, "ignore", pattern));
    else if (capture === "local.outer") this.notLocal.push(this.name(node, "ignore", pattern));
    else if (capture === "ignore") this.name(node, "ignore", pattern);
    else if (capture === "import") this.open(node);
    else if (capture === "import.alias") this.alias(this.name(node, "ignore", pattern));
    else if (capture === "import.all") this.around(node.startIndex)?.names.add("*");
    else if (capture === "module") this.module(node, unquoted(node.text));
    else if (capture === "module.relative") this.module(node, relative(unquoted(node.text)));
    else if (capture === "module.inner") this.module(node, `self::${node.text}`);
  }

  /** In text order. */
  imports(): ImportRecord[] {
    for (const { sort, text, statement } of this.names) if (sort === "import") statement?.names.add(text);
    return this.statements.flatMap(({ modules, names, line, told }) =>
      (told ?? modules.map((module) => ({ module, names: [...names] }))).map((one) => ({ ...one, line })),
    );
  }

  /**
   * Sorted by name; a use of an alias is one of what it stands for. Where the top of the file defines the alias anew, or that name,
   * it stays what is written: it may mean the file's own, or would by the name alone.
   */
  uses(own: Own): UseRecord[] {
    for (const { scope, text } of this.notLocal) scope?.bound?.delete(text);
    for (const { scope, text, at } of this.bindings)
      if (own.at.get(at) === "name") scope?.bound?.delete(text);
    this.dropRedefined(own);
    const found = new Map<string, number[]>();
    for (const name of this.names) {
      const role = this.roleOf(name);
      if (role === null || own.at.has(name.at) || RECEIVERS.has(name.text)) continue;
      const meant = this.meantBy(name);
      const text = meant === null || own.top.has(meant) ? name.text : meant;
      if (meant === null || text.length < 2) continue;
      const key = name.line * ROLES.length + ROLES.indexOf(role);
      const keys = found.get(text);
      if (keys === undefined) found.set(text, [key]);
      else if (!keys.includes(key, -ROLES.length)) keys.push(key);
    }
    return [...found.keys()].sort().map((name) => ({ name, at: placesOf(found.get(name) ?? []) }));
  }

  /** Where a name is written, also where it is no use. `alias`: it stands there for another name that an import gave it to. */
  written(text: string): Written[] {
    return this.names
      .filter((name) => name.text === text)
      .map((name) => ({
        at: name.at,
        sort: name.sort,
        imported: name.statement !== null,
        alias: this.aliased.has(text) && ![text, null].includes(this.meantBy(name)),
      }));
  }

  /** Where functions bind a name as their own; after `uses`, which settles what is none. */
  bindingsOf(text: string): number[] {
    return this.bindings
      .filter((name) => name.text === text && name.scope?.bound?.has(text) === true)
      .map(({ at }) => at);
  }

  private roleOf(name: Name): Role | null {
    const { sort, statement, text } = name;
    if (statement?.told) return statement.told.some(({ names }) => names.includes(text)) ? "import" : null;
    if (statement !== null && statement.modules.length > 0 && sort !== "import") return null;
    return ROLE_OF[sort];
  }

  private dropRedefined({ at, top }: Own): void {
    if (this.aliased.size === 0) return;
    for (const name of this.names) {
      const made = top.has(name.text) && at.get(name.at) === "name" ? this.aliased.get(name.text) : undefined;
      if (made?.has(name.at) === false) this.aliased.delete(name.text);
    }
  }

  /** The name itself, or what it is an alias of; null: a local variable. */
  private meantBy({ text, scope, sort, at }: Name): string | null {
    const mayBeLocal = sort === "use" || sort === "call";
    const mayBeAlias =
      this.aliased.has(text) &&
      sort !== "member" &&
      sort !== "import" &&
      !MEMBER.test(this.text.slice(Math.max(0, at - BEFORE), at));
    if (!mayBeLocal && !mayBeAlias) return text;
    for (let one = scope; one !== null; one = one.outer) {
      const original = mayBeAlias ? one.aliases?.get(text) : undefined;
      if (original !== undefined) return original;
      if (one.bound?.has(text)) return mayBeLocal ? null : text;
    }
    return (mayBeAlias ? this.aliases.get(text) : undefined) ?? text;
  }

  /** Told of the last name: it stands for the one before it, or for what is behind it. */
  private alias({ text, at, scope }: Name): void {
    const before = this.names.at(-2);
    const end = before === undefined ? -1 : before.at + before.text.length;
    STANDS_FOR.lastIndex = at + text.length;
    const original =
      before !== undefined && BECOMES.test(this.text.slice(end, at))
        ? before.text
        : STANDS_FOR.exec(this.text)?.[1];
    if (original === undefined || original === text) return;
    this.aliased.set(text, (this.aliased.get(text) ?? new Set()).add(at));
    if (scope === null) this.aliases.set(text, original);
    else {
      scope.aliases ??= new Map();
      scope.aliases.set(text, original);
    }
  }

  private leave(at: number): void {
    while (this.scope !== null && this.scope.end <= at) this.scope = this.scope.outer;
  }

  private enter(node: Node, bound: Set<string> | null): void {
    this.leave(node.startIndex);
    this.scope = { end: node.endIndex, outer: this.scope, bound, aliases: null };
  }

  private name(node: Node, sort: Sort, pattern: number): Name {
    const at = node.startIndex;
    const last = this.names.at(-1);
    if (last !== undefined && last.at === at) {
      if (pattern >= last.pattern) Object.assign(last, { sort, pattern });
      last.statement ??= this.around(at);
      return last;
    }
    this.leave(at);
    const line = node.startPosition.row + 1;
    const statement = this.around(at);
    const name = { at, text: nameAt(this.text, node), line, sort, pattern, scope: this.scope, statement };
    this.names.push(name);
    return name;
  }

  private bind(name: Name): void {
    if (!name.scope?.bound) return;
    name.scope.bound.add(name.text);
    this.bindings.push(name);
  }

  private open(node: Node): void {
    const line = node.startPosition.row + 1;
    this.statements.push({
      end: node.endIndex,
      line,
      modules: [],
      names: new Set(),
      told: useTree(node) ?? importPaths(node),
    });
  }

  private around(at: number): Statement | null {
    const last = this.statements.at(-1);
    return last !== undefined && at < last.end ? last : null;
  }

  private module(node: Node, module: string): void {
    const around = this.around(node.startIndex);
    if (around !== null) around.modules.push(module);
    else {
      const line = node.startPosition.row + 1;
      this.statements.push({ end: 0, line, modules: [module], names: new Set(), told: null });
    }
  }
}

/** Lines and roles from their numbers, each once. */
function placesOf(keys: number[]): UseRecord["at"] {
  const sorted = [...new Set(keys)].sort((a, b) => a - b);
  return sorted.map((key) => ({
    line: Math.floor(key / ROLES.length),
    role: ROLES[key % ROLES.length] ?? "use",
  }));
}
