/**
 * Whether a step still gets anywhere. Judged on the call, its result and the tree together: the same call may be made as often
 * as it finds something else, or the tree has changed in between; the same of all three is a circle.
 */
import type { ToolCall, ToolResult } from "../types.ts";

/** The same call with the same result on the same tree ends a step when it is made for the third time. */
export const MOST_SAME = 3;
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
  called(call: ToolCall, result: ToolResult | string): number {
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
