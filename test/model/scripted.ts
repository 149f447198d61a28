/** For the tests of the client: a model behind a scripted server, and the two ways to look at a reply. Call once per file; the server is closed (and must have been used up) after each test. */
import { afterEach, expect } from "bun:test";
import { connect } from "../../src/model/client.ts";
import type { Model, Reply } from "../../src/model/model.ts";
import { type Row, type ScriptedServer, type ServerOptions, startServer } from "../harness/server.ts";

export const KEY = "sk-secret-0123456789abcdef";

export interface Scripted {
  server(): ScriptedServer;
  modelWith(rows: Row[], options?: ServerOptions & { silenceMs?: number; key?: string }): Promise<Model>;
  /** The failure of a reply; its sentence names the endpoint, is one line, and holds no key. */
  failure(reply: Reply): { kind: string; reason: string };
  /** Resolves once the server has seen the client leave before the last reply was over. */
  left(): Promise<void>;
}

export function scripted(): Scripted {
  let current: ScriptedServer | null = null;
  afterEach(async () => {
    const last = current;
    current = null;
    await last?.close();
  });
  const server = (): ScriptedServer => {
    if (current === null) throw new Error("no server has been started");
    return current;
  };
  return {
    server,
    async modelWith(rows, options = {}) {
      current = await startServer(options, ...rows);
      const connected = await connect({
        endpoint: current.endpoint,
        key: options.key ?? null,
        model: null,
        rung: null,
        window: null,
        silenceMs: options.silenceMs ?? 5000,
      });
      if (!connected.ok) throw new Error(connected.reason);
      return connected.model;
    },
    failure(reply) {
      if (reply.ok) throw new Error(`no failure but ${JSON.stringify(reply).slice(0, 200)}`);
      expect(reply.reason).toContain(server().endpoint);
      expect(reply.reason).not.toContain(KEY);
      expect(reply.reason).not.toMatch(/[\u0000-\u001f]/);
      return reply;
    },
    left: () => server().until((all) => all.at(-1)?.aborted === true),
  };
}

export function success(reply: Reply): Extract<Reply, { ok: true }> {
  if (!reply.ok) throw new Error(reply.reason);
  return reply;
}

export const ask = (model: Model, more: Partial<Parameters<Model["chat"]>[1]> = {}): Promise<Reply> =>
  model.chat([{ role: "user", content: "Say something." }], { maxTokens: 100, temperature: 0, ...more });
