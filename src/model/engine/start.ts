/** Starts the embedded engine for one model file and says where it answers. It ends with this process at the latest. */
import { basename, join } from "node:path";
import { layFile, startCompanion } from "../../workspace/companion.ts";
import type { Failure, FailureKind } from "../errors.ts";
import type { Announcement, Order } from "./program/main.ts";

/** The version of node-llama-cpp that the engine is made of; its folder is called so. */
export const ENGINE_VERSION = "3.22.1";

/** The engine's program as one text, put in by the build; absent where the sources run as they are. */
declare const ENGINE_PROGRAM: string | undefined;

export interface EngineOptions {
  /** A .gguf file. */
  file: string;
  /** The engine's folder, see `install.ts`. */
  folder: string;
  /** Tokens; null: up to 8,192. */
  window: number | null;
  /** The whole environment of the process. */
  env: Record<string, string>;
  /** The beginnings of prompts that are kept on disk as read; absent: none. */
  heads?: Order["heads"];
  /** Its end comes after so long without a request. */
  idleMs?: number;
  signal: AbortSignal;
}

export interface RunningEngine {
  endpoint: string;
  key: string;
  /** From its start until it could answer. */
  ms: number;
  end(): void;
  /** Whether it has ended, by itself or not. */
  ended(): boolean;
}

export type Started = { ok: true; engine: RunningEngine } | Failure;

const IDLE_MS = 30 * 60_000;

const failure = (kind: FailureKind, reason: string): Failure => ({ ok: false, kind, reason });

/** The program on disk: the source beside this file, or the text that the build has put in, laid into the engine's folder. */
async function programFile(folder: string): Promise<string> {
  if (typeof ENGINE_PROGRAM !== "string") return join(import.meta.dir, "program", "main.ts");
  const hash = new Bun.CryptoHasher("sha256").update(ENGINE_PROGRAM).digest("hex").slice(0, 16);
  const path = join(folder, `engine-${hash}.js`);
  if (!(await Bun.file(path).exists())) layFile(path, ENGINE_PROGRAM);
  return path;
}

/** Whether the engine's library lies in this folder. */
export function isInstalled(folder: string): Promise<boolean> {
  return Bun.file(join(folder, "node_modules", "node-llama-cpp", "package.json")).exists();
}

/** Failures: `model` (no such file, or one that cannot be loaded), `unreachable` (no engine), `cancelled`. */
export async function startEngine(options: EngineOptions): Promise<Started> {
  const { file, folder, window, signal } = options;
  if (!(await Bun.file(file).exists()))
    return failure("model", `There is no file ${file}: name a .gguf file that is there.`);
  if (!(await isInstalled(folder))) {
    return failure(
      "unreachable",
      `The engine that loads ${basename(file)} is not installed: run smallcode engine install, or start a server and give its --endpoint URL.`,
    );
  }
  const token = crypto.randomUUID() + crypto.randomUUID();
  const order: Order = {
    folder,
    model: file,
    window,
    swaFull: true,
    name: basename(file),
    token,
    idleMs: options.idleMs ?? IDLE_MS,
    heads: options.heads ?? { folder: null, texts: [] },
  };
  // The compiled program is a whole Bun, which this variable brings out.
  // A folder of other libraries of the same names would be looked into first.
  const { LD_LIBRARY_PATH: _, ...own } = options.env;
  const env = { ...own, BUN_BE_BUN: "1" };
  const command = [process.execPath, await programFile(folder)];
  const { answer, end, ended } = await startCompanion(command, {
    cwd: folder,
    env,
    order: JSON.stringify(order),
    signal,
  });
  if (signal.aborted) return failure("cancelled", `Loading ${file} was cancelled.`);
  const announced: Announcement =
    answer === null ? { failed: "the engine ended without a word" } : (JSON.parse(answer) as Announcement);
  if ("failed" in announced) {
    end();
    return failure(
      "model",
      `${file} cannot be loaded (${announced.failed}): try another file or a smaller one.`,
    );
  }
  return {
    ok: true,
    engine: { endpoint: `http://127.0.0.1:${announced.port}/v1`, key: token, ms: announced.ms, end, ended },
  };
}
