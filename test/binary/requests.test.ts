/** The requests of a turn: they form a tree whose prefixes stay, they are small, and what could not be read leaves no trace. */
import { expect, setDefaultTimeout, test } from "bun:test";
import { estimateTokens } from "../../src/model/estimate.ts";
import { BUGGY, call, messagesOf, project, RIGHT, rewrite, SLOW_MS, TASK } from "../harness/project.ts";
import type { RecordedRequest } from "../harness/wire.ts";

setDefaultTimeout(SLOW_MS);

/** The messages as one text, each with its role, so that "begins with" means the messages and their bytes. */
const textOf = (request: RecordedRequest): string =>
  messagesOf(request)
    .map(({ role, content }) => `<${role}>${content}</>`)
    .join("");

test("several calls: every request begins with all messages of an earlier one, and the head never changes", async () => {
  const p = await project(BUGGY, [
    ...call("find_and_read", "other", { text: "mul" }),
    ...call("run_check", "check:pytest"),
    ...rewrite("calc.py::add", "def add(a, b):\n    return a * b"),
    ...rewrite("calc.py::add", RIGHT),
  ]);
  const ran = await p.run(["--yes", TASK]);
  expect(ran.exit).toBe(0);
  const sent = p.server.completions();
  expect(sent).toHaveLength(10);
  const texts = sent.map(textOf);
  for (const [index, text] of texts.entries()) {
    if (index === 0) continue;
    const parents = texts.slice(0, index).filter((earlier) => text.startsWith(earlier) && text !== earlier);
    expect({ index, parents: parents.length > 0 }).toEqual({ index, parents: true });
  }
  expect(new Set(sent.map((request) => messagesOf(request)[0]?.content)).size).toBe(1);
});

test("further samples of a call are asked for with the same bytes but for temperature and seed", async () => {
  const wrong = (n: number): string => `def add(a, b):\n    return a * b + ${n}`;
  const fenced = (code: string) => ({ text: `\`\`\`python\n${code}\n\`\`\`` });
  const p = await project(BUGGY, [
    ...rewrite("calc.py::add", wrong(0)),
    ...rewrite("calc.py::add", wrong(7)),
    fenced(wrong(8)),
    fenced(RIGHT),
  ]);
  const ran = await p.run(["--yes", TASK]);
  expect(ran.exit).toBe(0);
  expect(ran.stderr).toContain("by sampling");
  const last = p.server.completions().slice(-3);
  expect(new Set(last.map(textOf)).size).toBe(1);
  const drawn = last.map(({ body }) => body as { temperature: number; seed?: number });
  expect(drawn.map(({ temperature }) => temperature)).toEqual([0.2, 0.5, 0.6]);
  expect(new Set(drawn.map(({ seed }) => seed)).size).toBe(3);
});

test("a reply that could not be read leaves no trace; what was wrong stands at the end of the message asked again", async () => {
  const p = await project(BUGGY, [
    { text: "Thought." },
    { text: "no object at all, XYZZY1" },
    { text: "Thought." },
    { text: '{"tool":"XYZZY2","target":"other","text":""}' },
    ...rewrite("calc.py::add", "def add(a, b):\n    return a * b"),
    ...rewrite("calc.py::add", "").slice(0, 2),
    { text: `Either of these:\n\`\`\`python\n${RIGHT}\n\`\`\`\n\`\`\`python\nXYZZY3\n\`\`\`` },
    ...rewrite("calc.py::add", RIGHT),
  ]);
  const ran = await p.run(["--yes", TASK]);
  expect(ran.exit).toBe(0);
  const sent = p.server.completions();
  expect(
    sent.map(({ raw }) => raw).filter((raw) => raw.includes("XYZZY1") || raw.includes("XYZZY3")),
  ).toEqual([]);
  const last = (n: number): string => messagesOf(sent[n]).at(-1)?.content ?? "";
  const bare = last(0).replace(/\n\nThink\.$/, "");
  expect(last(2)).toBe(`${bare}\n\nNote: ${/Note: (.*)\n/.exec(last(2))?.[1]}\n\nThink.`);
  expect(last(2)).toContain("That was no JSON object.");
  expect(last(4)).toStartWith(`${bare}\n\nNote: There is no tool "XYZZY2"; choose one of rewrite_symbol`);
  expect(last(4)).not.toContain("That was no JSON object.");
  // The third one belongs to the second call: what stands before it stays as it was.
  expect(messagesOf(sent[10]).slice(0, -1)).toEqual(messagesOf(sent[7]).slice(0, -1));
  expect(last(10)).toContain("There were 2 code blocks; send exactly one");
});

test("a one-file bug: the head at most 700 tokens, the whole at most 1,200 and the code that is shown", async () => {
  const p = await project(BUGGY, rewrite("calc.py::add", RIGHT));
  expect((await p.run(["--yes", TASK])).exit).toBe(0);
  const [head, opening] = messagesOf(p.server.completions()[0]).map(({ content }) => content);
  const code = /Code:\n([\s\S]*)\n\nThink\.$/.exec(opening ?? "")?.[1] ?? "";
  expect(code).toContain("return a - b");
  const tokens = {
    head: estimateTokens(head ?? ""),
    whole: estimateTokens(head ?? "") + estimateTokens(opening ?? ""),
    code: estimateTokens(code),
  };
  console.log(`first request: ${JSON.stringify(tokens)}`);
  expect(tokens.head).toBeLessThanOrEqual(700);
  expect(tokens.whole - tokens.code).toBeLessThanOrEqual(1200);
});

test("a large task still fits: data, a long file and many failures leave room for the reply", async () => {
  const body = Array.from({ length: 400 }, (_, n) => `    if a == ${n}: return ${n} - b\n`).join("");
  const tests = Array.from(
    { length: 60 },
    (_, n) => `def test_add_${n}():\n    assert add(${n}, 1) == ${n + 1}\n`,
  ).join("\n");
  const p = await project(
    {
      "calc.py": `def add(a, b):\n${body}    return a - b\n`,
      "tests/test_calc.py": `from calc import add\n\n${tests}`,
    },
    [
      { text: "It adds." },
      { text: "Too long." },
      ...call("finish", "other").slice(1),
      { text: "x" },
      ...call("finish", "other").slice(1),
    ],
    { routes: { "/props": { default_generation_settings: { n_ctx: 4096 } } } },
  );
  await p.run(["What does add do?"], { stdin: "E-4711 at line 8\n".repeat(4000) });
  const env = { SMALLCODE_MECHANISMS: '{"direct":false,"decomposition":false}' };
  await p.run(["--yes", TASK], { stdin: "E-4711 at line 8\n".repeat(4000), env });
  for (const request of p.server.completions()) {
    const { max_tokens } = request.body as { max_tokens: number };
    expect(estimateTokens(textOf(request)) + max_tokens).toBeLessThanOrEqual(4096);
  }
});
