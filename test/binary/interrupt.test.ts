/** A turn that is stopped, and a user who works in the same files meanwhile. */
import { expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BUGGY, eventsOf, type Project, project, RIGHT, rewrite, SLOW_MS, TASK } from "../harness/project.ts";
import { expectBad } from "./bad.ts";

setDefaultTimeout(SLOW_MS);

/** Resolves once the project's file holds the text; throws after 15 s. */
async function holds(p: Project, path: string, text: string): Promise<void> {
  const end = performance.now() + 15_000;
  while (!p.text(path).includes(text)) {
    if (performance.now() > end) throw new Error(`${path} never held ${text}`);
    await Bun.sleep(10);
  }
}

const endless = { text: "It adds and adds and so on, at length. ".repeat(400), pace: 20 };

test("SIGINT during a reply: exit 130, the server is left, the tree as it was", async () => {
  const p = await project(BUGGY, [endless, ...rewrite("calc.py::add", RIGHT).slice(0, 2), endless]);
  for (const [args, requests] of [
    [["What does add do?"], 1],
    [["--yes", TASK], 4],
  ] as const) {
    const running = await p.start([...args]);
    await p.server.until(() => p.server.completions().length === requests, 10_000);
    await Bun.sleep(200);
    const asked = performance.now();
    running.signal("SIGINT");
    const ran = await running.done;
    expect(performance.now() - asked).toBeLessThan(3000);
    expectBad(ran, 130, /^Interrupted\.$/);
    expect(p.server.completions().at(-1)?.aborted).toBe(true);
  }
});

test("SIGTERM while a check runs on a candidate: exit 130, everything back, no process left", async () => {
  const slow = "def add(a, b):\n    import time\n    time.sleep(30)\n    return a + b";
  const p = await project(BUGGY, rewrite("calc.py::add", slow));
  const running = await p.start(["--yes", "--json", TASK]);
  await p.server.until(() => p.server.completions().length === 3, 10_000);
  await holds(p, "calc.py", "sleep");
  await Bun.sleep(600);
  running.signal("SIGTERM");
  const ran = await running.done;
  expect({ exit: ran.exit, same: ran.after }).toEqual({ exit: 130, same: ran.before });
  expect(eventsOf(ran.stdout).at(-1)).toMatchObject({ type: "end", outcome: "interrupted", exit: 130 });
  expect((await p.run(["undo"], { endpoint: false })).exit).not.toBe(0);
  expect(p.text("calc.py")).toContain("a - b");
});

test("--max-time ends a reply that streams on and on", async () => {
  const p = await project(BUGGY, [endless]);
  const ran = await p.run(["--max-time", "2s", "What does add do?"]);
  expectBad(ran, 6, /The time of --max-time is used up/);
  expect(ran.ms).toBeLessThan(5000);
});

test("a reader that leaves (| head): no noise", async () => {
  const p = await project(BUGGY, [{ text: "line\n".repeat(5000), chunk: 50, pace: 1 }]);
  const ran = await p.run(["What does add do?"], { through: ["sh", "-c", '"$@" | head -2', "sh"] });
  expect(ran.stdout).toBe("line\nline\n");
  expect(ran.stderr).not.toMatch(/EPIPE|this is a bug/);
  expect(ran.after).toEqual(ran.before);
});

const slowCheck = "sleep 1.5; python3 -c 'import calc; assert calc.add(1, 2) == 3'";

test("the user edits another file and the turn's file while the model replies: both edits stay", async () => {
  const theirs = `# mine\n${BUGGY["calc.py"]}`;
  const p = await project(BUGGY, [
    { text: "Thinking." },
    {
      reply: () => {
        p.write({ "calc.py": theirs, "notes.txt": "mine\n" });
        return { text: '{"tool":"rewrite_symbol","target":"calc.py::add","text":""}' };
      },
    },
    { text: `\`\`\`python\n${RIGHT}\n\`\`\`` },
  ]);
  const ran = await p.run(["--yes", TASK]);
  expect({ exit: ran.exit, notes: p.text("notes.txt") }).toEqual({ exit: 0, notes: "mine\n" });
  expect(p.text("calc.py")).toBe(theirs.replace("a - b", "a + b"));
});

test("the user edits a file that the turn has changed, and the turn fails: theirs stays", async () => {
  const p = await project({
    "calc.py": "def add(a, b):\n    return a - b\n\n\ndef mul(a, b):\n    return a + b\n",
    "tests/test_calc.py": BUGGY["tests/test_calc.py"] ?? "",
  });
  const theirs = "# mine alone\n";
  p.server.queue(...rewrite("calc.py::add", RIGHT), {
    reply: async () => {
      await Bun.sleep(100);
      p.write({ "calc.py": theirs });
      return { status: 401, body: {} };
    },
  });
  const ran = await p.run(["--yes", "Fix the failing tests"]);
  expect({ exit: ran.exit, text: p.text("calc.py") }).toEqual({ exit: 2, text: theirs });
  expect(ran.stderr).toContain("left where they are: calc.py");
});

/** Where a check can be confined, no change of the turn's own file in its time can be the check's. */
const confines = Bun.spawnSync(["unshare", "-m", "true"]).success;

test("the user edits the turn's file while its check runs: theirs stays, ours is kept", async () => {
  const theirs = "def add(a, b):\n    return 3  # mine\n";
  const p = await project(BUGGY, rewrite("calc.py::add", RIGHT));
  const running = await p.start(["--check", slowCheck, TASK]);
  await p.server.until(() => p.server.completions().length === 3, 10_000);
  await holds(p, "calc.py", "a + b");
  await Bun.sleep(700);
  writeFileSync(join(p.root, "calc.py"), theirs);
  const ran = await running.done;
  const kept = readdirSync(join(p.root, ".smallcode"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.startsWith("calc.py"))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));
  expect([p.text("calc.py"), ...kept]).toContain(theirs);
  if (!confines) return;
  expect({ exit: ran.exit, text: p.text("calc.py") }).toEqual({ exit: 1, text: theirs });
  expect(ran.stderr).toContain("calc.py was changed by somebody else while check ran: that stays");
  expect(kept.some((text) => text.includes("a + b"))).toBe(true);
});

test("two turns in one folder: the second is told who holds it", async () => {
  const p = await project(BUGGY, [{ hang: 30_000 }]);
  const first = await p.start(["--yes", TASK]);
  await p.server.until(() => p.server.completions().length === 1, 10_000);
  expectBad(
    await p.run(["--yes", TASK]),
    1,
    new RegExp(`Another smallcode \\(process ${first.pid}\\) is already at work`),
  );
  first.signal("SIGINT");
  expect((await first.done).exit).toBe(130);
});
