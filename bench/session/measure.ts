/**
 * What a session cost the server in reading, from the server's own timings and the tokens of each request. Pure.
 *
 * `sent`: prompt tokens of the requests. `processed`: those of them that the server computed. `fresh`: those behind the longest
 * beginning that the request has in common with any earlier one: no cache of prompts could hold them. `reread`: those
 * processed although an earlier request began with them. Replies may be cached as well, so that fewer than the fresh ones
 * are processed; that is never counted against what was read again elsewhere.
 */

export interface Exchange {
  /** The prompt through the server's own template and tokenizer. */
  prompt: number[];
  /** Prompt tokens that the server computed and that it had; null where it was left before it told. */
  processed: number | null;
  cached: number | null;
  generated: number;
}

export interface Sums {
  requests: number;
  sent: number;
  processed: number;
  fresh: number;
  reread: number;
  generated: number;
}

/** `untold`: requests without timings; they are in no sum. `uneven`: those whose prompt we count otherwise than the server. */
export interface Measured {
  first: Sums;
  later: Sums;
  untold: number;
  uneven: number;
}

export function commonBeginning(a: number[], b: number[]): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a[length] === b[length]) length += 1;
  return length;
}

const nothing = (): Sums => ({ requests: 0, sent: 0, processed: 0, fresh: 0, reread: 0, generated: 0 });

export function measure(exchanges: Exchange[]): Measured {
  const sums: Measured = { first: nothing(), later: nothing(), untold: 0, uneven: 0 };
  for (const [index, { prompt, processed, cached, generated }] of exchanges.entries()) {
    if (processed === null || cached === null) {
      sums.untold += 1;
      continue;
    }
    const sent = processed + cached;
    if (sent !== prompt.length) sums.uneven += 1;
    const known = Math.max(0, ...exchanges.slice(0, index).map((one) => commonBeginning(one.prompt, prompt)));
    const fresh = Math.max(0, sent - known);
    const into = index === 0 ? sums.first : sums.later;
    into.requests += 1;
    into.sent += sent;
    into.processed += processed;
    into.fresh += fresh;
    into.reread += Math.max(0, processed - fresh);
    into.generated += generated;
  }
  return sums;
}
