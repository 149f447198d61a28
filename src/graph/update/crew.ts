/**
 * Reads files in child processes, since a parse blocks the thread it runs in and can only be stopped together with its process.
 * A process that hangs or dies takes one file with it at most, and that file gets a second try, alone.
 */
import { availableParallelism } from "node:os";
import { type Hand, hire } from "../../workspace/hands.ts";
import { type Entry, slowEntry } from "./entry.ts";
import { entryOf, READY, TIRED } from "./worker.ts";

export interface CrewOptions {
  /** This program as a worker: the command and its arguments. */
  command: string[];
  root: string;
  /** Processes at once, asked again and again. */
  most: () => number;
  /** Milliseconds that one file may take, and that a process may take to start. */
  fileMs: number;
  startMs: number;
}

/** A file to read; `size` in bytes. */
export interface Wanted {
  path: string;
  size: number;
}

/** As many processes as there are cores, at most four: each takes up to 160 MB. */
export const MOST_WORKERS = Math.min(4, availableParallelism());

/** What a process has before it at most: it never waits for the next list, and little is done twice when it dies. */
const AHEAD = { bytes: 256 * 1024, files: 50 };

interface Member {
  hand: Hand;
  ready: boolean;
  /** In the order in which they are answered. */
  before: Wanted[];
  timer: ReturnType<typeof setTimeout> | null;
}

/** One reading of many files. */
class Reading {
  private readonly options: CrewOptions;
  private readonly onEntry: (path: string, entry: Entry | null) => void;
  private readonly members = new Set<Member>();
  /** Last one first. */
  private readonly queue: Wanted[];
  /** Each has been before a process that died. */
  private readonly suspects = new Set<Wanted>();
  /** Whether a process that is started gets as far as its first word. */
  private startable = true;
  private readonly over = Promise.withResolvers<Wanted[]>();

  constructor(files: Wanted[], options: CrewOptions, onEntry: Reading["onEntry"]) {
    this.options = options;
    this.onEntry = onEntry;
    this.queue = [...files].reverse();
  }

  /** Gives the files that no process could be had for. */
  async run(signal: AbortSignal): Promise<Wanted[]> {
    const abort = (): void => this.over.reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    try {
      signal.throwIfAborted();
      this.balance();
      return await this.over.promise;
    } finally {
      signal.removeEventListener("abort", abort);
      for (const member of this.members) this.dismiss(member);
    }
  }

  /** Gives everybody work, and has as many as are wanted. */
  private balance(): void {
    const most = Math.max(1, this.options.most());
    while (this.startable && this.queue.length > 0 && this.members.size < most) this.join();
    let count = 0;
    for (const member of this.members) {
      count += 1;
      if (count <= most && member.ready) this.give(member);
      else if (member.ready && member.before.length === 0) this.dismiss(member);
    }
    const idle = [...this.members].every(({ before }) => before.length === 0);
    if ((this.queue.length === 0 && idle) || this.members.size === 0) this.over.resolve(this.queue);
  }

  private join(): void {
    try {
      const hand = hire({
        command: this.options.command,
        onLine: (line) => this.guarded(() => this.hear(member, line)),
        onEnd: () => this.guarded(() => this.lose(member)),
      });
      const member: Member = { hand, ready: false, before: [], timer: null };
      this.members.add(member);
      this.watch(member);
      hand.send(JSON.stringify(this.options.root));
    } catch (error) {
      if (!(error instanceof Error && "code" in error)) throw error;
      this.startable = false;
    }
  }

  private give(member: Member): void {
    const { before } = member;
    let bytes = before.reduce((sum, { size }) => sum + size, 0);
    if (bytes > AHEAD.bytes / 2 || before.length > AHEAD.files / 2) return;
    const list: Wanted[] = [];
    for (let next = this.queue.at(-1); next !== undefined; next = this.queue.at(-1)) {
      const alone = this.suspects.has(next);
      const many = list.length + before.length;
      const some = bytes + next.size > AHEAD.bytes || many >= AHEAD.files || alone;
      if (some && many > 0) break;
      this.queue.pop();
      list.push(next);
      bytes += next.size;
      if (alone) break;
    }
    if (list.length === 0) return;
    const wasIdle = before.length === 0;
    before.push(...list);
    if (wasIdle) this.watch(member);
    member.hand.send(JSON.stringify(list.map(({ path }) => path)));
  }

  private hear(member: Member, line: string): void {
    if (!this.members.has(member)) return;
    if (line === READY) member.ready = true;
    else if (line === TIRED) this.replace(member);
    else if (!this.take(member, line)) this.lose(member);
    this.watch(member);
    this.balance();
  }

  /** What a process or a timer calls: a throw in it ends the reading, which nobody would hear of otherwise. */
  private guarded(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.over.reject(error);
    }
  }

  /** False where that was no answer. */
  private take(member: Member, line: string): boolean {
    const answer = member.ready ? entryOf(line) : undefined;
    const file = answer === undefined ? undefined : member.before.shift();
    if (answer === undefined || file === undefined) return false;
    this.onEntry(file.path, answer);
    return true;
  }

  /** Another one goes on with what it has before it. */
  private replace(member: Member): void {
    this.queue.push(...member.before.reverse());
    this.dismiss(member);
  }

  /** The process has ended or hangs: the file that it was at may be to blame. */
  private lose(member: Member): void {
    if (!this.members.has(member)) return;
    const at = member.before.shift();
    this.replace(member);
    if (!member.ready) this.startable = false;
    if (at !== undefined && this.suspects.has(at))
      this.onEntry(at.path, slowEntry(this.options.root, at.path));
    else if (at !== undefined) {
      this.suspects.add(at);
      this.queue.unshift(at);
    }
    this.balance();
  }

  private dismiss(member: Member): void {
    if (member.timer !== null) clearTimeout(member.timer);
    this.members.delete(member);
    member.hand.end();
  }

  /** From now on its next word has to come in time. */
  private watch(member: Member): void {
    if (member.timer !== null) clearTimeout(member.timer);
    member.timer = null;
    const { fileMs, startMs } = this.options;
    if (member.ready && member.before.length === 0) return;
    if (this.members.has(member))
      member.timer = setTimeout(() => this.guarded(() => this.lose(member)), member.ready ? fileMs : startMs);
  }
}

/**
 * Reads the files in no particular order, each handed over as it comes; null: it is none any more. Gives those that it could
 * not read because no process can be started here. Rejects with the signal's reason; no process outlives the call.
 */
export function readInCrew(
  files: Wanted[],
  options: CrewOptions,
  { signal, onEntry }: { signal: AbortSignal; onEntry: (path: string, entry: Entry | null) => void },
): Promise<Wanted[]> {
  return new Reading(files, options, onEntry).run(signal);
}
