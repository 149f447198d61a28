/** The `.smallcode` folder of a workspace: made on first use, invisible to git, never a link to somewhere else. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Result } from "../types.ts";
import { diskReason, lstatOrNull, STATE_FOLDER } from "./walls.ts";

/** Makes `.smallcode/<name>` where it is missing and gives its absolute path. */
export function stateFolder(root: string, name: string): Result<{ folder: string }> {
  const state = join(root, STATE_FOLDER);
  const folder = join(state, name);
  try {
    for (const path of [state, folder]) {
      const stat = lstatOrNull(path);
      if (stat && !stat.isDirectory())
        return { ok: false, reason: `${path} is in the way: it has to be a folder; move it elsewhere.` };
      if (!stat) mkdirSync(path, { recursive: true, mode: 0o700 });
    }
    const ignore = join(state, ".gitignore");
    if (!existsSync(ignore)) writeFileSync(ignore, "*\n");
    return { ok: true, folder };
  } catch (error) {
    return {
      ok: false,
      reason: `${STATE_FOLDER}/ cannot be written in ${root} because ${diskReason(error)}.`,
    };
  }
}
