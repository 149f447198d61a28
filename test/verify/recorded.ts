/** What real tools wrote on small projects, and programs that write it again: the tools themselves are not part of this project. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The text of a recording; ROOT stands for the folder of the project. */
export const recording = (name: string): string =>
  readFileSync(join(import.meta.dir, "recorded", name), "utf8");

export interface Recorded {
  /** Printed. */
  out?: string;
  /** Written where an option of the call asks for the report. */
  file?: string;
  /** The option, as it begins. */
  option?: string;
  code: number;
}

/** A program that does what the real one did. */
export function program({ out = "", file = "", option = "", code }: Recorded): string {
  return `#!/usr/bin/env python3
import os, sys
root = os.getcwd()
text = ${JSON.stringify(file)}.replace("ROOT", root)
words = sys.argv[1:]
for at, word in enumerate(words):
    if ${JSON.stringify(option)} and word.startswith(${JSON.stringify(option)}):
        path = word[len(${JSON.stringify(option)}):] or words[at + 1]
        with open(path, "w") as report: report.write(text)
sys.stdout.write(${JSON.stringify(out)}.replace("ROOT", root))
sys.exit(${code})
`;
}
