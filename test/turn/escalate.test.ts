/** A step that everything local has failed goes to a stronger model: real binary, real servers, what is sent and what comes of it. */
import { expect, onTestFinished, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TurnEvent } from "../../src/types.ts";
import {
  eventsOf,
  type Files,
  messagesOf,
  type Project,
  project,
  type Ran,
  SLOW_MS,
  TASK,
} from "../harness/project.ts";
import { type Row, type ScriptedServer, type ServerOptions, startServer } from "../harness/server.ts";
import type { RecordedRequest } from "../harness/wire.ts";

setDefaultTimeout(SLOW_MS);

/** One function, so that there are no parts that the step could fall into; a check that is quick. */
const SOLO: Files = {
  "calc.py": "def add(a, b):\n    return a - b\n",
  "check.py": "from calc import add\n\nassert add(1, 2) == 3, f'{add(1, 2)} is not 3'\n",
};
const CHECK = "python3 check.py";
const ANSWER = "It subtracts.\n\ncalc.py\n```python\ndef add(a, b):\n    return a + b\n```\n";
const WRONG = "calc.py\n```python\ndef add(a, b):\n    return a * b\n```\n";
/** A local model whose replies cannot be used. */
const LOST: Row[] = Array<Row>(3).fill({ text: "I do not know." });
const KEY = "sk-ant-REAL-KEY-0123456789abcdef";

async function stronger(options: ServerOptions, ...rows: Row[]): Promise<ScriptedServer> {
  const server = await startServer(options, ...rows);
  onTestFinished(() => server.close());
  return server;
}

const anthropic = (...rows: Row[]) => stronger({ as: "anthropic" }, ...rows);

function configure(p: Project, escalation: object, more: object = {}): void {
  const folder = join(p.home, ".config", "smallcode");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "config.json"), JSON.stringify({ escalation, ...more }));
}

const model = (server: ScriptedServer, more: object = {}) => ({
  endpoint: server.url,
  model: "big",
  api: "anthropic",
  key: KEY,
  price: { in: 3, out: 15 },
  ...more,
});

const run = (p: Project, args: string[] = [], env: Record<string, string> = {}): Promise<Ran> =>
  p.run(["--json", "--rung", "text", "--check", CHECK, ...args, TASK], { env });

type Of<K extends TurnEvent["type"]> = Extract<TurnEvent, { type: K }>;
const allOf = <K extends TurnEvent["type"]>(ran: Ran, type: K): Of<K>[] =>
  eventsOf(ran.stdout).filter((event): event is Of<K> => event.type === type);
const endOf = (ran: Ran): Of<"end"> => allOf(ran, "end")[0] as Of<"end">;
const notices = (ran: Ran): string =>
  allOf(ran, "notice")
    .map(({ text }) => text)
    .join("\n");
/** Nothing came of it, and nothing is left of it. */
function expectUntouched(ran: Ran): void {
  expect(ran.exit).toBe(1);
  expect(ran.after).toEqual({ ...ran.after, ...ran.before });
}
const textIn = (request: RecordedRequest | undefined): string =>
  messagesOf(request)
    .map(({ content }) => content)
    .join("\n");

test("a reply that holds is a candidate like every other; the bytes of the event are the bytes sent", async () => {
  const p = await project(SOLO, LOST);
  const server = await anthropic({ text: ANSWER, usage: { prompt: 1000, cached: 0, generated: 100 } });
  configure(p, { mode: "always", ladder: [model(server)] });
  const ran = await run(p);
  expect(ran.exit).toBe(0);
  expect(p.text("calc.py")).toBe("def add(a, b):\n    return a + b\n");
  const [request] = server.completions();
  expect(request?.path).toBe("/v1/messages");
  expect(request?.headers["x-api-key"]).toBe(KEY);
  expect(request?.headers.authorization).toBeUndefined();
  const [event] = allOf(ran, "escalation");
  expect(event?.sent).toBe(request?.raw ?? "");
  expect(event).toMatchObject({ endpoint: server.url, model: "big", redacted: 0 });
  expect(request?.raw).not.toContain(KEY);
  expect(textIn(request)).toContain("def add(a, b):\n    return a - b");
  expect(textIn(request)).toContain("-1 is not 3");
  const { account, message } = endOf(ran);
  expect(message).toStartWith("Verified: ");
  expect(account).toMatchObject({ by: "escalation", requests: 4, candidates: 1 });
  expect(account.escalated).toMatchObject({ requests: 1, tokens: { generated: 100 } });
  expect(account.escalated?.cost).toBeCloseTo(
    (account.escalated?.tokens.prompt ?? 0) * 3e-6 + 100 * 15e-6,
    9,
  );
  expect(account.local).toBeCloseTo(12 / 112, 9);
});

