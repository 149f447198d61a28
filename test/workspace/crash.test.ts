/** A turn whose process was killed: the next start brings the tree into one whole state and never touches what the user wrote since. */
import { expect, test } from "bun:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { redo, undo } from "../../src/workspace/workspace.ts";
import { stateOf } from "./crash-child.ts";
import { fill, makeTree, open, picture } from "./tree.ts";

const CHILD = join(import.meta.dir, "crash-child.ts");
const KILLS = 60;

const pictureOf = (n: number): Record<string, string> =>
  Object.fromEntries(
    Object.entries(stateOf(n))
      .sort()
      .map(([path, [text, mode]]) => [path, `${mode.toString(8)} ${text}`]),
  );

/**
 * Starts turns on the folder and kills the process at a random moment: up to 80 ms after one of its first six lines.
 * Gives the two states it was between.
 */
async function runAndKill(root: string): Promise<number[]> {
  const child = Bun.spawn(["bun", CHILD, root], { stdout: "pipe", stderr: "pipe" });
  const reader = child.stdout.getReader();
  const decoder = new TextDecoder();
  const lines = 1 + Math.floor(Math.random() * 6);
  let text = "";
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    text += decoder.decode(next.value);
    if (child.killed || text.split("\n").length <= lines) continue;
    await Bun.sleep(Math.random() * 80);
    child.kill("SIGKILL");
  }
  await child.exited;
  if (child.signalCode !== "SIGKILL") throw new Error(await new Response(child.stderr).text());
  const words = text.trim().split("\n");
  const last = words.at(-1) ?? "";
  const at = words.findLast((line) => line.startsWith("at ")) ?? "";
  return [at, last].map((line) => Number(line.split(" ")[1]));
}

test(`killed at ${KILLS} random moments, each time the tree is one of its whole states`, async () => {
  const root = makeTree(stateOf(0));
  const seen = new Set<number>();
  let recovered = 0;
  for (let kill = 0; kill < KILLS; kill += 1) {
    const states = await runAndKill(root);
    const begun = await (await open(root)).begin("after");
    if (!begun.ok) throw new Error(begun.reason);
    recovered += begun.notices.length > 0 ? 1 : 0;
    const now = picture(root);
    const n = Number.parseInt(readFileSync(join(root, "counter.sh"), "utf8"), 10);
    seen.add(n);
    expect(states).toContain(n);
    expect(now).toEqual(pictureOf(n));
    await begun.transaction.close();
  }
  expect(seen.size).toBeGreaterThan(10);
  expect(recovered).toBeGreaterThan(3);
  const folders = readdirSync(join(root, ".smallcode/undo")).filter((name) => /^\d+/.test(name));
  expect(folders.length).toBeLessThanOrEqual(21);
}, 120_000);

/** A program that opens a turn, does what the lines say, tells that it is ready, and then waits to be killed. */
const turnThat = (lines: string): string => `
import { openWorkspace } from ${JSON.stringify(join(import.meta.dir, "../../src/workspace/workspace.ts"))};
import { unlinkSync, writeFileSync, writeSync } from "node:fs";
const root = process.argv[1];
process.chdir(root);
const { workspace } = await openWorkspace(root, { ignore: [], allowWrite: () => true });
const { transaction } = await workspace.begin("s");
await transaction.protect();
const ready = async () => {
  writeSync(1, "ready");
  await Bun.sleep(60000);
};
${lines}`;

/** It edits a.py and new.py, and lets a check do damage. */
const DAMAGED = turnThat(`
const { file } = await workspace.read("a.py");
await transaction.apply([{ path: "a.py", text: "ours\\n", base: file.hash }, { path: "new.py", text: "new\\n", base: null }]);
await transaction.watch(async () => {
  writeFileSync("b.py", "damaged\\n");
  unlinkSync("c.py");
  await Bun.sleep(400);
  await ready();
});
`);

async function killOnceReady(program: string, root: string): Promise<void> {
  const child = Bun.spawn(["bun", "-e", program, root], { stdout: "pipe" });
  await child.stdout.getReader().read();
  child.kill("SIGKILL");
  await child.exited;
}

