/** A question to the code graph of the folder, answered on stdout; progress and notes on stderr. */

import { environment, loadSettings, type Settings } from "../../config.ts";
import { type CodeGraph, openGrapher, type Progress } from "../../graph/graph.ts";
import type { ParsedArgs } from "../args.ts";
import { complain, SENTENCE } from "../complain.ts";
import { INTERRUPTED } from "../exit.ts";
import { openToRead } from "../folder.ts";
import { progressLine } from "../progress.ts";
import { quietSink, type Sink } from "../render.ts";
import { oneLine, terminalSafeJson } from "../sanitize.ts";
import { answer, missing, type Shown, type Source } from "./answers.ts";
import { screenOf } from "./screen.ts";

/** Of the JSON document. */
const VERSION = 1;

type GraphArgs = Extract<ParsedArgs, { command: "graph" }>;

/** Stdout, whose reader may leave early: that is no error. */
const openStdout = (): Sink =>
  quietSink(process.stdout, (problem) => {
    if (problem !== null) complain(problem, 1);
  });

/** Rejects when the user stops the program. */
function interruption(): { signal: AbortSignal; stopped: Promise<never> } {
  const stop = new AbortController();
  const { promise, reject } = Promise.withResolvers<never>();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.once(name, () => {
      stop.abort(name);
      reject(name);
    });
  return { signal: stop.signal, stopped: promise };
}

/** An answer for a person; gives the exit code. */
function print(shown: Shown, { terminal }: Settings, stdout: Sink): number {
  const { lines, more, note, none, missed } = shown;
  const columns = process.stdout.isTTY === true ? (process.stdout.columns ?? 80) : null;
  const color = terminal.color && columns !== null;
  if (note !== null) process.stderr.write(`${oneLine(note, SENTENCE)}\n`);
  stdout.write(screenOf(lines, { color, columns }));
  if (more > 0) stdout.write(`... ${more.toLocaleString("en-US")} more, --max N\n`);
  if (lines.length > 0) return 0;
  if (none !== "") process.stderr.write(`${oneLine(none, SENTENCE)}\n`);
  return missed ? 1 : 0;
}

async function ask(
  { query, words, flags }: GraphArgs,
  settings: Settings,
  { source, stdout }: { source: Source; stdout: Sink },
): Promise<number> {
  if (query === null) {
    const { drawPage } = await import("./page.ts");
    const drawn = await drawPage(flags.graph?.html ?? "", { source, stdout });
    if (!drawn.ok) return complain(drawn.reason, 1);
    if (drawn.said !== null) process.stderr.write(`${oneLine(drawn.said, SENTENCE)}\n`);
    return 0;
  }
  const shown = await answer(query, words, flags.graph ?? {}, source);
  const failed = shown.ok ? shown.missed && shown.lines.length === 0 : true;
  const exit = !failed ? 0 : !shown.ok && shown.usage ? 2 : 1;
  if (settings.mode.json) {
    const fields = shown.ok
      ? { ok: true, ...shown.fields }
      : { ok: false, reason: shown.reason, near: shown.near };
    stdout.write(`${terminalSafeJson({ v: VERSION, query, words, ...fields })}\n`);
    return exit;
  }
  if (shown.ok) return print(shown, settings, stdout);
  return complain(missing(shown), exit);
}

/** Gives the exit code. `worker`: see `openGrapher`. */
export async function answerGraph(parsed: GraphArgs, worker: string[]): Promise<number> {
  const { signal, stopped } = interruption();
  const loaded = await loadSettings({ ...environment(), flags: parsed.flags, cwd: process.cwd() });
  if (!loaded.ok) return complain(loaded.reason, 2);
  const { settings } = loaded;
  const opened = await openToRead(settings);
  if (!opened.ok) return complain(opened.reason, 2);
  const { workspace } = opened;
  if (workspace.notice !== null) return complain(workspace.notice, 2);
  const line = progressLine({ plain: settings.terminal.dumb || settings.mode.json });
  const onProgress = ({ done, total }: Progress): void =>
    line.tell(`Reading the code: ${Math.floor((100 * done) / total)} % of ${(total / 1e6).toFixed(1)} MB`);
  const trouble = (sentence: string): void => {
    line.clear();
    complain(sentence, 0);
  };
  const grapher = openGrapher(workspace, { worker, trouble });
  const answering = async <T>(question: (graph: CodeGraph) => Promise<T>): Promise<T> => {
    const answered = await grapher.ask(question, { signal, onProgress });
    line.clear();
    return answered;
  };
  const source: Source = { workspace, ask: answering };
  try {
    return await Promise.race([ask(parsed, settings, { source, stdout: openStdout() }), stopped]);
  } catch (error) {
    if (!signal.aborted) throw error;
    line.clear();
    return INTERRUPTED;
  } finally {
    grapher.close();
  }
}
