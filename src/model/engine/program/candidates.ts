/**
 * Several replies to one prompt. It is read once, on the first sequence; the others copy that, which costs about a
 * millisecond. Each sequence writes one candidate after the other, all of them in step: the library computes what is
 * asked for at the same time in one batch, and a sequence that came late would always have a batch to itself.
 */
import { type Counts, type Job, write } from "./generate.ts";
import type { Loaded, Sequence } from "./llama.ts";
import { type Lanes, prefill } from "./slots.ts";

export interface Candidates {
  job: Job & { n: number; seed: number };
  /** The prompt has been read so far. */
  onRead(done: number): void;
  /** Events of different candidates come in any order; `counts` are those of the candidate until here. */
  onText(index: number, text: string, counts: Counts): void;
  onFinish(index: number, reason: string, counts: Counts): void;
}

/** Candidate `index` is drawn with the seed `seed + index`. Gives the counts of all, the prompt counted once; null where cancelled. */
export async function writeCandidates(
  loaded: Loaded,
  lanes: Lanes,
  candidates: Candidates,
): Promise<Counts | null> {
  const { job, onRead } = candidates;
  const { prompt, head, signal } = job;
  const [first, ...others] = lanes;
  // The last token is read by the first step of each reply.
  const held = prompt.slice(0, -1);
  const cached = await prefill(first, held, { head, signal, onRead });
  if (signal.aborted) return null;
  for (const other of others)
    if (!(await other._copyStateFromOtherSequence(first, held.length))) await other.clearHistory();
  const all: Counts = { prompt: prompt.length, cached, generated: 0 };
  let taken = 0;
  const take = (): number => taken++;
  await inStep(lanes.map((sequence) => lane(loaded, sequence, candidates, { all, take })));
  return signal.aborted ? null : all;
}

/** One sequence's work: candidates as long as there are any. */
async function* lane(
  loaded: Loaded,
  sequence: Sequence,
  { job, onText, onFinish }: Candidates,
  { all, take }: { all: Counts; take: () => number },
): AsyncGenerator<void, void> {
  const { prompt, head, signal } = job;
  for (let index = take(); index < job.n && !signal.aborted; index = take()) {
    await prefill(sequence, prompt.slice(0, -1), { head, signal, onRead: () => undefined });
    const counts = { ...all, generated: 0 };
    const sample = { ...job.sample, seed: job.seed + index };
    const ended = yield* write(loaded, sequence, { ...job, sample }, (text, generated) =>
      onText(index, text, Object.assign(counts, { generated })),
    );
    all.generated += ended.generated;
    if (ended.finish !== "cancelled")
      onFinish(index, ended.finish, Object.assign(counts, { generated: ended.generated }));
  }
}

/** Takes each step of all of them at the same time. Where one throws, all of them end before that is thrown here. */
async function inStep(lanes: AsyncGenerator<void, void>[]): Promise<void> {
  let going = lanes;
  while (going.length > 0) {
    const steps = await Promise.allSettled(going.map((one) => one.next()));
    const failed = steps.find((step) => step.status === "rejected");
    if (failed !== undefined) {
      await Promise.all(going.map((one) => one.return()));
      throw failed.reason;
    }
    going = going.filter((_, i) => steps[i]?.status === "fulfilled" && !steps[i].value.done);
  }
}
