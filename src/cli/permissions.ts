/**
 * Grants in Deno's style as a pure decision. A denial wins. Commands are compared word by word after shell parsing,
 * never as a string's beginning; paths by containment. What is not granted and not denied is asked.
 */
import { isAbsolute, relative, resolve, sep } from "node:path";
import type { GrantFlag, Permissions, Settings } from "../config.ts";

/** Everything a decision hangs on. Paths are real and absolute. */
export interface Grants {
  permissions: Permissions;
  root: string;
  /** The user answered once that this folder's checks may run. */
  trusted: boolean;
  /** `--yes`: a question inside the workspace's walls is answered with yes. */
  yes: boolean;
  /** The command of `--check`, which may run as it was written. */
  check: string | null;
}

export type Decision = "allow" | "deny" | "ask";

/** The words of a command line; null where it is more than one plain command (pipes, variables, substitution, globs). */
export function plainWords(line: string): string[] | null {
  const words: string[] = [];
  const piece =
    /[ \t]*((?:'[^']*'|"(?:[^"\\$`]|\\["\\$`])*"|\\[^\n]|[^\s'"\\$`;&|<>(){}*?[\]!#~^]|(?<=\S)[#~^])+)/y;
  let at = 0;
  while (at < line.trimEnd().length) {
    piece.lastIndex = at;
    const found = piece.exec(line);
    if (!found) return null;
    at = piece.lastIndex;
    if (at < line.length && !/[ \t\n\r]/.test(line.charAt(at))) return null;
    words.push(
      (found[1] ?? "").replace(/'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)/g, (_, single, double, escaped) =>
        single !== undefined ? single : double !== undefined ? double.replace(/\\(.)/g, "$1") : escaped,
      ),
    );
  }
  // An assignment in front changes what the word behind it does.
  return words.length === 0 || /^\w+=/.test(words[0] ?? "") ? null : words;
}

/** Every word anywhere in a line, however it is quoted, nested or joined to others. */
function allWords(line: string): string[] {
  const unquoted = line.replace(/['"\\]/g, "");
  return unquoted.split(/[\s$`;&|<>(){}=,]+/).filter((word) => word !== "");
}

function lastPart(word: string): string {
  return word.slice(word.lastIndexOf("/") + 1);
}

function commandAllowed(line: string, allow: GrantFlag): boolean {
  if (allow === true) return true;
  const words = plainWords(line);
  if (words === null) return false;
  return allow.some((entry) => {
    const wanted = plainWords(entry);
    return wanted?.every((word, i) => words[i] === word) ?? false;
  });
}

/** Errs on the side of no: the denied words in a row, anywhere in the line. */
function commandDenied(line: string, deny: GrantFlag): boolean {
  if (deny === true) return true;
  const words = allWords(line);
  return deny.some((entry) => {
    const wanted = allWords(entry);
    return words.some((_, at) =>
      wanted.every((word, i) => words[at + i] === word || (i === 0 && lastPart(words[at] ?? "") === word)),
    );
  });
}

/** Whether `path` is `folder` or lies inside it; both absolute. */
export function contains(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === "" || (way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

function pathIn(path: string, grant: GrantFlag): boolean {
  return grant === true || grant.some((folder) => contains(folder, path));
}

function decideRun(line: string, { permissions: { run }, trusted, yes, check }: Grants): Decision {
  if (commandDenied(line, run.deny)) return "deny";
  return yes || trusted || line === check || commandAllowed(line, run.allow) ? "allow" : "ask";
}

function decidePath(kind: "write" | "read", path: string, { permissions, root, yes }: Grants): Decision {
  const { allow, deny } = permissions[kind];
  const inside = contains(root, path);
  if (pathIn(path, deny)) return "deny";
  if (kind === "write" && inside) {
    const way = relative(root, path).split(sep);
    if (way.some((part) => /^\.(git|smallcode)$/i.test(part))) return "deny";
  }
  if (pathIn(path, allow)) return "allow";
  const listed = allow !== true && allow.length > 0;
  if (inside && (yes || kind === "read" || !listed)) return "allow";
  return "ask";
}

/**
 * Whether `what` may be done: a command line for `run`, a real absolute path (see `realPath`) for `write` and `read`.
 * Inside the root reading and writing are allowed; a list after `--allow-write` narrows that to the list. "ask" means
 * that only the user can say; without a terminal that is a no.
 */
export function decide(kind: "run" | "write" | "read", what: string, grants: Grants): Decision {
  return kind === "run" ? decideRun(what, grants) : decidePath(kind, what, grants);
}

/** What may be read of a workspace by the settings alone, with nobody asked; paths are relative to it. */
export function readable({
  permissions,
  workspace: { root },
  mode: { yes },
}: Settings): (path: string) => boolean {
  const grants: Grants = { permissions, root, trusted: false, yes, check: null };
  return (path) => decide("read", resolve(root, path), grants) === "allow";
}
