/** Puts the things that a piece of code consists of into a file, one after the other, each in the place of the old one. */
import { type Loaded, loadedLanguage } from "../../graph/syntax/languages.ts";
import { type Parsed, parseAgain } from "../../graph/syntax/parse.ts";
import { replaceSymbol } from "../../graph/text/edit.ts";
import { moveTo, unitOf } from "../../graph/text/indent.ts";
import { splice } from "../../graph/text/splice.ts";
import { runsOnly } from "./clean.ts";
import { mergeImports } from "./imports.ts";
import { type Item, type Outline, outlineOf, startWithComment } from "./outline.ts";
import { placeFor } from "./place.ts";
import { isSame } from "./same.ts";
import { aboutOf, counterparts, findDeep, isComplete, isNamed } from "./whole.ts";

/** Parts of a body. */
const FRAGMENT = /^(?:return|break|continue|yield|raise|throw|else|case|switch|do)_/;
const STRING = /^(?:[rbuf]{0,2}["'`])/i;

/** Languages without functions outside of classes. */
const CLASS_ONLY = new Set(["java", "c_sharp"]);
/** Languages in which a function looks other than a method. */
const TELLS = new Set(["python", "javascript", "typescript", "tsx", "php"]);

export class Merge {
  private parsed: Parsed;
  private readonly loaded: Loaded;
  private items: Item[];
  changed: string[] = [];

  constructor(
    parsed: Parsed,
    items: Item[],
    private readonly piece: Outline & { omits: boolean },
  ) {
    this.parsed = parsed;
    this.loaded = loadedLanguage(parsed.language);
    this.items = items;
  }

  get text(): string {
    return this.parsed.text;
  }

  /** All of the piece; the reason of the first thing that cannot be put anywhere. */
  run(): string | null {
    const { items, text } = this.piece;
    const imports = items.filter(({ what }) => what === "import");
    const failed = this.takeImports(imports.map(({ start, end }) => text.slice(start, end)));
    return failed ?? this.takeAll(items, []);
  }

  /** `way`: the names of what holds the list in the file. */
  private takeAll(fresh: Item[], way: Item[]): string | null {
    for (const [at, item] of fresh.entries()) {
      if (item.what === "import" || item.what === "comment") continue;
      const failed = isNamed(item) ? this.takeNamed(fresh, at, way) : this.takeOther(fresh, at, way);
      if (failed !== null) return failed;
    }
    return null;
  }

  private listAt(way: Item[]): Item[] {
    let items = this.items;
    for (const step of way) {
      const all = counterparts(items, step);
      const same = all.find(({ head }) => head === step.head) ?? all[0];
      items = same?.items ?? [];
    }
    return items;
  }

  private takeNamed(fresh: Item[], at: number, way: Item[]): string | null {
    const item = fresh[at];
    if (item === undefined) return null;
    const found = this.find(fresh, item, way);
    if (typeof found === "string") return found;
    if (found === null)
      return this.insert(fresh, at, way.length === 0 && this.isMethod(item) ? this.home(fresh) : way);
    const { item: old, way: there } = found;
    if (
      item.items !== null &&
      old.items !== null &&
      (this.piece.omits ||
        !isComplete(item, old, { text: this.text }) ||
        (item.what === "scope" && item.head === old.head))
    )
      return this.takeAll(item.items, [...there, old]);
    return this.replace(item, old, fresh);
  }

  /** The thing in the file that is meant; null: it is new; a text: it is unclear. */
  private find(fresh: Item[], item: Item, way: Item[]): { item: Item; way: Item[] } | string | null {
    const list = this.listAt(way);
    const same = counterparts(list, item);
    const own = counterparts(fresh, item);
    if (same.length === 0 && item.what === "definition" && way.length === 0) return this.findInside(item);
    if (same.length === 0) return null;
    const alike = same.filter(({ head }) => head === item.head);
    if (own.length > 1 && own.filter(({ head }) => head === item.head).length > 1 && alike.length < 2)
      return `There are two versions of ${item.name}; send the one that is meant.`;
    if (alike.length === 1 && alike[0] !== undefined) return { item: alike[0], way };
    if (same.length === 1 && same[0] !== undefined) {
      const taken = own.some((one) => one !== item && one.head === same[0]?.head);
      return taken ? null : { item: same[0], way };
    }
    const nth = same[own.indexOf(item)];
    if (own.length === same.length && nth !== undefined) return { item: nth, way };
    return `${this.parsed.path} has ${same.length} definitions of ${item.name}; send the lines as SEARCH and REPLACE to say which is meant.`;
  }

  /** A method may come without its class. */
  private findInside(item: Item): { item: Item; way: Item[] } | string | null {
    const can = this.isMethod(item) || item.name.includes(".") || !TELLS.has(this.parsed.language);
    const ways = can ? findDeep(this.items, item) : [];
    const [way] = ways;
    if (way === undefined) return null;
    if (ways.length > 1) {
      const alike = ways.filter((one) => one.at(-1)?.head === item.head);
      if (alike.length === 1 && alike[0] !== undefined) return this.last(alike[0]);
      return `${this.parsed.path} has several ${item.name}: in ${ways.map((one) => one.at(-2)?.name ?? "the file").join(", ")}; send it inside its class.`;
    }
    return this.last(way);
  }

  /** Whether only a class can hold it. */
  private isMethod(item: Item): boolean {
    const function_ = item.symbol?.kind === "function" || item.symbol?.kind === "method";
    const inClass = CLASS_ONLY.has(this.parsed.language) && function_;
    return this.piece.bare || inClass || takesItself(item, this.piece.text);
  }

  /** Where methods belong that came without their class: where the others of them are, else in the only class. */
  private home(fresh: Item[]): Item[] {
    for (const item of fresh.filter(isNamed)) {
      const ways = findDeep(this.items, item);
      if (ways.length === 1) return ways[0]?.slice(0, -1) ?? [];
    }
    const holders = this.items.filter(
      ({ items, symbol, what }) => items !== null && (what === "scope" || symbol?.kind === "class"),
    );
    return holders.length === 1 ? holders : [];
  }

  private last(way: Item[]): { item: Item; way: Item[] } | null {
    const item = way.at(-1);
    return item === undefined ? null : { item, way: way.slice(0, -1) };
  }

  private pieceOf(fresh: Item[], item: Item): string {
    const { text } = this.piece;
    return text.slice(startWithComment(text, fresh, item), item.end);
  }

  private replace(item: Item, old: Item, fresh: Item[]): string | null {
    const now = this.text.slice(old.start, old.end);
    if (isSame(now, this.piece.text.slice(item.start, item.end))) return null;
    if (old.symbol === null)
      return this.put(
        splice(this.text, [
          { start: old.start, end: old.end, text: this.piece.text.slice(item.start, item.end) },
        ]),
      );
    const replaced = replaceSymbol(this.parsed, old.symbol, this.pieceOf(fresh, item));
    if (!replaced.ok) return replaced.reason;
    this.changed.push(item.name);
    return this.put(replaced.text);
  }

  private put(text: string): string | null {
    const parsed = parseAgain(this.parsed, text);
    const items = parsed && outlineOf(this.loaded, text);
    if (!parsed || !items) return `With this code ${this.parsed.path} is too long to be read; send less.`;
    const [error] = parsed.errors;
    if (error !== undefined && this.parsed.errors.length === 0)
      return `With this code, line ${error.line} of ${parsed.path} is wrong: ${error.message}`;
    this.parsed = parsed;
    this.items = items;
    return null;
  }

  private takeImports(imports: string[]): string | null {
    const old = this.items.filter(({ what }) => what === "import");
    const { changed, fresh } = mergeImports(this.text, old, imports, this.parsed.language);
    const edits = changed.map(({ item, text }) => ({ start: item.start, end: item.end, text }));
    if (fresh.length > 0) {
      const end = old.at(-1)?.end;
      const at = end ?? this.parsed.importAt;
      const lines = fresh.join("\n");
      const before = at === 0 || this.text[at - 1] === "\n" ? "" : end === undefined ? "\n\n" : "\n";
      edits.push({ start: at, end: at, text: `${before}${lines}${before === "" ? "\n" : ""}` });
    }
    return edits.length === 0 ? null : this.put(splice(this.text, edits));
  }

  /** Fields and statements: one that is there is replaced, one that only runs something is an example, another is new. */
  private takeOther(fresh: Item[], at: number, way: Item[]): string | null {
    const item = fresh[at];
    if (item === undefined) return null;
    const list = this.listAt(way);
    const there = list.filter(({ what }) => what === "other");
    if (there.some(({ name }) => name === item.name)) return null;
    if (/specifier|pragma|package|preproc_def/.test(item.type) || /^["']use strict/.test(item.name))
      return null;
    if (/^(?:\.{3}|pass|…);?$/.test(item.name)) return null;
    if (FRAGMENT.test(item.type))
      return `"${item.name.slice(0, 60)}" is no definition; send all of the definition that it belongs to.`;
    if (STRING.test(item.name) && there.some(({ name }) => STRING.test(name))) return null;
    const same = there.filter((one) => one.type === item.type && aboutOf(one) === aboutOf(item));
    if (same.length === 1 && same[0] !== undefined && aboutOf(item) !== item.name)
      return this.replace(item, same[0], fresh);
    if (runsOnly(item) && way.length === 0) return null;
    return this.insert(fresh, at, way);
  }

  /** A new thing, where the code has it: before what follows it there, else behind what goes before it, else at the end. */
  private insert(fresh: Item[], at: number, way: Item[]): string | null {
    const item = fresh[at];
    if (item === undefined || this.isExample(fresh, item, way)) return null;
    const list = this.listAt(way);
    const match = (one: Item): Item | undefined =>
      isNamed(one)
        ? counterparts(list, one)[0]
        : list.find(({ what, name }) => what === one.what && name === one.name);
    const next = fresh
      .slice(at + 1)
      .filter(({ what }) => what !== "comment" && what !== "import")
      .map(match)
      .find((one) => one !== undefined);
    const last = fresh
      .slice(0, at)
      .filter(({ what }) => what !== "comment")
      .map(match)
      .findLast((one) => one !== undefined);
    const place = placeFor(this.text, list, {
      next,
      holder: this.listAt(way.slice(0, -1)).find(({ name }) => name === way.at(-1)?.name),
      last: last ?? list.findLast(isNamed) ?? list.findLast(({ what }) => what !== "comment"),
    });
    const lines = this.pieceOf(fresh, item).split("\n");
    const moved = moveTo(lines, {
      place: place.indent,
      unit: unitOf(this.text.split("\n")),
      frozen: new Set(),
      firstLineOnly: false,
    });
    const gap = isNamed(item) ? (this.parsed.language === "python" && way.length === 0 ? "\n\n" : "\n") : "";
    const text = place.before ? `${moved}\n${gap}` : `${place.open ? "" : gap}${moved}\n`;
    this.changed.push(item.name);
    const lead = place.at > 0 && this.text[place.at - 1] !== "\n" ? "\n" : "";
    return this.put(splice(this.text, [{ start: place.at, end: place.at, text: lead + text }]));
  }

  /** A variable that no definition of the code uses holds the result of an example. */
  private isExample(fresh: Item[], item: Item, way: Item[]): boolean {
    if (way.length > 0 || item.symbol?.kind !== "variable" || !/\(/.test(item.head)) return false;
    const word = new RegExp(`(?<![\\w$])${RegExp.escape(item.name)}(?![\\w$])`);
    const { text } = this.piece;
    return !fresh.some(
      (one) =>
        one !== item &&
        isNamed(one) &&
        one.symbol?.kind !== "variable" &&
        word.test(text.slice(one.start, one.end)),
    );
  }
}

/** Whether a definition alone takes its object as Python's methods do. */
function takesItself({ start, end }: Item, text: string): boolean {
  return (
    /^(?:@[^\n]*\n\s*)*(?:async\s+)?def\s+\w+\s*\(\s*(?:self|cls)\b/.test(text.slice(start, end)) ||
    /^(?:pub(?:\([^)]*\))?\s+)?(?:async\s+)?fn\s+\w+(?:<[^(]*>)?\s*\(\s*&?(?:'\w+\s+)?(?:mut\s+)?self\b/.test(
      text.slice(start, end),
    )
  );
}
