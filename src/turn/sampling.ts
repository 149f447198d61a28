/**
 * Verified sampling, as both rungs do it: the samples of a step are judged one after the other until one is proven. What was
 * judged before, or does not parse, costs no check. It may take as long as one run of the checks may (`--check-time`),
 * by what a sample has cost so far, its generation and its checks together.
 */
import type { Candidate, Grain, ToolCall, Verdict } from "../types.ts";
import { candidatesLeft } from "./allowance.ts";
import { stoppedEnd, type Work } from "./context.ts";
import { judgeCandidate, runTool, type StepEnd, takeBack, tellTried } from "./judge.ts";
import { keyOf } from "./progress.ts";

/** So many are tried whatever they cost. */
const LEAST = 4;
/** So many in a row that were tried before, or cannot be used: the model has nothing else to say, and in any other form is asked once. */
const MOST_STALE = 4;

export interface SamplingOptions {
  /** Samples at most. */
  most: number;
  /** What the same changes were judged before, by `keyOf`; the samples' own are added. */
  tried: Map<string, Verdict>;
  /** What the samples were asked for. Where it is given, they end with a row of what was tried before. */
  grain?: Grain;
}

/** Of the sample behind so many others: hotter each time, within what still gives code. */
export const temperatureAt = (drawn: number): number => Math.min(0.5 + drawn * 0.1, 1.1);

/** `sample`: which of those judged it was, from 0. */
interface Kept {
  kind: "kept";
  candidate: Candidate;
  verdict: Verdict;
  sample: number;
}

export class Sampling {
  /** The best candidate that was of some help, though no proof; it is not on disk. */
  best: Omit<Kept, "kind"> | null = null;
  last: Verdict | null = null;
  private drawn = 0;
  private stale = 0;
  /** When the first sample was there to be judged: what was read before is not theirs. */
  private started: number | null = null;

  constructor(
    private readonly work: Work,
    private readonly options: SamplingOptions,
  ) {}

  /** How many more samples may be drawn. */
  get room(): number {
    const left = Math.min(this.options.most - this.drawn, candidatesLeft(this.work));
    if (this.options.grain !== undefined && this.stale >= MOST_STALE) return 0;
    if (this.work.meter.tries.repeats >= MOST_STALE) return Math.min(left, this.drawn === 0 ? 1 : 0);
    if (this.drawn < LEAST) return Math.min(left, LEAST - this.drawn);
    const now = performance.now();
    const spent = now - (this.started ?? now);
    const { checkTimeMs } = this.work.parts.settings.limits;
    return Math.max(0, Math.min(left, Math.floor((checkTimeMs - spent) / (spent / this.drawn))));
  }

  /** Judges one sample, of the grain given or the options'; null: one that could not be used. Gives the step's end, or null where it goes on. */
  async judge(call: ToolCall | null, grain = this.options.grain): Promise<StepEnd | null> {
    this.stale += 1;
    this.started ??= performance.now();
    const end = call === null ? null : await this.judgeCall(call, grain);
    this.drawn += 1;
    const stopped = end === null ? stoppedEnd(this.work.parts, this.work.meter) : null;
    return stopped === null ? end : { kind: "stopped", end: stopped };
  }

  private async judgeCall(call: ToolCall, grain: Grain | undefined): Promise<StepEnd | null> {
    const { work } = this;
    const result = await runTool(call, "sampling", work);
    if (result.kind !== "candidate") return null;
    const candidate = grain === undefined ? result.candidate : { ...result.candidate, grain };
    if (this.options.tried.has(keyOf(candidate))) {
      tellTried(work);
      return null;
    }
    this.stale = 0;
    const judged = await judgeCandidate(candidate, work);
    if (judged.kind === "stopped") return judged;
    const { verdict } = judged;
    this.options.tried.set(keyOf(candidate), verdict);
    this.last = verdict;
    // Where checks can fail, what left them as they were shows nothing.
    const shown = verdict.status !== "unverified" || work.checks.length === 0;
    if (shown && work.verifier.suffices(verdict)) {
      work.by = "sampling";
      work.verifier.accept(verdict);
      return { kind: "done", verdict };
    }
    if (verdict.status === "improved" && verdict.score > (this.best?.verdict.score ?? -Infinity))
      this.best = { candidate, verdict, sample: this.drawn };
    const stuck = await takeBack(work);
    return stuck === null ? null : { kind: "stopped", end: stuck };
  }

  /** Accepts the best that was of some help: what follows starts from it. Null where there is none. */
  async keepBest(): Promise<Kept | Extract<StepEnd, { kind: "stopped" }> | null> {
    if (this.best === null) return null;
    const { candidate, sample } = this.best;
    const judged = await judgeCandidate(candidate, this.work);
    this.best = null;
    if (judged.kind === "stopped") return judged;
    const { verdict } = judged;
    if (verdict.status === "improved" || this.work.verifier.suffices(verdict)) {
      this.work.verifier.accept(verdict);
      this.options.tried.clear();
      return { kind: "kept", candidate, sample, verdict };
    }
    const stuck = await takeBack(this.work);
    return stuck === null ? null : { kind: "stopped", end: stuck };
  }
}
