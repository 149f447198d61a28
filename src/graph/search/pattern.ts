/**
 * Regular expressions as a tree: the language of JavaScript without what needs unbounded time (back references, lookaround). One
 * unit is one UTF-16 code unit. `^` and `$` are the ends of a line; `\w` and `\b` mean ASCII.
 */
import type { Result } from "../../types.ts";

/** Code units from, to, from, to, ..., all included. */
export type Ranges = readonly number[];

export type Assertion = "start" | "end" | "boundary" | "no boundary";

export type Pattern =
  | { type: "set"; ranges: Ranges }
  | { type: "assert"; what: Assertion }
  | { type: "all"; parts: Pattern[] }
  | { type: "either"; parts: Pattern[] }
  | { type: "repeat"; inner: Pattern; min: number; max: number };

const LAST = 0xffff;
/** A counted repetition is written out, so that it must be small. */
const MOST_REPEATS = 500;
const DEEPEST = 100;

export const DIGITS: Ranges = [48, 57];
export const WORDS: Ranges = [48, 57, 65, 90, 95, 95, 97, 122];
const ANY: Ranges = [0, 9, 11, LAST];
const ESCAPES: Record<string, number> = { n: 10, r: 13, t: 9, f: 12, v: 11, 0: 0 };
const ASSERTIONS: Record<string, Assertion> = { b: "boundary", B: "no boundary" };

/** A mistake in a pattern; never leaves this file. */
class PatternError extends Error {}

/** The units that a class of JavaScript's holds, found by asking it. */
function rangesOf(test: RegExp): Ranges {
  const ranges: number[] = [];
  for (let unit = 0; unit <= LAST; unit += 1) {
    if (!test.test(String.fromCharCode(unit))) continue;
    if (ranges.at(-1) === unit - 1) ranges[ranges.length - 1] = unit;
    else ranges.push(unit, unit);
  }
  return ranges;
}

/** Everything but these; ranges may overlap and come in any order. */
function inverted(ranges: Ranges): Ranges {
  const pairs = Array.from({ length: ranges.length / 2 }, (_, at) => [
    ranges[2 * at] ?? 0,
    ranges[2 * at + 1] ?? 0,
  ]);
  pairs.sort(([a = 0], [b = 0]) => a - b);
  const rest: number[] = [];
  let next = 0;
  for (const [from = 0, to = 0] of pairs) {
    if (from > next) rest.push(next, from - 1);
    next = Math.max(next, to + 1);
  }
  return next <= LAST ? [...rest, next, LAST] : rest;
}

/** With the other case of every letter. */
function folded(ranges: Ranges): Ranges {
  const more: number[] = [...ranges];
  for (let at = 0; at < ranges.length; at += 2) {
    const [from = 0, to = 0] = [ranges[at], ranges[at + 1]];
    // A range as wide holds both cases of nearly everything.
    if (to - from > 2000) continue;
    for (let unit = from; unit <= to; unit += 1) {
      const char = String.fromCharCode(unit);
      for (const other of [char.toLowerCase(), char.toUpperCase()])
        if (other.length === 1) more.push(other.charCodeAt(0), other.charCodeAt(0));
    }
  }
  return more;
}

class Reader {
  private at = 0;
  private depth = 0;

  constructor(
    private readonly source: string,
    private readonly ignoreCase: boolean,
  ) {}

  whole(): Pattern {
    const pattern = this.either();
    if (this.at < this.source.length) throw new PatternError('a ")" has no "(" before it');
    return pattern;
  }

  private peek(): string {
    return this.source[this.at] ?? "";
  }

  private take(text: string): boolean {
    if (!this.source.startsWith(text, this.at)) return false;
    this.at += text.length;
    return true;
  }

  private set(ranges: Ranges): Pattern {
    return { type: "set", ranges: this.ignoreCase ? folded(ranges) : ranges };
  }

  private either(): Pattern {
    this.depth += 1;
    if (this.depth > DEEPEST) throw new PatternError("it is nested too deeply");
    const parts = [this.all()];
    while (this.take("|")) parts.push(this.all());
    this.depth -= 1;
    const [only] = parts;
    return parts.length === 1 && only ? only : { type: "either", parts };
  }

  private all(): Pattern {
    const parts: Pattern[] = [];
    while (this.at < this.source.length && this.peek() !== "|" && this.peek() !== ")")
      parts.push(this.repeated(this.one()));
    return { type: "all", parts };
  }

  private repeated(inner: Pattern): Pattern {
    const count = /^(?:[*+?]|\{(\d+)(,(\d*))?\})/.exec(this.source.slice(this.at, this.at + 20));
    if (count === null) return inner;
    const [text, min, comma, max] = count;
    this.at += text.length;
    // Whether it takes much or little makes no difference to which lines match.
    this.take("?");
    if (/^[*+?]/.test(this.peek())) throw new PatternError(`"${this.peek()}" has nothing to repeat`);
    const few = min === undefined ? (text === "+" ? 1 : 0) : Number(min);
    const many =
      min === undefined
        ? text === "?"
          ? 1
          : Infinity
        : comma === undefined
          ? few
          : max
            ? Number(max)
            : Infinity;
    if (few > MOST_REPEATS || (many !== Infinity && many > MOST_REPEATS))
      throw new PatternError(`it counts further than ${MOST_REPEATS}`);
    if (many < few) throw new PatternError(`${text} ends before it begins`);
    return { type: "repeat", inner, min: few, max: many };
  }

