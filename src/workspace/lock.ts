/**
 * One process at a time changes a workspace. The lock is a file that names its holder by process id and start time; a
 * holder that is gone is replaced. While held, the file's mtime is a heartbeat: after a crash it says until when the
 * holder certainly lived.
 */
import {
  linkSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { Result } from "../types.ts";
import { diskReason, errorCode } from "./walls.ts";

/** How often a holder says that it lives. */
export const BEAT_MS = 25;

export interface Lock {
  release(): void;
  /** Records that the holder lives now; happens by itself every BEAT_MS. */
  beat(): void;
  /** Where the last holder died holding the lock: the last moment (ms since 1970) at which it certainly lived. */
  died: number | null;
}

/** When a process started, in the kernel's own count; "" where the system does not say, null where there is no such process. */
function startOf(pid: number): string | null {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (errorCode(error) === "ESRCH") return null;
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? null : (fields[19] ?? "");
  } catch (error) {
    errorCode(error);
    return "";
  }
}

function readHolder(text: string): { pid: number; start: string } | null {
  const [pid, start] = text.trim().split(" ");
  const number = Number(pid);
  return Number.isSafeInteger(number) && number > 0 ? { pid: number, start: start ?? "" } : null;
}

function isAlive(holder: { pid: number; start: string } | null): boolean {
  if (!holder) return false;
  const start = startOf(holder.pid);
  return start !== null && (start === "" || holder.start === "" || start === holder.start);
}

/** What the lock file says, or null where there is none. */
function readLock(file: string): { text: string; beat: number } | null {
  try {
    return { beat: statSync(file).mtimeMs, text: readFileSync(file, "utf8") };
  } catch (error) {
    if (errorCode(error) === "ENOENT") return null;
    throw error;
  }
}

/** Moves a dead holder's lock out of the way. False where it was another's lock by then; that one is put back. */
function evict(file: string, stale: string): boolean {
  const aside = `${file}.${process.pid}.stale`;
  try {
    renameSync(file, aside);
    const ours = readFileSync(aside, "utf8") === stale;
    if (!ours) linkSync(aside, file);
    return ours;
  } catch (error) {
    if (!["ENOENT", "EEXIST"].includes(errorCode(error))) throw error;
    return false;
  } finally {
    rmSync(aside, { force: true });
  }
}

function tryLink(from: string, file: string): boolean {
  try {
    linkSync(from, file);
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  }
}

function hold(file: string, text: string, died: number | null): Lock {
  let held = true;
  const isOurs = (): boolean => held && readLock(file)?.text === text;
  const beat = (): void => {
    if (isOurs()) utimesSync(file, Date.now() / 1000, Date.now() / 1000);
  };
  const timer = setInterval(beat, BEAT_MS);
  timer.unref();
  const release = (): void => {
    clearInterval(timer);
    if (isOurs()) unlinkSync(file);
    held = false;
  };
  return { release, beat, died };
}

/** Removes what processes that died while they took the lock have left beside it. */
function dropAbandoned(stateFolder: string): void {
  for (const name of readdirSync(stateFolder)) {
    const pid = /^lock\.(\d+)(\.stale)?$/.exec(name)?.[1];
    if (pid !== undefined && startOf(Number(pid)) === null) rmSync(join(stateFolder, name), { force: true });
  }
}

/** Takes the lock of the workspace whose state folder this is, or says in one sentence who has it. */
export function takeLock(root: string, stateFolder: string): Result<{ lock: Lock }> {
  const file = join(stateFolder, "lock");
  const own = `${file}.${process.pid}`;
  const text = `${process.pid} ${startOf(process.pid) ?? ""} ${crypto.randomUUID()}\n`;
  let died: number | null = null;
  try {
    writeFileSync(own, text, { mode: 0o600 });
    for (let attempt = 0; attempt < 5; attempt += 1) {
      if (tryLink(own, file)) {
        dropAbandoned(stateFolder);
        return { ok: true, lock: hold(file, text, died) };
      }
      const found = readLock(file);
      if (!found) continue;
      const holder = readHolder(found.text);
      if (isAlive(holder)) {
        const who = holder?.pid === process.pid ? "A turn" : `Another smallcode (process ${holder?.pid})`;
        return { ok: false, reason: `${who} is already at work in ${root}; wait until it ends, or stop it.` };
      }
      if (evict(file, found.text)) died = found.beat;
    }
    return { ok: false, reason: `Another smallcode keeps taking the lock of ${root}; try again.` };
  } catch (error) {
    return { ok: false, reason: `The lock of ${root} cannot be taken because ${diskReason(error)}.` };
  } finally {
    rmSync(own, { force: true });
  }
}
