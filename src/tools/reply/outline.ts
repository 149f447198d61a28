/**
 * A piece of code as the things that it consists of: definitions with what they hold, imports, comments, and all else. Two
 * versions of a file are compared by it: what a model wrote again, what it left out, and what is new.
 */
import type { Node } from "web-tree-sitter";
import { type Definition, extract, type Span } from "../../graph/syntax/definitions.ts";
import { type Loaded, withTree } from "../../graph/syntax/languages.ts";
import { bodyOf } from "../../graph/syntax/unnamed.ts";
import { readSnippet } from "../../graph/text/snippet.ts";
import type { CodeSymbol } from "../../types.ts";

export interface Item extends Span {
  what: "definition" | "scope" | "import" | "comment" | "other";
  /** Of a definition its name inside what holds it, of a scope the type it is about; of others their text. */
  name: string;
  /** What stands before the body, white space apart; all of the text where there is no body. */
  head: string;
  /** The type of its syntax node. */
  type: string;
  symbol: CodeSymbol | null;
  /** What a class, module or `impl` holds; null where it holds nothing by its kind. */
  items: Item[] | null;
  /** Where what it holds begins and ends. */
  body: Span | null;
}

export interface Outline {
  /** The text that the offsets are of. */
  text: string;
  items: Item[];
  /** It could only be read as what a class holds. */
  bare: boolean;
}

const HOLDERS = new Set(["class", "interface", "enum", "module", "type"]);
/** What stands around definitions without being one, and is looked into. */
const AROUND =
  /^(?:preproc_(?:ifdef|ifndef|if|else|elif)|linkage_specification|declaration_list|if_statement|try_statement|block)$/;

export const compact = (text: string): string => text.replace(/\s+/g, " ").trim();
export const leafOf = (name: string): string => name.slice(name.lastIndexOf(".") + 1);

/** The first word of a name's last part: of `~buffer` and `operator==` what stands in code as a word. */
export const wordOf = (name: string): string => /[\w$]+/.exec(leafOf(name))?.[0] ?? "";

const NESTED = "<(?:[^<>]|<(?:[^<>]|<[^<>]*>)*>)*>";
const GENERICS = new RegExp(NESTED, "g");
const DECLARED = new RegExp(`\\bimpl\\s*${NESTED}`);
const LIFETIME = /'\w+(?:,\s*|\s+)?/g;

/**
 * `impl<'a> Foo<'a>` and `impl Foo` are about the same, `impl From<u8> for Foo` and `impl From<&'a str> for Foo` are not: of a
 * trait its types count, without their lifetimes.
 */
function scopeName(head: string): string {
  const text = compact(head.replace(/\bwhere\b[\s\S]*$/, "").replace(DECLARED, "impl"));
  const type = Math.max(0, text.lastIndexOf(" for "));
  const trait = text.slice(0, type).replace(LIFETIME, "").replace(/<\s*>/g, "");
  return compact(trait + text.slice(type).replace(GENERICS, ""));
}

