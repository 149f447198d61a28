/** The bytes of a streamed reply on their way to the parser of events, with bounds on what a broken server can do. */
import { type EndpointError, malformed, type Place } from "../errors.ts";

const EVENT_LIMIT = 1024 * 1024;
const NEWLINE = 10;
const RETURN = 13;

/** What is known about the bytes of one reply. `done`: the server's own last word has come (`data: [DONE]`). */
export interface Wire {
  bytes: number;
  done: boolean;
  /** The connection has ended in the middle of a line. */
  torn: boolean;
}

/** How a stream is divided: events end with an empty line, or each line is one. */
export type Framing = "events" | "lines";

/** Follows how long the current event is. */
function eventMeter(framing: Framing): (chunk: Uint8Array) => number {
  let length = 0;
  let lineEmpty = true;
  const byLine = framing === "lines";
  return (chunk) => {
    let from = 0;
    let longest = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      const empty = end === from || (end === from + 1 && chunk[from] === RETURN);
      length += end - from;
      longest = Math.max(longest, length);
      if (byLine || (lineEmpty && empty)) length = 0;
      lineEmpty = true;
      from = end + 1;
    }
    if (from < chunk.length) lineEmpty = false;
    length += chunk.length - from;
    return Math.max(longest, length);
  };
}

/**
 * The same bytes, watched: an event over 1 MB or bytes that are not UTF-8 end them with an EndpointError; a connection
 * that breaks ends them quietly, since what came before it is still of use. `alive` is called for every chunk.
 */
export function guardBytes(
  body: ReadableStream<Uint8Array>,
  options: { place: Place; wire: Wire; framing: Framing; alive: () => void },
): ReadableStream<Uint8Array> {
  const { place, wire, framing, alive } = options;
  const reader = body.getReader();
  const measure = eventMeter(framing);
  const utf8 = new TextDecoder("utf-8", { fatal: true });
  let tail = "\n";
  const check = (chunk: Uint8Array): EndpointError | null => {
    if (measure(chunk) > EVENT_LIMIT) return malformed(place, "sent more than 1 MB in one line");
    try {
      const text = tail + utf8.decode(chunk, { stream: true });
      // Inside an event a line end is escaped, so that this cannot be part of a reply's text.
      wire.done ||= /\ndata: ?\[DONE\]/.test(text);
      tail = text.slice(-16);
      return null;
    } catch (error) {
      if (error instanceof TypeError) return malformed(place, "sent bytes that are not text (UTF-8)");
      throw error;
    }
  };
  const next = async (): Promise<Uint8Array | null> => {
    try {
      return (await reader.read()).value ?? null;
    } catch (error) {
      // Reset, closed too early, or aborted by us: in each case there will be no more bytes.
      if (error instanceof Error) return null;
      throw error;
    }
  };
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    const chunk = await next();
    alive();
    if (chunk === null) {
      wire.torn = !tail.endsWith("\n");
      controller.close();
      return;
    }
    wire.bytes += chunk.length;
    const error = check(chunk);
    if (error === null) controller.enqueue(chunk);
    else {
      controller.error(error);
      await reader.cancel();
    }
  };
  return new ReadableStream<Uint8Array>(
    { pull, cancel: (reason) => reader.cancel(reason) },
    // Nothing is read ahead of the one who asks.
    { highWaterMark: 0 },
  );
}
