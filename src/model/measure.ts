/**
 * How fast a model reads and writes, and whether its server still knows what two prompts share when the second leaves the first
 * in its middle. Three short requests: a prefix with one end, the same prefix with another, and the second one with more.
 *
 * The prefix is shorter than any sliding window, since it is there that llama-server by default reads everything again.
 */
import type { Failure } from "./errors.ts";
import type { Generation, Model, Reply } from "./model.ts";

export interface Measures {
  /** Tokens of a prompt in a second; null where nothing was read that could be timed. */
  read: number | null;
  /** Tokens of a reply in a second; null where the reply was too short. */
  write: number | null;
  /** Of the second prompt: tokens shared with the first (estimated), and those the server found read. null: it does not count them. */
  branch: { shared: number; reused: number } | null;
  /** null where nothing tells. */
  branching: boolean | null;
  /** The time for it was up before the end. */
  slow: boolean;
}

/** One request as it went. `firstMs`: until the first piece of its reply. */
interface Timed {
  reply: Extract<Reply, { ok: true }>;
  firstMs: number;
}

const lines = (count: number, line: (n: number) => string): string =>
  Array.from({ length: count }, (_, n) => line(n)).join(" ");

/** Some 110 tokens; the number in front keeps an earlier run's from being known. */
const prefixOf = (run: number): string =>
  `List ${run}. ${lines(10, (n) => `Shelf ${n} holds a box of nails.`)}`;
const END = {
  first: lines(3, (n) => `Nail ${n} is red.`),
  second: lines(3, (n) => `Every box ${n} is old.`),
};
const MORE = lines(3, (n) => `Lid ${n} is shut.`);

const MOST_MS = 90_000;

/** Below this, the time of a request is mostly not reading. */
const TELLING_MS = 400;

async function timed(model: Model, prompt: string, wanted: Generation): Promise<Timed | Failure> {
  const begin = performance.now();
  let firstMs: number | null = null;
  const onFirst = (): void => {
    firstMs ??= performance.now() - begin;
  };
  const generation = { ...wanted, onText: onFirst, onThinking: onFirst };
  const reply =
    model.ladder.rung === "plain"
      ? await model.complete(prompt, generation)
      : await model.chat([{ role: "user", content: prompt }], generation);
  return reply.ok ? { reply, firstMs: firstMs ?? reply.ms } : reply;
}

const perSecond = (tokens: number, ms: number): number | null =>
  tokens > 0 && ms > 0 ? Math.round((tokens * 10_000) / ms) / 10 : null;

function branchOf(first: Timed, second: Timed, third: Timed): Pick<Measures, "branch" | "branching"> {
  const { prompt, cached } = second.reply.tokens;
  if (cached > 0 || third.reply.tokens.cached > 0) {
    const share = prefixOf(10_000).length / (prefixOf(10_000).length + 1 + END.second.length);
    const shared = Math.round(prompt * share);
    return { branch: { shared, reused: cached }, branching: cached > shared / 2 };
  }
  if (first.firstMs < TELLING_MS) return { branch: null, branching: null };
  if (second.firstMs < first.firstMs / 2) return { branch: null, branching: true };
  // One that goes on from another is quick, where anything is kept at all.
  return { branch: null, branching: third.firstMs < first.firstMs / 2 ? false : null };
}

/** What is known without one of the later requests. */
const unmeasured = (first: Timed | null, slow: boolean): { ok: true } & Measures => {
  const speeds = { read: null, write: null, branch: null, branching: null, slow };
  if (first === null) return { ok: true, ...speeds };
  const { tokens, ms } = first.reply;
  return {
    ok: true,
    ...speeds,
    read: perSecond(tokens.prompt - tokens.cached, first.firstMs),
    write: tokens.generated > 4 ? perSecond(tokens.generated - 1, ms - first.firstMs) : null,
  };
};

/**
 * Makes the three requests, one after the other, for `mostMs` in all (a minute and a half, without it). The first that fails is the result;
 * where the time is up, what is known by then.
 */
export async function measure(
  model: Model,
  options: { signal?: AbortSignal; mostMs?: number } = {},
): Promise<({ ok: true } & Measures) | Failure> {
  const limit = AbortSignal.timeout(options.mostMs ?? MOST_MS);
  const signal = options.signal === undefined ? limit : AbortSignal.any([limit, options.signal]);
  const prefix = prefixOf(10_000 + Math.floor(Math.random() * 89_999));
  const branched = `${prefix} ${END.second}`;
  const all: [prompt: string, maxTokens: number][] = [
    [`${prefix} ${END.first}`, 16],
    [branched, 2],
    [`${branched} ${MORE}`, 2],
  ];
  const done: Timed[] = [];
  for (const [prompt, maxTokens] of all) {
    const one = await timed(model, prompt, { maxTokens, temperature: 0, signal });
    if ("reply" in one) done.push(one);
    else if (limit.aborted && !options.signal?.aborted) return unmeasured(done[0] ?? null, true);
    else return one;
  }
  const [first, second, third] = done;
  if (first === undefined || second === undefined || third === undefined)
    throw new Error("Each request has its end.");
  return { ...unmeasured(first, false), ...branchOf(first, second, third) };
}
