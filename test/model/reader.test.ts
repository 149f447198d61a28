/** The reader: what a person could read without doubt is read, everything else is refused with what to send. */
import { describe, expect, test } from "bun:test";
import { readChoice, readCode } from "../../src/model/reader.ts";

const LISTS = { tools: ["rewrite_symbol", "finish"], targets: ["calc.py::add", "calc.py", "other"] };
const CHOICE = '{"tool":"rewrite_symbol","target":"calc.py::add","text":"x"}';
const READ = { ok: true, tool: "rewrite_symbol", target: "calc.py::add", text: "x" } as const;

describe("a choice", () => {
  for (const [what, text] of [
    ["as asked for", CHOICE],
    ["with prose and a fence around it", `Here it is:\n\`\`\`json\n${CHOICE}\n\`\`\`\nDone.`],
    ["with other case and separators", '{"tool":"Rewrite-Symbol","target":"CALC.py::add","text":"x"}'],
    ["with line breaks", CHOICE.replaceAll(",", ",\n  ")],
    ["followed by another object", `${CHOICE}{"tool":"finish"}`],
  ] as const)
    test(what, () => expect(readChoice(text, LISTS)).toEqual(READ));

  test("braces and quotes inside strings do not count", () => {
    const text = 'a } b {"tool":"finish","target":"other","text":"say \\"}\\" and {"}';
    expect(readChoice(text, LISTS)).toEqual({
      ok: true,
      tool: "finish",
      target: "other",
      text: 'say "}" and {',
    });
  });

  test("a target that is not on the list is none; a missing text is empty", () => {
    expect(readChoice('{"tool":"finish","target":"nowhere.py"}', LISTS)).toEqual({
      ok: true,
      tool: "finish",
      target: null,
      text: "",
    });
  });

  for (const [what, text, says] of [
    ["no JSON", "I choose finish.", "That was no JSON object."],
    ["nothing", "", "That was no JSON object."],
    ["a list", '["finish"]', "That was no JSON object."],
    ["JSON that never closes", '{"tool":"finish"', "That was no JSON object."],
    [
      "an unknown tool",
      '{"tool":"shell","target":"other"}',
      'There is no tool "shell"; choose one of rewrite_symbol, finish.',
    ],
    ["no tool", '{"target":"other"}', "There is no tool undefined; choose one of"],
  ] as const)
    test(`refused: ${what}`, () =>
      expect(readChoice(text, LISTS)).toEqual({ ok: false, reason: expect.stringContaining(says) }));

  test("a name that means two entries means none", () => {
    const lists = { tools: ["a_b", "ab"], targets: ["other"] };
    expect(readChoice('{"tool":"A-B","target":"other"}', lists).ok).toBe(false);
    expect(readChoice('{"tool":"ab","target":"other"}', lists)).toMatchObject({ ok: true, tool: "ab" });
  });

  test("a complaint never quotes much of what was sent", () => {
    const read = readChoice(JSON.stringify({ tool: "x".repeat(5000), target: "other" }), LISTS);
    expect(read.ok ? "" : read.reason.length).toBeLessThan(200);
  });
});

describe("code", () => {
  const CODE = "def f():\n    return 1";
  for (const [what, text, code] of [
    ["in a fence", `\`\`\`python\n${CODE}\n\`\`\``, CODE],
    ["with prose around it", `Here:\n\n\`\`\`py\n${CODE}\n\`\`\`\n\nThat is all.`, CODE],
    ["with tildes and Windows line ends", `~~~\r\n${CODE.replace("\n", "\r\n")}\r\n~~~\r\n`, CODE],
    ["in an indented fence", `  \`\`\`python\n  ${CODE.replace("\n", "\n  ")}\n  \`\`\``, CODE],
    ["in a fence that is not closed", `\`\`\`python\n${CODE}`, CODE],
    ["twice the same", `\`\`\`\n${CODE}\n\`\`\`\nAgain:\n\`\`\`\n${CODE}\n\`\`\``, CODE],
    ["without any fence", `\n${CODE}\n\n`, CODE],
    [
      "a method without a fence keeps its indentation",
      "    def f(self):\n        return 1\n",
      "    def f(self):\n        return 1",
    ],
    ["a longer fence around a shorter one", "````md\n```\nx\n```\n````", "```\nx\n```"],
  ] as const)
    test(what, () => expect(readCode(text)).toEqual({ ok: true, code }));

  test("refused: two different blocks, an empty one, nothing", () => {
    expect(readCode("```\na\n```\n```\nb\n```")).toEqual({
      ok: false,
      reason: expect.stringContaining("2 code blocks"),
    });
    for (const text of ["", "  \n", "```python\n```"])
      expect(readCode(text)).toEqual({ ok: false, reason: expect.stringContaining("no code") });
  });
});

describe("fences inside fences", () => {
  const README = "# Title\n```sh\nls\n```\nmore";
  for (const [what, text, code] of [
    ["one with a language is part of the block", `\`\`\`markdown\n${README}\n\`\`\``, README],
    ["four around three", `\`\`\`\`\n# T\n\`\`\`\nls\n\`\`\`\n\`\`\`\``, "# T\n```\nls\n```"],
    ["a second closing one is nothing", "```python\nx = 1\n```\n```", "x = 1"],
  ] as const)
    test(what, () => expect(readCode(text)).toEqual({ ok: true, code }));

  test("a block that may have ended at its own line is refused", () => {
    expect(readCode('```python\nx = """\n```\n"""\n```')).toMatchObject({
      ok: false,
      reason: expect.stringContaining("put ```` around"),
    });
  });
});
