/**
 * The sequences of the context, each with what it has read so far. A request gets the idle one that shares the longest
 * beginning with its prompt, and only the rest of the prompt is read.
 */
import type { Head } from "./heads.ts";
import type { Sequence } from "./llama.ts";

/** Tokens read between two looks at whether the request is still wanted. */
const CHUNK = 256;

/** At least one. */
export type Lanes = [Sequence, ...Sequence[]];

export class Slots {
  /** The one that has been idle longest comes first. */
  private readonly idle: Sequence[];
  private readonly waiting: ((sequence: Sequence) => void)[] = [];

  constructor(sequences: Sequence[]) {
    this.idle = [...sequences];
  }

  /**
   * Runs `work` with a sequence of its own, the first, and with up to `most` in all where more are idle; waits for one if
   * all are busy.
   */
  async using<T>(prompt: number[], most: number, work: (sequences: Lanes) => Promise<T>): Promise<T> {
    const first = this.best(prompt) ?? (await new Promise<Sequence>((got) => this.waiting.push(got)));
    const lanes: Lanes = [first, ...this.idle.splice(0, most - 1)];
    try {
      return await work(lanes);
    } finally {
      for (const sequence of lanes) this.free(sequence);
    }
  }

  private free(sequence: Sequence): void {
    const next = this.waiting.shift();
    if (next === undefined) this.idle.push(sequence);
    else next(sequence);
  }

  private best(prompt: number[]): Sequence | null {
    const shared = (sequence: Sequence): number => sequence.compareContextTokens(prompt).firstDifferentIndex;
    // Of those that share equally little, an empty one: what others remember may still be of use.
    const rank = (sequence: Sequence): number => shared(sequence) + (sequence.nextTokenIndex === 0 ? 0.5 : 0);
    const best = this.idle.toSorted((a, b) => rank(b) - rank(a))[0] ?? null;
    if (best !== null) this.idle.splice(this.idle.indexOf(best), 1);
    return best;
  }
}

export interface ReadOptions {
  head: Head | null;
  signal: AbortSignal;
  /** Called after each piece. */
  onRead(done: number): void;
}

/**
 * Makes the sequence hold `tokens` exactly, reading what is missing; gives how many were there already, or on disk. With
 * `signal` aborted it ends early.
 */
export async function prefill(
  sequence: Sequence,
  tokens: number[],
  { head, signal, onRead }: ReadOptions,
): Promise<number> {
  const headEnd = head !== null && head.tokens <= tokens.length ? head.tokens : 0;
  if (sequence.compareContextTokens(tokens).firstDifferentIndex < headEnd) await head?.load(sequence);
  await sequence.adaptStateToTokens(tokens, false);
  const cached = sequence.nextTokenIndex;
  const begun = performance.now();
  let at = cached;
  while (at < tokens.length && !signal.aborted) {
    const end = Math.min(at + CHUNK, at < headEnd ? headEnd : tokens.length);
    await sequence.evaluateWithoutGeneratingNewTokens(tokens.slice(at, end));
    if (end === headEnd) await head?.keep(sequence, performance.now() - begun);
    onRead(end);
    at = end;
  }
  return cached;
}
