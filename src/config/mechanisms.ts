/**
 * The turn's mechanisms, so that the bench can measure each: one record, read from SMALLCODE_MECHANISMS as JSON. It is no setting
 * of the user's: all are on.
 */
import { z } from "zod";
import type { Result } from "../types.ts";

const on = z.boolean().default(true);

export const Mechanisms = z.strictObject({
  /** A step whose place is known is asked for in one request, as code in a fence. */
  direct: on,
  /** What failed goes back to the model. */
  feedback: on,
  /** Further candidates for the same request. */
  sampling: on,
  /** From whole files to one definition to lines. */
  granularity: on,
  /** Suspect lines are computed, and come first. */
  localisation: on,
  /** A failed step falls into smaller ones; a large task is planned as several. */
  decomposition: on,
});
export type Mechanisms = z.infer<typeof Mechanisms>;

export const MECHANISMS = "SMALLCODE_MECHANISMS";

export function readMechanisms(text: string | undefined): Result<{ mechanisms: Mechanisms }> {
  const wrong = {
    ok: false as const,
    reason: `${MECHANISMS} must be a JSON object of ${Object.keys(Mechanisms.shape).join(", ")}, each true or false.`,
  };
  try {
    const parsed = Mechanisms.safeParse(JSON.parse(text ?? "{}"));
    return parsed.success ? { ok: true, mechanisms: parsed.data } : wrong;
  } catch (error) {
    if (error instanceof SyntaxError) return wrong;
    throw error;
  }
}
