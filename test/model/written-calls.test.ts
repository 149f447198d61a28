/** Calls in pieces, in all the ways in which servers stream them: by the assembler alone, and over real HTTP. */
import { describe, expect, test } from "bun:test";
import { CallAssembler, callDeltas } from "../../src/model/wire/calls.ts";
import type { ScriptedCall, TextRow } from "../harness/rows.ts";
import { ask, scripted, success } from "./scripted.ts";

const { modelWith } = scripted();

type Piece = { index?: unknown; id?: unknown; name?: unknown; args?: unknown };

/** The calls of a stream of `tool_calls` with one piece each. */
function assembled(...pieces: Piece[]): [string, string, string][] {
  const assembler = new CallAssembler();
  for (const { index, id, name, args } of pieces)
    for (const delta of callDeltas({ tool_calls: [{ index, id, function: { name, arguments: args } }] }))
      assembler.push(delta);
  return assembler.calls.map((call) => [call.id, call.name, call.arguments]);
}

describe("pieces", () => {
  const A: [string, string, string] = ["a", "look", '{"path":"x"}'];
  const B: [string, string, string] = ["b", "edit", '{"path":"y"}'];
  const cases: [string, Piece[], [string, string, string][]][] = [
    [
      "as OpenAI sends them",
      [
        { index: 0, id: "a", name: "look", args: "" },
        { index: 0, args: '{"pa' },
        { index: 0, args: 'th":"x"}' },
      ],
      [A],
    ],
    [
      "two, woven",
      [
        { index: 0, id: "a", name: "look", args: "" },
        { index: 1, id: "b", name: "edit", args: "" },
        { index: 0, args: '{"path"' },
        { index: 1, args: '{"path"' },
        { index: 0, args: ':"x"}' },
        { index: 1, args: ':"y"}' },
      ],
      [A, B],
    ],
    [
      "two at one index (LM Studio)",
      [
        { index: 0, id: "a", name: "look", args: '{"path":"x"}' },
        { index: 0, id: "b", name: "edit", args: '{"path":' },
        { index: 0, args: '"y"}' },
      ],
      [A, B],
    ],
    [
      "two at one index, woven by their ids",
      [
        { index: 0, id: "a", name: "look", args: "" },
        { index: 0, id: "b", name: "edit", args: "" },
        { index: 0, id: "a", args: '{"path":"x"}' },
        { index: 0, id: "b", args: '{"path":"y"}' },
      ],
      [A, B],
    ],
    [
      "a new id for each piece (older vLLM)",
      [
        { index: 0, id: "a", name: "look", args: "" },
        { index: 0, id: "a2", args: '{"path":' },
        { index: 0, id: "a3", args: '"x"}' },
      ],
      [A],
    ],
    [
      "the name again in each piece",
      [
        { index: 0, id: "a", name: "look", args: '{"path":' },
        { index: 0, id: "a", name: "look", args: '"x"}' },
      ],
      [A],
    ],
    [
      "a name in pieces",
      [
        { index: 0, id: "a", name: "lo" },
        { index: 0, name: "ok" },
        { index: 0, args: '{"path":"x"}' },
      ],
      [A],
    ],
    [
      "a name that grows",
      [
        { index: 0, id: "a", name: "lo" },
        { index: 0, name: "look", args: '{"path":"x"}' },
      ],
      [A],
    ],
    [
      "no index, whole calls, arguments as an object (Ollama)",
      [
        { name: "look", args: { path: "x" } },
        { name: "look", args: { path: "z" } },
      ],
      [
        ["", "look", '{"path":"x"}'],
        ["", "look", '{"path":"z"}'],
      ],
    ],
    [
      "no index, in pieces",
      [
        { id: "a", name: "look" },
        { args: '{"path"' },
        { args: ':"x"}' },
        { id: "b", name: "edit", args: '{"path"' },
        { id: "b", args: ':"y"}' },
      ],
      [A, B],
    ],
    [
      "an index as text, and null for what is missing",
      [
        { index: "0", id: "a", name: "look", args: null },
        { index: "0", id: null, name: null, args: '{"path":"x"}' },
      ],
      [A],
    ],
    [
      "a finished call sent again",
      [
        { index: 0, id: "a", name: "look", args: '{"path":"x"}' },
        { index: 0, id: "a", name: "look", args: '{"path":"x"}' },
      ],
      [A],
    ],
    ["indexes that begin at 5", [{ index: 5, id: "a", name: "look", args: '{"path":"x"}' }], [A]],
    [
      "arguments that are no JSON stay as they came",
      [{ index: 0, id: "a", name: "look", args: "{path: x" }],
      [["a", "look", "{path: x"]],
    ],
    ["no arguments at all", [{ index: 0, id: "a", name: "look" }], [["a", "look", ""]]],
    ["arguments without a name are no call", [{ index: 0, args: "{}" }], []],
  ];
  for (const [name, pieces, calls] of cases) test(name, () => expect(assembled(...pieces)).toEqual(calls));

  test("the older form with one call", () => {
    expect(callDeltas({ function_call: { name: "look", arguments: "{}" } })).toEqual([
      { index: null, id: "", name: "look", arguments: "{}" },
    ]);
  });

  test("whatever comes is no error, and calls without end are not kept", () => {
    const odd: unknown[] = [
      null,
      1,
      "x",
      [],
      {},
      [null],
      [1, "x", []],
      [{ function: 3 }],
      [{ index: -1, id: {}, function: { name: [], arguments: [1] } }],
    ];
    const assembler = new CallAssembler();
    for (const tool_calls of odd) for (const delta of callDeltas({ tool_calls })) assembler.push(delta);
    expect(assembler.calls).toEqual([]);
    for (let index = 0; index < 1000; index += 1)
      assembler.push({ index, id: `${index}`, name: "look", arguments: "{}" });
    expect(assembler.calls.length).toBeLessThan(100);
  });
});

