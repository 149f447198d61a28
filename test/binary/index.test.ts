/** `smallcode index` as the binary runs it: what it says, its exit codes, and what a stop or a kill in its middle leaves. */
import { expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { manyFiles } from "../graph/place.ts";
import { BUGGY, type Project, project, SLOW_MS } from "../harness/project.ts";

setDefaultTimeout(SLOW_MS);

const quiet = { endpoint: false } as const;

/** The child processes that a process has now. */
function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, "latin1").split(" ").filter(Boolean).map(Number);
}

function isAlive(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch (error) {
    if (error instanceof Error && "code" in error) return false;
    throw error;
  }
}

async function until(holds: () => boolean): Promise<void> {
  const end = performance.now() + 15_000;
  while (!holds()) {
    if (performance.now() > end) throw new Error("It never came to that.");
    await Bun.sleep(2);
  }
}

/** The report of an indexing that goes well. */
async function report(p: Project): Promise<Record<string, number>> {
  const ran = await p.run(["index", "--json"], quiet);
  expect({ exit: ran.exit, stderr: ran.stderr }).toEqual({ exit: 0, stderr: "" });
  return JSON.parse(ran.stdout);
}

test("a sentence on stdout, nothing on stderr, the tree as it was; the second time nothing is read", async () => {
  const p = await project(BUGGY);
  const ran = await p.run(["index"], quiet);
  expect(ran).toMatchObject({ exit: 0, stderr: "" });
  expect(ran.stdout).toMatch(/^3 files, 4 definitions, 0\.0 MB; 3 files read in [\d.]+ s\n$/);
  expect(ran.after).toEqual(ran.before);
  expect(await report(p)).toMatchObject({ v: 1, files: 3, definitions: 4, read: 0 });
  p.write({ "calc.py": "def add(a, b):\n    return a + b\n" });
  expect(await report(p)).toMatchObject({ files: 3, definitions: 3, read: 1 });
});

test("many files are read by worker processes of the binary itself", async () => {
  const p = await project(manyFiles(150), [], { git: false });
  const running = await p.start(["index"], quiet);
  let most = 0;
  const timer = setInterval(() => {
    if (isAlive(running.pid)) most = Math.max(most, childrenOf(running.pid).length);
  }, 2);
  const ran = await running.done;
  clearInterval(timer);
  expect(ran.exit).toBe(0);
  expect(ran.stdout).toStartWith("150 files, 750 definitions, ");
  expect(most).toBeGreaterThan(1);
});

test("SIGINT in the middle: exit 130 at once, no process left, and the next one goes on", async () => {
  const p = await project(manyFiles(400), [], { git: false });
  const running = await p.start(["index"], quiet);
  await until(() => childrenOf(running.pid).length > 1);
  await Bun.sleep(150);
  const children = childrenOf(running.pid);
  const asked = performance.now();
  running.signal("SIGINT");
  const ran = await running.done;
  expect(performance.now() - asked).toBeLessThan(500);
  expect(ran).toMatchObject({ exit: 130, stdout: "" });
  expect(ran.stderr).toBe("smallcode: Interrupted: the code graph is as it was before.\n");
  await until(() => !children.some(isAlive));
  expect(await report(p)).toMatchObject({ files: 400, definitions: 2000 });
});

test("killed in the middle: its workers go with it, and the next one is right", async () => {
  const p = await project(manyFiles(400), [], { git: false });
  const running = await p.start(["index"], quiet);
  await until(() => childrenOf(running.pid).length > 1);
  const children = childrenOf(running.pid);
  running.signal("SIGKILL");
  await running.done;
  await until(() => !children.some(isAlive));
  expect(await report(p)).toMatchObject({ files: 400, definitions: 2000 });
});

test("a folder that is too broad, settings that are none, a place that cannot be written", async () => {
  const p = await project(BUGGY);
  const broad = await p.run(["index", "--cwd", p.home], quiet);
  expect(broad).toMatchObject({ exit: 2, stdout: "" });
  expect(broad.stderr).toContain("is too broad to search");
  writeFileSync(join(p.root, "smallcode.json"), '{ "ignore": 3 }');
  expect((await p.run(["index"], quiet)).exit).toBe(2);
  writeFileSync(join(p.root, "smallcode.json"), '{ "ignore": ["tests/"] }');
  mkdirSync(join(p.root, ".smallcode"), { recursive: true });
  writeFileSync(join(p.root, ".smallcode", "graph"), "in the way");
  const refused = await p.run(["index"], quiet);
  expect(refused).toMatchObject({ exit: 1, stdout: "" });
  expect(refused.stderr.trim().split("\n")).toHaveLength(1);
});

test("--deny-read and the settings' globs leave files out", async () => {
  const p = await project({ ...BUGGY, "smallcode.json": '{ "ignore": ["run.sh"] }' });
  const ran = await p.run(["index", "--json", "--deny-read=tests"], quiet);
  expect(JSON.parse(ran.stdout)).toMatchObject({ files: 2 });
  expect(readdirSync(join(p.root, ".smallcode", "graph")).length).toBeGreaterThan(0);
});
