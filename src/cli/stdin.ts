/**
 * What comes in on stdin as data for the task. A terminal is not read. A pipe has one second to send its first byte,
 * so that a caller who left one open does not hang the turn; a file or a closed pipe answers at once either way.
 */
import type { Outcome } from "../types.ts";

/** How much is used, in bytes. */
export const MAX_STDIN = 1 << 20;
/** How long the first byte may take, in milliseconds. */
export const FIRST_BYTE_MS = 1000;

/** `text: null` is no data. `notice` is for the user: nothing came, or not all of it is used. */
export type StdinRead =
  | { ok: true; text: string | null; notice: string | null }
  | { ok: false; reason: string; outcome: Outcome };

export interface StdinOptions {
  isTTY: boolean;
  /** `-` on the command line: the first byte may take as long as it likes. */
  wait: boolean;
  /** What is left of `--max-time`, in milliseconds. */
  maxTimeMs: number;
  signal?: AbortSignal;
  /** Opens the stream; throws where stdin cannot be read. */
  open?: () => ReadableStream<Uint8Array>;
}

type Stop = "idle" | "time" | "interrupted";

/** Reads chunks until the end, the size limit or a stop. */
async function collect(
  reader: { read(): Promise<{ done: boolean; value?: Uint8Array | undefined }> },
  stop: Promise<Stop>,
  onByte: () => void,
): Promise<{ chunks: Uint8Array[]; size: number; stopped: Stop | null }> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  while (size <= MAX_STDIN) {
    const next = await Promise.race([reader.read(), stop]);
    if (typeof next === "string") return { chunks, size, stopped: next };
    if (next.done) break;
    if (next.value && next.value.length > 0) {
      onByte();
      chunks.push(next.value);
      size += next.value.length;
    }
  }
  return { chunks, size, stopped: null };
}

function decode(bytes: Uint8Array, whole: boolean): string | null {
  try {
    // A cut may fall inside a character: what is left of it is dropped, not called an error.
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: !whole });
    return text.includes("\0") ? null : text;
  } catch {
    // Not UTF-8: the caller says so.
    return null;
  }
}

function fail(reason: string, outcome: Outcome): StdinRead {
  return { ok: false, reason, outcome };
}

function conclude(chunks: Uint8Array[], size: number): StdinRead {
  if (size === 0) return { ok: true, text: null, notice: "stdin was empty; going on without it." };
  const whole = size <= MAX_STDIN;
  const text = decode(Buffer.concat(chunks).subarray(0, MAX_STDIN), whole);
  if (text === null) {
    return fail(
      "What came on stdin is not UTF-8 text; convert it (iconv -t UTF-8) or name the file.",
      "usage",
    );
  }
  return { ok: true, text, notice: whole ? null : "stdin is longer than 1 MB; only the first 1 MB is used." };
}

/** The data on stdin by the rules above. Afterwards nothing is read any more and the process can end. */
export async function readStdin(options: StdinOptions): Promise<StdinRead> {
  const { isTTY, wait, maxTimeMs, signal, open = () => Bun.stdin.stream() } = options;
  if (isTTY && !wait) return { ok: true, text: null, notice: null };
  const { promise: stop, resolve } = Promise.withResolvers<Stop>();
  const interrupt = (): void => resolve("interrupted");
  signal?.addEventListener("abort", interrupt);
  if (signal?.aborted) interrupt();
  const timers = [setTimeout(resolve, maxTimeMs, "time")];
  const first = wait ? undefined : setTimeout(resolve, FIRST_BYTE_MS, "idle");
  if (first !== undefined) timers.push(first);
  try {
    const reader = open().getReader();
    const { chunks, size, stopped } = await collect(reader, stop, () => clearTimeout(first));
    if (stopped !== null || size > MAX_STDIN) await reader.cancel();
    if (stopped === "idle") {
      const notice = 'stdin is open but sent nothing for 1 s; going on without it ("-" waits for it).';
      return { ok: true, text: null, notice };
    }
    if (stopped === "time") return fail("stdin did not end within --max-time.", "limit");
    if (stopped === "interrupted") return fail("Interrupted while reading stdin.", "interrupted");
    return conclude(chunks, size);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return fail(`stdin cannot be read: ${why}.`, "usage");
  } finally {
    for (const timer of timers) clearTimeout(timer);
    signal?.removeEventListener("abort", interrupt);
  }
}
