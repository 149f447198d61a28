/**
 * Scores edits as models wrote them (`README.md` has the format): what SmallCode makes of each, beside exact matching and,
 * where it is given a Python that has it, aider's own matcher. The last line on stdout is the tally.
 *
 *     bun bench/edits.ts FILE [--aider PYTHON] [--show]
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readReplace } from "../src/model/blocks.ts";
import { applyEdits } from "../src/tools/match.ts";
import { decode } from "../src/workspace/encoding.ts";
import { encode } from "../src/workspace/files.ts";

/** What an edit leads to: the file's new content, or an error and the file untouched. */
export interface Outcome {
  content?: string;
  error?: string;
}

export interface EditCase {
  id: string;
  family: string;
  format: "find-replace" | "search-replace-block" | "unified-diff";
  file: string;
  content: string;
  edit: { old?: string; new?: string; replace_all?: boolean; raw?: string };
  expect: Outcome;
  accept?: Outcome[];
}

export const GRADES = ["expected", "accepted", "refused", "wrong"] as const;
export type Grade = (typeof GRADES)[number];

export const readCases = (path: string): EditCase[] =>
  readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line): EditCase => JSON.parse(line));

/** The edit made on the file as it would be on disk, by what the product itself calls. */
export function ours({ content, edit, file, format }: EditCase): Outcome {
  const raw = decode(Buffer.from(content))?.text ?? "";
  const text = raw.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n");
  const read =
    format === "find-replace"
      ? { ok: true as const, edits: [{ old: edit.old ?? "", new: edit.new ?? "" }] }
      : readReplace(edit.raw ?? "", file);
  if (!read.ok) return { error: `malformed block: ${read.reason}` };
  const applied = applyEdits(text, read.edits, { path: file, all: edit.replace_all === true });
  if (!applied.ok) return { error: `${applied.kind}: ${applied.reason}` };
  const written = encode(applied.text, Buffer.from(content));
  if (!written.ok) return { error: written.reason };
  return { content: new TextDecoder("utf-8", { ignoreBOM: true }).decode(written.bytes) };
}

/** What a tool does that wants every byte: one occurrence is replaced, none or several are refused. */
export function exact({ content, edit, format }: EditCase): Outcome {
  if (format !== "find-replace") return { error: "malformed block: this format is not read" };
  const [old, fresh] = [edit.old ?? "", edit.new ?? ""];
  const parts = old === "" ? [content] : content.split(old);
  if (parts.length === 1) return { error: "not-found" };
  if (old === fresh) return { error: "no-change" };
  if (parts.length > 2 && edit.replace_all !== true) return { error: "ambiguous" };
  return { content: parts.join(fresh) };
}

/** Any refusal of what is to be refused is as expected; nothing done where something was to be is a refusal. */
export function gradeOf(outcome: Outcome, { expect, accept = [] }: EditCase): Grade {
  const agrees = (one: Outcome): boolean =>
    outcome.content === undefined ? one.error !== undefined : one.content === outcome.content;
  if (agrees(expect)) return "expected";
  if (accept.some(agrees)) return "accepted";
  return outcome.content === undefined ? "refused" : "wrong";
}

/** As expected, and where that is an error, of the right kind. */
function isStrict(outcome: Outcome, { expect }: EditCase): boolean {
  if (expect.error === undefined) return outcome.content === expect.content;
  const kind = (text: string | undefined): string => (text ?? "").split(":")[0] ?? "";
  return outcome.error !== undefined && kind(expect.error).startsWith(kind(outcome.error));
}

/** aider's outcomes in the order of the cases; null and a sentence where it cannot be run. */
function aiders(python: string, file: string): Outcome[] | string {
  const ran = Bun.spawnSync([python, join(import.meta.dir, "edits-aider.py"), file], { stderr: "pipe" });
  if (!ran.success) return `aider could not be run: ${ran.stderr.toString().trim().split("\n").at(-1)}`;
  return ran.stdout
    .toString()
    .trim()
    .split("\n")
    .map((line): Outcome => JSON.parse(line));
}

const tallyOf = (grades: Grade[]): Record<Grade, number> => {
  const tally = { expected: 0, accepted: 0, refused: 0, wrong: 0 };
  for (const grade of grades) tally[grade] += 1;
  return tally;
};

function main(args: string[]): number {
  const at = args.indexOf("--aider");
  const python = at < 0 ? undefined : args[at + 1];
  const [file] = args.filter((arg, index) => !arg.startsWith("--") && (at < 0 || index !== at + 1));
  if (file === undefined || (at >= 0 && python === undefined)) {
    console.error("usage: bun bench/edits.ts FILE [--aider PYTHON] [--show]");
    return 2;
  }
  const cases = readCases(file);
  const outcomes = new Map<string, Outcome[]>([
    ["SmallCode", cases.map(ours)],
    ["exact", cases.map(exact)],
  ]);
  const aider = python === undefined ? "aider was not run (--aider PYTHON)" : aiders(python, file);
  if (typeof aider === "string") console.error(aider);
  else outcomes.set("aider", aider);
  report(cases, outcomes, args.includes("--show"));
  const own = outcomes.get("SmallCode") ?? [];
  const grades = tallyOf(cases.map((one, index) => gradeOf(own[index] ?? {}, one)));
  console.log(JSON.stringify({ cases: cases.length, ...grades }));
  return 0;
}

/** One row a family: expected + accepted / refused / wrong, for each matcher; for people. */
function report(cases: EditCase[], outcomes: Map<string, Outcome[]>, show: boolean): void {
  const families = [...new Set(cases.map(({ family }) => family))];
  const cell = (own: Outcome[], only: (one: EditCase) => boolean): string => {
    const grades = cases.flatMap((one, index) => (only(one) ? [gradeOf(own[index] ?? {}, one)] : []));
    const { expected, accepted, refused, wrong } = tallyOf(grades);
    return `${expected}+${accepted}/${refused}/${wrong}`.padEnd(16);
  };
  console.error(
    `${"expected+accepted/refused/wrong".padEnd(34)}${[...outcomes.keys()].map((name) => name.padEnd(16)).join("")}`,
  );
  const row = (name: string, only: (one: EditCase) => boolean): void =>
    console.error(
      `${name.padEnd(26)}${String(cases.filter(only).length).padEnd(8)}${[...outcomes.values()].map((own) => cell(own, only)).join("")}`,
    );
  for (const family of families) row(family, (one) => one.family === family);
  row("all", () => true);
  const own = outcomes.get("SmallCode") ?? [];
  const strict = cases.filter((one, index) => isStrict(own[index] ?? {}, one)).length;
  console.error(`of the expected kind, errors too: ${strict} of ${cases.length}`);
  for (const [index, one] of cases.entries()) {
    const outcome = own[index] ?? {};
    const grade = gradeOf(outcome, one);
    if (grade === "wrong" || (show && (grade !== "expected" || !isStrict(outcome, one))))
      console.error(`${grade} ${one.id}: ${JSON.stringify(outcome)}`);
  }
}

if (import.meta.main) process.exitCode = main(Bun.argv.slice(2));
