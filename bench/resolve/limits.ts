/** The limits that every try runs under. */
import { MOST } from "./pool.ts";

/** Seconds for one task in all. */
export const MOST_S = 240;

/** As flags; one that this binary does not know is left out, and said. */
export function limitFlags(binary: string, say: (line: string) => void): string[] {
  const { stdout } = Bun.spawnSync([binary, "--help"]);
  const wanted = { "--max-time": `${MOST_S}s`, "--max-attempts": String(MOST) };
  return Object.entries(wanted).flatMap(([flag, value]) => {
    if (stdout.toString().includes(`${flag} `)) return [flag, value];
    say(`This binary has no ${flag}: its tries run without that limit.`);
    return [];
  });
}