test("nothing is ever sent without a section in the user's own file, whatever keys and addresses the environment holds", async () => {
  const server = await anthropic();
  const env = {
    ANTHROPIC_API_KEY: KEY,
    OPENAI_API_KEY: "sk-openai",
    ANTHROPIC_BASE_URL: server.url,
    ANTHROPIC_MODEL: "big",
  };
  const unset = await project(SOLO, LOST);
  expectUntouched(await run(unset, [], env));
  const off = await project(SOLO, [...LOST, ...LOST]);
  configure(off, { mode: "off", ladder: [model(server)] });
  const unasked = await run(off, [], env);
  expectUntouched(unasked);
  expect(allOf(unasked, "permission")).toEqual([]);
  configure(off, { mode: "always", ladder: [model(server)] });
  const waived = await run(off, ["--escalation=off"], env);
  expectUntouched(waived);
  expect(allOf(waived, "permission")).toEqual([]);
  const flagged = await project(SOLO);
  const refused = await run(flagged, ["--escalation=always"], env);
  expect(refused.exit).toBe(2);
  expect(refused.stderr).toContain('--escalation=always needs "escalation" with a "ladder"');
  const theirs = await project({ ...SOLO, "smallcode.json": '{ "escalation": { "mode": "always" } }' });
  const grabbed = await run(theirs, [], env);
  expect(grabbed.exit).toBe(2);
  expect(grabbed.stderr).toContain('sets "escalation", which a project\'s file may never do');
  expect(server.requests).toEqual([]);
});

test("where nobody can be asked, ask is a no in one sentence, with --yes too", async () => {
  const server = await anthropic();
  const p = await project(SOLO, [...LOST, ...LOST]);
  configure(p, { ladder: [model(server)] });
  for (const args of [[], ["--yes"]]) {
    const ran = await run(p, args);
    expectUntouched(ran);
    expect(notices(ran)).toContain(
      `Nothing was sent to "big" at ${server.url}: nobody can be asked here, and without being asked only --escalation=always sends.`,
    );
    expect(allOf(ran, "permission")).toMatchObject([
      { what: `ask big at ${server.url}`, granted: false, how: "nobody to ask" },
    ]);
  }
  expect(server.requests).toEqual([]);
});

test("what failed goes back once, behind the same bytes; then the next model of the ladder is asked, anew", async () => {
  const p = await project(SOLO, LOST);
  const first = await stronger({}, { text: WRONG }, { text: WRONG });
  const second = await anthropic({ text: ANSWER });
  const local = { endpoint: first.endpoint, model: "larger" };
  configure(p, { mode: "always", ladder: [local, model(second)], maxCalls: 3 });
  const ran = await run(p);
  expect(ran.exit).toBe(0);
  const [one, two] = first.completions();
  expect(two?.raw.startsWith((one?.raw ?? "").slice(0, -2))).toBeTrue();
  expect(textIn(two)).toContain("That was taken back:");
  expect(textIn(two)).toContain("2 is not 3");
  expect(one?.headers.authorization).toBeUndefined();
  const [last] = second.completions();
  expect(textIn(last)).toContain("Tried before, and taken back:\n- changes calc.py: ");
  expect(textIn(last)).not.toContain("return a * b");
  expect(endOf(ran).account.escalated?.requests).toBe(3);
});

test("a model on this machine that nobody is paid for counts as local", async () => {
  const p = await project(SOLO, LOST);
  const server = await stronger({ as: "ollama", window: 32_768 }, { text: ANSWER });
  configure(p, { mode: "always", ladder: [{ endpoint: server.endpoint, model: "scripted", api: "ollama" }] });
  const ran = await run(p);
  expect(ran.exit).toBe(0);
  expect(server.completions()[0]?.body).toMatchObject({ options: { num_ctx: 8192, num_predict: 4096 } });
  expect(endOf(ran).account).toMatchObject({ local: 1, escalated: { requests: 1, cost: 0 } });
});

test("each trouble is one sentence, nothing of it is run, and the turn goes on to its own end", async () => {
  const p = await project(SOLO, LOST);
  const refused = await anthropic({ status: 401, body: { type: "error", error: { message: `bad ${KEY}` } } });
  const cut = await anthropic({ text: ANSWER, finish: "length" });
  const wordy = await anthropic({ text: "I cannot help with that." }, { text: "Still not." });
  const ladder = [
    model(refused),
    { ...model(refused), key: undefined, keyFrom: "NOT_SET_HERE" },
    model(cut),
    model(wordy),
  ];
  configure(p, { mode: "always", ladder, maxCalls: 9 });
  const ran = await run(p);
  expectUntouched(ran);
  expect(notices(ran).split("\n").slice(-3)).toEqual([
    `${refused.url} refused the key for "big": correct "key" or "keyFrom" in "escalation" of your settings.`,
    `"big" at ${refused.url} is not asked: NOT_SET_HERE, which holds its key, is not set.`,
    `The reply of "big" at ${cut.url} was cut off after 4096 tokens and is not used; raise "maxTokens" of that model in "escalation".`,
  ]);
  expect(ran.stdout + ran.stderr).not.toContain(KEY);
  expect(allOf(ran, "verdict")).toEqual([]);
  expect(endOf(ran).message).toStartWith("The model's replies could not be used 3 times in a row");
});

