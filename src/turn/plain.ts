/**
 * One step with a base model: sampling alone. The functions that may be at fault are read by the model, and what it might have
 * written instead makes one list of edits of lines, likeliest first; then the likeliest function is written anew. Each edit
 * is the model's own tokens (`model/plain.ts`); the checks choose.
 */
import { parse } from "../graph/syntax/parse.ts";
import { definitionCloser } from "../graph/text/closer.ts";
import { sharesFor } from "../model/budget.ts";
import type { Failure } from "../model/errors.ts";
import { shapeOf } from "../model/forks.ts";
import {
  finished,
  fitted,
  lineAttempts,
  lineEdits,
  type PlainAttempt,
  plainPrompt,
  plainText,
  wholeAttempt,
} from "../model/plain.ts";
import type { Grain, Result, Step, Suspect, ToolCall, Verdict } from "../types.ts";
import { stoppedEnd, type TurnEnd, type Work } from "./context.ts";
import { endOfFailure } from "./failures.ts";
import type { StepEnd } from "./judge.ts";
import { type Judged, likeliest, lineOf, type PoolEdit, reread, suspicionOf } from "./plain-pool.ts";
import { isStub, type Subject, subjectsOf } from "./plain-subjects.ts";
import { Sampling, temperatureAt } from "./sampling.ts";
import { suspectsOf } from "./suspects.ts";
import { shrinkWindow } from "./window.ts";

/** Samples of one step: of its lines, of its whole text where it had some before, and all together. */
const MOST = 24;
const LINES = 21;

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
  const [subject] = await subjectsOf(step, [], work);
  return subject === undefined ? NO_SUBJECT : whyUnjudged(subject, work);
}

/** What can be asked in the window as it is, and what is suspected. */
interface Asked {
  subjects: [Subject, ...Subject[]];
  suspects: Suspect[];
}

async function askable(step: Step, work: Work): Promise<Result<Asked>> {
  const { mechanisms } = work.parts.settings;
  const suspects = mechanisms.localisation ? await suspectsOf(work.verifier.baseline, work) : [];
  const found = await subjectsOf(step, suspects, work);
  const [likeliest] = found;
  if (likeliest === undefined) return { ok: false, reason: NO_SUBJECT };
  const hopeless = whyUnjudged(likeliest, work);
  if (hopeless !== null) return { ok: false, reason: hopeless };
  const wanted = mechanisms.decomposition ? found : [likeliest];
  const [first, ...others] = wanted.flatMap((subject) => {
    const job = fitted(subject.job, work.shares.prompt + work.shares.reply);
    return job === null ? [] : [{ ...subject, job }];
  });
  if (first === undefined) return { ok: false, reason: tooLong(likeliest, work) };
  return { ok: true, subjects: [first, ...others], suspects };
}

