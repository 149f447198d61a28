/**
 * Which files a person would call the project's. Speaks gitignore's language (nested files, negation, anchors, `**`),
 * with and without git, and leaves out what no project means: version control, installed dependencies, caches, secrets.
 */
import { type Dirent, existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { errorCode, isSecret, STAGED_SUFFIX, STATE_FOLDER } from "./walls.ts";

const MAX_FILES = 50_000;

/**
 * Where an ignore file lies: `base` is its folder below the root ("" or with a "/" at the end); for one above the root,
 * `above` is the way from its folder down to the root.
 */
interface Place {
  base: string;
  above: string;
}

/** One line of an ignore file. `pattern` is tested against the path seen from the ignore file's folder. */
interface Rule extends Place {
  pattern: RegExp;
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

function classToRegExp(glob: string, start: number): { source: string; end: number } | null {
  let end = start + 1;
  if (glob[end] === "!" || glob[end] === "^") end += 1;
  if (glob[end] === "]") end += 1;
  while (end < glob.length && glob[end] !== "]") end += glob[end] === "\\" ? 2 : 1;
  if (end >= glob.length) return null;
  const body = glob
    .slice(start + 1, end)
    .replace(/^!/, "^")
    .replace(/\[(?!:)/g, "\\[");
  const named = body
    .replace(/\[:alpha:\]/g, "a-zA-Z")
    .replace(/\[:digit:\]/g, "0-9")
    .replace(/\[:alnum:\]/g, "a-zA-Z0-9");
  return { source: `(?!/)[${named.replace(/^(\^?)\]/, "$1\\]")}]`, end };
}

/** What stands at an index of a gitignore glob: the source of its regular expression and the index after it. */
function piece(glob: string, at: number): { source: string; next: number } {
  const rest = glob.slice(at);
  const startsPart = at === 0 || glob[at - 1] === "/";
  if (startsPart && rest.startsWith("**/")) return { source: "(?:.*/)?", next: at + 3 };
  if (startsPart && rest === "**") return { source: ".+", next: at + 2 };
  if (rest.startsWith("*")) return { source: "[^/]*", next: at + 1 };
  if (rest.startsWith("?")) return { source: "[^/]", next: at + 1 };
  const set = rest.startsWith("[") ? classToRegExp(glob, at) : null;
  if (set) return { source: set.source, next: set.end + 1 };
  const escaped = rest.startsWith("\\") && rest.length > 1;
  const literal = rest.charAt(escaped ? 1 : 0);
  return { source: literal.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&"), next: at + (escaped ? 2 : 1) };
}

/** A gitignore glob as the source of a regular expression over a whole path. */
function globToRegExp(glob: string): string {
  const sources: string[] = [];
  for (let at = 0; at < glob.length; ) {
    const { source, next } = piece(glob, at);
    sources.push(source);
    at = next;
  }
  return sources.join("");
}

/** The rules of an ignore file's text. */
function parseRules(text: string, place: Place): Rule[] {
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
    const glob = globToRegExp(line.replace(/^\//, ""));
    try {
      const pattern = new RegExp(`^${anchored ? "" : "(?:.*/)?"}${glob}$`, "s");
      rules.push({ ...place, negated, foldersOnly, pattern });
    } catch (error) {
      // A character range no one can mean ("[z-a]"): git matches nothing with it either.
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  return rules;
}

function matches(rules: Rule[], path: string, isFolder: boolean): boolean {
  for (let i = rules.length - 1; i >= 0; i -= 1) {
    const rule = rules[i];
    if (!rule || (rule.foldersOnly && !isFolder) || !path.startsWith(rule.base)) continue;
    if (rule.pattern.test(rule.above + path.slice(rule.base.length))) return !rule.negated;
  }
  return false;
}

/** A matcher for globs in gitignore's language, seen from the root. */
export function matcher(globs: string[]): Matcher {
  const rules = parseRules(globs.join("\n"), { base: "", above: "" });
  return (path, isFolder) => matches(rules, path, isFolder);
}

function rulesFrom(file: string, place: Place): Rule[] {
  try {
    return parseRules(readFileSync(file, "utf8"), place);
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "EISDIR", "EACCES", "EPERM", "ELOOP"].includes(errorCode(error))) return [];
    throw error;
  }
}

/** Rules of the repository that the root lies in: its own exclude file and the .gitignore files above the root. */
function rulesAbove(root: string): Rule[] {
  const above: string[] = [];
  for (let folder = root; ; folder = dirname(folder)) {
    if (folder !== root) above.unshift(folder);
    if (existsSync(join(folder, ".git"))) {
      const from = (at: string, name: string): Rule[] =>
        rulesFrom(join(at, name), { base: "", above: at === root ? "" : `${relative(at, root)}/` });
      return [...from(folder, ".git/info/exclude"), ...above.flatMap((at) => from(at, ".gitignore"))];
    }
    if (dirname(folder) === folder) return [];
  }
}

/**
 * The project's files below `root`, sorted, at most 50,000 (the ones nearest to the root). `extra` are further globs to
 * leave out; they outrank the ignore files. Symbolic links are neither listed nor followed; unreadable folders are
 * passed over.
 */
export function listFiles(root: string, extra: string[]): string[] {
  const files: string[] = [];
  const settings = parseRules(extra.join("\n"), { base: "", above: "" });
  let level: Folder[] = [{ folder: "", rules: rulesAbove(root) }];
  while (level.length > 0 && files.length < MAX_FILES) {
    const found = level.map((folder) => listFolder(root, folder, settings));
    for (const one of found) files.push(...one.files);
    level = found.flatMap(({ folders }) => folders);
  }
  return files.slice(0, MAX_FILES).sort();
}

/** A folder to look into ("" or with a "/" at the end) and the rules from above it. */
interface Folder {
  folder: string;
  rules: Rule[];
}

function listFolder(
  root: string,
  { folder, rules }: Folder,
  settings: Rule[],
): { files: string[]; folders: Folder[] } {
  const found: { files: string[]; folders: Folder[] } = { files: [], folders: [] };
  const entries = entriesOf(join(root, folder));
  const hasOwn = entries.some((entry) => entry.name === ".gitignore");
  const own = hasOwn ? rulesFrom(join(root, folder, ".gitignore"), { base: folder, above: "" }) : [];
  const here = [...rules, ...own];
  for (const entry of entries) {
    const path = folder + entry.name;
    const isFolder = entry.isDirectory();
    if (!(isFolder || entry.isFile()) || isNever(root, path, isFolder)) continue;
    if (matches(settings, path, isFolder) || matches(here, path, isFolder)) continue;
    if (isFolder) found.folders.push({ folder: `${path}/`, rules: here });
    else found.files.push(path);
  }
  return found;
}

/** What is in a folder; nothing where it cannot be read. */
export function entriesOf(absolute: string): Dirent[] {
  try {
    return readdirSync(absolute, { withFileTypes: true });
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "EACCES", "EPERM"].includes(errorCode(error))) return [];
    throw error;
  }
}

/** Left out whatever the ignore files say. A name with U+FFFD is not UTF-8 on disk and cannot be named. */
function isNever(root: string, path: string, isFolder: boolean): boolean {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (name.includes("\uFFFD") || isSecret(path) || CACHES.has(name) || name === ".git") return true;
  if (isFolder) return isMachinery(name) || isDependencyFolder(root, path);
  return name.endsWith(STAGED_SUFFIX) || name.endsWith(".pyc");
}
