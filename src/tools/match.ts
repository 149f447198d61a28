/**
 * Finds the text that an edit means. Exact first; then line by line without regard to white space at line ends; then
 * without regard to indentation, re-indented to the file. More than one place is refused, and so is none: with the
 * nearest region, so that the next attempt can be right.
 */
import type { Result } from "../types.ts";

/** Offsets of a match in the file and the text to put there. */
export interface Match {
  start: number;
  end: number;
  text: string;
}

type Normal = (line: string) => string;

const LEVELS: Normal[] = [(line) => line.trimEnd(), (line) => line.trim().replace(/\s+/g, " ")];

const indentOf = (line: string): string => /^[ \t]*/.exec(line)?.[0] ?? "";
const isBlank = (line: string): boolean => line.trim() === "";

/** Without blank lines and fences around it, and without line numbers where every line has one (`12| code`). */
function lay(text: string): string[] {
  let lines = text.replaceAll("\r\n", "\n").split("\n");
  while (lines.length > 0 && isBlank(lines[0] ?? "")) lines = lines.slice(1);
  while (lines.length > 0 && isBlank(lines.at(-1) ?? "")) lines = lines.slice(0, -1);
  const numbered = /^\s*\d+\s*[|:\t] ?/;
  return lines.length > 0 && lines.every((line) => numbered.test(line))
    ? lines.map((line) => line.replace(numbered, ""))
    : lines;
}

function placesOf(file: string[], wanted: string[], normal: Normal): number[] {
  const lines = file.map(normal);
  const search = wanted.map(normal);
  const places: number[] = [];
  for (let at = 0; at + search.length <= lines.length; at += 1)
    if (search.every((line, index) => lines[at + index] === line)) places.push(at);
  return places;
}

/** What each indentation that the model wrote is in the file, told by the lines that they share. */
function indentsOf(wanted: string[], matched: string[]): Map<string, string> {
  const pairs = wanted.map((line, index): [string, string] => [
    indentOf(line),
    indentOf(matched[index] ?? ""),
  ]);
  return new Map(pairs.filter((_, index) => !isBlank(wanted[index] ?? "")).reverse());
}

/** An indentation that only the new lines have: from the nearest known one as far out or in as the model went, in the file's manner. */
function unknownIndent(indent: string, known: Map<string, string>): string {
  const keys = [...known.keys()].sort((a, b) => a.length - b.length);
  const from = keys.findLast((key) => indent.startsWith(key)) ?? keys[0] ?? "";
  const to = known.get(from) ?? "";
  const spaces = /^ *$/.test(indent + from);
  const tabbed = spaces && [...known.values()].some((value) => value.includes("\t"));
  const far = indent.length - from.length;
  const widths = [...keys.map(({ length }) => length), Math.abs(far)].filter((width) => width > 0);
  const steps = tabbed ? Math.round(far / Math.min(4, ...widths)) : far;
  if (steps <= 0) return to.slice(0, Math.max(0, to.length + steps));
  return to + (tabbed ? "\t".repeat(steps) : indent.slice(from.length));
}

/** Moves lines from the indentation that the model wrote to that of the file. */
function reindent(lines: string[], wanted: string[], matched: string[]): string[] {
  const known = indentsOf(wanted, matched);
  return lines.map((line) => {
    if (isBlank(line)) return "";
    const indent = indentOf(line);
    return (known.get(indent) ?? unknownIndent(indent, known)) + line.slice(indent.length);
  });
}

const lineNumber = (text: string, offset: number): number => text.slice(0, offset).split("\n").length;

/** The lines of the file that share most with what was looked for, with their numbers. */
function nearest(file: string[], wanted: string[]): string {
  const words = new Set(wanted.join(" ").match(/\w+/g) ?? []);
  const size = Math.min(Math.max(wanted.length, 3), 12);
  let best = { at: 0, score: -1 };
  for (let at = 0; at + 1 <= Math.max(1, file.length - size + 1); at += 1) {
    const here = new Set(
      file
        .slice(at, at + size)
        .join(" ")
        .match(/\w+/g) ?? [],
    );
    const score = [...words].filter((word) => here.has(word)).length;
    if (score > best.score) best = { at, score };
  }
  return file
    .slice(best.at, best.at + size)
    .map((line, index) => `${best.at + index + 1}| ${line}`)
    .join("\n");
}

const several = (lines: number[]): string =>
  `The text stands at lines ${lines.slice(0, 5).join(", ")}; add the lines before or after it until it is unique.`;

/** Where `old` stands in `text` ("\n" line ends), and what `fresh` becomes there. */
export function findMatch(text: string, old: string, fresh: string): Result<{ match: Match }> {
  if (old.trim() === "")
    return { ok: false, reason: "The SEARCH part is empty; copy there the lines to be replaced." };
  const first = text.indexOf(old);
  if (first >= 0) {
    const second = text.indexOf(old, first + 1);
    if (second >= 0) return { ok: false, reason: several([first, second].map((at) => lineNumber(text, at))) };
    return { ok: true, match: { start: first, end: first + old.length, text: fresh } };
  }
  const file = text.split("\n");
  const wanted = lay(old);
  for (const normal of LEVELS) {
    const places = placesOf(file, wanted, normal);
    if (places.length > 1) return { ok: false, reason: several(places.map((at) => at + 1)) };
    const at = places[0];
    if (at === undefined) continue;
    const start = file.slice(0, at).reduce((sum, line) => sum + line.length + 1, 0);
    const matched = file.slice(at, at + wanted.length);
    const lines = reindent(lay(fresh), wanted, matched);
    const end = start + matched.join("\n").length;
    // A replacement by nothing takes the line end with it.
    return {
      ok: true,
      match: {
        start,
        end: lines.length === 0 ? Math.min(end + 1, text.length) : end,
        text: lines.join("\n"),
      },
    };
  }
  return {
    ok: false,
    reason: `No such text in the file. The nearest lines are:\n${nearest(file, wanted)}\nCopy the lines to be replaced exactly, without the numbers.`,
  };
}
