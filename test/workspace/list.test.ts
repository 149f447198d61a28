/** Which files are the project's: gitignore's rules judged against git itself, secrets, speed; and what is refused on reading. */
import { expect, test } from "bun:test";
import { chmodSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { openWorkspace } from "../../src/workspace/workspace.ts";
import { fill, makeTree, open } from "./tree.ts";

const RULES = `# comment
*.log
!keep.log
/top.txt
build/
docs/*.md
**/deep/x
a/**/z
foo/**
\\#hash
\\!bang
trailing\\ 
[ab].c
[!x]?.d
*.tmp*
!important.tmp1
nested/only/
q?.e
[z-a].bad
`;

const PATHS = [
  "a.log",
  "keep.log",
  "sub/b.log",
  "sub/keep.log",
  "top.txt",
  "sub/top.txt",
  "build/x",
  "sub/build/y",
  "docs/a.md",
  "docs/b/a.md",
  "deep/x",
  "q/deep/x",
  "a/z",
  "a/b/z",
  "a/b/c/z",
  "foo/1",
  "foo/2/3",
  "sub/foo/4",
  "#hash",
  "!bang",
  "trailing ",
  "a.c",
  "c.c",
  "sub/b.c",
  "xy.d",
  "yx.d",
  "n.tmp",
  "n.tmp2",
  "important.tmp1",
  "nested/only/f",
  "nested/other",
  "q1.e",
  "q12.e",
  "plain.txt",
  "sub/inner/p.txt",
  "sub/inner/secret.txt",
  "sub/k/one.txt",
  "sub/one.txt",
  "sub/k/two.txt",
  "é.txt",
];

test("the list is the one git would make", async () => {
  const root = makeTree(Object.fromEntries(PATHS.map((path) => [path, "x"])));
  fill(root, {
    ".gitignore": RULES,
    "sub/.gitignore": "*.txt\n!one.txt\n!/inner/\n/k/two.txt\n",
    "sub/inner/.gitignore": "!p.txt\n",
    "lower/.git-not": "x",
  });
  Bun.spawnSync(["git", "init", "-q"], { cwd: root });
  fill(root, { ".git/info/exclude": "plain.*\n" });
  const git = Bun.spawnSync(["git", "ls-files", "-z", "-co", "--exclude-standard"], { cwd: root });
  const expected = git.stdout.toString().split("\0").filter(Boolean).sort();
  expect(expected.length).toBeGreaterThan(15);
  expect(await (await open(root)).list()).toEqual(expected);
  const sub = Bun.spawnSync(["git", "ls-files", "-z", "-co", "--exclude-standard"], {
    cwd: join(root, "sub"),
  });
  expect(await (await open(join(root, "sub"))).list()).toEqual(
    sub.stdout.toString().split("\0").filter(Boolean).sort(),
  );
});

test("without git the same rules hold; the settings' globs outrank them", async () => {
  const root = makeTree({ ".gitignore": "*.log\n", "a.log": "", "b.txt": "", "gen/c.txt": "", "d.txt": "" });
  expect(await (await open(root)).list()).toEqual([".gitignore", "b.txt", "d.txt", "gen/c.txt"]);
  expect(await (await open(root, ["gen/", "d.*", "!a.log"])).list()).toEqual([".gitignore", "b.txt"]);
});

test("secrets, dependencies and machinery are never listed, secrets never read", async () => {
  const secrets = [
    ".env",
    ".env.local",
    "sub/.env.production",
    ".envrc",
    "server.pem",
    "tls/site.key",
    "id_rsa",
    "keys/id_ed25519",
    ".npmrc",
    ".netrc",
    "credentials.json",
    "client_secret_1.apps.example.com.json",
    "secrets.yaml",
    ".aws/credentials",
    ".ssh/config",
    "ID_RSA",
    "prod.ENV/../.ENV",
  ];
  const root = makeTree(Object.fromEntries(secrets.map((path) => [path, "SECRET=1\n"])));
  fill(root, {
    "a.py": "a\n",
    "credentials.py": "x\n",
    "service_account_test.py": "x\n",
    "id_rsa.pub": "x\n",
    "keyboard.ts": "x\n",
    "node_modules/m/i.js": "x",
    ".venv/x.py": "x",
    "__pycache__/x.pyc": "x",
    ".smallcode/undo/x": "x",
    ".git/HEAD": "x",
  });
  symlinkSync(".env", join(root, "link.txt"));
  const workspace = await open(root);
  expect(await workspace.list()).toEqual([
    "a.py",
    "credentials.py",
    "id_rsa.pub",
    "keyboard.ts",
    "service_account_test.py",
  ]);
  for (const path of [...secrets, "link.txt", ".git/HEAD", ".smallcode/undo/x"]) {
    const read = await workspace.read(path);
    expect({ path, ok: read.ok }).toEqual({ path, ok: false });
  }
});

test("reading: text, line ends and BOM; each refusal says why in one sentence", async () => {
  const outside = makeTree({ "x.txt": "x" });
  const root = makeTree({
    "crlf.txt": "\uFEFFa\r\nb\r\nc",
    "empty.txt": "",
    bin: new Uint8Array([1, 0, 2]),
    "broken.txt": new Uint8Array([0x63, 0xc3, 0xa9, 0xe9, 0x0a]),
    "big.txt": "x".repeat(2 * 1024 * 1024 + 1),
    "run.sh": ["#!/bin/sh\n", 0o755],
    "dir/x": "x",
  });
  symlinkSync(join(outside, "x.txt"), join(root, "out"));
  symlinkSync("loop", join(root, "loop"));
  Bun.spawnSync(["mkfifo", join(root, "pipe")]);
  const workspace = await open(root);
  const read = async (path: string) => {
    const result = await workspace.read(path);
    return result.ok ? result.file : result.reason;
  };
  expect(await read("crlf.txt")).toMatchObject({
    text: "a\nb\nc",
    eol: "\r\n",
    bom: true,
    lines: 3,
    mode: 0o644,
  });
  expect(await read("./dir/../run.sh")).toMatchObject({
    path: "run.sh",
    eol: "\n",
    bom: false,
    lines: 1,
    mode: 0o755,
  });
  expect(await read("empty.txt")).toMatchObject({ text: "", lines: 0 });
  expect(await Promise.all(["bin", "broken.txt", "big.txt", "dir", "none.txt", "pipe"].map(read))).toEqual([
    "bin is a binary file.",
    "broken.txt is UTF-8 text with broken bytes; repair it first.",
    "big.txt has 2.0 MB; files over 2 MB are not read.",
    "dir is a folder; name a file in it.",
    "none.txt does not exist.",
    "pipe is not a regular file.",
  ]);
  for (const path of ["out", "loop", "../x", "/etc/hosts", "", "a\0b"])
    expect(typeof (await read(path))).toBe("string");
  expect(await workspace.exists("out")).toBe(false);
  expect(await workspace.exists("dir")).toBe(true);
});

test("links are neither listed nor followed", async () => {
  const root = makeTree({ "a/x.py": "x" });
  symlinkSync("..", join(root, "a/up"));
  symlinkSync("x.py", join(root, "a/y.py"));
  expect(await (await open(root)).list()).toEqual(["a/x.py"]);
});

test("the root of the file system and $HOME open with an empty list and a notice", async () => {
  for (const folder of ["/", homedir()]) {
    const opened = await openWorkspace(folder, { ignore: [], allowWrite: () => true });
    if (!opened.ok) throw new Error(opened.reason);
    expect(await opened.workspace.list()).toEqual([]);
    expect(opened.workspace.notice).toContain(realpathSync(folder));
  }
});

test("a missing folder, a file, and an unreadable folder are refused", async () => {
  const root = makeTree({ "a.txt": "" });
  const refusal = async (path: string): Promise<string> => {
    const opened = await openWorkspace(path, { ignore: [], allowWrite: () => true });
    return opened.ok ? "opened" : opened.reason;
  };
  expect(await refusal(join(root, "none"))).toBe(
    `${join(root, "none")} cannot be opened because it does not exist.`,
  );
  expect(await refusal(join(root, "a.txt"))).toBe(`${join(root, "a.txt")} is a file; give a folder.`);
  if (process.getuid?.() === 0) return;
  mkdirSync(join(root, "closed"));
  chmodSync(join(root, "closed"), 0);
  expect(await refusal(join(root, "closed"))).toContain("permission was denied");
});

test("3,000 files are listed within 300 ms", async () => {
  const root = makeTree({ ".gitignore": "*.log\n*.o\n/dist\nbuild/\n*.swp\ncoverage/\n!keep.log\ntmp*\n" });
  for (let folder = 0; folder < 60; folder += 1) {
    mkdirSync(join(root, `src/pkg${folder}`), { recursive: true });
    for (let file = 0; file < 50; file += 1) writeFileSync(join(root, `src/pkg${folder}/f${file}.ts`), "x");
  }
  const workspace = await open(root);
  const start = performance.now();
  expect((await workspace.list()).length).toBe(3001);
  expect(performance.now() - start).toBeLessThan(300);
});
