/**
 * What the replies of one model have shown of its vocabulary: the estimate of a prompt, held against the count that its
 * server gave, corrects the next estimates. A prompt that goes on from one that was counted is estimated from there.
 */
import { estimateTokens, leastTokens } from "./estimate.ts";

/** A shorter prompt is mostly template, and says nothing of the vocabulary. */
const LEAST_SAMPLE = 200;
/** Counted prompts that are kept to go on from. */
const KEPT = 12;
/** How much the template's own tokens may differ between two prompts of which one begins the other. */
const TEMPLATE_SLACK = 32;
/** How far another text of the same vocabulary may lie from what was seen. */
const SPREAD = { above: 1.25, below: 0.85 };

interface Counted {
  prompt: string;
  tokens: number;
}

export class Calibration {
  /** The window that a server has shown to have, where it is smaller than it had told; copies of a model share it. */
  window: number | null = null;
  private readonly counted: Counted[] = [];
  /** Lowest and highest ratio of the server's count to the estimate; null until there was one. */
  private ratio: { low: number; high: number } | null = null;

  /** Learns that the server made so many tokens of a prompt, with all that its template adds. */
  observe(prompt: string, tokens: number): void {
    const estimated = estimateTokens(prompt);
    if (estimated >= LEAST_SAMPLE) {
      const ratio = tokens / estimated;
      const { low, high } = this.ratio ?? { low: ratio, high: ratio };
      this.ratio = { low: Math.min(low, ratio), high: Math.max(high, ratio) };
    }
    this.counted.unshift({ prompt, tokens });
    if (this.counted.length > KEPT) this.counted.pop();
  }

  /** The likely number of tokens. */
  estimate(text: string): number {
    const { low, high } = this.ratio ?? { low: 1, high: 1 };
    return this.from(text, (rest) => estimateTokens(rest) * ((low + high) / 2));
  }

  /** What an estimate is multiplied by to be an upper bound in this vocabulary; 1 until a prompt was counted. */
  get factor(): number {
    const { high } = this.ratio ?? { high: 1 };
    return high <= 1 ? Math.min(1, high * SPREAD.above) : high * SPREAD.above;
  }

  /** At least as many as the text will be, as far as can be told; never less than the estimate without good reason. */
  upper(text: string): number {
    return this.from(text, (rest) => estimateTokens(rest) * this.factor + TEMPLATE_SLACK);
  }

  /** The fewest that the text can be in any vocabulary, or behind what was counted. */
  least(text: string): number {
    return this.from(text, (rest) => leastTokens(rest) - TEMPLATE_SLACK, leastTokens(text));
  }

  /** The fewest that the text is likely to be in this vocabulary. */
  lower(text: string): number {
    const least = this.least(text);
    if (this.ratio === null) return least;
    return Math.max(least, Math.floor(estimateTokens(text) * this.ratio.low * SPREAD.below));
  }

  /** What follows the longest beginning that the text shares with a counted prompt; null where none shares half of it. */
  news(text: string): string | null {
    const shared = Math.max(0, ...this.counted.map(({ prompt }) => sharedLength(prompt, text)));
    return shared * 2 > text.length ? text.slice(shared) : null;
  }

  /** The count of the longest counted prompt that begins the text, and of the rest; of it all where there is none. */
  private from(text: string, count: (rest: string) => number, otherwise = count(text)): number {
    const begins = this.counted.filter(({ prompt }) => prompt !== "" && text.startsWith(prompt));
    const longest = begins.reduce<Counted | null>(
      (best, one) => (best === null || one.prompt.length > best.prompt.length ? one : best),
      null,
    );
    if (longest === null) return Math.ceil(otherwise);
    return Math.ceil(longest.tokens + count(text.slice(longest.prompt.length)));
  }
}

function sharedLength(a: string, b: string): number {
  let n = 0;
  while (n < a.length && n < b.length && a.charCodeAt(n) === b.charCodeAt(n)) n += 1;
  return n;
}