/** Without comments: one may stand before the first statement of a body. */
const headOf = (text: string): string => compact(text.replace(/\n\s*(?:#(?!\[)|\/\/)[^\n]*/g, "\n"));

/** All names that a list of items defines. */
export const namesOf = (items: Item[]): string[] =>
  items.flatMap((item) => [
    ...(item.what === "definition" ? [leafOf(item.name)] : []),
    ...(item.items === null ? [] : namesOf(item.items)),
  ]);

class Outliner {
  private readonly definitions: Definition[];
  private readonly scopes: Span[];
  private readonly imports: Span[];

  constructor(
    loaded: Loaded,
    private readonly root: Node,
    private readonly text: string,
  ) {
    const { definitions, scopes, imports } = extract(loaded, root, text, "");
    this.definitions = definitions;
    this.scopes = scopes;
    this.imports = imports;
  }

  /** What a node holds, in order; `prefix`: the names around it. */
  inside(container: Node, prefix: string, own: Span | null = null): Item[] {
    const items: Item[] = [];
    for (const child of container.namedChildren) {
      const last = items.at(-1);
      if (last !== undefined && child.endIndex <= last.end) continue;
      // The condition of an `#if`.
      if (container.type.startsWith("preproc_") && child.startPosition.row === container.startPosition.row)
        continue;
      items.push(...this.of(child, prefix, own));
    }
    return items;
  }

  private of(node: Node, prefix: string, own: Span | null): Item[] {
    const { startIndex, endIndex, type } = node;
    if (AROUND.test(type) && this.holdsCode(node)) return this.inside(node, prefix, own);
    if (
      type === "preproc_include" ||
      this.imports.some((one) => one.start === startIndex && endIndex <= one.end)
    )
      return [this.plain(node, "import")];
    const isOwn = (one: Span): boolean => one.start === own?.start && one.end === own.end;
    const definition = this.definitions.find(
      (one) =>
        !isOwn(one) &&
        !this.isAround(one, own) &&
        ((one.start <= startIndex && endIndex <= one.end) ||
          (startIndex <= one.start && one.end <= endIndex && this.isAll(node, one))),
    );
    if (definition !== undefined) return [this.defined(definition, node, prefix)];
    const scope = this.scopes.find((one) => !isOwn(one) && one.start <= startIndex && endIndex <= one.end);
    if (scope !== undefined && scope.start === startIndex) return [this.scoped(scope, node)];
    // A namespace without a name.
    const body = type === "namespace_definition" ? bodyOf(node) : null;
    if (body !== null) return this.inside(body, prefix, own);
    return [this.plain(node, /comment/.test(node.type) ? "comment" : "other")];
  }

  /** Whether a definition lies around what is being looked into. */
  private isAround(definition: Definition, own: Span | null): boolean {
    return own !== null && definition.start <= own.start && own.end <= definition.end;
  }

  /** Whether what a node has beside the definition is marks alone. */
  private isAll({ startIndex, endIndex }: Node, { start, end }: Span): boolean {
    const rest = this.text.slice(startIndex, start) + this.text.slice(end, endIndex);
    return /^[\s;,]*$/.test(rest);
  }

  private holdsCode({ type, startIndex, endIndex }: Node): boolean {
    const inside = ({ start, end }: Span): boolean => startIndex <= start && end <= endIndex;
    return type.startsWith("preproc_") || [...this.definitions, ...this.scopes].some(inside);
  }

  private nodeOf({ start, end }: Span): Node | null {
    let node = this.root.descendantForIndex(start, Math.max(start, end - 1));
    while (node?.parent && (node.startIndex > start || node.endIndex < end)) node = node.parent;
    while (
      node?.parent &&
      node.parent.startIndex === node.startIndex &&
      node.parent.endIndex === node.endIndex
    )
      node = node.parent;
    return node;
  }

  private defined({ symbol, start, end, body }: Definition, node: Node, prefix: string): Item {
    const { name, kind } = symbol;
    const own = prefix !== "" && name.startsWith(`${prefix}.`) ? name.slice(prefix.length + 1) : name;
    const holder = body !== null && HOLDERS.has(kind) ? this.nodeOf(body) : null;
    return {
      what: "definition",
      name: own,
      head: headOf(this.text.slice(start, body?.start ?? end)),
      type: node.type,
      symbol,
      start,
      end,
      items: holder === null ? null : this.inside(holder, name, { start, end }),
      body,
    };
  }

  private scoped({ start, end }: Span, node: Node): Item {
    const body = bodyOf(node);
    const head = this.text.slice(start, body?.startIndex ?? end);
    const items = body === null ? [] : this.inside(body, "", { start, end });
    return {
      what: "scope",
      name: scopeName(head),
      head: compact(head),
      type: node.type,
      symbol: null,
      start,
      end,
      items: items.map((item) => (item.what === "definition" ? { ...item, name: leafOf(item.name) } : item)),
      body: body && { start: body.startIndex, end: body.endIndex },
    };
  }

  private plain(node: Node, what: "import" | "comment" | "other"): Item {
    const { startIndex: start } = node;
    const text = this.text.slice(start, node.endIndex).trimEnd();
    const head = compact(text);
    const end = start + text.length;
    return { what, name: head, head, type: node.type, symbol: null, start, end, items: null, body: null };
  }
}

/** A whole file's text; null where it takes too long to read. */
export function outlineOf(loaded: Loaded, text: string): Item[] | null {
  return withTree(loaded, text, (root) => new Outliner(loaded, root, text).inside(root, ""));
}

/** A piece of code as a model wrote it, also one that only a class could hold; null where it does not parse. */
export function outlineOfPiece(loaded: Loaded, code: string): Outline | null {
  return readSnippet(loaded, code, ({ root, container, text, offset }) => {
    if (root.hasError) return null;
    const outliner = new Outliner(loaded, root, text);
    const around = offset > 0 ? { start: 0, end: text.trimEnd().length } : null;
    const items = outliner.inside(container, around === null ? "" : "_", around);
    return { text, items, bare: container !== root };
  });
}

/** The whole lines of an item, its comment just above it included: where they begin. */
export function startWithComment(text: string, items: Item[], item: Item): number {
  let { start } = item;
  for (let at = items.indexOf(item) - 1; at >= 0; at -= 1) {
    const before = items[at];
    if (before === undefined || before.what !== "comment") break;
    if (!/^[ \t]*\n?[ \t]*$/.test(text.slice(before.end, start))) break;
    // Behind something on its own line it speaks of that.
    const line = text.lastIndexOf("\n", before.start - 1) + 1;
    if (text.slice(line, before.start).trim() !== "") break;
    start = before.start;
  }
  return text.lastIndexOf("\n", start - 1) + 1;
}
