/** One call written as text: the form that is asked for, what is read beside it, and what goes on in the conversation. */
import { expect, test } from "bun:test";
import { estimateTokens } from "../../src/model/estimate.ts";
import { editHead } from "../../src/model/head.ts";
import { written } from "../../src/tools/call/text.ts";
import { getCall } from "../../src/tools/call.ts";
import { TOOLS } from "../../src/tools/index.ts";
import { answering, optionsFor, type Said } from "./answering.ts";

const CODE = "def add(a, b):\n    return a + b";
const JSON_CALL = '{"tool": "rewrite_symbol", "path": "calc.py", "symbol": "add"}';
const fence = (text: string, label = ""): string => `\`\`\`${label}\n${text}\n\`\`\``;
const PAIR = "<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE";
const ARGS = { path: "calc.py", symbol: "add", code: CODE };
const CALL = { tool: "rewrite_symbol", args: ARGS };

const one = (...replies: Said[]) => getCall("text", optionsFor(answering(...replies).ask));

for (const [what, text] of [
  ["in the form asked for", `It subtracts.\n\n${fence(JSON_CALL, "call")}\n${fence(CODE, "python")}`],
  [
    "with words around everything",
    `So:\n${fence(JSON_CALL, "call")}\nThe code:\n${fence(CODE)}\nThat is it.`,
  ],
  ["in a fence of JSON", `${fence(JSON_CALL, "json")}\n${fence(CODE, "python")}`],
  ["with the code in its own fence", fence(`${JSON_CALL}\n${CODE}`, "call")],
  ["with its fence not closed before the code's", `\`\`\`call\n${JSON_CALL}\n${fence(CODE, "python")}`],
  ["with the last fence open", `${fence(JSON_CALL, "call")}\n\`\`\`python\n${CODE}`],
  ["with the code in the JSON", fence(JSON.stringify({ tool: "rewrite_symbol", ...ARGS }), "call")],
  ["said twice", `${fence(JSON_CALL, "call")}\n${fence(CODE)}\n${fence(JSON_CALL, "call")}\n${fence(CODE)}`],
  ["over several lines", `${fence(JSON_CALL.replaceAll(", ", ",\n  "), "call")}\n${fence(CODE)}`],
  ["with line ends of Windows", `${fence(JSON_CALL, "call")}\n${fence(CODE)}`.replaceAll("\n", "\r\n")],
] as const)
  test(`a call ${what} is read, and goes on in the form asked for`, async () => {
    const result = await one(text);
    expect(result).toMatchObject({ kind: "call", call: CALL, answers: null });
    if (result.kind !== "call") return;
    const content = result.said.at(-1)?.content ?? "";
    expect(content).toEndWith(`${fence(JSON.stringify(JSON.parse(JSON_CALL)), "call")}\n${fence(CODE)}`);
    // What goes on is read as the same call.
    expect(await one(content)).toMatchObject({ kind: "call", call: CALL });
  });

test("a replacement follows as SEARCH and REPLACE", async () => {
  const json = '{"tool":"replace_text","path":"calc.py"}';
  const call = { tool: "replace_text", args: { path: "calc.py", old: "a\n", new: "b\n", lines: true } };
  for (const text of [`${fence(json, "call")}\n${PAIR}`, `${fence(json, "call")}\n${fence(PAIR)}`])
    expect(await one(text)).toMatchObject({ kind: "call", call });
  const two = { ...call, args: { ...call.args, more: [{ old: "c\n", new: "", lines: true }] } };
  expect(await one(written(two))).toMatchObject({ kind: "call", call: two });
  expect(written(call)).toBe(`${fence(json.replaceAll(/([:,])/g, "$1"), "call")}\n${PAIR}`);
});

test("several different calls: the first is made, the model is told; two versions of one are refused", async () => {
  const find = fence('{"tool":"find_and_read","query":"mul"}', "call");
  const rewrite = `${fence(JSON_CALL, "call")}\n${fence(CODE)}`;
  expect(await one(`${find}\n${rewrite}`)).toMatchObject({ call: { tool: "find_and_read" } });
  expect(await one(`${rewrite}\n${find}`)).toMatchObject({
    call: CALL,
    note: expect.stringContaining("Only the first of your 2 calls"),
  });
  expect(await one(`${rewrite}\n${fence(JSON_CALL, "call")}\n${fence("def add(): pass")}`)).toMatchObject({
    kind: "malformed",
  });
});

test("what is behind a call without code is never waited for", async () => {
  const { ask, sent } = answering(fence('{"tool":"run_check","check":"pytest"}', "call"));
  await getCall("text", optionsFor(ask));
  const until = sent[0]?.g.until ?? (() => null);
  const check = `Look.\n${fence('{"tool":"run_check","check":"pytest"}', "call")}`;
  expect(until(`${check}\nResult: all pass`, false)).toBe(check.length);
  expect(until(check.slice(0, -4), false)).toBeNull();
  // However large the pieces are, the end of the stream tells.
  const more = `${check}\n${"Result: all pass. ".repeat(30)}`;
  expect([until(more, false), until(more, true)]).toEqual([null, check.length]);
  expect(until(`${fence(JSON_CALL, "call")}\n`, false)).toBeNull();
});

test("a reply without a call, with a call without its code, with a broken call, or cut off is malformed", async () => {
  for (const reply of [
    "I would add them.",
    "",
    fence(CODE, "python"),
    fence(JSON_CALL, "call"),
    `${fence(JSON_CALL, "call")}\n${fence("a")}\n${fence("b")}`,
    `${fence('{"tool": "bash", "command": "ls"}', "call")}`,
    { text: `${fence(JSON_CALL, "call")}\n${fence(CODE)}`, finish: "length" as const },
  ])
    expect({ reply, kind: (await one(reply)).kind }).toEqual({ reply, kind: "malformed" });
  expect(await one("I would add them.")).toMatchObject({
    reason: expect.stringContaining("begins with ```call"),
  });
});

test("a reply that does not end is watched without getting slower and slower", async () => {
  const { ask, sent } = answering("");
  await getCall("text", optionsFor(ask));
  const until = sent[0]?.g.until ?? (() => null);
  const started = performance.now();
  for (let text = ""; text.length < 400_000; text += '```json\n{"a": ') until(text, false);
  expect(performance.now() - started).toBeLessThan(4000);
});

test("code with fences of its own goes on in a longer fence", async () => {
  const code = "# Use\n```sh\nmake\n```\nDone.";
  const call = { tool: "create_file", args: { path: "README.md", content: code } };
  expect(written(call)).toContain(`\`\`\`\`\n${code}\n\`\`\`\``);
  expect(await one(written(call))).toMatchObject({ kind: "call", call });
});

test("the head shows each tool with its fields, and is at most 700 tokens", () => {
  const { role, content } = editHead("text", TOOLS);
  expect(role).toBe("system");
  for (const { name } of TOOLS) expect(content.split(`- ${name} (`)).toHaveLength(2);
  console.log(`text head: ${estimateTokens(content)} tokens`);
  expect(estimateTokens(content)).toBeLessThanOrEqual(700);
});
