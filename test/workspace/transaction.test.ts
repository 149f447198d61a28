/** A turn's hold on the tree: apply, checks that do damage, user edits, revert, mtimes. */
import { expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { MAX_CACHE_BYTES } from "../../src/workspace/retention.ts";
import { openWorkspace } from "../../src/workspace/workspace.ts";
import { base, begin, edit, fill, makeTree, mtimeOf, open, picture } from "./tree.ts";

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Every file that was kept for the user in any turn's folder, by content. */
function keptIn(root: string): string[] {
  const undo = join(root, ".smallcode", "undo");
  return readdirSync(undo, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.parentPath.includes("/kept"))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));
}

test("line ends, BOM, a missing final newline and the mode survive an edit and its revert", async () => {
  const root = makeTree({
    "crlf.txt": "one\r\ntwo\r\nthree",
    "bom.txt": "\uFEFFone\ntwo\n",
    "mixed.txt": "a\nb\r\nc\r\nd\ne\n",
    "run.sh": ["#!/bin/sh\necho one\n", 0o755],
    "secretive.py": ["x = 1\n", 0o600],
  });
  const before = picture(root);
  const workspace = await open(root);
  const turn = await begin(workspace);
  await edit(workspace, turn, "crlf.txt", "one\n2\n3\nthree");
  await edit(workspace, turn, "bom.txt", "one\n2\n");
  await edit(workspace, turn, "mixed.txt", "a\nb\nC\nd\ne\n");
  await edit(workspace, turn, "run.sh", "#!/bin/sh\necho 2\n");
  await edit(workspace, turn, "secretive.py", "x = 2");
  expect(picture(root)).toEqual({
    "bom.txt": `${before["bom.txt"]}`.replace("two", "2"),
    "crlf.txt": "644 one\r\n2\r\n3\r\nthree",
    "mixed.txt": "644 a\nb\r\nC\r\nd\ne\n",
    "run.sh": "755 #!/bin/sh\necho 2\n",
    "secretive.py": "600 x = 2",
  });
  await turn.revert([]);
  expect(picture(root)).toEqual(before);
  await turn.close();
});

test("new files and folders of the turn go on revert, foreign new files stay and are listed", async () => {
  const root = makeTree({ "a.py": "a\n" });
  const workspace = await open(root);
  const turn = await begin(workspace);
  await turn.protect();
  await edit(workspace, turn, "new/deep/b.py", "b\n");
  expect(readFileSync(join(root, "new/deep/b.py"), "utf8")).toBe("b\n");
  fill(root, { "report.txt": "r", "__pycache__/b.pyc": "x", "new/deep/__pycache__/b.pyc": "x" });
  const reverted = await turn.revert(["__pycache__"]);
  expect(reverted.left).toEqual(["report.txt"]);
  expect(picture(root)).toEqual({ "a.py": "644 a\n", "report.txt": "644 r" });
  expect(existsSync(join(root, "new"))).toBe(false);
  expect(existsSync(join(root, "__pycache__"))).toBe(false);
  await turn.close();
});

test("what a check did to files is undone byte for byte, with modes; the candidate stays", async () => {
  const root = makeTree({
    "a.py": "a\n",
    "b.py": "b\n",
    "dir/c.py": "c\n",
    "dir/d.sh": ["d\n", 0o755],
    "e.bin": new Uint8Array([0, 255, 1]),
    ".gitignore": "out/\n",
    "out/built.o": "old object",
    ".env": "KEY=1\n",
    "__pycache__/old.pyc": "old",
    "moved.py": "m\n",
  });
  symlinkSync("a.py", join(root, "link"));
  const workspace = await open(root);
  const turn = await begin(workspace);
  expect(await turn.protect()).toEqual({ unprotected: [], failed: null });
  const before = picture(root);
  await edit(workspace, turn, "a.py", "candidate\n");
  const candidate = picture(root);
  const damage = async (): Promise<void> => {
    writeFileSync(join(root, "a.py"), "broken by the check\n");
    unlinkSync(join(root, "b.py"));
    rmSync(join(root, "dir"), { recursive: true });
    writeFileSync(join(root, "dir"), "a file in the way");
    writeFileSync(join(root, "e.bin"), "text now");
    writeFileSync(join(root, "out/built.o"), "new object");
    unlinkSync(join(root, ".env"));
    unlinkSync(join(root, "link"));
    symlinkSync("/etc/passwd", join(root, "link"));
    renameSync(join(root, "moved.py"), join(root, "moved2.py"));
    fill(root, { "__pycache__/new.pyc": "n", ".pytest_cache/v": "v", "pkg/__pycache__/x.pyc": "x" });
    await pause(5);
  };
  await turn.watch(damage);
  const cleaned = await turn.clean(["__pycache__", ".pytest_cache"]);
  expect(cleaned.failed).toBeNull();
  expect(cleaned.left).toEqual(["moved2.py"]);
  expect(cleaned.repaired).toEqual([
    ".env",
    "a.py",
    "b.py",
    "dir/c.py",
    "dir/d.sh",
    "e.bin",
    "link",
    "moved.py",
    "out/built.o",
  ]);
  unlinkSync(join(root, "moved2.py"));
  expect(picture(root)).toEqual(candidate);
  await turn.watch(damage);
  await turn.watch(async () => chmodSync(join(root, "out/built.o"), 0o700));
  await turn.revert(["__pycache__", ".pytest_cache"]);
  unlinkSync(join(root, "moved2.py"));
  expect(picture(root)).toEqual(before);
  await turn.close();
});

