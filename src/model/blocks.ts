/**
 * Reads the changes that a model wrote as text: search/replace blocks in the forms that models know, and unified diffs.
 * Pure. What has no clear beginning, middle and end is refused as a whole: half a change is no change.
 */
import { z } from "zod";
import type { Result } from "../types.ts";

/**
 * One change of one file: `old` is to become `new`. `lines`: both are whole lines. `at`: the line (1-based) where the model
 * says that `old` begins; it decides between places that are alike, and nothing else.
 */
export const Edit = z.object({
  old: z.string(),
  new: z.string(),
  lines: z.boolean().optional(),
  at: z.int().optional(),
});
export type Edit = z.infer<typeof Edit>;

const FORM =
  "send <<<<<<< SEARCH, the old lines, =======, the new lines, >>>>>>> REPLACE, each mark on a line of its own.";

const OPEN = /^\s*(?:<{5,9}|-{5,9})\s*(?:SEARCH|ORIGINAL)\b>?.*$/i;
const MIDDLE = /^\s*={5,9}\s*$/;
const CLOSE = /^\s*(?:[<>+]{5,9}|={5,9})\s*(?:REPLACE|UPDATED)\b.*$/i;
/** Counts as the end only where the middle has been. */
const BARE_CLOSE = /^\s*>{5,9}\s*$/;
const HINT = /^\s*:(start|end)_line:\s*(\d+)\s*$/i;
const RULE = /^\s*-{5,9}\s*$/;
/** Marks that are text, as one family of models was taught to write them. */
const ESCAPED = /^(\s*)\\((?:[<>=+-]{5,9})(?:\s.*)?)$/;
const FENCE = /^\s*(?:`{3,}|~{3,})/;

const literal = (line: string): string => line.replace(ESCAPED, "$1$2");
const textOf = (lines: string[]): string => lines.map((line) => `${literal(line)}\n`).join("");

interface Open {
  old: string[];
  fresh: string[] | null;
  at: number | undefined;
}

const torn = (why: string): { ok: false; reason: string } => ({ ok: false, reason: `${why}; ${FORM}` });

const otherFile = (named: string, path: string): { ok: false; reason: string } => ({
  ok: false,
  reason: `The change names ${named}, but the file to change is ${path}; send only changes of ${path}.`,
});

/** The name in a line that names a file and nothing else; null where it is something else. */
function fileIn(line: string): string | null {
  const name = line.trim().replace(/^[#*`\s]*(?:file:?\s*)?[`*]*|[`*:\s]*$/gi, "");
  return /^[\w@./\\+-]+\.\w{1,8}$/.test(name) ? name.replaceAll("\\", "/").replace(/^\.\//, "") : null;
}

const names = (written: string, path: string): boolean =>
  written === path || written.endsWith(`/${path}`) || path.endsWith(`/${written}`);

/** The file that the lines before a block name, passing over blank lines and one fence. */
function fileBefore(lines: string[], at: number): string | null {
  for (let back = at - 1; back >= Math.max(0, at - 3); back -= 1) {
    const line = lines[back] ?? "";
    if (line.trim() === "" || FENCE.test(line)) continue;
    return CLOSE.test(line) ? null : fileIn(line);
  }
  return null;
}

type Complaint = { ok: false; reason: string } | null;

/** Reads line by line; each line belongs to a mark, to one half of an open block, or to the text around blocks. */
class Blocks {
  readonly edits: Edit[] = [];
  private open: Open | null = null;
  /** The text since the last block. */
  private since = "";

  /** Takes one line; a complaint where the blocks are torn. */
  take(line: string): Complaint {
    if (OPEN.test(line)) return this.begin();
    if (CLOSE.test(line) || (this.open?.fresh && BARE_CLOSE.test(line))) return this.end();
    if (this.open === null) {
      if (!FENCE.test(line)) this.since += line.trim();
      return null;
    }
    if (!MIDDLE.test(line)) this.takeText(this.open, line);
    else if (this.open.fresh !== null) return torn("A change has two lines of =======");
    else this.open.fresh = [];
    return null;
  }

  finish(): Complaint {
    return this.open === null ? null : torn("A change has no end");
  }

  private begin(): Complaint {
    if (this.open !== null) return torn("A change begins before the one before it has ended");
    this.open = { old: [], fresh: null, at: undefined };
    return null;
  }

  private end(): Complaint {
    if (this.open === null) {
      // A mark too many right behind its block is nothing; behind other text the block may have ended too early.
      return this.edits.length > 0 && this.since !== "" ? torn("There is an end without a beginning") : null;
    }
    const { old, fresh, at } = this.open;
    if (fresh === null) return torn("A change has no ======= between its parts");
    const edit: Edit = { old: textOf(old), new: textOf(fresh), lines: true, ...(at ? { at } : {}) };
    if (!this.edits.some((one) => one.old === edit.old && one.new === edit.new)) this.edits.push(edit);
    this.open = null;
    this.since = "";
    return null;
  }

  /** Hints of a line number at the head of the search part are no part of it. */
  private takeText(open: Open, line: string): void {
    if (open.fresh !== null) {
      open.fresh.push(line);
      return;
    }
    const hint = open.old.length === 0 ? HINT.exec(line) : null;
    if (hint !== null) open.at = hint[1]?.toLowerCase() === "start" ? Number(hint[2]) : (open.at ?? 0);
    else if (open.old.length > 0 || open.at === undefined || !RULE.test(line)) open.old.push(line);
  }
}

