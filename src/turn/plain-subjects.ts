/** What the plain rung works on: the functions that a step is about, each as a job for the model. */
import { notesNear } from "../graph/syntax/notes.ts";
import { type Parsed, parse } from "../graph/syntax/parse.ts";
import { cutLines } from "../model/budget.ts";
import type { PlainJob } from "../model/plain.ts";
import type { CodeSymbol, Step, Suspect, Target } from "../types.ts";
import type { Work } from "./context.ts";

export interface Subject {
  target: Target & { symbol: string };
  job: PlainJob;
  /** Where the definition stands: its first line, from 1; its text and the offset of that. */
  line: number;
  code: string;
  offset: number;
  /** The whole file, and the names in it. */
  file: string;
  words: Set<string>;
}

/** So many functions are worked on at once. */
const MOST = 8;

const DOCSTRING = /^\s*("""|''')[\s\S]*?\1[^\n]*\n/;

/** The definition's text, what stands in front of it, and how it begins (signature, docstring). */
function textOf(parsed: Parsed, symbol: CodeSymbol): Pick<PlainJob, "before" | "code" | "opening"> {
  const found = parsed.definitions.find((one) => one.symbol === symbol);
  const lineStart = parsed.text.lastIndexOf("\n", (found?.start ?? 0) - 1) + 1;
  const code = parsed.text.slice(lineStart, found?.end);
  const body = found?.body ? found.body.start - lineStart : 0;
  const brace = code[body] === "{" ? 1 : 0;
  const head = `${code.slice(0, body + brace).trimEnd()}\n`;
  const inside = code.slice(body + brace).replace(/^[ \t]*\n/, "");
  const lineOfBody = code.slice(code.lastIndexOf("\n", body) + 1, body);
  const documented = brace === 0 ? (DOCSTRING.exec(inside)?.[0] ?? "") : "";
  return {
    before: parsed.text.slice(0, lineStart),
    code,
    opening: documented === "" ? head : head + lineOfBody + documented,
  };
}

function subjectOf(parsed: Parsed, symbol: CodeSymbol, intent: string): Subject {
  const job = {
    language: parsed.language,
    ...textOf(parsed, symbol),
    notes: notesNear(parsed, symbol),
    intent,
  };
  const words = new Set(parsed.text.match(/[A-Za-z_]\w*/g));
  const { path, name } = symbol;
  const { before, code } = job;
  const line = before.split("\n").length;
  return { target: { path, symbol: name }, job, line, code, offset: before.length, file: parsed.text, words };
}

/**
 * At most eight functions: those with suspect lines, the likeliest first; where nothing is suspected, those that the step names, in
 * its order.
 */
export async function subjectsOf(step: Step, suspects: Suspect[], work: Work): Promise<Subject[]> {
  const intent = cutLines(step.intent, work.shares.answer);
  const found: { subject: Subject; score: number; rank: number }[] = [];
  for (const path of new Set([...step.targets, ...suspects].map((one) => one.path))) {
    if (work.forbids(path) !== null) continue;
    const read = await work.parts.workspace.read(path);
    const parsed = read.ok ? await parse(path, read.file.text) : null;
    if (parsed === null) continue;
    for (const { symbol, body } of parsed.definitions) {
      if (body === null || (symbol.kind !== "function" && symbol.kind !== "method")) continue;
      const { start, end } = symbol.lines;
      const scores = suspects
        .filter((one) => one.path === path && start <= one.line && one.line <= end)
        .map(({ score }) => score);
      const rank = step.targets.findIndex((one) => one.path === path && one.symbol === symbol.name);
      if (rank === -1 && scores.length === 0) continue;
      const subject = subjectOf(parsed, symbol, intent);
      found.push({ subject, score: Math.max(0, ...scores), rank: rank === -1 ? step.targets.length : rank });
    }
  }
  const likely = found.filter(({ score }) => score > 0);
  const ordered = (likely.length > 0 ? likely : found).sort((a, b) => b.score - a.score || a.rank - b.rank);
  return outermost(ordered.map(({ subject }) => subject)).slice(0, MOST);
}

/** A function inside of another one is read with that. */
function outermost(subjects: Subject[]): Subject[] {
  const lastOf = ({ line, job }: Subject): number => line + job.code.split("\n").length - 1;
  return subjects.filter(
    (one) =>
      !subjects.some(
        (other) =>
          other !== one &&
          other.target.path === one.target.path &&
          other.line <= one.line &&
          lastOf(other) >= lastOf(one) &&
          other.job.code.length > one.job.code.length,
      ),
  );
}

const PLACEHOLDER =
  /^(pass|\.\.\.|raise NotImplementedError.*|throw new Error\(.*\);?|todo!\(.*\);?|unimplemented!\(.*\);?)$/;

/** A body that only holds the place of one: nothing in it is worth keeping. */
export function isStub({ code, opening }: Pick<PlainJob, "code" | "opening">): boolean {
  const lines = code
    .slice(opening.length)
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !/^(#|\/\/)/.test(line));
  const body = lines.at(-1) === "}" ? lines.slice(0, -1) : lines;
  return body.length === 1 && PLACEHOLDER.test(body[0] ?? "");
}