test("a restore never follows a link that a check has put in place of a folder", async () => {
  const outside = makeTree({ "c.py": "not ours\n" });
  const root = makeTree({ "dir/c.py": "c\n" });
  const turn = await begin(await open(root));
  await turn.protect();
  // What the link leads to is older than the check.
  await Bun.sleep(50);
  await turn.watch(async () => {
    rmSync(join(root, "dir"), { recursive: true });
    symlinkSync(outside, join(root, "dir"));
  });
  await turn.revert([]);
  await turn.close();
  expect(picture(root)).toEqual({ "dir/c.py": "644 c\n" });
  expect(picture(outside)).toEqual({ "c.py": "644 not ours\n" });
});

test("what changes before the first check is the user's, in files of the turn and in others", async () => {
  const root = makeTree({ "a.py": "a\n", "b.py": "b\n" });
  const workspace = await open(root);
  const turn = await begin(workspace);
  await turn.protect();
  await edit(workspace, turn, "a.py", "ours\n");
  writeFileSync(join(root, "a.py"), "theirs\n");
  writeFileSync(join(root, "b.py"), "theirs, too\n");
  await turn.watch(() => pause(5));
  expect(await turn.clean([])).toEqual({ repaired: [], left: ["a.py"], theirs: ["b.py"], failed: null });
  expect(await turn.revert([])).toEqual({ files: [], left: ["a.py"], failed: null });
  expect(picture(root)).toEqual({ "a.py": "644 theirs\n", "b.py": "644 theirs, too\n" });
  expect(keptIn(root)).toContain("ours\n");
  await turn.close();
});

test("a change that is overtaken between its reading and its writing is refused, and none of its files is the turn's", async () => {
  const root = makeTree({ "a.py": "a\n", "b.py": "b\n", "c.py": "c\n" });
  const save = (path: string): void => {
    writeFileSync(join(root, `${path}.new`), "theirs\n");
    renameSync(join(root, `${path}.new`), join(root, path));
  };
  let overtake = true;
  // The user saves `b.py` when it was read for the change, and `a.py` is read next.
  const allowWrite = (path: string): boolean => {
    if (path !== "a.py" || !overtake) return true;
    overtake = false;
    save("b.py");
    return true;
  };
  const opened = await openWorkspace(root, { ignore: [], allowWrite });
  if (!opened.ok) throw new Error(opened.reason);
  const { workspace } = opened;
  const turn = await begin(workspace);
  await turn.protect();
  const changes = await Promise.all(
    ["c.py", "b.py", "a.py"].map(async (path) => ({
      path,
      base: await base(workspace, path),
      text: "ours\n",
    })),
  );
  expect(await turn.apply(changes)).toEqual({
    ok: false,
    reason: expect.stringContaining("b.py was changed by someone else since it was read"),
  });
  expect(picture(root)).toEqual({ "a.py": "644 a\n", "b.py": "644 theirs\n", "c.py": "644 c\n" });
  await edit(workspace, turn, "a.py", "ours\n");
  expect(turn.disturbed()).toEqual([]);
  await turn.watch(async () => writeFileSync(join(root, "b.py"), "damaged\n"));
  expect(await turn.clean([])).toEqual({ repaired: ["b.py"], left: [], theirs: ["b.py"], failed: null });
  expect(await turn.revert([])).toEqual({ files: ["a.py"], left: [], failed: null });
  expect(picture(root)).toEqual({ "a.py": "644 a\n", "b.py": "644 theirs\n", "c.py": "644 c\n" });
  await turn.close();
});

