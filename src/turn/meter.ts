/** The model with a meter: every request and response of a turn passes here, is reported as an event, counted and limited. */
import { staysNear } from "../config.ts";
import { PER_MESSAGE, tokensOf } from "../model/budget.ts";
import { TokenCounter } from "../model/counting.ts";
import { estimateTokens } from "../model/estimate.ts";
import type { ChatMessage, ChatOptions, Generation, Model, Reply } from "../model/model.ts";
import type { ReadToken } from "../model/reading.ts";
import { type Letter, send } from "../model/stronger.ts";
import { readEvent } from "../model/wire/events.ts";
import { textOf } from "../model/wire/messages.ts";
import type { Account, Tokens, TurnEvent } from "../types.ts";
import { costOf, NOTHING_ESCALATED, sum } from "./spent.ts";
import { Tries } from "./tries.ts";

/** More than a turn has requests, and small enough for 32 bits with any `--seed`. */
const SEEDS_PER_TURN = 1000;

/** What a server tells of its counts while it replies: all that is known of a request that is broken off. */
class Heard {
  tokens: Tokens = { prompt: 0, cached: 0, generated: 0 };

  by<G extends Generation>(g: G): G {
    return {
      ...g,
      onRead: (done: number, all: number) => {
        this.tokens = { ...this.tokens, prompt: done };
        g.onRead?.(done, all);
      },
      onEvent: (event: unknown) => {
        this.tokens = readEvent(event).tokens ?? this.tokens;
        g.onEvent?.(event);
      },
    };
  }
}

export class Meter {
  requests = 0;
  /** How often a conversation went on from less than it was. */
  resets = 0;
  /** Tokens of the last request with the longest reply that it asked for, by the estimate. */
  sent = 0;
  tokens: Tokens = { prompt: 0, cached: 0, generated: 0 };
  /** What went to stronger models, those on this machine included; undefined where nothing did. */
  escalated: Account["escalated"];
  /** Of the generated tokens, those of stronger models that count as local. */
  private nearby = 0;
  readonly tries = new Tries();
  private readonly model: Model;
  private readonly emit: (event: TurnEvent) => void;
  private readonly maxTokens: number | null;
  private readonly signal: AbortSignal;
  private readonly seed: number | null;

  constructor(
    model: Model,
    limits: { maxTokens: number | null; seed: number | null; signal: AbortSignal },
    emit: (event: TurnEvent) => void,
  ) {
    this.model = model;
    this.emit = emit;
    this.maxTokens = limits.maxTokens;
    this.signal = limits.signal;
    this.seed = limits.seed;
  }

  /** Whether the turn's tokens are used up. */
  get spent(): boolean {
    return this.maxTokens !== null && this.tokens.generated >= this.maxTokens;
  }

  /** Tokens that may still be generated in this turn. */
  get left(): number {
    return this.maxTokens === null ? Infinity : Math.max(0, this.maxTokens - this.tokens.generated);
  }

  /** The share of the generated tokens that stayed local; 1 where there are none. */
  get local(): number {
    const all = this.tokens.generated;
    const elsewhere = this.escalated?.tokens.generated ?? 0;
    const own = staysNear(this.model.endpoint) ? all - elsewhere : 0;
    return all === 0 ? 1 : (own + this.nearby) / all;
  }

  /** Sends a letter to a stronger model. */
  async escalate(letter: Letter, options: { silenceMs: number; redacted: number }): Promise<Reply> {
    const { to, body: sent, promptTokens } = letter;
    const { endpoint, model } = to;
    const before = this.tokens;
    const size = { prompt: promptTokens, reply: to.maxTokens };
    const reply = await this.counted("escalation", size, (heard) => {
      this.emit({ type: "escalation", endpoint, model, sent, redacted: options.redacted });
      const { signal } = this;
      return send(letter, {
        silenceMs: options.silenceMs,
        ...heard.by({ maxTokens: 0, temperature: 0, signal }),
      });
    });
    const tokens = sum(this.tokens, before, -1);
    const cost = costOf(to, tokens);
    const so = this.escalated ?? NOTHING_ESCALATED;
    this.escalated = {
      requests: so.requests + 1,
      tokens: sum(so.tokens, tokens),
      cost: so.cost === null || cost === null ? null : so.cost + cost,
    };
    if (to.local) this.nearby += tokens.generated;
    return reply;
  }

  chat = (purpose: string, messages: ChatMessage[], g: Generation & ChatOptions): Promise<Reply> =>
    this.counted(purpose, { prompt: tokensOf(messages), reply: g.maxTokens }, (heard) =>
      this.model.chat(messages, heard.by(this.limited(g))),
    );

  complete = (purpose: string, prompt: string, g: Generation): Promise<Reply> =>
    this.counted(purpose, { prompt: estimateTokens(prompt), reply: g.maxTokens }, (heard) =>
      this.model.complete(prompt, heard.by(this.limited(g))),
    );

  /** See `Model.read`; null where the server has no such request, or refuses it. */
  async read(prompt: string, text: string): Promise<ReadToken[] | null> {
    const { read } = this.model;
    if (read === null) return null;
    const reading = await read(
      prompt,
      text,
      this.limited({ maxTokens: estimateTokens(text), temperature: 0 }),
    );
    if (reading === null || !reading.reply.ok) return null;
    await this.counted("read", { prompt: estimateTokens(prompt), reply: 0 }, () =>
      Promise.resolve(reading.reply),
    );
    return reading.tokens;
  }

  /** Tokens of a conversation, for a decision at `limit`: never too few, as far as can be told. */
  async size(messages: ChatMessage[], limit: number): Promise<number> {
    const counted = await new TokenCounter(this.model, this.signal).count(textOf(messages), limit);
    return counted + messages.length * PER_MESSAGE;
  }

  private limited<G extends Generation>(g: G): G {
    const left = this.maxTokens === null ? g.maxTokens : Math.max(1, this.maxTokens - this.tokens.generated);
    const each = Math.max(1, Math.floor(left / (g.n ?? 1)));
    const seed = this.seed === null ? g.seed : this.seed * SEEDS_PER_TURN + this.requests;
    return {
      ...g,
      maxTokens: Math.min(g.maxTokens, each),
      signal: this.signal,
      onThinking: (text: string) => {
        this.emit({ type: "thinking", text });
        return g.onThinking?.(text);
      },
      ...(seed === undefined ? {} : { seed }),
    };
  }

  /** A conversation goes on from less than it was: its next request does not begin with the last one's bytes. */
  reset(why: string): void {
    this.resets += 1;
    this.emit({ type: "context_reset", why });
  }

  /** `size`: tokens of the prompt and of the longest reply, by the estimate. */
  private async counted(
    purpose: string,
    size: { prompt: number; reply: number },
    send: (heard: Heard) => Promise<Reply>,
  ): Promise<Reply> {
    this.requests += 1;
    const n = this.requests;
    this.sent = size.prompt + size.reply;
    this.emit({ type: "request", n, purpose, tokens: size.prompt });
    const heard = new Heard();
    const reply = await send(heard);
    this.spend(reply.ok ? reply.tokens : heard.tokens);
    if (!reply.ok) return reply;
    for (const text of reply.notices ?? []) this.emit({ type: "notice", level: "warning", text });
    this.emit({ type: "response", n, tokens: reply.tokens, finish: reply.finish, ms: reply.ms });
    return reply;
  }

  private spend(tokens: Tokens): void {
    this.tokens = sum(this.tokens, tokens);
  }
}
