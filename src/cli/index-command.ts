/** `smallcode index [--json]`: brings the code graph of the folder up to date and says what it holds. */
import { environment, loadSettings } from "../config.ts";
import { type CodeGraph, openGrapher, type Progress } from "../graph/graph.ts";
import type { Workspace } from "../workspace/workspace.ts";
import type { ParsedArgs } from "./args.ts";
import { complain } from "./complain.ts";
import { INTERRUPTED } from "./exit.ts";
import { openToRead } from "./folder.ts";
import { type ProgressLine, progressLine } from "./progress.ts";
import { terminalSafeJson } from "./sanitize.ts";

const count = (n: number): string => n.toLocaleString("en-US");
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

/** Gives the exit code. `worker`: see `openGrapher`. */
export async function runIndex(
  { flags }: Extract<ParsedArgs, { command: "index" }>,
  worker: string[],
): Promise<number> {
  const loaded = await loadSettings({ ...environment(), flags, cwd: process.cwd() });
  if (!loaded.ok) return complain(loaded.reason, 2);
  const { settings } = loaded;
  const opened = await openToRead(settings);
  if (!opened.ok) return complain(opened.reason, 2);
  const { workspace } = opened;
  if (workspace.notice !== null) return complain(workspace.notice, 2);
  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(name, () => stop.abort(name));
  const line = progressLine({ plain: settings.terminal.dumb || settings.mode.json });
  try {
    const { report, troubles, kept } = await index(workspace, { worker, line, signal: stop.signal });
    line.clear();
    for (const trouble of troubles) complain(trouble, 1);
    if (!kept) return 1;
    process.stdout.write(settings.mode.json ? `${terminalSafeJson(report)}\n` : `${sentence(report)}\n`);
    return 0;
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    line.clear();
    return complain("Interrupted: the code graph is as it was before.", INTERRUPTED);
  }
}

/** What the graph holds now; `read`: how many files had to be read for it. `bytes` are of source. */
interface Report {
  v: 1;
  files: number;
  definitions: number;
  bytes: number;
  read: number;
  ms: number;
}

const sentence = ({ files, definitions, bytes, read, ms }: Report): string =>
  `${count(files)} files, ${count(definitions)} definitions, ${megabytes(bytes)}; ${count(read)} files read in ${(ms / 1000).toFixed(2)} s`;

async function index(
  workspace: Workspace,
  { worker, line, signal }: { worker: string[]; line: ProgressLine; signal: AbortSignal },
): Promise<{ report: Report; troubles: string[]; kept: boolean }> {
  const troubles: string[] = [];
  const started = performance.now();
  let read = 0;
  const onProgress = ({ done, total, files }: Progress): void => {
    read = files;
    const passed = (performance.now() - started) / 1000;
    line.tell(
      `Reading the code: ${Math.floor((100 * done) / total)} % of ${megabytes(total)}, ${passed.toFixed(0)} s`,
    );
  };
  const grapher = openGrapher(workspace, { worker, trouble: (text) => troubles.push(text) });
  const report = await grapher.ask(
    ({ index: code }: CodeGraph): Report => ({
      v: 1,
      files: code.files.length,
      definitions: code.files.reduce((sum, _, id) => sum + code.definitionsIn(id).length, 0),
      bytes: code.files.reduce((sum, { size }) => sum + size, 0),
      read,
      ms: Math.round(performance.now() - started),
    }),
    { signal, onProgress },
  );
  return { report, troubles, kept: grapher.isKept() };
}
