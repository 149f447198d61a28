/** A model's server at its worst, against the real binary: in a question and in an edit. */
import { expect, setDefaultTimeout, test } from "bun:test";
import {
  BUGGY,
  call,
  eventsOf,
  messagesOf,
  project,
  RIGHT,
  rewrite,
  SLOW_MS,
  sentence,
  TASK,
} from "../harness/project.ts";
import type { Row } from "../harness/server.ts";
import { expectBad } from "./bad.ts";

setDefaultTimeout(SLOW_MS);

const KEY = "sk-secret-0123456789abcdef";
const QUESTION = "What does add in calc.py do?";

interface Fault {
  name: string;
  row: Row;
  exit: number;
  says: RegExp;
  /** How often the row is asked for: in a question, and in an edit. */
  times?: [number, number];
}

const ONCE: [number, number] = [1, 1];

const OVERFLOW = {
  error: {
    code: 400,
    type: "exceed_context_size_error",
    message: "the request exceeds the available context size (512 tokens)",
  },
};

const FAULTS: Fault[] = [
  {
    name: "dies before the first byte",
    row: { dieAfter: 0 },
    exit: 5,
    says: /closed the connection without a reply/,
    times: [3, 3],
  },
  {
    name: "dies mid-reply",
    row: { dieAfter: 300 },
    exit: 5,
    says: /broke off before it was complete; its own log may say why\.$/,
    times: [1, 3],
  },
  {
    name: "answers HTML",
    row: { html: "<!doctype html><title>Login</title>" },
    exit: 5,
    says: /answered with a web page/,
  },
  {
    name: "answers HTML with a 404",
    row: { status: 404, body: "<html>nginx</html>" },
    exit: 5,
    says: /has no OpenAI-compatible API \(404\)/,
  },
  {
    name: "an error inside HTTP 200",
    row: { errorIn200: { message: "CUDA is out of memory" } },
    exit: 5,
    says: /reported an error: CUDA is out of memory/,
  },
  {
    name: "an error inside the stream",
    row: { errorInStream: { message: "slot is gone" }, after: "It " },
    exit: 5,
    says: /reported an error: slot is gone/,
  },
  {
    name: "401",
    row: { status: 401, body: { error: { message: `bad key ${KEY}` } } },
    exit: 2,
    says: /refused the key \(401\): set SMALLCODE_KEY/,
  },
  { name: "403", row: { status: 403, body: {} }, exit: 2, says: /refused the key \(403\)/ },
  {
    name: "404, the model is missing",
    row: {
      status: 404,
      body: { error: { message: "The model `x` does not exist", code: "model_not_found" } },
    },
    exit: 5,
    says: /does not have "scripted": it has scripted; choose one with --model NAME/,
  },
  {
    name: "429",
    row: { status: 429, body: { error: { message: "slow down" } } },
    exit: 5,
    says: /limits how often it may be asked \(429: slow down\)/,
    times: [3, 3],
  },
  {
    name: "500",
    row: { status: 500, body: { error: { message: "boom" } } },
    exit: 5,
    says: /failed \(500\): boom/,
    times: [3, 3],
  },
  {
    name: "a context overflow",
    row: { status: 400, body: OVERFLOW },
    exit: 1,
    says: /does not fit the context window of "scripted".*\(512 tokens\): load the model with a larger window/,
  },
  { name: "garbage bytes", row: { garbage: true }, exit: 5, says: /is it an OpenAI-compatible server\?/ },
  {
    name: "20 MB in one line",
    row: { oneLine: 20 * 1024 * 1024 },
    exit: 5,
    says: /is it an OpenAI-compatible server\?/,
  },
  { name: "no text at all", row: { text: "" }, exit: 1, says: /answered nothing/, times: [1, 0] },
];

for (const { name, row, exit, says, times = ONCE } of FAULTS)
  test(`the server: ${name}`, async () => {
    const p = await project(BUGGY, Array<Row>(times[0] + times[1]).fill(row));
    const env = { SMALLCODE_ENDPOINT: p.server.endpoint, SMALLCODE_KEY: KEY };
    const runs = [await p.run([QUESTION], { env, endpoint: false })];
    if (times[1] > 0) runs.push(await p.run(["--no-check", TASK], { env, endpoint: false }));
    for (const ran of runs) {
      expectBad(ran, exit, says);
      expect(ran.stderr + ran.stdout).not.toContain(KEY);
    }
  });

test("a reply that repeats itself for ever is stopped while it streams", async () => {
  const loop: Row = { repeat: "and so on and so on, " };
  const p = await project(BUGGY, Array<Row>(1 + 12).fill(loop));
  expectBad(
    await p.run([QUESTION]),
    1,
    /repeated itself without end and was stopped\. Ask in other words, or try a larger model\./,
  );
  expectBad(
    await p.run(["--yes", "--rung", "schema", TASK]),
    1,
    /could not be used 3 times in a row; .*repeated itself/,
  );
  expect(p.server.completions().every(({ aborted }) => aborted)).toBe(true);
});

