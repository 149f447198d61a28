/**
 * Turns in which something goes wrong, one after the other in the same folder: a model that is wrong, kill -9, signals, a server
 * that dies, a user who edits meanwhile (also what a check writes at that moment), checks that hang, fork or write files, a full disk, time that runs out. After each one no
 * byte or mode of the user's is lost or altered, and the exit code is right. `SMALLCODE_TURNS=500` runs so many (32 otherwise),
 * `SMALLCODE_SEED` repeats a run.
 */
import { afterAll, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { binary } from "../harness/project.ts";
import { type Row, type ScriptedServer, startServer } from "../harness/server.ts";
import { canMount } from "../harness/tiny-disk.ts";
import type { RecordedRequest } from "../harness/wire.ts";
import { alive } from "../workspace/alive.ts";
import { fill, picture } from "../workspace/tree.ts";

const TURNS = Number(process.env.SMALLCODE_TURNS ?? 32);
const SEED = Number(process.env.SMALLCODE_SEED ?? Date.now() % 1_000_000);
const MOST_REQUESTS = 80;

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const BUG = "def add(a, b):\n    return a - b\n";
const FIXED = "def add(a, b):\n    return a + b\n";
const TEST = "from calc import add\n\n\ndef test_add():\n    assert add(1, 2) == 3\n";
const TASK = "Fix add in calc.py so that the check passes.";

/** The check: what its first word says, then the judgement. The second word marks its processes. */
const JUDGE = `case "$1" in
hang) sleep "$2" ;;
fork) setsid sh -c "sleep $2 & sleep $2" >/dev/null 2>&1 & ;;
write | pause)
  echo x > notes.txt; rm -f gone.txt; chmod 600 tool.sh; echo y >> calc.py; mkdir -p deep/er; echo z > deep/er/kept.txt ;;
esac
if [ "$1" = pause ]; then
  echo >> "$CHECK_CACHE/running"; sleep 0.5; echo x >> notes.txt; echo y > gone.txt; chmod 640 tool.sh
fi
grep -q "a + b" calc.py
`;

const FILES: Record<string, string | Uint8Array | [string, number]> = {
  "calc.py": [BUG, 0o755],
  "test_calc.py": TEST,
  "notes.txt": "notes\r\nwith CRLF and no end",
  "gone.txt": ["gone\n", 0o640],
  "tool.sh": ["#!/bin/sh\n", 0o755],
  "bytes.bin": Uint8Array.from([0, 255, 254, 10, 13, 0, 128]),
  "judge.sh": JUDGE,
};

const shop = realpathSync(mkdtempSync(join(tmpdir(), "smallcode-faults-")));
const root = join(shop, "project");
afterAll(() => rmSync(shop, { recursive: true, force: true }));

/** What a model that knows one body of `add` replies, whatever it is asked for. */
function voice(expression: string, pace: number): Row {
  const code = `calc.py\n\`\`\`python\ndef add(a, b):\n    return ${expression}\n\`\`\``;
  const reply = ({ body }: RecordedRequest): Row => {
    const bound = JSON.stringify(body).includes('"json_schema"');
    const choice = JSON.stringify({ tool: "rewrite_symbol", target: "calc.py::add", text: "" });
    return { text: bound ? choice : `The body of add is wrong.\n\n${code}\n`, chunk: 12, pace };
  };
  return { reply };
}

interface Fault {
  name: string;
  /** The reply to each request; the right one where it is left out. */
  row?: Row;
  args?: string[];
  check?: string;
  /** What happens at a random moment of the turn; with the check `pause`, while it runs and has written. */
  meanwhile?: (child: { kill(signal: NodeJS.Signals): void }) => void;
  /** The user changes, shuts and removes files, at that moment. */
  others?: boolean;
  /** The exit codes that are right; null: killed. */
  exits: (number | null)[];
}

let written = 0;
const kill = (signal: NodeJS.Signals) => (child: { kill(signal: NodeJS.Signals): void }) =>
  child.kill(signal);

/** The user's last word on files that the turn has nothing to do with. */
function editOthers(): void {
  written += 1;
  writeFileSync(join(root, "notes.txt"), `of the user ${written}\n`);
  chmodSync(join(root, "tool.sh"), 0o711);
  rmSync(join(root, "gone.txt"));
}

const editOwn = (): void => {
  written += 1;
  writeFileSync(join(root, "calc.py"), `${BUG}# of the user ${written}\n`);
};

/** Whether an overlay may lie over a tree here: only then is it known at any time whose change is whose. */
const canLayer = ["-m", "-Urm"].some((how) => {
  const place = mkdtempSync(join(shop, "layer-"));
  const own = how === "-m" ? "" : "userxattr,";
  const script = `mkdir upper work; mount -t overlay o -o ${own}lowerdir=.,upperdir=upper,workdir=work .`;
  return Bun.spawnSync(["unshare", how, "sh", "-c", script], { cwd: place }).exitCode === 0;
});

const WRONG = voice("a * b", 0);
const FAULTS: Fault[] = [
  { name: "none", exits: [0] },
  { name: "a model that is wrong", row: WRONG, exits: [1] },
  { name: "kill -9", meanwhile: kill("SIGKILL"), exits: [null, 0] },
  { name: "kill -9 of a wrong model", row: WRONG, meanwhile: kill("SIGKILL"), exits: [null, 1] },
  { name: "Ctrl-C", meanwhile: kill("SIGINT"), exits: [130, 0] },
  { name: "SIGTERM", row: WRONG, meanwhile: kill("SIGTERM"), exits: [130, 1] },
  { name: "a server that dies", row: { dieAfter: 9, text: "The body of add" }, exits: [5] },
  { name: "a server that is broken", row: { garbage: true }, exits: [5] },
  { name: "a rehearsal", args: ["--dry-run"], exits: [0] },
  {
    name: "no time left",
    row: voice("a + b", 400),
    args: ["--max-time", "1s"],
    exits: [6],
  },
  { name: "a check that hangs", check: "hang", args: ["--check-time", "1s"], exits: [1] },
  { name: "a check that forks", check: "fork", exits: [0] },
  { name: "a check that writes files", check: "write", exits: [0] },
  { name: "a check that writes files, and a wrong model", check: "write", row: WRONG, exits: [1] },
  {
    name: "an edit of another file",
    meanwhile: () => {
      written += 1;
      writeFileSync(join(root, "theirs.txt"), `of the user ${written}\n`);
    },
    exits: [0, 1],
  },
  {
    name: "an edit of the same file",
    row: WRONG,
    meanwhile: editOwn,
    exits: [1],
  },
  {
    name: "an edit of the same file, and a right model",
    meanwhile: editOwn,
    exits: [0, 1, 3],
  },
  { name: "edits of other files", others: true, exits: [0, 1] },
  { name: "edits of other files, and a wrong model", row: WRONG, others: true, exits: [1] },
  { name: "kill -9 while a check writes", check: "pause", meanwhile: kill("SIGKILL"), exits: [null] },
  { name: "Ctrl-C while a check writes", check: "pause", meanwhile: kill("SIGINT"), exits: [130] },
];

/** At the same time as a check that does it, too. */
const TOGETHER: Fault[] = [
  { name: "edits of what a check writes", check: "pause", others: true, exits: [0, 1] },
  {
    name: "edits of what a check writes, and a wrong model",
    row: WRONG,
    check: "pause",
    others: true,
    exits: [1],
  },
  {
    name: "edits of what a check writes, then kill -9",
    check: "pause",
    others: true,
    meanwhile: kill("SIGKILL"),
    exits: [null],
  },
  {
    name: "edits of what a check writes, then Ctrl-C",
    row: WRONG,
    check: "pause",
    others: true,
    meanwhile: kill("SIGINT"),
    exits: [130],
  },
  {
    name: "an edit of the same file while a check writes it",
    check: "pause",
    meanwhile: editOwn,
    exits: [0, 1],
  },
  {
    name: "an edit of the same file while a check writes it, and a wrong model",
    row: WRONG,
    check: "pause",
    meanwhile: editOwn,
    exits: [1],
  },
];
if (canLayer) FAULTS.push(...TOGETHER);

interface Ended {
  exit: number | null;
  stdout: string;
  stderr: string;
}

async function ended(child: Bun.Subprocess<"ignore", "pipe", "pipe">): Promise<Ended> {
  const [stdout, stderr] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  await child.exited;
  // A signal before the program listens for it ends the process itself.
  const { signalCode: by, exitCode } = child;
  return { exit: by === null ? exitCode : by === "SIGKILL" ? null : 130, stdout, stderr };
}

const ENV = { PATH: process.env.PATH ?? "", HOME: join(shop, "home"), TMPDIR: shop };

async function start(args: string[], server: ScriptedServer, mark: string, check = "plain") {
  const asked = ["--endpoint", server.endpoint, "--check", `sh judge.sh ${check} ${mark}`];
  return Bun.spawn([await binary(), "--cwd", root, ...asked, ...args], {
    cwd: shop,
    env: ENV,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
}

/** Replies that were never asked for are no fault here. */
async function closed(server: ScriptedServer): Promise<void> {
  await server.close().catch((error: unknown) => expect(String(error)).toContain("never asked for"));
}

const served = (row: Row): Promise<ScriptedServer> => startServer({}, ...Array<Row>(MOST_REQUESTS).fill(row));

/** A turn that ends at once, with a refused key: what a dead one left is settled first. */
async function settle(): Promise<void> {
  const server = await served({ status: 401, body: { error: { message: "no" } } });
  const { exit, stderr } = await ended(await start([TASK], server, "none"));
  await closed(server);
  expect({ exit, stderr }).toEqual({ exit: 2, stderr: expect.stringContaining("key") });
}

/** The bytes that a file had, wherever the user's last word is: as it stands, with `add` right. */
const fixed = (text: string): string => text.replace(BUG, FIXED);

/** Everything of a picture but the file that the turns are about and what the check itself has made. */
function others(all: Record<string, string>): Record<string, string> {
  const { "calc.py": _, "deep/er/kept.txt": __, ...rest } = all;
  return rest;
}

const RUNNING = join(root, ".smallcode", "cache", "running");

/** Waits until so many runs of the check have written, or the turn is over. */
async function writtenBy(runs: number, child: { exitCode: number | null }): Promise<void> {
  const count = (): number => (existsSync(RUNNING) ? readFileSync(RUNNING, "utf8").length : 0);
  while (count() < runs && child.exitCode === null) await Bun.sleep(10);
}

async function oneTurn(
  fault: Fault,
  { moment, mark, about }: { moment: number; mark: string; about: object },
): Promise<string> {
  rmSync(RUNNING, { force: true });
  const server = await served(fault.row ?? voice("a + b", 3));
  const child = await start([...(fault.args ?? []), TASK], server, mark, fault.check);
  const over = ended(child);
  if (fault.check === "pause") await writtenBy(fault.exits.includes(null) || moment < 450 ? 1 : 2, child);
  else if (fault.meanwhile || fault.others) await Promise.race([Bun.sleep(moment), child.exited]);
  if (fault.others) editOthers();
  fault.meanwhile?.(child);
  const { exit, stderr } = await over;
  await closed(server);
  const right = { ...about, exit, right: true, stderr };
  expect({ ...right, right: fault.exits.includes(exit) }).toEqual(right);
  if (exit === 3) expect(stderr).toContain("changed by somebody else after it was judged");
  if (exit === null) await settle();
  for (let waited = 0; waited < 2000 && alive(mark).length > 0; waited += 20) await Bun.sleep(20);
  expect({ ...about, alive: alive(mark) }).toEqual({ ...about, alive: [] });
  return stderr;
}

test(
  `${TURNS} turns with faults (seed ${SEED}): nothing of the user's is lost, every exit code is right`,
  async () => {
    const random = dice(SEED);
    fill(root, FILES);
    symlinkSync("notes.txt", join(root, "link"));
    const counts = new Map<string, number>();
    for (let turn = 0; turn < TURNS; turn += 1) {
      const fault = FAULTS[turn < FAULTS.length ? turn : Math.floor(random() * FAULTS.length)] ?? FAULTS[0];
      if (fault === undefined) throw new Error("There are faults.");
      const { "notes.txt": notes, "tool.sh": tool, "gone.txt": gone } = FILES;
      fill(root, { "notes.txt": notes ?? "", "tool.sh": tool ?? "", "gone.txt": gone ?? "" });
      const text = `${BUG}# turn ${turn}\n`;
      writeFileSync(join(root, "calc.py"), text);
      const was = picture(root);
      const about = { turn, fault: fault.name };
      const mark = `9${String(process.pid).padStart(7, "0")}.${String(turn).padStart(6, "0")}`;
      const stderr = await oneTurn(fault, { moment: random() * 900, mark, about });
      const is = picture(root);
      const theirs = `of the user ${written}\n`;
      const wanted = others(was);
      if (fault.name === "an edit of another file") wanted["theirs.txt"] = `644 ${theirs}`;
      if (fault.others) {
        Object.assign(wanted, { "notes.txt": `644 ${theirs}`, "tool.sh": "711 #!/bin/sh\n" });
        delete wanted["gone.txt"];
      }
      expect({ ...about, others: others(is) }).toEqual({ ...about, others: wanted });
      const edited = fault.name.startsWith("an edit of the same file") ? `${BUG}# ${theirs}` : text;
      const allowed = [edited, fixed(edited)].map((one) => `755 ${one}`);
      const calc = is["calc.py"] ?? "";
      expect({ ...about, calc, stderr, right: allowed.includes(calc) }).toEqual({
        ...about,
        calc,
        stderr,
        right: true,
      });
      counts.set(fault.name, (counts.get(fault.name) ?? 0) + 1);
    }
    expect([...counts.values()].reduce((sum, one) => sum + one, 0)).toBe(TURNS);
  },
  60_000 + TURNS * 8000,
);

/** The room that is left on the disk, in KB, and the turns on it. */
const ROOMS = [0, 8, 64, 300];

test.skipIf(!canMount)(
  "on a full disk a turn ends with its tree as it was, or with its change",
  async () => {
    const template = join(shop, "template");
    fill(template, FILES);
    const program = await binary();
    for (const room of ROOMS) {
      const server = await served(voice("a + b", 0));
      const place = mkdtempSync(join(shop, "disk-"));
      const seen = join(shop, `seen-${room}`);
      const script = `mount -t tmpfs -o size=3m none "$1" && cp -a "$2/." "$1" || exit 99
head -c ${room}k /dev/zero > "$1/spare"; cat /dev/zero > "$1/fill" 2>/dev/null; rm "$1/spare"
"$3" --cwd "$1" --endpoint "$4" --check "sh judge.sh plain none" "${TASK}"; code=$?
rm "$1/fill"; cp -a "$1" "$5"; exit $code`;
      const child = Bun.spawn(
        ["unshare", "-Urm", "sh", "-c", script, "sh", place, template, program, server.endpoint, seen],
        { cwd: shop, env: ENV, stdin: "ignore", stdout: "pipe", stderr: "pipe" },
      );
      const { exit, stderr } = await ended(child);
      await closed(server);
      const tree = picture(seen);
      const about = { room, exit, stderr };
      expect({ ...about, others: others(tree) }).toEqual({ ...about, others: others(picture(template)) });
      const text = exit === 0 ? FIXED : BUG;
      expect({ ...about, calc: tree["calc.py"] }).toEqual({ ...about, calc: `755 ${text}` });
      expect([0, 1]).toContain(exit ?? -1);
      if (exit !== 0) expect(stderr).toMatch(/disk is full|No space/i);
    }
  },
  120_000,
);

test.skipIf(canLayer)("edits of what a check writes: no overlay is permitted here, they are kept aside", () =>
  expect(canLayer).toBe(false),
);
