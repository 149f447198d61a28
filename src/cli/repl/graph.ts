/** `/graph QUERY` in a conversation: the questions of `smallcode graph`, to the graph that the conversation has. */
import { SENTENCE } from "../complain.ts";
import { openToRead } from "../folder.ts";
import { answer, missing, type Source } from "../graph/answers.ts";
import { screenOf } from "../graph/screen.ts";
import { GRAPH_HELP, readGraphWords } from "../graph/words.ts";
import { oneLine } from "../sanitize.ts";
import type { Desk } from "./commands.ts";

/** Says the answer, or in a sentence why there is none. Ctrl-C stops waiting for a graph that is being made. */
export async function askGraph(
  words: string,
  { around, say, signal }: Pick<Desk, "around" | "say" | "signal">,
): Promise<void> {
  const split = words.split(/\s+/).filter((word) => word !== "");
  const read = readGraphWords(split, { literal: [], sure: true });
  if (read === null || "mistake" in read) return say(oneLine(read?.mistake ?? "", SENTENCE));
  if (read.query === null) return say(GRAPH_HELP.replaceAll("smallcode graph", "/graph"));
  const { settings, graph, screen } = around;
  const opened = await openToRead(settings);
  if (!opened.ok) return say(oneLine(opened.reason, SENTENCE));
  if (!graph.ok) return say(oneLine(graph.reason, SENTENCE));
  const source: Source = {
    workspace: opened.workspace,
    ask: (question) => graph.grapher.ask(question, { signal }),
  };
  const shown = await unlessStopped(answer(read.query, read.words, {}, source), signal);
  if (shown === null) return;
  if (!shown.ok) return say(oneLine(missing(shown), SENTENCE));
  const { lines, more, note, none } = shown;
  const text = screenOf(lines, { color: screen.color.stdout, columns: process.stdout.columns ?? 80 });
  const parts = [
    note === null ? "" : oneLine(note, SENTENCE),
    text.trimEnd(),
    more > 0 ? `... ${more.toLocaleString("en-US")} more` : "",
    lines.length === 0 ? oneLine(none, SENTENCE) : "",
  ];
  say(parts.filter((part) => part !== "").join("\n"));
}

/** null where the user did not wait for it. */
async function unlessStopped<T>(answering: Promise<T>, signal: AbortSignal): Promise<T | null> {
  try {
    return await answering;
  } catch (error) {
    if (signal.aborted) return null;
    throw error;
  }
}
