/** Counting tokens for a limit: by the calibrated estimate where that is enough, by the server's tokenizer where it is close. */
import type { Model } from "./model.ts";

/** The server is asked from this share of a limit on. */
const NEAR = 0.9;
/** Questions to the server for one request. */
const MOST_CALLS = 2;

/** Counts texts for one request to a model; of the questions that it may put to the server it keeps account. */
export class TokenCounter {
  private left = MOST_CALLS;

  constructor(
    private readonly model: Pick<Model, "count" | "calibration">,
    private readonly signal?: AbortSignal,
  ) {}

  /** Tokens of the text, for a decision at `limit`: never too few, as far as can be told, and exact near it where the server counts. */
  async count(text: string, limit: number): Promise<number> {
    const upper = this.model.calibration.upper(text);
    if (upper < limit * NEAR || this.left === 0) return upper;
    this.left -= 1;
    return (await this.model.count(text, this.signal)) ?? upper;
  }
}
