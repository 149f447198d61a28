/**
 * A change that renames: tests and findings that were red before are red under another name behind it, and must not be taken for
 * new ones. What was renamed is read from the texts themselves: two of the same words but for some that are others everywhere.
 */
import type { CheckReport, Diagnostic } from "../types.ts";
import type { ChangedText } from "./narrow.ts";

interface Renames {
  paths: Map<string, string>;
  names: Map<string, string>;
}

/** A rename changes few names; more of them is another text that happens to be as long. */
const MOST_NAMES = 8;
const WORD = /[A-Za-z_$][\w$]*/g;

const stem = (path: string): string => (path.split("/").at(-1) ?? "").replace(/\.\w+$/, "");

/** The names that one text has in the place of the other's; null where it is more than a rename. */
function namesBetween(before: string, after: string): Map<string, string> | null {
  const [old, now] = [before.match(WORD) ?? [], after.match(WORD) ?? []];
  if (old.length !== now.length) return null;
  const names = new Map<string, string>();
  for (const [at, word] of old.entries()) {
    const other = now[at] ?? "";
    if ((names.get(word) ?? other) !== other) return null;
    names.set(word, other);
  }
  for (const [word, other] of names) if (word === other) names.delete(word);
  return names.size <= MOST_NAMES ? names : null;
}

/** Files that went and came with the same words, and names that became others everywhere in a file. */
function renamesOf(changes: ChangedText[]): Renames {
  const renames: Renames = { paths: new Map(), names: new Map() };
  const note = (names: Map<string, string>): void => {
    for (const [word, other] of names) renames.names.set(word, other);
  };
  const gone = changes.filter(({ after }) => after === null);
  for (const { path, before, after } of changes) {
    if (after === null) continue;
    if (before !== null) {
      note(namesBetween(before, after) ?? new Map());
      continue;
    }
    for (const old of gone) {
      const names = old.before === null ? null : namesBetween(old.before, after);
      if (names === null) continue;
      note(names.set(stem(old.path), stem(path)));
      renames.paths.set(old.path, path);
    }
  }
  return renames;
}

/** What a text may read under the new names, likeliest first. */
function variants(text: string, { paths, names }: Renames): string[] {
  let moved = text;
  for (const [old, path] of paths) moved = moved.split(old).join(path);
  const rename = (part: string): string => part.replace(WORD, (word) => names.get(word) ?? word);
  const at = moved.indexOf("::");
  const inner = at < 0 ? rename(moved) : moved.slice(0, at) + rename(moved.slice(at));
  return [...new Set([inner, moved, rename(moved)])].filter((one) => one !== text);
}

function underNewName(one: Diagnostic, now: Diagnostic[], renames: Renames): Diagnostic {
  const { test, path } = one;
  if (test !== undefined) {
    if (now.some((other) => other.test === test)) return one;
    const found = variants(test, renames).find((id) => now.some((other) => other.test === id));
    return found === undefined ? one : { ...one, test: found };
  }
  const place = path === undefined ? undefined : (renames.paths.get(path) ?? path);
  const same = (message: string) => now.some((other) => other.path === place && other.message === message);
  const message = [one.message, ...variants(one.message, renames)].find(same);
  return message === undefined ? one : { ...one, ...(place === undefined ? {} : { path: place }), message };
}

/** Gives what was red the names that it has in the `after` reports, where a change renames; the same reports where it does not. */
export function renamer(
  changes: ChangedText[],
): (before: CheckReport[], after: CheckReport[]) => CheckReport[] {
  const renames = renamesOf(changes);
  if (renames.paths.size === 0 && renames.names.size === 0) return (before) => before;
  return (before, after) =>
    before.map((was) => {
      const now = after.find(({ check }) => check === was.check)?.diagnostics ?? [];
      return { ...was, diagnostics: was.diagnostics.map((one) => underNewName(one, now, renames)) };
    });
}

/** Ids of tests under the names that `renamer` has given them. */
export function renamedIds(ids: string[], old: CheckReport[], now: CheckReport[]): string[] {
  const names = new Map<string, string>();
  for (const [at, { diagnostics }] of old.entries())
    for (const [index, { test }] of diagnostics.entries())
      if (test !== undefined) names.set(test, now[at]?.diagnostics[index]?.test ?? test);
  return ids.map((id) => names.get(id) ?? id);
}
