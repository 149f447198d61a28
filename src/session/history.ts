/** The lines a user has typed at the prompt, in one file of the user's own; nobody else may read it. Its loss stops nothing. */
import { appendFileSync, chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Failed } from "../types.ts";
import { diskReason, errorCode } from "../workspace/walls.ts";

/** Lines that are kept. */
export const MOST_LINES = 1000;

export interface History {
  /** Newest first, each once. */
  lines: string[];
  /** Adds a line without line ends; gives the reason once where the file cannot be written. */
  add(line: string): Failed | null;
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, "utf8")
      .split("\n")
      .filter((line) => line !== "");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return [];
    throw error;
  }
}

/** Opens the history; a file that has grown to more than twice what is kept is cut. `file: null`: nothing is kept. */
export function openHistory(file: string | null): History {
  let failed: string | null = null;
  let kept: string[] = [];
  const attempt = (work: () => void): Failed | null => {
    if (failed !== null) return null;
    try {
      work();
      return null;
    } catch (error) {
      failed = diskReason(error);
      return { ok: false, reason: `What is typed is not remembered: ${failed}.` };
    }
  };
  attempt(() => {
    if (file === null) return;
    const all = readLines(file);
    kept = all.slice(-MOST_LINES);
    if (all.length <= 2 * MOST_LINES) return;
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, `${kept.join("\n")}\n`, { mode: 0o600 });
    renameSync(draft, file);
  });
  const lines = [...new Set(kept.reverse())];
  return {
    lines,
    add(line) {
      const before = lines.indexOf(line);
      if (before >= 0) lines.splice(before, 1);
      lines.unshift(line);
      lines.splice(MOST_LINES);
      if (file === null) return null;
      return attempt(() => {
        mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
        appendFileSync(file, `${line}\n`, { mode: 0o600 });
        chmodSync(file, 0o600);
      });
    },
  };
}
