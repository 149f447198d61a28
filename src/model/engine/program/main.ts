/**
 * The engine: a process of its own that loads one model and answers for it until its parent is gone or nothing has been
 * asked for a while. It gets one line of JSON on stdin (`Order`) and writes one on stdout (`Announcement`). The parent
 * keeps stdin open; when that closes, whatever the reason, the process ends at once, without waiting for what the model
 * computes in its own threads.
 */
import { load } from "./llama.ts";
import { type Order, serve } from "./serve.ts";

export type { Order };

export type Announcement = { port: number; ms: number } | { failed: string };

/** No handler, no native destructor: the kernel frees everything. */
function end(): void {
  process.kill(process.pid, "SIGKILL");
}

const say = (announcement: Announcement): Promise<void> =>
  new Promise((said) => {
    process.stdout.write(`${JSON.stringify(announcement)}\n`, () => said());
  });

async function run(order: Order): Promise<void> {
  try {
    const engine = serve(await load(order), order);
    const every = Math.min(order.idleMs, 10_000);
    setInterval(() => {
      if (engine.use.busy === 0 && performance.now() - engine.use.last > order.idleMs) end();
    }, every);
    await say({ port: engine.port, ms: Math.round(performance.now()) });
  } catch (error) {
    await say({ failed: error instanceof Error ? error.message : String(error) });
    end();
  }
}

let line = "";
process.stdin.setEncoding("utf8");
process.stdin.on("data", (text: string) => {
  const before = line.includes("\n");
  line += text;
  if (!before && line.includes("\n")) void run(JSON.parse(line) as Order);
});
process.stdin.on("close", end);
process.stdin.on("end", end);
