/** What the size of the model's window means for a turn: too small to work, small, or smaller than the server had told. */
import { LEAST_WINDOW, SMALL_WINDOW, sharesFor, windowOf } from "../model/budget.ts";
import type { Failure } from "../model/errors.ts";
import type { Model } from "../model/model.ts";
import { SERVER_WINDOWS } from "../model/overflow.ts";
import type { TurnEnd, TurnParts } from "./context.ts";
import { endOfFailure } from "./failures.ts";

/** Of what did not fit, the part that is tried where the server does not tell its window. */
const GUESS = 0.75;
/** What is recommended where the window is small. */
const GOOD_WINDOW = 8192;

const count = (tokens: number): string => tokens.toLocaleString("en-US");
const whose = ({ name, endpoint }: Model): string =>
  `The window of ${name.split(/[\\/]/).at(-1)} at ${endpoint}`;

/** What gives the model a window that leaves room for work. */
const cureOf = ({ profile, name }: Model): string => SERVER_WINDOWS[profile.server].cure(GOOD_WINDOW, name);

/** How a turn ends whose model has a window that no task fits into; null where it has a larger one, or does not tell. */
export function endOfTooSmall(model: Model): TurnEnd | null {
  const window = windowOf(model);
  if (window === null || window >= LEAST_WINDOW) return null;
  const least = `${count(window)} tokens, less than the ${count(LEAST_WINDOW)} that a task needs`;
  return { outcome: "usage", message: `${whose(model)} is ${least}: ${cureOf(model)}.` };
}

/** What the user should know of a window that much has to be left out for; null where it is large enough. */
export function noticeOfSmall(model: Model): string | null {
  const window = windowOf(model);
  if (window === null || window >= SMALL_WINDOW) return null;
  return `${whose(model)} is only ${count(window)} tokens, so little code is shown and replies are short: ${cureOf(model)}.`;
}

/**
 * The server refused a request of `sent` tokens (prompt and reply) as too long: from now on the model's window is what it told,
 * else less than what it refused. Gives the end of the turn where nothing smaller can be asked.
 */
export function shrinkWindow(
  failure: Failure,
  sent: number,
  { model, emit }: Pick<TurnParts, "model" | "emit">,
): TurnEnd | null {
  const before = sharesFor(model).window;
  const refused = Math.min(before, sent);
  const told = failure.window ?? null;
  const guess = refused > LEAST_WINDOW ? Math.max(LEAST_WINDOW, Math.floor(refused * GUESS)) : 0;
  const now = told !== null && told < before ? told : guess;
  if (now < LEAST_WINDOW) return endOfFailure(failure);
  model.calibration.window = now;
  const how = told === now ? "told" : "guessed";
  emit({
    type: "notice",
    level: "warning",
    text: `${whose(model)} is smaller than was known: ${count(now)} tokens (${how}) in place of ${count(before)}. Less is shown from now on.`,
  });
  return null;
}
