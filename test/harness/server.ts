/**
 * A scripted OpenAI-compatible server on loopback, for tests that speak real HTTP. Replies to `/v1/completions` and
 * `/v1/chat/completions` come from a queue, one row each; every request is recorded. It is written on bare sockets,
 * since most rows are faults that an HTTP library would not let it commit. `close()` throws when a queued reply was
 * never asked for, or when a request found the queue empty (it got a 500).
 */
import { createServer, type Socket } from "node:net";
import { type RecordedRequest, receive, Wire } from "./wire.ts";

export interface TextRow {
  text: string;
  finish?: "stop" | "length" | null;
  /** Sent as `reasoning_content` before the text (chat only). */
  thinking?: string;
  /** Characters per event; 7 without it. */
  chunk?: number;
  /** Wait before each event, in ms. */
  pace?: number;
  /** null: no usage is reported. Without it, four characters count as a token and common prefixes as cached. */
  usage?: { prompt: number; cached: number; generated: number } | null;
}

export type Row =
  | TextRow
  | { status: number; body: unknown; headers?: Record<string, string> }
  | { html: string }
  /** HTTP 200 whose JSON body is an error. */
  | { errorIn200: unknown }
  /** An error event inside the stream, after some text. */
  | { errorInStream: unknown; after?: string }
  /** Sends n characters of text, then breaks the connection; 0: before the first byte. */
  | { dieAfter: number; text?: string }
  /** Several replies to one prompt as llama-server sends them: interleaved, counted each, ended in their order. */
  | { several: string[] }
  /** These events, then the last word. */
  | { events: unknown[] }
  /** A stream of these bytes, as they are; true: 4 KB of noise. */
  | { garbage: Uint8Array | true }
  /** One line of so many bytes inside a stream. */
  | { oneLine: number }
  /** The text again and again until the client leaves (at most 20 MB). */
  | { repeat: string }
  /** The text, then white space until the client leaves (at most 20 MB). */
  | { pad: string }
  /** Silence for so many ms, with `ping` a comment each so many ms, then `next` or the end of the connection. */
  | { hang: number; ping?: number; next?: TextRow }
  | { reply: (request: RecordedRequest) => Row | Promise<Row> };

export interface ServerOptions {
  /** What `/v1/models` lists: ids, or whole entries. */
  models?: (string | Record<string, unknown>)[];
  /** Further paths (`/props`, `/tokenize`, `/api/show`, ...) and their JSON; a function is given the request. */
  routes?: Record<string, unknown>;
  port?: number;
}

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

const FLOOD = 20 * 1024 * 1024;
const COMPLETIONS = new Set(["/v1/completions", "/v1/chat/completions"]);

const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** The prompt of a request as one text; what two of them share at the start is what a server would have cached. */
function promptOf(request: RecordedRequest): string {
  const body = request.body as { prompt?: string; messages?: { content: string }[] };
  return body.prompt ?? (body.messages ?? []).map((message) => message.content).join("\n");
}

function sharedPrefix(a: string, b: string): number {
  let n = 0;
  while (n < a.length && n < b.length && a.charCodeAt(n) === b.charCodeAt(n)) n += 1;
  return n;
}

const isChat = (request: RecordedRequest): boolean => request.path.endsWith("/chat/completions");

function delta(request: RecordedRequest, text: string, field = "content"): unknown {
  const choice = isChat(request) ? { delta: { [field]: text } } : { text };
  return { object: "chunk", choices: [{ index: 0, finish_reason: null, ...choice }] };
}

function ending(request: RecordedRequest, finish: string): unknown {
  const choice = isChat(request) ? { delta: {} } : { text: "" };
  return { object: "chunk", choices: [{ index: 0, finish_reason: finish, ...choice }] };
}

async function sendPieces(
  wire: Wire,
  events: (piece: string) => unknown,
  row: TextRow,
  text: string,
): Promise<boolean> {
  const size = row.chunk ?? 7;
  for (let at = 0; at < text.length; at += size) {
    if (row.pace !== undefined) await sleep(row.pace);
    if (!(await wire.event(events(text.slice(at, at + size))))) return false;
  }
  return true;
}