/** The blocks of a reply, in order, the same one twice counting once. */
function readBlocks(lines: string[], path: string | null): Result<{ edits: Edit[] }> {
  const blocks = new Blocks();
  for (const [index, line] of lines.entries()) {
    const named = path !== null && OPEN.test(line) ? fileBefore(lines, index) : null;
    if (named !== null && path !== null && !names(named, path)) return otherFile(named, path);
    const complaint = blocks.take(line);
    if (complaint !== null) return complaint;
  }
  return blocks.finish() ?? { ok: true, edits: blocks.edits };
}

const HUNK = /^@@+(?:\s*-(\d+)(?:,(\d+))?\s+\+\d+(?:,(\d+))?)?/;
/** The head of a file's part; inside a hunk only what cannot be a line of code without its leading space. */
const HEAD =
  /^(?:diff --git |index [0-9a-f]+\.\.|new file mode|deleted file mode|similarity index|rename (?:from|to)|old mode|new mode)/;
const PATCH_HEAD = /^\*\*\* (?:Begin|End|Update|Add|Delete|Move)\b/;
const NAMED_FILE = /^(?:\+\+\+ |\*\*\* Update File: )(.*)$/;

/** Opens a diff, which then needs no head of a hunk. */
const DIFF_FENCE = /^(?:`{3,}|~{3,})\s*(?:diff|patch)\b/;

const looksLikeDiff = (lines: string[]): boolean =>
  lines.some((line) => /^@@/.test(line) || DIFF_FENCE.test(line)) ||
  lines.some((line, index) => line.startsWith("--- ") && (lines[index + 1] ?? "").startsWith("+++ "));

interface Hunk {
  old: string[];
  fresh: string[];
  /** Line of the header, how many lines it announces. */
  head: RegExpExecArray | null;
  /** Blank lines without their leading space since the last other line: they may stand behind the hunk. */
  loose: number;
  changes: boolean;
}

/** A line of a hunk. Models leave the leading space of context lines out. */
function takeLine(hunk: Hunk, line: string): void {
  if (line.startsWith("\\")) return;
  const sign = line[0];
  const text = sign === " " || sign === "-" || sign === "+" ? line.slice(1) : line;
  if (sign !== "+") hunk.old.push(text);
  if (sign !== "-") hunk.fresh.push(text);
  if (sign === "+" || sign === "-") hunk.changes = true;
  hunk.loose = line === "" ? hunk.loose + 1 : 0;
}

function editOf(hunk: Hunk): Edit {
  const old = hunk.old.slice(0, hunk.old.length - hunk.loose);
  const fresh = hunk.fresh.slice(0, hunk.fresh.length - hunk.loose);
  const [, at, wrote = "1", puts = "1"] = hunk.head ?? [];
  // The number is worth something only where the counts beside it are right: models count badly.
  const counted = at !== undefined && Number(wrote) === old.length && Number(puts) === fresh.length;
  const text = (lines: string[]): string => lines.map((line) => `${line}\n`).join("");
  return { old: text(old), new: text(fresh), lines: true, ...(counted ? { at: Number(at) } : {}) };
}

/** Whether a line stands between hunks. A removed `-- x` looks like the head of a file, which has two such lines. */
function isHead(line: string, before: string, next: string): boolean {
  if (line.startsWith("--- ")) return next.startsWith("+++ ");
  if (line.startsWith("+++ ")) return before.startsWith("--- ");
  return HEAD.test(line) || PATCH_HEAD.test(line);
}

/** Each hunk of a unified diff is one change; its line numbers need not be right. */
function readDiff(lines: string[], path: string | null): Result<{ edits: Edit[] }> {
  const hunks: Hunk[] = [];
  let hunk: Hunk | null = null;
  for (const [index, line] of lines.entries()) {
    const head = isHead(line, lines[index - 1] ?? "", lines[index + 1] ?? "");
    const named = head ? NAMED_FILE.exec(line)?.[1] : undefined;
    if (named !== undefined && path !== null && !namesPath(named, path)) return otherFile(named.trim(), path);
    if (HUNK.test(line) || named !== undefined || DIFF_FENCE.test(line)) {
      hunk = { old: [], fresh: [], head: HUNK.exec(line), loose: 0, changes: false };
      hunks.push(hunk);
    } else if (head || FENCE_LINE.test(line) || (hunk !== null && isBehind(hunk, line))) hunk = null;
    else if (hunk !== null) takeLine(hunk, line);
    else if (hunks.length > 0 && /^(?:\+|-\S)/.test(line))
      return torn("Lines of the diff stand behind its end");
  }
  const edits = hunks.filter(({ changes }) => changes).map(editOf);
  return edits.length === 0 ? torn("The diff has no line with + or -") : { ok: true, edits };
}

const FENCE_LINE = /^(?:`{3,}|~{3,})/;

/** Whether a line is prose behind a hunk: a blank line stands between, and it has no sign of a diff. */
const isBehind = ({ loose, changes }: Hunk, line: string): boolean =>
  loose > 0 && changes && !/^(?:[ +\\-]|$)/.test(line);

function namesPath(written: string, path: string): boolean {
  const name = written.trim().split("\t")[0] ?? "";
  return names(name.replace(/^[ab]\//, ""), path) || names(name, path);
}

/**
 * The changes of a reply, in the order in which they are to be made: all of its search/replace blocks, or all hunks of its
 * diff. `path`: the file that is to change, where it is known; a change that names another one is refused.
 */
export function readReplace(text: string, path: string | null = null): Result<{ edits: Edit[] }> {
  const lines = text.replaceAll("\r\n", "\n").split("\n");
  const found = readBlocks(lines, path);
  if (!found.ok || found.edits.length > 0) return found;
  return looksLikeDiff(lines) ? readDiff(lines, path) : torn("There was no change");
}
