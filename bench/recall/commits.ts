/**
 * Fixes out of real histories: what their author said, the tree before them, and the definitions that they touched. The task is
 * the commit's subject and the first paragraph of its body; nothing of it comes from the diff.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { parse } from "../../src/graph/syntax/parse.ts";
import { isTestPath } from "../../src/graph/update/classify.ts";

/** A definition that a fix touches. */
export interface Gold {
  path: string;
  /** Qualified inside its file. */
  name: string;
}

export interface Fix {
  gitDir: string;
  commit: string;
  /** The commit before it: the tree that a slice is made of. */
  parent: string;
  task: string;
  gold: Gold[];
}

const MOST_COMMITS = 6000;
const MOST_FILES = 3;
const MOST_GOLD = 6;
const FIX =
  /\b(fix\w*|bug\w*|regress\w*|crash\w*|errors?|wrong\w*|incorrect\w*|fail\w*|broken|handl\w*|avoid\w*|prevent\w*|correct\w*|rais\w*|leak\w*)\b/i;
const OTHER =
  /\b(typos?|docs?|docstrings?|documentation|changelog|changes|lint\w*|flake8|format\w*|style|merge|revert|release|version|tests?|ci|pep8|spelling|mypy|typing)\b/i;

/** What git prints; a command that fails is an error of the bench. */
export function git(gitDir: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync("git", [`--git-dir=${gitDir}`, ...args], {
    encoding: "utf8",
    maxBuffer: 1 << 30,
  });
  if (status !== 0) throw new Error(`git ${args[0]} in ${gitDir}: ${stderr}`);
  return stdout;
}

interface Told {
  commit: string;
  parent: string;
  task: string;
  /** Changed source files that are no tests. */
  sources: string[];
}

const isSource = (path: string): boolean => path.endsWith(".py") && !isTestPath(path);
const isOwn = (path: string): boolean =>
  !/(^|\/)(docs?|examples?|setup\.py|bench\w*|release\w*)(\/|$)/.test(path);

/** The subject and the first paragraph of the body, without the marks of pull requests and trailers. */
function taskOf(subject: string, body: string): string {
  const paragraph = body.trim().split(/\n\s*\n/)[0] ?? "";
  const prose = /^[\w-]+(-by)?: /.test(paragraph) ? "" : paragraph;
  return `${subject.replace(/\s*\(#\d+\)\s*$/, "")}\n${prose}`.trim();
}

/** Commits that call themselves fixes and change one to three source files and at most 150 lines of them. */
function fixesIn(gitDir: string): Told[] {
  const format = "--format=%x01%H%x00%P%x00%s%x00%b%x00";
  const log = git(gitDir, "log", "--no-merges", `-n${MOST_COMMITS}`, "--numstat", "--no-renames", format);
  return log
    .split("\x01")
    .slice(1)
    .flatMap((entry) => {
      const [commit = "", parents = "", subject = "", body = "", stat = ""] = entry.split("\x00");
      const rows = stat.split("\n").flatMap((row) => {
        const [added = "", deleted = "", path = ""] = row.split("\t");
        return path !== "" && isSource(path) ? [{ path, lines: Number(added) + Number(deleted) }] : [];
      });
      const lines = rows.reduce((sum, row) => sum + row.lines, 0);
      const few = rows.length >= 1 && rows.length <= MOST_FILES && lines <= 150;
      const own = rows.every(({ path }) => isOwn(path));
      if (
        !few ||
        !own ||
        parents.includes(" ") ||
        parents === "" ||
        !FIX.test(subject) ||
        OTHER.test(subject)
      )
        return [];
      return [
        { commit, parent: parents, task: taskOf(subject, body), sources: rows.map(({ path }) => path) },
      ];
    });
}

/** Old lines that a file's hunks touch, as spans; an insertion lies between two lines. */
function touched(gitDir: string, { commit, parent }: Told, path: string): { from: number; to: number }[] {
  const diff = git(gitDir, "diff", "--no-renames", "-U0", parent, commit, "--", path);
  return [...diff.matchAll(/^@@ -(\d+)(?:,(\d+))? \+/gm)].map(([, at = "0", count = "1"]) => {
    const [line, size] = [Number(at), Number(count)];
    return size === 0 ? { from: line, to: line + 1 } : { from: line, to: line + size - 1 };
  });
}

interface Named {
  name: string;
  start: number;
  end: number;
}

/** The innermost definition around each touched line; of an insertion, the one that holds both its neighbours. */
function goldIn(
  definitions: Named[],
  spans: { from: number; to: number }[],
  inserted: boolean[],
): Set<string> {
  const names = new Set<string>();
  const holding = (from: number, to: number): void => {
    const found = definitions.findLast(({ start, end }) => start <= from && to <= end);
    if (found !== undefined) names.add(found.name);
  };
  for (const [index, { from, to }] of spans.entries()) {
    if (inserted[index]) holding(from, to);
    else for (let line = from; line <= to; line += 1) holding(line, line);
  }
  return names;
}

/** What Python's own parser says a file defines; null where it cannot read it, or there is no Python. */
function astDefinitions(text: string): Named[] | null {
  const run = spawnSync("python3", [join(import.meta.dir, "definitions.py")], {
    input: text,
    encoding: "utf8",
  });
  return run.status === 0 ? JSON.parse(run.stdout) : null;
}

/** The touched definitions of a file by our parse; null where Python's own parser sees others. */
async function goldOf(gitDir: string, told: Told, path: string): Promise<string[] | null> {
  const listed = git(gitDir, "ls-tree", told.parent, "--", path);
  if (listed === "") return [];
  const text = git(gitDir, "show", `${told.parent}:${path}`).replaceAll("\r\n", "\n");
  const parsed = await parse(path, text);
  if (parsed === null) return null;
  const spans = touched(gitDir, told, path);
  const diff = git(gitDir, "diff", "--no-renames", "-U0", told.parent, told.commit, "--", path);
  const inserted = [...diff.matchAll(/^@@ -\d+(?:,(\d+))? \+/gm)].map(([, count]) => count === "0");
  const ours = parsed.symbols
    .filter(({ kind }) => kind !== "variable")
    .map(({ name, lines }) => ({ name, ...lines }));
  const theirs = astDefinitions(text);
  const names = [...goldIn(ours, spans, inserted)].sort();
  const seen = theirs === null ? null : [...goldIn(theirs, spans, inserted)].sort();
  return seen !== null && seen.join() === names.join() ? names : null;
}

export interface Chosen {
  fixes: Fix[];
  /** Fixes that were left out because the two parsers disagree on what they touch, or one cannot read the file. */
  unclear: number;
}

/** At most so many fixes of a history, spread evenly over it; the same ones in every run. */
export async function chooseFixes(gitDir: string, most: number): Promise<Chosen> {
  const told = fixesIn(gitDir);
  const fixes: Fix[] = [];
  let unclear = 0;
  const step = Math.max(1, told.length / (most * 1.6));
  for (let at = 0; at < told.length && fixes.length < most; at += step) {
    const one = told[Math.floor(at)];
    if (one === undefined) break;
    const gold: Gold[] = [];
    let clear = true;
    for (const path of one.sources) {
      const names = await goldOf(gitDir, one, path);
      if (names === null) clear = false;
      else gold.push(...names.map((name) => ({ path, name })));
    }
    if (!clear) unclear += 1;
    else if (gold.length >= 1 && gold.length <= MOST_GOLD)
      fixes.push({ gitDir, commit: one.commit, parent: one.parent, task: one.task, gold });
  }
  return { fixes, unclear };
}
