/** The model's thinking as a person sees it: folded into one line while it streams and one that stays, or in full. */
import { estimateTokens } from "../model/estimate.ts";
import type { TurnEvent } from "../types.ts";

/** `tokens` are estimated: servers count them with the reply. */
export interface Thought {
  text: string;
  ms: number;
  tokens: number;
}

/** Puts thoughts together from the events of turns. A thought is what the model thinks until anything else happens. */
export class Thoughts {
  /** The last one that has ended; "" before the first. */
  last = "";
  private text = "";
  private since = 0;

  /** The thought that this event ends; null where it ends none. `now` in ms. */
  hear(event: TurnEvent, now: number): Thought | null {
    if (event.type === "thinking") {
      if (this.text === "") this.since = now;
      this.text += event.text;
      return null;
    }
    const text = this.text.trim();
    this.text = "";
    if (text === "") return null;
    this.last = text;
    return { text, ms: now - this.since, tokens: estimateTokens(text) };
  }

  /** The one that goes on; null where none does. */
  current(now: number): Thought | null {
    if (this.text.trim() === "") return null;
    return { text: this.text, ms: now - this.since, tokens: estimateTokens(this.text) };
  }
}
