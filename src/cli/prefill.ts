/**
 * How far a prompt is read and when it will be: by what the server tells, else by how fast earlier prompts of this process were
 * read. An estimate says "about". Times are milliseconds of one clock, which the caller gives.
 */
import type { Tokens } from "../types.ts";

/** A measurement over fewer tokens, or a shorter time, says little. */
const LEAST_TOKENS = 48;
const LEAST_MS = 20;
/** An estimate never claims more than this share. */
const MOST_GUESSED = 0.99;
const WIDTH = 20;

const count = (n: number): string => n.toLocaleString("en-US");

interface Told {
  done: number;
  all: number;
  at: number;
}

/** A share of all as a bar and in percent. */
function shareOf(share: number, about = ""): string {
  const shown = Math.min(1, share);
  const full = Math.floor(shown * WIDTH);
  return `${"█".repeat(full)}${"░".repeat(WIDTH - full)} ${about}${Math.floor(shown * 100)}%`;
}

/** `8 s`, `3 min`; never less than there is. */
function span(ms: number): string {
  const seconds = Math.max(1, Math.ceil(ms / 1000));
  return seconds < 100 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
}

/** Tokens in a second. */
const speed = (perMs: number): string =>
  `${perMs < 0.01 ? (perMs * 1000).toFixed(1) : count(Math.round(perMs * 1000))} tokens/s`;

export class Prefill {
  /** Over all requests, the last ones most: tokens that the server had to read, and the time until its first word. */
  private learnt = { tokens: 0, ms: 0 };
  private prompt = "";
  private tokens = 0;
  private since = 0;
  /** The part of this prompt that the last one did not begin with. */
  private fresh = 1;
  private readMs: number | null = null;
  private first: Told | null = null;
  private told: Told | null = null;

  /** A prompt of about so many tokens is sent. */
  begin(tokens: number, now: number): void {
    this.tokens = tokens;
    this.since = now;
    this.fresh = 1;
    this.readMs = null;
    this.first = null;
    this.told = null;
  }

  /** Its text: what it shares with the last one is taken to be in the server's cache. */
  holds(prompt: string): void {
    const { prompt: last } = this;
    let shared = 0;
    while (shared < last.length && last[shared] === prompt[shared]) shared += 1;
    this.fresh = prompt === "" ? 1 : 1 - shared / prompt.length;
    this.prompt = prompt;
  }

  /** The server tells: so many of all tokens are read, those in its cache too. */
  tell(done: number, all: number, now: number): void {
    this.told = { done, all, at: now };
    this.first ??= this.told;
  }

  /** Something of the reply has come: the prompt is read. */
  answered(now: number): void {
    this.readMs ??= now - this.since;
  }

  /** The reply has come, with the server's counts: how fast it reads. Some servers count nothing as cached. */
  counted({ prompt, cached }: Tokens): void {
    const read = cached > 0 ? prompt - cached : prompt * this.fresh;
    if (this.readMs === null || this.readMs < LEAST_MS || read < LEAST_TOKENS) return;
    // The first one may have waited for the model to be loaded: older ones count less and less.
    const { tokens, ms } = this.learnt;
    this.learnt = { tokens: tokens / 2 + read, ms: ms / 2 + this.readMs };
  }

  /** One line: a bar where one can be drawn, and the time that is left, else the time that has passed. */
  line(now: number): string {
    const passed = this.passed(now);
    const { told, first, tokens } = this;
    if (told === null || first === null) {
      const guess = this.guessed({ all: tokens, left: tokens * this.fresh, at: this.since }, now);
      return guess ?? `reading ${count(tokens)} tokens, ${passed}`;
    }
    const { done, all, at } = told;
    const line = `reading ${shareOf(done / all)} of ${count(all)} tokens`;
    const [read, ms] = [done - first.done, at - first.at];
    // A server that reads all in one go tells of its beginning and its end.
    if (read <= 0 || ms <= 0) return this.guessed({ all, left: all - done, at }, now) ?? `${line}, ${passed}`;
    const left = ((all - done) * ms) / read - (now - at);
    return `${line}, ${speed(read / ms)}, ${left > 0 ? `${span(left)} left` : passed}`;
  }

  /** By how fast it has read so far: of `all` tokens so many were `left` at that time. null: there is nothing to go by. */
  private guessed(prompt: { all: number; left: number; at: number }, now: number): string | null {
    const { tokens, ms } = this.learnt;
    if (tokens === 0 || prompt.left <= 0) return null;
    const left = prompt.left - (tokens / ms) * (now - prompt.at);
    const share = Math.min(MOST_GUESSED, 1 - left / prompt.all);
    const line = `reading ${shareOf(share, "about ")} of ${count(prompt.all)} tokens`;
    // It may take longer than it should.
    return left > 0 ? `${line}, about ${span((left * ms) / tokens)} left` : `${line}, ${this.passed(now)}`;
  }

  private passed(now: number): string {
    return `${Math.floor((now - this.since) / 1000)} s`;
  }
}
