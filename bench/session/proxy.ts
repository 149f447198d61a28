/**
 * A recording proxy on loopback between an agent and llama-server. It passes everything on as it streams; of requests for
 * text it keeps the body and the server's timings, asks for timings in every event, and caps the reply. The prompt stays
 * as it was sent.
 */

/** What one request for text was, and what the server told of it. */
export interface Recorded {
  path: string;
  body: Record<string, unknown>;
  status: number;
  /** Of the last event that had them. */
  timings: Timings | null;
  ms: number;
}

export interface Timings {
  prompt_n: number;
  cache_n: number;
  predicted_n: number;
}

/** Answers in the server's place; null: the request is passed on. */
export type Stand = (recorded: Recorded, signal: AbortSignal) => Promise<Response | null>;

export interface Proxy {
  /** With "/v1". */
  endpoint: string;
  recorded: Recorded[];
  /** No request is running. */
  quiet: () => boolean;
  close: () => Promise<void>;
}

const COMPLETIONS = /\/(chat\/completions|completions?)$/;
const LIMITS = ["max_tokens", "max_completion_tokens", "n_predict"];

const record = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? { ...value } : {};

/** The body with its reply capped and with timings in each event. */
export function capped(body: Record<string, unknown>, reply: number): Record<string, unknown> {
  const given = LIMITS.filter((name) => typeof body[name] === "number");
  const limits = (given.length === 0 ? ["max_tokens"] : given).map((name): [string, number] => {
    const own = body[name];
    return [name, typeof own === "number" && own >= 0 ? Math.min(own, reply) : reply];
  });
  return { ...body, ...Object.fromEntries(limits), timings_per_token: true };
}

/** Reads timings out of a reply as it passes, whole or in events. */
export function timingsReader(): { push: (text: string) => void; end: () => Timings | null } {
  let line = "";
  let last: Timings | null = null;
  const look = (text: string): void => {
    const json = text.replace(/^data: ?/, "").trim();
    if (!json.startsWith("{") || !json.includes('"timings"')) return;
    const { prompt_n, cache_n = 0, predicted_n = 0 } = record(record(JSON.parse(json)).timings);
    if (typeof prompt_n === "number")
      last = { prompt_n, cache_n: Number(cache_n), predicted_n: Number(predicted_n) };
  };
  return {
    push(text) {
      const lines = (line + text).split("\n");
      line = lines.pop() ?? "";
      for (const one of lines) look(one);
    },
    end() {
      look(line);
      return last;
    },
  };
}

/** The reply as it comes, with `seen` told of its text and `over` of its end, whoever ends it. */
function watched(
  body: ReadableStream<Uint8Array>,
  seen: (text: string) => void,
  over: () => void,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) {
          over();
          return controller.close();
        }
        seen(decoder.decode(value, { stream: true }));
        controller.enqueue(value);
      } catch (error) {
        over();
        controller.error(error);
      }
    },
    async cancel(reason) {
      over();
      await reader.cancel(reason);
    },
  });
}

/** Starts the proxy for `upstream` (without "/v1") on a free port. */
export function startProxy(upstream: string, { reply, stand }: { reply: number; stand?: Stand }): Proxy {
  const recorded: Recorded[] = [];
  let running = 0;
  const text = async (request: Request, path: string): Promise<Response> => {
    const started = performance.now();
    const body = record(await request.json());
    const one: Recorded = { path, body, status: 0, timings: null, ms: 0 };
    recorded.push(one);
    running += 1;
    const reader = timingsReader();
    let open = true;
    const over = (): void => {
      if (!open) return;
      open = false;
      running -= 1;
      one.timings ??= reader.end();
      one.ms = performance.now() - started;
    };
    try {
      const own = (await stand?.(one, request.signal)) ?? null;
      const response =
        own ??
        (await fetch(`${upstream}${path}`, {
          method: "POST",
          headers: { "content-type": "application/json", "accept-encoding": "identity" },
          body: JSON.stringify(capped(body, reply)),
          signal: request.signal,
          timeout: false,
        } as RequestInit));
      one.status = response.status;
      if (response.body === null) {
        over();
        return response;
      }
      const headers = { "content-type": response.headers.get("content-type") ?? "application/json" };
      return new Response(watched(response.body, reader.push, over), { status: response.status, headers });
    } catch (error) {
      over();
      return new Response(String(error), { status: 502 });
    }
  };
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    async fetch(request) {
      const { pathname, search } = new URL(request.url);
      if (request.method === "POST" && COMPLETIONS.test(pathname)) return text(request, pathname);
      const body = request.method === "POST" ? await request.text() : null;
      const passed = await fetch(`${upstream}${pathname}${search}`, { method: request.method, body });
      const headers = { "content-type": passed.headers.get("content-type") ?? "application/json" };
      return new Response(await passed.arrayBuffer(), { status: passed.status, headers });
    },
  });
  return {
    endpoint: `http://127.0.0.1:${server.port}/v1`,
    recorded,
    quiet: () => running === 0,
    close: () => server.stop(true),
  };
}
