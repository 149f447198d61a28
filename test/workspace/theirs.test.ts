/** What the user does to the tree during a turn: edits, removals and modes stay, whatever the turn and its checks do around them. */
import { expect, test } from "bun:test";
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { undo } from "../../src/workspace/workspace.ts";
import { begin, edit, makeTree, open, picture } from "./tree.ts";

const FILES = { "a.py": "a\n", "b.py": "b\n", "lib/c.py": "c\n" };
const settle = () => Bun.sleep(40);

function keptIn(root: string): string[] {
  return readdirSync(join(root, ".smallcode", "undo"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.parentPath.includes("/kept"))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));
}

async function started(files: Record<string, string> = FILES) {
  const root = makeTree(files);
  const workspace = await open(root);
  const turn = await begin(workspace);
  await turn.protect();
  await edit(workspace, turn, "a.py", "ours\n");
  await turn.watch(settle);
  await turn.clean([]);
  await settle();
  return { root, workspace, turn };
}

test("a file that the user removes between two checks stays removed and is told of", async () => {
  const { root, turn } = await started();
  rmSync(join(root, "b.py"));
  rmSync(join(root, "lib"), { recursive: true });
  await settle();
  await turn.watch(settle);
  expect(await turn.clean([])).toEqual({
    repaired: [],
    left: [],
    theirs: ["b.py", "lib/c.py"],
    failed: null,
  });
  await turn.revert([]);
  await turn.close();
  expect(picture(root)).toEqual({ "a.py": "644 a\n" });
});

test("a file that the user removes after the last check stays removed", async () => {
  const { root, turn } = await started();
  rmSync(join(root, "lib/c.py"));
  await settle();
  await turn.revert([]);
  await turn.close();
  expect(picture(root)).toEqual({ "a.py": "644 a\n", "b.py": "644 b\n" });
});

test("a file that a check removes comes back, also where the user is at work beside it and the first try fails", async () => {
  const { root, turn } = await started();
  await turn.watch(async () => {
    rmSync(join(root, "b.py"));
    await settle();
  });
  // Who looks before the folder changes again remembers whose doing it was.
  turn.disturbed();
  await settle();
  writeFileSync(join(root, "notes.txt"), "user's\n");
  expect((await turn.revert([])).left).toEqual(["notes.txt"]);
  await turn.close();
  expect(picture(root)["b.py"]).toBe("644 b\n");
  expect(picture(root)["notes.txt"]).toBe("644 user's\n");
});

test("our file that the user removes is not brought back; ours is kept", async () => {
  const { root, turn } = await started();
  rmSync(join(root, "a.py"));
  await settle();
  expect((await turn.revert([])).left).toEqual(["a.py"]);
  await turn.close();
  expect(existsSync(join(root, "a.py"))).toBe(false);
  expect(keptIn(root)).toEqual(["ours\n"]);
});

test("a mode that the user gives to our file stays; the content goes back", async () => {
  const { root, turn } = await started();
  chmodSync(join(root, "a.py"), 0o755);
  chmodSync(join(root, "b.py"), 0o600);
  await settle();
  expect((await turn.revert([])).left).toEqual([]);
  await turn.close();
  expect(picture(root)).toMatchObject({ "a.py": "755 a\n", "b.py": "600 b\n" });
});

test("modes of folders that a check changes are put back, those that the user sets stay", async () => {
  const { root, turn } = await started();
  const mode = (path: string): number => statSync(join(root, path)).mode & 0o777;
  const before = mode("lib");
  await turn.watch(async () => {
    chmodSync(join(root, "lib"), 0o500);
    await settle();
  });
  const cleaned = await turn.clean([]);
  expect(cleaned.failed).toBeNull();
  expect(mode("lib")).toBe(before);
  await settle();
  chmodSync(join(root, "lib"), 0o711);
  await settle();
  await turn.watch(settle);
  await turn.clean([]);
  await turn.watch(async () => writeFileSync(join(root, "lib", "cache"), ""));
  await turn.clean([]);
  await turn.revert([]);
  await turn.close();
  expect(mode("lib")).toBe(0o711);
});

test("an edit after the last check, before the end: noticed, kept, and an undo refuses", async () => {
  const { root, turn } = await started();
  expect(turn.disturbed()).toEqual([]);
  writeFileSync(join(root, "a.py"), "user's\n");
  writeFileSync(join(root, "b.py"), "user's b\n");
  await settle();
  expect(turn.disturbed()).toEqual(["a.py"]);
  expect(await turn.commit()).toEqual({ ok: true, undoable: true });
  expect(picture(root)).toMatchObject({ "a.py": "644 user's\n", "b.py": "644 user's b\n" });
  expect(await undo(root)).toEqual({ ok: false, reason: "The undo was not begun: a.py was changed since." });
});

test("a fingerprint tells trees apart by contents, modes and names, not by times", async () => {
  const root = makeTree(FILES);
  const printed = async (): Promise<string | null> => {
    const turn = await begin(await open(root));
    expect(turn.fingerprint()).toBeNull();
    await turn.protect();
    const print = turn.fingerprint();
    await turn.close();
    return print;
  };
  const first = await printed();
  writeFileSync(join(root, "a.py"), "a\n");
  expect(await printed()).toBe(first);
  const seen = new Set([first]);
  for (const change of [
    () => writeFileSync(join(root, "a.py"), "b\n"),
    () => chmodSync(join(root, "a.py"), 0o755),
    () => writeFileSync(join(root, "d.py"), ""),
    () => rmSync(join(root, "b.py")),
  ]) {
    change();
    seen.add(await printed());
  }
  expect(seen.size).toBe(5);
});

test("what a turn leaves has the fingerprint that the next one finds", async () => {
  const { root, turn } = await started();
  const print = turn.fingerprint();
  await turn.commit();
  const next = await begin(await open(root));
  await next.protect();
  expect(next.fingerprint()).toBe(print);
  await next.close();
});

test("a file that the user changes between two candidates is brought back as the user left it, and told of", async () => {
  const { root, workspace, turn } = await started();
  await turn.unapply();
  writeFileSync(join(root, "a.py"), "user's\n");
  await edit(workspace, turn, "a.py", "ours again\n");
  await turn.watch(settle);
  expect((await turn.clean([])).theirs).toEqual(["a.py"]);
  expect(await turn.unapply()).toEqual({ ok: true, files: ["a.py"] });
  expect(await turn.revert([])).toEqual({ files: [], left: [], failed: null });
  await turn.close();
  expect(picture(root)["a.py"]).toBe("644 user's\n");
});

test("an undo brings back what the user wrote between two candidates", async () => {
  const { root, workspace, turn } = await started();
  await turn.unapply();
  writeFileSync(join(root, "a.py"), "user's\n");
  await edit(workspace, turn, "a.py", "ours again\n");
  await turn.commit();
  await turn.close();
  expect(await undo(root)).toEqual({ ok: true, files: ["a.py"] });
  expect(picture(root)["a.py"]).toBe("644 user's\n");
});
