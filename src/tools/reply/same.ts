/** Whether code is the same wherever it stands. */

function dedent(text: string): string {
  const lines = text.split("\n").map((line) => line.trimEnd());
  const indents = lines
    .slice(1)
    .filter((line) => line !== "")
    .map((line) => /^[ \t]*/.exec(line)?.[0].length ?? 0);
  const last = lines.at(-1) ?? "";
  const least = Math.min(...indents, /^[ \t]*/.exec(last)?.[0].length ?? 0);
  return [(lines[0] ?? "").trimStart(), ...lines.slice(1).map((line) => line.slice(least))].join("\n");
}

/** Whether two texts are the same code but for where it stands. */
export const isSame = (a: string, b: string): boolean => dedent(a) === dedent(b);
