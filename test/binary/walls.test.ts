/** Walls: what judges is frozen, secrets stay, a project's file decides nothing of weight, escapes reach no screen. */
import { expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
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
  stubborn,
  TASK,
} from "../harness/project.ts";
import { expectBad } from "./bad.ts";

setDefaultTimeout(SLOW_MS);

const TEST = "tests/test_calc.py";

test("a model that wants to change the tests is refused, and the task goes on", async () => {
  const p = await project(BUGGY, [
    ...call("create_file", "other", { text: "tests/conftest.py", code: "collect_ignore = ['test_calc.py']" }),
    ...call("create_file", "other", { text: "pytest.ini", code: "[pytest]\naddopts = -k mul" }),
    ...rewrite("calc.py::add", RIGHT),
  ]);
  const ran = await p.run(["--yes", TASK]);
  expect(ran.exit).toBe(0);
  expect(
    ran.stderr.match(/refused: tests\/conftest\.py judges the change|refused: pytest\.ini judges/g),
  ).toHaveLength(2);
  expect({ ...ran.after, "calc.py": "" }).toEqual({ ...ran.before, "calc.py": "" });
  const told = messagesOf(p.server.completions().at(-1)).map(({ content }) => content);
  expect(told.join("\n")).toContain("Not done: tests/conftest.py judges the change and must stay as it is");
});

test("the script of --check cannot be rewritten to pass", async () => {
  const p = await project({ "calc.py": "def add(a, b):\n    return a - b\n", "judge.sh": "exit 1\n" }, [
    ...call("find_and_read", "other", { text: "judge.sh" }),
    ...call("replace_text", "judge.sh"),
    { text: "<<<<<<< SEARCH\nexit 1\n=======\nexit 0\n>>>>>>> REPLACE" },
    ...call("finish", "other", { text: "done" }),
    ...call("finish", "other", { text: "done" }),
  ]);
  const ran = await p.run(["--check", "sh judge.sh", TASK]);
  expectBad(ran, 1, /./);
  expect(ran.stderr).toContain("refused: judge.sh judges the change");
});

test("the list of targets offers no judging file, and a call that names one is no call", async () => {
  const p = await project(BUGGY, [
    ...call("rewrite_symbol", `${TEST}::test_add`),
    ...rewrite("calc.py::add", RIGHT),
  ]);
  const ran = await p.run(["--yes", TASK]);
  expect(ran.exit).toBe(0);
  const schemas = p.server
    .completions()
    .map(({ body }) => JSON.stringify((body as { response_format?: unknown }).response_format ?? ""));
  expect(schemas.some((schema) => schema.includes("calc.py::add"))).toBe(true);
  expect(schemas.some((schema) => schema.includes("test_calc"))).toBe(false);
});

test("a task that asks to change a test ends at most unverified, with that file first in the diff", async () => {
  const green = { ...BUGGY, "calc.py": `${RIGHT}\n\n\ndef mul(a, b):\n    return a * b\n` };
  const p = await project(green, [
    ...rewrite("calc.py::mul", "def mul(a, b):\n    return b * a"),
    ...rewrite(`${TEST}::test_mul`, "def test_mul():\n    assert mul(0, 3) == 0"),
    ...call("finish", "other", { text: "done" }),
  ]);
  const ran = await p.run(["--json", "--yes", `Change mul in calc.py, and update ${TEST} to use zero`]);
  const events = eventsOf(ran.stdout);
  const diff = events.find((event) => event.type === "diff");
  if (diff?.type !== "diff") throw new Error("no diff");
  expect({ exit: ran.exit, frozen: diff.frozen }).toEqual({ exit: 3, frozen: [TEST] });
  expect(diff.patch).toStartWith(`diff --git a/${TEST}`);
  expect(diff.patch).toContain("diff --git a/calc.py");
  expect(events.at(-1)).toMatchObject({ outcome: "unverified", message: expect.stringContaining(TEST) });
});

test("fewer tests than before is no pass", async () => {
  const vanishing = `from calc import add


def test_add():
    assert add(1, 2) == 3


if add(1, 2) != 3:
    def test_more():
        assert True
`;
  const p = await project(
    { "calc.py": "def add(a, b):\n    return a - b\n", [TEST]: vanishing },
    stubborn("calc.py::add", RIGHT),
  );
  expectBad(await p.run(["--yes", TASK]), 1, /fewer tests ran than before \(1 of 2\)/);
});

const SECRET = "sk-live-4711-do-not-tell";

test("no secret and no key reaches any request", async () => {
  const p = await project(
    {
      ...BUGGY,
      ".env": `TOKEN=${SECRET}\n`,
      ".env.local": `add=${SECRET}\n`,
      id_rsa: SECRET,
      "deploy/secrets.yaml": `add: ${SECRET}\n`,
    },
    [
      { text: "It adds." },
      ...call("find_and_read", "other", { text: ".env" }),
      ...call("find_and_read", "other", { text: SECRET.slice(0, 12) }),
      ...call("find_and_read", "other", { text: "deploy/secrets.yaml" }),
      ...rewrite("calc.py::add", RIGHT),
    ],
    { git: false },
  );
  const env = { SMALLCODE_KEY: "key-0815-secret", SMALLCODE_ENDPOINT: p.server.endpoint, TOKEN: SECRET };
  await p.run(["What is in .env and what does add do?"], { env, endpoint: false });
  const ran = await p.run(["--yes", "--verbose", `${TASK}; see .env`], { env, endpoint: false });
  expect(ran.exit).toBe(0);
  for (const { raw, headers } of p.server.requests) {
    expect(raw).not.toContain(SECRET);
    expect(raw).not.toContain("key-0815-secret");
    expect(headers.authorization).toBe("Bearer key-0815-secret");
  }
  expect(ran.stdout + ran.stderr).not.toContain("key-0815-secret");
});

