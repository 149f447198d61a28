/**
 * How many threads are worth having right now. Threads of one computation wait for each other at every step, so that one
 * which has to share its core slows all of them down, many times over; what others leave idle is what counts.
 */
import { availableParallelism, cpus } from "node:os";

const EVERY_MS = 500;
/** A core is free for a thread of ours where others use less than this share of it. */
const SHARED = 0.3;

/** Milliseconds that all cores together have been idle, and that this process has computed. */
function times(): { at: number; idle: number; own: number } {
  const { user, system } = process.cpuUsage();
  const idle = cpus().reduce((sum, { times }) => sum + times.idle, 0);
  return { at: performance.now(), idle, own: (user + system) / 1000 };
}

/** Tells from now on, twice a second, for how many threads there is room: from 1 to the number of cores. */
export function watchCores(tell: (threads: number) => void): void {
  const cores = availableParallelism();
  let before = times();
  setInterval(() => {
    const now = times();
    const free = (now.idle - before.idle + now.own - before.own) / (now.at - before.at);
    before = now;
    tell(Math.min(cores, Math.max(1, Math.floor(free + SHARED))));
  }, EVERY_MS);
}
