/** What requests have cost, in tokens and in money. */
import type { StrongerModel } from "../config.ts";
import type { Account, Tokens } from "../types.ts";

export const NOTHING_ESCALATED: NonNullable<Account["escalated"]> = {
  requests: 0,
  tokens: { prompt: 0, cached: 0, generated: 0 },
  cost: 0,
};

/** `a` and `sign` times `b`. */
export function sum(a: Tokens, b: Tokens, sign: 1 | -1 = 1): Tokens {
  return {
    prompt: a.prompt + sign * b.prompt,
    cached: a.cached + sign * b.cached,
    generated: a.generated + sign * b.generated,
  };
}

/** What so many tokens of this model cost; 0 where it is local, null where its price is not known. Prices are for a million tokens. */
export function costOf(
  { price, local }: StrongerModel,
  { prompt, cached, generated }: Tokens,
): number | null {
  if (price === null) return local ? 0 : null;
  return ((prompt - cached) * price.in + cached * price.cached + generated * price.out) / 1e6;
}
