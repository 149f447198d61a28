/** The bench of the rungs: what counts as a valid call, and its command line against a scripted server. */
import { expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { complaint, fits, notAsked, outcomeOf } from "../../bench/rungs/outcome.ts";
import { SITUATIONS } from "../../bench/rungs/situations.ts";
import { parse } from "../../src/graph/syntax/parse.ts";
import { choiceSchema } from "../../src/model/schema.ts";
import type { ToolCall, TurnEvent } from "../../src/types.ts";
import { call } from "../harness/project.ts";
import { type Row, startServer } from "../harness/server.ts";

setDefaultTimeout(60_000);
const BENCH = join(import.meta.dir, "..", "..", "bench", "rungs.ts");
const symbols = { "calc.py": ["add"] };
const names = { symbols, checks: ["tests"] };

const rewrite: ToolCall = {
  tool: "rewrite_symbol",
  args: { path: "calc.py", symbol: "add", code: "def add(): pass" },
};
const response = (finish: "stop" | "length" | "loop" | "cut", generated = 5): TurnEvent => ({
  type: "response",
  n: 1,
  tokens: { prompt: 10, cached: 4, generated },
  finish,
  ms: 1,
});
const refusal: TurnEvent = {
  type: "result",
  result: { kind: "refusal", tool: "rewrite_symbol", reason: "" },
};
const text: TurnEvent = {
  type: "result",
  result: { kind: "text", tool: "find_and_read", text: "", targets: [] },
};

test("a call is right where its tool, its arguments and all names are", () => {
  expect(complaint(rewrite, names)).toBeNull();
  expect(complaint({ tool: "create_file", args: { path: "new.py", content: "x" } }, names)).toBeNull();
  expect(complaint({ tool: "run_check", args: { check: "tests" } }, names)).toBeNull();
  const wrong: ToolCall[] = [
    { tool: "rewrite", args: rewrite.args },
    { tool: "rewrite_symbol", args: { ...rewrite.args, code: 1 } },
    { tool: "rewrite_symbol", args: { ...rewrite.args, path: "other.py" } },
    { tool: "rewrite_symbol", args: { ...rewrite.args, symbol: "sub" } },
    { tool: "run_check", args: { check: "lint" } },
  ];
  expect(wrong.map((one) => complaint(one, names) !== null)).toEqual(wrong.map(() => true));
});

test("how a request ended is read from its events", () => {
  const called: TurnEvent = { type: "call", call: rewrite };
  const valid = outcomeOf([response("stop"), response("stop", 7), called, text], symbols);
  expect(valid).toMatchObject({ ending: "valid", landed: true, tool: "rewrite_symbol" });
  expect(valid.tokens).toEqual({ prompt: 20, cached: 8, generated: 12 });
  expect(outcomeOf([response("stop"), called, refusal], symbols)).toMatchObject({
    ending: "valid",
    landed: false,
  });
  const unknown: TurnEvent = { type: "call", call: { tool: "nothing", args: {} } };
  expect(outcomeOf([response("stop"), unknown, refusal], symbols).ending).toBe("refused");
  const elsewhere: TurnEvent = {
    type: "call",
    call: { ...rewrite, args: { ...rewrite.args, path: "b.py" } },
  };
  expect(outcomeOf([response("stop"), elsewhere, text], symbols)).toMatchObject({
    ending: "refused",
    landed: false,
  });
  expect(outcomeOf([response("stop")], symbols).ending).toBe("malformed");
  for (const finish of ["length", "loop", "cut"] as const)
    expect(outcomeOf([response("stop"), response(finish)], symbols).ending).toBe("cut");
  expect(outcomeOf([], symbols).ending).toBe("broken");
});

test("a rung was asked on where its requests carried what it is made of", () => {
  const none = { schema: 0, tools: 0, completions: 0 };
  const asked = [{ ...none, schema: 1 }, { ...none, tools: 1 }, none, { ...none, completions: 1 }];
  const rungs = ["schema", "native", "text", "plain"];
  const fit = rungs.map((rung) => asked.map((carried) => notAsked(rung, carried) === null));
  expect(fit).toEqual(rungs.map((_, a) => asked.map((__, b) => a === b)));
});

test("a choice fits its schema or does not", () => {
  const schema = choiceSchema([{ tools: ["finish"], targets: ["other"], needsText: false }]);
  expect(fits('{"tool":"finish","target":"other","text":""}', schema)).toBeTrue();
  const wrong = [
    '{"tool":"finish","target":"other"}',
    '{"tool":"finish","target":"else","text":""}',
    '{"tool":"finish","target":"other","text":"","more":1}',
    `{"tool":"finish","target":"other","text":"${"x".repeat(1000)}"}`,
    '{"tool":"finish"',
    "null",
  ];
  expect(wrong.filter((one) => fits(one, schema))).toEqual([]);
});

test("every situation has a function in a file that its task names", async () => {
  for (const { name, task, files } of SITUATIONS) {
    const named = Object.keys(files).filter((path) => task.includes(path));
    const parsed = await Promise.all(named.map((path) => parse(path, files[path] ?? "")));
    const functions = parsed
      .flatMap((one) => one?.symbols ?? [])
      .filter(({ kind }) => /function|method/.test(kind));
    expect({ name, functions: functions.length > 0 }).toEqual({ name, functions: true });
  }
  expect(new Set(SITUATIONS.map(({ name }) => name)).size).toBe(SITUATIONS.length);
});

async function bench(rows: Row[], ...args: string[]) {
  const server = await startServer({ models: ["tiny-it"] }, ...rows);
  const command = [process.execPath, BENCH, "--endpoint", server.endpoint, ...args];
  const child = Bun.spawn(command, { stdin: "ignore", stderr: "pipe" });
  const [stdout, stderr] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  const exit = await child.exited;
  await server.close();
  return { exit, stderr, last: stdout.trimEnd().split("\n").at(-1) ?? "" };
}

test("a right call, a choice that cannot be used, and a reply without end", async () => {
  const right = call("rewrite_symbol", "calc.py::add", { code: "def add(a, b):\n    return a + b" });
  const senseless = call("rewrite_symbol", "other");
  const endless: Row[] = [{ text: "It is wrong." }, { repeat: "x" }];
  const { exit, last, stderr } = await bench(
    [...right, ...senseless, ...endless],
    ...["--rung", "schema", "--requests", "3"],
  );
  expect({ exit, stderr: exit === 0 ? "" : stderr }).toEqual({ exit: 0, stderr: "" });
  expect(JSON.parse(last).rungs.schema).toMatchObject({
    requests: 3,
    valid: 1,
    landed: 1,
    malformed: 1,
    cut: 1,
    choices: { asked: 3, ended: 2, fit: 1 },
    calls: { rewrite_symbol: 1 },
  });
});

test("what is no command line, and no server, end with a sentence", async () => {
  expect(await bench([], "--rung", "best")).toMatchObject({ exit: 2, last: "" });
  expect(await bench([], "--requests", "none")).toMatchObject({ exit: 2 });
  const nobody = Bun.spawn([process.execPath, BENCH, "--endpoint", "http://127.0.0.1:9/v1"], {
    stderr: "pipe",
  });
  expect(await nobody.exited).toBe(5);
});
