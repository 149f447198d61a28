/**
 * The plain rung: repairs by a base model that can only continue text. Asked to rewrite a definition, a tiny one copies
 * it. So the definition is read to it behind its specification and the code in front of it, and where it would rather have gone
 * on differently, it is let. An edit starts with the token that the model might have set there. Either the rest of the line
 * stays as it was, which costs no request, or it is the model's to finish. The other lines stay. A test chooses.
 *
 * Every edit is the model's own tokens; what is computed is only where to ask, and in which order: how likely the new token is,
 * what the changed line says of itself (`slips.ts`), and for one that keeps the rest of its line, by how much that rest has become
 * likelier behind it. The likelihood of the lines behind, and of all that the model finishes a line with, made the order worse.
 *
 * Measured with Gemma 3 270M (4-bit), the function at fault being known, by places in the list of what parses: of 11 one-line bugs
 * of QuixBugs 6 within 12, of 9 mutants by single operators 5 within 12; a statement that is missing is hardly ever found. The
 * constants were chosen on these same bugs, so expect less elsewhere.
 */
import { estimateTokens } from "./estimate.ts";
import { exercisesOf, head, specification } from "./examples.ts";
import { type Fork, forksOf, swapped } from "./forks.ts";
import type { ReadToken } from "./reading.ts";
import { likeSlip } from "./slips.ts";

/** What the plain rung is asked for: a definition as it stands, its failure and its specification. */
export interface PlainJob {
  language: string;
  /** The text of the file in front of the definition, or the end of that. */
  before: string;
  /** The definition's text, from the beginning of its first line. */
  code: string;
  /** What `code` begins with and every version of it keeps: its signature, and a docstring behind it. */
  opening: string;
  /** The documentation or comment near it; may be "". */
  notes: string;
  /** What the user asked for; it is the specification where there are no notes. */
  intent: string;
  /** What a failing test said; "" where nothing is to be said of it. */
  failure?: string;
  /** Worked exercises in front of it; all where it is not given. */
  exercises?: number;
}

/** One request: `prompt` is continued until `until` says where the reply ends; `candidate` makes the definition of it. */
export interface PlainAttempt {
  prompt: string;
  temperature: number;
  maxTokens: number;
  stop?: string[];
  /** As in `Generation`: the offset in the reply where it ends, else null. */
  until: (text: string, final: boolean) => number | null;
  /** The whole definition with this attempt's edit; null where the reply changes nothing. */
  candidate: (reply: string) => string | null;
}

/**
 * One edit of a line. `code` is the whole definition with it; or it has to be asked for by `attempt`, and `score` is the most that
 * it can have then: `likely` with what is known of the line once it is finished.
 */
export type LineEdit = { line: number; score: number } & (
  | { code: string; rest?: Rest }
  | { attempt: PlainAttempt; likely: number }
);

/** What stands behind a token that was put in the place of another: `text` is read behind `prompt`, and was `was` likely before. */
export interface Rest {
  prompt: string;
  text: string;
  /** The part of it that counts: the rest of the line. */
  size: number;
  was: number;
}

const MAX_TOKENS = 45;
/** Of the text in front of a definition, in tokens by the estimate. */
const MOST_BEFORE = 1200;

/**
 * The prompt that the definition's text is read behind. It begins with the same bytes for every task of a language. What was
 * asked for comes before the file's own text, notes that stand behind the definition come right in front of it.
 */
export function plainPrompt({ language, exercises, before, ...job }: PlainJob): string {
  const [notes, failure] = [job.notes.trim(), job.failure?.trim() ?? ""];
  const shown = notes !== "" && before.includes(notes.split("\n")[0] ?? notes);
  const asked = notes === "" ? specification(language, job.intent.trim()) : "";
  const near = [shown ? "" : notes, failure].filter((text) => text !== "").join("\n\n");
  const told = near === "" ? "" : specification(language, near);
  return head(language, exercises) + asked + before + told;
}

/**
 * The job with as many worked exercises as leave its largest request within `most` tokens, prompt and reply, by the estimate,
 * and where none fits without the text in front of it; null where it is too large even so.
 */
