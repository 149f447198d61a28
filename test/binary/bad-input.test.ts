/** Bad input that a person, a folder or a disk gives: each ends in one sentence and leaves everything as it was. */
import { expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, closeSync, ftruncateSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import {
  BUGGY,
  binary,
  eventsOf,
  project,
  RIGHT,
  rewrite,
  SLOW_MS,
  sentence,
  TASK,
} from "../harness/project.ts";
import { expectBad } from "./bad.ts";

setDefaultTimeout(SLOW_MS);

test("an unknown flag", async () => {
  const p = await project(BUGGY);
  expectBad(
    await p.run(["--chek", "true", TASK]),
    2,
    /^smallcode: Unknown flag "--chek": did you mean --check\?/,
  );
});

for (const [what, args, stdin] of [
  ["no argument", [], null],
  ["an empty argument", [""], null],
  ["spaces", ["  "], null],
  ["an empty file behind -", ["-"], ""],
  ["only line ends behind -", ["-"], "\n\n"],
] as const)
  test(`an empty task: ${what}`, async () => {
    const p = await project(BUGGY);
    expectBad(await p.run([...args], { stdin }), 2, /^smallcode: There is no task: say what to do/);
    expect(p.server.requests).toEqual([]);
  });

test("a folder that is missing, and one that is a file", async () => {
  const p = await project(BUGGY);
  expectBad(await p.run(["--cwd", "nowhere", TASK]), 2, /The folder .*\/nowhere does not exist\.$/);
  expectBad(await p.run(["--cwd", "calc.py", TASK]), 2, /calc\.py is not a folder\.$/);
});

test.skipIf(process.getuid?.() === 0)("a folder that may not be read", async () => {
  const p = await project({ "locked/a.py": "a = 1\n" });
  chmodSync(join(p.root, "locked"), 0);
  const ran = await p.run(["--cwd", join(p.root, "locked"), TASK], { cwd: p.home });
  chmodSync(join(p.root, "locked"), 0o755);
  expectBad(ran, 2, /locked.*cannot be opened/);
});

test("a broken configuration: file and place are named", async () => {
  const p = await project({ ...BUGGY, "smallcode.json": '{ "limits": { "maxTime": 5 } }\n' });
  expectBad(await p.run([TASK]), 2, /repository\/smallcode\.json: "limits\.maxTime" must be a duration/);
  p.write({ "smallcode.json": '{\n  "ignore": [,]\n}\n' });
  expectBad(await p.run([TASK]), 2, /repository\/smallcode\.json, line 2, column 14: expected/);
  p.write({ "smallcode.json": '{ "ignroe": [] }\n' });
  expectBad(
    await p.run([TASK]),
    2,
    /repository\/smallcode\.json: "ignroe" is not a setting; did you mean "ignore"/,
  );
  p.write({ "smallcode.json": "{}\n", "../home/.config/smallcode/config.json": '{ "window": "big" }' });
  expectBad(await p.run([TASK]), 2, /smallcode\/config\.json: "window" must be a whole number above 0\.$/);
  expect(p.server.requests).toEqual([]);
});

/** A file of 100 MB that begins with Python. */
function large(path: string): void {
  const fd = openSync(path, "w");
  writeSync(fd, "def add(a, b):\n    return a - b\n");
  ftruncateSync(fd, 100 * 1024 * 1024);
  closeSync(fd);
}

test("what is wrong with a configuration is said to its end, however long its path", async () => {
  const folder = "a-rather-long-name-of-a-folder/".repeat(5);
  const p = await project({ [`${folder}smallcode.json`]: '{ "model": "m" }' });
  for (const command of ["config", "doctor", "undo", "stats"]) {
    const ran = await p.run([command], { cwd: join(p.root, folder), endpoint: false });
    expect(ran.stderr.trimEnd()).toMatch(/^smallcode: .* sets "model", .* or a flag\.$/);
    expect(ran.exit).toBe(2);
  }
});

test("a file of 100 MB in the folder is no hindrance", async () => {
  const p = await project(BUGGY, rewrite("calc.py::add", RIGHT));
  large(join(p.root, "data.py"));
  const ran = await p.run(["--yes", TASK]);
  expect({ exit: ran.exit, said: sentence(ran.stderr) }).toEqual({
    exit: 0,
    said: "Verified: All 2 tests pass.",
  });
  expect({ ...ran.after, "calc.py": "" }).toEqual({ ...ran.before, "calc.py": "" });
  expect(ran.ms).toBeLessThan(30_000);
});

test("a file of 100 MB that the task names", async () => {
  const p = await project({ "readme.txt": "nothing\n" });
  large(join(p.root, "data.py"));
  for (const task of ["Fix add in data.py", "What does add in data.py do?"])
    expectBad(await p.run([task]), 1, /data\.py .*(2 MB|large)/);
  expect(p.server.completions()).toEqual([]);
});

test("a file that the task names and that is not UTF-8", async () => {
  const p = await project({
    "broken.py": Uint8Array.from(Buffer.from("def f():\n    return 'caf\xc3\xa9 \xe9'\n", "latin1")),
  });
  for (const task of ["Fix f in broken.py", "What does f in broken.py do?"])
    expectBad(await p.run([task]), 1, /broken\.py .*UTF-8/);
  expect(p.server.completions()).toEqual([]);
});

test("a file that is not UTF-8 beside the code is no hindrance", async () => {
  const p = await project(
    { ...BUGGY, "latin.py": Uint8Array.of(0x23, 0xe9, 0x0a) },
    rewrite("calc.py::add", RIGHT),
  );
  const ran = await p.run(["--yes", TASK]);
  expect(ran.exit).toBe(0);
  expect({ ...ran.after, "calc.py": "" }).toEqual({ ...ran.before, "calc.py": "" });
});

test("stdin that is not UTF-8", async () => {
  const p = await project(BUGGY);
  const through = ["sh", "-c", 'printf "caf\\351" | "$@"', "sh"];
  expectBad(await p.run([TASK], { through }), 2, /^smallcode: What came on stdin is not UTF-8 text/);
});

test("nobody at the endpoint: what helps is said", async () => {
  const p = await project(BUGGY);
  const ran = await p.run(["--endpoint", "http://127.0.0.1:9/v1", TASK], { endpoint: false });
  expectBad(ran, 5, /No server answers at http:\/\/127\.0\.0\.1:9\/v1: start it, or name another/);
});

const canMount =
  Bun.spawnSync(["unshare", "-Urm", "sh", "-c", "mount -t tmpfs none /mnt"], { stderr: "ignore" })
    .exitCode === 0;
if (!canMount) console.warn("SKIPPED: a full disk (this machine permits no mount in a user namespace)");

/** Runs the program on a disk of 4 MB with the project on it; `full` bytes of it are free when the program starts. */
async function onTinyDisk(
  p: Awaited<ReturnType<typeof project>>,
  free: number,
): Promise<{ stdout: string; stderr: string; exit: number | null; same: boolean }> {
  const script = `
    mount -t tmpfs -o size=4m none "$1/disk" && cp -a "$1/repository/." "$1/disk/" && cd "$1/disk" || exit 99
    head -c ${free} /dev/zero > .git/spare; cat /dev/zero > .git/fill 2>/dev/null; rm .git/spare
    shift; "$@"; code=$?
    rm .git/fill; diff -r -x .git -x .smallcode "$OLDPWD" . && echo same >&2
    exit $code`;
  const place = join(p.root, "..");
  p.write({ "../disk/.keep": "" });
  const child = Bun.spawn(
    [
      "unshare",
      "-Urm",
      "sh",
      "-c",
      script,
      "sh",
      place,
      await binary(),
      "--endpoint",
      p.server.endpoint,
      "--json",
      "--yes",
      TASK,
    ],
    {
      cwd: p.root,
      env: p.env,
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    },
  );
  const [stdout, stderr] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { exit: await child.exited, stdout, stderr, same: stderr.includes("same\n") };
}

for (const free of [0, 8, 100])
  test.skipIf(!canMount)(`a disk with ${free} KB left`, async () => {
    const p = await project(BUGGY);
    const { exit, stdout, same } = await onTinyDisk(p, free * 1024);
    expect({ exit, same, end: eventsOf(stdout).at(-1) }).toMatchObject({
      exit: 1,
      same: true,
      end: { type: "end", outcome: "failed", message: expect.stringMatching(/because the disk is full\.$/) },
    });
  });

test.skipIf(!canMount)("a change that no longer fits on the disk", async () => {
  const lines = Array.from({ length: 9_000 }, (_, n) => `    x = ${n}, ${(n * 7919) % 104729}`).join("\n");
  const [thought, choice] = rewrite("calc.py::add", "");
  const code = { text: `\`\`\`python\ndef add(a, b):\n${lines}\n    return a + b\n\`\`\``, chunk: 60_000 };
  const p = await project(BUGGY, [...[thought, choice].filter((row) => row !== undefined), code]);
  const { exit, stdout, same } = await onTinyDisk(p, 800 * 1024);
  expect({ exit, same, end: eventsOf(stdout).at(-1) }).toMatchObject({
    exit: 1,
    same: true,
    end: { type: "end", outcome: "failed", message: expect.stringMatching(/because the disk is full\.$/) },
  });
});
