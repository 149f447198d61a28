/**
 * Child processes of this same program that work for it: lines go in by stdin, lines come out by stdout. They give way to
 * everything else on the machine, and end with this process, however it ends.
 */
import { writeSync } from "node:fs";
import { constants, setPriority } from "node:os";

export interface Hand {
  /** One line, without its end. */
  send(line: string): void;
  /** Ends it at once, also amid work; does nothing where it has ended. */
  end(): void;
}

export interface HandOptions {
  /** The program and its arguments. */
  command: string[];
  onLine: (line: string) => void;
  /** It has ended without `end`; no line follows. */
  onEnd: () => void;
}

const LINE_END = 0x0a;

/** Cuts what comes in pieces into lines. */
class Lines {
  private pieces: Uint8Array[] = [];
  private readonly onLine: (line: string) => void;

  constructor(onLine: (line: string) => void) {
    this.onLine = onLine;
  }

  add(bytes: Uint8Array): void {
    let from = 0;
    for (let end = bytes.indexOf(LINE_END); end >= 0; end = bytes.indexOf(LINE_END, from)) {
      this.pieces.push(bytes.subarray(from, end));
      const line = Buffer.concat(this.pieces).toString("utf8");
      this.pieces = [];
      from = end + 1;
      this.onLine(line);
    }
    if (from < bytes.length) this.pieces.push(bytes.subarray(from));
  }
}

/** Starts a hand. One that cannot be started throws what the system says. */
export function hire({ command, onLine, onEnd }: HandOptions): Hand {
  const child = Bun.spawn(command, {
    // A runtime reads configuration from the folder it starts in.
    cwd: "/",
    // The runtime ends the process when its parent is gone, also amid a parse that never ends.
    env: { BUN_FEATURE_FLAG_NO_ORPHANS: "1" },
    stdin: "pipe",
    stdout: "pipe",
    stderr: "ignore",
    // No signal of the terminal reaches it.
    detached: true,
  });
  lower(child.pid);
  let over = false;
  const lines = new Lines(onLine);
  const listen = async (): Promise<void> => {
    for await (const bytes of child.stdout) {
      if (over) return;
      lines.add(bytes);
    }
    await child.exited;
  };
  const ended = (): void => {
    if (!over) onEnd();
    over = true;
  };
  listen().then(ended, ended);
  // A hand that is gone takes nothing more; its end is told of by its stdout.
  const send = async (line: string): Promise<void> => {
    await child.stdin.write(`${line}\n`);
    await child.stdin.flush();
  };
  return {
    send: (line) => void send(line).catch(ended),
    end: () => {
      over = true;
      child.kill("SIGKILL");
    },
  };
}

/** Right after its start, so that every thread it will have is below the others; one that has ended already needs it no more. */
function lower(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
  }
}

/** The hand's side: the lines of its stdin, until that ends. */
export async function* orders(): AsyncGenerator<string> {
  const waiting: string[] = [];
  const lines = new Lines((line) => waiting.push(line));
  for await (const bytes of Bun.stdin.stream()) {
    lines.add(bytes);
    for (let line = waiting.shift(); line !== undefined; line = waiting.shift()) yield line;
  }
}

/** The hand's answer. Waits where nobody reads yet, which keeps a hand from working ahead; throws where nobody will. */
export function answer(line: string): void {
  const bytes = Buffer.from(`${line}\n`);
  for (let from = 0; from < bytes.length; ) from += writeSync(1, bytes, from);
}
