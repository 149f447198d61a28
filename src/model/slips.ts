/**
 * How like the repair of a slip a changed line is, whatever the model makes of it. Bugs of one line are mostly about an operator,
 * a literal number or a truth value, or about two things in each other's place, while names are what models hesitate over most. A
 * repair changes little, and brings no name that the file has nowhere.
 */
import { diffArrays } from "diff";
import { isUsual } from "./words.ts";

/**
 * In nats, chosen on 11 programs of QuixBugs and 9 mutants in four languages, where the order depends little on them: what a slip
 * of the usual kinds counts for, each token that is changed besides the first, and any name that is known nowhere.
 */
const SLIP = 1;
const CHANGED = 0.2;
const UNKNOWN_NAME = 2;

const TOKEN = /\w+|[^\w\s]/g;
const SMALL = /^([-+*/%<>=!&|^~()]|and|or|not|\d+|true|false|True|False|break|continue)$/;

/** In nats; `old` and `fresh` are the lines that differ, `words` the names of the file around them. */
export function likeSlip(old: string, fresh: string, words: Set<string>): number {
  const parts = diffArrays(old.match(TOKEN) ?? [], fresh.match(TOKEN) ?? []);
  const gone = parts.flatMap(({ removed, value }) => (removed ? value : []));
  const come = parts.flatMap(({ added, value }) => (added ? value : []));
  const isChange = (at: number): boolean => parts[at]?.added === true || parts[at]?.removed === true;
  let changed = 0;
  for (const [at, { value }] of parts.entries()) {
    // What goes and what comes in one place is one change, of as many tokens as the longer has.
    const beside = isChange(at - 1) ? (parts[at - 1]?.value.length ?? 0) : 0;
    if (isChange(at)) changed += Math.max(0, value.length - beside);
  }
  const isSmall = [...gone, ...come].every((token) => SMALL.test(token));
  const isReordered = gone.sort().join(" ") === come.sort().join(" ");
  const slip = changed > 0 && (isSmall || isReordered) ? SLIP : 0;
  const unknown = namesUnknown(fresh, words) ? UNKNOWN_NAME : 0;
  return slip - unknown - CHANGED * Math.max(0, changed - 1);
}

/** The most that `likeSlip` may give for a line in which `fresh`, a token that comes new into it, is followed by anything. */
export function mostLikeSlip(old: string, fresh: string): number {
  const [token] = fresh.match(TOKEN) ?? [];
  return token !== undefined && (SMALL.test(token) || old.match(TOKEN)?.includes(token)) ? SLIP : 0;
}

/** Whether a line has a name that neither the file has nor every program may have. */
function namesUnknown(line: string, words: Set<string>): boolean {
  const names = line.replace(/"[^"]*"|'[^']*'/g, "").match(/[A-Za-z_]\w*/g) ?? [];
  return names.some((name) => !words.has(name) && !isUsual(name));
}
