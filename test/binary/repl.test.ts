/** A conversation as a person has it: the real binary on a pseudo-terminal, with the scripted server. */
import { expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import {
  BUGGY,
  messagesOf,
  type Project,
  project,
  RIGHT,
  rewrite,
  SLOW_MS,
  TASK,
  treeOf,
} from "../harness/project.ts";
import { PROMPT, talk } from "../harness/terminal.ts";

setDefaultTimeout(SLOW_MS);

const BUG = BUGGY["calc.py"] as string;

const promptsOf = (p: Project): string[] =>
  p.server.completions().map((request) =>
    messagesOf(request)
      .map(({ content }) => content)
      .join("\n"),
  );

test("two turns: the second knows the task, the diff and the verdict of the first", async () => {
  const p = await project(BUGGY, [...rewrite("calc.py::add", RIGHT), { text: "It subtracted." }]);
  const t = await talk(p, []);
  t.type(`${TASK}\r`);
  await t.see("Run python");
  t.type("\x1b[B\x1b[B\r");
  await t.see("+    return a + b");
  await t.see("Verified: All 2 tests pass.");
  await t.see(PROMPT);
  t.type("Why was it red?\r");
  await t.see("It subtracted.");
  await t.see(PROMPT);
  expect(await t.leave()).toBe(0);
  const prompts = promptsOf(p);
  expect(prompts[0]).not.toContain("Earlier in this conversation");
  const last = prompts.at(-1) ?? "";
  expect(last).toContain(`Earlier in this conversation, newest first:\n- Task: ${TASK}\n`);
  expect(last).toContain("Ended: Verified: All 2 tests pass.");
  // It goes on from the first: the code stands there, and nothing is read again.
  expect(last.startsWith(prompts.at(-2) ?? "-")).toBeTrue();
  expect(last).toContain("Code: add of calc.py stands above, as it now is.");
  expect(last.indexOf("Earlier in")).toBeGreaterThan(last.indexOf("return a + b"));
  expect(t.shown()).not.toContain("\x1b[?1049h");
});

test("a pasted trace is one message and reaches the model whole, with typed words as the task", async () => {
  const p = await project(BUGGY, [{ text: "A trace." }, { text: "Two lines." }]);
  const t = await talk(p, []);
  t.type("What is this? \x1b[200~Traceback:\r  line two\r\r  E   assert 7\r\x1b[201~");
  await t.see("What is this? [paste 1: 4 lines]");
  t.type("\r");
  await t.see("A trace.");
  await t.see(PROMPT);
  t.type("\x1b[200~What does add do?\nWhat does mul do?\x1b[201~");
  t.type("\r");
  await t.see("Two lines.");
  await t.see(PROMPT);
  t.type("/quit\r");
  expect(await t.ended()).toBe(0);
  const prompts = promptsOf(p);
  expect(prompts).toHaveLength(2);
  expect(prompts[0]).toContain("Data:\n```\nTraceback:\n  line two\n\n  E   assert 7\n```");
  expect(prompts[1]).toContain("Question: What does add do?\nWhat does mul do?");
});

test("Ctrl-C stops the turn and the server's work, puts the files back, and the talk goes on", async () => {
  const [thought, choice, code] = rewrite("calc.py::add", "def add(a, b):\n    return b - a");
  if (!thought || !choice || !code) throw new Error("three replies");
  const p = await project(BUGGY, [
    thought,
    choice,
    code,
    { hang: 60_000, ping: 100 },
    { text: "Still here." },
  ]);
  const before = treeOf(p.root);
  const t = await talk(p, ["--yes"]);
  t.type(`${TASK}\r`);
  await p.server.until(() => p.server.completions().length === 4, 20_000);
  t.type("\x03");
  await t.see("Interrupted.");
  await p.server.until((requests) => requests.at(-1)?.aborted === true);
  await t.see(PROMPT);
  expect(treeOf(p.root)).toEqual(before);
  t.type("What does add do?\r");
  await t.see("Still here.");
  await t.see(PROMPT);
  t.type("\x03");
  await t.see("Ctrl-C again to leave.");
  t.type("\x03");
  expect(await t.ended()).toBe(0);
});

test("Ctrl-C twice in a turn leaves; typed words go with the first", async () => {
  const p = await project(BUGGY, [{ hang: 60_000, ping: 100 }]);
  const t = await talk(p, ["--yes"]);
  t.type("half a task\x03");
  await t.see(PROMPT);
  t.type("What does add do?\r");
  await p.server.until(() => p.server.completions().length === 1, 20_000);
  t.type("\x03\x03");
  expect(await t.ended()).toBe(130);
  expect(promptsOf(p)[0]).not.toContain("half a task");
});

test("/diff, /undo, /redo, /clear, /context, and a mistyped one", async () => {
  const p = await project(BUGGY, [...rewrite("calc.py::add", RIGHT), { text: "Nothing." }]);
  const t = await talk(p, ["--yes"]);
  t.type("/diff\r");
  await t.see("Nothing was changed yet");
  t.type(`${TASK}\r`);
  await t.see("Verified:");
  await t.see(PROMPT);
  t.type("/di\t\r");
  await t.see("+    return a + b");
  t.type("/undo\r");
  await t.see("Taken back: calc.py");
  expect(p.text("calc.py")).toBe(BUG);
  t.type("/diff\r");
  await t.see("It was taken back");
  t.type("/redo\r");
  await t.see("Brought back: calc.py");
  expect(p.text("calc.py")).not.toBe(BUG);
  t.type("/contxt\r");
  await t.see("did you mean /context?");
  t.type("/context\r");
  await t.see("earlier tasks  1, about");
  await t.see("so far         3 requests");
  t.type("/clear\r");
  await t.see("without the earlier ones");
  t.type("What was it?\r");
  await t.see("Nothing.");
  await t.see(PROMPT);
  t.type("/quit\r");
  expect(await t.ended()).toBe(0);
  expect(promptsOf(p).at(-1)).not.toContain("Earlier in this conversation");
});

test("undo that and … instead: taken back by itself, and the earlier task in its new way", async () => {
  const loop = "def add(a, b):\n    for _ in range(b):\n        a += 1\n    return a";
  const p = await project(BUGGY, [...rewrite("calc.py::add", RIGHT), ...rewrite("calc.py::add", loop)]);
  const t = await talk(p, ["--yes"]);
  t.type(`${TASK}\r`);
  await t.see("Verified:");
  await t.see(PROMPT);
  t.type("undo that and make it a loop instead\r");
  await t.see("Taken back: calc.py");
  await t.see("1 passed, 1 failed");
  await t.see("Verified:");
  await t.see(PROMPT);
  expect(p.text("calc.py")).toContain("for _ in");
  t.type("undo\r");
  await t.see("Taken back: calc.py");
  expect(p.text("calc.py")).toBe(BUG);
  t.type("exit\r");
  expect(await t.ended()).toBe(0);
  const second = promptsOf(p)[3] ?? "";
  expect(second).toContain(`Task: ${TASK}\nBut this time: make it a loop instead\n`);
  expect(second).toContain("The user then took that change back.");
  expect(second).toContain("    return a - b");
});

test("Ctrl-Z in a turn gives the terminal back, and the turn goes on afterwards", async () => {
  const p = await project(BUGGY, [{ text: "A slow answer.", pace: 150 }]);
  const t = await talk(p, []);
  t.type("What is add?\r");
  await t.see("A slow");
  t.type("\x1a");
  await t.see("answer.");
  await t.see(PROMPT);
  // The process leads its session, so that nobody could continue it: it is not stopped.
  expect(t.shown()).toMatch(/\x1b\[\?2004h[\s\S]*A slow[\s\S]*\x1b\[\?2004l[\s\S]*\x1b\[\?2004h/);
  expect(await t.leave()).toBe(0);
});

test("/model lists the server's models and goes on with the chosen one", async () => {
  const p = await project(BUGGY, [{ text: "First." }, { text: "Second." }], { models: ["one", "two"] });
  const t = await talk(p, []);
  t.type("What is one?\r");
  await t.see("First.");
  await t.see(PROMPT);
  t.type("/model\r");
  await t.see("two");
  t.type("\x1b[B\r");
  await t.see("From now on: two.");
  t.type("/model three\r");
  await t.see("three");
  await t.see(PROMPT);
  t.type("What is two?\r");
  await t.see("Second.");
  await t.see(PROMPT);
  expect(await t.leave()).toBe(0);
  expect(p.server.completions().map(({ body }) => (body as { model: string }).model)).toEqual(["one", "two"]);
});

test("what is typed during a turn waits for the next prompt", async () => {
  const p = await project(BUGGY, [{ text: "A slow answer.", pace: 150 }, { text: "And the next." }]);
  const t = await talk(p, []);
  t.type("What is add?\r");
  await t.see("A slow");
  t.type("What is mul?\r");
  await t.see("And the next.");
  await t.see(PROMPT);
  expect(await t.leave()).toBe(0);
});

test("a server that takes its time: seconds on one line, gone before the answer; never in a pipe", async () => {
  const slow = { hang: 1800, next: { text: "At last." } };
  const p = await project(BUGGY, [slow, slow]);
  const t = await talk(p, []);
  t.type("What is add?\r");
  await t.see("tokens, 1 s");
  await t.see("At last.");
  expect(t.shown()).toMatch(/tokens, 1 s\x1b\[22m\r\x1b\[2KAt last\.|\r\x1b\[2KAt las/);
  await t.see(PROMPT);
  await t.leave();
  const piped = await p.run(["What is add?"]);
  expect(`${piped.stdout}${piped.stderr}`).not.toMatch(/tokens, \d s|[\r\x1b]/);
});

test("NO_COLOR: no colours", async () => {
  const p = await project(BUGGY, rewrite("calc.py::add", RIGHT));
  const t = await talk(p, [], { NO_COLOR: "1" });
  t.type(`${TASK}\r`);
  await t.see("Run python");
  t.type("\x1b[B\r");
  await t.see("Verified:");
  await t.see(PROMPT);
  expect(await t.leave()).toBe(0);
  expect(t.shown()).not.toMatch(/\x1b\[(3|4|9|10)\d(;\d+)*m/);
});

test("TERM=dumb: not one escape code, questions and pastes in plain lines", async () => {
  const p = await project(BUGGY, [...rewrite("calc.py::add", RIGHT), { text: "A trace." }]);
  const t = await talk(p, [], { TERM: "dumb" });
  t.type(`${TASK}\n`);
  await t.see("a (yes, and trust this folder): ");
  t.type("y\n");
  await t.see("Verified:");
  await t.see(PROMPT);
  t.type("What is this?\nline one\nline two\n");
  await t.see("A trace.");
  await t.see(PROMPT);
  t.type("/model\n");
  await t.see("Choose with /model NAME.");
  await t.see(PROMPT);
  expect(await t.leave()).toBe(0);
  expect(t.shown()).not.toContain("\x1b");
  expect(promptsOf(p).at(-1)).toContain("Question: What is this?\nline one\nline two");
});

test("TERM=dumb: Ctrl-C stops a turn, and twice leaves", async () => {
  const p = await project(BUGGY, [{ hang: 60_000, ping: 100 }]);
  const t = await talk(p, [], { TERM: "dumb" });
  t.type("What is add?\n");
  await p.server.until(() => p.server.completions().length === 1, 20_000);
  t.type("\x03");
  await t.see("Interrupted.");
  await t.see(PROMPT);
  t.type("\x03");
  await t.see("again to leave");
  await t.see(PROMPT);
  t.type("\x03");
  expect(await t.ended()).toBe(0);
});

test("the history outlives the program, and is the user's alone", async () => {
  const p = await project(BUGGY, [{ text: "First." }, { text: "Again." }]);
  const first = await talk(p, []);
  first.type("What is add?\r");
  await first.see("First.");
  await first.see(PROMPT);
  await first.leave();
  expect(statSync(join(p.home, ".local/state/smallcode/history")).mode & 0o777).toBe(0o600);
  const second = await talk(p, []);
  second.type("\x1b[A");
  await second.see("What is add?");
  second.type("\r");
  await second.see("Again.");
  await second.see(PROMPT);
  expect(await second.leave()).toBe(0);
});

test("Ctrl-C after a question was answered: keys are still edited, nothing is echoed twice", async () => {
  const p = await project(BUGGY, [{ hang: 60_000, ping: 100 }, { text: "It adds." }]);
  const t = await talk(p, []);
  t.type(`${TASK}\r`);
  await t.see("Run python");
  t.type("\x1b[B\r");
  await p.server.until(() => p.server.completions().length === 1, 20_000);
  t.type("\x03");
  await t.see("Interrupted.");
  await t.see(PROMPT);
  t.type("What is ad?\x1b[D");
  t.type("d\r");
  await t.see("It adds.");
  await t.see(PROMPT);
  expect(await t.leave()).toBe(0);
  expect(promptsOf(p).at(-1)).toContain("Question: What is add?");
  expect(t.shown()).not.toContain("^[[D");
});

test("Ctrl-C at a question stops the turn that asked it", async () => {
  const p = await project(BUGGY, []);
  const t = await talk(p, []);
  t.type(`${TASK}\r`);
  await t.see("Run python");
  t.type("\x03");
  await t.see("Interrupted.");
  await t.see(PROMPT);
  expect(await t.leave()).toBe(0);
});

test("a terminal that goes away ends the talk, and a running turn is taken back", async () => {
  const p = await project(BUGGY, [{ hang: 60_000, ping: 100 }]);
  const t = await talk(p, []);
  t.type("What is add?\r");
  await p.server.until(() => p.server.completions().length === 1, 20_000);
  t.hangUp();
  expect(await t.ended()).toBe(130);
  await p.server.until((requests) => requests.at(-1)?.aborted === true);
});

test("leaving before any task leaves nothing behind but the code graph", async () => {
  const p = await project(BUGGY, [], { models: ["one"] });
  const t = await talk(p, []);
  expect(t.shown()).toContain("one at http");
  t.type("/context\r");
  await t.see("last request   none yet");
  expect(await t.leave()).toBe(0);
  expect(readdirSync(join(p.root, ".smallcode")).sort()).toEqual([".gitignore", "graph"]);
});

test("no model: a sentence, and the next message looks again", async () => {
  const p = await project(BUGGY, [{ text: "It adds." }], { models: ["one"] });
  const t = await talk(p, ["--model", "two"]);
  t.type("What is add?\r");
  await t.see("two");
  await t.see("0 requests");
  await t.see(PROMPT);
  t.type("/model one\r");
  await t.see("From now on: one.");
  t.type("What is add?\r");
  await t.see("It adds.");
  await t.see(PROMPT);
  expect(await t.leave()).toBe(0);
});

test("without a terminal there is nobody to talk to: a usage error", async () => {
  const p = await project(BUGGY, []);
  for (const [args, stdin] of [
    [[], null],
    [[], "Fix it\n"],
    [["--json"], null],
  ] as const) {
    const ran = await p.run([...args], { stdin });
    expect(ran).toMatchObject({ exit: 2, stdout: "" });
    expect(ran.stderr).toContain("There is no task");
  }
});
