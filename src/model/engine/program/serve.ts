/**
 * The engine's HTTP: the part of the OpenAI-compatible API (and of llama-server's own) that SmallCode speaks, on loopback,
 * to whoever knows the token. A request that is given up stops the work for it.
 */
import { z } from "zod";
import { promptTokens, render, templateOf } from "./chat.ts";
import { type Counts, type Ended, generate, type Job, type ReadToken, readAlong } from "./generate.ts";
import type { Loaded } from "./llama.ts";
import { Slots } from "./slots.ts";

const Body = z.object({
  max_tokens: z.int().positive().nullish(),
  temperature: z.number().min(0).nullish(),
  top_k: z.int().nullish(),
  top_p: z.number().nullish(),
  min_p: z.number().nullish(),
  seed: z.int().nonnegative().nullish(),
  stop: z.union([z.string(), z.array(z.string())]).nullish(),
  n: z.int().min(1).max(32).nullish(),
  grammar: z.string().nullish(),
  logprobs: z.int().min(0).max(64).nullish(),
  response_format: z
    .object({ json_schema: z.object({ schema: z.record(z.string(), z.unknown()) }).nullish() })
    .nullish(),
});
const Completion = Body.extend({ prompt: z.string() });
const Chat = Body.extend({ messages: z.array(z.object({ role: z.string(), content: z.string() })).min(1) });
const Tokenize = z.object({ content: z.string(), add_special: z.boolean().nullish() });
type Body = z.infer<typeof Body>;

/** A request that cannot be served, with the status that says so. */
class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

function failed(error: unknown): Response {
  if (error instanceof z.ZodError) return failed(new Refusal(400, z.prettifyError(error)));
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Refusal ? error.status : 500;
  return Response.json({ error: { code, message } }, { status: code });
}

export interface Engine {
  port: number;
  /** Requests being worked on. */
  busy(): number;
  /** When the last request ended, by `performance.now()`. */
  lastUse(): number;
}

