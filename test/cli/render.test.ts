/** What a user sees of a turn, word for word. */
import { expect, test } from "bun:test";
import { join } from "node:path";
import { jsonRenderer, plainRenderer } from "../../src/cli/render.ts";
import { TurnEvent } from "../../src/types.ts";
import { EDIT, QUESTION } from "./events.ts";

/** A sink that keeps what it was given. */
function kept(): { pieces: string[]; write(text: string): void } {
  const pieces: string[] = [];
  return { pieces, write: (text) => void pieces.push(text) };
}

function show(events: TurnEvent[], options: { verbose?: boolean; color?: boolean } = {}) {
  const { verbose = false, color = false } = options;
  const [stdout, stderr] = [kept(), kept()];
  const listener = plainRenderer({ stdout, stderr, color: { stdout: color, stderr: color }, verbose });
  for (const event of events) listener(event);
  return { out: stdout.pieces.join(""), err: stderr.pieces.join("") };
}

const DIFF = `--- a/a.py
+++ b/a.py
@@ -1,2 +1,2 @@
 def pop():
-  return 1
+  return 2
`;

test("the events are events, and every kind is among them", () => {
  for (const event of [...EDIT, ...QUESTION]) expect(TurnEvent.parse(event)).toEqual(event);
  const kinds = TurnEvent.options.map((option) => option.shape.type.value).sort();
  expect([...new Set(EDIT.map(({ type }) => type))].sort()).toEqual(kinds);
});

test("an edit: the diff on stdout, progress on stderr", () => {
  const { out, err } = show(EDIT);
  expect(out).toBe(DIFF);
  expect(err).toBe(`gemma-3 at http://localhost:8080/v1 (schema, window 8,192)
an edit: the task says fix
plan: fix pop
pytest before the change: failed (3 passed, 1 failed) in 1.2 s: test_pop: assert 1 == 2
thought for 0.0 s (12 tokens)
thinking aloud
> rewrite_symbol path=a.py symbol=Stack.pop code=(3 lines)
refused: No such symbol.
  after feedback: verified: 4 tests pass, 1 more than before
split (2 tests):
asking larger at http://127.0.0.1:9/v1 (2 characters, without 1 secret)
permitted: pytest -q (--yes)
warning: stdin was empty
this changes what judges it: test_a .py
put back 1 file
left where they are: new.txt
Fixed Stack.pop in a.py.
by feedback, 12 s, 2 requests, 3 candidates, tokens 500 new, 1,000 cached, 210 generated, 100% local
`);
});

test("verbose adds what was sent, what came and what was run", () => {
  const extra = show(EDIT, { verbose: true }).err.split("\n");
  const usual = show(EDIT).err.split("\n");
  expect(extra.filter((line) => !usual.includes(line))).toEqual([
    "session s1, version 0.1.0, /w",
    "request 1 (rewrite): 900 tokens",
    "$ pytest -q",
    "is pop wrong? 🙂",
    "response 1: 900 read (0 cached), 60 generated, node, 2.0 s",
    "candidate: a.py: Stack.pop",
    "1 def pop():",
    "pytest: passed (4 passed, 0 failed) in 1.2 s",
    "suspects: a.py:2",
    "context starts anew: sub-task",
  ]);
});

const steps = (...intents: string[]): TurnEvent => ({
  type: "plan",
  steps: intents.map((intent, at) => ({ id: `${at + 1}`, intent, targets: [], check: null })),
});

test("a plan: what all steps share once, the lines of a step as sentences", () => {
  expect(show([steps("fix it\nThe tests belong into a.py.")]).err).toBe(
    "plan: fix it. The tests belong into a.py.\n",
  );
  expect(show([steps("fix it\nOnly a.py now:\nits calls", "fix it\nOnly b.py now.")]).err).toBe(
    "plan: fix it\n  1. Only a.py now: its calls\n  2. Only b.py now.\n",
  );
  expect(show([steps("fix a", "fix b\nin b.py")]).err).toBe("plan:\n  1. fix a\n  2. fix b. in b.py\n");
});

test("a reply is told by what it changes; checks that run without a change later are details", () => {
  const [check] = EDIT.filter(({ type }) => type === "check_end");
  if (check?.type !== "check_end") throw new Error("There is a check.");
  const candidate = {
    changes: [{ path: "a.py", text: "", base: null }],
    origin: "model",
    summary: "makes a.py",
  };
  const events = TurnEvent.array().parse([
    check,
    { type: "call", call: { tool: "write_code", args: { text: "a\nb", files: ["a.py", "b.py"] } } },
    { type: "result", result: { kind: "candidate", tool: "write_code", candidate } },
    check,
  ]);
  const before = "pytest before the change: failed (3 passed, 1 failed) in 1.2 s: test_pop: assert 1 == 2\n";
  expect(show(events).err).toBe(`${before}> makes a.py\n`);
  expect(show(events, { verbose: true }).err).toBe(
    `${before}> write_code text=(2 lines) files=["a.py","b.py"]\ncandidate: makes a.py\n${before}`,
  );
});

