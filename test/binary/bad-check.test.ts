/** Code that a model wrote runs in the checks, and does its worst there: nothing of it reaches beyond the check. */
import { expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  BUGGY,
  call,
  eventsOf,
  type Files,
  project,
  RIGHT,
  rewrite,
  SLOW_MS,
  sentence,
  stubborn,
  TASK,
  verdictsIn,
} from "../harness/project.ts";
import type { Row } from "../harness/server.ts";
import { expectBad } from "./bad.ts";

setDefaultTimeout(SLOW_MS);

/** One symbol and one test, so that a step that failed cannot be split. */
const ONE: Files = {
  "calc.py": "def add(a, b):\n    return a - b\n",
  "tests/test_calc.py": "from calc import add\n\n\ndef test_add():\n    assert add(1, 2) == 3\n",
  "data/table.csv": "a,b\n1,2\n",
  "run.sh": ["#!/bin/sh\nexit 0\n", 0o750],
};

/** The body of `add`, run by the test. */
const code = (...lines: string[]): string =>
  ["def add(a, b):", ...lines.map((line) => `    ${line}`), "    return 0"].join("\n");

const EVIL: { name: string; lines: string[]; says: RegExp }[] = [
  { name: "hangs", lines: ["while True: pass"], says: /did not end within/ },
  {
    name: "sleeps with every signal ignored",
    lines: [
      "import signal, time",
      "for n in (1, 2, 3, 15): signal.signal(n, signal.SIG_IGN)",
      "time.sleep(1000)",
    ],
    says: /did not end within/,
  },
  {
    name: "forks without end",
    lines: ["import os", "while True: os.fork()"],
    says: /processes|memory|temporarily unavailable|did not end/,
  },
  {
    name: "fills the memory",
    lines: ["kept = []", "while True: kept.append(b'x' * (64 << 20))"],
    says: /memory|did not end/i,
  },
  {
    name: "fills one file",
    lines: ["with open('filler', 'wb') as f:", "    while True: f.write(b'x' * (1 << 20))"],
    says: /one file|disk|File too large|space|did not end/i,
  },
  {
    name: "fills the disk with many files",
    lines: ["for n in range(10 ** 9):", "    with open(f'filler{n}', 'wb') as f: f.write(b'x' * (32 << 20))"],
    says: /disk|space|did not end/i,
  },
  {
    name: "prints without end",
    lines: ["import os", "while True: os.write(1, b'x' * 65536)"],
    says: /output|did not end/,
  },
  { name: "deletes ..", lines: ["import shutil", "shutil.rmtree('..', ignore_errors=True)"], says: /./ },
  {
    name: "deletes the tree and git's folder",
    lines: ["import subprocess", "subprocess.run('chmod -R 700 . ; rm -rf .git * .smallcode', shell=True)"],
    says: /./,
  },
  {
    name: "rewrites the test and itself",
    lines: [
      "open('tests/test_calc.py', 'w').write('def test_add(): pass')",
      "open('calc.py', 'w').write('evil')",
    ],
    says: /./,
  },
];

for (const { name, lines, says } of EVIL)
  test(`a check ${name}`, async () => {
    const p = await project(ONE, stubborn("calc.py::add", code(...lines)));
    writeFileSync(join(p.home, "precious"), "mine");
    const ran = await p.run(["--yes", "--check-time", "2s", TASK]);
    expectBad(ran, 1, says);
    expect(verdictsIn(ran.stderr)).toHaveLength(1);
    expect(existsSync(join(p.home, "precious"))).toBe(true);
  });

test("a check moves files about: all are back, and what it left new stays and is listed", async () => {
  const lines = [
    "import os",
    "os.rename('data', 'atad')",
    "os.symlink('/etc/passwd', 'data')",
    "os.chmod('run.sh', 0o777)",
  ];
  const p = await project(ONE, stubborn("calc.py::add", code(...lines)));
  const ran = await p.run(["--yes", TASK]);
  expect(ran.exit).toBe(1);
  const { "atad/": _, "atad/table.csv": moved, ...after } = ran.after;
  expect(after).toEqual(ran.before);
  expect(moved).toBe(ran.before["data/table.csv"]);
  expect(ran.stderr).toContain("left where they are: atad/table.csv");
});

