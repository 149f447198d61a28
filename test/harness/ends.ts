/** Servers, and whatever else a file of tests starts, ended after each test. */
import { afterEach } from "bun:test";
import { type Row, type ScriptedServer, type ServerOptions, startServer } from "./server.ts";

const ends: (() => Promise<void> | void)[] = [];

/** Called once by a file of tests. `start` gives a server that is closed after the test; `after` adds what else has to end. */
export function endAfterEach(): {
  start: (options: ServerOptions, ...rows: Row[]) => Promise<ScriptedServer>;
  after: (end: () => Promise<void> | void) => void;
} {
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
  });
  return {
    async start(options, ...rows) {
      const server = await startServer(options, ...rows);
      ends.push(() => server.close());
      return server;
    },
    after: (end) => void ends.push(end),
  };
}