describe("over HTTP", () => {
  const calls: ScriptedCall[] = [
    { name: "look", arguments: { path: "src/a.py" }, id: "call_a" },
    { name: "edit", arguments: '{"path": "b.py", "text": "x\\n"}', id: "call_b" },
  ];
  const wanted = [
    { id: "call_a", name: "look", arguments: '{"path":"src/a.py"}' },
    { id: "call_b", name: "edit", arguments: '{"path": "b.py", "text": "x\\n"}' },
  ];
  const tools = [{ name: "look", description: "", parameters: {} }];
  const rows: [string, Omit<TextRow, "text">][] = [
    ["one after the other", { order: "turns" }],
    ["woven", { order: "woven" }],
    ["whole", { order: "whole" }],
    ["whole, without an index", { order: "whole", index: "none" }],
    ["one after the other, all at index 0", { order: "turns", index: "zero" }],
  ];
  for (const [name, row] of rows) {
    test(name, async () => {
      const model = await modelWith([{ text: "So:", calls, finish: "tool_calls", ...row }]);
      expect(success(await ask(model, { tools }))).toMatchObject({
        text: "So:",
        calls: wanted,
        finish: "stop",
      });
    });
  }

  test("a stream that dies inside the arguments is a cut", async () => {
    const said = {
      choices: [
        {
          index: 0,
          delta: { tool_calls: [{ index: 0, id: "a", function: { name: "look", arguments: '{"pa' } }] },
        },
      ],
    };
    const model = await modelWith([{ garbage: Buffer.from(`data: ${JSON.stringify(said)}\n\n`) }]);
    expect(success(await ask(model, { tools }))).toMatchObject({
      finish: "cut",
      calls: [{ id: "a", name: "look", arguments: '{"pa' }],
    });
  });

  test("arguments that repeat without end are stopped", async () => {
    const piece = (text: string) => ({
      choices: [{ index: 0, delta: { tool_calls: [{ index: 0, function: { arguments: text } }] } }],
    });
    const begun = {
      choices: [
        {
          index: 0,
          delta: { tool_calls: [{ index: 0, id: "a", function: { name: "edit", arguments: '{"t":"' } }] },
        },
      ],
    };
    const events = [begun, ...Array.from({ length: 500 }, () => piece("    return x\\n"))];
    const model = await modelWith([{ events }]);
    expect(success(await ask(model, { tools })).finish).toBe("loop");
  });
});