/** One step: what is proven ends it; what only helped is kept at the end of a round, and read anew. */
export async function plainStep(step: Step, work: Work): Promise<StepEnd> {
  const sampling = new Sampling(work, { most: MOST, tried: new Map() });
  let repaired = false;
  for (let standing: Verdict | null = null; ; ) {
    const asked = await askable(step, work);
    if (!asked.ok) return { kind: "failed", last: standing, reason: asked.reason };
    const end = await round(asked, { work, sampling });
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
      return {
        kind: "failed",
        last: sampling.last ?? standing,
        reason: noneProven(asked.subjects[0], work),
      };
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

/** What one sample gave: a definition in the place of the subject's, or why the turn ends. */
type Drawn = { subject: Subject; code: string; grain: Grain } | { end: TurnEnd } | Overflow;

/** All attempts at the subjects as they stand; null where none of them was proven. */
async function round(asked: Asked, trial: Trial): Promise<StepEnd | Overflow | null> {
  const { sampling } = trial;
  const keyOf = ({ target, line, job }: Subject, code: string): string =>
    `${target.path}:${line}:${shapeOf(code, job.language)}`;
  const tried = new Set(asked.subjects.map((subject) => keyOf(subject, subject.code)));
  for await (const drawn of attempts(asked, trial)) {
    if ("end" in drawn) return { kind: "stopped", end: drawn.end };
    if ("kind" in drawn) return drawn;
    const { subject, code, grain } = drawn;
    const key = keyOf(subject, code);
    if (tried.has(key) || !(await parses(subject, code))) continue;
    tried.add(key);
    const end = await sampling.judge(callOf(drawn), grain);
    if (end !== null) return end;
    if (sampling.room === 0) break;
  }
  return null;
}

/** Lines before whole definitions, unless there is nothing to keep of the old one. */
async function* attempts(asked: Asked, trial: Trial): AsyncGenerator<Drawn> {
  const { mechanisms } = trial.work.parts.settings;
  const stubs = asked.subjects.filter(({ job }) => isStub(job));
  if (stubs.length === 0 && mechanisms.granularity) {
    const before = trial.work.candidates;
    for await (const drawn of lines(asked, trial)) {
      yield drawn;
      if (trial.work.candidates - before >= LINES) break;
    }
  }
  const [wanted, most] =
    stubs.length > 0
      ? [stubs, MOST]
      : [asked.subjects.filter(({ whole }) => whole).slice(0, 1), MOST - LINES];
  for (const subject of wanted) yield* wholes(subject, trial, Math.ceil(most / wanted.length));
}

/** A tool's call that puts the code in the place of the subject's. */
function callOf({ subject, code, grain }: Extract<Drawn, { code: string }>): ToolCall {
  const { path, symbol } = subject.target;
  return grain === "symbol"
    ? { tool: "rewrite_symbol", args: { path, symbol, code } }
    : { tool: "replace_text", args: { path, old: subject.code, new: code.trimEnd() } };
}

/** Whether the file parses with it no worse than before: what does not is no candidate. */
async function parses({ target, file, offset, code: old }: Subject, code: string): Promise<boolean> {
  const fresh = file.slice(0, offset) + code.trimEnd() + file.slice(offset + old.length);
  const [was, now] = [await parse(target.path, file), await parse(target.path, fresh)];
  return was === null || now === null || now.errors.length <= was.errors.length;
}

/** The edits of all subjects, as the model reads them; none where the server does not tell what it makes of a text. */
async function poolOf(
  { subjects, suspects }: Asked,
  work: Work,
): Promise<{ pool: PoolEdit[] } | { end: TurnEnd }> {
  const pool: PoolEdit[] = [];
  for (const subject of subjects) {
    const { job, words } = subject;
    const reading = await work.meter.read(plainPrompt(job), plainText(job));
    const stopped = stoppedEnd(work.parts, work.meter);
    if (stopped !== null) return { end: stopped };
    if (reading === null) break;
    const edits = lineEdits(job, reading, { words, suspicion: suspicionOf(subject, suspects) });
    pool.push(...edits.map((edit) => ({ ...edit, subject })));
  }
  const stopped = await reread(pool, work);
  return stopped === null ? { pool } : { end: stopped };
}

/** So many lines the model is let finish: each is a request, whether a candidate comes of it or not. */
const FINISHED = 40;

/**
 * Where the model might have gone on differently, in all of the subjects, it is let: the likeliest edit that is left, over and over.
 * A line that the model has to finish is finished when its turn comes, and then stands where what became of it belongs.
 */
async function* lines(asked: Asked, trial: Trial): AsyncGenerator<Drawn> {
  const { work } = trial;
  const found = await poolOf(asked, work);
  if ("end" in found) return yield found;
  let { pool } = found;
  if (pool.length === 0) {
    const [subject] = asked.subjects;
    for (const attempt of lineAttempts(subject.job, LINES))
      yield* drawn(attempt, { ...trial, subject, grain: "lines" });
    return;
  }
  const judged: Judged = { counts: new Map(), helpful: new Set() };
  let left = FINISHED;
  for (let edit = likeliest(pool, judged); edit !== null; edit = likeliest(pool, judged)) {
    const { subject } = edit;
    pool.splice(pool.indexOf(edit), 1);
    if ("code" in edit) {
      const before = work.candidates;
      yield { subject, code: edit.code, grain: "lines" };
      if (work.candidates === before) continue;
      const line = lineOf(edit);
      judged.counts.set(line, (judged.counts.get(line) ?? 0) + 1);
      if (trial.sampling.last?.status === "improved") judged.helpful.add(line);
      continue;
    }
    for await (const one of drawn(edit.attempt, { ...trial, subject, grain: "lines" })) {
      if (!("code" in one)) return yield one;
      pool.push({ ...finished(subject.job, edit, { code: one.code, words: subject.words }), subject });
    }
    left -= 1;
    if (left === 0) pool = pool.filter((one) => "code" in one);
  }
}

/** The whole definition anew: as the model would most likely write it, knowing the failure, then by rising temperature, several from one reading. */
async function* wholes(subject: Subject, trial: Trial, most: number): AsyncGenerator<Drawn> {
  const closer = await definitionCloser(subject.target.path);
  if (closer === null) return;
  const { work } = trial;
  const { feedback, sampling } = work.parts.settings.mechanisms;
  const about = { ...trial, subject, grain: "symbol" } as const;
  const attempt = wholeAttempt(subject.job, closer);
  yield* drawn(attempt, about);
  const failure = feedback ? failureOf(work) : "";
  if (failure !== "") yield* drawn(wholeAttempt({ ...subject.job, failure }, closer), about);
  const begun = work.candidates;
  for (let done = 2; sampling && work.candidates - begun < most - 2 && done < 2 * most; ) {
    const n = Math.min(work.parts.model.fan, Math.max(1, most - done));
    yield* drawn({ ...attempt, temperature: temperatureAt(done / 4) }, { ...about, n });
    done += n;
  }
}

const MOST_FAILURE = 400;

/** What the first failing test said, where a check failed. */
function failureOf({ verifier }: Work): string {
  const first = verifier.baseline
    .flatMap(({ diagnostics }) => diagnostics)
    .find(({ test }) => test !== undefined);
  return (first?.detail ?? first?.message ?? "").slice(0, MOST_FAILURE);
}

interface Draw extends Trial {
  subject: Subject;
  grain: Grain;
  /** Samples from one reading. */
  n?: number;
}

/** The samples of one request: what its replies gave. */
async function* drawn(attempt: PlainAttempt, { work, subject, grain, n = 1 }: Draw): AsyncGenerator<Drawn> {
  const { prompt, temperature, maxTokens, until, stop } = attempt;
  const random = temperature > 0 ? { seed: work.meter.requests + 1 } : {};
  const g = { n, temperature, maxTokens, until, stop, ...random };
  const reply = await work.meter.complete("sample", prompt, g);
  const stopped = stoppedEnd(work.parts, work.meter);
  if (stopped !== null) return yield { end: stopped };
  if (!reply.ok && reply.kind === "overflow") return yield { kind: "overflow", failure: reply };
  if (!reply.ok) return yield { end: endOfFailure(reply) };
  for (const { finish, text } of [reply, ...(reply.others ?? [])]) {
    const code = finish === "stop" || finish === "node" ? attempt.candidate(text) : null;
    if (code !== null) yield { subject, code, grain };
  }
}
