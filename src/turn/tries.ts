/** The candidates of a turn as its events tell of them: how many were judged, and what failed since something last held. */
import type { TurnEvent } from "../types.ts";

/** Lines that are remembered. */
const MOST_LINES = 8;

export class Tries {
  /** Candidates that were judged. */
  count = 0;
  /** Whether the last of them failed. */
  failing = false;
  private summary = "";
  private lines: string[] = [];

  hear(event: TurnEvent): void {
    if (event.type === "result")
      this.summary = event.result.kind === "candidate" ? event.result.candidate.summary : "";
    if (event.type !== "verdict") return;
    const { status, reason } = event.verdict;
    this.count += 1;
    this.failing = status === "failed";
    const line = `- ${this.summary === "" ? "a rewrite" : this.summary}: ${reason}`.replace(/\s+/g, " ");
    this.lines = status === "verified" ? [] : [...this.lines.filter((one) => one !== line), line];
    this.summary = "";
  }

  /** What was tried and how it failed, in a line each, newest last. */
  get failures(): string[] {
    return this.lines.slice(-MOST_LINES);
  }
}
