/** HTTP/1.1 by hand over one socket, as far as the scripted server needs it: one request in, one reply out, and no rule that a fault could not break. */
import type { Socket } from "node:net";

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
}

/** Writes one reply to one socket. Every write waits for the client to take it, and reports whether it is still there. */
export class Wire {
  constructor(
    private readonly socket: Socket,
    private readonly request: RecordedRequest,
  ) {}

  get gone(): boolean {
    return this.socket.destroyed || this.request.aborted;
  }

  async write(data: string | Uint8Array): Promise<boolean> {
    if (this.gone) return false;
    if (!this.socket.write(data)) {
      await new Promise<void>((done) => {
        this.socket.once("drain", done);
        this.socket.once("close", () => done());
      });
    }
    return !this.gone;
  }

  head(status: number, headers: Record<string, string>): Promise<boolean> {
    const lines = Object.entries({ ...headers, connection: "close" }).map(
      ([key, value]) => `${key}: ${value}`,
    );
    return this.write(`HTTP/1.1 ${status} Scripted\r\n${lines.join("\r\n")}\r\n\r\n`);
  }

  async whole(
    status: number,
    type: string,
    body: string,
    headers: Record<string, string> = {},
  ): Promise<void> {
    const length = String(Buffer.byteLength(body));
    await this.head(status, { "content-type": type, "content-length": length, ...headers });
    await this.write(body);
    this.socket.end();
  }

  json(status: number, value: unknown, headers?: Record<string, string>): Promise<void> {
    return this.whole(
      status,
      "application/json",
      typeof value === "string" ? value : JSON.stringify(value),
      headers,
    );
  }

  streamHead(): Promise<boolean> {
    return this.head(200, { "content-type": "text/event-stream", "transfer-encoding": "chunked" });
  }

  part(data: string | Uint8Array): Promise<boolean> {
    const bytes = Buffer.from(data);
    const size = Buffer.from(`${bytes.length.toString(16)}\r\n`);
    return this.write(Buffer.concat([size, bytes, Buffer.from("\r\n")]));
  }

  event(value: unknown): Promise<boolean> {
    return this.part(`data: ${typeof value === "string" ? value : JSON.stringify(value)}\n\n`);
  }

  async finish(): Promise<void> {
    await this.write("0\r\n\r\n");
    this.socket.end();
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
    request = { method, path, headers, body: parseJson(raw), raw, aborted: false };
    whenWhole(request);
  });
  socket.on("error", () => {
    if (request !== null) request.aborted = true;
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}
