/** A full disk: nothing changes, the reason is one sentence, and the turn can still end. Needs a tiny file system of its own. */
import { expect, test } from "bun:test";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const SOURCE = join(import.meta.dir, "../../src/workspace/workspace.ts");
const LOG = join(import.meta.dir, "../../src/session/log.ts");
const canMount =
  Bun.spawnSync(["unshare", "-Urm", "sh", "-c", "mount -t tmpfs none /mnt"], { stderr: "ignore" })
    .exitCode === 0;

/** Runs a script with `root` being a file system of one megabyte, and gives what it prints as JSON. */
function onTinyDisk(script: string): unknown {
  const root = mkdtempSync(join(tmpdir(), "smallcode-tiny-"));
  const code = `
    import { readdirSync, readFileSync, writeFileSync, unlinkSync, existsSync } from "node:fs";
    import { openWorkspace, undo } from ${JSON.stringify(SOURCE)};
    import { openLog } from ${JSON.stringify(LOG)};
    const root = process.argv[1];
    writeFileSync(root + "/a.txt", "a\\n");
    const { workspace } = await openWorkspace(root, { ignore: [], allowWrite: () => true });
    const fill = () => {
      let n = 0;
      for (let size = 65536; size >= 1; size = size >> 1)
        for (;;) { try { writeFileSync(root + "/fill" + n++, "x".repeat(size)); } catch { unlinkSync(root + "/fill" + (n - 1)); break; } }
    };
    const empty = () => { for (const name of readdirSync(root)) if (name.startsWith("fill")) unlinkSync(root + "/" + name); };
    const names = () => readdirSync(root).filter((name) => !name.startsWith("fill")).sort();
    ${script}`;
  const run = Bun.spawnSync([
    "unshare",
    "-Urm",
    "sh",
    "-c",
    'mount -t tmpfs -o size=1m none "$1" && cd / && exec bun -e "$2" "$1"',
    "sh",
    root,
    code,
  ]);
  if (run.exitCode !== 0) throw new Error(run.stderr.toString());
  return JSON.parse(run.stdout.toString());
}

test.skipIf(!canMount)("a change that does not fit is refused and nothing is left of it", () => {
  const answer = onTinyDisk(`
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
    const answer = onTinyDisk(`
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
    const answer = onTinyDisk(`
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
    const answer = onTinyDisk(`
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
