/** The candidates of a turn: how many were judged, what failed since something last held, and how often in a row nothing new came. */
import type { TurnEvent } from "../types.ts";

/** Lines that are remembered. */
const MOST_LINES = 8;

export class Tries {
  /** Candidates that were judged. */
  count = 0;
  /** Whether the last of them failed. */
  failing = false;
  /** Replies in a row that gave nothing but what had failed before on the same tree, whatever was asked. */
  repeats = 0;
  private readonly judged = new Set<string>();
  private summary = "";
  private lines: string[] = [];

  /** A candidate is about to be judged; `key` names it and the tree that it changes. */
  judging(key: string): void {
    this.repeats = this.judged.has(key) ? this.repeats + 1 : 0;
    this.judged.add(key);
  }

  /** A candidate came once more and is not judged. */
  repeated(): void {
    this.repeats += 1;
  }

  /** Another step begins, or a change stands: what was said before may be right now. */
  afresh(): void {
    this.repeats = 0;
  }

  hear(event: TurnEvent): void {
    if (event.type === "result")
      this.summary = event.result.kind === "candidate" ? event.result.candidate.summary : "";
    if (event.type !== "verdict") return;
    const { status, reason } = event.verdict;
    this.count += 1;
    this.failing = status === "failed";
    if (!this.failing) this.afresh();
    const line = `- ${this.summary === "" ? "a rewrite" : this.summary}: ${reason}`.replace(/\s+/g, " ");
    this.lines = status === "verified" ? [] : [...this.lines.filter((one) => one !== line), line];
    this.summary = "";
  }

  /** What was tried and how it failed, in a line each, newest last. */
  get failures(): string[] {
    return this.lines.slice(-MOST_LINES);
  }
}