  private one(): Pattern {
    const char = this.peek();
    if (/[*+?]/.test(char)) throw new PatternError(`"${char}" has nothing to repeat`);
    this.at += 1;
    if (char === "(") return this.group();
    if (char === "[") return this.bracket();
    if (char === ".") return { type: "set", ranges: ANY };
    if (char === "^") return { type: "assert", what: "start" };
    if (char === "$") return { type: "assert", what: "end" };
    if (char !== "\\") return this.set([char.charCodeAt(0), char.charCodeAt(0)]);
    const assertion = ASSERTIONS[this.peek()];
    if (assertion === undefined) return this.set(this.escape());
    this.at += 1;
    return { type: "assert", what: assertion };
  }

  private group(): Pattern {
    if (this.take("?") && !this.take(":") && !/^<[A-Za-z_$]/.test(this.source.slice(this.at, this.at + 2)))
      throw new PatternError("lookaround is not there, since its time has no bound");
    if (this.take("<")) this.at = this.source.indexOf(">", this.at) + 1 || this.source.length;
    const inner = this.either();
    if (!this.take(")")) throw new PatternError('a "(" is not closed');
    return inner;
  }

  /** What stands behind a backslash. */
  private escape(): Ranges {
    const char = this.peek();
    this.at += 1;
    if (char === "") throw new PatternError("it ends with a backslash");
    if (/[dDwWsS]/.test(char)) {
      const lower = char.toLowerCase();
      const ranges = lower === "d" ? DIGITS : lower === "w" ? WORDS : rangesOf(/\s/);
      return char === lower ? ranges : inverted(ranges);
    }
    if (/[pP]/.test(char)) return this.property(char === "P");
    if (/[1-9k]/.test(char))
      throw new PatternError("back references are not there, since their time has no bound");
    const code = /^(?:x([\dA-Fa-f]{2})|u([\dA-Fa-f]{4}))/.exec(this.source.slice(this.at - 1, this.at + 4));
    if (code !== null) this.at += code[0].length - 1;
    const unit =
      code === null ? (ESCAPES[char] ?? char.charCodeAt(0)) : Number.parseInt(code[1] ?? code[2] ?? "0", 16);
    return [unit, unit];
  }

  private property(negated: boolean): Ranges {
    const name = /^\{([A-Za-z_=]{1,40})\}/.exec(this.source.slice(this.at, this.at + 44));
    if (name === null) throw new PatternError("\\p needs a name such as {L}");
    this.at += name[0].length;
    try {
      return rangesOf(new RegExp(`\\${negated ? "P" : "p"}{${name[1]}}`, "u"));
    } catch (error) {
      if (error instanceof SyntaxError) throw new PatternError(`there is no class ${name[0]}`);
      throw error;
    }
  }

  private bracket(): Pattern {
    const negated = this.take("^");
    const ranges: number[] = [];
    for (let first = true; first || this.peek() !== "]"; first = false) {
      const from = this.member();
      const dash = this.peek() === "-" && !["]", ""].includes(this.source[this.at + 1] ?? "");
      if (dash) this.at += 1;
      const to = dash ? this.member() : null;
      if (to === null) ranges.push(...from);
      else if (from.length !== 2 || from[0] !== from[1] || to.length !== 2 || to[0] !== to[1])
        throw new PatternError("a range needs single characters at its ends");
      else if ((to[0] ?? 0) < (from[0] ?? 0)) throw new PatternError("a range ends before it begins");
      else ranges.push(from[0] ?? 0, to[0] ?? 0);
    }
    this.at += 1;
    const all = this.ignoreCase ? folded(ranges) : ranges;
    // Nothing goes beyond a line.
    return { type: "set", ranges: negated ? inverted([...all, 10, 10]) : all };
  }

  private member(): Ranges {
    const char = this.peek();
    if (char === "") throw new PatternError('a "[" is not closed');
    this.at += 1;
    if (char === "\\" && this.take("b")) return [8, 8];
    if (char === "\\") return this.escape();
    const unit = char.charCodeAt(0);
    if (unit >= 0xd800 && unit <= 0xdfff)
      throw new PatternError("[] takes no characters beyond the basic plane, such as emoji");
    return [unit, unit];
  }
}

/** Reads a regular expression; `(?i)` at its beginning ignores case too. */
export function readPattern(source: string, ignoreCase: boolean): Result<{ pattern: Pattern }> {
  const flag = source.startsWith("(?i)");
  try {
    const reader = new Reader(flag ? source.slice(4) : source, ignoreCase || flag);
    return { ok: true, pattern: reader.whole() };
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    return { ok: false, reason: `The pattern cannot be used: ${error.message}.` };
  }
}
