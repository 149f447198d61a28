/** `smallcode doctor [--json]`: the servers in reach, the model that a task would be given to, and what is wrong with them. */
import { environment, loadSettings } from "../config.ts";
import type { ParsedArgs } from "./args.ts";
import { complain } from "./complain.ts";
import { diagnose } from "./doctor/examine.ts";
import { DoctorReport } from "./doctor/report.ts";
import { screenOf } from "./doctor/screen.ts";
import { oneLine, terminalSafeJson } from "./sanitize.ts";

/** A line of progress, where someone looks; the next one and the report take its place. */
function progress(dumb: boolean): { tell: (text: string) => void; clear: () => void } {
  const shown = process.stderr.isTTY === true && !dumb;
  return {
    tell: (text) => {
      if (shown) process.stderr.write(`\r\x1b[K${oneLine(text)}`);
    },
    clear: () => {
      if (shown) process.stderr.write("\r\x1b[K");
    },
  };
}

/** Gives the exit code. */
export async function runDoctor(
  parsed: Extract<ParsedArgs, { command: "doctor" }>,
  version: string,
): Promise<number> {
  const host = environment();
  const loaded = await loadSettings({ ...host, flags: parsed.flags, cwd: process.cwd() });
  if (!loaded.ok) return complain(loaded.reason, 2);
  const { settings, sources } = loaded;
  const { json } = settings.mode;
  const { tell, clear } = progress(settings.terminal.dumb || json);
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  tell("Looking for model servers...");
  const report = await diagnose({
    settings,
    named: sources["connection.endpoint"] ?? "",
    host,
    cwd: process.cwd(),
    version,
    signal: stop.signal,
    tell,
  });
  clear();
  if (stop.signal.aborted) return 130;
  process.stdout.write(json ? `${terminalSafeJson(DoctorReport.parse(report))}\n` : screenOf(report));
  return report.exit;
}
