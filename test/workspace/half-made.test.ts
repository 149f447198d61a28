/** What a check leaves new: half made where it was stopped, then it goes; else it stays and is listed. */
import { expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { begin, makeTree, open, picture } from "./tree.ts";

async function afterCheck(stopped: boolean) {
  const root = makeTree({ "a.txt": "a\n" });
  const turn = await begin(await open(root));
  await turn.protect();
  writeFileSync(join(root, "users.txt"), "mine\n");
  await Bun.sleep(40);
  await turn.watch(async () => {
    mkdirSync(join(root, "out/deep"), { recursive: true });
    writeFileSync(join(root, "out/deep/half"), "ha");
    await Bun.sleep(20);
  });
  const { left, failed } = await turn.clean([], stopped);
  expect(failed).toBeNull();
  await turn.close();
  return { root, left };
}

test("of a check that was stopped nothing new stays, and small files are kept aside", async () => {
  const { root, left } = await afterCheck(true);
  expect(left).toEqual(["users.txt"]);
  expect(Object.keys(picture(root))).toEqual(["a.txt", "users.txt"]);
  expect(existsSync(join(root, "out"))).toBe(false);
  const kept = readdirSync(join(root, ".smallcode/undo"), { recursive: true }).map(String);
  expect(kept.filter((path) => path.endsWith("kept/out/deep/half"))).toHaveLength(1);
});

test("of a check that came to its own end new files stay and are listed", async () => {
  const { root, left } = await afterCheck(false);
  expect(left).toEqual(["out/deep/half", "users.txt"]);
  expect(Object.keys(picture(root))).toEqual(["a.txt", "out/deep/half", "users.txt"]);
});
