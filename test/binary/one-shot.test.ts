/** One-shot, as a pipeline sees it: what is on stdout, what on stderr, and the exit code. */
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
import type { RecordedRequest } from "../harness/wire.ts";

setDefaultTimeout(SLOW_MS);

const promptOf = (request: RecordedRequest | undefined): string =>
  messagesOf(request)
    .map(({ content }) => content)
    .join("\n");

test("a question: the answer alone on stdout, nothing changed, exit 0", async () => {
  const p = await project(BUGGY, [{ text: "It subtracts,\nwhich is wrong." }]);
  const ran = await p.run(["What does add in calc.py do?"]);
  expect(ran).toMatchObject({ exit: 0, stdout: "It subtracts,\nwhich is wrong.\n" });
  expect(ran.after).toEqual(ran.before);
  expect(promptOf(p.server.completions()[0])).toContain("return a - b");
});

for (const git of [true, false])
  test(`a bug repaired ${git ? "with" : "without"} git: the diff on stdout, the file changed, the rest untouched`, async () => {
    const p = await project(BUGGY, rewrite("calc.py::add", RIGHT), { git });
    const ran = await p.run(["--yes", TASK]);
    expect({ exit: ran.exit, end: sentence(ran.stderr) }).toEqual({
      exit: 0,
      end: "Verified: All 2 tests pass.",
    });
    expect(ran.stdout).toStartWith("diff --git a/calc.py b/calc.py\n");
    expect(ran.stdout).toContain("\n-    return a - b\n+    return a + b\n");
    expect(ran.after).toEqual({
      ...ran.before,
      "calc.py": ran.before["calc.py"]?.replace("a - b", "a + b") ?? "",
    });
    const undone = await p.run(["undo"], { endpoint: false });
    expect(undone.exit).toBe(0);
    expect(undone.after).toEqual(ran.before);
  });

test("data on stdin reaches the prompt, in a question and in an edit", async () => {
  const p = await project(BUGGY, [{ text: "Line 7." }, ...rewrite("calc.py::add", RIGHT)]);
  const asked = await p.run(["What is wrong in this log?"], { stdin: "E-4711 at line 7\n" });
  expect(asked).toMatchObject({ exit: 0, stdout: "Line 7.\n" });
  const edited = await p.run(["--yes", TASK], { stdin: "E-4712 at line 8\n" });
  expect(edited.exit).toBe(0);
  const prompts = p.server.completions().map(promptOf);
  expect(prompts[0]).toContain("E-4711 at line 7");
  expect(prompts.slice(1).every((prompt) => prompt.includes("E-4712 at line 8"))).toBe(true);
});

test("`-` alone makes the data the task", async () => {
  const p = await project(BUGGY, [{ text: "It adds." }]);
  const ran = await p.run(["-"], { stdin: "What does add do?\n" });
  expect(ran).toMatchObject({ exit: 0, stdout: "It adds.\n" });
  expect(promptOf(p.server.completions()[0])).toContain("What does add do?");
});

test("a pipe that stays open and silent does not hold the turn up", async () => {
  const p = await project(BUGGY, [{ text: "It adds." }]);
  const ran = await p.run(["What does add do?"], { stdin: "open" });
  expect(ran).toMatchObject({ exit: 0, stdout: "It adds.\n" });
  expect(ran.stderr).toContain("stdin is open but sent nothing");
  expect(ran.ms).toBeLessThan(6000);
});

test("--json: every line is an event, the last one is the end with the exit code", async () => {
  const p = await project(BUGGY, [{ text: "It adds." }, ...rewrite("calc.py::add", RIGHT)]);
  const runs = [
    await p.run(["--json", "What does add do?"]),
    await p.run(["--json", "--yes", TASK]),
    await p.run(["--json", "--endpoint", "http://127.0.0.1:9/v1", "Why?"], { endpoint: false }),
  ];
  expect(runs.map(({ exit }) => exit)).toEqual([0, 0, 5]);
  for (const { stdout, exit } of runs) {
    const events = eventsOf(stdout);
    expect(events[0]).toMatchObject({ type: "start", v: 1 });
    expect(events.at(-1)).toMatchObject({ type: "end", exit });
    expect(events.filter(({ type }) => type === "end")).toHaveLength(1);
  }
  const kinds = eventsOf(runs[1]?.stdout ?? "").map(({ type }) => type);
  expect(kinds).toEqual(
    expect.arrayContaining([
      "model",
      "intent",
      "plan",
      "request",
      "response",
      "call",
      "result",
      "check_end",
      "diff",
    ]),
  );
});

test("--dry-run: verified, the diff shown, the tree left alone", async () => {
  const p = await project(BUGGY, rewrite("calc.py::add", RIGHT));
  const ran = await p.run(["--yes", "--dry-run", TASK]);
  expect(ran.exit).toBe(0);
  expect(ran.stdout).toContain("+    return a + b");
  expect(ran.stderr).toContain("put back 1 file");
  expect(sentence(ran.stderr)).toBe("Verified: All 2 tests pass. Nothing was kept (--dry-run).");
  expect(ran.after).toEqual(ran.before);
});

