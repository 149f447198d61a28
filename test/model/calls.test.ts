/** The reader of calls on the shared corpus, on random input, on cut input, and its cost. */
import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Case, casesOf, scoreOf, sourceOf } from "../../bench/reader.ts";
import { type CallSource, type OfferedTool, readCalls } from "../../src/model/calls/index.ts";

const CORPUS = join(import.meta.dir, "..", "..", "..", "shared", "data", "toolcalls.jsonl");
const has = existsSync(CORPUS);
const cases: Case[] = has ? casesOf(CORPUS) : [];

const TOOLS: OfferedTool[] = [
  { name: "bash", parameters: ["command"], types: { command: "string" }, required: ["command"] },
  {
    name: "write_file",
    parameters: ["path", "content"],
    types: { path: "string", content: "string" },
    required: ["path", "content"],
  },
];

/** A seeded generator of numbers in [0, 1), so that a failure can be repeated (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const textOf = (source: CallSource): string => source.calls[0]?.arguments ?? source.text;

function withText(source: CallSource, text: string, complete: boolean): CallSource {
  const [first] = source.calls;
  return first === undefined
    ? { text, calls: [], complete }
    : { ...source, calls: [{ ...first, arguments: text }], complete };
}

describe.skipIf(!has)("the corpus", () => {
  test("at least 99 % as expected, nothing wrong", () => {
    const scores = cases.map((one) => scoreOf(readCalls(sourceOf(one), one.tools), one));
    expect(scores.filter((score) => score === "wrong")).toEqual([]);
    expect(scores.filter((score) => score === "expected").length / cases.length).toBeGreaterThanOrEqual(0.99);
  });

  test("a reply that was cut off runs nothing, wherever it was cut", () => {
    for (const one of cases) {
      const source = sourceOf(one);
      const text = textOf(source);
      for (let end = 0; end <= text.length; end += 3) {
        const read = readCalls(withText(source, text.slice(0, end), false), one.tools);
        expect(read.ok ? read.calls : []).toEqual([]);
      }
    }
  });

  test("mutated replies never throw, and calls are of tools on offer with their parameters", () => {
    const next = random(5);
    const at = (length: number): number => Math.floor(next() * length);
    for (const one of cases)
      for (let round = 0; round < 12; round += 1) {
        const source = sourceOf(one);
        const text = textOf(source);
        const other = textOf(sourceOf(cases[at(cases.length)] ?? one));
        const [from, piece] = [at(text.length), other.slice(at(other.length), at(other.length) + 12)];
        const mutated = text.slice(0, from) + piece + text.slice(from + at(6));
        const read = readCalls(withText(source, mutated, true), one.tools);
        for (const call of read.ok ? read.calls : []) {
          const offered = one.tools.find(({ name }) => name === call.name);
          expect(Object.keys(call.arguments).filter((key) => !offered?.parameters.includes(key))).toEqual([]);
          expect((offered?.required ?? ["?"]).filter((key) => !(key in call.arguments))).toEqual([]);
        }
      }
  });

  test("the same text gives the same result, however it came together", () => {
    const next = random(9);
    for (const one of cases) {
      const source = sourceOf(one);
      const parts: string[] = [];
      for (let rest = source.text; rest !== ""; ) {
        const size = 1 + Math.floor(next() * 7);
        parts.push(rest.slice(0, size));
        rest = rest.slice(size);
      }
      const whole = readCalls(source, one.tools);
      expect(readCalls({ ...source, text: parts.join("") }, one.tools)).toEqual(whole);
    }
  });
});

describe("any input", () => {
  test("random bytes and random tokens never throw", () => {
    const next = random(1);
    const tokens =
      '{ } [ ] ( ) < > / \\ " \' ` ``` : , = | ｜ name arguments bash command <tool_call> </tool_call> <think> </think> <function= <parameter= </parameter> [TOOL_CALLS] [ARGS] call: <|"|> <|channel|> <|message|> to= \n Action: <arg_key> </arg_key> <arg_value> &lt; \u0000 \ud800 “ ” // /* # null True 1 . -'.split(
        " ",
      );
    for (let round = 0; round < 3000; round += 1) {
      const bytes = Array.from({ length: Math.floor(next() * 60) }, () =>
        round % 3 === 0
          ? String.fromCharCode(Math.floor(next() * 65536))
          : (tokens[Math.floor(next() * tokens.length)] ?? ""),
      ).join(round % 2 ? " " : "");
      const native = { id: "", name: round % 5 ? "bash" : bytes, arguments: bytes };
      for (const calls of [[], [native]]) {
        const read = readCalls({ text: bytes, calls, complete: true }, TOOLS);
        expect(typeof read.ok).toBe("boolean");
      }
    }
  });

  test("no tools: every reply is plain text or refused, nothing runs", () => {
    const text = '<tool_call>{"name": "bash", "arguments": {"command": "ls"}}</tool_call>';
    expect(readCalls({ text, calls: [], complete: true }, []).ok).toBe(false);
  });

  test("hostile replies of 2 MB are read in bounded time", () => {
    const pieces = [
      "{",
      "[",
      '{"a":',
      '{"a":"',
      "<x/>",
      "`",
      "```\n",
      "<tool_call>",
      "<function=bash><parameter=command>",
      "<parameter=x>\n",
      "[bash]",
      "bash(",
      "<|channel|>analysis",
      'call:bash{command:<|"|>',
      "to=functions.bash ",
      "<arg_key>a</arg_key><arg_value>",
      "<think>",
      "{'a' : 'b",
      "&lt;a",
      '"""',
    ];
    for (const piece of pieces) {
      const text = piece.repeat(Math.ceil(2_000_000 / piece.length));
      const started = process.cpuUsage();
      readCalls({ text, calls: [], complete: true }, TOOLS);
      readCalls({ text: "", calls: [{ id: "", name: "bash", arguments: text }], complete: true }, TOOLS);
      const { user, system } = process.cpuUsage(started);
      // Of the processor, so that a busy machine does not count; two replies of 2 MB, each below 1 s.
      expect((user + system) / 1000).toBeLessThan(2000);
    }
  }, 60_000);

  test("prose is what stands outside calls and thought", () => {
    const text =
      '<think>hm</think>I look.\n<tool_call>{"name": "bash", "arguments": {"command": "ls"}}</tool_call><|im_end|>';
    expect(readCalls({ text, calls: [], complete: true }, TOOLS)).toEqual({
      ok: true,
      calls: [{ name: "bash", arguments: { command: "ls" } }],
      prose: "I look.",
    });
  });

  test("a plain reply that was cut off is plain text", () => {
    const read = readCalls({ text: "The reason is that", calls: [], complete: false }, TOOLS);
    expect(read).toEqual({ ok: true, calls: [], prose: "The reason is that" });
  });
});
