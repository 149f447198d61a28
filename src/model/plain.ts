/**
 * The plain rung: repairs by a base model that can only continue text. Asked to rewrite a definition, a tiny one copies
 * it. So the definition is read to it behind its specification, and where it would rather have gone on differently, it is
 * let: each attempt keeps the text up to such a place, starts with the token that the model preferred there, and is
 * the model's to finish up to the end of the line. The rest stays as it was. A test chooses.
 *
 * Every edit is the model's own tokens; what is computed is only where to ask. With Gemma 3 270M (4-bit) this repaired 3
 * of 16 one-line Python bugs within 15 attempts; a whole definition rewritten behind worked repairs, 0. The constants were
 * chosen on those same bugs, so expect less elsewhere.
 */
import { estimateTokens } from "./estimate.ts";
import { exercisesOf, head, specification } from "./examples.ts";
import type { ReadToken } from "./reading.ts";

/** What the plain rung is asked for: a definition as it stands, its failure and its specification. */
export interface PlainJob {
  language: string;
  /** The definition's text, without indentation. */
  code: string;
  /** What `code` begins with and every version of it keeps: its signature, and a docstring behind it. */
  opening: string;
  /** The documentation or comment near it; may be "". */
  notes: string;
  /** What the user asked for; it is the specification where there are no notes. */
  intent: string;
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

/** A place to let the model go on by itself: `opening` stands where the text at `offset` stood. */
interface Fork {
  offset: number;
  opening: string;
  score: number;
}

const PER_LINE = 12;
/** What each further fork of the same line must be likelier by, so that one line does not take all attempts (in nats). */
const LINE_PENALTY = 0.5;
const MAX_TOKENS = 45;

/** The prompt that the definition's text is read behind. It begins with the same bytes for every task of a language. */
export function plainPrompt(job: PlainJob): string {
  const notes = job.notes.trim();
  return (
    head(job.language, job.exercises) + specification(job.language, notes === "" ? job.intent.trim() : notes)
  );
}

/**
 * The job with as many worked exercises as leave its largest request within `most` tokens, prompt and reply, by the estimate;
 * null where it is too large without any.
 */
export function fitted(job: PlainJob, most: number): PlainJob | null {
  const own = Math.max(
    estimateTokens(plainText(job)) + MAX_TOKENS,
    estimateTokens(job.opening) + WHOLE_TOKENS,
  );
  for (let exercises = exercisesOf(job.language); exercises >= 0; exercises -= 1) {
    const less = { ...job, exercises };
    if (estimateTokens(plainPrompt(less)) + own <= most) return less;
  }
  return null;
}

/** The text of the definition as it has to be read (`ReadToken`s joined give it back). */
export function plainText(job: PlainJob): string {
  return `${job.code.trimEnd()}\n`;
}

/**
 * The attempts in the order in which they should be made, at most `budget`. `read` is what the model made of `plainText`
 * behind `plainPrompt`; null where the server cannot tell: then each line in turn is started anew, at rising temperature.
 */
export function plainAttempts(job: PlainJob, read: ReadToken[] | null, budget: number): PlainAttempt[] {
  const text = plainText(job);
  const prompt = plainPrompt(job);
  const from = text.startsWith(job.opening) ? job.opening.length : 0;
  const forks = read === null ? lineStarts(text, from, budget) : hesitations(text, from, read);
  return forks.slice(0, budget).map((fork, i) => {
    const temperature = read === null ? 0.4 + (0.8 * i) / Math.max(1, budget) : 0;
    return attempt({ text, prompt, fork, temperature });
  });
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
  fork: Fork;
  temperature: number;
}): PlainAttempt {
  const lineStart = text.lastIndexOf("\n", fork.offset - 1) + 1;
  const kept = text.slice(0, lineStart);
  const opened = text.slice(lineStart, fork.offset) + fork.opening;
  const lines = text.slice(lineStart).split("\n");
  return {
    prompt: prompt + text.slice(0, fork.offset) + fork.opening,
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

/**
 * Places where the model might have written something else, the likeliest first, spread over the lines behind the opening. How unlikely the
 * text that stands there was is not counted: with it the right change came later (up to twice as late) on the measured tasks.
 */
function hesitations(text: string, from: number, read: ReadToken[]): Fork[] {
  const lines = new Map<number, Fork[]>();
  let offset = 0;
  for (const token of read) {
    const lineStart = text.lastIndexOf("\n", offset - 1) + 1;
    if (lineStart > 0 && offset >= from && offset < text.trimEnd().length && mayFork(text, offset, token)) {
      const found = token.alternatives
        .filter((alternative) => isEdit(alternative.text, token.text))
        .map(({ text, logprob }) => ({ offset, opening: text, score: logprob }));
      lines.set(lineStart, [...(lines.get(lineStart) ?? []), ...found]);
    }
    offset += token.text.length;
  }
  const spread = [...lines.values()].flatMap((forks) =>
    forks
      .sort((a, b) => b.score - a.score)
      .slice(0, PER_LINE)
      .map((fork, i) => ({ ...fork, score: fork.score - LINE_PENALTY * i })),
  );
  return spread.sort((a, b) => b.score - a.score);
}

/** Not inside a word, an operator or a comment, and not at a name's declaration: another name there repairs nothing. */
function mayFork(text: string, offset: number, token: ReadToken): boolean {
  if (/^(\w\w|[<>=!+*/-]=)$/.test(text.slice(offset - 1, offset + 1))) return false;
  const before = text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset);
  if (/(^|\s)(#|\/\/)/.test(before + token.text)) return false;
  const start = offset + token.text.length - token.text.trimStart().length;
  const name = /^[A-Za-z_]\w*/.exec(text.slice(start))?.[0];
  if (name === undefined || new RegExp(`\\b${name}\\b`).test(text.slice(0, start))) return true;
  return !/^\s*(=[^=]|,|in\b|:=)/.test(text.slice(start + name.length));
}

/** Whether the token, in the place of the other, changes more than the layout or a comment. */
function isEdit(token: string, old: string): boolean {
  if (token === old || token === "" || old === "" || /^\s*(#|\/\/|\/\*|""")/.test(token)) return false;
  return (token + old).trim() !== "" || !(token + old).includes("\n");
}

/** Each line behind the opening but the blank ones, from its indentation on, over and over. */
function lineStarts(text: string, from: number, budget: number): Fork[] {
  const starts: Fork[] = [];
  let offset = 0;
  for (const line of text.split("\n")) {
    const offsetHere = offset + (line.length - line.trimStart().length);
    if (offset > 0 && offset >= from && line.trim() !== "")
      starts.push({ offset: offsetHere, opening: "", score: 0 });
    offset += line.length + 1;
  }
  const rounds = Math.ceil(budget / Math.max(1, starts.length));
  return Array.from({ length: rounds }, () => starts).flat();
}
