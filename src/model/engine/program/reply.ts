/** One request for text, from what it asks to the stream of its reply. A reply that nobody waits for any more is not gone on with. */
import { type Body, Refusal } from "./api.ts";
import { type Candidates, writeCandidates } from "./candidates.ts";
import { promptTokens } from "./chat.ts";
import { type Events, eventsOf } from "./events.ts";
import { type Counts, type Job, readAlong } from "./generate.ts";
import type { Head, Heads } from "./heads.ts";
import type { Loaded } from "./llama.ts";
import type { Slots } from "./slots.ts";

/** Of those drawn here; the library takes the second of the clock where there is none. */
const LARGEST_SEED = 2 ** 31;

/** What all requests share. */
export interface Office {
  name: string;
  loaded: Loaded;
  slots: Slots;
  heads: Heads;
  /** Requests being worked on, and when the last one ended, by `performance.now()`. */
  use: { busy: number; last: number };
}

/** The reply to a prompt. Throws a Refusal where it does not fit or its grammar cannot be used. */
export async function reply(
  office: Office,
  asked: Body,
  { text, left, kind }: { text: string; left: AbortSignal; kind: "text" | "chat" },
): Promise<Response> {
  const { loaded } = office;
  const { contextSize } = loaded.context;
  const prompt = promptTokens(loaded, text);
  if (prompt.length >= contextSize)
    throw new Refusal(
      400,
      `the prompt of ${prompt.length} tokens exceeds the available context size (${contextSize} tokens)`,
    );
  const head = office.heads.of(text, prompt);
  const forced = forcedTokens(asked.grammar);
  const grammar = forced === null ? await grammarOf(loaded, asked) : null;
  return streamed(office, { kind, left }, (events, signal) => {
    if (forced !== null)
      return read(office, { prompt, head, text: forced, top: asked.logprobs ?? 0, signal }, events);
    return sampled(
      office,
      {
        ...jobOf(asked, signal),
        prompt,
        head,
        maxTokens: asked.max_tokens ?? contextSize,
        grammar,
        n: asked.n ?? 1,
        seed: asked.seed ?? Math.floor(Math.random() * LARGEST_SEED),
      },
      events,
    );
  });
}

function jobOf(asked: Body, signal: AbortSignal): Pick<Job, "stop" | "sample" | "signal"> {
  const stop = typeof asked.stop === "string" ? [asked.stop] : (asked.stop ?? []);
  // Behind a JSON value its grammar allows nothing but line ends.
  const ends = asked.response_format?.json_schema ? [...stop, "\n\n\n\n"] : stop;
  return { stop: ends, sample: sampling(asked), signal };
}

/** Streams what `work` says; its signal is aborted once nobody listens. */
function streamed(
  { name, use }: Office,
  { kind, left }: { kind: "text" | "chat"; left: AbortSignal },
  work: (events: Events, signal: AbortSignal) => Promise<Counts | null>,
): Response {
  const gone = new AbortController();
  const signal = AbortSignal.any([gone.signal, left]);
  const encoder = new TextEncoder();
  const stream = new ReadableStream<Uint8Array>({
    async start(controller) {
      const events = eventsOf(name, kind, (text) => {
        if (!signal.aborted) controller.enqueue(encoder.encode(text));
      });
      use.busy += 1;
      try {
        const counts = await work(events, signal);
        if (counts !== null) events.usage(counts);
      } catch (error) {
        events.error(error instanceof Error ? error.message : String(error));
      } finally {
        use.busy -= 1;
        use.last = performance.now();
        if (!signal.aborted) controller.close();
      }
    },
    cancel: () => gone.abort(),
  });
  return new Response(stream, { headers: { "content-type": "text/event-stream" } });
}

/** Writes as many candidates as are asked for. */
function sampled({ loaded, slots }: Office, job: Candidates["job"], events: Events): Promise<Counts | null> {
  return slots.using(job.prompt, job.n, (lanes) =>
    writeCandidates(loaded, lanes, {
      job,
      onRead: (done) => events.read(done, job.prompt.length),
      onText: events.text,
      onFinish: events.finish,
    }),
  );
}

/** Reads a given text along. */
async function read(
  { loaded, slots }: Office,
  job: { prompt: number[]; head: Head | null; text: number[]; top: number; signal: AbortSignal },
  events: Events,
): Promise<Counts | null> {
  const done = await slots.using(job.prompt, 1, ([sequence]) =>
    readAlong(loaded, sequence, {
      ...job,
      onRead: (done) => events.read(done, job.prompt.length + job.text.length),
    }),
  );
  if (done === null) return null;
  for (const one of done.tokens) events.scored(one, done.counts);
  events.finish(0, "stop", done.counts);
  return done.counts;
}

function sampling(asked: Body): Job["sample"] {
  return {
    temperature: asked.temperature ?? 0.8,
    topK: asked.top_k ?? 40,
    topP: asked.top_p ?? 0.95,
    minP: asked.min_p ?? 0.05,
  };
}

/** The tokens of a grammar that allows one text alone (`root ::= <[1]> <[2]>`); null for any other. */
function forcedTokens(grammar: string | null | undefined): number[] | null {
  if (!/^root ::=( <\[\d+\]>)+$/.test(grammar ?? "")) return null;
  return [...(grammar ?? "").matchAll(/\d+/g)].map(([id]) => Number(id));
}

async function grammarOf({ llama }: Loaded, asked: Body): Promise<Job["grammar"]> {
  const schema = asked.response_format?.json_schema?.schema;
  try {
    if (schema !== undefined) return await llama.createGrammarForJsonSchema(schema);
    return typeof asked.grammar === "string" ? await llama.createGrammar({ grammar: asked.grammar }) : null;
  } catch (error) {
    throw new Refusal(400, `the grammar cannot be used: ${error instanceof Error ? error.message : error}`);
  }
}
