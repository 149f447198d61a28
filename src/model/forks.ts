/**
 * Where a base model, reading code, might have gone on differently: each such place is a fork, with the token that the model
 * would have set there. Nothing but the model's own tokens comes from here; what is computed is their order.
 *
 * How likely an alternative is says more than how unlikely the text that stands there was: with the latter counted in full, the
 * right change came later, up to twice as late, on each set of bugs that was measured; with a small part of it, a little earlier.
 * What else is known of it is in `slips.ts`.
 */
import type { ReadToken } from "./reading.ts";
import { likeSlip, mostLikeSlip } from "./slips.ts";

/** `old` stands there, `fresh` is what the model might have set. */
interface Change {
  old: string;
  fresh: string;
}

export interface Fork extends Change {
  /** Where in the text it is. */
  offset: number;
  /** In the place of one token; without what follows up to where it stands again; without a bracket and what closes that; in front of what stays. */
  how: "swap" | "skip" | "unwrap" | "insert";
  /** The line it is on, from 0. */
  line: number;
  /** How likely the token is in this place, in nats. */
  likely: number;
  /** The same with what the changed line says of itself: where its rest stays, and the most where it does not. */
  score: number;
  most: number;
}

/** What counts of how unlikely the old token was, chosen on 20 bugs: 11 programs of QuixBugs, 9 mutants in four languages. */
const SURPRISE = 0.15;
/**
 * In nats. These four are not measured: on 24 recorded bugs the order was neither better nor worse with them. Of prose and characters
 * much else is as likely, and hardly ever the bug; a line that throws tells of one elsewhere. Text that is left out, or a sign
 * that is put in, is less likely than one token for another.
 */
const IN_QUOTES = 2;
const THROWS = 1;
const LESS_LIKELY: Record<Fork["how"], number> = { swap: 0, unwrap: 0, skip: 1, insert: 1 };
/** Tokens that are left out together, at most. */
const MOST_SKIPPED = 8;

/** What stands in front of something that stays. */
const SIGN = /^\s*(!|not|-)$/;
const THROWING = /^\s*(raise|throw|panic!|assert|return Err\()/;

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
  const end = text.indexOf("\n", offset);
  const lineWith = ({ old, fresh }: Change): string =>
    before + fresh + text.slice(offset + old.length, Math.max(end, offset + old.length));
  const was = lineWith({ old, fresh: old });
  return token.alternatives.flatMap(({ text: fresh, logprob }) => {
    if (!isEdit(fresh, old)) return [];
    const likely = logprob - SURPRISE * token.logprob - unlikely;
    const forkBy = (how: Fork["how"], change: Change): Fork => {
      const score = likely - LESS_LIKELY[how] + likeSlip(was, lineWith(change), words);
      return { offset, how, ...change, line, likely, score, most: likely + mostLikeSlip(was, fresh) };
    };
    const forks = [forkBy("swap", { old, fresh })];
    const rest = text.slice(offset, end);
    const skipped = upTo(fresh, tokens);
    const bare = skipped === null ? null : unwrapped(rest, skipped);
    if (skipped !== null && bare === null) forks.push(forkBy("skip", skipped));
    const shorter = old.startsWith(fresh)
      ? { old, fresh, gone: old.slice(fresh.length), from: old.length }
      : null;
    for (const one of [bare, shorter && unwrapped(rest, shorter)])
      if (one !== null) forks.push(forkBy("unwrap", one));
    if (SIGN.test(fresh) && !/^\w+ \w/.test(`${fresh.trim()} ${old}`))
      forks.push(forkBy("insert", { old: "", fresh }));
    return forks;
  });
}

/** A change that leaves out the text `gone`; `from`: where in the line, from the change on, that ends. */
interface Omission extends Change {
  gone: string;
  from: number;
}

/** The tokens of one line up to the next that is `fresh`, and that; null where none is. */
function upTo(fresh: string, [first, ...more]: ReadToken[]): Omission | null {
  let gone = first?.text ?? "";
  for (const { text } of more) {
    if (gone.includes("\n")) return null;
    if (text.trim() === fresh.trim() && fresh.trim() !== "")
      return { old: gone + text, fresh, gone, from: gone.length };
    gone += text;
  }
  return null;
}

const CLOSES: Record<string, string> = { "(": ")", "[": "]", "{": "}" };

/** The change without what closes the bracket that goes with it, too; null where no bracket is opened, or not just one. */
function unwrapped(rest: string, { old, fresh, gone, from }: Omission): Change | null {
  const open: string[] = [];
  for (const char of gone)
    if (char in CLOSES) open.push(char);
    else if (char === CLOSES[open.at(-1) ?? ""]) open.pop();
  const [bracket, more] = open;
  if (bracket === undefined || more !== undefined) return null;
  let depth = 1;
  for (let at = from; at < rest.length; at += 1) {
    if (rest[at] === bracket) depth += 1;
    if (rest[at] === CLOSES[bracket]) depth -= 1;
    if (depth === 0) return { old: rest.slice(0, at + 1), fresh: fresh + rest.slice(old.length, at) };
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