test("nothing put back is no line", () => {
  expect(show([{ type: "restored", files: [], left: ["a.py"] }]).err).toBe("left where they are: a.py\n");
});

test("a question: the answer alone on stdout, whole lines", () => {
  const { out, err } = show(QUESTION);
  expect(out).toBe("It takes the last 🙂 one.\n");
  expect(err).toStartWith(
    "gemma-3 at http://localhost:8080/v1 (schema, window 8,192)\na question: the task is a question\n",
  );
  expect(err).toEndWith(
    "Answered.\n12 s, 2 requests, 3 candidates, tokens 500 new, 1,000 cached, 210 generated, 100% local\n",
  );
});

test("colours are ours alone", () => {
  const { out, err } = show(EDIT, { color: true });
  expect(out).toBe(
    "\x1b[1m--- a/a.py\x1b[22m\n\x1b[1m+++ b/a.py\x1b[22m\n\x1b[36m@@ -1,2 +1,2 @@\x1b[39m\n def pop():\n\x1b[31m-  return 1\x1b[39m\n\x1b[32m+  return 2\x1b[39m\n",
  );
  expect(err).toContain("\x1b[32mverified\x1b[39m");
  expect(out + err).not.toContain("\x1b[2J");
});

test("JSON: one event a line with its version, whole and harmless", () => {
  const stdout = kept();
  const listener = jsonRenderer({ stdout });
  for (const event of EDIT) listener(event);
  const out = stdout.pieces.join("");
  const lines = out.trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line))).toEqual(EDIT.map((event) => ({ v: 1, ...event })));
  expect(lines.filter((line) => !line.startsWith('{"v":1,"type":"'))).toEqual([]);
  expect(out).not.toMatch(/[\0-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
});

/** A process that writes until its output is gone, then once more; `redirect` is where its stdout goes. */
async function writer(redirect: string): Promise<{ out: string; err: string }> {
  const module = join(import.meta.dir, "../../src/cli/render.ts");
  const program = `import { quietSink } from ${JSON.stringify(module)};
    const gone = [];
    const sink = quietSink(process.stdout, (problem) => gone.push(problem));
    for (let i = 0; gone.length === 0 && i < 1000; i++) { sink.write("x".repeat(70000) + "\\n"); await Bun.sleep(1); }
    sink.write("after"); await Bun.sleep(5);
    process.stderr.write(JSON.stringify(gone));`;
  const line = `"${process.execPath}" -e '${program}' ${redirect}`;
  const child = Bun.spawn(["sh", "-c", line], { stdout: "pipe", stderr: "pipe" });
  const [out, err] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { out, err };
}

test("a reader that goes away ends the writing quietly", async () => {
  expect(await writer("| head -c 3")).toEqual({ out: "xxx", err: "[null]" });
});

test.skipIf(process.platform !== "linux")("a full disk under stdout is one sentence", async () => {
  const { err } = await writer("> /dev/full");
  expect(JSON.parse(err)).toEqual([expect.stringMatching(/^The output cannot be written: ENOSPC.*\.$/)]);
});

test("what a stronger model did, what it cost, and what stayed local", () => {
  const end = EDIT.at(-1);
  if (end?.type !== "end") throw new Error("The last event is the end.");
  const tokens = { prompt: 900, cached: 0, generated: 80 };
  const line = (account: object): string =>
    show([{ ...end, account: { ...end.account, ...account } }])
      .err.trimEnd()
      .split("\n")
      .at(-1) ?? "";
  expect(
    line({ by: "escalation", local: 0.929, escalated: { requests: 1, tokens, cost: 0.0031 } }),
  ).toEndWith(", 210 generated, 1 request to a stronger model, 92% local, 0.0031 spent");
  expect(line({ by: "graph", local: 0.999, escalated: { requests: 2, tokens, cost: null } })).toMatch(
    /^by the code graph, .*, 2 requests to a stronger model, 99% local$/,
  );
  const sent: TurnEvent = { type: "escalation", endpoint: "http://a", model: "b", sent: "{}", redacted: 2 };
  expect(show([sent]).err).toBe("asking b at http://a (2 characters, without 2 secrets)\n");
});
