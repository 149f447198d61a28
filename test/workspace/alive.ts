/** Looking for processes that should be gone. */
import { readdirSync, readFileSync } from "node:fs";

/** The ids of other processes of this machine whose command line holds the mark; none where there is no /proc. */
export function alive(mark: string): string[] {
  if (process.platform !== "linux") return [];
  return readdirSync("/proc").filter((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return false;
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "latin1").includes(mark);
    } catch {
      return false;
    }
  });
}

/** A Python program that becomes `sleep ARGUMENT` as a daemon: its own session, orphaned. */
export const DAEMON = `import os, sys
if os.fork(): os._exit(0)
os.setsid()
if os.fork(): os._exit(0)
os.execvp("sleep", ["sleep", sys.argv[1]])
`;
