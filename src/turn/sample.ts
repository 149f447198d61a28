import type { CodeSymbol, Step } from "../types.ts";
import type { Work } from "./context.ts";
import type { StepEnd } from "./judge.ts";
export async function plainStep(_step: Step, _symbols: CodeSymbol[], _work: Work): Promise<StepEnd> {
  return { kind: "failed", last: null, reason: "not built" };
}
