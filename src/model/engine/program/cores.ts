/**
 * How many threads are worth having right now. Threads of one computation wait for each other at every step, so that one
 * which has to share its core slows all of them down, many times over; what others leave idle is what counts.
 */
import { availableParallelism, cpus } from "node:os";

const EVERY_MS = 100;
/** So much of this process's computing is looked at before it is told anew. */
const ENOUGH_MS = 500;
/** A core is free for a thread of ours where others use less than this share of it. */
const SHARED = 0.3;
/** Of one core; below that this process was waiting: what others did meanwhile, such as the checks between two requests, does not count. */
const COMPUTING = 0.8;

/** Milliseconds that all cores together have been idle, and that this process has computed. */
function times(): { at: number; idle: number; own: number } {
  const { user, system } = process.cpuUsage();
  const idle = cpus().reduce((sum, { times }) => sum + times.idle, 0);
  return { at: performance.now(), idle, own: (user + system) / 1000 };
}

/** Tells from now on, while this process computes, for how many threads there is room: from 1 to the number of cores. */
export function watchCores(tell: (threads: number) => void): void {
  const cores = availableParallelism();
  let before = times();
  let seen = { ms: 0, free: 0 };
  setInterval(() => {
    const now = times();
    const ms = now.at - before.at;
    const own = now.own - before.own;
    const free = now.idle - before.idle + own;
    before = now;
    if (own < COMPUTING * ms) return;
    seen = { ms: seen.ms + ms, free: seen.free + free };
    if (seen.ms < ENOUGH_MS) return;
    tell(Math.min(cores, Math.max(1, Math.floor(seen.free / seen.ms + SHARED))));
    seen = { ms: 0, free: 0 };
  }, EVERY_MS);
}
