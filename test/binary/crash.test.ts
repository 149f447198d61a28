/**
 * The real binary, killed (SIGKILL) at moments spread over a whole turn: several candidates, a check that damages files and
 * leaves a process behind, a step that makes a file. Whatever the moment, the next start leaves the tree as it was before the
 * turn or as it is after it. `CRASH_SEED=N` repeats the moments of a run.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildBinary } from "../../scripts/build.ts";
import { type Row, type ScriptedServer, startServer } from "../harness/server.ts";
import { alive } from "../workspace/alive.ts";
import { fill, picture } from "../workspace/tree.ts";

const KILLS = 50;
const SEED = Number(process.env.CRASH_SEED ?? Math.floor(Math.random() * 1e9));
const shop = realpathSync(mkdtempSync(join(tmpdir(), "crash-")));
const binary = join(shop, "smallcode");

/** Mulberry32: the same numbers for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** The check: it overwrites, removes and shuts a file, leaves a process behind (its time is the mark), and then judges. */
const CHECK = `sleep "$1" &
echo damaged > notes.txt
rm gone.txt
chmod 600 tool.sh
sleep 0.02
grep -q "a + b" calc.py && test -f made/table.py
`;
const FILES: Record<string, string | [string, number]> = {
  "calc.py": ["def add(a, b):\n    return a - b\n\n\ndef mul(a, b):\n    return a * b\n", 0o755],
  "notes.txt": "notes\r\nwith CRLF\r\n",
  "gone.txt": ["gone\n", 0o640],
  "tool.sh": ["#!/bin/sh\n", 0o755],
  "judge.sh": CHECK,
};
const AFTER = {
  "calc.py": "755 def add(a, b):\n    return a + b\n\n\ndef mul(a, b):\n    return a * b\n",
  "made/table.py": "644 TABLE = [1, 2]\n",
};
const TASK = "1. Create made/table.py with a TABLE.\n2. Fix add in calc.py so that the check passes.";

const call = (tool: string, target: string, text = ""): Row => ({
  text: JSON.stringify({ tool, target, text }),
});
const code = (text: string): Row => ({ text: `\`\`\`python\n${text}\n\`\`\``, chunk: 12, pace: 1 });
const body = (expression: string): Row => code(`def add(a, b):\n    return ${expression}`);
/** A file is made; then four candidates for `add`: the first try, the feedback, two samples. */
const SCRIPT: Row[] = [
  { text: "The file is missing." },
  call("create_file", "other", "made/table.py"),
  code("TABLE = [1, 2]"),
  { text: "It is done." },
  call("finish", "other", "made the table"),
  { text: "add subtracts." },
  call("rewrite_symbol", "calc.py::add"),
  body("a * b"),
  { text: "add must add." },
  call("rewrite_symbol", "calc.py::add"),
  body("b - a"),
  body("a % b"),
  body("a + b"),
];

beforeAll(async () => {
  await buildBinary([join(import.meta.dir, "..", "..", "src", "main.ts")], binary);
  console.log(`CRASH_SEED=${SEED}`);
}, 60_000);
afterAll(() => rmSync(shop, { recursive: true }));

const TEMPLATES = { git: join(shop, "template-git"), plain: join(shop, "template-plain") };
type Kind = keyof typeof TEMPLATES;

beforeAll(() => {
  for (const kind of ["git", "plain"] as const) {
    fill(TEMPLATES[kind], FILES);
  }
  const identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
  for (const args of [
    ["init", "-q"],
    ["add", "."],
    [...identity, "commit", "-q", "-m", "start"],
  ])
    Bun.spawnSync(["git", ...args], { cwd: TEMPLATES.git });
});

let folders = 0;
function copyOf(kind: Kind): string {
  folders += 1;
  const root = join(shop, `${kind}-${folders}`);
  Bun.spawnSync(["cp", "-a", TEMPLATES[kind], root]);
  return root;
}

/** The environment of every start: the home is the test's own, and the script speaks call by call. */
const ENV = {
  ...{ PATH: process.env.PATH ?? "", HOME: join(shop, "home"), TMPDIR: shop },
  SMALLCODE_MECHANISMS: JSON.stringify({ direct: false }),
};
const start = (args: string[]) =>
  Bun.spawn([binary, ...args], { cwd: shop, env: ENV, stdin: "ignore", stdout: "pipe", stderr: "pipe" });

