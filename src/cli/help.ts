/** The help text, made from the tables of `args.ts`, and the lookup in the manual. Imports nothing heavy. */
import { nearest } from "../config/nearest.ts";
import { COMMANDS } from "./args.ts";
import { FLAGS, type FlagRow } from "./flags.ts";
import { PAGES } from "./manual.ts";

function spelling({ name, short, value, optional }: FlagRow): string {
  const valued = value === undefined ? "" : optional ? `[=${value}]` : ` ${value}`;
  return `${short === undefined ? "    " : `-${short}, `}--${name}${valued}`;
}

function table(rows: [left: string, right: string][], width: number): string {
  return rows.map(([left, right]) => `  ${left.padEnd(width)} ${right}`).join("\n");
}

const NAMES_A_LINE = 7;

/** The names of the manual's pages, on a line of their own each few. */
function pageNames(): string {
  const names = PAGES.map(({ name }) => name);
  const lines = names.flatMap((_, at) =>
    at % NAMES_A_LINE === 0 ? [names.slice(at, at + NAMES_A_LINE).join(", ")] : [],
  );
  return lines.join(",\n        ");
}

/** What `--help` prints; at most 60 lines of 100 characters. */
export const HELP = `smallcode: a coding agent for small local models

  smallcode [FLAGS]             a conversation on the terminal, task by task (/help there)
  smallcode [FLAGS] "task"      one task; stdin is data, stdout the answer or the diff, stderr progress
${table(
  COMMANDS.map(({ name, words, help }) => [`smallcode ${name}${words ? ` ${words}` : ""}`, help]),
  29,
)}

Flags:
${table(
  FLAGS.map((row) => [spelling(row), row.help]),
  29,
)}

Exit: 0 verified or answered, 1 failed and put back, 2 usage, 3 unverified, 4 not permitted, 5 no model,
      6 a limit, 130 interrupted

Manual: smallcode help PAGE, which is ${pageNames()}`;

/** The manual's best page on these words; `found: false` says what there is instead. No words: the help text. */
export function helpOn(words: string[]): { found: boolean; text: string } {
  if (words.length === 0) return { found: true, text: HELP };
  const wanted = words.map((word) => word.toLowerCase().replace(/^-+/, ""));
  const named = PAGES.find(({ name }) => wanted.includes(name));
  if (named) return { found: true, text: named.text };
  const flags = FLAGS.filter(({ name }) => wanted.includes(name));
  const pages = PAGES.filter(({ text }) => wanted.every((word) => text.toLowerCase().includes(word)));
  if (flags.length > 0 || pages.length > 0) {
    const rows =
      flags.length > 0
        ? [
            table(
              flags.map((row) => [spelling(row), row.help]),
              29,
            ),
          ]
        : [];
    return { found: true, text: [...rows, ...pages.map(({ text }) => text)].join("\n\n") };
  }
  const guess = nearest(
    wanted[0] ?? "",
    PAGES.map(({ name }) => name),
  );
  return {
    found: false,
    text: `No page of the manual is on ${JSON.stringify(words.join(" "))}; the nearest is: smallcode help ${guess}. A task that begins with "help" goes in quotes.`,
  };
}
