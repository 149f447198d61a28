/** `smallcode graph`: its help at once, and everything else only where something is asked. */
import type { ParsedArgs } from "./args.ts";
import { GRAPH_HELP } from "./graph/words.ts";

/** Gives the exit code. `worker`: see `openGrapher`. */
export async function runGraph(
  parsed: Extract<ParsedArgs, { command: "graph" }>,
  worker: string[],
): Promise<number> {
  if (parsed.query === null && parsed.flags.graph?.html === undefined) {
    process.stdout.write(`${GRAPH_HELP}\n`);
    return 0;
  }
  const { answerGraph } = await import("./graph/run.ts");
  return answerGraph(parsed, worker);
}
