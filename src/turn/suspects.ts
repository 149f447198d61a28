/** Where a failure is most likely due to: computed from what the checks said, never asked of the model. */
import type { CheckReport, Suspect } from "../types.ts";
import type { Work } from "./context.ts";

/** The lines that red reports lead to, likeliest first, outside the files that judge; empty where nothing points anywhere. */
export async function suspectsOf(reports: CheckReport[], work: Pick<Work, "forbids">): Promise<Suspect[]> {
  const found = new Map<string, Suspect>();
  for (const { frames, path, line } of reports.flatMap(({ diagnostics }) => diagnostics)) {
    const places = frames ?? (path === undefined || line === undefined ? [] : [{ path, line }]);
    for (const [index, place] of places.entries()) {
      if (work.forbids(place.path) !== null) continue;
      const key = `${place.path}:${place.line}`;
      const score = (index + 1) / places.length;
      if ((found.get(key)?.score ?? 0) < score) found.set(key, { ...place, score });
    }
  }
  return [...found.values()].sort((a, b) => b.score - a.score);
}
