/**
 * Where a base model, reading code, might have gone on differently: each such place is a fork, with the token that the model
 * would have set there. Nothing but the model's own tokens comes from here; what is computed is their order.
 *
 * How likely an alternative is says more than how unlikely the text that stands there was: with the latter counted in, the right
 * change came later, up to twice as late, on each set of bugs that was measured. Two more things are known of it at no cost.
 * A name that the file has nowhere is no repair. An operator, a literal number or a truth value is what one-line bugs are
 * mostly about, while names are what models hesitate over most.
 */
import type { ReadToken } from "./reading.ts";
import { isUsual } from "./words.ts";

export interface Fork {
  /** Where in the text it is; `old` stands there, `fresh` is what the model might have set. */
  offset: number;
  /** In the place of one token; of all up to where the same token stands again, and that; or in front of what stays. */
  how: "swap" | "skip" | "insert";
  old: string;
  fresh: string;
  /** The line it is on, from 0. */
  line: number;
  /** How likely, as a natural logarithm with what is known besides. */
  score: number;
}

/** In nats, chosen on 26 mutants of one operator, number or truth value in six languages; the order hardly depends on them. */
const UNKNOWN_NAME = 2;
const SMALL_TOKEN = 1;
/**
 * The next four are not measured: on 24 recorded bugs the order was neither better nor worse with them. Of prose and characters
 * much else is as likely, and hardly ever the bug; a line that throws tells of one elsewhere. Text that is left out, or a sign
 * that is put in, is less likely than one token for another.
 */
const IN_QUOTES = 2;
const THROWS = 1;
const SKIP = 1;
const INSERT = 1;
/** Tokens that are left out together, at most. */
const MOST_SKIPPED = 8;

/** What stands in front of something that stays. */
const SIGN = /^\s*(!|not|-)$/;
const THROWING = /^\s*(raise|throw|panic!|assert|return Err\()/;
const SMALL = /^\s*([-+*/%<>=!&|^()~]{1,3}|and|or|not|\d+|true|false|True|False|break|continue)\s*$/;

/** The places behind `from`, in the order of the text; `words` are the names of the file around it. */
export function forksOf(
  text: string,
  read: ReadToken[],
  about: { from: number; words: Set<string> },
): Fork[] {
  const forks: Fork[] = [];
  const end = text.trimEnd().length;
  let offset = 0;
  let line = 0;
  for (const [at, token] of read.entries()) {
    const inside = (line > 0 || about.from > 0) && offset >= about.from && offset < end;
    if (inside && mayFork(text, offset, token)) {
      const tokens = read.slice(at, at + MOST_SKIPPED + 1);
      forks.push(...forksAt({ text, offset, line, tokens }, about.words));
    }
    offset += token.text.length;
    line += token.text.split("\n").length - 1;
  }
  return forks;
}

/** The forks at one token; `tokens`: it and the next ones. */
function forksAt(
  place: { text: string; offset: number; line: number; tokens: ReadToken[] },
  words: Set<string>,
): Fork[] {
  const { text, offset, line, tokens } = place;
  const [token] = tokens;
  if (token === undefined) return [];
  const old = token.text;
  const before = text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset);
  const unlikely = (inQuotes(before) ? IN_QUOTES : 0) + (THROWING.test(before + old) ? THROWS : 0);
  return token.alternatives.flatMap(({ text: fresh, logprob }) => {
    if (!isEdit(fresh, old)) return [];
    const fork: Fork = { offset, how: "swap", old, fresh, line, score: logprob - unlikely };
    if (SMALL.test(fresh) && SMALL.test(old)) fork.score += SMALL_TOKEN;
    else if (namesUnknown(text, fork, words)) fork.score -= UNKNOWN_NAME;
    const forks = [fork];
    const skipped = upTo(fresh, tokens);
    if (skipped !== null) forks.push({ ...fork, how: "skip", old: skipped, score: fork.score - SKIP });
    if (SIGN.test(fresh) && !/^\w+ \w/.test(`${fresh.trim()} ${old}`))
      forks.push({ ...fork, how: "insert", old: "", score: fork.score - INSERT });
    return forks;
  });
}

/** The tokens of one line up to the next that is `fresh`, and that; null where none is. */
function upTo(fresh: string, [first, ...more]: ReadToken[]): string | null {
  let old = first?.text ?? "";
  for (const { text } of more) {
    if (old.includes("\n")) return null;
    old += text;
    if (text.trim() === fresh.trim() && fresh.trim() !== "") return old;
  }
  return null;
}

/** The text with the fork's token in place of the old one; null where that is no change within one line. */
export function swapped(text: string, { offset, old, fresh }: Fork): string | null {
  if (/\n/.test(old + fresh) || fresh.trim() === "") return null;
  return text.slice(0, offset) + fresh + text.slice(offset + old.length);
}

/** Code by its tokens alone: texts that differ in layout only have the same. Where a language is told by it, indentation counts. */
export function shapeOf(code: string, language: string): string {
  const tokens = language === "python" ? /\w+|[^\w\s]|^[ \t]+(?=\S)/gm : /\w+|[^\w\s]/g;
  return (code.match(tokens) ?? []).join(" ");
}

/** Whether a text ends inside of quotes. */
function inQuotes(text: string): boolean {
  let open = "";
  for (const char of text.replace(/\\./g, ""))
    if (open === "" && /["'`]/.test(char)) open = char;
    else if (char === open) open = "";
  return open !== "";
}

/** Whether the line, with the token in it, has a name that neither the file has nor every program may have. */
function namesUnknown(text: string, fork: Fork, words: Set<string>): boolean {
  const from = text.lastIndexOf("\n", fork.offset - 1) + 1;
  const until = text.indexOf("\n", fork.offset + fork.old.length);
  const line = text.slice(from, fork.offset) + fork.fresh + text.slice(fork.offset + fork.old.length, until);
  const names = line.replace(/"[^"]*"|'[^']*'/g, "").match(/[A-Za-z_]\w*/g) ?? [];
  return names.some((name) => !words.has(name) && !isUsual(name));
}

/** Not inside a word, an operator or a comment, and not at a name's declaration: another name there repairs nothing. */
function mayFork(text: string, offset: number, token: ReadToken): boolean {
  if (/^(\w[A-Za-z_]|[A-Za-z_]\w|[<>=!+*/-]=)$/.test(text.slice(offset - 1, offset + 1))) return false;
  const before = text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset);
  if (/(^|\s)(#|\/\/)/.test(before + token.text)) return false;
  const start = offset + token.text.length - token.text.trimStart().length;
  const name = /^[A-Za-z_]\w*/.exec(text.slice(start))?.[0];
  if (name === undefined || new RegExp(`\\b${name}\\b`).test(text.slice(0, start))) return true;
  return !/^\s*(=[^=]|,|in\b|:=)/.test(text.slice(start + name.length));
}

/** Whether the token, in the place of the other, changes more than the layout or a comment. */
function isEdit(token: string, old: string): boolean {
  if (token === old || token === "" || old === "" || /^\s*(#|\/\/|\/\*|""")/.test(token)) return false;
  return (token + old).trim() !== "" || !(token + old).includes("\n");
}
