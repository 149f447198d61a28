/** Looking at a folder again and again sees what a first look would, and strange folders are looked at to their end. */
import { expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { isSettled, Kept } from "../../src/workspace/entries.ts";
import { Listing } from "../../src/workspace/listing.ts";
import { makeTree } from "../workspace/tree.ts";
import { definers, grapherOf } from "./place.ts";

setDefaultTimeout(60_000);

const listing = (root: string, ignore: string[] = []): Listing =>
  new Listing({ root, ignore, wanted: (path) => path.endsWith(".py") });

const paths = async (one: Listing): Promise<string[]> => (await one.list()).files.sort();

/** A generator of numbers below `most` that gives the same ones each time. */
function numbers(seed: number): Next {
  let state = seed;
  return (most) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >> 8) % most;
  };
}

/** All folders look as if nothing had been done in them for long, so that what was read of them is relied upon. */
function settle(root: string, folders: string[]): void {
  for (const folder of folders) if (existsSync(join(root, folder))) utimesSync(join(root, folder), 1e9, 1e9);
}

const FOLDERS = ["", "a", "a/b", "a/b/c", "d", "venv", "d/target"];
const RULES = ["*.py", "a/", "/d", "!x1.py", "b/*", "x2.*", ""];

type Next = (most: number) => number;

/** What may happen in a folder at `at`, below `root`. */
const DEEDS: ((at: string, root: string, next: Next) => void)[] = [
  (at, _, next) => writeFileSync(join(at, `x${next(5)}.py`), ""),
  (at, _, next) => writeFileSync(join(at, `x${next(5)}.py`), ""),
  (at, _, next) => rmSync(join(at, `x${next(5)}.py`), { force: true }),
  (at, _, next) => writeFileSync(join(at, ".gitignore"), `${RULES[next(RULES.length)]}\n`),
  (at) => rmSync(join(at, ".gitignore"), { force: true }),
  (at, _, next) => writeFileSync(join(at, next(2) === 0 ? "pyvenv.cfg" : "CACHEDIR.TAG"), ""),
  (at, root) => {
    if (at !== root && !existsSync(join(root, "moved"))) renameSync(at, join(root, "moved"));
  },
  (_, root, next) => {
    const back = join(root, FOLDERS[next(FOLDERS.length)] ?? "");
    if (existsSync(join(root, "moved")) && !existsSync(back) && existsSync(dirname(back)))
      renameSync(join(root, "moved"), back);
  },
];

function act(root: string, next: Next): void {
  const at = join(root, FOLDERS[next(FOLDERS.length)] ?? "");
  if (existsSync(at)) DEEDS[next(DEEDS.length)]?.(at, root, next);
  else mkdirSync(at, { recursive: true });
}

test("after any changes a listing that has seen the folder before finds what a new one finds", async () => {
  for (let seed = 1; seed <= 6; seed += 1) {
    const next = numbers(seed);
    const root = makeTree({ "a/x.py": "", ".git/info/exclude": "x3.py\n" });
    const old = listing(root);
    for (let step = 0; step < 120; step += 1) {
      for (let n = next(4); n >= 0; n -= 1) act(root, next);
      if (next(3) === 0) settle(root, [...FOLDERS, "moved"]);
      expect({ seed, step, found: await paths(old) }).toEqual({
        seed,
        step,
        found: await paths(listing(root)),
      });
    }
  }
});

test("an ignore file that is written in its place counts, though nothing shows that in its folder", async () => {
  const root = makeTree({ "x.py": "", "y.py": "", ".gitignore": "y.py\n" });
  settle(root, [""]);
  const one = listing(root);
  expect(await paths(one)).toEqual(["x.py"]);
  writeFileSync(join(root, ".gitignore"), "x.py\n");
  expect(await paths(one)).toEqual(["y.py"]);
});

test("what was read so shortly after its last change is read again; what is old is not", async () => {
  const root = makeTree({ x: "1" });
  const path = join(root, "x");
  let reads = 0;
  const kept = new Kept(path, () => {
    reads += 1;
    return reads;
  });
  expect([kept.get(), kept.get()]).toEqual([1, 2]);
  utimesSync(path, 1e9, 1e9);
  expect([kept.get(), kept.get(), kept.get()]).toEqual([3, 3, 3]);
  // Its times are as they were but for the one that nobody can set.
  writeFileSync(path, "2");
  utimesSync(path, 1e9, 1e9);
  expect(kept.get()).toBe(4);
  rmSync(path);
  expect([kept.get(), kept.get()]).toEqual([5, 5]);
  const now = Date.now();
  expect([now, now - 1000, now - 2000, now + 60_000, now - 3000].map((time) => isSettled(time, now))).toEqual(
    [false, false, false, false, true],
  );
});

test("link loops, names with newlines and quotes, names that are not UTF-8, and a depth beyond what a path may hold", async () => {
  const root = makeTree({
    "a/x.py": "def one(): pass\n",
    'li\nne "q".py': "def two(): pass\n",
    "\u00e9/\u2028.py": "def three(): pass\n",
  });
  symlinkSync("..", join(root, "a/up"));
  symlinkSync(root, join(root, "self"));
  symlinkSync("loop", join(root, "loop"));
  const broken = Buffer.concat([Buffer.from(`${root}/bro`), Buffer.from([0xff]), Buffer.from(".py")]);
  writeFileSync(broken, "def four(): pass\n");
  const deep = Bun.spawnSync(
    [
      "python3",
      "-c",
      "import os\nfor n in range(60):\n os.mkdir('d'*100); os.chdir('d'*100)\nopen('deep.py','w').write('def five(): pass')",
    ],
    { cwd: root },
  );
  expect(deep.exitCode).toBe(0);
  const graph = await (await grapherOf(root)).current();
  expect(graph.index.files.map(({ path }) => path)).toEqual(["a/x.py", 'li\nne "q".py', "\u00e9/\u2028.py"]);
  expect(["one", "two", "three"].flatMap((name) => definers(graph, name))).toHaveLength(3);
  Bun.spawnSync(["rm", "-rf", root]);
});

test("100,000 files in one folder are listed, and what else waits has its turn", async () => {
  const root = makeTree({});
  for (let n = 0; n < 100_000; n += 1) writeFileSync(join(root, `f${n}.py`), "");
  const one = listing(root);
  const { files, complete } = await one.list();
  expect({ files: files.length, complete }).toEqual({ files: 100_000, complete: true });
  let turns = 0;
  const timer = setInterval(() => (turns += 1), 1);
  const start = performance.now();
  expect((await one.look()).files).toHaveLength(100_000);
  clearInterval(timer);
  // One turn for each 8 ms of work, were it alone on the machine.
  expect(turns).toBeGreaterThan((performance.now() - start) / 100);
  Bun.spawnSync(["rm", "-rf", root]);
});