test("a folder that somebody makes in the place of a file that was taken away keeps that from coming back, and stays", async () => {
  const root = makeTree({ "a.py": "a\n" });
  const workspace = await open(root);
  const turn = await begin(workspace);
  await edit(workspace, turn, "a.py", null);
  fill(root, { "a.py/theirs.py": "theirs\n" });
  expect(await turn.unapply()).toEqual({
    ok: false,
    reason: "a.py was changed by somebody else and was left alone.",
  });
  expect(picture(root)).toEqual({ "a.py/theirs.py": "644 theirs\n" });
});

test("a pipe that a check has put in the place of a new file goes; a mode that the user gives between two writes stays", async () => {
  const root = makeTree({ "a.py": "a\n" });
  const workspace = await open(root);
  const turn = await begin(workspace);
  await turn.protect();
  await edit(workspace, turn, "a.py", "ours\n");
  chmodSync(join(root, "a.py"), 0o755);
  await edit(workspace, turn, "a.py", "ours again\n");
  await edit(workspace, turn, "new.py", "new\n");
  await turn.watch(async () => {
    rmSync(join(root, "new.py"));
    Bun.spawnSync(["mkfifo", join(root, "new.py")]);
  });
  expect(await turn.revert([])).toMatchObject({ files: ["a.py", "new.py"], failed: null });
  expect(picture(root)).toEqual({ "a.py": "755 a\n" });
  await turn.close();
});

test("edits a user makes while no check runs stay, through later checks and reverts", async () => {
  const root = makeTree({ "a.py": "a\n", "b.py": "b\n", "c.py": "c\n" });
  const workspace = await open(root);
  const turn = await begin(workspace);
  await turn.protect();
  await edit(workspace, turn, "a.py", "ours\n");
  await turn.watch(() => pause(5));
  await turn.clean([]);
  await pause(40);
  writeFileSync(join(root, "b.py"), "user's b\n");
  writeFileSync(join(root, "a.py"), "user's a\n");
  await pause(40);
  await turn.watch(async () => {
    writeFileSync(join(root, "b.py"), "damaged\n");
    writeFileSync(join(root, "c.py"), "damaged\n");
    utimesSync(join(root, "a.py"), 1, 1);
  });
  const cleaned = await turn.clean([]);
  expect(cleaned).toEqual({ repaired: ["b.py", "c.py"], left: ["a.py"], theirs: ["b.py"], failed: null });
  expect((await turn.revert([])).left).toEqual(["a.py"]);
  expect(picture(root)).toEqual({ "a.py": "644 user's a\n", "b.py": "644 user's b\n", "c.py": "644 c\n" });
  expect(keptIn(root)).toContain("ours\n");
  await turn.close();
});

test("a file that is not what the change was made from is refused; nothing of the batch is written", async () => {
  const root = makeTree({ "a.py": "a\n", "b.py": "b\n" });
  const workspace = await open(root);
  const [a, b] = [await base(workspace, "a.py"), await base(workspace, "b.py")];
  const turn = await begin(workspace);
  writeFileSync(join(root, "b.py"), "user's\n");
  const applied = await turn.apply([
    { path: "a.py", text: "x\n", base: a },
    { path: "b.py", text: "ours\n", base: b },
  ]);
  expect(applied.ok).toBe(false);
  expect(applied.ok ? "" : applied.reason).toMatch(/^b\.py was changed by someone else .*kept\/b\.py\.$/);
  expect(picture(root)).toEqual({ "a.py": "644 a\n", "b.py": "644 user's\n" });
  expect(keptIn(root)).toEqual(["ours\n"]);
  const exists = await turn.apply([{ path: "a.py", text: "x\n", base: null }]);
  expect(exists.ok ? "" : exists.reason).toBe("a.py exists already; change it instead of creating it.");
  await turn.close();
});

