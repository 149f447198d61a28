/**
 * One step with a base model: verified sampling. The attempts come from `model/plain.ts`, each the model's own tokens; what
 * does not parse or was there before costs no check; the first candidate that is proven is taken.
 */
import { definitionCloser } from "../graph/closer.ts";
import { notesNear } from "../graph/notes.ts";
import { type Parsed, parse } from "../graph/parse.ts";
import {
  type PlainAttempt,
  type PlainJob,
  plainAttempts,
  plainPrompt,
  plainText,
  wholeAttempts,
} from "../model/plain.ts";
import type { CodeSymbol, Step, Target, Verdict } from "../types.ts";
import { stoppedEnd, type Work } from "./context.ts";
import { endOfFailure } from "./failures.ts";
import { judgeCandidate, runTool, type StepEnd, takeBack } from "./judge.ts";

/** Attempts of one symbol: its whole text, then where the model hesitated. */
const WHOLE = 6;
const LINES = 30;

interface Subject {
  target: Target & { symbol: string };
  parsed: Parsed;
  symbol: CodeSymbol;
  job: PlainJob;
}

const DOCSTRING = /^\s*("""|''')[\s\S]*?\1[^\n]*\n/;

/** The definition's text, and how it begins (signature, docstring), both without the indentation of its first line. */
function textOf(parsed: Parsed, symbol: CodeSymbol): { code: string; opening: string } {
  const found = parsed.definitions.find((one) => one.symbol === symbol);
  const lineStart = parsed.text.lastIndexOf("\n", (found?.start ?? 0) - 1) + 1;
  const text = parsed.text.slice(lineStart, found?.end);
  const indent = /^[ \t]*/.exec(text)?.[0] ?? "";
  const dedent = (piece: string): string =>
    piece
      .split("\n")
      .map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line))
      .join("\n");
  const body = found?.body ? found.body.start - lineStart : 0;
  const brace = text[body] === "{" ? 1 : 0;
  const head = `${text.slice(0, body + brace).trimEnd()}\n`;
  const inside = text.slice(body + brace).replace(/^[ \t]*\n/, "");
  const lineOfBody = text.slice(text.lastIndexOf("\n", body) + 1, body);
  const documented = brace === 0 ? (DOCSTRING.exec(inside)?.[0] ?? "") : "";
  return { code: dedent(text), opening: dedent(documented === "" ? head : head + lineOfBody + documented) };
}

async function subjectOf(step: Step, work: Work): Promise<Subject | null> {
  for (const { path, symbol: name } of step.targets) {
    if (name === undefined || work.forbids(path) !== null) continue;
    const read = await work.parts.workspace.read(path);
    const parsed = read.ok ? await parse(path, read.file.text) : null;
    const symbol = parsed?.symbols.find(
      (one) => one.name === name && (one.kind === "function" || one.kind === "method"),
    );
    if (parsed === null || symbol === undefined) continue;
    const job = {
      language: parsed.language,
      ...textOf(parsed, symbol),
      notes: notesNear(parsed, symbol),
      intent: step.intent,
    };
    return { target: { path, symbol: name }, parsed, symbol, job };
  }
  return null;
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

/** Where no check fails, none can tell a right change from any other; only an empty body may be filled without proof. */
function whyUnjudged({ job }: Subject, { verifier, checks }: Work): string | null {
  const fails = verifier.baseline.some(
    ({ status }) => !["passed", "no_tests", "unavailable"].includes(status),
  );
  if (fails || (checks.length === 0 && isStub(job))) return null;
  return "No check fails here, so nothing could tell a right change of this base model from a wrong one; give a failing test with --check, or use a model with chat training.";
}

export async function plainStep(step: Step, _symbols: CodeSymbol[], work: Work): Promise<StepEnd> {
  const subject = await subjectOf(step, work);
  if (subject === null)
    return {
      kind: "failed",
      last: null,
      reason: "No function to work on was found; name the file or the function in the task.",
    };
  const hopeless = whyUnjudged(subject, work);
  if (hopeless !== null) return { kind: "failed", last: null, reason: hopeless };
  const tried = new Set<string>([subject.job.code.trim()]);
  const stages = isStub(subject.job) ? [wholes, lines] : [lines, wholes];
  let last: Verdict | null = null;
  for (const stage of stages) {
    const attempts = await stage(subject, work);
    if (!Array.isArray(attempts)) return attempts;
    for (const attempt of attempts) {
      const end = await oneAttempt(attempt, { subject, work, tried });
      if (end === null) continue;
      if (end.kind !== "failed") return end;
      last = end.last ?? last;
    }
  }
  return {
    kind: "failed",
    last,
    reason: `None of ${work.candidates} candidates for ${subject.target.symbol} was proven; try a larger model, or a smaller task.`,
  };
}

async function lines({ job }: Subject, work: Work): Promise<PlainAttempt[] | StepEnd> {
  const reading = await work.meter.read(plainPrompt(job), plainText(job));
  const stopped = stoppedEnd(work.parts, work.meter);
  if (stopped !== null) return { kind: "stopped", end: stopped };
  return plainAttempts(job, reading, LINES);
}

async function wholes({ job, target }: Subject): Promise<PlainAttempt[]> {
  const closer = await definitionCloser(target.path);
  return closer === null ? [] : wholeAttempts(job, closer, WHOLE);
}

interface Trial {
  subject: Subject;
  work: Work;
  /** Definitions that need no further check. */
  tried: Set<string>;
}

/** Null where the attempt gave nothing to judge. */
async function oneAttempt(attempt: PlainAttempt, { subject, work, tried }: Trial): Promise<StepEnd | null> {
  const { temperature, maxTokens, until } = attempt;
  const seed = work.meter.requests;
  const reply = await work.meter.complete("sample", attempt.prompt, { temperature, maxTokens, until, seed });
  const stopped = stoppedEnd(work.parts, work.meter);
  if (stopped !== null) return { kind: "stopped", end: stopped };
  if (!reply.ok) return { kind: "stopped", end: endOfFailure(reply) };
  if (reply.finish !== "stop" && reply.finish !== "node") return null;
  const code = attempt.candidate(reply.text);
  if (code === null || tried.has(code.trim())) return null;
  tried.add(code.trim());
  const { path, symbol } = subject.target;
  const result = await runTool({ tool: "rewrite_symbol", args: { path, symbol, code } }, "sampling", work);
  if (result.kind !== "candidate") return null;
  const judged = await judgeCandidate(result.candidate, work);
  if (judged.kind === "stopped") return judged;
  const { verdict } = judged;
  // Where checks can fail, what left them as they were shows nothing.
  const shown = verdict.status !== "unverified" || work.checks.length === 0;
  if (shown && work.verifier.suffices(verdict)) {
    work.by = "sampling";
    work.verifier.accept(verdict);
    return { kind: "done", verdict };
  }
  const stuck = await takeBack(work);
  return stuck === null
    ? { kind: "failed", last: verdict, reason: verdict.reason }
    : { kind: "stopped", end: stuck };
}
