/** Looking for processes that should be gone. */
import { readdirSync, readFileSync } from "node:fs";

/** Other processes of this machine whose command line holds the mark, each as its id and that; none where there is no /proc. */
export function alive(mark: string): string[] {
  if (process.platform !== "linux") return [];
  return readdirSync("/proc").flatMap((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return [];
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, "latin1");
      return command.includes(mark) ? [`${pid} ${command.replaceAll("\0", " ").trim()}`] : [];
    } catch {
      return [];
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
