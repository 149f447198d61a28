/** A loopback endpoint is never reached through a proxy, and nothing of the environment is sent to it. Each case runs in a process of its own, since the runtime reads the environment at its start. */
import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startServer } from "../harness/server.ts";

const CLIENT = join(import.meta.dir, "..", "..", "src", "model", "client.ts");

const script = (endpoint: string): string => `
import { connect } from ${JSON.stringify(CLIENT)};
const connected = await connect({ endpoint: ${JSON.stringify(endpoint)}, key: "sk-1234567890", model: null, rung: null, window: null, silenceMs: 3000 });
if (!connected.ok) throw new Error(connected.reason);
const reply = await connected.model.complete("x", { maxTokens: 5, temperature: 0 });
// The same address without our rules: shows that the proxy is in force.
const plain = await fetch(${JSON.stringify(`${endpoint}/models`)});
console.log(JSON.stringify({ text: reply.ok ? reply.text : reply.reason, plain: await plain.text() }));
`;

/** What the package would read and send along if it were let. */
const FOREIGN = {
  OPENAI_API_KEY: "foreign-1",
  OPENAI_ADMIN_KEY: "foreign-2",
  OPENAI_ORG_ID: "foreign-3",
  OPENAI_PROJECT_ID: "foreign-4",
  OPENAI_BASE_URL: "http://127.0.0.1:1/foreign",
  OPENAI_CUSTOM_HEADERS: "x-foreign: foreign-5",
  OPENAI_LOG: "debug",
};

for (const name of ["HTTP_PROXY", "http_proxy", "ALL_PROXY"]) {
  test(`${name} is set`, async () => {
    const hits: string[] = [];
    const proxy = createServer((socket) => {
      socket.on("error", () => socket.destroy());
      socket.once("data", (data) => {
        hits.push(data.toString().split("\r\n")[0] ?? "");
        socket.end("HTTP/1.1 200 OK\r\ncontent-length: 7\r\nconnection: close\r\n\r\nproxied");
      });
    }).listen(0, "127.0.0.1");
    await new Promise((ready) => proxy.once("listening", ready));
    const address = proxy.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const server = await startServer({}, { text: "direct" });
    const folder = mkdtempSync(join(tmpdir(), "smallcode-proxy-"));
    try {
      const file = join(folder, "ask.ts");
      writeFileSync(file, script(server.endpoint));
      const { PATH = "", HOME = "" } = process.env;
      const child = Bun.spawn([process.execPath, file], {
        env: { PATH, HOME, ...FOREIGN, [name]: `http://127.0.0.1:${port}` },
        stdout: "pipe",
        stderr: "pipe",
      });
      const [out, err] = await Promise.all([
        new Response(child.stdout).text(),
        new Response(child.stderr).text(),
      ]);
      expect({ code: await child.exited, err }).toEqual({ code: 0, err: "" });
      expect(JSON.parse(out)).toEqual({ text: "direct", plain: "proxied" });
      expect(JSON.stringify(server.requests)).not.toContain("foreign");
      expect(server.completions()[0]?.headers.authorization).toBe("Bearer sk-1234567890");
      expect(hits).toEqual([expect.stringContaining("/v1/models")]);
    } finally {
      rmSync(folder, { recursive: true });
      proxy.close();
      await server.close();
    }
  });
}
