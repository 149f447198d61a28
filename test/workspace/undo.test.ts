/** Undo and redo of whole turns without git, the lock, and how much history is kept. */
import { expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { redo, undo, type Workspace } from "../../src/workspace/workspace.ts";
import { begin, edit, fill, makeTree, mtimeOf, open, picture } from "./tree.ts";

async function turnOf(workspace: Workspace, edits: Record<string, string | null>): Promise<void> {
  const turn = await begin(workspace);
  for (const [path, text] of Object.entries(edits)) await edit(workspace, turn, path, text);
  expect(await turn.commit()).toEqual({ ok: true, undoable: true });
}

test("undo goes back turn by turn, redo forth, bytes and modes, newer mtimes each time", async () => {
  const root = makeTree({ "a.sh": ["a\r\nb", 0o755], "gone.txt": "gone\n" });
  const workspace = await open(root);
  const states = [picture(root)];
  await turnOf(workspace, { "a.sh": "a\nB", "pkg/new.py": "n\n" });
  states.push(picture(root));
  await turnOf(workspace, { "gone.txt": null, "a.sh": "c\n" });
  states.push(picture(root));
  let last = mtimeOf(root, "a.sh");
  const newer = (): void => {
    expect(mtimeOf(root, "a.sh")).toBeGreaterThan(last);
    last = mtimeOf(root, "a.sh");
  };
  expect(await undo(root)).toEqual({ ok: true, files: ["a.sh", "gone.txt"] });
  expect(picture(root)).toEqual(states[1] ?? {});
  newer();
  expect(await undo(root)).toEqual({ ok: true, files: ["a.sh", "pkg/new.py"] });
  expect(picture(root)).toEqual(states[0] ?? {});
  expect(existsSync(join(root, "pkg"))).toBe(false);
  newer();
  expect((await undo(root)).ok).toBe(false);
  expect((await redo(root)).ok).toBe(true);
  expect(picture(root)).toEqual(states[1] ?? {});
  newer();
  expect((await redo(root)).ok).toBe(true);
  expect(picture(root)).toEqual(states[2] ?? {});
  expect((await redo(root)).ok).toBe(false);
  expect(existsSync(join(root, ".git"))).toBe(false);
});

test("a new turn makes undone ones unreachable", async () => {
  const root = makeTree({ "a.txt": "a\n" });
  const workspace = await open(root);
  await turnOf(workspace, { "a.txt": "b\n" });
  await undo(root);
  await turnOf(workspace, { "a.txt": "c\n" });
  expect((await redo(root)).ok).toBe(false);
  expect(readdirSync(join(root, ".smallcode/undo")).filter((name) => /^\d+/.test(name))).toEqual(["000002"]);
  expect((await undo(root)).ok).toBe(true);
  expect(picture(root)).toEqual({ "a.txt": "644 a\n" });
});

test("undo refuses as a whole where the user has changed a file since, and names it", async () => {
  const root = makeTree({ "a.txt": "a\n", "b.txt": "b\n" });
  const workspace = await open(root);
  await turnOf(workspace, { "a.txt": "A\n", "b.txt": "B\n", "c.txt": "C\n" });
  fill(root, { "b.txt": "user's\n" });
  const before = picture(root);
  const refused = await undo(root);
  expect(refused).toEqual({ ok: false, reason: "The undo was not begun: b.txt was changed since." });
  expect(picture(root)).toEqual(before);
  fill(root, { "b.txt": "B\n" });
  rmSync(join(root, "c.txt"));
  expect((await undo(root)).ok).toBe(true);
  expect(picture(root)).toEqual({ "a.txt": "644 a\n", "b.txt": "644 b\n" });
  fill(root, { "c.txt": "user's new one\n" });
  expect(await redo(root)).toEqual({ ok: false, reason: "The redo was not begun: c.txt was changed since." });
});

test("a mode the user has set since survives the undo", async () => {
  const root = makeTree({ "a.sh": "a\n" });
  const workspace = await open(root);
  await turnOf(workspace, { "a.sh": "b\n" });
  chmodSync(join(root, "a.sh"), 0o755);
  expect((await undo(root)).ok).toBe(true);
  expect(picture(root)).toEqual({ "a.sh": "755 a\n" });
});

test("twenty turns are kept, and no blob that nothing needs", async () => {
  const root = makeTree({ "a.txt": "start\n" });
  const workspace = await open(root);
  for (let n = 0; n < 23; n += 1) await turnOf(workspace, { "a.txt": `state ${n}\n` });
  const undoFolder = join(root, ".smallcode/undo");
  expect(readdirSync(undoFolder).filter((name) => /^\d+/.test(name)).length).toBe(20);
  const blobs = readdirSync(join(undoFolder, "blobs"), { recursive: true, withFileTypes: true });
  expect(blobs.filter((entry) => entry.isFile()).length).toBe(21);
  for (let n = 0; n < 20; n += 1) expect((await undo(root)).ok).toBe(true);
  expect((await undo(root)).ok).toBe(false);
  expect(picture(root)).toEqual({ "a.txt": "644 state 2\n" });
});

test("a lost copy stops an undo before anything is touched", async () => {
  const root = makeTree({ "a.txt": "a\n", "b.txt": "b\n" });
  const workspace = await open(root);
  await turnOf(workspace, { "a.txt": "A\n", "b.txt": "B\n" });
  const before = picture(root);
  const blobs = join(root, ".smallcode/undo/blobs");
  for (const entry of readdirSync(blobs, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    if (entry.isFile() && readFileSync(file, "utf8") === "b\n") writeFileSync(file, "rot");
  }
  const undone = await undo(root);
  expect(undone.ok ? "" : undone.reason).toContain("b.txt");
  expect(picture(root)).toEqual(before);
  expect((await begin(workspace).then((turn) => turn.close())) ?? null).toBeNull();
});

test("a second process is refused in one sentence and leaves the lock alone", async () => {
  const root = makeTree({ "a.txt": "a\n" });
  const turn = await begin(await open(root));
  const source = join(import.meta.dir, "../../src/workspace/workspace.ts");
  const script = `const w = await import(${JSON.stringify(source)});
    const { workspace } = await w.openWorkspace(process.argv[1], { ignore: [], allowWrite: () => true });
    console.log(JSON.stringify([await workspace.begin("s"), await w.undo(process.argv[1])]));`;
  const other = Bun.spawnSync(["bun", "-e", script, root]);
  const reason = `Another smallcode (process ${process.pid}) is already at work in ${root}; wait until it ends, or stop it.`;
  expect(JSON.parse(other.stdout.toString())).toEqual([
    { ok: false, reason },
    { ok: false, reason },
  ]);
  await edit(await open(root), turn, "a.txt", "b\n");
  await turn.commit();
  await (await begin(await open(root))).close();
});

test("a stale lock is taken over: a dead process, a reused process id, rubbish", async () => {
  const root = makeTree({ "a.txt": "a\n" });
  const workspace = await open(root);
  await (await begin(workspace)).close();
  const lock = join(root, ".smallcode/lock");
  expect(existsSync(lock)).toBe(false);
  for (const stale of ["999999999 1 x\n", `${process.pid} 1 x\n`, "1 99999999999 x\n", "", "rubbish"]) {
    writeFileSync(lock, stale);
    await (await begin(workspace)).close();
    expect(existsSync(lock)).toBe(false);
  }
  writeFileSync(lock, `${process.ppid} `);
  expect((await workspace.begin("s")).ok).toBe(false);
});

test("only one of many processes that find a stale lock gets it", async () => {
  const root = makeTree({ "a.txt": "a\n" });
  mkdirSync(join(root, ".smallcode"));
  writeFileSync(join(root, ".smallcode/lock"), "999999999 1 x\n");
  utimesSync(join(root, ".smallcode/lock"), 1, 1);
  const source = join(import.meta.dir, "../../src/workspace/workspace.ts");
  const script = `const w = await import(${JSON.stringify(source)});
    const { workspace } = await w.openWorkspace(process.argv[1], { ignore: [], allowWrite: () => true });
    const begun = await workspace.begin("s");
    console.log(begun.ok);
    await Bun.sleep(1500);`;
  const children = Array.from({ length: 6 }, () =>
    Bun.spawn(["bun", "-e", script, root], { stdout: "pipe" }),
  );
  const answers = await Promise.all(children.map((child) => new Response(child.stdout).text()));
  expect(answers.filter((answer) => answer.trim() === "true").length).toBe(1);
}, 20_000);
