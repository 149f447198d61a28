/**
 * The agents that can be measured: how each is set up for a local server, and how it is given one message after the other of
 * one long conversation. SmallCode is its compiled program on a pseudo-terminal; the others continue their session in their
 * own one-shot mode. Their shell tool is given `false` as its shell: what a tiny model writes there is never run.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TurnEvent } from "../../src/types.ts";

export interface Place {
  /** Where the repository lies, and the agent's HOME. */
  root: string;
  home: string;
  /** The proxy. */
  endpoint: string;
  model: string;
  window: number;
  /** Tokens of the longest reply. */
  reply: number;
  program: string;
  /** A message may take so long. */
  turnMs: number;
  /** Further arguments for SmallCode. */
  more: string[];
}

export interface Session {
  /** Gives the message and waits for the end of its turn; false where that had to be ended. */
  turn: (message: string) => Promise<boolean>;
  close: () => Promise<void>;
}

export type Agent = (place: Place) => Promise<Session>;

function environment({ home }: Place): Record<string, string> {
  const xdg = ["CONFIG", "STATE", "DATA", "CACHE"].map((name) => [`XDG_${name}_HOME`, join(home, name)]);
  const { PATH = "/usr/bin:/bin" } = process.env;
  return { PATH, HOME: home, TERM: "xterm-256color", SHELL: "/bin/false", ...Object.fromEntries(xdg) };
}

const escapes = /\x1b\[[0-9;?]*[A-Za-z]/g;
const PROMPT = "> ";
/** The terminal is looked at so often. */
const LOOK_MS = 50;

/** Turns that have ended, by the session's own log. */
function turnsEnded(root: string): number {
  const folder = join(root, ".smallcode", "sessions");
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(".jsonl"))
      .flatMap((name) => readFileSync(join(folder, name), "utf8").split("\n"))
      .filter((line) => line.endsWith("}") && (JSON.parse(line) as TurnEvent).type === "end").length;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return 0;
    throw error;
  }
}

async function until(holds: () => boolean, ms: number): Promise<boolean> {
  const late = performance.now() + ms;
  while (!holds()) {
    if (performance.now() > late) return false;
    await Bun.sleep(LOOK_MS);
  }
  return true;
}

const smallcode: Agent = async (place) => {
  const { root, endpoint, program, turnMs, more } = place;
  const limit = `${Math.ceil(turnMs / 1000)}s`;
  let shown = "";
  const decoder = new TextDecoder();
  const child = Bun.spawn([program, "--endpoint", endpoint, "--yes", "--max-time", limit, ...more], {
    cwd: root,
    env: environment(place),
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
  const atPrompt = (): boolean => shown.replace(escapes, "").trimEnd().endsWith(PROMPT.trim());
  if (!(await until(() => atPrompt() || child.exitCode !== null, turnMs)) || child.exitCode !== null)
    throw new Error(`SmallCode did not start: ${shown}`);
  return {
    async turn(message) {
      const before = turnsEnded(root);
      shown = "";
      terminal.write(`${message}\r`);
      const over = (): boolean => (turnsEnded(root) > before && atPrompt()) || child.exitCode !== null;
      const ended = await until(over, turnMs + 30_000);
      if (child.exitCode !== null) throw new Error(`SmallCode left: ${shown}`);
      return ended;
    },
    async close() {
      terminal.write("\x04");
      const killer = setTimeout(() => child.kill("SIGKILL"), 10_000);
      await child.exited;
      clearTimeout(killer);
    },
  };
};

/** A session that goes on in a new process for each message. */
function oneShots(place: Place, argsOf: (message: string, first: boolean) => string[], env = {}): Session {
  let first = true;
  let n = 0;
  return {
    async turn(message) {
      n += 1;
      const child = Bun.spawn([place.program, ...argsOf(message, first)], {
        cwd: place.root,
        env: { ...environment(place), ...env },
        stdin: "ignore",
        stdout: Bun.file(join(place.home, `turn-${n}.out`)),
        stderr: Bun.file(join(place.home, `turn-${n}.err`)),
        timeout: place.turnMs,
        killSignal: "SIGKILL",
      });
      await child.exited;
      first = false;
      return child.signalCode === null;
    },
    close: () => Promise.resolve(),
  };
}

const opencode: Agent = (place) => {
  const { home, endpoint, model, window, reply } = place;
  const models = { [model]: { name: "local", tool_call: true, limit: { context: window, output: reply } } };
  const config = {
    share: "disabled",
    autoupdate: false,
    permission: { edit: "allow", bash: "allow", webfetch: "deny" },
    provider: {
      local: {
        npm: "@ai-sdk/openai-compatible",
        name: "local",
        options: { baseURL: endpoint, apiKey: "none" },
        models,
      },
    },
  };
  mkdirSync(join(home, "CONFIG", "opencode"), { recursive: true });
  writeFileSync(join(home, "CONFIG", "opencode", "opencode.json"), JSON.stringify(config));
  const env = { OPENCODE_DISABLE_MODELS_FETCH: "1", OPENCODE_DISABLE_LSP_DOWNLOAD: "1" };
  const args = (message: string, first: boolean): string[] => [
    "run",
    ...(first ? [] : ["--continue"]),
    "--model",
    `local/${model}`,
    message,
  ];
  return Promise.resolve(oneShots(place, args, env));
};

const pi: Agent = (place) => {
  const { home, endpoint, model, window, reply } = place;
  const folder = join(home, ".pi", "agent");
  mkdirSync(folder, { recursive: true });
  const compat = { supportsDeveloperRole: false, supportsReasoningEffort: false };
  const models = [{ id: model, contextWindow: window, maxTokens: reply }];
  const local = { baseUrl: endpoint, api: "openai-completions", apiKey: "none", compat, models };
  writeFileSync(join(folder, "models.json"), JSON.stringify({ providers: { local } }));
  writeFileSync(join(folder, "settings.json"), JSON.stringify({ shellPath: "/bin/false" }));
  const args = (message: string, first: boolean): string[] => [
    "--provider",
    "local",
    "--model",
    model,
    "--offline",
    "-p",
    ...(first ? [] : ["--continue"]),
    message,
  ];
  return Promise.resolve(oneShots(place, args));
};

export const AGENTS: Readonly<Record<string, Agent>> = { smallcode, opencode, pi };