test("a file that a refused candidate's code has made goes with it", async () => {
  const p = await project(ONE, stubborn("calc.py::add", code("open('made.json', 'w').write('{}')")));
  const ran = await p.run(["--yes", TASK]);
  expect(ran.exit).toBe(1);
  expect(ran.after).toEqual(ran.before);
});

test("after one evil candidate the right one is still found, and nothing of the evil stays", async () => {
  const evil = code("import shutil", "shutil.rmtree('..', ignore_errors=True)");
  const p = await project(BUGGY, [...rewrite("calc.py::add", evil), ...rewrite("calc.py::add", RIGHT)]);
  const ran = await p.run(["--yes", TASK]);
  expect({ exit: ran.exit, said: sentence(ran.stderr) }).toEqual({
    exit: 0,
    said: "Verified: All 2 tests pass.",
  });
  expect({ ...ran.after, "calc.py": "" }).toEqual({ ...ran.before, "calc.py": "" });
});

test("no process outlives its check", async () => {
  const daemon = [
    "import os, time",
    "if os.fork() == 0:",
    "    os.setsid()",
    "    if os.fork() == 0:",
    "        time.sleep(4)",
    "        open('late', 'w').write('x')",
    "        os._exit(0)",
    "    os._exit(0)",
  ];
  const p = await project(ONE, stubborn("calc.py::add", code(...daemon)));
  expectBad(await p.run(["--yes", TASK]), 1, /./);
  await Bun.sleep(4500);
  expect(existsSync(join(p.root, "late"))).toBe(false);
});

async function hangingCandidates(): Promise<void> {
  const p = await project(
    ONE,
    stubborn("calc.py::add", code("while True: pass"), code("while True: continue")),
  );
  const ran = await p.run(["--yes", "--json", TASK]);
  expectBad({ ...ran, stderr: ran.stdout }, 1, /did not end within/);
  const times = eventsOf(ran.stdout).flatMap((event) =>
    event.type === "check_end" && event.report.status === "timeout" ? [event.report.ms] : [],
  );
  expect(times).toHaveLength(2);
  // Half the time, but no less than five times what the check takes by itself, which may be a second on a busy machine.
  expect(times[1]).toBeLessThan((times[0] ?? 0) * 0.95);
}

async function maxTime(files: Files, args: string[], rows: Row[]): Promise<void> {
  const p = await project(files, rows);
  const ran = await p.run([...args, "--max-time", "4s", "Fix calc.py"]);
  expectBad(ran, 6, /The time of --max-time is used up/);
  expect(ran.ms).toBeLessThan(9000);
}

async function checkTime(): Promise<void> {
  const p = await project({ "calc.py": ONE["calc.py"] ?? "" }, stubborn("calc.py::add", code("a = 2")));
  const ran = await p.run(["--check", "sleep 1000", "--check-time", "1s", "Fix calc.py"]);
  expectBad(ran, 1, /did not end within 1(\.\d)? s/);
}

test("limits of time: without flags a hang gets less and less; --max-time before and after a change; --check-time", async () => {
  await Promise.all([
    hangingCandidates(),
    maxTime(ONE, ["--check", "sleep 1000"], rewrite("calc.py::add", RIGHT)),
    maxTime(ONE, ["--yes"], rewrite("calc.py::add", code("while True: pass"))),
    checkTime(),
  ]);
});

test("a check that cannot be started proves nothing: exit 3", async () => {
  const p = await project(ONE, [
    ...rewrite("calc.py::add", RIGHT),
    ...call("finish", "other", { text: "done" }),
  ]);
  const ran = await p.run(["--check", "no-such-command-here", "Fix calc.py"]);
  expect({ exit: ran.exit, said: sentence(ran.stderr) }).toMatchObject({
    exit: 3,
    said: expect.stringMatching(/unverified.*no-such-command-here/),
  });
});
