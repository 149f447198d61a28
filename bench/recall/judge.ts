/** Whether a slice shows a definition: below a line that names its file, a line that defines its name. One judge for all. */
import type { Gold } from "./commits.ts";

/** The lines of a slice by the file that they are of; a file is named by its path, alone on a line or with a ":". */
function sections(slice: string, paths: ReadonlySet<string>): Map<string, string[]> {
  const found = new Map<string, string[]>();
  let lines: string[] = [];
  for (const line of slice.split("\n")) {
    const path = line.trim().replace(/:$/, "");
    if (paths.has(path)) {
      lines = found.get(path) ?? [];
      found.set(path, lines);
    } else lines.push(line);
  }
  return found;
}

const escaped = (name: string): string => name.replace(/[^\w]/g, "\\$&");

/** Those of the definitions that the slice shows; `paths` are all files of the tree. */
export function held(slice: string, gold: Gold[], paths: ReadonlySet<string>): Gold[] {
  const byPath = sections(slice, paths);
  return gold.filter(({ path, name }) => {
    const last = name.split(".").at(-1) ?? name;
    const defines = new RegExp(`^[^"'#]*\\b(def|class)\\s+${escaped(last)}\\b`);
    return (byPath.get(path) ?? []).some((line) => defines.test(line));
  });
}
