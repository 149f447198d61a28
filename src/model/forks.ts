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
  for (const token of read) {
    if ((line > 0 || about.from > 0) && offset >= about.from && offset < end && mayFork(text, offset, token))
      for (const { text: fresh, logprob } of token.alternatives) {
        if (!isEdit(fresh, token.text)) continue;
        const fork = { offset, old: token.text, fresh, line, score: logprob };
        if (SMALL.test(fresh) && SMALL.test(token.text)) fork.score += SMALL_TOKEN;
        else if (namesUnknown(text, fork, about.words)) fork.score -= UNKNOWN_NAME;
        forks.push(fork);
      }
    offset += token.text.length;
    line += token.text.split("\n").length - 1;
  }
  return forks;
}

/** The text with the fork's token in place of the old one; null where that is no change within one line. */
export function swapped(text: string, { offset, old, fresh }: Fork): string | null {
  if (/\n/.test(old + fresh) || fresh.trim() === "") return null;
  return text.slice(0, offset) + fresh + text.slice(offset + old.length);
}

/** Code by its tokens alone: texts that differ in layout only have the same. */
export const shapeOf = (code: string): string => (code.match(/\w+|[^\w\s]|^[ \t]+(?=\S)/gm) ?? []).join(" ");

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
