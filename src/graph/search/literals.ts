/** Texts of which every match of a pattern holds one: what has none of them need not be looked at closely. */
import type { Pattern } from "./pattern.ts";

/** One character is in nearly every file, and many texts are slower to look for than the pattern itself. */
const SHORTEST = 2;
const MOST = 12;

/** The ASCII character that a set is, in lower case where it is both cases of one; null: it is no single one. */
function charOf(pattern: Pattern): string | null {
  if (pattern.type !== "set") return null;
  const units = new Set<number>();
  const { ranges } = pattern;
  for (let at = 0; at < ranges.length; at += 2) {
    const [from = 0, to = 0] = [ranges[at], ranges[at + 1]];
    if (from !== to) return null;
    units.add(from);
  }
  const chars = new Set([...units].map((unit) => String.fromCharCode(unit).toLowerCase()));
  const [only] = chars;
  return chars.size === 1 && only !== undefined && only < "\x80" ? only : null;
}

const worth = (literals: string[] | null): number =>
  literals === null ? 0 : Math.min(...literals.map((one) => one.length)) - literals.length / 4;

/** The better of two lists that are both required. */
const better = (a: string[] | null, b: string[] | null): string[] | null => (worth(b) > worth(a) ? b : a);

function ofAll(parts: Pattern[]): string[] | null {
  let best: string[] | null = null;
  let run = "";
  const flat = parts.flatMap((part) => (part.type === "all" ? part.parts : [part]));
  for (const part of flat) {
    const char = charOf(part);
    // An assertion takes no room: the run goes on behind it.
    if (part.type === "assert") continue;
    if (char !== null) {
      run += char;
      continue;
    }
    best = better(better(best, run === "" ? null : [run]), literalsOf(part));
    run = "";
  }
  return better(best, run === "" ? null : [run]);
}

function literalsOf(pattern: Pattern): string[] | null {
  switch (pattern.type) {
    case "set": {
      const char = charOf(pattern);
      return char === null ? null : [char];
    }
    case "assert":
      return null;
    case "all":
      return ofAll(pattern.parts);
    case "repeat":
      return pattern.min > 0 ? literalsOf(pattern.inner) : null;
    case "either": {
      const each = pattern.parts.map(literalsOf);
      const all = each.flatMap((one) => one ?? []);
      return each.includes(null) || all.length > MOST ? null : all;
    }
  }
}

/** In lower case, ASCII; to be looked for without regard to case. None: every file may match. */
export function requiredLiterals(pattern: Pattern): string[] {
  const found = literalsOf(pattern) ?? [];
  return found.every((one) => one.length >= SHORTEST) ? [...new Set(found)] : [];
}
