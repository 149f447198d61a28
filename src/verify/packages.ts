/** Which packages of a workspace to judge: those of the files that a task is about, else the outermost ones. */
import { folderOf, outward } from "../graph/link/paths.ts";
import { quote as shellQuote } from "../workspace/run.ts";

const FOREIGN = /(^|\/)(node_modules|vendor|third_party|target|build|dist|\.venv|venv)\//;
/** More packages than this are not judged at once where a task names none. */
const MOST_PACKAGES = 4;

export interface PackageQuery {
  files: string[];
  /** Files that the task is about. */
  near: string[];
  /** The name of a file that makes a folder a package. */
  manifest: RegExp;
  /** Whether a package can judge: has tests, a configuration, ... */
  judges?: (folder: string) => Promise<boolean>;
}

/** The folders of the packages, relative to the workspace; empty where there is none that can judge. */
export async function packagesNear({ files, near, manifest, judges }: PackageQuery): Promise<string[]> {
  const named = files.filter((path) => manifest.test(path.split("/").at(-1) ?? "") && !FOREIGN.test(path));
  const folders = new Set(named.map(folderOf));
  const able = async (folder: string): Promise<boolean> =>
    folders.has(folder) && (judges === undefined || (await judges(folder)));
  const nearest = new Set<string>();
  for (const around of new Set(near.map(folderOf))) {
    const found = await firstOf(outward(around), able);
    if (found !== null) nearest.add(found);
  }
  if (nearest.size > 0) return [...nearest];
  const depth = (folder: string): number => outward(folder).length;
  const ordered = [...folders].sort((a, b) => depth(a) - depth(b) || (a < b ? -1 : 1));
  const first = await firstOf(ordered, able);
  if (first === null) return [];
  const found: string[] = [];
  for (const folder of ordered.filter((one) => depth(one) === depth(first)))
    if (found.length < MOST_PACKAGES && (await able(folder))) found.push(folder);
  return found;
}

async function firstOf(
  folders: string[],
  able: (folder: string) => Promise<boolean>,
): Promise<string | null> {
  for (const folder of folders) if (await able(folder)) return folder;
  return null;
}

/** An id for a check of a package: `jest`, or `jest:packages/a` where it is not the workspace's own. */
export const idIn = (name: string, folder: string): string => (folder === "" ? name : `${name}:${folder}`);

/** What a person would type in the workspace's folder: one plain command, with the program's own option for another folder. */
export function shownIn(line: string, option: string, folder: string): string {
  const [program = "", ...rest] = line.split(" ");
  return folder === "" ? line : [program, option, quote(folder), ...rest].join(" ");
}

const quote = (word: string): string => (/^[\w./@+-]+$/.test(word) ? word : shellQuote(word));

/** Files that say what a project runs: its own scripts and continuous integration. */
const RECIPES =
  /(^|\/)(\.github\/workflows\/[^/]+\.ya?ml|\.gitlab-ci\.ya?ml|\.travis\.ya?ml|\.pre-commit-config\.ya?ml|\.golangci\.ya?ml|(GNU)?[Mm]akefile|[Jj]ustfile|Taskfile\.ya?ml|magefile\.go)$/;
const MOST_RECIPES = 20;

/** Whether the project itself runs what this pattern names. */
export async function usedBy(
  place: {
    read(path: string): Promise<{ ok: true; file: { text: string } } | { ok: false; reason: string }>;
  },
  files: string[],
  pattern: RegExp,
): Promise<boolean> {
  for (const path of files.filter((one) => RECIPES.test(one)).slice(0, MOST_RECIPES)) {
    const read = await place.read(path);
    if (read.ok && pattern.test(read.file.text)) return true;
  }
  return false;
}
