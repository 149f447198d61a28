/** One step with a base model: sampling alone. The attempts come from `model/plain.ts`, each the model's own tokens. */

import { notesNear } from "../graph/syntax/notes.ts";
import { type Parsed, parse } from "../graph/syntax/parse.ts";
import { definitionCloser } from "../graph/text/closer.ts";
import { cutLines, sharesFor } from "../model/budget.ts";
import type { Failure } from "../model/errors.ts";
import {
  fitted,
  type PlainAttempt,
  type PlainJob,
  plainAttempts,
  plainPrompt,
  plainText,
  wholeAttempt,
} from "../model/plain.ts";
import type { CodeSymbol, Result, Step, Target, Verdict } from "../types.ts";
import { stoppedEnd, type TurnEnd, type Work } from "./context.ts";
import { endOfFailure } from "./failures.ts";
import type { StepEnd } from "./judge.ts";
import { Sampling, temperatureAt } from "./sampling.ts";
import { shrinkWindow } from "./window.ts";

/**
 * Samples of one step: of its lines, of its whole text, and in all rounds together. On the measured tasks no line was repaired
 * by a later one than the 37th.
 */
const LINES = 48;
const WHOLE = 4;
const MOST = 96;

interface Subject {
  target: Target & { symbol: string };
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
      intent: cutLines(step.intent, work.shares.answer),
    };
    return { target: { path, symbol: name }, job };
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

/** Why a step cannot be done by continuing code; null where it can be tried. */
export async function whyNotPlain(step: Step, work: Work): Promise<string | null> {
  const subject = await subjectOf(step, work);
  return subject === null ? NO_SUBJECT : whyUnjudged(subject, work);
}

/** What can be asked in the window as it is: the step's function behind as many exercises as fit. */
async function askable(step: Step, work: Work): Promise<Result<{ subject: Subject }>> {
  const subject = await subjectOf(step, work);
  if (subject === null) return { ok: false, reason: NO_SUBJECT };
  const hopeless = whyUnjudged(subject, work);
  if (hopeless !== null) return { ok: false, reason: hopeless };
  const job = fitted(subject.job, work.shares.prompt + work.shares.reply);
  return job === null
    ? { ok: false, reason: tooLong(subject, work) }
    : { ok: true, subject: { ...subject, job } };
}

/** One step: what is proven ends it; what only helped is kept at the end of a round, and read anew. */
export async function plainStep(step: Step, work: Work): Promise<StepEnd> {
  const sampling = new Sampling(work, { most: MOST, tried: new Map() });
  let repaired = false;
  for (let standing: Verdict | null = null; ; ) {
    const asked = await askable(step, work);
    if (!asked.ok) return { kind: "failed", last: standing, reason: asked.reason };
    const { subject } = asked;
    const end = await round(subject, { work, sampling });
    if (end?.kind === "overflow") {
      const stop = repaired ? endOfFailure(end.failure) : shrunk(end.failure, work);
      if (stop !== null) return { kind: "stopped", end: stop };
      repaired = true;
      continue;
    }
    if (end !== null) return end;
    const kept = sampling.room > 0 ? await sampling.keepBest() : null;
    if (kept?.kind === "stopped") return kept;
    if (kept === null)
      return { kind: "failed", last: sampling.last ?? standing, reason: noneProven(subject, work) };
    standing = kept.verdict;
  }
}

const NO_SUBJECT = "No function to work on was found; name the file or the function in the task.";
const tooLong = ({ target }: Subject, { shares }: Work): string =>
  `${target.symbol} is too long for the model's window of ${shares.window.toLocaleString("en-US")} tokens; load the model with a larger one, or name a smaller function.`;

/** After a refusal as too long: fewer worked exercises from now on; the end of the turn where that is not enough. */
function shrunk(failure: Failure, work: Work): TurnEnd | null {
  const end = shrinkWindow(failure, work.meter.sent, work.parts);
  if (end !== null) return end;
  work.shares = sharesFor(work.parts.model);
  work.meter.reset("The server refused the request as too long: fewer worked exercises.");
  return null;
}

const noneProven = ({ target }: Subject, { candidates }: Work): string =>
  `None of ${candidates} candidates for ${target.symbol} was proven; try a larger model, or a smaller task.`;

interface Trial {
  work: Work;
  sampling: Sampling;
}

interface Overflow {
  kind: "overflow";
  failure: Failure;
}

/** All attempts at the subject as it stands; null where none of them was proven. */
async function round(subject: Subject, { work, sampling }: Trial): Promise<StepEnd | Overflow | null> {
  const { path, symbol } = subject.target;
  for (const stage of isStub(subject.job) ? [wholes, lines] : [lines, wholes]) {
    for await (const drawn of stage(subject, { work, sampling })) {
      if ("end" in drawn) return { kind: "stopped", end: drawn.end };
      if ("kind" in drawn) return drawn;
      const { code } = drawn;
      const end = await sampling.judge(
        code === null ? null : { tool: "rewrite_symbol", args: { path, symbol, code } },
      );
      if (end !== null) return end;
    }
  }
  return null;
}

/** What one sample gave: a definition (null: nothing that could be one), or why the turn ends. */
type Drawn = { code: string | null } | { end: TurnEnd } | Overflow;

/** Where the model might have gone on differently, it is let. */
async function* lines({ job }: Subject, { work, sampling }: Trial): AsyncGenerator<Drawn> {
  const reading = await work.meter.read(plainPrompt(job), plainText(job));
  const stopped = stoppedEnd(work.parts, work.meter);
  if (stopped !== null) return yield { end: stopped };
  for (const attempt of plainAttempts(job, reading, LINES)) {
    if (sampling.room === 0) return;
    yield* drawn(attempt, { work, n: 1 });
  }
}

/** The whole definition anew, as the model would most likely write it, then by rising temperature, several from one reading. */
async function* wholes({ job, target }: Subject, { work, sampling }: Trial): AsyncGenerator<Drawn> {
  const closer = await definitionCloser(target.path);
  if (closer === null) return;
  const attempt = wholeAttempt(job, closer);
  for (let done = 0; done < WHOLE && sampling.room > 0; ) {
    const n = done === 0 ? 1 : Math.min(work.parts.model.fan, WHOLE - done, sampling.room);
    const temperature = done === 0 ? 0 : temperatureAt(done);
    yield* drawn({ ...attempt, temperature }, { work, n });
    done += n;
  }
}

/** The samples of one request: what its replies gave. */
async function* drawn(attempt: PlainAttempt, { work, n }: { work: Work; n: number }): AsyncGenerator<Drawn> {
  const { prompt, temperature, maxTokens, until, stop } = attempt;
  const random = temperature > 0 ? { seed: work.meter.requests + 1 } : {};
  const g = { n, temperature, maxTokens, until, stop, ...random };
  const reply = await work.meter.complete("sample", prompt, g);
  const stopped = stoppedEnd(work.parts, work.meter);
  if (stopped !== null) return yield { end: stopped };
  if (!reply.ok && reply.kind === "overflow") return yield { kind: "overflow", failure: reply };
  if (!reply.ok) return yield { end: endOfFailure(reply) };
  for (const { finish, text } of [reply, ...(reply.others ?? [])])
    yield { code: finish === "stop" || finish === "node" ? attempt.candidate(text) : null };
}
