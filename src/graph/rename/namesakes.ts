/**
 * Modules, packages and namespaces that bear the same name as what is renamed, and stay as they are: of `from bill import bill` the
 * first, of `bill.bill()` the first, too, where `bill` is what a file knows the module by.
 */
import type { FileId } from "../index/code-index.ts";
import type { ResolvedImport } from "../link/links.ts";
import type { Occurrence, Occurrences } from "./occurrences.ts";

/** Languages whose imports name packages before the thing itself, with a dot. */
const BY_PACKAGE = new Set(["java", "kotlin", "scala", "c_sharp"]);

/** What a place is judged by. */
export interface Around {
  name: string;
  /** Whether what is renamed has names of its own inside. */
  isType: boolean;
  /** The imports of the file. */
  imports: readonly ResolvedImport[];
  pathOf: (file: FileId) => string;
  /** Whether an import gives what is renamed. */
  gives: (one: ResolvedImport) => boolean;
}

/** Whether a place of the name, outside comments and strings, means a module and not what is renamed. */
export function isNamesake(o: Occurrence, { text, language }: Occurrences, around: Around): boolean {
  const { name, isType, imports } = around;
  const before = text.slice(text.lastIndexOf("\n", o.at - 1) + 1, o.at);
  const after = text.slice(o.at + name.length);
  if (/^\s*package\s+[\w.]*$/.test(before)) return true;
  if (language === "python" && /^\s*from\s+[\w.]*$/.test(before)) return /^[\w.]*\s+import\b/.test(after);
  if (!isType && /^\s*::\s*[A-Za-z_]/.test(after)) return true;
  if (!isType && BY_PACKAGE.has(language) && o.is === "import" && /^\s*\.\s*\w/.test(after)) return true;
  if (o.is !== "name") return false;
  if (language === "go") return imports.some(({ module }) => module.split("/").at(-1) === name);
  return language === "python" && imports.some((one) => isModule(one, around, text));
}

/** Whether a Python import makes the name stand for a module. */
function isModule(one: ResolvedImport, { name, pathOf, gives }: Around, text: string): boolean {
  if (one.names.includes(name))
    return !gives(one) && one.files.some((file) => moduleOf(pathOf(file)).split("/").at(-1) === name);
  const line = text.split("\n")[one.line - 1] ?? "";
  return one.module === name && new RegExp(`^\\s*import\\b.*(?<![\\w.])${name}\\s*(,|;|#|$)`).test(line);
}

const moduleOf = (path: string): string => path.replace(/(^|\/)__init__\.py$/, "").replace(/\.py$/, "");

/**
 * Whether an import takes its names out of the file of this path. `from pkg import bill` takes them out of `pkg/__init__.py`; of
 * `pkg/bill.py` it takes the file itself.
 */
export function takesFrom({ module }: ResolvedImport, path: string): boolean {
  if (!path.endsWith(".py")) return true;
  const said = module.replace(/^\.+/, "").replaceAll(".", "/");
  return said === "" ? /(^|\/)__init__\.py$/.test(path) : `/${moduleOf(path)}`.endsWith(`/${said}`);
}
