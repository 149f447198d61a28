/**
 * The log of a session: `.smallcode/sessions/<id>.jsonl`, one event a line, append-only. A line is written whole in one
 * call, so that what another reads is never half an event. A log that cannot be written never stops a turn.
 */
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Failed, Result, TurnEvent } from "../types.ts";
import { stateFolder } from "../workspace/state.ts";
import { diskReason } from "../workspace/walls.ts";

export interface SessionLog {
  /** Where the log is, absolute; it exists from the first event on. */
  path: string;
  /** Appends an event. Gives the reason once where the log cannot be written; the log is silent from then on. */
  write(event: TurnEvent): Failed | null;
  close(): void;
}

/** Opens the log of a session; nothing is made on disk before the first event. `id` is a plain file name. */
export function openLog(root: string, id: string): SessionLog {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(id)) throw new Error(`not a session id: ${id}`);
  const path = join(root, ".smallcode", "sessions", `${id}.jsonl`);
  let state: "new" | "open" | "dead" = "new";
  let fd = -1;

  const open = (): Result<object> => {
    const folder = stateFolder(root, "sessions");
    if (!folder.ok) return folder;
    fd = openSync(path, "a", 0o600);
    state = "open";
    if (!endsWhole(path)) writeSync(fd, "\n");
    return { ok: true };
  };
  const append = (event: TurnEvent): Result<object> => {
    const opened = state === "new" ? open() : { ok: true as const };
    if (!opened.ok) return opened;
    const line = Buffer.from(`${JSON.stringify(event)}\n`);
    if (writeSync(fd, line) < line.length) return { ok: false, reason: "the disk is full" };
    return { ok: true };
  };
  const close = (): void => {
    if (state === "open") closeSync(fd);
    state = "dead";
  };
  const write = (event: TurnEvent): Failed | null => {
    if (state === "dead") return null;
    const done = attempt(() => append(event));
    if (done.ok) return null;
    close();
    return { ok: false, reason: `This session is not logged: ${done.reason.replace(/\.?$/, ".")}` };
  };
  return { path, write, close };
}

function attempt(work: () => Result<object>): Result<object> {
  try {
    return work();
  } catch (error) {
    return { ok: false, reason: diskReason(error) };
  }
}

/** Whether a log ends with a whole line; one that was cut off by a crash does not. */
function endsWhole(path: string): boolean {
  const bytes = readFileSync(path);
  return bytes.length === 0 || bytes.at(-1) === 10;
}
