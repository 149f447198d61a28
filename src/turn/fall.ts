/** From a rung that keeps failing to the next one, for the rest of the session; the step begins anew there. */
import type { Rung } from "../types.ts";
import { moveTo } from "./compact.ts";
import type { StepEnd } from "./judge.ts";
import { whyNotPlain } from "./plain.ts";
import { ended, type Talk } from "./talk.ts";

const HOW: Record<Rung, string> = {
  schema: "by choices that a JSON schema binds",
  native: "by the server's own tools",
  text: "by calls written as text",
  plain: "by code that it continues",
};

/**
 * null: the step goes on, on the rung that `talk.work.parts.model.ladder` now tells (plain has no conversation). Else how the
 * step ends: with what stands, or as `last` says where no rung is left that could do it.
 */
export async function fall(talk: Talk, why: string, last: StepEnd): Promise<StepEnd | null> {
  const { work, step } = talk;
  const { model, emit } = work.parts;
  const { rung: from, next: to } = model.ladder;
  if (to === null) return last;
  const whyNot = to === "plain" ? await whyNotPlain(step, work) : null;
  if (whyNot !== null) {
    const text = `The model cannot be asked ${HOW.plain} here: ${whyNot}`;
    emit({ type: "notice", level: "info", text });
    return last;
  }
  model.ladder.fall();
  const text = `Asking the model ${HOW[from]} does not work: ${why} From now on it is asked ${HOW[to]}.`;
  emit({ type: "notice", level: "warning", text });
  if (talk.standing !== null) return ended(talk, why);
  work.meter.reset(`The rung falls from ${from} to ${to}.`);
  if (to !== "plain") await moveTo(talk, to);
  return null;
}
