/** Tools that delete and move whole files: what they propose, on the disk, and what they refuse with what to do instead. */
import { expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openGrapher } from "../../src/graph/graph.ts";
import { toolNamed } from "../../src/tools/index.ts";
import type { ToolResult } from "../../src/types.ts";
import { isFrozen } from "../../src/verify/frozen.ts";
import { begin, makeTree, open, picture } from "../workspace/tree.ts";

const FILES = {
  "src/old.py": "def f():\n    return 1\n",
  "src/user.py": "from src.old import f\n\nprint(f())\n",
  "src/other.py": "# old is only spoken of here\nx = 1\n",
  "run.sh": ["#!/bin/sh\r\necho one\n", 0o755] as [string, number],
  "bom.txt": "\uFEFFone\r\ntwo\r\n",
  "image.bin": new Uint8Array([1, 0, 2]),
  "tests/test_old.py": "from src.old import f\n",
};

async function call(root: string, name: string, args: Record<string, unknown>): Promise<ToolResult> {
  const tool = toolNamed(name);
  if (tool === undefined) throw new Error(`no tool ${name}`);
  const workspace = await open(root);
  return tool.run(tool.args.parse(args), {
    workspace,
    ask: (question) => openGrapher(workspace, { store: null }).ask(question),
    forbids: (path) => (isFrozen(path) ? `${path} judges the change; change the code that it tests.` : null),
    checks: [],
    origin: "model",
    room: 4000,
  });
}

/** Does what a call proposes, and gives the tree then and after it was taken back. */
async function done(root: string, result: ToolResult) {
  if (result.kind !== "candidate") throw new Error(JSON.stringify(result));
  const turn = await begin(await open(root));
  const applied = await turn.apply(result.candidate.changes);
  const then = picture(root);
  await turn.revert([]);
  await turn.close();
  return { applied, then, after: picture(root) };
}

const reason = (result: ToolResult): string => (result.kind === "refusal" ? result.reason : result.kind);

test("delete_file deletes one file and nothing else, and it can be taken back", async () => {
  const root = makeTree(FILES);
  const before = picture(root);
  const { "src/other.py": gone, ...rest } = before;
  const { then, after } = await done(root, await call(root, "delete_file", { path: "src/other.py" }));
  expect(gone).toBeDefined();
  expect(then).toEqual(rest);
  expect(after).toEqual(before);
});

test.each([
  ["run.sh", "bin/deep/start.sh"],
  ["bom.txt", "notes.txt"],
])("move_file keeps every byte and the mode: %s", async (path, to) => {
  const root = makeTree(FILES);
  const before = picture(root);
  const { [path]: moved, ...rest } = before;
  const { then, after } = await done(root, await call(root, "move_file", { path, to }));
  expect(then).toEqual({ ...rest, [to]: moved ?? "" });
  expect(after).toEqual(before);
});

test("a file that the turn deleted and brings back has its line ends and mode again", async () => {
  const root = makeTree(FILES);
  const before = picture(root);
  const workspace = await open(root);
  const read = await workspace.read("run.sh");
  if (!read.ok) throw new Error(read.reason);
  const { text, hash } = read.file;
  const turn = await begin(workspace);
  await turn.apply([{ path: "run.sh", text: null, base: hash }]);
  await turn.apply([{ path: "run.sh", text, base: null }]);
  expect(picture(root)).toEqual(before);
  await turn.close();
});

test("move_file names the files that import the moved one, not those that speak of it", async () => {
  const root = makeTree(FILES);
  const result = await call(root, "move_file", { path: "src/old.py", to: "src/fresh.py" });
  expect(result.kind === "candidate" && result.candidate.summary).toBe(
    "moves src/old.py to src/fresh.py; still imported by its old name in src/user.py, tests/test_old.py",
  );
});

test.each([
  ["delete_file", { path: "missing.py" }, /does not exist.*Choose a text file/],
  ["delete_file", { path: "../outside.py" }, /outside the workspace.*Choose/],
  ["delete_file", { path: "out/secret.py" }, /leads outside the workspace/],
  ["delete_file", { path: "link.py" }, /is a link to src\/old\.py; delete that file/],
  ["delete_file", { path: "image.bin" }, /binary file.*Choose/],
  ["delete_file", { path: "src" }, /is a folder; name a file in it/],
  ["delete_file", { path: "tests/test_old.py" }, /judges the change; change the code/],
  ["move_file", { path: "missing.py", to: "a.py" }, /does not exist/],
  ["move_file", { path: "src/old.py", to: "src/user.py" }, /exists already; give a path that is free/],
  ["move_file", { path: "src/old.py", to: "src" }, /exists already/],
  ["move_file", { path: "src/old.py", to: "src/old.py" }, /is there already; give another path/],
  ["move_file", { path: "src/old.py", to: "../old.py" }, /outside the workspace.*inside the project/],
  ["move_file", { path: "src/old.py", to: "/tmp/old.py" }, /absolute path; give it relative/],
  ["move_file", { path: "src/old.py", to: "out/old.py" }, /leads outside the workspace/],
  ["move_file", { path: "src/old.py", to: ".git/hooks/x" }, /not part of the project/],
  ["move_file", { path: "src/old.py", to: "tests/test_new.py" }, /judges the change/],
  ["move_file", { path: "src/old.py", to: "t/helper.py" }, /tests\/helper\.py judges the change/],
  ["move_file", { path: "tests/test_old.py", to: "src/gone.py" }, /judges the change/],
  ["move_file", { path: "link.py", to: "a.py" }, /is a link to src\/old\.py; move that file/],
  ["move_file", { path: "image.bin", to: "b.bin" }, /binary file/],
])("%s %j is refused with what to do instead", async (name, args, why) => {
  const root = makeTree(FILES);
  const outside = mkdtempSync(join(tmpdir(), "smallcode-outside-"));
  mkdirSync(outside, { recursive: true });
  writeFileSync(join(outside, "secret.py"), "x = 1\n");
  symlinkSync(outside, join(root, "out"));
  symlinkSync("src/old.py", join(root, "link.py"));
  symlinkSync("tests", join(root, "t"));
  expect(reason(await call(root, name, args))).toMatch(why);
});

test("what the choice lacks is said: a file, not a symbol; a target; a new path", () => {
  const choice = { tool: "", target: null, check: null, text: "" };
  const symbol = { ...choice, target: { path: "a.py", symbol: "f" } };
  const remove = toolNamed("delete_file");
  const move = toolNamed("move_file");
  expect(remove?.fromChoice(symbol)).toMatchObject({
    ok: false,
    reason: expect.stringMatching(/choose a\.py itself/),
  });
  expect(remove?.fromChoice(choice)).toMatchObject({ ok: false });
  expect(move?.fromChoice(choice)).toMatchObject({ ok: false, reason: expect.stringMatching(/target/) });
  expect(move?.fromChoice(symbol)).toMatchObject({ ok: false, reason: expect.stringMatching(/new path/) });
  expect(move?.fromChoice({ ...symbol, text: "./b.py " })).toEqual({
    ok: true,
    args: { path: "a.py", to: "b.py" },
  });
});
