/** Where a step applies, for code that is written at once: the files to show whole. Computed; null where it is not known. */
import { isMarkup, languageOf } from "../graph/syntax/languages.ts";
import { failingPlaces, namedPaths } from "../plan/targets.ts";
import type { Step } from "../types.ts";
import { locate } from "../workspace/walls.ts";
import type { Work } from "./context.ts";

/** Files that are asked for at once. */
const MOST_FILES = 4;
/** A project of so few files is shown whole. */
const FEW_FILES = 4;
const MAKES = /\b(?:create|add|write|make|new|generate|extract|split|move|put|implement)\b/i;
const PATH = /(?:[\w.@-]+[/\\])*[\w.@-]*\w\.[A-Za-z]\w{0,7}\b/g;
const TEXT = /\.(?:md|txt|json|ya?ml|toml|cfg|ini|html|css|csv|xml)$/i;

export interface DirectPlace {
  /** Files that are there, likeliest first. */
  files: string[];
  /** Files that the task names to be made. */
  fresh: string[];
}

/** The paths of a task that no file has yet and that it asks to be made. */
export function freshPaths(task: string, files: string[], root: string): string[] {
  if (!MAKES.test(task)) return [];
  const written = [...task.matchAll(PATH)].flatMap(([text], at, all) => {
    const before = task.slice(Math.max(0, (all[at]?.index ?? 0) - 3), all[at]?.index);
    return /:\/\/?$|[\w/]$/.test(before) ? [] : [text.replaceAll("\\", "/").replace(/^\.\//, "")];
  });
  const made = written.filter(
    (path) =>
      (languageOf(path) !== null || TEXT.test(path)) &&
      !files.some((file) => file === path || file.endsWith(`/${path}`)) &&
      locate(root, path).ok,
  );
  return [...new Set(made)];
}

const stemOf = (path: string): string => path.replace(/\.\w+$/, "");
const isCode = (path: string): boolean => {
  const language = languageOf(path);
  return language !== null && !isMarkup(language);
};

/** The other half of a file: a header and its source. */
function halvesOf(paths: string[], files: string[]): string[] {
  return paths.flatMap((path) =>
    files.filter((other) => other !== path && stemOf(other) === stemOf(path) && isCode(other)),
  );
}

/** The file that the plan has the step make: it comes first among the targets, and is not there. */
export function madeFirst({ targets: [first] }: Step, files: string[]): string[] {
  return first === undefined || first.symbol !== undefined || files.includes(first.path) ? [] : [first.path];
}

export function placeOf(step: Step, work: Work): DirectPlace | null {
  const { files, parts, verifier } = work;
  const free = (path: string): boolean => work.forbids(path) === null;
  const named = namedPaths(step.intent, files).filter(free);
  const fresh = [...madeFirst(step, files), ...freshPaths(step.intent, files, parts.workspace.root)].filter(
    free,
  );
  const failing = failingPlaces({ baseline: verifier.baseline, frozen: (path) => !free(path) })
    .map(({ path }) => path)
    .filter((path) => files.includes(path));
  const targets = step.targets.map(({ path }) => path).filter((path) => free(path) && isCode(path));
  const red = verifier.baseline.some(({ diagnostics }) =>
    diagnostics.some(({ severity }) => severity === "error"),
  );
  const spoken = step.targets.filter(({ symbol }) => {
    const name = symbol?.split(".").at(-1) ?? "";
    return name.length > 2 && new RegExp(`(?<![\\w$])${RegExp.escape(name)}(?![\\w$])`).test(step.intent);
  });
  const code = files.filter((path) => isCode(path) && free(path));
  const few = code.length <= FEW_FILES ? code : [];
  const known = [
    ...named,
    ...(named.length === 0 ? failing : []),
    ...(named.length === 0 && red ? targets : []),
    ...(named.length === 0 ? spoken.map(({ path }) => path) : []),
    ...(named.length === 0 ? few : []),
  ].filter(free);
  const likely = [...new Set(known)].slice(0, named.length > 0 ? Math.max(MOST_FILES, named.length) : 2);
  if (likely.length === 0 && fresh.length === 0) return null;
  const all = [...new Set([...likely, ...halvesOf(likely, files).filter(free), ...few])];
  return { files: all.slice(0, Math.max(MOST_FILES, named.length)), fresh: [...new Set(fresh)] };
}
