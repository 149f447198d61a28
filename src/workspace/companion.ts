/**
 * A process of ours that works beside this one for as long as it lives: it gets one line on stdin, answers with one on
 * stdout, and takes the end of its stdin, which the kernel brings about however this process ends, as its own end.
 */
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

export interface Companion {
  /** The first line of its stdout; null where it ended without one. */
  answer: string | null;
  /** Ends it at once; does nothing where it has ended. */
  end(): void;
  /** Whether it has ended, however that came about. */
  ended(): boolean;
}

const LONGEST_ANSWER = 64 * 1024;

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string | null> {
  const decoder = new TextDecoder();
  const reader = stream.getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return null;
    text += decoder.decode(value, { stream: true });
    const end = text.indexOf("\n");
    if (end >= 0) return text.slice(0, end);
    if (text.length > LONGEST_ANSWER) return null;
  }
}

/**
 * Starts the command in a session of its own, so that no signal of the terminal reaches it, and waits for its answer;
 * `signal` ends it until then. `cwd` should be a folder of ours: a runtime reads configuration from the folder it starts in.
 */
export async function startCompanion(
  command: string[],
  options: { cwd: string; env: Record<string, string>; order: string; signal: AbortSignal },
): Promise<Companion> {
  const { cwd, env, order, signal } = options;
  const child = Bun.spawn(command, {
    cwd,
    env,
    stdin: "pipe",
    stdout: "pipe",
    stderr: "ignore",
    detached: true,
  });
  const end = (): void => child.kill("SIGKILL");
  signal.addEventListener("abort", end, { once: true });
  if (signal.aborted) end();
  child.stdin.write(`${order}\n`);
  await child.stdin.flush();
  const answer = await firstLine(child.stdout);
  signal.removeEventListener("abort", end);
  // Neither the process nor its pipes keep this one alive.
  child.unref();
  return { answer, end, ended: () => child.exitCode !== null || child.signalCode !== null };
}

/** Puts a file that ships inside the program on disk, whole or not at all. */
export function layFile(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, text, { mode: 0o600 });
  renameSync(draft, path);
}
