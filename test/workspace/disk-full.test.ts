/** A full disk: nothing changes, the reason is one sentence, and the turn can still end. Needs a tiny file system of its own. */
import { expect, test } from "bun:test";
import { join } from "node:path";
import { canMount, onTinyDisk } from "../harness/tiny-disk.ts";

const SOURCE = join(import.meta.dir, "../../src/workspace/workspace.ts");
const LOG = join(import.meta.dir, "../../src/session/log.ts");
/** Runs a script on a tiny disk that is a workspace with one file. */
const onWorkspaceDisk = (script: string): unknown =>
  onTinyDisk(`
    import { openWorkspace, undo } from ${JSON.stringify(SOURCE)};
    import { openLog } from ${JSON.stringify(LOG)};
    writeFileSync(root + "/a.txt", "a\\n");
    const { workspace } = await openWorkspace(root, { ignore: [], allowWrite: () => true });
    const names = () => readdirSync(root).filter((name) => !name.startsWith("fill")).sort();
    ${script}`);

test.skipIf(!canMount)("a change that does not fit is refused and nothing is left of it", () => {
  const answer = onWorkspaceDisk(`
    const { transaction } = await workspace.begin("s");
    const { file } = await workspace.read("a.txt");
    writeFileSync(root + "/spare", "s".repeat(300000));
    fill();
    unlinkSync(root + "/spare");
    const big = "y".repeat(200000);
    const applied = await transaction.apply([
      { path: "a.txt", text: "b\\n", base: file.hash },
      { path: "sub/new.txt", text: big, base: null },
    ]);
    const seen = { applied, names: names(), text: readFileSync(root + "/a.txt", "utf8") };
    await transaction.close();
    empty();
    const again = await workspace.begin("s");
    console.log(JSON.stringify({ ...seen, again: again.ok, notices: again.notices }));
  `);
  expect(answer).toEqual({
    applied: { ok: false, reason: "Nothing was changed because the disk is full." },
    names: [".smallcode", "a.txt"],
    text: "a\n",
    again: true,
    notices: [],
  });
});

test.skipIf(!canMount)(
  "a turn whose check has filled the disk can still be kept, and be undone later",
  () => {
    const answer = onWorkspaceDisk(`
    const { transaction } = await workspace.begin("s");
    const { file } = await workspace.read("a.txt");
    const more = Array.from({ length: 40 }, (_, i) => ({ path: "n" + i, text: "n", base: null }));
    await transaction.apply([{ path: "a.txt", text: "b\\n", base: file.hash }, ...more]);
    fill();
    const committed = await transaction.commit();
    const text = readFileSync(root + "/a.txt", "utf8");
    empty();
    const undone = await undo(root);
    console.log(JSON.stringify({ committed, text, undone, names: names(), after: readFileSync(root + "/a.txt", "utf8") }));
  `) as { undone: { files: string[] } };
    expect(answer.undone.files.length).toBe(41);
    expect<unknown>(answer).toMatchObject({
      committed: { ok: true, undoable: true },
      text: "b\n",
      undone: { ok: true },
      names: [".smallcode", "a.txt"],
      after: "a\n",
    });
  },
);

test.skipIf(!canMount)(
  "a restore that does not fit is reported, and the next start brings the files back",
  () => {
    const answer = onWorkspaceDisk(`
    const big = "z".repeat(100000);
    writeFileSync(root + "/big.txt", big);
    const { transaction } = await workspace.begin("s");
    await transaction.protect();
    const { file } = await workspace.read("a.txt");
    await transaction.apply([{ path: "a.txt", text: "b\\n", base: file.hash }]);
    await transaction.watch(async () => { unlinkSync(root + "/big.txt"); fill(); });
    const reverted = await transaction.revert([]);
    await transaction.close();
    empty();
    const begun = await workspace.begin("s");
    console.log(JSON.stringify({
      failed: reverted.failed, begun: begun.ok, names: names(),
      big: existsSync(root + "/big.txt") && readFileSync(root + "/big.txt", "utf8") === big,
      a: readFileSync(root + "/a.txt", "utf8"),
    }));
  `);
    expect(answer).toEqual({
      failed: "Not every file could be brought back because the disk is full.",
      begun: true,
      names: [".smallcode", "a.txt", "big.txt"],
      big: true,
      a: "a\n",
    });
  },
);

test.skipIf(!canMount)(
  "no turn begins on a full disk, and the log says once that it cannot be written",
  () => {
    const answer = onWorkspaceDisk(`
    fill();
    const begun = await workspace.begin("s");
    const log = openLog(root, "s1");
    const event = { type: "notice", level: "info", text: "x".repeat(9000) };
    const first = log.write(event);
    const second = log.write(event);
    log.close();
    console.log(JSON.stringify({ begun, first, second }));
  `) as { begun: { ok: boolean; reason: string }; first: { reason: string }; second: unknown };
    expect(answer.begun.ok).toBe(false);
    expect(answer.begun.reason).toContain("the disk is full");
    expect(answer.first.reason).toMatch(/^This session is not logged: .*the disk is full\.$/);
    expect(answer.second).toBeNull();
  },
);
