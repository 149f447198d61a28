/**
 * Whether a step still gets anywhere. Judged on the call, its result and the tree together: the same call may be made as often
 * as it finds something else, or the tree has changed in between; the same of all three is a circle.
 */
import type { Candidate, ToolCall } from "../types.ts";
import type { Work } from "./context.ts";

/**
 * The same call with the same result on the same tree ends a step when it is made so often. What reads the tree cannot have another
 * answer; a check may be waited for.
 */
export const mostSame = ({ tool }: ToolCall): number => (tool === "run_check" ? 4 : 2);
/** A tree that an accepted change leads back to: once may be a correction. */
const MOST_RETURNS = 2;

/** Times are no news: `failed in 1.2 s` and `failed in 1.3 s` say the same. */
const withoutTimes = (text: string): string =>
  text.replace(/\d+([.,]\d+)?\s*(ms|s|seconds?|minutes?)\b/g, "");

export class Progress {
  private readonly calls = new Map<string, number>();
  private readonly trees = new Map<string, number>();

  /** `tree`: what the step began with. */
  constructor(private tree: string) {
    this.trees.set(tree, 1);
  }

  /** How often this call has had this result on the tree as it stands, this time included. */
  called(call: ToolCall, result: string): number {
    const key = withoutTimes(JSON.stringify([this.tree, call, result]));
    const times = (this.calls.get(key) ?? 0) + 1;
    this.calls.set(key, times);
    return times;
  }

  /** A change was accepted that leads to this tree; true where the step has only come back to it too often. */
  changed(tree: string): boolean {
    this.tree = tree;
    const times = (this.trees.get(tree) ?? 0) + 1;
    this.trees.set(tree, times);
    return times > MOST_RETURNS;
  }
}

/** Names a candidate by what it changes. */
export const keyOf = ({ changes }: Candidate): string => JSON.stringify(changes);

/** Names the tree that the turn's changes have led to. */
export async function treeOf({ transaction }: Pick<Work, "transaction">): Promise<string> {
  const changes = await transaction.changes();
  return Bun.hash(JSON.stringify(changes.map(({ path, after }) => [path, after]))).toString(36);
}