test("the walls hold for writing", async () => {
  const outside = makeTree({ "x.py": "x\n" });
  const root = makeTree({ "a.py": "a\n", ".git/config": "g\n" });
  symlinkSync(outside, join(root, "out"));
  symlinkSync(join(outside, "x.py"), join(root, "x.py"));
  symlinkSync("nowhere", join(root, "dangling"));
  symlinkSync(".git", join(root, "g"));
  const turn = await begin(await open(root));
  const paths = [
    "../x",
    "/etc/x",
    "a/../../x",
    "out/new.py",
    "x.py",
    ".git/config",
    ".git/hooks/pre-commit",
    "sub/.git/x",
    ".smallcode/x",
    "g/config",
    "dangling",
    ".env",
    "deploy/id_rsa",
    "",
    ".",
    "a.py/b",
  ];
  for (const path of paths) {
    const applied = await turn.apply([{ path, text: "evil\n", base: null }]);
    expect({ path, ok: applied.ok }).toEqual({ path, ok: false });
  }
  await turn.close();
  expect(picture(outside)).toEqual({ "x.py": "644 x\n" });
  expect(picture(root)[".git/config"]).toBe("644 g\n");
});

test("a link inside the workspace is written through, not replaced", async () => {
  const root = makeTree({ "real.py": "a\n" });
  symlinkSync("real.py", join(root, "link.py"));
  const workspace = await open(root);
  const turn = await begin(workspace);
  await edit(workspace, turn, "link.py", "b\n");
  expect(picture(root)).toEqual({ "link.py": "-> real.py", "real.py": "644 b\n" });
  expect((await turn.changes()).map(({ path }) => path)).toEqual(["real.py"]);
  await turn.revert([]);
  await turn.close();
  expect(picture(root)).toEqual({ "link.py": "-> real.py", "real.py": "644 a\n" });
});

test("a path without permission is refused", async () => {
  const root = makeTree({ "a.py": "a\n" });
  const opened = await openWorkspace(root, { ignore: [], allowWrite: (path) => path.startsWith("src/") });
  if (!opened.ok) throw new Error(opened.reason);
  const turn = await begin(opened.workspace);
  expect((await turn.apply([{ path: "b.py", text: "b\n", base: null }])).ok).toBe(false);
  expect((await turn.apply([{ path: "src/b.py", text: "b\n", base: null }])).ok).toBe(true);
  await turn.close();
  expect(picture(root)).toEqual({ "a.py": "644 a\n" });
});

test("each write and each restore is newer, in whole seconds, than every earlier write and check", async () => {
  const root = makeTree({ "a.py": "a\n", "b.o": "object\n" });
  const workspace = await open(root);
  let last = Math.max(mtimeOf(root, "a.py"), Math.floor(Date.now() / 1000));
  const newer = (path: string): void => {
    const now = mtimeOf(root, path);
    expect(now).toBeGreaterThan(last);
    last = now;
  };
  for (let round = 0; round < 3; round += 1) {
    const turn = await begin(workspace);
    await turn.protect();
    await edit(workspace, turn, "a.py", `round ${round}\n`);
    newer("a.py");
    await turn.watch(async () => writeFileSync(join(root, "b.o"), `built in round ${round}\n`));
    await turn.clean([]);
    newer("b.o");
    newer("a.py");
    await turn.revert([]);
    newer("a.py");
    await turn.close();
  }
  expect(last - Date.now() / 1000).toBeLessThan(20);
});

test("a build product that was brought back is older than what the next check builds, and than what is built after the turn", async () => {
  const root = makeTree({ "a.c": "a\n", "b.o": "\0object\n" });
  const turn = await begin(await open(root));
  await turn.protect();
  const age = (): number => Date.now() / 1000 - mtimeOf(root, "b.o");
  await turn.watch(async () => writeFileSync(join(root, "b.o"), "built\n"));
  await turn.clean([]);
  await turn.watch(async () => {
    expect(age()).toBeGreaterThan(0);
    writeFileSync(join(root, "b.o"), "built again\n");
  });
  await turn.clean([]);
  await turn.close();
  expect(age()).toBeGreaterThan(0);
}, 30_000);

