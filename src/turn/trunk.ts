/**
 * What a conversation of several tasks has behind it: the messages of the last task whose work stands, or of the last question.
 * The next one goes on from them, so that the server reads only what is new, and code that stands there is not shown again.
 */
import { sharesFor, tokensOf } from "../model/budget.ts";
import type { ChatMessage } from "../model/model.ts";
import type { Rung } from "../types.ts";
import type { TurnParts, TurnRequest } from "./context.ts";
import type { Meter } from "./meter.ts";

/** Of what can be sent, the part that earlier tasks may take. A longer trunk is dropped, so that this happens seldom. */
const SHARE = 0.4;

/** What stands between the head and the first message of a task; `turns`: so many have ended since, the newest of it included. */
export interface Above {
  messages: ChatMessage[];
  turns: number;
}

export const NOTHING_ABOVE: Above = { messages: [], turns: 0 };

/** Whether a text stands there word for word. */
export const standsIn = ({ messages }: Above, text: string): boolean =>
  text.trim() !== "" && messages.some(({ content }) => content.includes(text.trim()));

/** What the requests of a conversation begin with: the head of a rung, or the one for code as the reply. */
export type Form = Rung | "direct";

export class Trunk {
  private kept: { form: Form; above: Above } | null = null;

  /** A turn has ended. */
  ended(): void {
    if (this.kept !== null) this.kept.above.turns += 1;
  }

  /** The turn that now ends stands: the next one goes on from its messages, which are those behind the head. */
  keep(form: Form, messages: ChatMessage[]): void {
    // An answer to a tool's call would have to come first.
    this.kept = form === "native" || form === "plain" ? null : { form, above: { messages, turns: 0 } };
  }

  /** Tokens that the next task goes on from, by the estimate; 0: it begins at the head. */
  get size(): number {
    return tokensOf(this.kept?.above.messages ?? []);
  }

  forget(): void {
    this.kept = null;
  }

  /** What a task in this form goes on from, if it is at most so many tokens. */
  above(form: Form, most: number): Above | "too long" {
    if (this.kept?.form !== form) return NOTHING_ABOVE;
    return tokensOf(this.kept.above.messages) <= most ? this.kept.above : "too long";
  }
}

/** What the first conversation of a turn goes on from. A trunk that is too long is dropped, which is an event. */
export function aboveOf(
  { trunk }: TurnRequest,
  { model }: Pick<TurnParts, "model">,
  meter: Meter,
  form: Form = model.ladder.rung,
): Above {
  const above = trunk?.above(form, sharesFor(model).prompt * SHARE) ?? NOTHING_ABOVE;
  if (above !== "too long") return above;
  trunk?.forget();
  meter.reset("The earlier tasks fill their share of the model's window.");
  return NOTHING_ABOVE;
}