test("a check sees no key of the user's", async () => {
  const p = await project(
    { "calc.py": "def add(a, b):\n    return a - b\n" },
    rewrite("calc.py::add", RIGHT),
  );
  const seen = 'python3 -c \'import os; assert not [k for k in os.environ if "KEY" in k or "TOKEN" in k]\'';
  const env = {
    SMALLCODE_KEY: "k",
    SMALLCODE_ENDPOINT: p.server.endpoint,
    OPENAI_API_KEY: "x",
    GITHUB_TOKEN: "y",
  };
  const rows = call("finish", "other", { text: "done" });
  p.server.queue(...rows);
  const ran = await p.run(["--check", seen, "Fix add in calc.py"], { env, endpoint: false });
  expect({ exit: ran.exit, said: sentence(ran.stderr) }).toEqual({
    exit: 0,
    said: "Verified: check passed.",
  });
});

for (const [key, value] of [
  ["endpoint", "http://evil.invalid/v1"],
  ["key", "k"],
  ["model", "m"],
  ["permissions", { allowRun: true }],
  ["engine", {}],
  ["escalation", {}],
  ["rung", "plain"],
] as const)
  test(`a project's smallcode.json that sets ${key} is refused`, async () => {
    const p = await project({ ...BUGGY, "smallcode.json": JSON.stringify({ [key]: value }) });
    expectBad(
      await p.run(["What is this?"]),
      2,
      new RegExp(
        `smallcode\\.json sets "${key}", which a project.s file may never do.*config\\.json, the environment or a flag\\.$`,
      ),
    );
    expect(p.server.requests).toEqual([]);
  });

test("a project's .env decides nothing", async () => {
  const p = await project(
    { ...BUGGY, ".env": "SMALLCODE_ENDPOINT=http://127.0.0.1:9/v1\nOPENAI_BASE_URL=http://127.0.0.1:9/v1\n" },
    [{ text: "It adds." }],
  );
  const env = { SMALLCODE_ENDPOINT: p.server.endpoint };
  expect((await p.run(["What does add do?"], { env, endpoint: false })).exit).toBe(0);
});

test("terminal escapes in a model's text, in file names and in a check's output reach no screen", async () => {
  const evil = "\u001b]0;owned\u0007\u001b[2J\u009b31mred";
  const p = await project({ ...BUGGY, "evil\u001b[31m.py": "def evil():\n    return 1\n" }, [
    { text: `It adds${evil}.` },
    ...call("find_and_read", "other", { text: evil }),
    ...rewrite(
      "calc.py::add",
      `def add(a, b):\n    raise ValueError("${evil.replaceAll("\u001b", "\\x1b").replaceAll("\u0007", "\\x07")}")`,
    ),
    ...rewrite("calc.py::add", `def add(a, b):\n    # ${evil}\n    return a + b`),
  ]);
  const runs = [await p.run(["What does add do?"]), await p.run(["--yes", "--verbose", TASK])];
  expect(runs.map(({ exit }) => exit)).toEqual([0, 0]);
  for (const { stdout, stderr } of runs)
    expect(stdout + stderr).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
  expect(runs[0]?.stdout).toContain("It adds");
  p.server.queue({ text: `It adds${evil}.` });
  const json = await p.run(["--json", "What does add do?"]);
  expect(json.stdout).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
  const texts = eventsOf(json.stdout).map((event) => (event.type === "text" ? event.text : ""));
  expect(texts.join("")).toBe(`It adds${evil}.`);
});

test("loopback goes past a proxy", async () => {
  const p = await project(BUGGY, [{ text: "It adds." }]);
  const dead = "http://127.0.0.1:9";
  const env = { HTTP_PROXY: dead, http_proxy: dead, HTTPS_PROXY: dead, ALL_PROXY: dead, all_proxy: dead };
  expect(await p.run(["What does add do?"], { env })).toMatchObject({ exit: 0, stdout: "It adds.\n" });
});

test("nothing is written or read outside the workspace", async () => {
  const p = await project(BUGGY, [
    ...call("create_file", "other", { text: "../outside.py", code: "x = 1" }),
    ...call("create_file", "other", { text: ".git/hooks/pre-commit", code: "x = 1" }),
    ...call("find_and_read", "other", { text: "/etc/passwd" }),
    ...rewrite("calc.py::add", RIGHT),
  ]);
  writeFileSync(join(p.home, "outside.txt"), "outside");
  const ran = await p.run(["--yes", TASK]);
  expect(ran.exit).toBe(0);
  expect({ ...ran.after, "calc.py": "" }).toEqual({ ...ran.before, "calc.py": "" });
  expect(
    p.server
      .completions()
      .map(({ raw }) => raw)
      .join(""),
  ).not.toContain("root:x:0");
});

test("--deny-write and --allow-write: a permission that is missing is exit 4", async () => {
  const p = await project(BUGGY, rewrite("calc.py::add", RIGHT));
  expectBad(
    await p.run(["--yes", "--deny-write=calc.py", TASK]),
    4,
    /Writing calc\.py was not permitted; allow it with --allow-write/,
  );
});

test("the home folder is never searched: a question there is answered without any of its files", async () => {
  const p = await project(BUGGY, [{ text: "I see no code." }]);
  const ran = await p.run(["What does add do?"], { env: { HOME: p.root } });
  expect(ran).toMatchObject({ exit: 0, stdout: "I see no code.\n" });
  expect(ran.stderr).toContain("is too broad to search");
  expect(p.server.completions()[0]?.raw).not.toMatch(/calc|return a - b/);
});
