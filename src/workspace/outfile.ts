/**
 * A file that a person has asked for by name, inside the workspace or not: it is there whole or not at all. What is no regular
 * file, such as a pipe or a device, is written to and never replaced.
 */
import {
  chmodSync,
  closeSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, resolve } from "node:path";
import type { Result } from "../types.ts";
import { diskReason, errorCode, lstatOrNull, STAGED_SUFFIX } from "./walls.ts";

/** Writes a text to a path seen from `cwd`, and gives where it now is. Links are followed; an existing file keeps its mode. */
export function writeOutfile(cwd: string, path: string, text: string): Result<{ absolute: string }> {
  const refuse = (why: string): { ok: false; reason: string } => ({ ok: false, reason: `${path} ${why}` });
  if (path === "" || path.includes("\0")) return { ok: false, reason: "The name of a file is needed." };
  try {
    const named = resolve(cwd, path);
    const absolute = lstatOrNull(named) === null ? named : realpathSync(named);
    const stat = statSync(absolute, { throwIfNoEntry: false });
    if (stat?.isDirectory() || path.endsWith("/")) return refuse("is a folder; name a file.");
    if (stat && !stat.isFile()) writeFileSync(absolute, text);
    else replace(absolute, text, stat?.mode);
    return { ok: true, absolute };
  } catch (error) {
    if (errorCode(error) === "ENOENT") return refuse("cannot be written because its folder does not exist.");
    return refuse(`cannot be written because ${diskReason(error)}.`);
  }
}

function replace(absolute: string, text: string, mode: number | undefined): void {
  const staged = `${dirname(absolute)}/.${basename(absolute)}.${process.pid}${STAGED_SUFFIX}`;
  try {
    const fd = openSync(staged, "wx");
    try {
      writeFileSync(fd, text);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    if (mode !== undefined) chmodSync(staged, mode & 0o7777);
    renameSync(staged, absolute);
  } catch (error) {
    rmSync(staged, { force: true });
    throw error;
  }
}
