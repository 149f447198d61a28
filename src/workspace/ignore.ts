/**
 * Which files a person would call the project's. Speaks gitignore's language (nested files, negation, anchors, `**`),
 * with and without git, and leaves out what no project means: version control, installed dependencies, caches, secrets.
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { Minimatch } from "minimatch";
import { errorCode, isSecret, STAGED_SUFFIX, STATE_FOLDER } from "./walls.ts";

/**
 * Where an ignore file lies: `base` is its folder below the root ("" or with a "/" at the end); for one above the root,
 * `above` is the way from its folder down to the root.
 */
export interface Place {
  base: string;
  above: string;
}

/** One line of an ignore file. Where it is `anchored` it speaks of the path seen from its file's folder, else of the last name. */
export interface Rule extends Place {
  anchored: boolean;
  /** What begins everything that the pattern can match: most rules are done with by it, and their pattern is never made. */
  head: string;
  pattern: () => Minimatch;
  negated: boolean;
  foldersOnly: boolean;
}

/** Tells whether a path (relative to the root) is ignored, by the last rule that speaks about it. */
export type Matcher = (path: string, isFolder: boolean) => boolean;

const VERSION_CONTROL = new Set([".git", ".hg", ".svn", ".jj", STATE_FOLDER]);
const DEPENDENCIES = new Set([
  "node_modules",
  "bower_components",
  ".venv",
  ".tox",
  ".nox",
  ".gradle",
  ".direnv",
  ".eggs",
  "__pypackages__",
  ".pnpm-store",
]);
const CACHES = new Set([
  "__pycache__",
  ".pytest_cache",
  ".mypy_cache",
  ".ruff_cache",
  ".hypothesis",
  ".DS_Store",
]);

/** Folders whose content an installer or a compiler brings back: too large to copy, nothing a person wrote. */
export function isDependencyFolder(root: string, path: string): boolean {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (DEPENDENCIES.has(name)) return true;
  const has = (file: string): boolean => existsSync(join(root, path, file));
  if (name === "venv" || name === "env") return has("pyvenv.cfg");
  return name === "target" && (has("CACHEDIR.TAG") || has("../Cargo.toml") || has("../pom.xml"));
}

/** Whether a folder name is version control's or our own. */
export const isMachinery = (name: string): boolean => VERSION_CONTROL.has(name);

/** What minimatch knows beyond gitignore's language is off. */
const GITIGNORE = { dot: true, nobrace: true, noext: true, nocomment: true, nonegate: true } as const;

/** The rules of an ignore file's text. */
export function parseRules(text: string, place: Place): Rule[] {
  const rules: Rule[] = [];
  for (const raw of text.replace(/^\uFEFF/, "").split(/\r?\n/)) {
    let line = raw.replace(/(?<!\\)((?:\\\\)*) +$/, "$1");
    if (line === "" || line.startsWith("#")) continue;
    const negated = line.startsWith("!");
    if (negated) line = line.slice(1);
    const foldersOnly = line.endsWith("/");
    if (foldersOnly) line = line.slice(0, -1);
    if (line === "" || line === "/") continue;
    const anchored = line.includes("/");
    const glob = line.replace(/^\//, "");
    let made: Minimatch | null = null;
    // Nothing matches a range that no one can mean ("[z-a]"); git sees that alike.
    const pattern = (): Minimatch => {
      made ??= new Minimatch(glob, GITIGNORE);
      return made;
    };
    rules.push({ ...place, negated, foldersOnly, anchored, head: headOf(glob), pattern });
  }
  return rules;
}

/** The text before the first wildcard or escape; empty where the pattern's path may be read in more than one way. */
function headOf(glob: string): string {
  return /\/\/|(^|\/)\.{1,2}(\/|$)/.test(glob) ? "" : (glob.match(/^[^*?[\\]*/)?.[0] ?? "");
}

/** Whether the last rule that speaks about a path ignores it. */
export function matches(rules: Rule[], path: string, isFolder: boolean): boolean {
  const name = path.slice(path.lastIndexOf("/") + 1);
  for (let i = rules.length - 1; i >= 0; i -= 1) {
    const rule = rules[i];
    if (!rule || (rule.foldersOnly && !isFolder) || !path.startsWith(rule.base)) continue;
    const subject = rule.anchored ? rule.above + path.slice(rule.base.length) : name;
    if (subject.startsWith(rule.head) && rule.pattern().match(subject)) return !rule.negated;
  }
  return false;
}

/** A matcher for globs in gitignore's language, seen from the root. */
export function matcher(globs: string[]): Matcher {
  const rules = parseRules(globs.join("\n"), { base: "", above: "" });
  return (path, isFolder) => matches(rules, path, isFolder);
}

/** An ignore file, and where it lies seen from the root. */
export interface IgnoreFile extends Place {
  absolute: string;
}

/** The rules of an ignore file; none where it cannot be read. */
export function readRules({ absolute, ...place }: IgnoreFile): Rule[] {
  try {
    return parseRules(readFileSync(absolute, "utf8"), place);
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "EISDIR", "EACCES", "EPERM", "ELOOP"].includes(errorCode(error))) return [];
    throw error;
  }
}

/** Where the repository that the root lies in may have rules: its own exclude file and the .gitignore files above the root. */
export function ignoreFilesAbove(root: string): IgnoreFile[] {
  const above: string[] = [];
  for (let folder = root; ; folder = dirname(folder)) {
    if (folder !== root) above.unshift(folder);
    if (existsSync(join(folder, ".git"))) {
      const from = (at: string, name: string): IgnoreFile => ({
        absolute: join(at, name),
        base: "",
        above: at === root ? "" : `${relative(at, root)}/`,
      });
      return [from(folder, ".git/info/exclude"), ...above.map((at) => from(at, ".gitignore"))];
    }
    if (dirname(folder) === folder) return [];
  }
}

/**
 * Left out by its name, whatever the ignore files say. A name with U+FFFD is not UTF-8 on disk and cannot be named. Whether a
 * folder is a dependency's is another question (`isDependencyFolder`), which what is in it may answer.
 */
export function isNever(path: string, isFolder: boolean): boolean {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (name.includes("\uFFFD") || isSecret(path) || CACHES.has(name) || name === ".git") return true;
  return isFolder ? isMachinery(name) : name.endsWith(STAGED_SUFFIX) || name.endsWith(".pyc");
}
