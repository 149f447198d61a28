/** What stands before a member, as it is written: `self.items` in `self.items.push(1)`. */

export interface Chain {
  /** The names from the left; a call ends its name with "()". Empty where the beginning is no name (`f(x)[0].push`). */
  parts: string[];
  operator: "." | "->" | "::";
}

const OPERATOR = /(?:(\?\.|!\.|&\.|!!\.|\.)|(->)|(::))\s*(?:<[^<>]*>\s*::\s*)?$/;
const PART = /([\p{L}_$@#][\p{L}\p{N}_$]*)(?:::<[^<>]*>|<[^<>]*>)?[!?]?\s*$/u;
const LINK = /(\?\.|!!?\.|&\.|\.|->|::)\s*$/;
/** So much of what stands before is looked at. */
const BEFORE = 400;

/** Null where the name stands by itself. */
export function chainBefore(text: string, at: number): Chain | null {
  let before = text.slice(Math.max(0, at - BEFORE), at);
  // Spread, ranges.
  if (/\.\.\.?\s*$/.test(before)) return null;
  const found = OPERATOR.exec(before);
  if (found === null) return null;
  const operator = found[1] !== undefined ? "." : found[2] !== undefined ? "->" : "::";
  before = before.slice(0, found.index).trimEnd();
  const parts: string[] = [];
  for (;;) {
    const callee = withoutArguments(before);
    const part = PART.exec(callee ?? before);
    if (part === null) return { parts: [], operator };
    const rest = before.slice(0, part.index);
    const made = /\bnew\s+$/.test(rest) && callee !== null;
    parts.unshift(callee === null ? (part[1] ?? "") : `${part[1]}()`);
    const link = made ? null : LINK.exec(rest);
    if (link === null) return { parts, operator };
    before = rest.slice(0, link.index).trimEnd();
  }
}

/** The text without the arguments at its end; null where it ends with none. */
function withoutArguments(text: string): string | null {
  if (!text.endsWith(")")) return null;
  let depth = 0;
  for (let at = text.length - 1; at >= 0; at--) {
    if (text[at] === ")") depth += 1;
    if (text[at] === "(") depth -= 1;
    if (depth === 0) return text.slice(0, at).trimEnd();
  }
  return null;
}
