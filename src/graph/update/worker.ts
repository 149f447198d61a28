/**
 * What a child process of a crew does: it gets the workspace's root as its first line, then lists of paths, and answers each
 * path in turn with one line. It says when it is ready, and when it has grown so large that another one should go on: the
 * memory of a WASM module never shrinks.
 */
import { answer, orders } from "../../workspace/hands.ts";
import { type Entry, readEntry } from "./entry.ts";

export const READY = "ready";
export const TIRED = "tired";

/** Resident memory, in bytes, at which a process is replaced by a new one. */
const MOST_MEMORY = 160 * 1024 * 1024;

/** One answer as a line. */
export function lineOf(entry: Entry | null): string {
  if (entry === null) return "null";
  const { stamp, packed } = entry;
  return JSON.stringify([{ ...stamp, mtimeNs: `${stamp.mtimeNs}`, ino: `${stamp.ino}` }, packed]);
}

/** The answer that a line is; undefined where it is none. */
export function entryOf(line: string): Entry | null | undefined {
  if (line === "null") return null;
  try {
    const [stamp, packed] = JSON.parse(line);
    return { packed, stamp: { ...stamp, mtimeNs: BigInt(stamp.mtimeNs), ino: BigInt(stamp.ino) } };
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}

/** Returns when nobody has work for it any more. */
export async function runWorker(): Promise<void> {
  let root: string | null = null;
  answer(READY);
  for await (const line of orders()) {
    if (root === null) {
      root = JSON.parse(line) as string;
      continue;
    }
    for (const path of JSON.parse(line) as string[]) answer(lineOf(await readEntry(root, path)));
    if (process.memoryUsage.rss() < MOST_MEMORY) continue;
    answer(TIRED);
    return;
  }
}