test("a second protection copies nothing that has not changed", async () => {
  const files = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`src/f${i}.py`, `x = ${i}\n`]));
  const root = makeTree(files);
  const workspace = await open(root);
  const first = await begin(workspace);
  await pause(30);
  await first.protect();
  await first.close();
  const blobs = join(root, ".smallcode/undo/blobs");
  const stamps = (): string[] => readdirSync(blobs, { recursive: true }).map(String).sort();
  const before = stamps();
  for (const name of readdirSync(blobs)) chmodSync(join(blobs, name), 0o500);
  writeFileSync(join(root, "src/f7.py"), "x = 7777\n");
  for (const name of readdirSync(blobs)) chmodSync(join(blobs, name), 0o700);
  const second = await begin(workspace);
  await second.protect();
  expect(stamps().length - before.length).toBeLessThanOrEqual(2);
  await second.watch(async () => {
    rmSync(join(root, "src"), { recursive: true });
    mkdirSync(join(root, "src"));
  });
  expect((await second.revert([])).files.length).toBe(300);
  expect(picture(root)["src/f7.py"]).toBe("644 x = 7777\n");
  await second.close();
});

test("dependency folders and huge files are named as unprotected", async () => {
  const root = makeTree({
    "a.py": "a\n",
    "node_modules/m/index.js": "m",
    ".venv/lib/x.py": "x",
    "target/debug/x": "x",
    "Cargo.toml": "[package]\n",
    "big.bin": new Uint8Array(11 * 1024 * 1024),
  });
  const turn = await begin(await open(root));
  expect((await turn.protect()).unprotected).toEqual([".venv/", "big.bin", "node_modules/", "target/"]);
  await turn.close();
});

test("a turn that changed nothing leaves no trace in the history", async () => {
  const root = makeTree({ "a.py": "a\n" });
  const workspace = await open(root);
  const turn = await begin(workspace);
  await edit(workspace, turn, "a.py", "b\n");
  await edit(workspace, turn, "a.py", "a\n");
  expect(await turn.commit()).toEqual({ ok: true, undoable: false });
  expect(readdirSync(join(root, ".smallcode/undo")).filter((name) => /^\d/.test(name))).toEqual([]);
  expect(readFileSync(join(root, ".smallcode/.gitignore"), "utf8")).toBe("*\n");
});

test("close takes back what revert has not", async () => {
  const root = makeTree({ "a.py": "a\n" });
  const workspace = await open(root);
  const turn = await begin(workspace);
  await edit(workspace, turn, "a.py", "b\n");
  await turn.close();
  expect(picture(root)).toEqual({ "a.py": "644 a\n" });
  await (await begin(workspace)).close();
});

test("a check that removes everything, our own folder included, ends in a reason, not in a crash", async () => {
  const root = makeTree({ "a.py": "a\n", "b.py": "b\n" });
  const workspace = await open(root);
  const turn = await begin(workspace);
  await turn.protect();
  await edit(workspace, turn, "a.py", "b\n");
  await turn.watch(async () => {
    for (const name of readdirSync(root)) rmSync(join(root, name), { recursive: true });
  });
  expect((await turn.revert([])).failed).toMatch(/could not be brought back|brought back because/);
  await turn.close();
  await (await begin(workspace)).close();
});

test("a check that removes every project file loses nothing, and thousands are back in seconds", async () => {
  const files = Object.fromEntries(
    Array.from({ length: 3000 }, (_, i) => [`src/p${i % 50}/f${i}.py`, `x = ${i}\n`]),
  );
  const root = makeTree(files);
  const before = picture(root);
  const turn = await begin(await open(root));
  await turn.protect();
  await turn.watch(async () => rmSync(join(root, "src"), { recursive: true }));
  const start = performance.now();
  expect((await turn.revert([])).files.length).toBe(3000);
  expect(performance.now() - start).toBeLessThan(5000);
  expect(picture(root)).toEqual(before);
  await turn.close();
}, 20_000);

test("what toolchains cache stays until it has grown too large, then all of it goes", async () => {
  const root = makeTree({ "a.py": "a\n", ".smallcode/cache/xdg/one": "1" });
  const workspace = await open(root);
  await (await begin(workspace)).close();
  expect(existsSync(join(root, ".smallcode/cache/xdg/one"))).toBe(true);
  writeFileSync(join(root, ".smallcode/cache/large"), "");
  truncateSync(join(root, ".smallcode/cache/large"), MAX_CACHE_BYTES);
  await (await begin(workspace)).close();
  expect(existsSync(join(root, ".smallcode/cache"))).toBe(false);
  expect(picture(root)).toEqual({ "a.py": "644 a\n" });
});