export function fitted(job: PlainJob, most: number): PlainJob | null {
  const own = Math.max(
    estimateTokens(plainText(job)) + MAX_TOKENS,
    estimateTokens(job.opening) + WHOLE_TOKENS,
  );
  for (const before of [endOf(job.before), ""])
    for (let exercises = exercisesOf(job.language); exercises >= 0; exercises -= 1) {
      const less = { ...job, before, exercises };
      if (estimateTokens(plainPrompt(less)) + own <= most) return less;
    }
  return null;
}

/** The last lines of a text, as many as may stand in front of a definition. */
function endOf(text: string): string {
  if (estimateTokens(text) <= MOST_BEFORE) return text;
  const lines = text.split("\n");
  while (lines.length > 1 && estimateTokens(lines.join("\n")) > MOST_BEFORE)
    lines.splice(0, Math.ceil(lines.length / 8));
  return lines.join("\n");
}

/** The text of the definition as it has to be read (`ReadToken`s joined give it back). */
export function plainText(job: PlainJob): string {
  return `${job.code.trimEnd()}\n`;
}

/** What is known around a definition: the names of its file, and how suspicious each of its lines (from 0) is, in nats. */
export interface Around {
  words: Set<string>;
  suspicion: (line: number) => number;
}

/** The edits of single lines, in no order. `read` is what the model made of `plainText` behind `plainPrompt`. */
export function lineEdits(job: PlainJob, read: ReadToken[], { words, suspicion }: Around): LineEdit[] {
  const text = plainText(job);
  const prompt = plainPrompt(job);
  const from = text.startsWith(job.opening) ? job.opening.length : 0;
  return forksOf(text, read, { from, words }).flatMap((fork): LineEdit[] => {
    const { line, how } = fork;
    const suspected = suspicion(line);
    const code = swapped(text, fork);
    const swap = { line, score: fork.score + suspected };
    const asked = { line, score: fork.most + suspected, likely: fork.likely + suspected };
    return [
      ...(code === null ? [] : [{ ...swap, code, rest: restOf(text, prompt, fork, read) }]),
      ...(how === "swap" ? [{ ...asked, attempt: attempt({ text, prompt, fork, temperature: 0 }) }] : []),
    ];
  });
}

/** The edit whose line the model has finished: `code` is what its attempt gave. */
export function finished(
  job: PlainJob,
  { line, likely }: Extract<LineEdit, { attempt: PlainAttempt }>,
  { code, words }: { code: string; words: Set<string> },
): LineEdit {
  return { line, code, score: likely + likeSlip(...changedLines(plainText(job), code), words) };
}

/** The lines of two texts that differ, from the first to the last. */
function changedLines(old: string, fresh: string): [string, string] {
  const [was, now] = [old.trimEnd().split("\n"), fresh.trimEnd().split("\n")];
  let same = 0;
  while (same < Math.min(was.length, now.length) && was[same] === now[same]) same += 1;
  let end = 0;
  while (end < Math.min(was.length, now.length) - same && was.at(-1 - end) === now.at(-1 - end)) end += 1;
  const between = (lines: string[]): string => lines.slice(same, lines.length - end).join("\n");
  return [between(was), between(now)];
}

/** A token that is less likely than this (in nats) is as good as impossible. */
const IMPOSSIBLE = -12;

/** The score of an edit by one token, once the rest of its line has been read behind that. */
export function rescored({ score, rest }: { score: number; rest: Rest }, read: ReadToken[]): number {
  return score + likelihood(read, 0, rest.size) - rest.was;
}

/** How likely the tokens are that begin in a part of the text that was read, together. */
function likelihood(read: ReadToken[], from: number, size: number): number {
  let [sum, offset] = [0, 0];
  for (const { text, logprob } of read) {
    if (offset >= from && offset < from + size) sum += Math.max(logprob, IMPOSSIBLE);
    offset += text.length;
  }
  return sum;
}

function restOf(text: string, prompt: string, { offset, old, fresh }: Fork, read: ReadToken[]): Rest {
  const from = offset + old.length;
  const size = text.indexOf("\n", from) + 1 - from;
  // With the next line the end of this one has the same tokens as before.
  const next = text.indexOf("\n", from + size);
  return {
    prompt: prompt + text.slice(0, offset) + fresh,
    text: text.slice(from, next === -1 ? undefined : next),
    size,
    was: likelihood(read, from, size),
  };
}

