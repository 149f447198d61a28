/**
 * Any bytes as a reply, and any division of a good one: over real HTTP, by both APIs. Nothing is thrown, and how the bytes were
 * divided cannot be told from the reply. The cases come from a seed, so that one that fails can be run again.
 */
import { describe, expect, test } from "bun:test";
import type { Reply } from "../../src/model/model.ts";
import type { Row, TextRow } from "../harness/rows.ts";
import { ask, scripted, success } from "./scripted.ts";

const { server, modelWith } = scripted();

/** Numbers from 0 up to `n`, without it. */
function random(seed: number): (n: number) => number {
  let state = Math.imul(seed + 1, 0x9e3779b1) | 1;
  return (n) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % n;
  };
}

const APIS = [
  ["events", {}],
  ["lines", { as: "ollama" as const, thinks: true }],
] as const;

const TOOLS = [{ name: "look", description: "", parameters: { type: "object", properties: {} } }];

/** What is the same however it came. */
function essence(reply: Reply): unknown {
  if (!reply.ok) return { kind: reply.kind, reason: reply.reason };
  const { text, thinking, calls, finish, tokens } = reply;
  return { text, thinking, calls, finish, tokens };
}

const GOOD: [string, TextRow][] = [
  ["text of several bytes a letter", { text: "Grüße, 世界! 👩‍💻 é\n\tpass\r\n", chunk: 1 }],
  ["marks of thought in the text", { text: "<think>\nzwei und 二\n</think>\n\n<b>x</b>", chunk: 2 }],
  ["a thought that the template had begun", { text: "so …\n</think>\nx = '</think>'", chunk: 3 }],
  [
    "thought and calls",
    {
      thinking: "Hm. 考える",
      text: "So:",
      calls: [
        { name: "look", arguments: { path: "ä/世.py" }, id: "c1" },
        { name: "look", arguments: { path: "b" }, id: "c2" },
      ],
      order: "woven",
      chunk: 4,
    },
  ],
  ["a mark that is none", { text: "<thin", chunk: 1 }],
];

for (const [api, as] of APIS) {
  describe(`a reply in ${api}`, () => {
    for (const [name, good] of GOOD) {
      const row: TextRow = { ...good, usage: { prompt: 40, cached: 30, generated: 9 } };
      test(`${name}: the same in any pieces`, async () => {
        const model = await modelWith([row], as);
        const whole = essence(success(await ask(model, { tools: TOOLS })));
        for (let seed = 0; seed < 24; seed += 1) {
          server().queue({ of: row, chop: seed < 4 ? seed + 1 : { seed } });
          expect({ seed, ...(essence(await ask(model, { tools: TOOLS })) as object) }).toEqual({
            seed,
            ...(whole as object),
          });
        }
      });
    }

    test("that breaks off at any byte: a beginning of it, as a cut, or all of it", async () => {
      const row: TextRow = { text: "return a + b  # 世界\n", thinking: "add", chunk: 3 };
      const model = await modelWith([row], as);
      const all = success(await ask(model));
      for (let at = 1; at < 900; at += 23) {
        server().queue({ of: row, dieAtByte: at });
        const reply = await ask(model);
        if (!reply.ok) expect(["server", "protocol"]).toContain(reply.kind);
        else {
          expect(all.text.startsWith(reply.text)).toBe(true);
          expect(reply.finish === "cut" || reply.text === all.text).toBe(true);
        }
      }
    }, 20_000);

    test("of any bytes: a reply or a failure, nothing thrown", async () => {
      const model = await modelWith([], as);
      for (let seed = 0; seed < 150; seed += 1) {
        server().queue({ garbage: anyBytes(seed, api) });
        const reply = await ask(model, { tools: TOOLS, ...(seed % 3 === 0 ? { schema: {} } : {}) });
        expect({ seed, ok: typeof reply.ok }).toEqual({ seed, ok: "boolean" });
        if (!reply.ok) expect(reply.reason).not.toMatch(/[\u0000-\u001f]/);
      }
    }, 20_000);
  });
}

/** Noise; a good stream with bytes changed, left out or doubled; or events whose fields have any type. */
function anyBytes(seed: number, api: string): Uint8Array {
  const next = random(seed);
  if (seed % 5 === 0) return Uint8Array.from({ length: 1 + next(2000) }, () => next(256));
  const frame = (value: unknown): string =>
    api === "lines" ? `${JSON.stringify(value)}\n` : `data: ${JSON.stringify(value)}\n\n`;
  const lines = Array.from({ length: 1 + next(12) }, () =>
    frame(seed % 2 === 0 ? anyEvent(next) : goodEvent(next, api)),
  );
  const bytes = Buffer.from(lines.join("") + (next(2) === 0 ? frame("[DONE]") : ""));
  if (seed % 2 === 0) return bytes;
  for (let n = next(4); n >= 0; n -= 1) bytes[next(bytes.length)] = next(256);
  const at = next(bytes.length);
  return next(3) === 0 ? bytes.subarray(0, at) : Buffer.concat([bytes, bytes.subarray(at)]);
}

function goodEvent(next: (n: number) => number, api: string): unknown {
  const content = ["x", "世", "\n</think>\n", "<think>", "{", "}"][next(6)];
  const tool_calls = [{ index: next(3), id: "a", function: { name: "look", arguments: '{"a"' } }];
  const said = next(3) === 0 ? { tool_calls } : { content };
  if (api === "lines") return { message: said, done: next(8) === 0 };
  return { choices: [{ index: next(2), delta: said, finish_reason: next(8) === 0 ? "stop" : null }] };
}

const NAMES = [
  "choices",
  "delta",
  "message",
  "content",
  "tool_calls",
  "function",
  "arguments",
  "name",
  "index",
  "id",
  "usage",
  "prompt_tokens",
  "timings",
  "prompt_n",
  "error",
  "done",
  "finish_reason",
  "done_reason",
  "prompt_progress",
  "total",
  "response",
  "thinking",
];

function anyEvent(next: (n: number) => number, depth = 0): unknown {
  const kind = next(depth > 4 ? 5 : 8);
  if (kind < 5) return [null, true, next(1000) - 500, "text", 1e308][kind];
  if (kind === 5) return Array.from({ length: next(4) }, () => anyEvent(next, depth + 1));
  return Object.fromEntries(
    Array.from({ length: 1 + next(5) }, () => [NAMES[next(NAMES.length)], anyEvent(next, depth + 1)]),
  );
}

test("the bytes are not all refused alike", async () => {
  const model = await modelWith([]);
  const rows: Row[] = Array.from({ length: 40 }, (_, seed) => ({ garbage: anyBytes(seed, "events") }));
  server().queue(...rows);
  const kinds = new Set<string>();
  for (const _ of rows) {
    const reply = await ask(model);
    kinds.add(reply.ok ? reply.finish : reply.kind);
  }
  expect(kinds.size).toBeGreaterThanOrEqual(3);
});