async function sendText(
  wire: Wire,
  request: RecordedRequest,
  row: TextRow,
  earlier: string[],
): Promise<void> {
  const thought = row.thinking ?? "";
  if (!(await sendPieces(wire, (piece) => delta(request, piece, "reasoning_content"), row, thought))) return;
  if (!(await sendPieces(wire, (piece) => delta(request, piece), row, row.text))) return;
  if (row.finish !== null) await wire.event(ending(request, row.finish ?? "stop"));
  if (row.usage !== null) {
    const prompt = promptOf(request);
    const cached = Math.max(0, ...earlier.map((other) => sharedPrefix(other, prompt)));
    const count = row.usage ?? {
      prompt: Math.ceil(prompt.length / 4),
      cached: Math.floor(cached / 4),
      generated: Math.ceil((thought.length + row.text.length) / 4),
    };
    const usage = {
      prompt_tokens: count.prompt,
      completion_tokens: count.generated,
      prompt_tokens_details: { cached_tokens: count.cached },
    };
    await wire.event({ object: "chunk", choices: [], usage });
  }
  if (row.finish !== null) await wire.event("[DONE]");
  await wire.finish();
}

/** The first of `texts` has read the prompt, the others have copied it. */
async function sendSeveral(wire: Wire, request: RecordedRequest, texts: string[]): Promise<void> {
  const prompt = Math.ceil(promptOf(request).length / 4);
  const timings = (index: number, predicted_n: number) => ({
    timings: { prompt_n: index === 0 ? prompt : 1, cache_n: index === 0 ? 0 : prompt - 1, predicted_n },
  });
  const choice = (index: number, text: string, finish_reason: string | null) => ({
    choices: [{ index, finish_reason, ...(isChat(request) ? { delta: { content: text } } : { text }) }],
  });
  const pieces = texts.map((text) => text.match(/[\s\S]{1,7}/g) ?? []);
  const rounds = Math.max(...pieces.map(({ length }) => length));
  for (let n = 0; n < rounds; n += 1)
    for (const [index, own] of pieces.entries())
      if (n < own.length)
        await wire.event({ ...choice(index, own[n] ?? "", null), ...timings(index, n + 1) });
  for (const [index, own] of pieces.entries()) {
    await wire.event({ ...choice(index, "", "stop"), ...timings(index, own.length) });
    await wire.event({ choices: [], usage: { prompt_tokens: prompt, completion_tokens: own.length } });
  }
  await wire.event("[DONE]");
  await wire.finish();
}

async function flood(wire: Wire, event: () => unknown): Promise<void> {
  for (let sent = 0; sent < FLOOD; sent += 100) {
    if (!(await wire.event(event()))) return;
    // Gives the client its turn, when both live in one process.
    if (sent % 10_000 === 0) await sleep(0);
  }
  await wire.finish();
}

async function hang(wire: Wire, row: { hang: number; ping?: number; next?: TextRow }): Promise<void> {
  const end = performance.now() + row.hang;
  while (!wire.gone && performance.now() < end) {
    await sleep(Math.min(row.ping ?? 50, end - performance.now()));
    if (row.ping !== undefined) await wire.part(": ping\n\n");
  }
}

function noise(): Uint8Array {
  return Uint8Array.from({ length: 4096 }, (_, i) => (i * 197 + (i >> 3) * 89 + 131) & 255);
}

async function sendLine(wire: Wire, bytes: number): Promise<void> {
  const block = "x".repeat(65_536);
  await wire.part('data: {"choices":[{"text":"');
  for (let sent = 0; sent < bytes; sent += block.length) if (!(await wire.part(block))) return;
  await wire.part('"}]}\n\n');
  await wire.finish();
}

