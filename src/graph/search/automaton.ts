/**
 * A pattern as an automaton whose states are made as the text needs them: a line is read once, unit by unit, whatever the pattern
 * (Thompson's construction with lazily made sets of states, as in RE2). Assertions are decided when the next unit is known. A set
 * of states stands for the text behind it; when there are too many, all are forgotten and made anew, so that memory is bounded too.
 */
import type { Result } from "../../types.ts";
import { type Assertion, type Pattern, type Ranges, WORDS } from "./pattern.ts";

type Instruction =
  | { op: "set"; set: number; next: number }
  | { op: "split"; next: number[] }
  | { op: "assert"; what: Assertion; next: number }
  | { op: "match" };

const MOST_INSTRUCTIONS = 6000;
const MOST_STATES = 2000;
/** For where in a line the match stands: beyond as many steps it is not looked for. */
const MOST_STEPS = 20_000;

const UNKNOWN = -1;
const MATCHED = -2;

class TooLarge extends Error {}

/** The program of a pattern; instruction 0 is its end. */
class Program {
  readonly code: Instruction[] = [{ op: "match" }];
  readonly sets: Ranges[] = [];
  readonly start: number;

  constructor(pattern: Pattern) {
    this.start = this.put(pattern, 0);
  }

  private add(instruction: Instruction): number {
    if (this.code.length >= MOST_INSTRUCTIONS) throw new TooLarge();
    return this.code.push(instruction) - 1;
  }

  /** Puts a pattern in front of `next`, and gives its first instruction. */
  private put(pattern: Pattern, next: number): number {
    switch (pattern.type) {
      case "set":
        return this.add({ op: "set", set: this.sets.push(pattern.ranges) - 1, next });
      case "assert":
        return this.add({ op: "assert", what: pattern.what, next });
      case "all":
        return pattern.parts.reduceRight((behind, part) => this.put(part, behind), next);
      case "either":
        return this.add({ op: "split", next: pattern.parts.map((part) => this.put(part, next)) });
      case "repeat":
        return this.repeat(pattern, next);
    }
  }

  private repeat({ inner, min, max }: Extract<Pattern, { type: "repeat" }>, next: number): number {
    let at = next;
    if (max === Infinity) {
      const loop: { op: "split"; next: number[] } = { op: "split", next: [] };
      at = this.add(loop);
      loop.next = [this.put(inner, at), next];
    } else
      for (let count = min; count < max; count += 1)
        at = this.add({ op: "split", next: [this.put(inner, at), next] });
    for (let count = 0; count < min; count += 1) at = this.put(inner, at);
    return at;
  }
}

/** The units in groups that no set tells apart: `of` gives the group of a unit, and each group knows its sets. */
interface Alphabet {
  of: Uint16Array;
  /** For each group: whether a set holds it. */
  holds: boolean[][];
  word: boolean[];
  /** The group of the line's end. */
  end: number;
  size: number;
}

const inside = (ranges: Ranges, unit: number): boolean => {
  for (let at = 0; at < ranges.length; at += 2)
    if ((ranges[at] ?? 0) <= unit && unit <= (ranges[at + 1] ?? 0)) return true;
  return false;
};

function alphabetOf(sets: Ranges[]): Alphabet {
  const cuts = new Set([0, 10, 11]);
  for (const ranges of [...sets, WORDS])
    for (const [at, unit] of ranges.entries()) cuts.add(at % 2 === 0 ? unit : unit + 1);
  const starts = [...cuts].filter((unit) => unit <= 0xffff).sort((a, b) => a - b);
  const of = new Uint16Array(0x10000);
  const groups = new Map<string, number>();
  const holds: boolean[][] = [];
  const word: boolean[] = [];
  for (const [at, unit] of starts.entries()) {
    const held = sets.map((ranges) => unit !== 10 && inside(ranges, unit));
    const key = `${unit === 10} ${inside(WORDS, unit)} ${held.map(Number).join("")}`;
    const group = groups.get(key) ?? groups.size;
    groups.set(key, group);
    holds[group] = held;
    word[group] = inside(WORDS, unit);
    of.fill(group, unit, starts[at + 1] ?? 0x10000);
  }
  return { of, holds, word, end: of[10] ?? 0, size: groups.size };
}

/** What lies before a place: the line's beginning, or a unit of a word or of none. */
type Before = "start" | "word" | "other";

interface State {
  /** Instructions to go on from, ascending. */
  at: number[];
  before: Before;
}

export class Automaton {
  private readonly program: Program;
  private readonly alphabet: Alphabet;
  private states: State[] = [];
  private ids = new Map<string, number>();
  /** For each state and group the next state, `UNKNOWN` or `MATCHED`. */
  private table = new Int32Array(0);

  constructor(pattern: Pattern) {
    this.program = new Program(pattern);
    this.alphabet = alphabetOf(this.program.sets);
    this.forget();
  }

