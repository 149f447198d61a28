/** The real binary on a real pseudo-terminal: what it shows is kept, keys are typed, and a test waits for what it expects to see. */
import { onTestFinished } from "bun:test";
import { binary, type Project } from "./project.ts";

/** Nothing takes longer to appear on a busy machine. */
const MOST_MS = 20_000;

export interface Talk {
  /** Everything the terminal was sent, escape codes included. */
  shown(): string;
  type(keys: string): void;
  /** Waits for a text after what was last waited for; throws with what was shown instead. */
  see(text: string): Promise<void>;
  /** The terminal goes away, as when its window is closed. */
  hangUp(): void;
  /** The exit code, once it has ended. */
  ended(): Promise<number | null>;
  /** Ctrl-D at the prompt, and the exit code. */
  leave(): Promise<number | null>;
}

/** The text that a person reads: escape codes gone. */
export const plain = (shown: string): string => shown.replace(/\x1b\[[0-9;?]*[A-Za-z]/g, "");

export const PROMPT = "> ";

/** Starts `smallcode` with these arguments in the project, up to its first prompt. */
export async function talk(p: Project, args: string[], env: Record<string, string> = {}): Promise<Talk> {
  let shown = "";
  let from = 0;
  const decoder = new TextDecoder();
  const child = Bun.spawn([await binary(), "--endpoint", p.server.endpoint, ...args], {
    cwd: p.root,
    env: { ...p.env, TERM: "xterm-256color", ...env },
    terminal: {
      cols: 100,
      rows: 40,
      data: (_, bytes) => {
        shown += decoder.decode(bytes, { stream: true });
      },
    },
  });
  const { terminal } = child;
  if (terminal === undefined) throw new Error("no pseudo-terminal");
  onTestFinished(() => child.kill("SIGKILL"));
  const ended = async (): Promise<number | null> => {
    const killer = setTimeout(() => child.kill("SIGKILL"), MOST_MS);
    await child.exited;
    clearTimeout(killer);
    return child.exitCode;
  };
  const conversation: Talk = {
    shown: () => shown,
    type: (keys) => void terminal.write(keys),
    hangUp: () => terminal.close(),
    ended,
    leave: () => {
      terminal.write("\x04");
      return ended();
    },
    see: async (text) => {
      const late = performance.now() + MOST_MS;
      for (;;) {
        const seen = plain(shown);
        const at = seen.indexOf(text, from);
        if (at >= 0) {
          from = at + text.length;
          return;
        }
        if (performance.now() > late || child.exitCode !== null)
          throw new Error(`never showed ${JSON.stringify(text)}:\n${seen.slice(from)}`);
        await Bun.sleep(10);
      }
    },
  };
  await conversation.see(PROMPT);
  return conversation;
}
