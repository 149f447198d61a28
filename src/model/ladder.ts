/**
 * The rung that a model is asked on. Where one keeps failing, the session falls to the next and stays there: copies of a model
 * share its ladder.
 */
import type { Rung } from "../types.ts";
import type { Profile } from "./profile.ts";

export class Ladder {
  private readonly rungs: Rung[];
  private at = 0;

  /** Behind several rungs of chat comes plain completion, unless the server is known to have none; a rung alone was wished for. */
  constructor({ rungs, completion }: Pick<Profile, "rungs" | "completion">) {
    const last = rungs.length > 1 && completion !== false && !rungs.includes("plain");
    this.rungs = last ? [...rungs, "plain"] : [...rungs];
  }

  get rung(): Rung {
    const rung = this.rungs[this.at];
    if (rung === undefined) throw new Error("A profile has at least one rung.");
    return rung;
  }

  /** The rung below; null on the last one. */
  get next(): Rung | null {
    return this.rungs[this.at + 1] ?? null;
  }

  /** For the rest of the session. */
  fall(): void {
    if (this.next !== null) this.at += 1;
  }
}
