/** From a prompt's tokens to a reply: sampled token by token as text, or read along a given text with its likelihoods. */
import type { Head } from "./heads.ts";
import type { Forced, Grammar, Loaded, SampleOptions, Sequence } from "./llama.ts";
import { prefill, type ReadOptions } from "./slots.ts";

export interface Job {
  prompt: number[];
  head: Head | null;
  maxTokens: number;
  stop: string[];
  sample: SampleOptions;
  grammar: Grammar | null;
  signal: AbortSignal;
}

export interface Counts {
  prompt: number;
  cached: number;
  generated: number;
}

export interface Ended {
  finish: "stop" | "length" | "cancelled";
  generated: number;
}

/** Tokens before a piece that its text may depend on. */
const BEFORE = 8;

/** Gives whole characters only, and nothing that may be the beginning of a stop word. */
class TextOut {
  private pending: number[] = [];
  private held = "";
  stopped = false;

  constructor(
    private readonly loaded: Loaded,
    private readonly stop: string[],
    private before: number[],
  ) {}

  push(token: number): string {
    this.pending.push(token);
    const text = this.loaded.model.detokenize(this.pending, false, this.before);
    if (text.endsWith("\uFFFD") && this.pending.length < 4) return "";
    this.before = [...this.before, ...this.pending].slice(-BEFORE);
    this.pending = [];
    this.held += text;
    const ends = this.stop.map((word) => this.held.indexOf(word)).filter((at) => at >= 0);
    this.stopped = ends.length > 0;
    const out = this.stopped ? this.held.slice(0, Math.min(...ends)) : this.safe();
    this.held = this.held.slice(out.length);
    return out;
  }

  /** What was held back and turned out to be no stop word. */
  rest(): string {
    const text = this.loaded.model.detokenize(this.pending, false, this.before);
    return this.stopped ? "" : this.held + text;
  }

  private safe(): string {
    const partial = (word: string): number => {
      for (let length = Math.min(word.length - 1, this.held.length); length > 0; length -= 1)
        if (this.held.endsWith(word.slice(0, length))) return length;
      return 0;
    };
    return this.held.slice(0, this.held.length - Math.max(0, ...this.stop.map(partial)));
  }
}

/**
 * Writes a reply on `sequence`, which holds the prompt but for its last token, and stops after each token of it: what
 * calls next() on several at the same time has them computed in one batch.
 */
export async function* write(
  loaded: Loaded,
  sequence: Sequence,
  job: Job,
  onText: (text: string, generated: number) => void,
): AsyncGenerator<void, Ended> {
  const { prompt, signal, grammar } = job;
  const state = grammar === null ? {} : { grammarEvaluationState: loaded.grammarState(grammar) };
  const out = new TextOut(loaded, job.stop, prompt.slice(-BEFORE));
  const most = Math.min(job.maxTokens, loaded.context.contextSize - prompt.length);
  let finish: Ended["finish"] = "stop";
  let generated = 0;
  for await (const token of sequence.evaluate(prompt.slice(-1), { ...job.sample, ...state })) {
    generated += 1;
    const text = out.push(token);
    if (text !== "") onText(text, generated);
    if (signal.aborted) finish = "cancelled";
    else if (!out.stopped && generated >= most) finish = "length";
    else if (!out.stopped) {
      yield;
      continue;
    }
    break;
  }
  const rest = out.rest();
  if (rest !== "" && finish !== "cancelled") onText(rest, generated);
  return { finish, generated };
}

export interface ReadToken {
  text: string;
  logprob: number;
  alternatives: { text: string; logprob: number }[];
}

/**
 * Of each position so many of the likeliest tokens are looked at. The library sorts what it is left with, and sorting a
 * vocabulary of 262,144 took as long as computing the position four times over. What lies beyond has hardly any weight.
 */
const UNSEEN = -12;
const LOOKED_AT: SampleOptions = { topK: 256, temperature: 1, topP: 1, minP: 0 };

/**
 * What the model makes of `text` behind the prompt, token by token, each with its `top` likeliest; null where cancelled. A token
 * that is none of the 256 likeliest is said to be `UNSEEN`.
 */
export async function readAlong(
  loaded: Loaded,
  sequence: Sequence,
  job: ReadOptions & { prompt: number[]; text: number[]; top: number },
): Promise<{ tokens: ReadToken[]; counts: Counts } | null> {
  const { prompt, text, top, signal } = job;
  const cached = await prefill(sequence, prompt.slice(0, -1), job);
  const last = prompt.at(-1);
  if (last === undefined) return null;
  const all = [last, ...text];
  const tokens: ReadToken[] = [];
  const spell = (token: number): string => loaded.model.detokenize([token], false, prompt.slice(-1));
  for (let at = 0; at < text.length; at += 64) {
    if (signal.aborted) return null;
    const part = text.slice(at, at + 64);
    const input = part.map((next, i): Forced => {
      const logits = { filter: { tokens: [next], includeMax: true, includeTop: top } };
      return [all[at + i] ?? last, { generateNext: { options: LOOKED_AT, logits, totalLogitWeight: true } }];
    });
    const scores = await sequence.controlledEvaluate(input);
    for (const [i, next] of part.entries()) {
      const { logits = new Map(), totalLogitWeight = 1 } = scores[i]?.next ?? {};
      // The weights are relative to the largest logit.
      const base = Math.max(...logits.values()) + Math.log(totalLogitWeight);
      const alternatives = [...logits]
        .map(([token, logit]) => ({ text: spell(token), logprob: logit - base }))
        .sort((a, b) => b.logprob - a.logprob)
        .slice(0, top);
      tokens.push({
        text: spell(next),
        logprob: logits.has(next) ? (logits.get(next) ?? 0) - base : UNSEEN,
        alternatives,
      });
    }
    job.onRead(prompt.length + at + part.length);
  }
  // The text is read like a prompt; nothing is generated.
  return { tokens, counts: { prompt: prompt.length + text.length, cached, generated: 0 } };
}