  /** All states but the one at a line's beginning, which is number 0. */
  private forget(): void {
    this.states = [];
    this.ids = new Map();
    this.table = new Int32Array(64 * this.alphabet.size).fill(UNKNOWN);
    this.idOf({ at: [this.program.start], before: "start" });
  }

  /** Forgets all states but one, whose new number it gives. */
  private startAnew(id: number): number {
    const kept = this.states[id];
    this.forget();
    return kept === undefined ? 0 : this.idOf(kept);
  }

  private idOf(state: State): number {
    const key = `${state.before} ${state.at.join(" ")}`;
    const known = this.ids.get(key);
    if (known !== undefined) return known;
    const id = this.states.push(state) - 1;
    this.ids.set(key, id);
    if ((id + 1) * this.alphabet.size > this.table.length) {
      const wider = new Int32Array(2 * this.table.length).fill(UNKNOWN);
      wider.set(this.table);
      this.table = wider;
    }
    return id;
  }

  private holds(what: Assertion, before: Before, group: number): boolean {
    if (what === "start") return before === "start";
    if (what === "end") return group === this.alphabet.end;
    const boundary = (before === "word") !== (this.alphabet.word[group] === true);
    return (what === "boundary") === boundary;
  }

  /** Where a unit leads, and whether the pattern has ended before it. */
  private step({ at, before }: State, group: number): { next: number[]; matched: boolean } {
    const next = new Set<number>();
    const seen = new Set(at);
    let matched = false;
    for (const pc of seen) {
      const one = this.program.code[pc];
      if (one === undefined) continue;
      if (one.op === "match") matched = true;
      else if (one.op === "split") for (const way of one.next) seen.add(way);
      else if (one.op === "assert") {
        if (this.holds(one.what, before, group)) seen.add(one.next);
      } else if (this.alphabet.holds[group]?.[one.set]) next.add(one.next);
    }
    return { next: [...next].sort((a, b) => a - b), matched };
  }

  private beforeOf(group: number): Before {
    return this.alphabet.word[group] ? "word" : "other";
  }

  /** The table's entry, made. */
  private make(id: number, group: number): number {
    const state = this.states[id];
    if (state === undefined) throw new Error(`There is no state ${id}.`);
    const { next, matched } = this.step(state, group);
    const at = [...new Set([...next, this.program.start])].sort((a, b) => a - b);
    const to = matched
      ? MATCHED
      : group === this.alphabet.end
        ? 0
        : this.idOf({ at, before: this.beforeOf(group) });
    this.table[id * this.alphabet.size + group] = to;
    return to;
  }

  /** Calls `found` with a place in each line between two places that has a match; `from` is the beginning of a line. */
  lines(text: string, { from, to }: { from: number; to: number }, found: (at: number) => void): void {
    const { of, size, end } = this.alphabet;
    let { table } = this;
    let state = 0;
    for (let at = from; at <= to; at += 1) {
      const group = at === to ? end : (of[text.charCodeAt(at)] ?? end);
      let next = table[state * size + group] ?? UNKNOWN;
      if (next === UNKNOWN) {
        next = this.make(state, group);
        table = this.table;
      }
      if (next === MATCHED) {
        found(at);
        const newline = text.indexOf("\n", at);
        if (newline < 0 || newline >= to) return;
        at = newline;
        next = 0;
      }
      state = next;
      if (this.states.length > MOST_STATES) {
        state = this.startAnew(state);
        table = this.table;
      }
    }
  }

  /** The first match in a line, the longest from its beginning; null where there is none or it takes too long to tell. */
  first(line: string): { at: number; length: number } | null {
    const { of, end } = this.alphabet;
    const groupAt = (at: number): number => (at >= line.length ? end : (of[line.charCodeAt(at)] ?? end));
    let steps = 0;
    for (let start = 0; start <= line.length; start += 1) {
      let state: State = {
        at: [this.program.start],
        before: start === 0 ? "start" : this.beforeOf(groupAt(start - 1)),
      };
      let length = -1;
      for (let at = start; at <= line.length && state.at.length > 0; at += 1) {
        steps += state.at.length;
        const { next, matched } = this.step(state, groupAt(at));
        if (matched) length = at - start;
        state = { at: next, before: this.beforeOf(groupAt(at)) };
      }
      if (length >= 0) return { at: start, length };
      if (steps > MOST_STEPS) return null;
    }
    return null;
  }
}

/** The automaton of a pattern; refused where it would be too large. */
export function automatonOf(pattern: Pattern): Result<{ automaton: Automaton }> {
  try {
    return { ok: true, automaton: new Automaton(pattern) };
  } catch (error) {
    if (error instanceof TooLarge)
      return {
        ok: false,
        reason: "The pattern cannot be used: it is too large, as counted repetitions are written out.",
      };
    throw error;
  }
}