/** Starts to listen on a free port of the loopback interface. */
export function serve(loaded: Loaded, { name, token }: { name: string; token: string }): Engine {
  const slots = new Slots(loaded.sequences);
  const use = { busy: 0, last: performance.now() };
  const props = {
    default_generation_settings: { n_ctx: loaded.context.contextSize },
    total_slots: loaded.sequences.length,
    chat_template: templateOf(loaded),
    eos_token: loaded.model.tokens.eosString,
  };
  const models = { object: "list", data: [{ id: name, object: "model", owned_by: "llamacpp" }] };

  async function answer(request: Request): Promise<Response> {
    if (request.headers.get("authorization") !== `Bearer ${token}`)
      throw new Refusal(401, "this engine belongs to another process");
    const path = new URL(request.url).pathname;
    if (path === "/v1/models") return Response.json(models);
    if (path === "/props") return Response.json(props);
    const body = await request.json();
    if (path === "/tokenize") {
      const { content, add_special } = Tokenize.parse(body);
      const tokens = add_special
        ? promptTokens(loaded, content)
        : loaded.model.tokenize(content, true, "trimLeadingSpace");
      return Response.json({ tokens });
    }
    if (path === "/v1/completions") {
      const asked = Completion.parse(body);
      return reply(asked, promptTokens(loaded, asked.prompt), request.signal, "text");
    }
    if (path === "/v1/chat/completions") {
      const asked = Chat.parse(body);
      const prompt = render(loaded, asked.messages);
      if (prompt === null) throw new Refusal(400, "this model has no chat template");
      return reply(asked, promptTokens(loaded, prompt), request.signal, "chat");
    }
    throw new Refusal(404, `there is no ${path}`);
  }

  async function reply(
    asked: Body,
    prompt: number[],
    left: AbortSignal,
    kind: "text" | "chat",
  ): Promise<Response> {
    const { contextSize } = loaded.context;
    if (prompt.length >= contextSize)
      throw new Refusal(
        400,
        `the prompt of ${prompt.length} tokens exceeds the available context size (${contextSize} tokens)`,
      );
    const forced = forcedTokens(asked.grammar);
    const grammar = forced === null ? await grammarOf(loaded, asked) : null;
    const gone = new AbortController();
    const signal = AbortSignal.any([gone.signal, left]);
    const stop = typeof asked.stop === "string" ? [asked.stop] : (asked.stop ?? []);
    // Behind a JSON value its grammar allows nothing but line ends.
    const job: Job = {
      prompt,
      maxTokens: asked.max_tokens ?? contextSize,
      stop: asked.response_format?.json_schema ? [...stop, "\n\n\n\n"] : stop,
      sample: sampling(asked),
      grammar,
      signal,
    };
    const encoder = new TextEncoder();
    const stream = new ReadableStream<Uint8Array>({
      async start(controller) {
        const out = (text: string): void => {
          if (!signal.aborted) controller.enqueue(encoder.encode(text));
        };
        const events = eventsOf(name, kind, out);
        use.busy += 1;
        try {
          const top = asked.logprobs ?? 0;
          const counts =
            forced === null
              ? await sampled(job, asked.n ?? 1, events)
              : await read({ prompt, text: forced, top, signal }, events);
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

  /** One candidate after the other, each from the one reading of the prompt: at once they take as long on a processor. */
  async function sampled(job: Job, n: number, events: Events): Promise<Counts | null> {
    const one = (index: number): Promise<Ended> =>
      slots.using(job.prompt, async (sequence) => {
        const seed = job.sample.seed === undefined ? {} : { seed: job.sample.seed + index };
        const mine = { ...job, sample: { ...job.sample, ...seed } };
        const ended = await generate(loaded, sequence, mine, {
          onRead: events.read,
          onText: (text, counts) => events.text(index, text, counts),
        });
        if (ended.finish !== "cancelled") events.finish(index, ended.finish, ended.counts);
        return ended;
      });
    const all: Counts = { prompt: job.prompt.length, cached: 0, generated: 0 };
    for (let index = 0; index < n; index += 1) {
      const { finish, counts } = await one(index);
      if (finish === "cancelled") return null;
      all.cached = index === 0 ? counts.cached : all.cached;
      all.generated += counts.generated;
    }
    return all;
  }

  async function read(
    job: { prompt: number[]; text: number[]; top: number; signal: AbortSignal },
    events: Events,
  ): Promise<Counts | null> {
    const done = await slots.using(job.prompt, (sequence) =>
      readAlong(loaded, sequence, { ...job, onRead: events.read }),
    );
    if (done === null) return null;
    for (const one of done.tokens) events.scored(one, done.counts);
    events.finish(0, "stop", done.counts);
    return done.counts;
  }

  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    // A prompt may take longer to read than any time limit on silence.
    idleTimeout: 0,
    fetch: (request) => answer(request).catch(failed),
  });
  return { port: server.port ?? 0, busy: () => use.busy, lastUse: () => use.last };
}

function sampling(asked: Body): Job["sample"] {
  return {
    temperature: asked.temperature ?? 0.8,
    topK: asked.top_k ?? 40,
    topP: asked.top_p ?? 0.95,
    minP: asked.min_p ?? 0.05,
    ...(typeof asked.seed === "number" ? { seed: asked.seed } : {}),
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

interface Events {
  read(done: number): void;
  text(index: number, text: string, counts: Counts): void;
  scored(token: ReadToken, counts: Counts): void;
  finish(index: number, reason: string, counts: Counts): void;
  usage(counts: Counts): void;
  error(message: string): void;
}

/** Writes what happens as server-sent events. Reading a prompt shows as comments, so that the wait is not silent. */
function eventsOf(model: string, kind: "text" | "chat", out: (text: string) => void): Events {
  const object = kind === "chat" ? "chat.completion.chunk" : "text_completion";
  const event = (fields: object): void => out(`data: ${JSON.stringify({ object, model, ...fields })}\n\n`);
  const timings = ({ prompt, cached, generated }: Counts): object => ({
    timings: { prompt_n: prompt - cached, cache_n: cached, predicted_n: generated },
  });
  const piece = (text: string): object => (kind === "chat" ? { delta: { content: text } } : { text });
  return {
    read: (done) => out(`: ${done} tokens read\n\n`),
    text: (index, text, counts) =>
      event({ choices: [{ index, ...piece(text), finish_reason: null }], ...timings(counts) }),
    scored({ text, logprob, alternatives }, counts) {
      const top_logprobs = alternatives.map((one) => ({ token: one.text, logprob: one.logprob }));
      const logprobs = { content: [{ token: text, logprob, top_logprobs }] };
      event({ choices: [{ index: 0, ...piece(text), logprobs, finish_reason: null }], ...timings(counts) });
    },
    finish: (index, finish_reason, counts) =>
      event({ choices: [{ index, ...piece(""), finish_reason }], ...timings(counts) }),
    usage({ prompt, cached, generated }) {
      const usage = {
        prompt_tokens: prompt,
        completion_tokens: generated,
        total_tokens: prompt + generated,
        prompt_tokens_details: { cached_tokens: cached },
      };
      event({ choices: [], usage });
      out("data: [DONE]\n\n");
    },
    error: (message) => event({ error: { code: 500, message } }),
  };
}
