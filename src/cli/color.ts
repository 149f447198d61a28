/** Colours on a terminal. */
import type pc from "picocolors";
import { sanitize } from "./sanitize.ts";

export type Colors = ReturnType<typeof pc.createColors>;

/** A unified diff with its colours; the diff's own text is clean before. */
export function colorDiff(patch: string, c: Colors): string {
  return sanitize(patch)
    .split("\n")
    .map((line) => {
      if (/^(\+\+\+|---|diff |index )/.test(line)) return c.bold(line);
      if (line.startsWith("@@")) return c.cyan(line);
      if (line.startsWith("+")) return c.green(line);
      return line.startsWith("-") ? c.red(line) : line;
    })
    .join("\n");
}
