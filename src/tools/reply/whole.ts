/** Whether code is a whole new version of a file, or of some things in it alone. What was left out by mistake must stay. */
import { type Item, leafOf, wordOf } from "./outline.ts";

/** Of what is no definition, the part that has to be there again. */
const KEPT = 0.5;
/** Marks that say nothing about which of several things is meant. */
const MARKS = /^(?:access_specifier|preproc_def|empty_statement)$/;

/** How a body begins that is only there to be written. */
const STUB =
  /^[\s{]*(?:(?:\/\/|#|\/\*)[^\n]*\n\s*)*(?:("""|''')[\s\S]*?\1\s*)?(?:(?:\/\/|#)[^\n]*\n\s*)*(?:todo!|unimplemented!|panic!?\(|throw\b|raise\b|pass\b|\.\.\.|TODO\(|return\s+(?:null|nil|None|undefined)?;?\s*\}?$)/;

/** The name that a statement or field is about; its text where it has none. */
export function aboutOf({ name, type }: Item): string {
  if (/^(?:package|module)_?(?:clause|declaration|header)?$/.test(type)) return "package";
  if (/^if __name__\b/.test(name)) return "if __name__";
  const assigned = /^([\w.$[\]"']+)\s*(?::[^=]+)?=[^=]/.exec(name);
  if (assigned?.[1] !== undefined) return assigned[1];
  const field = /(?:^|[\s*&])([\w$#]+)\s*(?:\[[^\]]*\]\s*)?(?:[=;:]|$)/.exec(name.replace(/<[^>]*>/g, ""));
  return field?.[1] ?? name;
}

const isFunction = ({ symbol }: Item): boolean => symbol?.kind === "function" || symbol?.kind === "method";

/** What is named in a list and matched between two versions. */
export const isNamed = ({ what }: Item): boolean => what === "definition" || what === "scope";

const STRING = /^[rbuf]{0,2}["'`]/i;
const others = (items: Item[]): Item[] =>
  items.filter(({ what, type, name }) => what === "other" && !MARKS.test(type) && !STRING.test(name));

/** All that is named in a list, down to what holds nothing. */
const leavesOf = (items: Item[]): Item[] =>
  items
    .filter(isNamed)
    .flatMap((item) => (item.items?.some(isNamed) === true ? leavesOf(item.items) : [item]));

const isStub = (item: Item, text: string): boolean =>
  item.body !== null && isFunction(item) && STUB.test(text.slice(item.body.start, item.body.end));

/** Whether a file loses nothing with these: they were only there to be written, and the code goes another way. */
function areStubs(missing: Item[], fresh: Item[], old: { items: Item[]; text: string }): boolean {
  const all = leavesOf(old.items);
  const functions = all.filter(isFunction);
  const allStubs = functions.length > 0 && functions.every((item) => isStub(item, old.text));
  const gone = leavesOf(missing);
  const harmless = gone.every((item) => isStub(item, old.text) || (allStubs && !functions.includes(item)));
  const names = new Set(all.map(({ name }) => leafOf(name)));
  const news = leavesOf(fresh).filter(({ name }) => !names.has(leafOf(name))).length;
  return harmless && (gone.length * 2 <= all.length || news >= gone.length);
}

/** A constructor has the name of its class, a class may have that of its module. */
const isKin = (a: Item, b: Item): boolean =>
  !(isFunction(a) && b.items !== null) &&
  !(isFunction(b) && a.items !== null) &&
  (a.symbol?.kind === "module") === (b.symbol?.kind === "module");

/** The definition or scope of a list that another one is a version of. */
export const counterparts = (items: Item[], one: Item): Item[] =>
  items.filter((item) => item.what === one.what && item.name === one.name && isKin(item, one));

/** What a class with such a mark has without its being written, and the mark. */
const GENERATING = /@dataclass|@dataclasses\.|@attrs?\b|@define\b|@Data\b|@Value\b|\brecord\b|\bdata class\b/;
const GENERATED = /^(?:__\w+__|get[A-Z]\w*|set[A-Z]\w*|equals|hashCode|toString)$/;

/** What `fresh` has not of `old`, by name; what they hold counts as well. */
export function missingIn(fresh: Item[], old: Item[]): Item[] {
  return old.filter(isNamed).flatMap((item) => {
    const [had, has] = [counterparts(old, item), counterparts(fresh, item)];
    const [same = null] = has;
    const lacks = same === null || (has.length < had.length && !has.some(({ head }) => head === item.head));
    return lacks ? [item] : missingInside(same, item);
  });
}

/** What an old version is compared with: its text, and which of its things may be missing. */
interface Old {
  text: string;
  mayGo?: (item: Item) => boolean;
}

function missingInside(fresh: Item, old: Item): Item[] {
  if (fresh.items === null || old.items === null) return [];
  const generates = GENERATING.test(fresh.head) && !GENERATING.test(old.head);
  return missingIn(fresh.items, old.items).filter(({ name }) => !generates || !GENERATED.test(name));
}

function keepsOthers(fresh: Item[], old: Item[]): boolean {
  const had = others(old);
  if (had.length === 0) return true;
  const has = new Set(others(fresh).map(aboutOf));
  return had.filter((item) => has.has(aboutOf(item))).length / had.length >= KEPT;
}

/** Whether the imports are there again as far as the file has any. */
function keepsImports(fresh: Item[], old: Item[]): boolean {
  const are = (items: Item[]): number => items.filter(({ what }) => what === "import").length;
  return are(old) === 0 || are(fresh) > 0;
}

/** Whether a definition's new version holds all that the old one holds. */
export function isComplete(fresh: Item, old: Item, { text, mayGo = () => false }: Old): boolean {
  if (fresh.items === null || old.items === null) return true;
  // Of fields alone a part makes no sense.
  if (!old.items.some(isNamed)) return true;
  const missing = missingInside(fresh, old).filter((item) => !mayGo(item));
  const loses = missing.length > 0 && !areStubs(missing, fresh.items, { items: old.items, text });
  const generates = GENERATING.test(fresh.head) && !GENERATING.test(old.head);
  return !loses && (generates || keepsOthers(fresh.items, old.items));
}

/** Whether the code of a whole file came. */
export function isWhole(fresh: Item[], old: Item[], file: Old): boolean {
  const { text, mayGo = () => false } = file;
  const missing = missingIn(fresh, old).filter((item) => !mayGo(item));
  if (missing.length > 0 && !areStubs(missing, fresh, { items: old, text })) return false;
  // Where nothing but definitions came, all else stays.
  const alone = fresh.every((item) => isNamed(item)) && old.some((item) => !isNamed(item));
  if (missing.length === 0 && alone && old.some(isNamed)) return false;
  const named = old.filter(isNamed);
  const complete = named.every((item) => {
    const same = counterparts(fresh, item);
    return same.length === 0 || same.some((one) => isComplete(one, item, file));
  });
  return complete && keepsOthers(fresh, old) && (keepsImports(fresh, old) || named.length === 0);
}

/** The same for code that the grammar cannot read: by its names and its length alone. */
export function seemsWhole(code: string, old: Item[], { text, mayGo = () => false }: Old): boolean {
  const words = new Set(code.match(/[\w$]+/g));
  const lines = (one: string): number => one.split("\n").filter((line) => line.trim() !== "").length;
  const names = leavesOf(old)
    .filter((item) => !mayGo(item))
    .map(({ name }) => wordOf(name));
  return names.length > 0 && names.every((name) => words.has(name)) && lines(code) >= lines(text) * KEPT;
}

/** The items of a tree with the ways to them: first those named exactly so, else by the last part of the name. */
export function findDeep(items: Item[], one: Item): Item[][] {
  const { name } = one;
  const ways = (list: Item[], above: Item[]): Item[][] =>
    list.flatMap((item) => [
      [...above, item],
      ...(item.items === null ? [] : ways(item.items, [...above, item])),
    ]);
  const all = ways(items, []).filter((way) => {
    const last = way.at(-1);
    return last?.what === "definition" && isKin(last, one);
  });
  const exact = all.filter((way) => way.at(-1)?.name === name);
  return exact.length > 0 ? exact : all.filter((way) => leafOf(way.at(-1)?.name ?? "") === leafOf(name));
}
