/**
 * How well a name fits what was typed: the same, its beginning, its humps (`gHF` and `ghf` are `getHTMLFile`), a part of it, its
 * letters in order, or a word with at most two slips. Upper case that was typed is only a hint: the same letters win.
 */
import { distance } from "../../config/nearest.ts";
import { MATCHES, type Match } from "./answers.ts";

/** A name made ready for many comparisons. */
export interface Prepared {
  name: string;
  lower: string;
  /** One bit for each letter (digits share one, all else another). */
  mask: number;
}

export interface Fit {
  match: Match;
  /** Among those of the same match: less is better. */
  cost: number;
}

/** Longer names are compared by their beginning only. */
const LONGEST = 64;
/** Fewer letters than this fit too much when they may be scattered or misspelt. */
const SHORTEST_FUZZY = 3;
const SHORTEST_TYPO = 4;
const SHORTEST_TWO_TYPOS = 8;

const MOST_SKIPPED = 2;
const MOST_SEPARATORS = 6;
/** What it costs where a part does not begin with a word. */
const INSIDE_A_WORD = 20;
/** The bit of what is neither letter nor digit. */
const OTHERS = 1 << 27;

const HUMP = /[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\x00-\x7f]+/g;

function maskOf(lower: string): number {
  let mask = 0;
  for (let at = 0; at < lower.length; at += 1) {
    const code = lower.charCodeAt(at);
    mask |= 1 << (code >= 97 && code <= 122 ? code - 97 : code >= 48 && code <= 57 ? 26 : 27);
  }
  return mask;
}

/** A name or a typed word, ready. */
export function prepare(text: string): Prepared {
  const name = text.slice(0, LONGEST);
  const lower = name.toLowerCase();
  return { name, lower, mask: maskOf(lower) };
}

/**
 * Whether `typed` is made of beginnings of the name's words, in order: `gHF`, `getHF` and `ghtmlf` are `getHTMLFile`. The cost
 * counts words that were left out, at most two; null where it is not.
 */
function humpCost(typed: string, { name }: Prepared): number | null {
  const words = (name.match(HUMP) ?? []).map((word) => word.toLowerCase());
  // How far the typed text can be explained with the words so far: the fewest words skipped for each length.
  let reached = new Map<number, number>([[0, 0]]);
  for (const word of words) {
    const next = new Map<number, number>();
    const put = (at: number, cost: number): void => {
      if (cost < (next.get(at) ?? Infinity)) next.set(at, cost);
    };
    for (const [at, cost] of reached) {
      // Words behind the last typed letter are not skipped: the name is just longer.
      put(at, at === typed.length ? cost : cost + 1);
      for (let taken = 1; taken <= word.length && word[taken - 1] === typed[at + taken - 1]; taken += 1)
        put(at + taken, cost);
    }
    reached = next;
  }
  const skipped = reached.get(typed.length) ?? Infinity;
  return skipped <= MOST_SKIPPED ? skipped : null;
}

/** Letters in order with gaps between: the cost is the length of the gaps; null where they are not there. */
function scatterCost(typed: string, lower: string): number | null {
  let gaps = 0;
  let at = lower.indexOf(typed[0] ?? "");
  if (at < 0) return null;
  for (let index = 1; index < typed.length; index += 1) {
    const next = lower.indexOf(typed[index] ?? "", at + 1);
    if (next < 0) return null;
    gaps += next - at - 1;
    at = next;
  }
  return gaps;
}

function bitsOf(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

/** Slips between two words: a letter too many, too few, another, or two swapped; null for more than are forgiven. */
function typoCost(typed: Prepared, name: Prepared): number | null {
  const { length } = typed.lower;
  if (length < SHORTEST_TYPO) return null;
  const most = length < SHORTEST_TWO_TYPOS ? 1 : 2;
  if (Math.abs(name.lower.length - length) > most) return null;
  if (bitsOf(typed.mask & ~name.mask) > most || bitsOf(name.mask & ~typed.mask) > most) return null;
  const slips = distance(typed.lower, name.lower);
  return slips <= most ? slips : null;
}

/** Without separators, `get_html` can be typed `gethtml`. */
const bare = (lower: string): string => lower.replace(/[_$-]/g, "");

/** The typed letters as they stand in the name, at its beginning, as humps or somewhere. */
function plainFit(typed: Prepared, name: Prepared): Fit | null {
  const longer = name.lower.length - typed.lower.length;
  if (longer < 0 || (typed.mask & ~name.mask) !== 0) return null;
  if (longer === 0 && name.lower === typed.lower)
    return { match: "exact", cost: name.name === typed.name ? 0 : 1 };
  const length = 2 * longer + (name.name.includes(typed.name) ? 0 : 1);
  const at = name.lower.indexOf(typed.lower);
  if (at === 0) return { match: "prefix", cost: length };
  const sameInitial = /[a-z\d]/.exec(name.lower)?.[0] === typed.lower[0];
  const mayBeHumps = typed.lower.length > 1 && (sameInitial || at < 0);
  const skipped = mayBeHumps ? humpCost(typed.lower, name) : null;
  if (skipped !== null) return { match: "humps", cost: 100 * skipped + length };
  if (at < 0) return null;
  const begins = /[A-Z]/.test(name.name[at] ?? "") || /[^a-z]/i.test(name.name[at - 1] ?? "");
  return { match: "substring", cost: length + (begins ? 0 : INSIDE_A_WORD) };
}

/** The same but for separators. */
function apartFit(typed: Prepared, name: Prepared): Fit | null {
  const near = Math.abs(name.lower.length - typed.lower.length) <= MOST_SEPARATORS;
  if (!near || name.lower === typed.lower || ((typed.mask ^ name.mask) & ~OTHERS) !== 0) return null;
  return bare(name.lower) === bare(typed.lower) ? { match: "prefix", cost: 0 } : null;
}

/** The typed letters in order, separators left out on both sides. */
function looseFit(typed: Prepared, name: Prepared): Fit | null {
  const without = bare(typed.lower);
  if (without.length < SHORTEST_FUZZY || (typed.mask & ~name.mask & ~OTHERS) !== 0) return null;
  const other = bare(name.lower);
  const gaps = scatterCost(without, other);
  if (gaps === null || gaps > without.length) return null;
  return { match: "fuzzy", cost: 4 * gaps + Math.abs(other.length - without.length) };
}

/** How a name fits a typed word; null where it does not. */
export function fit(typed: Prepared, name: Prepared): Fit | null {
  if (typed.lower === "") return null;
  const found = apartFit(typed, name) ?? plainFit(typed, name) ?? looseFit(typed, name);
  if (found !== null) return found;
  const slips = typoCost(typed, name);
  const longer = name.lower.length - typed.lower.length;
  return slips === null ? null : { match: "typo", cost: 100 * slips + Math.abs(longer) };
}

/** A number for each fit: by match, then by cost; less is better. */
export const keyOf = ({ match, cost }: Fit): number => MATCHES.indexOf(match) * 1e6 + cost;

/** The order of fits. */
export const byFit = (a: Fit, b: Fit): number => keyOf(a) - keyOf(b);