test("caps are kept before a request is sent", async () => {
  const server = await anthropic({ text: WRONG });
  const p = await project(SOLO, [...LOST, ...LOST, ...LOST]);
  const ladder = [model(server)];
  configure(p, { mode: "always", ladder: [...ladder, ...ladder], maxCalls: 1 });
  const capped = await run(p);
  expectUntouched(capped);
  expect(notices(capped)).toContain(
    'No stronger model is asked any more: "escalation.maxCalls" is 1 for one task.',
  );
  expect(server.completions()).toHaveLength(1);
  configure(p, { mode: "always", ladder, maxTokens: 2000 });
  expect(notices(await run(p))).toContain(
    'more tokens would go over "escalation.maxTokens" (2000; 0 are spent).',
  );
  configure(p, { mode: "always", ladder, maxCost: 0.01 });
  expect(notices(await run(p))).toMatch(
    /up to 0\.06\d\d more would go over "escalation\.maxCost" \(0\.01; 0\.0000 is spent\)\./,
  );
  expect(server.completions()).toHaveLength(1);
});

test("secrets and the place of the project are left out; where the reply repeats one it is put back", async () => {
  const token = "ghp_abcdefghijklmnopqrstuvwxyz0123456789";
  const files: Files = {
    "calc.py": `TOKEN = "${token}"\n\n\ndef add(a, b, token="${token}"):\n    return a - b\n`,
    "check.py": `import os\nfrom calc import add, TOKEN\n\nassert add(1, 2) == 3, f"{TOKEN} in {os.getcwd()} with tiger-stripes-42"\n`,
    ".env": "API_TOKEN=never-ever-sent-1234\n",
  };
  const p = await project(files, LOST);
  p.write({ "calc.py": `${files["calc.py"]}HERE = "${p.root}/data"\n` });
  const reply = 'calc.py\n```python\ndef add(a, b, token="[redacted-1]"):\n    return a + b\n```\n';
  const server = await anthropic({ text: reply });
  configure(p, { mode: "always", ladder: [model(server)] });
  const ran = await run(p, [], { MY_SECRET: "tiger-stripes-42" });
  expect(ran.exit).toBe(0);
  expect(p.text("calc.py")).toBe(`${files["calc.py"]}HERE = "${p.root}/data"\n`.replace("a - b", "a + b"));
  const raw = server.completions()[0]?.raw ?? "";
  expect(raw).toMatch(/token=\\"\[redacted-\d\]\\"/);
  for (const secret of [token, token.slice(0, 12), "tiger-stripes-42", "never-ever", p.root, p.home])
    expect(raw).not.toContain(secret);
  expect(allOf(ran, "escalation")[0]?.redacted).toBe(3);
});

test("a secret never comes to stand in another file, and a mark that was not shown is no code", async () => {
  const token = "ghp_abcdefghijklmnopqrstuvwxyz0123456789";
  const p = await project(
    { ...SOLO, "calc.py": `TOKEN = "${token}"\n\n\ndef add(a, b):\n    return a - b\n` },
    LOST,
  );
  const stray = 'new.py\n```python\nSTOLEN = "[redacted-1]"\n```\n';
  const unknown = "calc.py\n```python\ndef add(a, b):\n    return a + b  # [redacted-7]\n```\n";
  const server = await anthropic({ text: stray }, { text: unknown });
  configure(p, { mode: "always", ladder: [model(server)] });
  const ran = await run(p);
  expectUntouched(ran);
  expect(allOf(ran, "verdict")).toEqual([]);
  expect(textIn(server.completions()[1])).toContain("[redacted-1] may stand only in the file where it stood");
});

test("the attempts of --max-attempts end the turn with a limit and what to try next", async () => {
  const wrong =
    '```call\n{"tool": "rewrite_symbol", "path": "calc.py", "symbol": "add"}\n```\n```python\ndef add(a, b):\n    return a * b\n```\n';
  const p = await project(SOLO, [{ text: wrong }]);
  const ran = await run(p, ["--max-attempts", "1"]);
  expect(ran.exit).toBe(6);
  expect(ran.after).toEqual({ ...ran.after, ...ran.before });
  expect(endOf(ran)).toMatchObject({
    outcome: "limit",
    message: "The one attempt of --max-attempts failed; give more, or a smaller task, or a larger model.",
    account: { candidates: 1, requests: 1 },
  });
});