const FILES = { "a.py": "a\n", "b.py": "b\n", "c.py": "c\n", "d.py": "d\n" };

/** Its second candidate stands on what the user wrote after the first one. */
const OVERTAKEN = turnThat(`
const put = async (text) => {
  const { file } = await workspace.read("a.py");
  await transaction.apply([{ path: "a.py", text, base: file.hash }]);
};
await put("ours\\n");
await transaction.unapply();
writeFileSync("a.py", "user's\\n");
await put("ours again\\n");
await ready();
`);

test("killed with a candidate on top of what the user wrote meanwhile: that comes back", async () => {
  const root = makeTree(FILES);
  await killOnceReady(OVERTAKEN, root);
  expect(picture(root)["a.py"]).toBe("644 ours again\n");
  expect(await undo(root)).toMatchObject({ files: ["a.py"] });
  expect(picture(root)["a.py"]).toBe("644 user's\n");
});

test("killed while a check runs: what the check did to files is taken back, too", async () => {
  const root = makeTree(FILES);
  const before = picture(root);
  await killOnceReady(DAMAGED, root);
  expect(picture(root)).not.toEqual(before);
  const undone = await undo(root);
  expect(undone).toEqual({ ok: true, files: ["a.py", "b.py", "c.py", "new.py"] });
  expect(picture(root)).toEqual(before);
  expect((await redo(root)).ok).toBe(false);
});

test("edits made after the crash stay; ours is kept beside the journal and reported", async () => {
  const root = makeTree(FILES);
  await killOnceReady(DAMAGED, root);
  await Bun.sleep(150);
  fill(root, { "a.py": "user's a\n", "b.py": "user's b\n", "d.py": "user's d\n" });
  const begun = await (await open(root)).begin("s");
  if (!begun.ok) throw new Error(begun.reason);
  expect(picture(root)).toEqual({
    "a.py": "644 user's a\n",
    "b.py": "644 user's b\n",
    "c.py": "644 c\n",
    "d.py": "644 user's d\n",
  });
  const ours = begun.notices.flatMap(
    (notice) => notice.match(/^a\.py was changed.*ours is in (\S+)\.$/)?.[1] ?? [],
  );
  expect(ours.map((path) => readFileSync(join(root, path), "utf8"))).toEqual(["ours\n"]);
  await begun.transaction.close();
  const again = await (await open(root)).begin("s");
  if (!again.ok) throw new Error(again.reason);
  expect(again.notices).toEqual([]);
  await again.transaction.close();
});

test("a journal whose last line was cut off counts up to that line", async () => {
  const root = makeTree(FILES);
  await killOnceReady(DAMAGED, root);
  const undoFolder = join(root, ".smallcode/undo");
  const turn = readdirSync(undoFolder).find((name) => /^\d+$/.test(name)) ?? "";
  const journal = join(undoFolder, turn, "journal.jsonl");
  writeFileSync(journal, `${readFileSync(journal, "utf8")}\n{"op":"committed","steps":[`);
  expect((await undo(root)).ok).toBe(true);
  expect(picture(root)["a.py"]).toBe("644 a\n");
});

test("a journal cannot make a recovery write outside the workspace", async () => {
  const outside = makeTree({ "x.py": "x\n" });
  const root = makeTree(FILES);
  await killOnceReady(DAMAGED, root);
  const undoFolder = join(root, ".smallcode/undo");
  const turn = readdirSync(undoFolder).find((name) => /^\d+$/.test(name)) ?? "";
  const journal = join(undoFolder, turn, "journal.jsonl");
  const evil = {
    op: "write",
    folders: [],
    steps: [{ path: `../${outside.split("/").at(-1)}/x.py`, before: null, after: null }],
  };
  writeFileSync(journal, `${readFileSync(journal, "utf8")}\n${JSON.stringify(evil)}\n`);
  expect((await undo(root)).ok).toBe(true);
  expect(picture(outside)).toEqual({ "x.py": "644 x\n" });
});
