/** A diagnostic with all that was said of it: its own lines, the same as one line, the way through the workspace. */
import type { Diagnostic } from "../types.ts";
import { oneLine, plain, told } from "./report.ts";
import { type Frame, fewest, frameAt, type Where } from "./stack.ts";

/** Several lines are one message up to this length; of longer ones the first line is. */
const MOST_MESSAGE = 300;

/** All lines as one, where that is short; else the first that says something. */
export function inOneLine(text: string): string {
  const joined = plain(text).replace(/\s+/g, " ").trim();
  return joined.length <= MOST_MESSAGE ? joined : oneLine(text);
}

/** The diagnostic with what was said of it. Of a stack, outermost first, the last place is its own. */
export function inFull(
  diagnostic: Diagnostic,
  { text, frames = [] }: { text: string; frames?: Frame[] },
): Diagnostic {
  return { ...diagnostic, ...frames.at(-1), ...told(diagnostic.message, dedent(text), frames) };
}

/** Without what all lines are indented by. */
function dedent(text: string): string {
  const lines = text.split("\n");
  const indents = lines.filter((line) => line.trim() !== "").map((line) => line.search(/\S/));
  return lines.map((line) => line.slice(Math.min(...indents))).join("\n");
}

/** Those of the places of a stack, as a tool names them, that are files of the workspace. */
export const inWorkspace = (places: Frame[], where: Where): Frame[] =>
  fewest(places.flatMap(({ path, line }) => frameAt(path, line, where)));

/** The way through the workspace as lines, innermost first. */
export const wayThrough = (frames: Frame[]): string =>
  [...frames]
    .reverse()
    .map(({ path, line }, at) => `${at === 0 ? "at" : "called from"} ${path}:${line}`)
    .join("\n");
