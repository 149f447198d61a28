/**
 * HTTP/1.1 by hand over one socket, as far as the scripted server needs it: one request in, one reply out, and no rule that a
 * fault could not break. The body can be cut up as finely as one likes, and can end at any byte.
 */
import type { Socket } from "node:net";
import { setTimeout as sleep, setImmediate as turn } from "node:timers/promises";

export interface RecordedRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  /** Parsed JSON where the body is JSON, else its text. */
  body: unknown;
  /** The body as sent. */
  raw: string;
  /** True once the client has closed the connection before the reply was over. */
  aborted: boolean;
  /** When it was whole, by `performance.now()`. */
  at: number;
  /** When the client closed the connection before the reply was over; null where it did not. */
  leftAt: number | null;
  /** Bytes of the reply that the network has taken; a client that does not read lets only its buffers fill. */
  sent: number;
}

/** Bytes in each write: so many, or 1 to 16 by chance, the same for the same seed. */
export type Chop = number | { seed: number };

export interface Shape {
  chop?: Chop | undefined;
  /** The connection breaks after so many bytes of the body, at the latest before its proper end. */
  dieAtByte?: number | undefined;
}

/** Sizes for `Chop`, without end (xorshift32). */
function* sizes(chop: Chop): Generator<number, never> {
  let state = typeof chop === "number" ? 0 : Math.imul(chop.seed + 1, 0x9e3779b1) | 1;
  for (;;) {
    if (typeof chop === "number") yield chop;
    else {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      yield 1 + ((state >>> 0) % 16);
    }
  }
}

/** Writes one reply to one socket. Every write waits for the client to take it, and reports whether it is still there. */
export class Wire {
  private body = 0;
  private streaming = false;
  private readonly dieAt: number | null;
  private readonly sizes: Generator<number, never> | null;

  constructor(
    private readonly socket: Socket,
    private readonly request: RecordedRequest,
    shape: Shape = {},
  ) {
    this.dieAt = shape.dieAtByte ?? null;
    this.sizes = shape.chop === undefined ? null : sizes(shape.chop);
  }

  get gone(): boolean {
    return this.socket.destroyed || this.request.aborted;
  }

  async write(data: string | Uint8Array): Promise<boolean> {
    if (this.gone) return false;
    const bytes = Buffer.from(data);
    if (!this.socket.write(bytes)) {
      await new Promise<void>((done) => {
        this.socket.once("drain", done);
        this.socket.once("close", () => done());
      });
    }
    if (this.gone) return false;
    this.request.sent += bytes.length;
    return true;
  }

  head(status: number, headers: Record<string, string>): Promise<boolean> {
    const lines = Object.entries({ ...headers, connection: "close" }).map(
      ([key, value]) => `${key}: ${value}`,
    );
    return this.write(`HTTP/1.1 ${status} Scripted\r\n${lines.join("\r\n")}\r\n\r\n`);
  }

  /** Bytes of the body in the sizes that are wanted, up to where it dies; `framed` makes a write of each. */
  private async pieces(bytes: Buffer, framed: (piece: Buffer) => Buffer): Promise<boolean> {
    const room = this.dieAt === null ? bytes.length : Math.min(bytes.length, this.dieAt - this.body);
    for (let from = 0; from < room; ) {
      const size = Math.min(room - from, this.sizes?.next().value ?? room);
      if (!(await this.write(framed(bytes.subarray(from, from + size))))) return false;
      from += size;
      this.body += size;
      // Each of them in a packet of its own.
      if (this.sizes !== null) await turn();
    }
    if (room === bytes.length) return !this.gone;
    await this.die();
    return false;
  }

  async whole(
    status: number,
    type: string,
    body: string,
    headers: Record<string, string> = {},
  ): Promise<void> {
    const bytes = Buffer.from(body);
    await this.head(status, { "content-type": type, "content-length": String(bytes.length), ...headers });
    if (!(await this.pieces(bytes, (piece) => piece))) return;
    if (this.dieAt === null) this.socket.end();
    else await this.die();
  }

  json(status: number, value: unknown, headers?: Record<string, string>): Promise<void> {
    return this.whole(
      status,
      "application/json",
      typeof value === "string" ? value : JSON.stringify(value),
      headers,
    );
  }

  /** Begins a stream, once. */
  async streamHead(type = "text/event-stream"): Promise<boolean> {
    if (this.streaming) return !this.gone;
    this.streaming = true;
    this.socket.setNoDelay(true);
    return this.head(200, { "content-type": type, "transfer-encoding": "chunked" });
  }

  part(data: string | Uint8Array): Promise<boolean> {
    return this.pieces(Buffer.from(data), (bytes) =>
      Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from("\r\n")]),
    );
  }

  async finish(): Promise<void> {
    if (this.dieAt !== null) return this.die();
    await this.write("0\r\n\r\n");
    this.socket.end();
  }

  /** Breaks off once the client has had the time to take what it was sent. */
  async die(): Promise<void> {
    // Bun's fetch forgets what it has received where the break comes in the same instant.
    if (!this.gone) await sleep(20);
    this.break();
  }

  break(): void {
    this.socket.destroy();
  }
}

/** Reads one request off a socket (`content-length` bodies only) and hands it on once it is whole. */
export function receive(socket: Socket, whenWhole: (request: RecordedRequest) => void): void {
  let received = Buffer.alloc(0);
  let request: RecordedRequest | null = null;
  socket.on("data", (data: Buffer) => {
    if (request !== null) return;
    received = Buffer.concat([received, data]);
    const split = received.indexOf("\r\n\r\n");
    if (split < 0) return;
    const [start = "", ...lines] = received.subarray(0, split).toString("latin1").split("\r\n");
    const headers = Object.fromEntries(
      lines.map((line) => [
        line.slice(0, line.indexOf(":")).toLowerCase(),
        line.slice(line.indexOf(":") + 1).trim(),
      ]),
    );
    const body = received.subarray(split + 4);
    if (body.length < Number(headers["content-length"] ?? 0)) return;
    const [method = "", path = ""] = start.split(" ");
    const raw = body.toString("utf8");
    const known = { method, path, headers, body: parseJson(raw), raw };
    request = { ...known, aborted: false, at: performance.now(), leftAt: null, sent: 0 };
    whenWhole(request);
  });
  socket.on("error", () => {
    if (request !== null) left(request);
  });
}

/** The client has closed the connection before the reply was over. */
export function left(request: RecordedRequest): void {
  request.aborted = true;
  request.leftAt ??= performance.now();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}
