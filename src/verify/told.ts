/** What a tool said in full: its own lines, cut at lines; the same as one line; the places of a stack that are in the workspace. */
import type { Diagnostic } from "../types.ts";
import { insidePath, oneLine, plain } from "./report.ts";

export type Frame = NonNullable<Diagnostic["frames"]>[number];

/** Characters of `Diagnostic.detail`. */
const MOST_DETAIL = 2000;
const MOST_FRAMES = 20;
/** Several lines are one message up to this length; of longer ones the first line is. */
const MOST_MESSAGE = 300;

/** The lines as they stand, without what they are all indented by and blank ends; cut at a line, which is said. */
export function inDetail(text: string): string {
  const lines = plain(text).replaceAll("\r", "").trimEnd().split("\n");
  while (lines[0]?.trim() === "") lines.shift();
  const indents = lines
    .filter((line) => line.trim() !== "")
    .map((line) => /^\s*/.exec(line)?.[0].length ?? 0);
  const indent = Math.min(...indents);
  const kept: string[] = [];
  let length = 0;
  for (const line of lines.map((one) => one.slice(indent).trimEnd())) {
    length += line.length + 1;
    if (length > MOST_DETAIL - 30) return [...kept, `(${lines.length - kept.length} more lines)`].join("\n");
    kept.push(line);
  }
  return kept.join("\n");
}

/** All lines as one, where that is short; else the first that says something. */
export function inOneLine(text: string): string {
  const joined = plain(text).replace(/\s+/g, " ").trim();
  return joined.length <= MOST_MESSAGE ? joined : oneLine(text);
}

/** A diagnostic with all that was said of it. Of a stack, outermost first, the last place is its own. */
export function inFull(
  diagnostic: Diagnostic,
  { text, frames = [] }: { text: string; frames?: Frame[] },
): Diagnostic {
  const detail = inDetail(text);
  const last = frames.at(-1);
  return {
    ...diagnostic,
    ...last,
    ...(detail === "" || detail === diagnostic.message ? {} : { detail }),
    ...(last === undefined ? {} : { frames: frames.slice(-MOST_FRAMES) }),
  };
}

/** Those of the places of a stack, as a tool names them, that are files of the workspace; each line once where it comes twice in a row. */
export function inWorkspace(
  places: { path: string; line: number }[],
  where: { root: string; cwd: string },
): Frame[] {
  const frames = places.flatMap(({ path, line }) => {
    const inner = insidePath(path, where.root, where.cwd);
    return inner === null || !(line >= 1) ? [] : [{ path: inner, line }];
  });
  return frames.filter(
    ({ path, line }, at) => path !== frames[at - 1]?.path || line !== frames[at - 1]?.line,
  );
}

/** The way through the workspace as lines, innermost first. */
export const wayThrough = (frames: Frame[]): string =>
  [...frames]
    .reverse()
    .map(({ path, line }, at) => `${at === 0 ? "at" : "called from"} ${path}:${line}`)
    .join("\n");
