/** What is wrong, said to a person. */
import { oneLine } from "./sanitize.ts";

/** Room for a sentence to the user that names files, in characters. */
export const SENTENCE = 500;

/** One sentence on stderr; gives the exit code that goes with it. */
export function complain(reason: string, exit: number): number {
  process.stderr.write(`smallcode: ${oneLine(reason, SENTENCE)}\n`);
  return exit;
}