interface Finished {
  exit: number;
  stdout: string;
  stderr: string;
}

async function finish(child: ReturnType<typeof start>): Promise<Finished> {
  const [stdout, stderr] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { exit: await child.exited, stdout, stderr };
}

const atServer = (root: string, server: ScriptedServer): string[] => [
  ...["--cwd", root, "--endpoint", server.endpoint, "--rung", "schema", "--json"],
];

async function wholeTurn(root: string, mark: string): Promise<Finished> {
  const server = await startServer({}, ...SCRIPT);
  const done = await finish(start([...atServer(root, server), "--check", `sh judge.sh ${mark}`, TASK]));
  await server.close();
  return done;
}

/** The tree of a turn that was kept. */
const after = (kind: Kind): Record<string, string> =>
  Object.fromEntries(Object.entries({ ...picture(TEMPLATES[kind]), ...AFTER }).sort());

/** Starts a turn, kills it after `ms`, and gives what it had told by then. */
async function killedTurn(root: string, mark: string, ms: number): Promise<string> {
  const server = await startServer({}, ...SCRIPT);
  const child = start([...atServer(root, server), "--check", `sh judge.sh ${mark}`, TASK]);
  const over = finish(child);
  await Bun.sleep(ms);
  child.kill("SIGKILL");
  const { stdout } = await over;
  // The script is not at its end: that is no failure here.
  await server.close().catch((error: unknown) => expect(String(error)).toContain("never asked for"));
  return stdout;
}

/** The ways to start again. Each gives the tree that there must be then. */
const NEXT_STARTS = {
  async undo(root: string, kind: Kind): Promise<Record<string, string>> {
    const { exit, stderr } = await finish(start(["--cwd", root, "undo"]));
    if (exit !== 0) expect(stderr).toBe("smallcode: There is nothing to undo.\n");
    return picture(TEMPLATES[kind]);
  },
  /** A task whose first request is refused, so that it changes nothing itself. */
  async refusedTask(root: string, kind: Kind, told: string): Promise<Record<string, string>> {
    const server = await startServer({}, { status: 401, body: { error: { message: "no" } } });
    const { exit, stdout } = await finish(start([...atServer(root, server), "--no-check", "Fix add"]));
    await server.close();
    expect({ exit, alone: stdout.includes("left alone") }).toEqual({ exit: 2, alone: false });
    if (!told.includes('"type":"diff"')) return picture(TEMPLATES[kind]);
    const kept = told.includes('"type":"end"') || "made/table.py" in picture(root);
    return kept ? after(kind) : picture(TEMPLATES[kind]);
  },
  /** The same task again, from its beginning. */
  async wholeTurn(root: string, kind: Kind, told: string): Promise<Record<string, string>> {
    if (told.includes('"type":"diff"')) return NEXT_STARTS.undo(root, kind);
    const { exit, stdout } = await wholeTurn(root, "300.5");
    expect({ exit, stdout }).toEqual({ exit: 0, stdout: expect.not.stringContaining("left alone") });
    return after(kind);
  },
};

/** Kills at `moments` (ms), and gives how many of the turns had begun to change the tree. */
async function killAt(kind: Kind, moments: number[]): Promise<number> {
  let touched = 0;
  const { undo, refusedTask, wholeTurn: again } = NEXT_STARTS;
  const ways = [undo, refusedTask, undo, refusedTask, again];
  for (const [n, ms] of moments.entries()) {
    const root = copyOf(kind);
    const mark = `${kind === "git" ? 400 : 500}.${100000 + n}`;
    const told = await killedTurn(root, mark, ms);
    touched += Bun.deepEquals(picture(root), picture(TEMPLATES[kind])) ? 0 : 1;
    const way = ways[n % ways.length] ?? undo;
    const wanted = await way(root, kind, told);
    const context = `killed after ${ms.toFixed(1)} ms (${kind}), then ${way.name}`;
    expect({ context, tree: picture(root) }).toEqual({ context, tree: wanted });
    expect({ context, locks: await locksIn(root) }).toEqual({ context, locks: [] });
    expect({ context, alive: await stillAlive(mark) }).toEqual({ context, alive: [] });
    rmSync(root, { recursive: true });
  }
  return touched;
}

async function locksIn(root: string): Promise<string[]> {
  const state = join(root, ".smallcode");
  return existsSync(state) ? readdirSync(state).filter((name) => name.startsWith("lock")) : [];
}