/** Rows that are a whole HTTP reply; false: the row is a stream. */
async function answerWhole(wire: Wire, row: Row): Promise<boolean> {
  if ("status" in row) await wire.json(row.status, row.body, row.headers);
  else if ("html" in row) await wire.whole(200, "text/html; charset=utf-8", row.html);
  else if ("errorIn200" in row) await wire.json(200, { error: row.errorIn200 });
  else if ("dieAfter" in row && row.dieAfter === 0) wire.break();
  else if ("hang" in row && row.ping === undefined && row.next === undefined) {
    await hang(wire, row);
    wire.break();
  } else return false;
  return true;
}

async function answer(wire: Wire, request: RecordedRequest, row: Row, earlier: string[]): Promise<void> {
  if ("reply" in row) return answer(wire, request, await row.reply(request), earlier);
  if (await answerWhole(wire, row)) return;
  await wire.streamHead();
  if ("text" in row && !("dieAfter" in row)) return sendText(wire, request, row, earlier);
  if ("several" in row) return sendSeveral(wire, request, row.several);
  if ("events" in row) {
    for (const event of [...row.events, "[DONE]"]) await wire.event(event);
    return wire.finish();
  }
  if ("repeat" in row) return flood(wire, () => delta(request, row.repeat));
  if ("oneLine" in row) return sendLine(wire, row.oneLine);
  if ("pad" in row) {
    await sendPieces(wire, (piece) => delta(request, piece), { text: row.pad }, row.pad);
    return flood(wire, () => delta(request, " \n"));
  }
  if ("dieAfter" in row) {
    const text = (row.text ?? "the quick brown fox ".repeat(500)).slice(0, row.dieAfter);
    await sendPieces(wire, (piece) => delta(request, piece), { text }, text);
    // Bun's fetch forgets what it has received where the break comes in the same instant.
    await sleep(20);
    return wire.break();
  }
  if ("errorInStream" in row) {
    if (row.after !== undefined) await wire.event(delta(request, row.after));
    await wire.event({ error: row.errorInStream });
    return wire.finish();
  }
  if ("garbage" in row) {
    await wire.part(row.garbage === true ? noise() : row.garbage);
    return wire.finish();
  }
  if ("hang" in row) {
    await hang(wire, row);
    return row.next === undefined ? wire.break() : sendText(wire, request, row.next, earlier);
  }
}

/** Waits for a reply to be over, and marks its request as aborted where the client leaves before that. */
async function watched(socket: Socket, request: RecordedRequest, reply: Promise<void>): Promise<void> {
  let over = false;
  const leave = (): void => {
    if (!over) request.aborted = true;
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

/** Starts a server on a free port of 127.0.0.1. It may share a process with the tests that use it. */
export async function startServer(options: ServerOptions = {}, ...first: Row[]): Promise<ScriptedServer> {
  const rows: Row[] = [...first];
  const requests: RecordedRequest[] = [];
  const unexpected: string[] = [];
  const sockets = new Set<Socket>();
  const models = (options.models ?? ["scripted"]).map((model) =>
    typeof model === "string" ? { id: model, object: "model" } : model,
  );
  const routes: Record<string, unknown> = {
    "/v1/models": { object: "list", data: models },
    ...options.routes,
  };

  const respond = async (socket: Socket, request: RecordedRequest): Promise<void> => {
    const earlier = requests.filter((other) => COMPLETIONS.has(other.path)).map(promptOf);
    requests.push(request);
    const wire = new Wire(socket, request);
    if (!COMPLETIONS.has(request.path)) {
      const route = routes[request.path];
      if (route === undefined) return wire.json(404, { error: { code: 404, message: "File Not Found" } });
      return wire.json(200, typeof route === "function" ? await route(request) : route);
    }
    const row = rows.shift();
    if (row !== undefined) return answer(wire, request, row, earlier);
    unexpected.push(`${request.method} ${request.path} ${request.raw.slice(0, 300)}`);
    return wire.json(500, { error: { message: "the script has no reply left for this request" } });
  };

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    receive(socket, (request) => {
      watched(socket, request, respond(socket, request)).catch((error: unknown) => {
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
    completions: () => requests.filter((request) => COMPLETIONS.has(request.path)),
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
