/** Runs `write_code` on a real folder. */
import { openGrapher } from "../../src/graph/graph.ts";
import { toolNamed } from "../../src/tools/index.ts";
import type { ToolResult } from "../../src/types.ts";
import { isFrozen } from "../../src/verify/frozen.ts";
import { makeTree, open } from "../workspace/tree.ts";

/** What a reply comes to in a folder with these files; `files`: those it may be about. */
export async function write(
  tree: Record<string, string>,
  text: string,
  files: string[] = Object.keys(tree).slice(0, 1),
): Promise<ToolResult> {
  const tool = toolNamed("write_code");
  if (tool === undefined) throw new Error("There is no write_code.");
  const workspace = await open(makeTree(tree));
  return tool.run(tool.args.parse({ text, files }), {
    workspace,
    ask: (question) => openGrapher(workspace, { store: null }).ask(question),
    forbids: (path) => (isFrozen(path) ? `${path} judges the change; change the code that it tests.` : null),
    checks: [],
    origin: "model",
    room: 4000,
  });
}

/** The new texts by path, or the reason why there are none. */
export async function writes(
  ...args: Parameters<typeof write>
): Promise<Record<string, string | null> | string> {
  const result = await write(...args);
  if (result.kind === "refusal") return result.reason;
  if (result.kind !== "candidate") return result.kind;
  return Object.fromEntries(result.candidate.changes.map(({ path, text }) => [path, text]));
}
