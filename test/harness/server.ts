/**
 * A scripted model server on loopback, for tests that speak real HTTP: OpenAI-compatible, or `as` one of the known servers.
 * Replies to requests for a completion come from a queue, one row each; every request is recorded. It is written on bare
 * sockets, since most rows are faults that an HTTP library would not let it commit. `close()` throws when a queued reply was
 * never asked for, or when a request found the queue empty (it got a 500). What a played server refuses by itself takes no row.
 */
import { createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { PROBES } from "../../src/model/probes.ts";
import { anthropic } from "./anthropic.ts";
import { llamaCpp, lmStudio, vllm } from "./llama.ts";
import { ollama } from "./ollama.ts";
import { isChat, openaiVoice } from "./openai.ts";
import { play, type Setting } from "./play.ts";
import type { Kind, Row, ServerOptions } from "./rows.ts";
import { entries, fields, type Host, messagesIn, tokensOf, type Voice } from "./voice.ts";
import { left, type RecordedRequest, receive, type Shape, Wire } from "./wire.ts";

export type { Row, ServerOptions, TextRow } from "./rows.ts";

export interface ScriptedServer {
  /** `http://127.0.0.1:PORT` */
  url: string;
  /** `http://127.0.0.1:PORT/v1` */
  endpoint: string;
  /** Every request, in order of arrival. */
  requests: RecordedRequest[];
  /** The requests for a completion alone. */
  completions(): RecordedRequest[];
  queue(...rows: Row[]): void;
  /** Resolves once the condition holds for the recorded requests; throws after `ms` (2000 without it). */
  until(condition: (requests: RecordedRequest[]) => boolean, ms?: number): Promise<void>;
  close(): Promise<void>;
}

/** An OpenAI-compatible server of no kind in particular: no window, and what the messages say is all that counts. */
function bare(options: ServerOptions): Host {
  return {
    voice: (request) =>
      isChat(request) || request.path === "/v1/completions" ? openaiVoice(request, null) : null,
    prompt: (request) => {
      const { prompt } = fields(request);
      return typeof prompt === "string"
        ? prompt
        : messagesIn(request)
            .map(({ content }) => content)
            .join("\n");
    },
    window: () => null,
    refusal: () => null,
    cuts: false,
    routes: { "/v1/models": { object: "list", data: entries(options) } },
    unknown: () => ({ status: 404, body: { error: { code: 404, message: "File Not Found" } } }),
  };
}

const HOSTS: Record<Kind, (options: ServerOptions) => Host> = {
  ollama,
  lmstudio: lmStudio,
  "llama.cpp": llamaCpp,
  vllm,
  anthropic,
};

function sharedPrefix(a: string, b: string): number {
  let n = 0;
  while (n < a.length && n < b.length && a.charCodeAt(n) === b.charCodeAt(n)) n += 1;
  return n;
}

/** Waits for a reply to be over, and notes where the client leaves before that. */
async function watched(socket: Socket, request: RecordedRequest, reply: Promise<void>): Promise<void> {
  let over = false;
  const leave = (): void => {
    if (!over) left(request);
  };
  socket.on("close", leave);
  // A FIN from a client that waits for a reply means that it has left.
  socket.on("end", () => {
    leave();
    socket.destroy();
  });
  await reply;
  over = true;
}

/** The start-up trial of a server of unknown make. */
const isProbe = (request: RecordedRequest): boolean =>
  isChat(request) && Bun.deepEquals(fields(request).messages, PROBES.without.messages);

/** Everything about one server but its sockets: the queue, what was asked, and who answers. */
class Script {
  readonly rows: Row[];
  readonly requests: RecordedRequest[] = [];
  /** What went against the script. */
  readonly unexpected: string[] = [];
  private readonly host: Host;
  private readonly routes: Record<string, unknown>;

  constructor(
    private readonly options: ServerOptions,
    rows: Row[],
  ) {
    this.rows = [...rows];
    this.host = (options.as === undefined ? bare : HOSTS[options.as])(options);
    this.routes = { ...this.host.routes, ...options.routes };
  }

  completions(): RecordedRequest[] {
    return this.requests.filter((request) => this.host.voice(request) !== null);
  }

  private async route(wire: Wire, request: RecordedRequest): Promise<void> {
    const route = this.routes[request.path];
    if (route !== undefined)
      return wire.json(200, typeof route === "function" ? await route(request) : route);
    const row = this.host.unknown(request);
    if ("status" in row) return wire.json(row.status, row.body);
    return wire.json(200, "errorIn200" in row ? { error: row.errorIn200 } : {});
  }

  private setting(socket: Socket, request: RecordedRequest, voice: Voice): Setting {
    const { host, options } = this;
    const prompt = host.prompt(request);
    const window = host.cuts ? (host.window(request) ?? Infinity) : Infinity;
    const read = Math.min(tokensOf(prompt), window);
    const shared = this.completions().map((other) => sharedPrefix(host.prompt(other), prompt));
    const cached = Math.min(Math.floor(Math.max(0, ...shared) / 4), read);
    const wire = (shape: Shape): Wire => new Wire(socket, request, shape);
    return { request, voice, read, cached, wire, chop: options.chop };
  }

  async respond(socket: Socket, request: RecordedRequest): Promise<void> {
    const voice = this.host.voice(request);
    if (voice === null) {
      this.requests.push(request);
      return this.route(new Wire(socket, request), request);
    }
    if (isProbe(request) && this.options.probes !== true) {
      // As good as no answer: it leaves every fact unknown.
      return new Wire(socket, request).json(503, { error: { message: "no probes here" } });
    }
    const setting = this.setting(socket, request, voice);
    this.requests.push(request);
    const refusal = this.host.refusal(request, tokensOf(this.host.prompt(request)));
    if (refusal !== null) return play(setting, refusal);
    const row = this.rows.shift();
    if (row !== undefined) return play(setting, row);
    this.unexpected.push(`${request.method} ${request.path} ${request.raw.slice(0, 300)}`);
    const body = { error: { message: "the script has no reply left for this request" } };
    return new Wire(socket, request).json(500, body);
  }
}

/** Starts a server on a free port of 127.0.0.1. It may share a process with the tests that use it. */
export async function startServer(options: ServerOptions = {}, ...first: Row[]): Promise<ScriptedServer> {
  const script = new Script(options, first);
  const { rows, requests, unexpected } = script;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    receive(socket, (request) => {
      watched(socket, request, script.respond(socket, request)).catch((error: unknown) => {
        unexpected.push(`the script failed: ${String(error)}`);
        socket.destroy();
      });
    });
  });
  await new Promise<void>((ready) => server.listen(options.port ?? 0, "127.0.0.1", ready));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the scripted server has no port");
  const url = `http://127.0.0.1:${address.port}`;

  return {
    url,
    endpoint: `${url}/v1`,
    requests,
    completions: () => script.completions(),
    queue: (...more) => {
      rows.push(...more);
    },
    until: async (condition, ms = 2000) => {
      const end = performance.now() + ms;
      while (!condition(requests)) {
        if (performance.now() > end) throw new Error("the scripted server waited in vain");
        await sleep(2);
      }
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((done) => server.close(() => done()));
      if (unexpected.length > 0) throw new Error(`requests with no reply queued:\n${unexpected.join("\n")}`);
      if (rows.length > 0) throw new Error(`${rows.length} queued replies were never asked for`);
    },
  };
}
