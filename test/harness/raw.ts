/** A client that sees the wire as it is: whole bodies, writes one by one, and a socket that does not read. */
import { connect, type Socket } from "node:net";
import type { Row, ServerOptions } from "./rows.ts";
import { type ScriptedServer, startServer } from "./server.ts";

/** A server for the length of `use`; closing it says whether script and requests agreed. */
export async function serving<T>(
  options: ServerOptions,
  rows: Row[],
  use: (server: ScriptedServer) => Promise<T>,
): Promise<T> {
  const server = await startServer(options, ...rows);
  const result = await use(server);
  await server.close();
  return result;
}

export interface Heard {
  status: number;
  type: string;
  text: string;
}

export async function post(server: ScriptedServer, path: string, body: object): Promise<Heard> {
  const response = await fetch(`${server.url}${path}`, { method: "POST", body: JSON.stringify(body) });
  const type = response.headers.get("content-type") ?? "";
  return { status: response.status, type, text: await response.text() };
}

/** The events of a stream of either kind; `[DONE]` stays a text. */
export function eventsIn(text: string): Record<string, unknown>[] {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith(":"));
  return lines
    .filter((line) => !line.startsWith("event:"))
    .map((line) => line.replace(/^data: /, ""))
    .map((line) => (line === "[DONE]" ? { last: line } : JSON.parse(line)));
}

/** Sends a request over a bare socket, which is given back unread. */
export async function unread(server: ScriptedServer, path: string, body: object): Promise<Socket> {
  const text = JSON.stringify(body);
  const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
  socket.pause();
  await new Promise<void>((done) => socket.once("connect", () => done()));
  socket.write(
    `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
  return socket;
}

/** The bodies of the HTTP chunks of a reply, one by one, and whether the last of them said that it is over. */
export async function chunksOf(
  server: ScriptedServer,
  path: string,
  body: object,
): Promise<{ chunks: Buffer[]; over: boolean }> {
  const socket = await unread(server, path, body);
  const received: Buffer[] = [];
  socket.on("data", (data: Buffer) => received.push(data));
  socket.resume();
  await new Promise<void>((done) => socket.once("close", () => done()));
  let rest = Buffer.concat(received);
  rest = rest.subarray(rest.indexOf("\r\n\r\n") + 4);
  const chunks: Buffer[] = [];
  for (;;) {
    const line = rest.indexOf("\r\n");
    if (line < 0) return { chunks, over: false };
    const size = Number.parseInt(rest.subarray(0, line).toString(), 16);
    if (size === 0) return { chunks, over: true };
    chunks.push(rest.subarray(line + 2, line + 2 + size));
    rest = rest.subarray(line + 2 + size + 2);
  }
}
