/** The commands that need no model: `undo`, `redo`, `config`. */
import { environment, loadSettings, userConfigPath } from "../config.ts";
import type { Result } from "../types.ts";
import { redo, undo } from "../workspace/workspace.ts";
import type { ParsedArgs } from "./args.ts";
import { complain } from "./complain.ts";
import { oneLine } from "./sanitize.ts";
import { reportSettings, settingRows } from "./settings-report.ts";

/** Gives the exit code. */
export async function runCommand(
  parsed: Extract<ParsedArgs, { command: "undo" | "redo" | "config" }>,
): Promise<number> {
  const host = environment();
  const loaded = await loadSettings({ ...host, flags: parsed.flags, cwd: process.cwd() });
  if (!loaded.ok) return complain(loaded.reason, 2);
  const { settings, sources } = loaded;
  if (parsed.command === "config") {
    const report = reportSettings(settingRows(settings, sources), {
      json: settings.mode.json,
      userFile: userConfigPath(host),
    });
    process.stdout.write(report);
    return 0;
  }
  const done = await moveTurn(parsed.command, settings.workspace.root);
  if (!done.ok) return complain(done.reason, 1);
  process.stdout.write(`${done.said}\n`);
  return 0;
}

/** Takes the last turn of the folder back, or brings it back; says which files. */
export async function moveTurn(
  direction: "undo" | "redo",
  root: string,
): Promise<Result<{ said: string; files: string[] }>> {
  const done = await (direction === "undo" ? undo : redo)(root);
  if (!done.ok) return done;
  const verb = direction === "undo" ? "Taken back" : "Brought back";
  const { files } = done;
  return { ok: true, files, said: `${verb}: ${files.map((path) => oneLine(path)).join(", ")}` };
}