test("--show-prompt: exactly the first request, and nothing is sent", async () => {
  const p = await project(BUGGY, [{ text: "It adds." }, ...rewrite("calc.py::add", RIGHT)]);
  for (const args of [["What does add do?"], ["--yes", TASK]]) {
    const sent = p.server.completions().length;
    const shown = await p.run([...args, "--show-prompt"]);
    expect({ exit: shown.exit, sent: p.server.completions().length }).toEqual({ exit: 0, sent });
    expect(shown.after).toEqual(shown.before);
    expect((await p.run(args)).exit).toBe(0);
    const messages = messagesOf(p.server.completions()[sent]);
    expect(shown.stdout).toBe(messages.map(({ role, content }) => `[${role}]\n${content}\n`).join("\n"));
  }
});

for (const rung of ["native", "text"] as const)
  test(`--show-prompt on the ${rung} rung`, async () => {
    const p = await project(BUGGY, [{ status: 401, body: "" }]);
    const args = ["--rung", rung, "--yes", TASK];
    const shown = await p.run([...args, "--show-prompt"]);
    expect({ exit: shown.exit, sent: p.server.completions().length }).toEqual({ exit: 0, sent: 0 });
    await p.run(args);
    const [sent] = p.server.completions();
    const parts = messagesOf(sent).map(({ role, content }) => `[${role}]\n${content}\n`);
    const { tools = [] } = (sent?.body ?? {}) as { tools?: { function: object }[] };
    if (tools.length > 0)
      parts.push(`[tools]\n${tools.map((tool) => JSON.stringify(tool.function)).join("\n")}\n`);
    expect({ shown: shown.stdout, tools: tools.length > 0 }).toEqual({
      shown: parts.join("\n"),
      tools: rung === "native",
    });
    expect(shown.stdout).toContain("Likely targets: add in calc.py; mul in calc.py.\nChecks: pytest.");
  });

test("in a pipe without a permission no check runs: only syntax, exit 3", async () => {
  const p = await project(BUGGY, [
    ...rewrite("calc.py::add", "def add(a, b):\n    return (a + b"),
    ...rewrite("calc.py::add", RIGHT),
    ...call("finish", "other", { text: "done" }),
  ]);
  const ran = await p.run(["--json", TASK]);
  const events = eventsOf(ran.stdout);
  expect({ exit: ran.exit, text: p.text("calc.py") }).toMatchObject({
    exit: 3,
    text: expect.stringContaining("a + b"),
  });
  expect(events.filter(({ type }) => type === "check_start")).toEqual([]);
  expect(events.filter(({ type }) => type === "result")[0]).toMatchObject({ result: { kind: "refusal" } });
  expect(events).toContainEqual({
    type: "permission",
    what: expect.stringContaining("pytest"),
    granted: false,
    how: "nobody to ask",
  });
});

test("--check alone permits its own command, and it judges", async () => {
  const p = await project(BUGGY, rewrite("calc.py::add", RIGHT));
  const ran = await p.run(["--check", "python3 -c 'import calc; assert calc.add(1, 2) == 3'", TASK]);
  expect(ran.exit).toBe(0);
  expect(sentence(ran.stderr)).toBe("Verified: check passed.");
});

test("--no-check waives the proof: exit 0, labelled unverified", async () => {
  const p = await project(BUGGY, [
    ...rewrite("calc.py::add", RIGHT),
    ...call("finish", "other", { text: "done" }),
  ]);
  const ran = await p.run(["--no-check", TASK]);
  expect(ran.exit).toBe(0);
  expect(sentence(ran.stderr)).toContain("unverified");
  expect(p.text("calc.py")).toContain("a + b");
});

test("a file deleted, another moved: both in the diff, the mode kept, undo brings all back", async () => {
  const p = await project({ ...BUGGY, "unused.py": "x = 1\r\ny = 2\r\n" }, [
    ...call("delete_file", "unused.py"),
    ...call("move_file", "run.sh", { text: "bin/run.sh" }),
    ...call("finish", "other", { text: "done" }),
  ]);
  const ran = await p.run(["--no-check", "Delete unused.py and move run.sh into bin/"]);
  expect({ exit: ran.exit, refused: ran.stderr.match(/^refused.*/m) }).toEqual({ exit: 0, refused: null });
  const { "unused.py": unused, "run.sh": script, ...rest } = ran.before;
  expect(unused).toBeDefined();
  expect(ran.after).toEqual({ ...rest, "bin/": "755", "bin/run.sh": script ?? "" });
  expect(ran.stdout).toContain("--- a/unused.py\n+++ /dev/null\n");
  expect(ran.stdout).toContain("--- /dev/null\n+++ b/bin/run.sh\n");
  expect((await p.run(["undo"], { endpoint: false })).after).toEqual(ran.before);
});