test("a reply cut off by the token limit never runs", async () => {
  const cut: Row = { text: "```python\ndef add(a, b):\n    return a + b\n", finish: "length" };
  const calls = (target: string): Row[] => {
    const one = [...call("rewrite_symbol", target), cut];
    return [...one, ...one, ...one];
  };
  const rows = [...calls("calc.py::add"), ...calls("calc.py::mul")];
  const p = await project(BUGGY, [{ text: "It is", finish: "length" }, ...rows]);
  const asked = await p.run([QUESTION]);
  expectBad(asked, 6, /The answer was cut off by the limit on its length/);
  expect(asked.stdout).toBe("It is\n");
  const ran = await p.run(["--yes", "--rung", "schema", TASK]);
  expectBad(ran, 1, /could not be used 3 times in a row; the last time: Your reply was cut off/);
  expect(ran.stderr).not.toContain("verdict");
});

test("a connection that broke once is no reason to give up, and leaves no trace in the prompts", async () => {
  const rows = rewrite("calc.py::add", RIGHT);
  const p = await project(BUGGY, [{ dieAfter: 20 }, ...rows.slice(0, 1), { dieAfter: 20 }, ...rows]);
  const ran = await p.run(["--yes", TASK]);
  expect({ exit: ran.exit, said: sentence(ran.stderr) }).toEqual({
    exit: 0,
    said: "Verified: All 2 tests pass.",
  });
  const first = p.server.completions().map((request) => JSON.stringify(messagesOf(request).slice(0, 2)));
  expect(new Set(first).size).toBe(1);
});

test("a window that is smaller than the server told: the opening is sent again, shorter", async () => {
  const many = Array.from({ length: 300 }, (_, n) => `def spare_${n}(a):\n    return a + ${n}\n`).join(
    "\n\n",
  );
  const p = await project({ ...BUGGY, "spare.py": many }, [
    { status: 400, body: { error: { message: OVERFLOW.error.message.replace("512", "2200") } } },
    { text: "It adds." },
  ]);
  const ran = await p.run(["What does spare_7 do, and where is add?"]);
  expect(ran).toMatchObject({ exit: 0, stdout: "It adds.\n" });
  const [first = 0, second = 0] = p.server.completions().map(({ raw }) => raw.length);
  expect(second).toBeLessThan(first * 0.7);
});

test("a server that hangs: --max-time ends the turn, and the server is left", async () => {
  const runs = [[QUESTION], ["--yes", TASK]].map(async (task) => {
    const p = await project(BUGGY, [{ hang: 20_000 }]);
    const ran = await p.run(["--max-time", "2s", ...task]);
    expectBad(ran, 6, /The time of --max-time is used up/);
    expect(ran.ms).toBeLessThan(6000);
    await p.server.until((all) => all.at(-1)?.aborted === true);
  });
  await Promise.all(runs);
});

test("a server that only pings and one that hangs before it tells its models", async () => {
  const pinging = await project(BUGGY, [{ hang: 20_000, ping: 100 }]);
  const mute = await project(BUGGY, [], { routes: { "/v1/models": () => new Promise(() => undefined) } });
  const [a, b] = await Promise.all([
    pinging.run(["--max-time", "2s", QUESTION]),
    mute.run(["--max-time", "2s", QUESTION]),
  ]);
  expectBad(a, 6, /The time of --max-time is used up/);
  expectBad(b, 6, /The time of --max-time is used up/);
});

test("a list of models that is none", async () => {
  for (const [models, exit, says] of [
    ["<html>hello</html>", 5, /./],
    [{ object: "list", data: [] }, 5, /model/],
    [[1, 2, 3], 5, /./],
  ] as const) {
    const p = await project(BUGGY, [], { routes: { "/v1/models": models } });
    expectBad(await p.run([QUESTION]), exit, says);
  }
});

test("--model names one that is not there", async () => {
  const p = await project(BUGGY, [], { models: ["alpha", "beta"] });
  expectBad(
    await p.run(["--model", "gamma", QUESTION]),
    5,
    /does not have "gamma": it has alpha, beta; choose one/,
  );
});

test("--max-tokens is a limit of the whole turn", async () => {
  const p = await project(BUGGY, call("find_and_read", "other", { text: "add" }));
  const ran = await p.run(["--yes", "--max-tokens", "15", TASK]);
  expectBad(ran, 6, /The tokens of --max-tokens are used up/);
  const limits = p.server.completions().map(({ body }) => (body as { max_tokens: number }).max_tokens);
  expect(limits.every((limit) => limit <= 15)).toBe(true);
});

test("a model that never makes a call that helps: the attempts end", async () => {
  const same = call("find_and_read", "other", { text: "add" });
  const p = await project(BUGGY, [...same, ...same, ...same, ...same]);
  const ran = await p.run(["--json", "--yes", TASK]);
  expect(ran.exit).toBe(1);
  expect(eventsOf(ran.stdout).at(-1)).toMatchObject({
    outcome: "failed",
    message: expect.stringContaining("repeats the same call"),
  });
  expect(ran.after).toEqual(ran.before);
});
