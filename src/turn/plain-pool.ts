/** The edits of lines that a base model may make in all pieces of a step, in one list: which of them is the likeliest. */
import { type LineEdit, rescored } from "../model/plain.ts";
import type { Suspect } from "../types.ts";
import { stoppedEnd, type TurnEnd, type Work } from "./context.ts";
import type { Subject } from "./plain-subjects.ts";

export type PoolEdit = LineEdit & { subject: Subject };

/** What each further edit of the same line must be likelier by, so that one line does not take all attempts (in nats). */
const LINE_PENALTY = 0.25;

/** What is known of lines by the edits of them that were judged. */
export interface Judged {
  /** How many of each line. */
  counts: Map<string, number>;
  /** The lines where one was of some help, though no proof. */
  helpful: Set<string>;
}

/**
 * By so much the other edits of such a line are likelier (in nats): few lines but the wrong one can help. Of the 14 tasks that it was
 * tried on it solved one more and lost none; other values were not.
 */
const HELPFUL = 2;

export const lineOf = ({ subject, line }: PoolEdit): string =>
  `${subject.target.path}:${subject.line + line}`;

/** The edit to judge next; null where none is left. */
export function likeliest(pool: PoolEdit[], { counts, helpful }: Judged): PoolEdit | null {
  const scoreOf = (edit: PoolEdit): number => {
    const line = lineOf(edit);
    return edit.score + (helpful.has(line) ? HELPFUL : 0) - LINE_PENALTY * (counts.get(line) ?? 0);
  };
  let best: PoolEdit | null = null;
  for (const edit of pool) if (best === null || scoreOf(edit) > scoreOf(best)) best = edit;
  return best;
}

/** Of one token put in the place of another, so many are read once more. */
const REREAD = 40;

/** Reads the rest of the line behind the likeliest edits by one token, and scores them by it; the others keep their score. */
export async function reread(pool: LineEdit[], { meter, parts }: Work): Promise<TurnEnd | null> {
  const swaps = pool.flatMap((edit) => ("code" in edit && edit.rest ? [{ edit, rest: edit.rest }] : []));
  const likely = swaps.sort((a, b) => b.edit.score - a.edit.score).slice(0, REREAD);
  // Prompts that begin alike follow each other: what they share is read once.
  for (const { edit, rest } of likely.sort((a, b) => (a.rest.prompt < b.rest.prompt ? -1 : 1))) {
    const read = await meter.read(rest.prompt, rest.text);
    const stopped = stoppedEnd(parts, meter);
    if (stopped !== null || read === null) return stopped;
    edit.score = rescored({ score: edit.score, rest }, read);
  }
  return null;
}

/** What a line that nothing speaks against counts for, where something speaks against others. */
const UNSUSPECTED = 0.1;

/**
 * How suspicious each line of the subject is, in nats. A suspect on a definition's first line stands for all of it; a suspect line
 * is compared with others by what the checks and the graph say, however sure the model is of it.
 */
export function suspicionOf(
  { target, line: first, suspicion }: Subject,
  suspects: Suspect[],
): (line: number) => number {
  if (suspects.length === 0) return () => 0;
  const here = suspects.filter(({ path }) => path === target.path);
  const scoreAt = (line: number): number => here.find((one) => one.line === line)?.score ?? 0;
  return (line) => Math.log(Math.max(UNSUSPECTED, suspicion, scoreAt(first), scoreAt(first + line)));
}