/** Processes of the check that the kernel has not ended within two seconds. */
async function stillAlive(mark: string): Promise<string[]> {
  for (let waited = 0; waited < 2000 && alive(mark).length > 0; waited += 20) await Bun.sleep(20);
  return alive(mark);
}

test(`killed at ${KILLS} moments of a turn, with and without git: the next start leaves a whole tree`, async () => {
  const random = randomFrom(SEED);
  const touched = await Promise.all(
    (["git", "plain"] as const).map(async (kind) => {
      const root = copyOf(kind);
      const started = performance.now();
      const { exit } = await wholeTurn(root, "300.25");
      const length = performance.now() - started;
      expect({ exit, tree: picture(root) }).toEqual({ exit: 0, tree: after(kind) });
      const moments = Array.from({ length: KILLS / 2 }, (_, n) => ((n + random()) / (KILLS / 2)) * length);
      return killAt(kind, moments);
    }),
  );
  console.log(`the tree was found between its states after ${touched.join(" + ")} of the kills`);
  for (const count of touched) expect(count).toBeGreaterThan(1);
}, 120_000);

/** A turn without a check on top of the first: `mul` is rewritten. */
async function secondTurn(root: string): Promise<Finished> {
  const server = await startServer(
    {},
    { text: "mul is short." },
    call("rewrite_symbol", "calc.py::mul"),
    code("def mul(a, b):\n    return b * a"),
    { text: "It is done." },
    call("finish", "other", "rewrote mul"),
  );
  const done = await finish(start([...atServer(root, server), "--no-check", "Change mul in calc.py"]));
  await server.close();
  return done;
}

const command = (root: string, name: "undo" | "redo"): Promise<Finished> =>
  finish(start(["--cwd", root, name]));
const said = (stdout: string): Finished => ({ exit: 0, stdout, stderr: "" });
const refused = (stderr: string): Finished => ({ exit: 1, stdout: "", stderr });

for (const kind of ["git", "plain"] as const) {
  test(`undo and redo go back and forth through finished turns (${kind})`, async () => {
    const root = copyOf(kind);
    const [none, one] = [picture(TEMPLATES[kind]), after(kind)];
    expect((await wholeTurn(root, "300.75")).exit).toBe(0);
    expect((await secondTurn(root)).exit).toBe(0);
    const two = { ...one, "calc.py": one["calc.py"]?.replace("return a * b", "return b * a") ?? "" };
    expect(picture(root)).toEqual(two);
    const both = "calc.py, made/table.py\n";
    const moves: ["undo" | "redo", Finished, Record<string, string>][] = [
      ["redo", refused("smallcode: There is nothing to redo.\n"), two],
      ["undo", said("Taken back: calc.py\n"), one],
      ["undo", said(`Taken back: ${both}`), none],
      ["undo", refused("smallcode: There is nothing to undo.\n"), none],
      ["redo", said(`Brought back: ${both}`), one],
      ["redo", said("Brought back: calc.py\n"), two],
      ["redo", refused("smallcode: There is nothing to redo.\n"), two],
    ];
    for (const [name, answer, tree] of moves)
      expect({ name, answer: await command(root, name), tree: picture(root) }).toEqual({
        name,
        answer,
        tree,
      });
    if (kind === "plain") return;
    const status = Bun.spawnSync(["git", "status", "--porcelain"], { cwd: root }).stdout.toString();
    expect(status).toBe(" M calc.py\n?? made/\n");
  }, 30_000);

  test(`undo and redo refuse where the user has edited since, and touch nothing (${kind})`, async () => {
    const root = copyOf(kind);
    expect((await wholeTurn(root, "300.875")).exit).toBe(0);
    for (const name of ["undo", "redo"] as const) {
      const ours = readFileSync(join(root, "calc.py"), "utf8");
      appendFileSync(join(root, "calc.py"), "# the user's\n");
      const theirs = picture(root);
      const why = `smallcode: The ${name} was not begun: calc.py was changed since.\n`;
      expect(await command(root, name)).toEqual(refused(why));
      expect(picture(root)).toEqual(theirs);
      writeFileSync(join(root, "calc.py"), ours);
      expect((await command(root, name)).exit).toBe(0);
    }
    expect(picture(root)).toEqual(after(kind));
  }, 30_000);
}
