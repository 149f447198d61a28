/** The session log: lazy, whole lines, resumable, and never in a turn's way. */
import { expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLog } from "../../src/session/log.ts";
import type { TurnEvent } from "../../src/types.ts";

const notice = (text: string): TurnEvent => ({ type: "notice", level: "info", text });
const folder = (): string => mkdtempSync(join(tmpdir(), "smallcode-log-"));

test("nothing is made before the first event; then one line for each", () => {
  const root = folder();
  const log = openLog(root, "2030-01-01-abc");
  expect(existsSync(join(root, ".smallcode"))).toBe(false);
  expect(log.write(notice("one\ntwo"))).toBeNull();
  expect(log.write(notice("é"))).toBeNull();
  log.close();
  expect(log.path).toBe(join(root, ".smallcode/sessions/2030-01-01-abc.jsonl"));
  const lines = [notice("one\ntwo"), notice("é")].map((event) => `${JSON.stringify(event)}\n`);
  expect(readFileSync(log.path, "utf8")).toBe(lines.join(""));
  expect(readFileSync(join(root, ".smallcode/.gitignore"), "utf8")).toBe("*\n");
});

test("a resumed log goes on after a line that was cut off", () => {
  const root = folder();
  const first = openLog(root, "s");
  first.write(notice("one"));
  first.close();
  writeFileSync(first.path, `${readFileSync(first.path, "utf8")}{"type":"noti`);
  const second = openLog(root, "s");
  second.write(notice("two"));
  second.close();
  const lines = [JSON.stringify(notice("one")), '{"type":"noti', JSON.stringify(notice("two")), ""];
  expect(readFileSync(first.path, "utf8")).toBe(lines.join("\n"));
});

test("a folder that cannot be written is reported once, as a value", () => {
  const root = folder();
  writeFileSync(join(root, ".smallcode"), "in the way");
  const log = openLog(root, "s");
  const reason = `This session is not logged: ${join(root, ".smallcode")} is in the way: it has to be a folder; move it elsewhere.`;
  expect(log.write(notice("one"))).toEqual({ ok: false, reason });
  expect(log.write(notice("two"))).toBeNull();
  log.close();
});

test("a session id is a plain file name", () => {
  for (const id of ["", "../x", "a/b", ".hidden"])
    expect(() => openLog(folder(), id)).toThrow("not a session id");
});
