/** What the plain rung works on: the functions, and what stands outside of them, that a step is about, each as a job for the model. */
import type { Definition } from "../graph/syntax/definitions.ts";
import { isMarkup } from "../graph/syntax/languages.ts";
import { notesNear } from "../graph/syntax/notes.ts";
import { type Parsed, parse } from "../graph/syntax/parse.ts";
import { cutLines } from "../model/budget.ts";
import type { PlainJob } from "../model/plain.ts";
import type { CodeSymbol, LineRange, Step, Suspect, Target } from "../types.ts";
import type { Work } from "./context.ts";
import { stretchesOf } from "./plain-stretches.ts";

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
  /** How suspicious all of it is by what uses it, whatever its lines are. */
  suspicion: number;
  /** It is a function, which can be written anew. */
  whole: boolean;
}

/** So many are worked on at once, and so many of them are values. */
const MOST = 8;
const MOST_VALUES = 2;
/** How suspicious a value is that a function uses, as a part of that. */
const VALUE = 0.5;
/** How suspicious a line outside of functions has to be, and so many stretches of such lines are read. */
const SURE = 0.5;
const MOST_STRETCHES = 2;
/** Of a value's text, in characters: a table that is longer is data. */
const LONGEST_VALUE = 1500;

const DOCSTRING = /^\s*("""|''')[\s\S]*?\1[^\n]*\n/;

/** Where what a definition without a body is set to begins. */
function valueAt(code: string): number {
  const found = /(?<![=!<>])=(?![=>])|\{/.exec(code);
  return found === null ? 0 : found.index + (found[0] === "=" ? 1 : 0);
}

/** The definition's text, what stands in front of it, and how it begins (signature, docstring). */
function textOf(parsed: Parsed, symbol: CodeSymbol): Pick<PlainJob, "before" | "code" | "opening"> {
  const found = parsed.definitions.find((one) => one.symbol === symbol);
  const lineStart = parsed.text.lastIndexOf("\n", (found?.start ?? 0) - 1) + 1;
  const code = parsed.text.slice(lineStart, found?.end);
  const body = found?.body ? found.body.start - lineStart : valueAt(code);
  const brace = code[body] === "{" ? 1 : 0;
  const start = code.slice(0, body + brace).trimEnd();
  const head = /^[ \t]*\n/.test(code.slice(start.length)) ? `${start}\n` : code.slice(0, body + brace);
  const inside = code.slice(body + brace).replace(/^[ \t]*\n/, "");
  const lineOfBody = code.slice(code.lastIndexOf("\n", body) + 1, body);
  const documented = brace === 0 ? (DOCSTRING.exec(inside)?.[0] ?? "") : "";
  return {
    before: parsed.text.slice(0, lineStart),
    code,
    opening: documented === "" ? head : head + lineOfBody + documented,
  };
}

interface Piece {
  name: string;
  text: Pick<PlainJob, "before" | "code" | "opening">;
  notes: string;
  intent: string;
}

function pieceOf(parsed: Parsed, { name, text, notes, intent }: Piece): Subject {
  const { path, language, text: file } = parsed;
  const { before, code } = text;
  return {
    target: { path, symbol: name },
    job: { language, ...text, notes, intent },
    line: before.split("\n").length,
    code,
    offset: before.length,
    file,
    words: new Set(file.match(/[A-Za-z_]\w*/g)),
    suspicion: 0,
    whole: false,
  };
}

function subjectOf(parsed: Parsed, symbol: CodeSymbol, intent: string): Subject {
  const notes = notesNear(parsed, symbol);
  const piece = pieceOf(parsed, { name: symbol.name, text: textOf(parsed, symbol), notes, intent });
  return { ...piece, whole: isFunction(symbol) };
}

/** Lines outside of functions, under the name of what is around them. */
function stretchOf(parsed: Parsed, { start, end }: LineRange, intent: string): Subject {
  const lines = parsed.text.split("\n");
  const before = lines.slice(0, start - 1).map((line) => `${line}\n`);
  const around = parsed.symbols.findLast(({ lines: own }) => own.start <= start && end <= own.end);
  const name = around?.name ?? parsed.path.split("/").at(-1) ?? parsed.path;
  const text = { before: before.join(""), code: lines.slice(start - 1, end).join("\n"), opening: "" };
  return pieceOf(parsed, { name, text, notes: "", intent });
}

interface Found {
  subject: Subject;
  parsed: Parsed;
  score: number;
  rank: number;
}

/**
 * At most eight: the functions with suspect lines and what stands outside of any, the likeliest first, and behind them the values
 * that they use; where nothing is suspected, the functions that the step names, in its order, and what its files do outside of any.
 */
export async function subjectsOf(step: Step, suspects: Suspect[], work: Work): Promise<Subject[]> {
  const intent = cutLines(step.intent, work.shares.answer);
  const found: Found[] = [];
  for (const path of new Set([...step.targets, ...suspects].map((one) => one.path))) {
    if (work.forbids(path) !== null) continue;
    const read = await work.parts.workspace.read(path);
    const parsed = read.ok ? await parse(path, read.file.text) : null;
    if (parsed === null || isMarkup(parsed.language)) continue;
    for (const { symbol, body } of parsed.definitions) {
      if (body === null || !isFunction(symbol)) continue;
      const { start, end } = symbol.lines;
      const scores = suspects
        .filter((one) => one.path === path && start <= one.line && one.line <= end)
        .map(({ score }) => score);
      const rank = step.targets.findIndex((one) => one.path === path && one.symbol === symbol.name);
      if (rank === -1 && scores.length === 0) continue;
      const subject = subjectOf(parsed, symbol, intent);
      const score = Math.max(0, ...scores);
      found.push({ subject, parsed, score, rank: rank === -1 ? step.targets.length : rank });
    }
    found.push(...looseIn(parsed, suspects, { intent, rank: step.targets.length }));
  }
  const likely = found.filter(({ score }) => score > 0);
  const ordered = (likely.length > 0 ? likely : found).sort((a, b) => b.score - a.score || a.rank - b.rank);
  const functions = outermost(ordered.map(({ subject }) => subject));
  const values = valuesOf(likely, intent).slice(0, MOST_VALUES);
  return [...functions.slice(0, MOST - values.length), ...values];
}

/** What of a file stands outside of its functions, where a suspect line does, or nothing at all is suspected. */
function looseIn(
  parsed: Parsed,
  suspects: Suspect[],
  { intent, rank }: { intent: string; rank: number },
): Found[] {
  // What is suspected by its first line and has no body is declared there, and does nothing.
  const declared = new Set(
    parsed.symbols.filter(({ kind }) => kind !== "variable").map(({ lines }) => lines.start),
  );
  const here = suspects.filter(
    ({ path, line, score }) => path === parsed.path && score >= SURE && !declared.has(line),
  );
  if (here.length === 0 && suspects.length > 0) return [];
  const stretches = stretchesOf(
    parsed,
    here.map(({ line }) => line),
  );
  return stretches.slice(0, MOST_STRETCHES).map((range) => {
    const scores = here
      .filter(({ line }) => range.start <= line && line <= range.end)
      .map(({ score }) => score);
    return { subject: stretchOf(parsed, range, intent), parsed, score: Math.max(0, ...scores), rank };
  });
}

const isFunction = ({ kind }: CodeSymbol): boolean => kind === "function" || kind === "method";

/** The constants, tables and enumerations of a file that its suspect functions use, likeliest first. */
function valuesOf(users: Found[], intent: string): Subject[] {
  const values: Subject[] = [];
  for (const parsed of new Set(users.map((one) => one.parsed)))
    for (const definition of parsed.definitions) {
      const { symbol } = definition;
      if (symbol.kind !== "variable" && symbol.kind !== "enum") continue;
      if (isLocal(parsed, definition)) continue;
      const name = symbol.name.slice(symbol.name.lastIndexOf(".") + 1);
      const word = new RegExp(`(?<![\\w$])${RegExp.escape(name)}(?![\\w$])`);
      const scores = users
        .filter(({ subject, parsed: own }) => own === parsed && word.test(subject.code))
        .map(({ score }) => score);
      if (scores.length === 0) continue;
      const subject = { ...subjectOf(parsed, symbol, intent), suspicion: Math.max(...scores) * VALUE };
      if (subject.code.length <= LONGEST_VALUE) values.push(subject);
    }
  return values.sort((a, b) => b.suspicion - a.suspicion);
}

/** Whether it stands in a function, which is read with it. */
function isLocal({ definitions }: Pick<Parsed, "definitions">, { parent }: Definition): boolean {
  const around = parent === null ? undefined : definitions[parent];
  return around !== undefined && (isFunction(around.symbol) || isLocal({ definitions }, around));
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
