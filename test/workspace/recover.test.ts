/** What the next start makes of a turn whose process has died, in states that a kill seldom meets. */
import { expect, test } from "bun:test";
import { chmodSync, linkSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Blobs } from "../../src/workspace/blobs.ts";
import { Clock } from "../../src/workspace/clock.ts";
import { readTurns } from "../../src/workspace/journal.ts";
import { type Recovery, recover } from "../../src/workspace/recover.ts";
import { begin, edit, makeTree, open, picture } from "./tree.ts";

/** As the next start does it, with the turn as its process has left it. */
function nextStart(root: string): Recovery {
  const undoFolder = join(root, ".smallcode", "undo");
  const blobs = new Blobs(undoFolder);
  return recover(readTurns(undoFolder), { root, blobs, clock: new Clock(undoFolder), died: Date.now() });
}

test("a mode that the user has given to a file of the turn stays", async () => {
  const root = makeTree({ "a.py": "a\n", "b.py": "b\n" });
  const workspace = await open(root);
  const turn = await begin(workspace);
  for (const path of ["a.py", "b.py"]) await edit(workspace, turn, path, "ours\n");
  chmodSync(join(root, "a.py"), 0o755);
  expect(nextStart(root)).toEqual({ files: ["a.py", "b.py"], notices: [] });
  expect(picture(root)).toEqual({ "a.py": "755 a\n", "b.py": "644 b\n" });
  await turn.close();
});

test("what a check damages comes back as the user has left it before, what it makes a pipe of, too", async () => {
  const root = makeTree({ "a.py": "a\n", "b.py": "b\n" });
  const turn = await begin(await open(root));
  await turn.protect();
  writeFileSync(join(root, "a.py"), "theirs\n");
  await turn.watch(async () => {
    writeFileSync(join(root, "a.py"), "damaged\n");
    rmSync(join(root, "b.py"));
    Bun.spawnSync(["mkfifo", join(root, "b.py")]);
  });
  expect(nextStart(root)).toEqual({ files: ["a.py", "b.py"], notices: [] });
  expect(picture(root)).toEqual({ "a.py": "644 theirs\n", "b.py": "644 b\n" });
  await turn.close();
});

test("no name that a file had while it was written is left beside it", async () => {
  const root = makeTree({ "src/a.py": "a\n" });
  const turn = await begin(await open(root));
  await turn.protect();
  linkSync(join(root, "src/a.py"), join(root, "src/.a.py.smallcode-tmp"));
  await turn.watch(async () => undefined);
  expect(nextStart(root)).toEqual({ files: [], notices: [] });
  expect(picture(root)).toEqual({ "src/a.py": "644 a\n" });
  await turn.close();
});