/** Where the server does not tell what the model makes of a text: each line in turn is started anew, at rising temperature. */
export function lineAttempts(job: PlainJob, budget: number): PlainAttempt[] {
  const text = plainText(job);
  const from = text.startsWith(job.opening) ? job.opening.length : 0;
  return lineStarts(text, from, budget)
    .slice(0, budget)
    .map((fork, i) =>
      attempt({
        text,
        prompt: plainPrompt(job),
        fork,
        temperature: 0.4 + (0.8 * i) / Math.max(1, budget),
      }),
    );
}

const WHOLE_TOKENS = 500;

/** As the worked examples are parted: the definition is over, though its server may not see that. */
const APART = "\n\n\n";

/**
 * The definition written anew from its specification and signature. `closer` says where its syntax node closes: there the
 * reply ends.
 */
export function wholeAttempt(
  job: PlainJob,
  closer: (text: string, final: boolean) => number | null,
): PlainAttempt {
  const { opening } = job;
  const prompt = plainPrompt(job) + opening;
  const until = (reply: string, final: boolean): number | null => {
    const end = closer(opening + reply, final);
    return end === null || end < opening.length ? null : end - opening.length;
  };
  return {
    prompt,
    temperature: 0,
    maxTokens: WHOLE_TOKENS,
    stop: [APART],
    until,
    candidate: (reply) => (reply.trim() === "" ? null : opening + reply),
  };
}

function attempt({
  text,
  prompt,
  fork,
  temperature,
}: {
  text: string;
  prompt: string;
  fork: Pick<Fork, "offset" | "fresh">;
  temperature: number;
}): PlainAttempt {
  const lineStart = text.lastIndexOf("\n", fork.offset - 1) + 1;
  const kept = text.slice(0, lineStart);
  const opened = text.slice(lineStart, fork.offset) + fork.fresh;
  const lines = text.slice(lineStart).split("\n");
  return {
    prompt: prompt + text.slice(0, fork.offset) + fork.fresh,
    temperature,
    maxTokens: MAX_TOKENS,
    until: (reply, final) => (placed(opened + reply, lines, final) === null ? null : reply.length),
    candidate(reply) {
      const rest = placed(opened + reply, lines, true);
      const whole = rest === null ? null : `${(kept + rest).trimEnd()}\n`;
      return whole === text ? null : whole;
    },
  };
}

/**
 * `written` begins with a new line in the place of `lines[0]`. What follows it tells whether it was put in front of that
 * line or in its place; null while that is not known yet. Gives the text from there on.
 */
function placed(written: string, lines: string[], final: boolean): string | null {
  const end = written.indexOf("\n");
  const instead = (line: string): string => [line, ...lines.slice(1)].join("\n");
  if (end === -1) return final ? instead(written) : null;
  const line = written.slice(0, end);
  const more = written.slice(end).replace(/^\n+/, "");
  const whole = more.includes("\n");
  const next = (more.split("\n")[0] ?? "").trimEnd();
  const agrees = (old: string): boolean => (whole ? old.trimEnd() === next : old.startsWith(next));
  const following = lines.slice(1).find((old) => old.trim() !== "");
  const inserted = agrees(lines[0] ?? "");
  const replaced = following !== undefined && agrees(following);
  if (inserted && !replaced && (whole || next.trim().length >= 3)) return [line, ...lines].join("\n");
  return !inserted || whole || final ? instead(line) : null;
}

/** Each line behind the opening but the blank ones, from its indentation on, over and over. */
function lineStarts(text: string, from: number, budget: number): Pick<Fork, "offset" | "fresh">[] {
  const starts: Pick<Fork, "offset" | "fresh">[] = [];
  let offset = 0;
  for (const line of text.split("\n")) {
    const offsetHere = offset + (line.length - line.trimStart().length);
    if (offset > 0 && offset >= from && line.trim() !== "") starts.push({ offset: offsetHere, fresh: "" });
    offset += line.length + 1;
  }
  const rounds = Math.ceil(budget / Math.max(1, starts.length));
  return Array.from({ length: rounds }, () => starts).flat();
}
