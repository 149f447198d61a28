/**
 * The processes of a run: which they are, what they weigh, and their end. A process belongs to the run when it descends from
 * the run's first process, shares its group or session, was seen to belong before, or carries the run's mark in its environment.
 * Read from `/proc` on Linux, from `ps` elsewhere.
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

interface Entry {
  pid: number;
  parent: number;
  group: number;
  session: number;
  name: string;
  ended: boolean;
  /** Tells a process from a later one with the same number. */
  born: string;
  /** Bytes; on Linux read only when asked for. */
  memory: number | null;
}

export interface Weight {
  processes: number;
  /** Bytes of resident memory, summed. */
  memory: number;
}

/** Names of the programs that hold a run together; a warning signal is not for them. */
const HOLDERS = new Set(["sh", "bash", "dash", "unshare", "bwrap", "setpriv"]);

export class Tree {
  private readonly known = new Map<number, string>();

  /** `first` leads its own group and session. `mark` is a `NAME=value` that the run's environment holds. */
  constructor(
    private readonly first: number,
    private readonly mark: string,
  ) {}

  weigh(): Weight {
    const members = this.members(false);
    return {
      processes: members.length,
      memory: members.reduce((sum, entry) => sum + (entry.memory ?? residentBytes(entry.pid)), 0),
    };
  }

  /** Asks every process but the shells that hold them to say where it stands (SIGABRT: Python, Go and the JVM print their stacks). */
  warn(): void {
    for (const entry of this.members(false)) if (!HOLDERS.has(entry.name)) signal(entry.pid, "SIGABRT");
  }

  /** Ends every process, those that left the group too: all are stopped before any is killed, so that none can fork away. Resolves to how many are left after two seconds (0 unless the kernel holds one). */
  async end(): Promise<number> {
    const deadline = Date.now() + 2000;
    let left = this.members(true);
    while (left.length > 0 && Date.now() < deadline) {
      const stopped = new Set<number>();
      for (let fresh = left; fresh.length > 0 && Date.now() < deadline; ) {
        for (const { pid } of fresh) {
          stopped.add(pid);
          signal(pid, "SIGSTOP");
        }
        fresh = this.members(true).filter(({ pid }) => !stopped.has(pid));
      }
      for (const pid of stopped) signal(pid, "SIGKILL");
      left = this.members(true);
      if (left.length > 0) await Bun.sleep(5);
    }
    return left.length;
  }

  /** Living members. `marked` reads environments as well: dearer, and finds a daemon between whose birth and orphaning nobody looked. */
  private members(marked: boolean): Entry[] {
    const all = snapshot();
    const mine = new Set<number>();
    const belongs = (entry: Entry): boolean =>
      mine.has(entry.pid) ||
      entry.pid === this.first ||
      entry.group === this.first ||
      entry.session === this.first ||
      mine.has(entry.parent) ||
      this.known.get(entry.pid) === entry.born ||
      (marked && carries(entry.pid, this.mark));
    for (let size = -1; size < mine.size; ) {
      size = mine.size;
      for (const entry of all) if (belongs(entry)) mine.add(entry.pid);
    }
    const members = all.filter((entry) => mine.has(entry.pid));
    for (const entry of members) this.known.set(entry.pid, entry.born);
    return members.filter((entry) => !entry.ended);
  }
}

/** A process that has gone meanwhile, or is not ours to signal, is no failure. */
function signal(pid: number, name: "SIGABRT" | "SIGSTOP" | "SIGKILL"): boolean {
  try {
    return process.kill(pid, name);
  } catch (error) {
    if (error instanceof Error && "code" in error && ["ESRCH", "EPERM"].includes(String(error.code)))
      return false;
    throw error;
  }
}

/** The text of a file of a process, null once the process has gone. */
function procFile(pid: number, name: string): string | null {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "latin1");
  } catch {
    return null;
  }
}

function snapshot(): Entry[] {
  if (process.platform !== "linux") return psSnapshot();
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const stat = procFile(Number(name), "stat");
      if (stat === null) return [];
      const close = stat.lastIndexOf(")");
      const fields = stat.slice(close + 2).split(" ");
      return [
        {
          pid: Number(name),
          parent: Number(fields[1]),
          group: Number(fields[2]),
          session: Number(fields[3]),
          name: stat.slice(stat.indexOf("(") + 1, close),
          ended: fields[0] === "Z" || fields[0] === "X",
          born: fields[19] ?? "",
          memory: null,
        },
      ];
    });
}

function psSnapshot(): Entry[] {
  const text = execFileSync("ps", ["-axo", "pid=,ppid=,pgid=,rss=,stat=,lstart=,comm="], {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  return text.split("\n").flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    if (fields.length < 11) return [];
    return [
      {
        pid: Number(fields[0]),
        parent: Number(fields[1]),
        group: Number(fields[2]),
        session: Number.NaN,
        name: (fields[10] ?? "").split("/").at(-1) ?? "",
        ended: fields[4]?.startsWith("Z") ?? false,
        born: fields.slice(5, 10).join(" "),
        memory: Number(fields[3]) * 1024,
      },
    ];
  });
}

function residentBytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(procFile(pid, "status") ?? "")?.[1];
  return Number(kilobytes ?? 0) * 1024;
}

function carries(pid: number, mark: string): boolean {
  if (process.platform !== "linux") return false;
  return (procFile(pid, "environ") ?? "").split("\0").includes(mark);
}
