/** Files that a task names have to be readable: a turn about one that is not ends before anything is asked or run. */
import { namedPaths } from "../plan/targets.ts";
import type { TurnEnd, TurnParts } from "./context.ts";

/** The end of a turn none of whose named files can be read; null where one can, or none is named. */
export async function endOfUnreadable(
  task: string,
  { workspace }: Pick<TurnParts, "workspace">,
): Promise<TurnEnd | null> {
  const named = namedPaths(task, await workspace.list());
  const read = await Promise.all(named.map((path) => workspace.read(path)));
  const reasons = read.flatMap((one) => (one.ok ? [] : [one.reason]));
  return reasons.length > 0 && reasons.length === named.length
    ? { outcome: "failed", message: reasons.join(" ") }
    : null;
}
